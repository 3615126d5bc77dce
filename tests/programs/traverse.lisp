;;; A graph of structures is made and traversed many times, by marks: structure slots.

(defparameter *small* (member "small"
                              #+sbcl sb-ext:*posix-argv* #+clisp ext:*args*
                              #-(or sbcl clisp) excl:*command-line-arguments*
                              :test #'string=)
  "True when the program is asked for its small size.")

(defstruct node
  (parents '()) (sons '()) (number 0) (mark nil)
  entry-a entry-b entry-c entry-d)

(defvar *seed* 21)
(defvar *count* 0)

(defun next-random ()
  (setf *seed* (mod (* *seed* 17) 251)))

(defun make-graph (size)
  "Connected: each node gets a son among the nodes already reached, then there are more edges."
  (let ((nodes (make-array size)))
    (dotimes (i size)
      (setf (svref nodes i) (make-node :number i)))
    (flet ((connect (from to)
             (push to (node-sons from))
             (push from (node-parents to))))
      (loop for i from 1 below size
            do (connect (svref nodes (mod (next-random) i)) (svref nodes i)))
      (loop repeat (* 3 size)
            do (connect (svref nodes (mod (next-random) size))
                        (svref nodes (mod (+ (next-random) (* 7 (next-random))) size)))))
    nodes))

(defun traverse (node mark)
  "Marks what can be reached from NODE; changes one entry on the way."
  (unless (eq (node-mark node) mark)
    (setf (node-mark node) mark
          (node-entry-a node) (not (node-entry-a node)))
    (incf *count*)
    (dolist (son (node-sons node))
      (traverse son mark))))

(let* ((nodes (make-graph (if *small* 20 100))) (root (svref nodes 0)))
  (dotimes (i (if *small* 5 500))
    (traverse root (list i)))
  (format t "~d visits of ~d nodes~%" *count* (length nodes))
  (format t "Edges ~d, backwards ~d~%"
          (reduce #'+ nodes :key (lambda (node) (length (node-sons node))))
          (reduce #'+ nodes :key (lambda (node) (length (node-parents node)))))
  (format t "Entries that are true: ~d~%" (count-if #'node-entry-a nodes))
  (let ((copy (copy-node root)))
    (setf (node-number copy) 1000)
    (format t "Numbers of a node and its copy: ~d, ~d; same sons: ~s; nodes: ~s ~s~%"
            (node-number root) (node-number copy)
            (eq (node-sons root) (node-sons copy))
            (node-p copy) (typep '(1 2) 'node))))
