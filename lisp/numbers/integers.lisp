;;; Integers of any size: what the fixnum instructions leave.
;;;
;;; Bignums are sign and magnitude, digits of 32 bits; the %bignum kernels of the microcode
;;; work on magnitudes. Every function here gives a normalized integer: a fixnum when it fits.

(in-package :si)

(defun to-bignum (n)
  (if (fixnump n) (%fixnum-to-bignum n) n))

(defun signed-normal (a sign)
  "The integer with the magnitude of the fresh bignum A and SIGN (0 or 1)."
  (%bignum-set-sign a sign)
  (%bignum-normalize a))

(defun integer-add (x y)
  (let* ((a (to-bignum x)) (b (to-bignum y)) (sa (%bignum-sign a)) (sb (%bignum-sign b)))
    (if (eql sa sb)
        (signed-normal (%bignum-add a b) sa)
        (let ((order (%bignum-compare a b)))
          (cond ((eql order 0) 0)
                ((eql order 1) (signed-normal (%bignum-subtract a b) sa))
                (t (signed-normal (%bignum-subtract b a) sb)))))))

(defun integer-negate (x)
  (if (fixnump x)
      (if (eql x most-negative-fixnum)
          (signed-normal (%fixnum-to-bignum x) 0)
          (%minus x))
      ;; A shift by nothing copies the magnitude.
      (signed-normal (%bignum-shift-left x 0) (- 1 (%bignum-sign x)))))

(defun integer-subtract (x y)
  (integer-add x (integer-negate y)))

(defun integer-multiply (x y)
  (if (or (eql x 0) (eql y 0))
      0
      (let ((a (to-bignum x)) (b (to-bignum y)))
        (signed-normal (%bignum-multiply a b)
                       (if (eql (%bignum-sign a) (%bignum-sign b)) 0 1)))))

(defun integer-negative-p (x)
  (if (fixnump x) (%less x 0) (eql (%bignum-sign x) 1)))

(defun integer-compare (x y)
  "-1, 0 or 1."
  (cond
    ((and (fixnump x) (fixnump y)) (cond ((%less x y) -1) ((eq x y) 0) (t 1)))
    (t
     (let ((nx (integer-negative-p x)) (ny (integer-negative-p y)))
       (cond ((and nx (not ny)) -1)
             ((and ny (not nx)) 1)
             (t (let ((order (%bignum-compare (to-bignum x) (to-bignum y))))
                  (if nx (- 0 order) order))))))))

(defun integer-abs (x) (if (integer-negative-p x) (integer-negate x) x))

(defun integer-truncate (x y)
  "Quotient towards zero, and remainder."
  (cond
    ((eql y 0) (division-by-zero-error 'truncate x y))
    ((and (fixnump x) (fixnump y))
     (if (eql y -1)
         (values (integer-negate x) 0)
         (%fixnum-truncate x y)))
    (t
     (let* ((a (to-bignum x)) (b (to-bignum y))
            (sx (%bignum-sign a)) (sq (if (eql sx (%bignum-sign b)) 0 1)))
       (cond
         ((eql (%bignum-compare a b) -1) (values 0 x))
         ((and (fixnump y) (not (eql y most-negative-fixnum)))
          (let* ((q (%make-bignum (%bignum-length a)))
                 (r (%bignum-divide-small a (if (%less y 0) (%minus y) y) q)))
            (values (signed-normal q sq) (if (eql sx 1) (%minus r) r))))
         (t
          (let* ((q (%make-bignum (1+ (- (%bignum-length a) (%bignum-length b)))))
                 (r (%bignum-divide a b q)))
            (values (signed-normal q sq) (signed-normal r sx)))))))))

(defun division-by-zero-error (operation &rest operands)
  (error 'division-by-zero :operation operation :operands operands))

(defun integer-gcd (x y)
  (let ((a (integer-abs x)) (b (integer-abs y)))
    (do () ((eql b 0) a)
      (multiple-value-bind (q r) (integer-truncate a b)
        (declare (ignore q))
        (setq a b b r)))))

;;; Shifts and bits

(defconstant longest-shift 4000000)

(defun integer-shift (x n)
  (cond
    ((eql x 0) 0)
    ((eql n 0) x)
    ((> n 0)
     (when (> n longest-shift)
       (error 'simple-storage-condition
              :format-control "A number shifted left by ~d bits is too large"
              :format-arguments (list n)))
     (let ((a (to-bignum x)))
       (signed-normal (%bignum-shift-left a n) (%bignum-sign a))))
    ((integer-negative-p x)
     ;; Right shifts round down: complement, shift, complement.
     (lognot (integer-shift (lognot x) n)))
    ((or (bignump n) (>= (- n) (integer-length x))) 0)
    (t (let ((a (to-bignum x)))
         (signed-normal (%bignum-shift-right a (- n)) 0)))))

(defun bignum-integer-length (x)
  "Bits of the bignum X, as INTEGER-LENGTH counts them."
  (if (integer-negative-p x)
      (integer-length (lognot x))
      (let ((i (1- (* 2 (%bignum-length x)))))
        (do () ((not (eql (%bignum-half x i) 0)))
          (setq i (1- i)))
        (+ (* 16 i) (integer-length (%bignum-half x i))))))

(defun integer-logical (x y operation)
  (%bignum-normalize (%bignum-logical (to-bignum x) (to-bignum y) operation)))

(defun integer-odd-p (x)
  (if (fixnump x) (eql (%logand x 1) 1) (eql (%logand (%bignum-half x 0) 1) 1)))
