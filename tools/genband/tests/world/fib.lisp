;;; Functions that microcode tests can call.

(in-package :si)

(defvar *count* 0)
(defvar *list* '(1 2 (3 "four") #(5 six)))
(defconstant the-answer 42)

(defun fib (n)
  (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))

(defun counter (start)
  "A closure that counts."
  #'(lambda () (setq start (+ start the-answer))))

(defun even-odd (n)
  (labels ((ev (n) (if (= n 0) t (od (- n 1))))
           (od (n) (if (= n 0) nil (ev (- n 1)))))
    (ev n)))

(defun (setf second-of) (value list)
  (%set-car value (cdr list)))

(defun change (list)
  (funcall #'(setf second-of) 9 list)
  list)

(defun later () (load-time-value (fib 5)))

(%define-layout 'point 'nil 2 '(x y))
(%define-layout 'point-3d 'point 3 '(x y z))
(eval-when (:compile-toplevel)
  (compiler:note-accessor 'point-x 'point 1 nil)
  (compiler:note-predicate 'point-p 'point))

(defun x-of (p) (if (point-p p) (point-x p) nil))
(defun make-point-3d () (%make-instance (layout-reference point-3d) 3))

(defun destructuring-error (name pattern form) (throw 'error (list name pattern form)))
(defmacro twice (form) (list 'progn form form))
(defun count-twice () (twice (setq *count* (+ *count* 1))))

(setq *count* (fib 10))

(defun %cold-boot () (fib 20))
