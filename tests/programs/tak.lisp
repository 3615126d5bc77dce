;;; Takeuchi's function: calls, comparison and subtraction of small integers.

(defparameter *small* (member "small"
                              #+sbcl sb-ext:*posix-argv* #+clisp ext:*args*
                              #-(or sbcl clisp) excl:*command-line-arguments*
                              :test #'string=)
  "True when the program is asked for its small size.")

(defun tak (x y z)
  (if (< y x)
      (tak (tak (1- x) y z) (tak (1- y) z x) (tak (1- z) x y))
      z))

(if *small*
    (format t "(tak 8 4 2) = ~d~%" (tak 8 4 2))
    (format t "(tak 18 12 6) = ~d~%" (tak 18 12 6)))
