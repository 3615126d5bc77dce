;;; Browsing a data base: patterns with element and segment variables are matched against
;;; trees that hang on the property lists of symbols.

(defparameter *small* (member "small"
                              #+sbcl sb-ext:*posix-argv* #+clisp ext:*args*
                              #-(or sbcl clisp) excl:*command-line-arguments*
                              :test #'string=)
  "True when the program is asked for its small size.")

(defvar *seed* 21)

(defun next-random ()
  "The same sequence everywhere."
  (setf *seed* (mod (* *seed* 17) 251)))

(defun shuffled (items)
  (let ((keyed (mapcar (lambda (item) (cons (next-random) item)) items)))
    (mapcar #'cdr (stable-sort keyed #'< :key #'car))))

;;; Every unit has some of these trees on its property list; each tree has a position.

(defparameter *trees*
  '((a a a b b b b a a a a a b b a a a)
    (a a b b b b a a (a a) (b b))
    (a a a b (b a) b a b a)
    (b b a (a (b)) a b)))

(defun make-units (count trees-each)
  (loop for i below count
        for unit = (make-symbol (format nil "UNIT-~d" i))
        do (setf (get unit 'trees)
                 (loop for tree in (shuffled *trees*)
                       repeat trees-each
                       collect tree))
           (dotimes (j (mod i 5))
             (setf (get unit (intern (format nil "NOTE-~d" j))) j))
        collect unit))

;;; ? matches an item; *x and ?x are variables, for a run of items and for one.

(defun variable-kind (x)
  (and (symbolp x)
       (case (char (symbol-name x) 0)
         (#\? (if (= (length (symbol-name x)) 1) :any :item))
         (#\* :segment))))

(defun matches (pattern items bindings)
  (cond ((null pattern) (null items))
        (t
         (let* ((first (car pattern)) (kind (variable-kind first)))
           (case kind
             (:any (and items (matches (cdr pattern) (cdr items) bindings)))
             (:item
              (and items
                   (let ((known (assoc first bindings)))
                     (if known
                         (and (equal (cdr known) (car items))
                              (matches (cdr pattern) (cdr items) bindings))
                         (matches (cdr pattern) (cdr items)
                                  (acons first (car items) bindings))))))
             (:segment
              (let ((known (assoc first bindings)))
                (if known
                    (let ((rest (after-prefix (cdr known) items)))
                      (and (not (eq rest :no))
                           (matches (cdr pattern) rest bindings)))
                    (loop for n from 0 to (length items)
                          thereis (matches (cdr pattern) (nthcdr n items)
                                           (acons first (subseq items 0 n) bindings))))))
             (t
              (and items
                   (cond ((and (consp first) (consp (car items)))
                          (and (matches first (car items) bindings)
                               (matches (cdr pattern) (cdr items) bindings)))
                         (t
                          (and (eql first (car items))
                               (matches (cdr pattern) (cdr items) bindings)))))))))))

(defun after-prefix (prefix items)
  (loop (cond ((null prefix) (return items))
              ((or (null items) (not (equal (pop prefix) (pop items)))) (return :no)))))

(defparameter *patterns*
  '((*a ?b *b ?b a *a a *b *a)
    (*a *b *b *a (*a) (*b))
    (? ? *c (b a) *d ? ?)
    (*p a *q *p)))

(defun browse (units patterns)
  (loop for pattern in patterns
        collect (loop for unit in units
                      sum (count-if (lambda (tree) (matches pattern tree '()))
                                    (get unit 'trees)))))

(let ((units (shuffled (make-units (if *small* 2 40) (if *small* 2 4)))))
  (format t "~d units; matches of each pattern: ~{~d~^, ~}.~%"
          (length units) (browse units *patterns*))
  (format t "First unit ~a, ~d properties.~%"
          (first units) (/ (length (symbol-plist (first units))) 2)))
