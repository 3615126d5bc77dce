;;; Takeuchi's function that returns by THROW: catch frames, nested and shadowed.

(defparameter *small* (member "small"
                              #+sbcl sb-ext:*posix-argv* #+clisp ext:*args*
                              #-(or sbcl clisp) excl:*command-line-arguments*
                              :test #'string=)
  "True when the program is asked for its small size.")

(defun ctak (x y z)
  (catch 'answer (ctak-inner x y z)))

(defun ctak-inner (x y z)
  (unless (< y x)
    (throw 'answer z))
  (ctak-inner (ctak (1- x) y z) (ctak (1- y) z x) (ctak (1- z) x y)))

(if *small*
    (format t "(ctak 8 4 2) = ~d~%" (ctak 8 4 2))
    (format t "(ctak 18 12 6) = ~d~%" (ctak 18 12 6)))
