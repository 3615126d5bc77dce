;;; Symbolic derivatives with respect to X, the rules in one COND.

(defparameter *small* (member "small"
                              #+sbcl sb-ext:*posix-argv* #+clisp ext:*args*
                              #-(or sbcl clisp) excl:*command-line-arguments*
                              :test #'string=)
  "True when the program is asked for its small size.")

(defun derivative (e)
  (cond ((atom e) (if (eq e 'x) 1 0))
        ((member (first e) '(+ -)) (cons (first e) (mapcar #'derivative (rest e))))
        ((eq (first e) '*)
         (list '* e (cons '+ (mapcar (lambda (factor) (list '/ (derivative factor) factor))
                                     (rest e)))))
        ((eq (first e) '/)
         (destructuring-bind (above below) (rest e)
           (list '- (list '/ (derivative above) below)
                 (list '/ above (list '* below below (derivative below))))))
        (t (error "No rule for the operator ~s" (first e)))))

(defun repeat-derivative (n e)
  (let (result)
    (dotimes (i n result)
      (setf result (derivative e)))))

(setf *print-pretty* nil)
(format t "~s~%" (repeat-derivative (if *small* 5 5000) '(+ (* 3 x x) (* a x x) (* b x) 5)))
(format t "~s~%" (derivative '(/ x (+ x 1))))
(format t "~a~%" (handler-case (derivative '(sin x))
                   (error (condition) condition)))
