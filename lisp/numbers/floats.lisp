;;; Floats: taking them apart, putting them together, conversion to and from rationals, all
;;; exact and correctly rounded.

(in-package :si)

;; Precision, exponent of the last bit of the smallest normal number, exponent bias, and
;; largest biased exponent of the two formats.
(defconstant double-precision 53)
(defconstant single-precision 24)
(defconstant double-least-exponent -1074)
(defconstant single-least-exponent -149)

(defun decode-double (x)
  "Mantissa, exponent, sign bit of a double: its value is mantissa times 2 to the exponent.
NIL as mantissa: an infinity or a NaN."
  (let* ((top (%float-bits x 3)) (biased (logand #x7ff (ash top -4)))
         (fraction (logior (ash (logand top 15) 48)
                           (ash (%float-bits x 2) 32)
                           (ash (%float-bits x 1) 16)
                           (%float-bits x 0)))
         (sign (ash top -15)))
    (cond ((eql biased 0) (values fraction double-least-exponent sign))
          ((eql biased #x7ff) (values nil fraction sign))
          (t (values (logior fraction (ash 1 52)) (- biased 1075) sign)))))

(defun decode-single (x)
  (let* ((top (%float-bits x 1)) (biased (logand #xff (ash top -7)))
         (fraction (logior (ash (logand top 127) 16) (%float-bits x 0)))
         (sign (ash top -15)))
    (cond ((eql biased 0) (values fraction single-least-exponent sign))
          ((eql biased #xff) (values nil fraction sign))
          (t (values (logior fraction #x800000) (- biased 150) sign)))))

(defun decode-bits (x)
  (if (double-float-p x) (decode-double x) (decode-single x)))

(defun encode-double (mantissa exponent sign)
  "The double of MANTISSA (at most 53 bits) times 2 to EXPONENT; no rounding."
  (let ((biased (if (< (integer-length mantissa) 53) 0 (+ exponent 1075))))
    (when (> biased 2046)
      (error 'floating-point-overflow))
    (%make-double (logior (ash sign 15) (ash biased 4) (logand 15 (ash mantissa -48)))
                  (logand #xffff (ash mantissa -32))
                  (logand #xffff (ash mantissa -16))
                  (logand #xffff mantissa))))

(defun encode-single (mantissa exponent sign)
  (let ((biased (if (< (integer-length mantissa) 24) 0 (+ exponent 150))))
    (when (> biased 254)
      (error 'floating-point-overflow))
    (%make-single (logior (ash sign 15) (ash biased 7) (logand 127 (ash mantissa -16)))
                  (logand #xffff mantissa))))

(defun round-quotient (n d)
  "N over D rounded to the nearest integer, ties to even; both positive."
  (multiple-value-bind (q r) (integer-truncate n d)
    (let ((order (integer-compare (ash r 1) d)))
      (if (or (eql order 1) (and (eql order 0) (integer-odd-p q))) (1+ q) q))))

(defun ratio-to-float (n d double)
  "The float nearest to N over D (integers, D positive)."
  (if (eql n 0)
      (if double (%make-double 0 0 0 0) (%make-single 0 0))
      (let* ((sign (if (integer-negative-p n) 1 0)) (n (integer-abs n))
             (precision (if double double-precision single-precision))
             (least (if double double-least-exponent single-least-exponent))
             (e (- (integer-length n) (integer-length d) precision)))
        ;; Value = q * 2^e; q must have PRECISION bits, or e be the least.
        (flet ((quotient (e)
                 (if (>= e 0)
                     (round-quotient n (ash d e))
                     (round-quotient (ash n (- e)) d))))
          (let ((q 0))
            (setq e (max e least)
                  q (quotient e))
            ;; One bit short (the quotient of the leading bits was below 1)?
            (when (and (< (integer-length q) precision) (> e least))
              (setq e (1- e) q (quotient e)))
            (when (> (integer-length q) precision)
              ;; One bit more: round again from the exact value.
              (setq e (1+ e) q (quotient e)))
            (if double (encode-double q e sign) (encode-single q e sign)))))))

(defun to-double (x)
  (cond ((fixnump x) (%fixnum-to-double x))
        ((double-float-p x) x)
        ((single-float-p x) (%single-to-double x))
        ((bignump x) (ratio-to-float x 1 t))
        ((ratiop x) (ratio-to-float (numerator x) (denominator x) t))
        (t (wrong-type-argument x 'real))))

(defun to-single (x)
  (cond ((fixnump x) (%fixnum-to-single x))
        ((single-float-p x) x)
        ((double-float-p x) (%double-to-single x))
        ((bignump x) (ratio-to-float x 1 nil))
        ((ratiop x) (ratio-to-float (numerator x) (denominator x) nil))
        (t (wrong-type-argument x 'real))))

(defun float (x &optional (prototype nil given))
  (cond ((not given) (if (floatp x) x (to-single x)))
        ((double-float-p prototype) (to-double x))
        ((single-float-p prototype) (to-single x))
        (t (wrong-type-argument prototype 'float))))

(defun check-float (x) (if (floatp x) x (wrong-type-argument x 'float)))

(defun float-rational (x)
  "The exact value of a float."
  (multiple-value-bind (mantissa exponent sign) (decode-bits x)
    (unless mantissa (error "~s has no rational value" x))
    (let ((m (if (eql sign 1) (- mantissa) mantissa)))
      (if (>= exponent 0) (ash m exponent) (integer-quotient m (ash 1 (- exponent)))))))

(defun rational (x)
  (cond ((rationalp x) x)
        ((floatp x) (float-rational x))
        (t (wrong-type-argument x 'real))))

(defun rationalize (x)
  "The simplest rational that reads back as X: by continued fractions between the bounds of
what rounds to X."
  (cond
    ((rationalp x) x)
    ((not (floatp x)) (wrong-type-argument x 'real))
    ((zerop x) 0)
    ((minusp x) (- (rationalize (- x))))
    (t
     (multiple-value-bind (m e) (decode-bits x)
       (if (>= e 0)
           (ash m e)
           (let ((d (ash 1 (1+ (- e)))))
             (simplest-between (integer-quotient (1- (* 2 m)) d)
                               (integer-quotient (1+ (* 2 m)) d))))))))

(defun simplest-between (low high)
  "The rational of least denominator strictly between two positive ones."
  (let ((n (1+ (floor low))))
    (if (< n high)
        n
        (let ((base (floor low)))
          (if (eql low base)
              ;; LOW is an integer: base + 1/k with the smallest k that stays below HIGH.
              (+ base (/ 1 (1+ (floor (/ 1 (- high base))))))
              (+ base (/ 1 (simplest-between (/ 1 (- high base)) (/ 1 (- low base))))))))))

(defun integer-decode-float (x)
  (multiple-value-bind (m e sign) (decode-bits (check-float x))
    (unless m (error "~s cannot be decoded" x))
    (values m e (if (eql sign 1) -1 1))))

(defun decode-float (x)
  (multiple-value-bind (m e sign) (decode-bits (check-float x))
    (unless m (error "~s cannot be decoded" x))
    (let ((one (float 1 x)) (length (integer-length m)))
      (if (eql m 0)
          (values (float 0 x) 0 (if (eql sign 1) (- one) one))
          (values (ratio-to-float m (ash 1 length) (double-float-p x))
                  (+ e length)
                  (if (eql sign 1) (- one) one))))))

(defun scale-float (x n)
  (multiple-value-bind (m e sign) (decode-bits (check-float x))
    (if (or (null m) (eql m 0))
        x
        (let* ((k (+ e n))
               (r (if (>= k 0)
                      (if (> k 3000) (error 'floating-point-overflow)
                          (ratio-to-float (ash m k) 1 (double-float-p x)))
                      (if (< k -3000) (float 0 x)
                          (ratio-to-float m (ash 1 (- k)) (double-float-p x))))))
          (if (eql sign 1) (- r) r)))))

(defun float-radix (x) (check-float x) 2)
(defun float-digits (x) (if (double-float-p (check-float x)) 53 24))
(defun float-precision (x)
  (multiple-value-bind (m) (decode-bits (check-float x)) (if m (integer-length m) 0)))

(defun float-sign (x &optional (y (float 1 x)))
  (multiple-value-bind (m e sign) (decode-bits (check-float x))
    (declare (ignore m e))
    (let ((y (abs y)))
      (if (eql sign 1) (- y) y))))

(defun float-nan-p (x)
  (multiple-value-bind (m fraction) (decode-bits x)
    (and (null m) (not (eql fraction 0)))))

(defun float-infinity-p (x)
  (multiple-value-bind (m fraction) (decode-bits x)
    (and (null m) (eql fraction 0))))

;;; Constants

(defconstant most-positive-single-float 3.4028235e38)
(defconstant most-negative-single-float -3.4028235e38)
(defconstant least-positive-single-float 1.4012985e-45)
(defconstant least-negative-single-float -1.4012985e-45)
(defconstant least-positive-normalized-single-float 1.1754944e-38)
(defconstant least-negative-normalized-single-float -1.1754944e-38)
(defconstant single-float-epsilon 5.960465e-8)
(defconstant single-float-negative-epsilon 2.9802326e-8)
(defconstant most-positive-short-float 3.4028235e38)
(defconstant most-negative-short-float -3.4028235e38)
(defconstant least-positive-short-float 1.4012985e-45)
(defconstant least-negative-short-float -1.4012985e-45)
(defconstant least-positive-normalized-short-float 1.1754944e-38)
(defconstant least-negative-normalized-short-float -1.1754944e-38)
(defconstant short-float-epsilon 5.960465e-8)
(defconstant short-float-negative-epsilon 2.9802326e-8)
(defconstant most-positive-double-float 1.7976931348623157d308)
(defconstant most-negative-double-float -1.7976931348623157d308)
(defconstant least-positive-double-float 4.940656458412465d-324)
(defconstant least-negative-double-float -4.940656458412465d-324)
(defconstant least-positive-normalized-double-float 2.2250738585072014d-308)
(defconstant least-negative-normalized-double-float -2.2250738585072014d-308)
(defconstant double-float-epsilon 1.1102230246251568d-16)
(defconstant double-float-negative-epsilon 5.551115123125784d-17)
(defconstant most-positive-long-float 1.7976931348623157d308)
(defconstant most-negative-long-float -1.7976931348623157d308)
(defconstant least-positive-long-float 4.940656458412465d-324)
(defconstant least-negative-long-float -4.940656458412465d-324)
(defconstant least-positive-normalized-long-float 2.2250738585072014d-308)
(defconstant least-negative-normalized-long-float -2.2250738585072014d-308)
(defconstant long-float-epsilon 1.1102230246251568d-16)
(defconstant long-float-negative-epsilon 5.551115123125784d-17)
(defconstant pi 3.141592653589793d0)
