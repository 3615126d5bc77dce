;;; Millions of conses that are dropped at once: the heap does not grow. The count is an
;;; argument, 20 million by default.

(defparameter *arguments*
  #+sbcl sb-ext:*posix-argv* #+clisp ext:*args*
  #-(or sbcl clisp) excl:*command-line-arguments*)

(defun last-number (strings default)
  (let ((text (car (last strings))))
    (cond ((equal text "small") 2000)
          ((and text (every #'digit-char-p text)) (parse-integer text))
          (t default))))

(defun cons-many (count)
  "Makes COUNT conses in lists of ten; returns how many it counted."
  (let ((total 0) (list '()))
    (dotimes (i (floor count 10) total)
      (setf list '())
      (dotimes (j 10)
        (setf list (cons j list)))
      (incf total (+ (car list) 1)))))

(let ((count (last-number *arguments* 20000000)))
  (format t "~:d conses~%" (cons-many count)))
