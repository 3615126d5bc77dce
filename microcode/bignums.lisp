;;; -*- Mode: Lisp; Base: 8 -*-
;;; Kernels of arithmetic on integers of any size.
;;;
;;; Purpose. A bignum is a header with sign and number of digits, and 32-bit digits of the
;;; magnitude, least significant first. The kernels work on magnitudes; signs, and when to
;;; make a fixnum of the result, are the business of Lisp (lisp/numbers/).
;;;
;;; Invariants. Digits and indices are unboxed. Operands stay on the stack until the result
;;; has been allocated, and are taken from there again after it: M-A and M-B never hold an
;;; operand across an allocation. Digit i (from 1) is the word at object + i.

(locality a-mem)
a-digit-i       (0)
a-digit-j       (0)
a-digit-carry   (0)
a-digits-a      (0)     ;number of digits of the first operand
a-digits-b      (0)
a-digit-top     (0)     ;division: highest digit of the divisor
a-digit-next    (0)     ;and the one below
a-digit-guess   (0)
a-digit-shift   (0)
(register-kind unboxed a-digit-i a-digit-j a-digit-carry a-digits-a a-digits-b a-digit-top
               a-digit-next a-digit-guess a-digit-shift)
(locality i-mem)

(assign-eval bignum-header
        (plus (byte-value q-data-type dtp-header) (byte-value header-type header-type-bignum)))

;;; ---- Operands ----

;; M-T is a bignum: VMA its address, MD its header, M-1 the number of its digits.
(type-dispatch-table d-bignum (inhibit-xct-next-bit bignum-wrong)
  (dtp-extended-number p-bit r-bit start-read))
(declare (args m-t) (values m-1) (clobbers m-2 vma md))
bignum-header-of
        (dispatch q-data-type m-t d-bignum)
        (check-page-read)
        (transport-header)
        ((m-2) ldb header-type md)
        (jump-not-equal m-2 (a-constant header-type-bignum) bignum-wrong)
        (popj-after-next (m-1) ldb bignum-length md)
       (no-op)
bignum-wrong
        (call trap)
        (error-table wrong-type m-t bignum)

;; The two operands on the stack to M-A and M-B, their lengths to A-DIGITS-A and -B.
bignum-operands
        (call-xct-next bignum-header-of)
       ((m-t) pdl-top)
        ((a-digits-b) m-1)
        ((pdl-index) sub pdl-pointer (a-constant 1))
        (call-xct-next bignum-header-of)
       ((m-t) c-pdl-buffer-index)
        ((a-digits-a) m-1)
bignum-operands-again
        ((pdl-index) sub pdl-pointer (a-constant 1))
        (popj-after-next (m-a) c-pdl-buffer-index)
       ((m-b) pdl-top)

;; The result M-T takes the place of both operands.
bignum-result-2
        ((m-garbage) pdl-pop)
bignum-result
        (popj-after-next (pdl-top) m-t)
       (no-op)

;; M-T: a new bignum of M-6 digits, all 0. M-6 is kept.
(declare (args m-6) (values m-t) (clobbers m-1))
make-bignum
        (call-xct-next allocate-structure)
       ((m-1) m+1 m-6)
        ((md) ior m-6 (a-constant bignum-header))
        (store-unboxed vma-start-write m-t)
        ((m-1) m-6)
make-bignum-digit
        (jump-equal m-1 a-zero make-bignum-done)
        ((md) m-zero)
        (store-unboxed vma-start-write add m-t a-1)
        (jump-xct-next make-bignum-digit)
       ((m-1) sub m-1 (a-constant 1))
make-bignum-done
        (popj-after-next)
       ((m-t) dpb m-t q-pointer (a-constant (byte-value q-data-type dtp-extended-number)))

        (misc-inst-entry %make-bignum)
        (call-unless-type dtp-fix pdl-top trap)
        (error-table wrong-type pdl-top fixnum)
        (call-xct-next make-bignum)
       ((m-6) q-pointer pdl-top)
        (jump bignum-result)

        (misc-inst-entry %bignum-length)
        (call-xct-next bignum-header-of)
       ((m-t) pdl-top)
        (popj-after-next)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)

        (misc-inst-entry %bignum-sign)
        (call-xct-next bignum-header-of)
       ((m-t) pdl-top)
        (popj-after-next (m-1) ldb bignum-sign md)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)

;; (a s -- a)
        (misc-inst-entry %bignum-set-sign)
        ((m-3) pdl-pop)
        (call-xct-next bignum-header-of)
       ((m-t) pdl-top)
        ((m-1) md)
        ((md) dpb m-3 bignum-sign a-1)
        (store-unboxed vma-start-write vma)
        (popj)

;; (n -- a): one digit, magnitude and sign.
        (misc-inst-entry %fixnum-to-bignum)
        (call-unless-type dtp-fix pdl-top trap)
        (error-table wrong-type pdl-top fixnum)
        (call-xct-next make-bignum)
       ((m-6) (a-constant 1))
        ((m-3) output-selector-extend-25 pdl-pop)
        ((pdl-push) m-t)
        ((m-1) ldb word-sign m-3)
        ((m-1) dpb m-1 bignum-sign (a-constant (plus bignum-header 1)))
        (call-less-than m-3 a-zero negate-m-3)
        ((md) m-1)
        (store-unboxed vma-start-write m-t)
        ((md) m-3)
        (store-unboxed vma-start-write m+1 m-t)
        (popj)

;; (a -- x): without leading zero digits; a fixnum when it fits.
        (misc-inst-entry %bignum-normalize)
        (call-xct-next bignum-header-of)
       ((m-t) pdl-top)
        ((m-4) ldb bignum-sign md)
        ((m-5) m-1)
bignum-normalize-1
        (jump-equal m-1 a-zero bignum-is-zero)
        ((vma-start-read) add m-t a-1)
        (check-page-read)
        (jump-not-equal md a-zero bignum-normalize-2)
        (jump-xct-next bignum-normalize-1)
       ((m-1) sub m-1 (a-constant 1))
bignum-is-zero
        (popj-after-next (pdl-top) a-fix-zero)
       (no-op)
;; MD is the highest digit that is not 0, number M-1.
bignum-normalize-2
        (jump-not-equal m-1 (a-constant 1) bignum-stays)
        ((m-3) md)
        (jump-less-than m-3 a-zero bignum-stays)
        ((m-2) sub m-3 a-4)                     ;2^24 fits when it is negative
        (jump-greater-than m-2 (a-constant 77777777) bignum-stays)
        (call-not-equal m-4 a-zero negate-m-3)
        (popj-after-next)
       ((pdl-top) dpb m-3 q-pointer a-fix-zero)
bignum-stays
        (popj-equal m-1 a-5)                    ;no leading zeros
        (call-xct-next make-bignum)
       ((m-6) m-1)
        ((m-a) pdl-top)
        ((m-1) dpb m-4 bignum-sign (a-constant bignum-header))
        ((md) ior m-1 a-6)
        (store-unboxed vma-start-write m-t)
bignum-copy-digit
        (jump-equal m-6 a-zero bignum-result)
        ((vma-start-read) add m-a a-6)
        (check-page-read)
        (store-unboxed vma-start-write add m-t a-6)
        (jump-xct-next bignum-copy-digit)
       ((m-6) sub m-6 (a-constant 1))

;;; ---- Halves of digits: (a i -- u), (a i u -- a) ----

        (misc-inst-entry %bignum-half)
        ((m-3) q-pointer pdl-pop)
        (call-xct-next bignum-header-of)
       ((m-t) pdl-top)
        ((m-4) ldb (byte-field 23. 1) m-3)
        (jump-greater-or-equal m-4 a-1 bignum-is-zero)  ;beyond the end
        ((m-4) m+1 m-4)
        ((vma-start-read) add m-t a-4)
        (check-page-read)
        (jump-if-bit-set (byte-field 1 0) m-3 bignum-high-half)
        (popj-after-next (m-1) ldb low-half md)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)
bignum-high-half
        (popj-after-next (m-1) ldb high-half md)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)

        (misc-inst-entry %bignum-set-half)
        ((m-5) pdl-pop)
        ((m-3) q-pointer pdl-pop)
        (call-xct-next bignum-header-of)
       ((m-t) pdl-top)
        ((m-4) ldb (byte-field 23. 1) m-3)
        (call-greater-or-equal m-4 a-1 trap)
        (error-table index-out-of-range m-t)
        ((m-4) m+1 m-4)
        ((vma-start-read) add m-t a-4)
        (check-page-read)
        ((m-1) md)
        (jump-if-bit-set (byte-field 1 0) m-3 bignum-set-high-half)
        ((md) selective-deposit m-5 low-half a-1)
        (store-unboxed vma-start-write vma)
        (popj)
bignum-set-high-half
        ((md) dpb m-5 high-half a-1)
        (store-unboxed vma-start-write vma)
        (popj)

;;; ---- Comparison of magnitudes: (a b -- n) ----

        (misc-inst-entry %bignum-compare)
        (call bignum-operands)
        ((m-garbage) pdl-pop)
        ((m-1) a-digits-a)
        (jump-greater-than m-1 a-digits-b float-greater)
        (jump-less-than m-1 a-digits-b float-less)
bignum-compare-1
        (jump-equal m-1 a-zero float-equal)
        ((vma-start-read) add m-a a-1)
        (check-page-read)
        ((m-3) xor md (a-constant 1_31.))       ;unsigned comparison
        ((vma-start-read) add m-b a-1)
        (check-page-read)
        ((m-4) xor md (a-constant 1_31.))
        (jump-greater-than m-3 a-4 float-greater)
        (jump-less-than m-3 a-4 float-less)
        (jump-xct-next bignum-compare-1)
       ((m-1) sub m-1 (a-constant 1))

;;; ---- Addition: the carry out of bit 31 is a∧b ∨ (a∨b)∧¬sum ----

        (misc-inst-entry %bignum-add)
        (call bignum-operands)
        ((m-1) a-digits-a)
        (jump-greater-or-equal m-1 a-digits-b bignum-add-ordered)
        ;; The longer one first.
        ((pdl-top) m-a)
        ((c-pdl-buffer-index) m-b)              ;PI is still that of the first
        ((m-2) a-digits-b)
        ((a-digits-b) m-1)
        ((a-digits-a) m-2)
bignum-add-ordered
        ((m-6) a-digits-a)
        (call-xct-next make-bignum)
       ((m-6) m+1 m-6)
        (call bignum-operands-again)
        ((a-digit-carry) m-zero)
        ((m-1) (a-constant 1))
bignum-add-both
        (jump-greater-than m-1 a-digits-b bignum-add-rest)
        ((vma-start-read) add m-b a-1)
        (check-page-read)
        ((m-4) md)
        (call bignum-add-digit)
        (jump-xct-next bignum-add-both)
       ((m-1) m+1 m-1)
bignum-add-rest
        (jump-greater-than m-1 a-digits-a bignum-add-carry)
        (call-xct-next bignum-add-digit)
       ((m-4) m-zero)
        (jump-xct-next bignum-add-rest)
       ((m-1) m+1 m-1)
bignum-add-carry
        ((md) a-digit-carry)
        (store-unboxed vma-start-write add m-t a-1)
        (jump bignum-result-2)

;; Digit M-1 of M-A, plus M-4, plus the carry, to M-T.
bignum-add-digit
        ((vma-start-read) add m-a a-1)
        (check-page-read)
        ((m-3) md)
        (call add-with-carry)
        ((md) m-5)
        (store-unboxed vma-start-write add m-t a-1)
        (popj)

;; M-5: M-3 plus M-4 plus the carry in A-DIGIT-CARRY, which is then the carry of that.
add-with-carry
        ((m-5) add m-3 a-4)
        ((m-5) add m-5 a-digit-carry)
        ((m-2) ior m-3 a-4)
        ((m-2) andca m-2 a-5)
        ((m-3) and m-3 a-4)
        ((m-2) ior m-2 a-3)
        (popj-after-next (a-digit-carry) ldb word-sign m-2)
       (no-op)

;;; ---- Subtraction, |a| not less than |b|: the borrow is ¬a∧b ∨ (¬a∨b)∧difference ----

        (misc-inst-entry %bignum-subtract)
        (call bignum-operands)
        (call-xct-next make-bignum)
       ((m-6) a-digits-a)
        (call bignum-operands-again)
        ((a-digit-carry) m-zero)
        ((m-1) (a-constant 1))
bignum-subtract-both
        (jump-greater-than m-1 a-digits-b bignum-subtract-rest)
        ((vma-start-read) add m-b a-1)
        (check-page-read)
        ((m-4) md)
        (call bignum-subtract-digit)
        (jump-xct-next bignum-subtract-both)
       ((m-1) m+1 m-1)
bignum-subtract-rest
        (jump-greater-than m-1 a-digits-a bignum-result-2)
        (call-xct-next bignum-subtract-digit)
       ((m-4) m-zero)
        (jump-xct-next bignum-subtract-rest)
       ((m-1) m+1 m-1)

bignum-subtract-digit
        ((vma-start-read) add m-a a-1)
        (check-page-read)
        ((m-3) md)
        (call subtract-with-borrow)
        ((md) m-5)
        (store-unboxed vma-start-write add m-t a-1)
        (popj)

;; M-5: M-3 less M-4 less the borrow in A-DIGIT-CARRY, which is then the borrow of that.
subtract-with-borrow
        ((m-5) sub m-3 a-4)
        ((m-5) sub m-5 a-digit-carry)
        ((m-2) orca m-4 a-3)
        ((m-2) and m-2 a-5)
        ((m-4) andca m-4 a-3)
        ((m-2) ior m-2 a-4)
        (popj-after-next (a-digit-carry) ldb word-sign m-2)
       (no-op)

;;; ---- Multiplication, digit by digit ----

        (misc-inst-entry %bignum-multiply)
        (call bignum-operands)
        ((m-6) a-digits-a)
        (call-xct-next make-bignum)
       ((m-6) add m-6 a-digits-b)
        (call bignum-operands-again)
        ((a-digit-i) m-zero)
;; For each digit of b …
bignum-multiply-row
        ((m-1) a-digit-i)
        (jump-greater-or-equal m-1 a-digits-b bignum-result-2)
        ((a-digit-carry) m-zero)
        ((a-digit-j) m-zero)
;; … each digit of a: the product, plus what is there, plus the carry, has 64 bits.
bignum-multiply-digit
        ((m-2) a-digit-j)
        (jump-greater-or-equal m-2 a-digits-a bignum-multiply-row-end)
        ((m-2) m+1 m-2)
        ((vma-start-read) add m-a a-2)
        (check-page-read)
        ((m-3) md)
        ((m-1) a-digit-i)
        ((m-1) m+1 m-1)
        ((vma-start-read) add m-b a-1)
        (check-page-read)
        ((m-2) md)
        (call-xct-next multiply-32)
       ((m-1) m-3)
        (call-xct-next add-to-64)
       ((m-1) a-digit-carry)
        ((m-5) a-digit-i)
        ((m-5) m+a+1 m-5 a-digit-j)
        ((m-5) add m-t a-5)
        ((vma-start-read) m-5)
        (check-page-read)
        (call-xct-next add-to-64)
       ((m-1) md)
        ((md) m-3)
        (store-unboxed vma-start-write m-5)
        ((a-digit-carry) m-4)
        ((m-2) a-digit-j)
        (jump-xct-next bignum-multiply-digit)
       ((a-digit-j) m+1 m-2)
bignum-multiply-row-end
        ((m-5) a-digit-i)
        ((m-5) m+a+1 m-5 a-digit-j)
        ((md) a-digit-carry)
        (store-unboxed vma-start-write add m-t a-5)
        ((m-1) a-digit-i)
        (jump-xct-next bignum-multiply-row)
       ((a-digit-i) m+1 m-1)

;; M-4 (high) and M-3 (low), plus M-1. Keeps M-5.
(declare (args m-1 m-3 m-4) (values m-3 m-4) (clobbers m-1 m-2 m-6))
add-to-64
        ((m-6) add m-3 a-1)
        ((m-2) ior m-3 a-1)
        ((m-2) andca m-2 a-6)
        ((m-1) and m-1 a-3)
        ((m-2) ior m-2 a-1)
        ((m-2) ldb word-sign m-2)
        (popj-after-next (m-3) m-6)
       ((m-4) add m-4 a-2)

;;; ---- Division by a small number: (a n q -- r), quotient digits to q ----

        (misc-inst-entry %bignum-divide-small)
        ((m-b) pdl-pop)
        (call-xct-next bignum-header-of)
       ((m-t) m-b)
        ((m-2) q-pointer pdl-pop)
        ((m-a) pdl-top)
        ((a-digit-top) m-2)
        (call-xct-next bignum-header-of)
       ((m-t) m-a)
        ((a-digit-i) m-1)
        ((m-4) m-zero)
bignum-divide-small-1
        ((m-1) a-digit-i)
        (jump-equal m-1 a-zero bignum-divide-small-end)
        ((vma-start-read) add m-a a-1)
        (check-page-read)
        ((m-3) md)
        (call-xct-next divide-64)
       ((m-2) a-digit-top)
        ((m-1) a-digit-i)
        ((md) m-3)
        (store-unboxed vma-start-write add m-b a-1)
        (jump-xct-next bignum-divide-small-1)
       ((a-digit-i) sub m-1 (a-constant 1))
bignum-divide-small-end
        (popj-after-next)
       ((pdl-top) dpb m-4 q-pointer a-fix-zero)

;;; ---- Shifts: (a n -- c), of the magnitude ----

;; M-6 whole digits, A-DIGIT-SHIFT bits. M-T is the result, M-A the operand, M-5 digits.
        (misc-inst-entry %bignum-shift-left)
        ((m-3) q-pointer pdl-top)
        ((a-digit-shift) ldb (byte-field 5 0) m-3)
        ((a-digit-j) ldb (byte-field 20. 5) m-3)
        ((pdl-index) sub pdl-pointer (a-constant 1))
        (call-xct-next bignum-header-of)
       ((m-t) c-pdl-buffer-index)
        ((a-digits-a) m-1)
        ((m-6) m+a+1 m-1 a-digit-j)
        (call make-bignum)
        ((m-garbage) pdl-pop)
        ((m-a) pdl-top)
        ;; Digit k of the result is digit k-j shifted, with the high bits of the one below.
        ((m-1) a-digits-a)
        ((m-1) m+1 m-1)                         ;digit beyond the highest is 0
        ((m-3) m-zero)
bignum-shift-left-1
        ((m-4) m-zero)
        (jump-less-or-equal m-1 (a-constant 1) bignum-shift-left-2)
        ((m-2) sub m-1 (a-constant 1))
        ((vma-start-read) add m-a a-2)
        (check-page-read)
        ((m-4) md)
bignum-shift-left-2
        (call shift-pair-left)
        ((md) m-5)
        ((m-2) add m-1 a-digit-j)
        (store-unboxed vma-start-write add m-t a-2)
        ((m-3) m-4)
        ((m-1) sub m-1 (a-constant 1))
        (jump-greater-than m-1 a-zero bignum-shift-left-1)
        (jump bignum-result)

;; M-5: the high word of M-3, M-4 shifted left by A-DIGIT-SHIFT bits, 0 to 31.
shift-pair-left
        ((m-5) m-3)
        ((m-2) a-digit-shift)
        ((m-6) m-4)
shift-pair-left-1
        (popj-equal m-2 a-zero)
        ((m-5) m+m m-5)
        ((m-tem) ldb word-sign m-6)
        ((m-5) ior m-5 a-tem)
        ((m-6) m+m m-6)
        (jump-xct-next shift-pair-left-1)
       ((m-2) sub m-2 (a-constant 1))

        (misc-inst-entry %bignum-shift-right)
        ((m-3) q-pointer pdl-top)
        ((m-2) ldb (byte-field 5 0) m-3)
        ((a-digit-shift) m-2)
        ((a-digit-j) ldb (byte-field 20. 5) m-3)
        ((pdl-index) sub pdl-pointer (a-constant 1))
        (call-xct-next bignum-header-of)
       ((m-t) c-pdl-buffer-index)
        ((a-digits-a) m-1)
        ((m-6) sub m-1 a-digit-j)
        (jump-greater-than m-6 a-zero bignum-shift-right-some)
        ((m-6) (a-constant 1))
bignum-shift-right-some
        (call make-bignum)
        ((m-garbage) pdl-pop)
        ((m-a) pdl-top)
        ;; Shifting right by n is shifting the pair of digits left by 32 - n and taking the
        ;; high word; by 0, the digit itself.
        ((m-2) (a-constant 32.))
        ((m-2) sub m-2 a-digit-shift)
        ((a-digit-shift) m-2)
        ((a-digit-i) (a-constant 1))
bignum-shift-right-1
        ((m-1) a-digit-i)
        ((m-1) add m-1 a-digit-j)
        (jump-greater-than m-1 a-digits-a bignum-result)
        ((vma-start-read) add m-a a-1)
        (check-page-read)
        ((m-4) md)
        ((m-3) m-zero)
        (jump-equal m-1 a-digits-a bignum-shift-right-2)
        ((vma-start-read) m+a+1 m-a a-1)
        (check-page-read)
        ((m-3) md)
bignum-shift-right-2
        (call shift-pair-left)
        ((m-1) a-digit-i)
        ((md) m-5)
        (store-unboxed vma-start-write add m-t a-1)
        (jump-xct-next bignum-shift-right-1)
       ((a-digit-i) m+1 m-1)

;;; ---- Division: (a b q -- r), quotient digits to q, which has enough of them ----
;;;
;;; Knuth's algorithm D without moving the operands: the guess at a quotient digit is made
;;; from the highest digits as if everything were shifted so that the divisor's highest bit
;;; is 1. It is right, or one or two too large; then the divisor is added back.

        (misc-inst-entry %bignum-divide)
        ((m-c) pdl-pop)
        (call bignum-operands)
        ((m-6) a-digits-a)
        (call-xct-next make-bignum)
       ((m-6) m+1 m-6)
        (call bignum-operands-again)
        ((m-1) a-digits-a)
bignum-divide-copy
        (jump-equal m-1 a-zero bignum-divide-normalize)
        ((vma-start-read) add m-a a-1)
        (check-page-read)
        (store-unboxed vma-start-write add m-t a-1)
        (jump-xct-next bignum-divide-copy)
       ((m-1) sub m-1 (a-constant 1))

;; A-DIGIT-SHIFT: leading zeros of the divisor; A-DIGIT-TOP: its highest word, shifted.
bignum-divide-normalize
        ((m-1) a-digits-b)
        ((vma-start-read) add m-b a-1)
        (check-page-read)
        ((m-3) md)
        (call-equal m-3 a-zero trap)
        (error-table division-by-zero m-b)
        ((m-4) md)
        ((m-2) m-zero)
bignum-divide-normalize-1
        (jump-less-than m-4 a-zero bignum-divide-normalize-2)
        ((m-2) m+1 m-2)
        (jump-xct-next bignum-divide-normalize-1)
       ((m-4) m+m m-4)
bignum-divide-normalize-2
        ((a-digit-shift) m-2)
        (jump-equal-xct-next m-1 (a-constant 1) bignum-divide-top)
       ((m-4) m-zero)
        ((m-1) sub m-1 (a-constant 1))
        ((vma-start-read) add m-b a-1)
        (check-page-read)
        ((m-4) md)
bignum-divide-top
        (call shift-pair-left)
        ((a-digit-top) m-5)
        ((m-1) a-digits-a)
        ((a-digit-i) sub m-1 a-digits-b)

;; Quotient digit A-DIGIT-I, from 0.
bignum-divide-digit
        ((m-1) a-digit-i)
        (jump-less-than m-1 a-zero bignum-result-2)
        ((m-1) m+a+1 m-1 a-digits-b)
        ((vma-start-read) add m-t a-1)
        (check-page-read)
        ((m-3) md)
        ((m-1) sub m-1 (a-constant 1))
        ((vma-start-read) add m-t a-1)
        (check-page-read)
        ((m-4) md)
        (call shift-pair-left)
        ((a-digit-next) m-5)
        ((m-3) m-4)
        (jump-less-or-equal-xct-next m-1 (a-constant 1) bignum-divide-guess)
       ((m-4) m-zero)
        ((m-1) sub m-1 (a-constant 1))
        ((vma-start-read) add m-t a-1)
        (check-page-read)
        ((m-4) md)
bignum-divide-guess
        (call shift-pair-left)
        ((m-3) m-5)
        ((m-4) a-digit-next)
        ((m-2) a-digit-top)
        ((m-5) xor m-4 (a-constant 1_31.))
        ((m-6) xor m-2 (a-constant 1_31.))
        (jump-less-than m-5 a-6 bignum-divide-guess-1)
        (jump-xct-next bignum-divide-subtract)
       ((a-digit-guess) m-minus-one)
bignum-divide-guess-1
        (call divide-64)
        ((a-digit-guess) m-3)

;; The guess times the divisor is taken off; what is carried from digit to digit of the product is in
;; A-DIGIT-NEXT, the borrow in A-DIGIT-CARRY.
bignum-divide-subtract
        ((a-digit-carry) m-zero)
        ((a-digit-next) m-zero)
        ((a-digit-j) m-zero)
bignum-divide-subtract-1
        ((m-2) a-digit-j)
        (jump-greater-or-equal m-2 a-digits-b bignum-divide-subtract-2)
        ((vma-start-read) m+a+1 m-b a-2)
        (check-page-read)
        ((m-2) md)
        (call-xct-next multiply-32)
       ((m-1) a-digit-guess)
        (call-xct-next add-to-64)
       ((m-1) a-digit-next)
        ((a-digit-next) m-4)
        (call-xct-next subtract-at-digit)
       ((m-4) m-3)
        ((m-2) a-digit-j)
        (jump-xct-next bignum-divide-subtract-1)
       ((a-digit-j) m+1 m-2)
bignum-divide-subtract-2
        (call-xct-next subtract-at-digit)
       ((m-4) a-digit-next)
        ((m-1) a-digit-carry)
        (jump-equal m-1 a-zero bignum-divide-store)

;; Too large by one: until the addition carries out of the highest digit.
bignum-divide-add-back
        ((m-1) a-digit-guess)
        ((a-digit-guess) sub m-1 (a-constant 1))
        ((a-digit-carry) m-zero)
        ((a-digit-j) m-zero)
bignum-divide-add-1
        ((m-2) a-digit-j)
        (jump-greater-or-equal m-2 a-digits-b bignum-divide-add-2)
        ((vma-start-read) m+a+1 m-b a-2)
        (check-page-read)
        (call-xct-next add-at-digit)
       ((m-4) md)
        ((m-2) a-digit-j)
        (jump-xct-next bignum-divide-add-1)
       ((a-digit-j) m+1 m-2)
bignum-divide-add-2
        (call-xct-next add-at-digit)
       ((m-4) m-zero)
        ((m-1) a-digit-carry)
        (jump-equal m-1 a-zero bignum-divide-add-back)

bignum-divide-store
        ((m-1) a-digit-i)
        ((m-1) m+1 m-1)
        ((md) a-digit-guess)
        (store-unboxed vma-start-write add m-c a-1)
        ((m-1) a-digit-i)
        (jump-xct-next bignum-divide-digit)
       ((a-digit-i) sub m-1 (a-constant 1))

;; Digit A-DIGIT-I + A-DIGIT-J (from 0) of the remainder M-T, less or plus M-4.
subtract-at-digit
        (call remainder-digit)
        (call subtract-with-borrow)
        ((md) m-5)
        (store-unboxed vma-start-write m-1)
        (popj)
add-at-digit
        (call remainder-digit)
        (call add-with-carry)
        ((md) m-5)
        (store-unboxed vma-start-write m-1)
        (popj)
remainder-digit
        ((m-1) a-digit-i)
        ((m-1) m+a+1 m-1 a-digit-j)
        ((m-1) add m-t a-1)
        ((vma-start-read) m-1)
        (check-page-read)
        (popj-after-next (m-3) md)
       (no-op)

;;; ---- Logical operations on signed numbers in two's complement: (a b op -- c) ----
;;;
;;; Each digit of a negative operand is turned into two's complement as it is read, and the
;;; result back as it is written, each with a carry of its own.

        (misc-inst-entry %bignum-logical)
        ((a-digit-shift) ldb (byte-field 2 0) pdl-pop)
        (call-xct-next bignum-header-of)
       ((m-t) pdl-top)
        ((a-digit-next) ldb bignum-sign md)
        ((pdl-index) sub pdl-pointer (a-constant 1))
        (call-xct-next bignum-header-of)
       ((m-t) c-pdl-buffer-index)
        ((a-digit-top) ldb bignum-sign md)
        (call bignum-operands)
        ((m-6) a-digits-a)
        (jump-greater-or-equal m-6 a-digits-b bignum-logical-1)
        ((m-6) a-digits-b)
bignum-logical-1
        (call-xct-next make-bignum)
       ((m-6) m+1 m-6)
        (call bignum-operands-again)
        ((a-digit-carry) a-digit-top)           ;carry of the first operand: 1 when negative
        ((a-digit-guess) a-digit-next)          ;of the second
        ((m-1) a-digit-top)
        ((m-2) a-digit-next)
        (call logical-operation)
        ((a-digit-i) ldb (byte-field 1 0) m-5)  ;sign of the result, and its carry
        ((a-digit-j) ldb (byte-field 1 0) m-5)
        ((m-4) (a-constant 1))
bignum-logical-digit
        (jump-greater-than m-4 a-6 bignum-logical-end)
        ((m-1) m-zero)
        (jump-greater-than m-4 a-digits-a bignum-logical-2)
        ((vma-start-read) add m-a a-4)
        (check-page-read)
        ((m-1) md)
bignum-logical-2
        ((m-2) a-digit-top)
        (jump-equal m-2 a-zero bignum-logical-3)
        ((m-1) setcm m-1)
        ((m-1) add m-1 a-digit-carry)
        (jump-equal m-1 a-zero bignum-logical-3)        ;the carry goes on through zeros only
        ((a-digit-carry) m-zero)
bignum-logical-3
        ((m-2) m-zero)
        (jump-greater-than m-4 a-digits-b bignum-logical-4)
        ((vma-start-read) add m-b a-4)
        (check-page-read)
        ((m-2) md)
bignum-logical-4
        ((m-3) a-digit-next)
        (jump-equal m-3 a-zero bignum-logical-5)
        ((m-2) setcm m-2)
        ((m-2) add m-2 a-digit-guess)
        (jump-equal m-2 a-zero bignum-logical-5)
        ((a-digit-guess) m-zero)
bignum-logical-5
        (call logical-operation)
        ((m-3) a-digit-i)
        (jump-equal m-3 a-zero bignum-logical-6)
        ((m-5) setcm m-5)
        ((m-5) add m-5 a-digit-j)
        (jump-equal m-5 a-zero bignum-logical-6)
        ((a-digit-j) m-zero)
bignum-logical-6
        ((md) m-5)
        (store-unboxed vma-start-write add m-t a-4)
        (jump-xct-next bignum-logical-digit)
       ((m-4) m+1 m-4)
bignum-logical-end
        ((m-1) a-digit-i)
        ((m-1) dpb m-1 bignum-sign (a-constant bignum-header))
        ((md) ior m-1 a-6)
        (store-unboxed vma-start-write m-t)
        (jump bignum-result-2)

;; M-5: M-1 and, or, xor M-2, by A-DIGIT-SHIFT.
logical-operation
        ((m-3) a-digit-shift)
        (dispatch (byte-field 2 0) m-3 d-logical-operation)
(locality d-mem)
(start-dispatch 2 inhibit-xct-next-bit)
d-logical-operation
        (logical-and) (logical-or) (logical-xor) (logical-xor)
(end-dispatch)
(locality i-mem)
logical-and
        (popj-after-next (m-5) and m-1 a-2)
       (no-op)
logical-or
        (popj-after-next (m-5) ior m-1 a-2)
       (no-op)
logical-xor
        (popj-after-next (m-5) xor m-1 a-2)
       (no-op)
