;;; Takeuchi's function with its arguments in special variables: dynamic binding.

(defparameter *small* (member "small"
                              #+sbcl sb-ext:*posix-argv* #+clisp ext:*args*
                              #-(or sbcl clisp) excl:*command-line-arguments*
                              :test #'string=)
  "True when the program is asked for its small size.")

(defvar *x*)
(defvar *y*)
(defvar *z*)

(defun tak-of (x y z)
  (let ((*x* x) (*y* y) (*z* z))
    (stak)))

(defun stak ()
  (if (< *y* *x*)
      (let ((first (tak-of (1- *x*) *y* *z*))
            (second (tak-of (1- *y*) *z* *x*))
            (third (tak-of (1- *z*) *x* *y*)))
        (tak-of first second third))
      *z*))

(if *small*
    (format t "(stak 8 4 2) = ~d~%" (tak-of 8 4 2))
    (format t "(stak 18 12 6) = ~d~%" (tak-of 18 12 6)))
(format t "*x* is ~:[unbound~;bound~] outside.~%" (boundp '*x*))
