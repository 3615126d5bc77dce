;;; Powers of polynomials in several variables, with small, large and floating coefficients.
;;; A polynomial is a number or (VARIABLE (EXPONENT . COEFFICIENT) ...), exponents falling,
;;; the coefficients polynomials in later variables.

(defparameter *small* (member "small"
                              #+sbcl sb-ext:*posix-argv* #+clisp ext:*args*
                              #-(or sbcl clisp) excl:*command-line-arguments*
                              :test #'string=)
  "True when the program is asked for its small size.")

(defun rank (variable) (position variable '(x y z)))

(defun make-poly (variable terms)
  (cond ((null terms) 0)
        ((and (null (cdr terms)) (eql (car (first terms)) 0)) (cdr (first terms)))
        (t (cons variable terms))))

(defun zero-poly-p (p) (and (numberp p) (zerop p)))

(defun add-terms (a b)
  (cond ((null a) b)
        ((null b) a)
        ((> (car (first a)) (car (first b))) (cons (first a) (add-terms (rest a) b)))
        ((< (car (first a)) (car (first b))) (cons (first b) (add-terms a (rest b))))
        (t (let ((sum (poly+ (cdr (first a)) (cdr (first b))))
                 (more (add-terms (rest a) (rest b))))
             (if (zero-poly-p sum)
                 more
                 (acons (car (first a)) sum more))))))

(defun poly+ (p q)
  (cond ((and (numberp p) (numberp q)) (+ p q))
        ((numberp p) (poly+ q p))
        ((or (numberp q) (< (rank (car p)) (rank (car q))))
         (make-poly (car p) (add-terms (cdr p) (list (cons 0 q)))))
        ((> (rank (car p)) (rank (car q))) (poly+ q p))
        (t (make-poly (car p) (add-terms (cdr p) (cdr q))))))

(defun multiply-terms (terms exponent factor)
  (loop for (e . c) in terms
        for product = (poly* c factor)
        unless (zero-poly-p product)
          collect (cons (+ e exponent) product)))

(defun poly* (p q)
  (cond ((and (numberp p) (numberp q)) (* p q))
        ((numberp p) (if (zerop p) 0 (poly* q p)))
        ((numberp q)
         (if (zerop q) 0 (make-poly (car p) (multiply-terms (cdr p) 0 q))))
        ((< (rank (car p)) (rank (car q))) (make-poly (car p) (multiply-terms (cdr p) 0 q)))
        ((> (rank (car p)) (rank (car q))) (poly* q p))
        (t (let ((sum '()))
             (loop for (e . c) in (cdr q)
                   do (setf sum (add-terms sum (multiply-terms (cdr p) e c))))
             (make-poly (car p) sum)))))

(defun power (p n)
  (do ((result 1) (p p (poly* p p)) (n n (ash n -1)))
      ((zerop n) result)
    (when (oddp n) (setf result (poly* result p)))))

(defun value-at (p bindings)
  (if (numberp p)
      p
      (loop with x = (getf bindings (car p))
            for (e . c) in (cdr p)
            sum (* (expt x e) (value-at c bindings)))))

(defun count-terms (p)
  (if (numberp p)
      1
      (loop for (nil . c) in (cdr p) sum (count-terms c))))

(defun report-power (name p n at)
  (let ((result (power p n)))
    (format t "~a to the ~d: ~d terms, value ~a~%" name n (count-terms result) (value-at result at))))

(let* ((r (poly+ '(x (1 . 1)) (poly+ '(y (1 . 1)) (poly+ '(z (1 . 1)) 1))))
       (large (poly* r 100000))
       (halves (poly* r 0.5d0))
       (n (if *small* 3 10)))
  (report-power "x+y+z+1" r n '(x 1 y 1 z 1))
  (report-power "100000(x+y+z+1)" large n '(x 1 y -1 z 2))
  (report-power "x/2+y/2+z/2+1/2" (poly* r 1/2) n '(x 1 y 2 z 3))
  (report-power "0.5(x+y+z+1)" halves n '(x 1 y 1 z 1))
  (format t "Cubed and cubed again: ~:[different from~;equal to~] the ninth power~%"
          (equal (power (power r (if *small* 1 3)) 3) (power r (if *small* 3 9)))))
