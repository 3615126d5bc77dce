;;; Division with remainder, GCD and LCM, powers of integers and integer roots.

(in-package :si)

(defun truncate (x &optional (y 1))
  (cond
    ((and (integerp x) (integerp y)) (integer-truncate x y))
    (t
     (check-real x)
     (check-real y)
     (when (zerop y) (division-by-zero-error 'truncate x y))
     (if (or (floatp x) (floatp y))
         (with-float-pair (x y)
           (let* ((q (float-to-integer (if (= y 1) x (%float-divide x y)))))
             (values q (%float-subtract x (%float-multiply (float q x) y)))))
         (let ((q (integer-truncate (* (numerator x) (denominator y))
                                    (* (denominator x) (numerator y)))))
           (values q (- x (* q y))))))))

(defun float-to-integer (x)
  "The integer part of a float, towards zero."
  (multiple-value-bind (m e sign) (decode-bits x)
    (unless m (error "~s has no integer part" x))
    (let ((n (ash m e))) (if (eql sign 1) (- n) n))))

(defun floor (x &optional (y 1))
  (multiple-value-bind (q r) (truncate x y)
    (if (and (not (zerop r)) (if (minusp r) (plusp y) (minusp y)))
        (values (1- q) (+ r y))
        (values q r))))

(defun ceiling (x &optional (y 1))
  (multiple-value-bind (q r) (truncate x y)
    (if (and (not (zerop r)) (if (minusp r) (minusp y) (plusp y)))
        (values (1+ q) (- r y))
        (values q r))))

(defun round (x &optional (y 1))
  (multiple-value-bind (q r) (truncate x y)
    (if (zerop r)
        (values q r)
        (let* ((order (compare-reals (* 2 (abs r)) (abs y)))
               (up (or (eql order 1) (and (eql order 0) (oddp q)))))
          (cond ((not up) (values q r))
                ((eq (minusp r) (minusp y)) (values (1+ q) (- r y)))
                (t (values (1- q) (+ r y))))))))

(defun mod (x y) (values (nth-value 1 (floor x y))))
(defun rem (x y) (values (nth-value 1 (truncate x y))))
(defun %mod-slow (x y) (values (nth-value 1 (floor x y))))
(defun %rem-slow (x y) (values (nth-value 1 (truncate x y))))

(defmacro define-float-division (name function)
  `(defun ,name (x &optional (y 1))
     (multiple-value-bind (q r) (,function x y)
       (values (if (or (floatp x) (floatp y))
                   (if (or (double-float-p x) (double-float-p y)) (to-double q) (to-single q))
                   (to-single q))
               r))))

(define-float-division ffloor floor)
(define-float-division fceiling ceiling)
(define-float-division ftruncate truncate)
(define-float-division fround round)

(defun gcd (&rest integers)
  (let ((g 0))
    (dolist (n integers g) (setq g (integer-gcd g (check-integer n))))))

(defun lcm (&rest integers)
  (let ((m 1))
    (dolist (n integers m)
      (if (eql (check-integer n) 0)
          (return 0)
          (setq m (integer-truncate (integer-abs (* m n)) (integer-gcd m n)))))))

(defun integer-power (base n)
  "BASE, any number, to the natural number N."
  (let ((result 1))
    (do () ((eql n 0) result)
      (when (oddp n) (setq result (* result base)))
      (setq n (ash n -1))
      (unless (eql n 0) (setq base (* base base))))))

(defun isqrt (n)
  (unless (and (integerp n) (not (minusp n)))
    (wrong-type-argument n 'unsigned-byte))
  (if (< n 2)
      n
      ;; Newton's method from above.
      (let ((x (ash 1 (ceiling (integer-length n) 2))))
        (do () (nil)
          (let ((y (ash (+ x (integer-truncate n x)) -1)))
            (when (>= y x) (return x))
            (setq x y))))))
