;;; A hundred thousand calls inside each other, none of them a tail call: the stack is as
;;; deep as its addresses, not as its buffer.

(defparameter *small* (member "small"
                              #+sbcl sb-ext:*posix-argv* #+clisp ext:*args*
                              #-(or sbcl clisp) excl:*command-line-arguments*
                              :test #'string=)
  "True when the program is asked for its small size.")

(defun depth (n)
  (if (zerop n) 0 (1+ (depth (1- n)))))

(defun list-down (n)
  (if (zerop n) '() (cons n (list-down (1- n)))))

(defun deep-catch (n)
  "Leaves all its frames at once."
  (if (zerop n)
      (throw 'bottom 'thrown)
      (list (deep-catch (1- n)))))

(let ((n (if *small* 5000 100000)))
  (format t "Depth ~d~%" (depth n))
  (format t "List of ~d~%" (length (list-down n)))
  (format t "~s~%" (catch 'bottom (deep-catch n)))
  (format t "Depth once more ~d~%" (depth n)))
