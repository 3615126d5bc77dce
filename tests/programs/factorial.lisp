;;; Large integers: a factorial of 2568 digits, taken apart again.

(defun factorial (n)
  (if (zerop n) 1 (* n (factorial (1- n)))))

(let* ((f (factorial 1000)) (digits (format nil "~d" f)))
  (format t "~d~%" f)
  (format t "~d digits, their sum ~d, ~d bits~%"
          (length digits)
          (reduce #'+ digits :key #'digit-char-p)
          (integer-length f))
  (format t "Twos: ~d; 1000!/998! = ~d~%"
          (loop for n = f then (ash n -1) while (evenp n) count t)
          (/ f (factorial 998)))
  (format t "Divided down to ~d~%"
          (let ((n f))
            (loop for i from 1000 downto 2
                  do (multiple-value-bind (quotient remainder) (floor n i)
                       (assert (zerop remainder))
                       (setf n quotient)))
            n))
  (format t "Read back: ~s; isqrt squared below: ~s~%"
          (= f (parse-integer digits))
          (let ((root (isqrt f))) (and (<= (* root root) f) (> (* (1+ root) (1+ root)) f)))))
