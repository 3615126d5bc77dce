;;; Symbolic derivatives, the rules as functions on the property lists of the operators.
;;; Second part: a list divided by two, by iteration and by recursion.

(defparameter *small* (member "small"
                              #+sbcl sb-ext:*posix-argv* #+clisp ext:*args*
                              #-(or sbcl clisp) excl:*command-line-arguments*
                              :test #'string=)
  "True when the program is asked for its small size.")

(defmacro define-rule (operator (expression) &body body)
  `(setf (get ',operator 'derivative) (lambda (,expression) ,@body)))

(defun derivative (e)
  (cond ((eq e 'x) 1)
        ((atom e) 0)
        (t (funcall (or (get (car e) 'derivative)
                        (error "No rule for the operator ~s" (car e)))
                    e))))

(define-rule + (e) (cons '+ (mapcar #'derivative (cdr e))))
(define-rule - (e) (cons '- (mapcar #'derivative (cdr e))))
(define-rule * (e)
  `(* ,e (+ ,@(mapcar (lambda (factor) `(/ ,(derivative factor) ,factor)) (cdr e)))))
(define-rule / (e)
  (let ((above (cadr e)) (below (caddr e)))
    `(- (/ ,(derivative above) ,below)
        (/ ,above (* ,below ,below ,(derivative below))))))

(setf *print-pretty* nil)
(format t "~s~%"
        (let (result)
          (dotimes (i (if *small* 5 5000) result)
            (setf result (derivative '(+ (* 3 x x) (* a x x) (* b x) 5))))))

(defun halved-by-loop (list)
  (do ((tail list (cddr tail))
       (half '() (cons (car tail) half)))
      ((null tail) half)))

(defun halved-by-recursion (list)
  (if (null list)
      '()
      (cons (car list) (halved-by-recursion (cddr list)))))

(let ((list (loop for i below 200 collect i)) a b)
  (dotimes (i (if *small* 2 1000))
    (setf a (halved-by-loop list)
          b (halved-by-recursion list)))
  (format t "~d elements by the loop, the last ~d; ~d by recursion, the last ~d.~%"
          (length a) (car a) (length b) (car (last b)))
  (format t "The same: ~s~%" (equal (reverse a) b)))
