;;; Takeuchi's function on lists, a number being a list of that length.

(defparameter *small* (member "small"
                              #+sbcl sb-ext:*posix-argv* #+clisp ext:*args*
                              #-(or sbcl clisp) excl:*command-line-arguments*
                              :test #'string=)
  "True when the program is asked for its small size.")

(defun count-down (n)
  (if (zerop n) '() (cons n (count-down (1- n)))))

(defun shorterp (a b)
  "Is A a shorter list than B?"
  (and b (or (null a) (shorterp (cdr a) (cdr b)))))

(defun takl (x y z)
  (if (shorterp y x)
      (takl (takl (cdr x) y z) (takl (cdr y) z x) (takl (cdr z) x y))
      z))

(let ((x (count-down 18)) (y (count-down 12)) (z (count-down 6)))
  (if *small*
      (format t "(takl 8 4 2) = ~s~%" (takl (nthcdr 10 x) (nthcdr 8 y) (nthcdr 4 z)))
      (format t "(takl 18 12 6) = ~s~%" (takl x y z))))
