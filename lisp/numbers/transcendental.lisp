;;; Roots, powers, exponentials, logarithms, trigonometric and hyperbolic functions.
;;;
;;; All is computed in double precision: an argument is reduced to a small range with a
;;; remainder carried as a second double, where a minimax polynomial gives the result to about one
;;; unit in the last place; single results are rounded from it.

(in-package :si)

(defun result-like (x y)
  "The double Y in the format for a function of X."
  (if (double-float-p x) y (to-single y)))

;;; EXP and LOG

(defconstant ln2-high 6.93147180369123816490d-01)
(defconstant ln2-low 1.90821492927058770002d-10)
(defconstant inverse-ln2 1.44269504088896338700d+00)

(defun two-to (n)
  "2 to the integer N as a double, exact; 0 or an overflow outside the format."
  (cond ((> n 1023) (error 'floating-point-overflow :operation 'exp))
        ((< n -1074) 0d0)
        ((< n -1022) (encode-double (ash 1 (+ n 1074)) -1074 0))
        (t (%make-double (ash (+ n 1023) 4) 0 0 0))))

(defun double-exp (x)
  (cond
    ((> x 709.79d0) (error 'floating-point-overflow :operation 'exp :operands (list x)))
    ((< x -745.2d0) 0d0)
    (t
     (let* ((k (values (round (* x inverse-ln2))))
            (dk (to-double k))
            (high (- x (* dk ln2-high))) (low (* dk ln2-low))
            (r (- high low)) (s (* r r))
            ;; A rational approximation of (exp r) for |r| <= ln2 / 2.
            (c (- r (* s (+ 1.66666666666666019037d-01
                            (* s (+ -2.77777777770155933842d-03
                                    (* s (+ 6.61375632143793436117d-05
                                            (* s (+ -1.65339022054652515390d-06
                                                    (* s 4.13813679705723846039d-08)))))))))))
            (y (- 1d0 (- (- low (/ (* r c) (- 2d0 c))) high))))
       (if (< -1022 k 1024)
           (* y (two-to k))
           (* (* y (two-to (if (> k 0) 1000 -1000)))
              (two-to (if (> k 0) (- k 1000) (+ k 1000)))))))))

(defun double-log (x)
  "Natural logarithm of a positive double."
  (multiple-value-bind (m e) (decode-double x)
    (let* ((length (integer-length m)) (k (+ e length))
           (f (ratio-to-float m (ash 1 length) t)))
      ;; x = f * 2^k, 0.5 <= f < 1; make sqrt(1/2) <= f < sqrt 2
      (when (< f 0.7071067811865476d0)
        (setq f (* f 2d0) k (1- k)))
      (let* ((f (- f 1d0)) (dk (to-double k)) (s (/ f (+ 2d0 f))) (z (* s s)) (w (* z z))
             (t1 (* w (+ 3.999999999940941908d-01
                         (* w (+ 2.222219843214978396d-01 (* w 1.531383769920937332d-01))))))
             (t2 (* z (+ 6.666666666666735130d-01
                         (* w (+ 2.857142874366239149d-01
                                 (* w (+ 1.818357216161805012d-01
                                         (* w 1.479819860511658591d-01))))))))
             (r (+ t1 t2)) (h (* 0.5d0 (* f f))))
        (- (* dk ln2-high)
           (- (- h (+ (* s (+ h r)) (* dk ln2-low))) f))))))

(defun exp (x)
  (cond ((complexp x)
         (* (exp (realpart x)) (cis (imagpart x))))
        ((eql x 0) 1.0)
        (t (result-like (check-real x) (double-exp (to-double x))))))

(defun log (x &optional (base nil given))
  (cond
    (given
     (if (and (zerop base) (not (zerop x))) 
         (float 0 (if (floatp x) x 1.0))
         (if (and (rationalp x) (rationalp base) (plusp x) (plusp base))
             (to-single (/ (real-log x) (real-log base)))
             (/ (log x) (log base)))))
    ((complexp x) (complex (log (abs x)) (phase x)))
    ((zerop (check-real x)) (division-by-zero-error 'log x))
    ((minusp x)
     (complex (log (- x)) (result-like x pi)))
    (t (result-like x (real-log x)))))

(defun real-log (x)
  "Logarithm, a double, of a positive real of any size."
  (cond ((floatp x) (double-log (to-double x)))
        ((integerp x)
         (let ((excess (max 0 (- (integer-length x) 900))))
           (+ (double-log (to-double (ash x (- excess)))) (* excess 0.6931471805599453d0))))
        (t (- (real-log (numerator x)) (real-log (denominator x))))))

;;; SQRT and EXPT

(defun sqrt (x)
  (cond
    ((complexp x)
     (if (zerop x)
         x
         (let* ((a (to-double (realpart x))) (b (to-double (imagpart x)))
                (m (abs (complex a b)))
                (re (%float-sqrt (/ (+ m (abs a)) 2d0)))
                (im (/ (abs b) (* 2d0 re)))
                (r (if (minusp a) im re)) (i (if (minusp a) re im))
                (like (realpart x)))
           (complex (result-like like r) (result-like like (if (minusp b) (- i) i))))))
    ((minusp (check-real x)) (complex (if (rationalp x) 0.0 (float 0 x)) (sqrt (- x))))
    ((double-float-p x) (%float-sqrt x))
    ((single-float-p x) (to-single (%float-sqrt (to-double x))))
    ((and (integerp x) (bignump x) (> (integer-length x) 1000))
     (let* ((shift (* 2 (ash (- (integer-length x) 900) -1))))
       (to-single (* (%float-sqrt (to-double (ash x (- shift)))) (two-to (ash shift -1))))))
    (t (to-single (%float-sqrt (to-double x))))))

(defun expt (base power)
  (cond
    ((integerp power)
     (cond ((eql power 0)
            (if (complexp base) (coerce-to-complex 1 (type-of (realpart base)))
                (if (rationalp base) 1 (float 1 base))))
           ((and (eql base 2) (plusp power)) (ash 1 power))
           ((minusp power)
            (if (and (rationalp base) (zerop base))
                (division-by-zero-error 'expt base power)
                (/ 1 (integer-power base (- power)))))
           (t (integer-power base power))))
    ((and (realp base) (zerop base))
     (if (plusp (realpart power))
         (* base power)
         (division-by-zero-error 'expt base power)))
    ((and (realp base) (realp power) (plusp base))
     (let ((y (double-expt (to-double base) (to-double power))))
       (if (or (double-float-p base) (double-float-p power)) y (to-single y))))
    (t (exp (* power (log base))))))

(defun double-expt (x y)
  (let ((root (* 2d0 y)))
    (if (and (= root (ftruncate root)) (< (abs y) 1000d0))
        ;; Halves of integers are exact roots of powers.
        (let* ((n (values (truncate root))) (p (integer-power (%float-sqrt x) (abs n))))
          (if (minusp n) (/ 1d0 p) p))
        (double-exp (* y (double-log x))))))

;;; SIN, COS, TAN. The argument less a multiple of pi/2 is computed exactly for huge ones, by
;;; rational arithmetic with enough digits of pi.

(defconstant half-pi 1.5707963267948966d0)
(defconstant half-pi-1 1.57079632673412561417d+00)
(defconstant half-pi-2 6.07710050650619224932d-11)
(defconstant half-pi-rest 2.02226624879595063154d-21)

(defvar *pi-digits*
  314159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798214808651
  "pi times ten to the 110")

(defun reduce-angle (x)
  "Quadrant (0 to 3), and the rest of the double X as two doubles."
  (if (< (abs x) 100000d0)
      (let* ((n (values (round (/ x half-pi)))) (dn (to-double n))
             (a (- x (* dn half-pi-1))) (b (- a (* dn half-pi-2)))
             (low (+ (- (- a b) (* dn half-pi-2)) (- (* dn half-pi-rest))))
             (r (+ b low)))
        (values (logand n 3) r (- low (- r b))))
      (let* ((half (integer-quotient *pi-digits* (* 2 (integer-power 10 110))))
             (q (float-rational x)) (n (values (round q half))) (rest (- q (* n half)))
             (r (to-double rest)))
        (values (logand n 3) r (to-double (- rest (float-rational r)))))))

(defun sine-series (x low)
  "Sine of X + LOW, |X| <= pi/4."
  (let* ((z (* x x))
         (r (+ 8.33333333332248946124d-03
               (* z (+ -1.98412698298579493134d-04
                       (* z (+ 2.75573137070700676789d-06
                               (* z (+ -2.50507602534068634195d-08
                                       (* z 1.58969099521155010221d-10)))))))))
         (v (* z x)))
    (- x (- (- (* z (- (* 0.5d0 low) (* v r))) low) (* v -1.66666666666666324348d-01)))))

(defun cosine-series (x low)
  (let* ((z (* x x))
         (r (* z (+ 4.16666666666666019037d-02
                    (* z (+ -1.38888888888741095749d-03
                            (* z (+ 2.48015872894767294178d-05
                                    (* z (+ -2.75573143513906633035d-07
                                            (* z (+ 2.08757232129817482790d-09
                                                    (* z -1.13596475577881948265d-11))))))))))))
         (h (* 0.5d0 z)) (w (- 1d0 h)))
    (+ w (+ (- (- 1d0 w) h) (- (* z r) (* x low))))))

(defun double-sin (x)
  (multiple-value-bind (quadrant r low) (reduce-angle x)
    (case quadrant
      (0 (sine-series r low)) (1 (cosine-series r low))
      (2 (- (sine-series r low))) (t (- (cosine-series r low))))))

(defun double-cos (x)
  (multiple-value-bind (quadrant r low) (reduce-angle x)
    (case quadrant
      (0 (cosine-series r low)) (1 (- (sine-series r low)))
      (2 (- (cosine-series r low))) (t (sine-series r low)))))

(defun sin (x)
  (cond ((complexp x)
         (let ((a (realpart x)) (b (imagpart x)))
           (complex (* (sin a) (cosh b)) (* (cos a) (sinh b)))))
        (t (result-like (check-real x) (double-sin (to-double x))))))

(defun cos (x)
  (cond ((complexp x)
         (let ((a (realpart x)) (b (imagpart x)))
           (complex (* (cos a) (cosh b)) (- (* (sin a) (sinh b))))))
        (t (result-like (check-real x) (double-cos (to-double x))))))

(defun tan (x)
  (if (complexp x)
      (/ (sin x) (cos x))
      (let ((d (to-double (check-real x))))
        (result-like x (/ (double-sin d) (double-cos d))))))

(defun cis (x) (complex (cos x) (sin x)))

;;; ATAN, from a table of arctangents of 1/2, 1, 3/2 and infinity

(defun double-atan (x)
  (let ((negative (minusp x)) (x (abs x)))
    (let ((y (cond
               ((> x 1d19) half-pi)
               ((< x 0.4375d0) (atan-series x 0d0 0d0))
               ((< x 0.6875d0)
                (atan-series (/ (- (* 2d0 x) 1d0) (+ 2d0 x))
                             4.63647609000806093515d-01 2.26987774529616870924d-17))
               ((< x 1.1875d0)
                (atan-series (/ (- x 1d0) (+ x 1d0))
                             7.85398163397448278999d-01 3.06161699786838301793d-17))
               ((< x 2.4375d0)
                (atan-series (/ (- x 1.5d0) (+ 1d0 (* 1.5d0 x)))
                             9.82793723247329054082d-01 1.39033110312309984516d-17))
               (t (atan-series (/ -1d0 x)
                               1.57079632679489655800d+00 6.12323399573676603587d-17)))))
      (if negative (- y) y))))

(defun atan-series (x high low)
  (let* ((z (* x x)) (w (* z z))
         (s1 (* z (+ 3.33333333333329318027d-01
                     (* w (+ 1.42857142725034663711d-01
                             (* w (+ 9.09088713343650656196d-02
                                     (* w (+ 6.66107313738753120669d-02
                                             (* w (+ 4.97687799461593236017d-02
                                                     (* w 1.62858201153657823623d-02)))))))))))) 
         (s2 (* w (+ -1.99999999998764832476d-01
                     (* w (+ -1.11111104054623557880d-01
                             (* w (+ -7.69187620504482999495d-02
                                     (* w (+ -5.83357013379057348645d-02
                                             (* w -3.65315727442169155270d-02)))))))))))
    (- high (- (- (* x (+ s1 s2)) low) x))))

(defun atan-two (y x)
  "The angle of the point (X, Y), doubles."
  (cond ((zerop x)
         (cond ((zerop y) (if (float-negative-p x) (if (float-negative-p y) (- pi) pi) y))
               ((minusp y) (- half-pi))
               (t half-pi)))
        ((plusp x) (double-atan (/ y x)))
        ((float-negative-p y) (- (double-atan (/ y x)) pi))
        (t (+ (double-atan (/ y x)) pi))))

(defun atan (y &optional (x nil given))
  (cond
    (given
     (let ((angle (atan-two (to-double (check-real y)) (to-double (check-real x)))))
       (if (or (double-float-p x) (double-float-p y)) angle (to-single angle))))
    ((complexp y)
     (let ((iy (* (complex 0 1) y)))
       (/ (- (log (+ 1 iy)) (log (- 1 iy))) (complex 0 2))))
    (t (result-like (check-real y) (double-atan (to-double y))))))

(defun asin (x)
  (if (or (complexp x) (> (abs (check-real x)) 1))
      (let ((ix (* (complex 0 1) x)))
        (* (complex 0 -1) (log (+ ix (sqrt (- 1 (* x x)))))))
      (let ((d (to-double x)))
        (result-like x (atan-two d (%float-sqrt (* (- 1d0 d) (+ 1d0 d))))))))

(defun acos (x)
  (if (or (complexp x) (> (abs (check-real x)) 1))
      (- (/ (if (double-float-p (realpart x)) pi (to-single pi)) 2) (asin x))
      (let ((d (to-double x)))
        (result-like x (atan-two (%float-sqrt (* (- 1d0 d) (+ 1d0 d))) d)))))

(defun phase (x)
  (if (complexp x)
      (atan (imagpart x) (realpart x))
      (if (minusp (check-real x)) (result-like x pi) (if (floatp x) (float 0 x) 0.0))))

;;; Hyperbolic functions

(defun sinh (x)
  (if (complexp x)
      (/ (- (exp x) (exp (- x))) 2)
      (let ((d (to-double (check-real x))))
        (result-like x
                     (if (< (abs d) 0.3d0)
                         ;; The series, where the difference would lose digits.
                         (let ((z (* d d)) (term d) (sum d))
                           (do ((n 2d0 (+ n 2d0))) ((> n 18d0) sum)
                             (setq term (/ (* term z) (* n (+ n 1d0))) sum (+ sum term))))
                         (let ((e (double-exp d))) (/ (- e (/ 1d0 e)) 2d0)))))))

(defun cosh (x)
  (if (complexp x)
      (/ (+ (exp x) (exp (- x))) 2)
      (let ((e (double-exp (to-double (check-real x)))))
        (result-like x (/ (+ e (/ 1d0 e)) 2d0)))))

(defun tanh (x)
  (cond ((complexp x) (/ (sinh x) (cosh x)))
        ((> (abs (check-real x)) 22) (result-like x (if (minusp x) -1d0 1d0)))
        (t (let ((d (to-double x))) (result-like x (/ (sinh d) (cosh d)))))))

(defun double-log1p (y)
  "Logarithm of 1 + Y, accurate for small Y."
  (let ((u (+ 1d0 y)))
    (if (= u 1d0) y (* (double-log u) (/ y (- u 1d0))))))

(defun asinh (x)
  (if (complexp x)
      (log (+ x (sqrt (+ 1 (* x x)))))
      (let* ((d (to-double (check-real x))) (a (abs d))
             (y (double-log1p (+ a (/ (* a a) (+ 1d0 (%float-sqrt (+ 1d0 (* a a)))))))))
        (result-like x (if (minusp d) (- y) y)))))

(defun acosh (x)
  (if (or (complexp x) (< (check-real x) 1))
      (* 2 (log (+ (sqrt (/ (+ x 1) 2)) (sqrt (/ (- x 1) 2)))))
      (let ((d (to-double x)))
        (result-like x (double-log (+ d (%float-sqrt (* (- d 1d0) (+ d 1d0)))))))))

(defun atanh (x)
  (if (or (complexp x) (> (abs (check-real x)) 1))
      (/ (- (log (+ 1 x)) (log (- 1 x))) 2)
      (let ((d (to-double x)))
        (result-like x (* 0.5d0 (double-log1p (/ (* 2d0 d) (- 1d0 d))))))))
