;;; Generic arithmetic: the functions that the arithmetic instructions call for operands
;;; outside their fast path, and the functions of any number of arguments.
;;;
;;; Contagion: integer, ratio, single, double, complex. Ratios and complex numbers are made
;;; only by MAKE-RATIO and MAKE-COMPLEX, in canonical form.

(in-package :si)

(defun numerator (x)
  (cond ((ratiop x) (%number-part x 1))
        ((integerp x) x)
        (t (wrong-type-argument x 'rational))))

(defun denominator (x)
  (cond ((ratiop x) (%number-part x 2))
        ((integerp x) 1)
        (t (wrong-type-argument x 'rational))))

(defun realpart (x)
  (cond ((complexp x) (%number-part x 1))
        ((realp x) x)
        (t (wrong-type-argument x 'number))))

(defun imagpart (x)
  (cond ((complexp x) (%number-part x 2))
        ((floatp x) (%multiply (float 0 x) x))
        ((realp x) 0)
        (t (wrong-type-argument x 'number))))

(defun integer-quotient (n d)
  "N over D as an integer or a ratio in lowest terms."
  (when (eql d 0) (division-by-zero-error '/ n d))
  (when (integer-negative-p d) (setq n (- n) d (- d)))
  (let ((g (integer-gcd n d)))
    (unless (eql g 1)
      (setq n (integer-truncate n g) d (integer-truncate d g)))
    (if (eql d 1) n (%make-ratio n d))))

(defun complex (real &optional (imaginary 0))
  (cond ((and (rationalp real) (rationalp imaginary))
         (if (eql imaginary 0) real (%make-complex real imaginary)))
        ((or (double-float-p real) (double-float-p imaginary))
         (%make-complex (to-double real) (to-double imaginary)))
        (t (%make-complex (to-single real) (to-single imaginary)))))

(defun coerce-to-complex (x part-type)
  (let ((real (realpart x)) (imaginary (imagpart x)))
    (if (eq part-type '*)
        (complex real imaginary)
        (complex (coerce real part-type) (coerce imaginary part-type)))))

(defun check-number (x)
  (if (numberp x) x (wrong-type-argument x 'number)))
(defun check-real (x)
  (if (realp x) x (wrong-type-argument x 'real)))
(defun check-integer (x)
  (if (integerp x) x (wrong-type-argument x 'integer)))

(defmacro with-float-pair ((x y) form)
  "FORM with X and Y of one float format, at least one of them being a float."
  `(if (or (double-float-p ,x) (double-float-p ,y))
       (let ((,x (to-double ,x)) (,y (to-double ,y))) ,form)
       (let ((,x (to-single ,x)) (,y (to-single ,y))) ,form)))

(defmacro define-slow-operation (name again integer rational float complex)
  "The escape NAME of the instruction AGAIN. The cases see X and Y."
  `(defun ,name (x y)
     (cond
       ((and (integerp x) (integerp y)) ,integer)
       ((not (numberp x)) (,again (wrong-type-argument x 'number) y))
       ((not (numberp y)) (,again x (wrong-type-argument y 'number)))
       ((or (complexp x) (complexp y)) ,complex)
       ((or (floatp x) (floatp y)) (with-float-pair (x y) ,float))
       (t ,rational))))

(define-slow-operation %add-slow %add
  (integer-add x y)
  (let ((dx (denominator x)) (dy (denominator y)))
    (integer-quotient (+ (* (numerator x) dy) (* (numerator y) dx)) (* dx dy)))
  (%float-add x y)
  (complex (+ (realpart x) (realpart y)) (+ (imagpart* x) (imagpart* y))))

(define-slow-operation %subtract-slow %subtract
  (integer-subtract x y)
  (let ((dx (denominator x)) (dy (denominator y)))
    (integer-quotient (- (* (numerator x) dy) (* (numerator y) dx)) (* dx dy)))
  (%float-subtract x y)
  (complex (- (realpart x) (realpart y)) (- (imagpart* x) (imagpart* y))))

(define-slow-operation %multiply-slow %multiply
  (integer-multiply x y)
  (integer-quotient (* (numerator x) (numerator y)) (* (denominator x) (denominator y)))
  (%float-multiply x y)
  (let ((a (realpart x)) (b (imagpart* x)) (c (realpart y)) (d (imagpart* y)))
    (complex (- (* a c) (* b d)) (+ (* a d) (* b c)))))

(define-slow-operation divide-two divide-two
  (integer-quotient x y)
  (integer-quotient (* (numerator x) (denominator y)) (* (denominator x) (numerator y)))
  (if (zerop y) (division-by-zero-error '/ x y) (%float-divide x y))
  (let* ((a (realpart x)) (b (imagpart* x)) (c (realpart y)) (d (imagpart* y))
         (n (+ (* c c) (* d d))))
    (complex (/ (+ (* a c) (* b d)) n) (/ (- (* b c) (* a d)) n))))

(defun imagpart* (x)
  "The imaginary part, an exact 0 for every real."
  (if (complexp x) (imagpart x) 0))

;;; Comparison

(defun compare-reals (x y)
  "-1, 0, 1; 2 when one of them is a NaN."
  (cond
    ((and (integerp x) (integerp y)) (integer-compare x y))
    ((and (floatp x) (floatp y))
     (with-float-pair (x y) (%float-compare x y)))
    ((floatp x)
     (cond ((fixnump y) (%float-compare (to-double x) (%fixnum-to-double y)))
           ((float-nan-p x) 2)
           ((float-infinity-p x) (if (minusp x) -1 1))
           (t (compare-reals (float-rational x) y))))
    ((floatp y)
     (let ((order (compare-reals y x))) (if (eql order 2) 2 (- order))))
    (t
     (let ((left (* (numerator x) (denominator y))) (right (* (numerator y) (denominator x))))
       (integer-compare left right)))))

(defun %less-slow (x y)
  (cond ((not (realp x)) (%less (wrong-type-argument x 'real) y))
        ((not (realp y)) (%less x (wrong-type-argument y 'real)))
        (t (eql (compare-reals x y) -1))))

(defun %greater-slow (x y)
  (cond ((not (realp x)) (%greater (wrong-type-argument x 'real) y))
        ((not (realp y)) (%greater x (wrong-type-argument y 'real)))
        (t (eql (compare-reals x y) 1))))

(defun %num-equal-slow (x y)
  (cond ((not (numberp x)) (%num-equal (wrong-type-argument x 'number) y))
        ((not (numberp y)) (%num-equal x (wrong-type-argument y 'number)))
        ((or (complexp x) (complexp y))
         (and (%num-equal (realpart x) (realpart y))
              (%num-equal (imagpart* x) (imagpart* y))))
        (t (eql (compare-reals x y) 0))))

(defun %eql-slow (x y)
  "EQL of what the instruction leaves: ratios and complex numbers."
  (cond ((and (ratiop x) (ratiop y))
         (and (eql (numerator x) (numerator y)) (eql (denominator x) (denominator y))))
        ((and (complexp x) (complexp y))
         (and (eql (realpart x) (realpart y)) (eql (imagpart x) (imagpart y))))
        (t nil)))

;;; One operand

(defun %minus-slow (x)
  (cond ((integerp x) (integer-negate x))
        ((ratiop x) (%make-ratio (- (numerator x)) (denominator x)))
        ((floatp x) (negate-float x))
        ((complexp x) (complex (- (realpart x)) (- (imagpart x))))
        (t (%minus (wrong-type-argument x 'number)))))

(defun negate-float (x)
  "The sign bit turned round; right for zeros and NaNs too."
  (if (double-float-p x)
      (%make-double (logxor #x8000 (%float-bits x 3)) (%float-bits x 2)
                    (%float-bits x 1) (%float-bits x 0))
      (%make-single (logxor #x8000 (%float-bits x 1)) (%float-bits x 0))))

(defun %one-plus-slow (x) (%add-slow x 1))
(defun %one-minus-slow (x) (%subtract-slow x 1))

(defun %zerop-slow (x)
  (cond ((or (integerp x) (ratiop x)) nil)
        ((floatp x) (eql 0 (%float-compare x (float 0 x))))
        ((complexp x) (and (zerop (realpart x)) (zerop (imagpart x))))
        (t (zerop (wrong-type-argument x 'number)))))

(defun %plusp-slow (x)
  (cond ((integerp x) (not (integer-negative-p x)))
        ((ratiop x) (plusp (numerator x)))
        ((floatp x) (eql 1 (%float-compare x (float 0 x))))
        (t (plusp (wrong-type-argument x 'real)))))

(defun %minusp-slow (x)
  (cond ((integerp x) (integer-negative-p x))
        ((ratiop x) (minusp (numerator x)))
        ((floatp x) (eql -1 (%float-compare x (float 0 x))))
        (t (minusp (wrong-type-argument x 'real)))))

(defun %evenp-slow (x)
  (if (integerp x) (not (integer-odd-p x)) (evenp (wrong-type-argument x 'integer))))
(defun %oddp-slow (x)
  (if (integerp x) (integer-odd-p x) (oddp (wrong-type-argument x 'integer))))

(defun abs (x)
  (cond ((complexp x)
         (let ((r (to-double (realpart x))) (i (to-double (imagpart x))))
           (let ((d (%float-sqrt (+ (* r r) (* i i)))))
             (if (or (double-float-p (realpart x))) d (to-single d)))))
        ((floatp x) (if (eql 0 (ash (%float-bits x (if (double-float-p x) 3 1)) -15))
                        x
                        (negate-float x)))
        ((minusp x) (- x))
        (t x)))

(defun signum (x)
  (cond ((complexp x) (if (zerop x) x (/ x (abs x))))
        ((zerop x) x)
        ((floatp x) (float-sign x))
        ((minusp x) -1)
        (t 1)))

(defun conjugate (x)
  (if (complexp x) (complex (realpart x) (- (imagpart x))) (check-number x)))

;;; Any number of arguments

(defun + (&rest numbers)
  (let ((sum 0))
    (dolist (n numbers (if numbers sum 0)) (setq sum (%add sum n)))))

(defun * (&rest numbers)
  (let ((product 1))
    (dolist (n numbers product) (setq product (%multiply product n)))))

(defun - (number &rest more)
  (if (null more)
      (%minus number)
      (dolist (n more number) (setq number (%subtract number n)))))

(defun / (number &rest more)
  (if (null more)
      (divide-two 1 number)
      (dolist (n more number) (setq number (divide-two number n)))))

(defmacro define-comparison (name test check)
  `(defun ,name (number &rest more)
     (when (null more) (,check number))
     (let ((left number))
       (dolist (right more t)
         (unless ,test (dolist (n more) (,check n)) (return nil))
         (setq left right)))))

(define-comparison = (%num-equal left right) check-number)
(define-comparison < (%less left right) check-real)
(define-comparison > (%greater left right) check-real)
(define-comparison <= (or (%less left right) (%num-equal left right)) check-real)
(define-comparison >= (or (%greater left right) (%num-equal left right)) check-real)

(defun /= (number &rest more)
  (check-number number)
  (do ((l (cons number more) (cdr l))) ((null l) t)
    (dolist (n (cdr l))
      (when (%num-equal (car l) n) (return-from /= nil)))))

(defun max (number &rest more)
  (check-real number)
  (dolist (n more number) (when (%greater n number) (setq number n))))

(defun min (number &rest more)
  (check-real number)
  (dolist (n more number) (when (%less n number) (setq number n))))
