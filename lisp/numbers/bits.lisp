;;; Logical operations on integers, and bytes.

(in-package :si)

(defmacro define-slow-logical (name again operation)
  `(defun ,name (x y)
     (cond ((not (integerp x)) (,again (wrong-type-argument x 'integer) y))
           ((not (integerp y)) (,again x (wrong-type-argument y 'integer)))
           (t (integer-logical x y ,operation)))))

(define-slow-logical %logand-slow %logand 0)
(define-slow-logical %logior-slow %logior 1)
(define-slow-logical %logxor-slow %logxor 2)

(defun %lognot-slow (x)
  (if (integerp x)
      (integer-subtract -1 x)
      (lognot (wrong-type-argument x 'integer))))

(defun %ash-slow (x n)
  (cond ((not (integerp x)) (ash (wrong-type-argument x 'integer) n))
        ((not (integerp n)) (ash x (wrong-type-argument n 'integer)))
        (t (integer-shift x n))))

(defun %integer-length-slow (x)
  (if (bignump x)
      (bignum-integer-length x)
      (integer-length (wrong-type-argument x 'integer))))

(defun logand (&rest integers)
  (let ((r -1)) (dolist (n integers r) (setq r (%logand r n)))))
(defun logior (&rest integers)
  (let ((r 0)) (dolist (n integers r) (setq r (%logior r n)))))
(defun logxor (&rest integers)
  (let ((r 0)) (dolist (n integers r) (setq r (%logxor r n)))))
(defun logeqv (&rest integers)
  (let ((r -1)) (dolist (n integers r) (setq r (lognot (%logxor r n))))))
(defun lognand (x y) (lognot (%logand x y)))
(defun lognor (x y) (lognot (%logior x y)))
(defun logandc1 (x y) (%logand (lognot x) y))
(defun logandc2 (x y) (%logand x (lognot y)))
(defun logorc1 (x y) (%logior (lognot x) y))
(defun logorc2 (x y) (%logior x (lognot y)))

(defun logtest (x y) (not (eql 0 (%logand x y))))

(defun logbitp (index x)
  (if (>= index (integer-length x))
      (minusp x)
      (not (eql 0 (%logand 1 (ash x (- index)))))))

(defun logcount (x)
  (let ((x (if (minusp x) (lognot x) x)) (count 0))
    (do () ((eql x 0) count)
      (let ((part (%logand x #xfffff)))
        (do () ((eql part 0))
          (setq part (%logand part (1- part)) count (1+ count))))
      (setq x (ash x -20)))))

(defconstant boole-clr 0)
(defconstant boole-set 1)
(defconstant boole-1 2)
(defconstant boole-2 3)
(defconstant boole-c1 4)
(defconstant boole-c2 5)
(defconstant boole-and 6)
(defconstant boole-ior 7)
(defconstant boole-xor 8)
(defconstant boole-eqv 9)
(defconstant boole-nand 10)
(defconstant boole-nor 11)
(defconstant boole-andc1 12)
(defconstant boole-andc2 13)
(defconstant boole-orc1 14)
(defconstant boole-orc2 15)

(defun boole (operation x y)
  (check-integer x)
  (check-integer y)
  (case operation
    (0 0) (1 -1) (2 x) (3 y) (4 (lognot x)) (5 (lognot y))
    (6 (%logand x y)) (7 (%logior x y)) (8 (%logxor x y)) (9 (logeqv x y))
    (10 (lognand x y)) (11 (lognor x y)) (12 (logandc1 x y)) (13 (logandc2 x y))
    (14 (logorc1 x y)) (15 (logorc2 x y))
    (t (wrong-type-argument operation '(integer 0 15)))))

;;; Bytes: (size . position)

(defun byte (size position) (cons size position))
(defun byte-size (byte) (car byte))
(defun byte-position (byte) (cdr byte))

(defun byte-mask (byte) (1- (ash 1 (car byte))))

(defun ldb (byte x)
  (%logand (ash x (- (cdr byte))) (byte-mask byte)))

(defun ldb-test (byte x) (not (eql 0 (ldb byte x))))

(defun mask-field (byte x)
  (%logand x (ash (byte-mask byte) (cdr byte))))

(defun dpb (new byte x)
  (let ((mask (byte-mask byte)))
    (%logior (%logand x (lognot (ash mask (cdr byte))))
             (ash (%logand new mask) (cdr byte)))))

(defun deposit-field (new byte x)
  (let ((mask (ash (byte-mask byte) (cdr byte))))
    (%logior (%logand x (lognot mask)) (%logand new mask))))
