;;; The triangle board of fifteen holes: every way to jump until one peg is left.

(defparameter *small* (member "small"
                              #+sbcl sb-ext:*posix-argv* #+clisp ext:*args*
                              #-(or sbcl clisp) excl:*command-line-arguments*
                              :test #'string=)
  "True when the program is asked for its small size.")

;;; Holes are numbered row by row from 0; a jump goes FROM over OVER to TO.

(defun hole (row column)
  (and (<= 0 row 4) (<= 0 column row)
       (+ (/ (* row (1+ row)) 2) column)))

(defparameter *jumps*
  (coerce (loop for row below 5
                nconc (loop for column to row
                            nconc (loop for (down right) in '((0 1) (0 -1) (1 0) (-1 0) (1 1) (-1 -1))
                                        for over = (hole (+ row down) (+ column right))
                                        for to = (hole (+ row down down) (+ column right right))
                                        when (and over to)
                                          collect (vector (hole row column) over to))))
          'simple-vector))

(defvar *board* (make-array 15))
(defvar *solutions* 0)
(defvar *first-solution* nil)
(defvar *positions* 0)

(defun try (pegs jumps limit)
  (incf *positions*)
  (cond ((= pegs 1)
         (incf *solutions*)
         (unless *first-solution*
           (setf *first-solution* (reverse jumps))))
        (t
         (loop for jump across *jumps*
               for from = (svref jump 0) and over = (svref jump 1) and to = (svref jump 2)
               do (when (and (svref *board* from) (svref *board* over) (not (svref *board* to))
                             (< *solutions* limit))
                    (setf (svref *board* from) nil
                          (svref *board* over) nil
                          (svref *board* to) t)
                    (try (1- pegs) (cons (list from to) jumps) limit)
                    (setf (svref *board* from) t
                          (svref *board* over) t
                          (svref *board* to) nil))))))

(fill *board* t)
(setf (svref *board* 4) nil)
(format t "~d jumps~%" (length *jumps*))
(try 14 '() (if *small* 1 100))
(format t "~d solutions among ~d positions~%" *solutions* *positions*)
(format t "The first: ~{~{~d-~d~}~^, ~}~%" *first-solution*)
