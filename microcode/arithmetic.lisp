;;; -*- Mode: Lisp; Base: 8 -*-
;;; Multiplication, division and shifts of fixnums, and the 32-bit routines below them.
;;;
;;; Purpose. MULTIPLY-32 and DIVIDE-64 work on unsigned 32-bit words, with the arithmetic
;;; accelerator where there is one and with multiplier and shifts where there is not: fixnums
;;; and bignums both stand on them. Results that are no fixnums escape to Lisp.
;;;
;;; Invariant. As in fixnums.lisp, a slow path finds the operands on the stack again.

(def-data-field board-accelerator 1 0)
(assign-eval op-multiply-unsigned 0)
(assign-eval op-divide 2)
(assign-eval op-count-leading-zeros 3)
(def-data-field low-half 16. 0)
(def-data-field high-half 16. 16.)
(def-data-field word-sign 1 31.)

;;; ---- M-1 times M-2, unsigned: M-3 low, M-4 high ----

(declare (args m-1 m-2) (values m-3 m-4) (clobbers m-1 m-5 m-6 m-tem))
multiply-32
        ((m-tem) a-boards)
        (jump-if-bit-clear board-accelerator m-tem multiply-32-by-halves)
        ((accelerator-x-low) m-1)
        ((accelerator-y-low) m-2)
        ((accelerator-operation) (a-constant op-multiply-unsigned))
        (popj-after-next (m-3) accelerator-result-low)
       ((m-4) accelerator-result-high)

;; Four products of halves. The multiplier takes its operands from the halves of one word.
multiply-32-by-halves
        ((m-tem) ldb low-half m-1)
        ((multiplier) dpb m-2 high-half a-tem)          ;low × low
        ((m-3) multiplier)
        ((m-tem) ldb high-half m-1)
        ((multiplier) dpb m-2 high-half a-tem)          ;high × low
        ((m-5) multiplier)
        ((m-4) ldb high-half m-2)
        ((multiplier) dpb m-4 high-half a-tem)          ;high × high
        ((m-6) multiplier)
        ((m-tem) ldb low-half m-1)
        ((multiplier) dpb m-4 high-half a-tem)          ;low × high
        ((m-4) multiplier)
        ;; Bits 47:16 of the sum: three halves and their carries.
        ((m-tem) ldb high-half m-3)
        ((m-1) ldb low-half m-5)
        ((m-tem) add m-1 a-tem)
        ((m-1) ldb low-half m-4)
        ((m-tem) add m-1 a-tem)
        ((m-3) dpb m-tem high-half a-3)
        ((m-tem) ldb high-half m-tem)
        ((m-1) ldb high-half m-5)
        ((m-tem) add m-1 a-tem)
        ((m-1) ldb high-half m-4)
        ((m-tem) add m-1 a-tem)
        (popj-after-next (m-4) add m-6 a-tem)
       (no-op)

;;; ---- M-4 (high) and M-3 (low) by M-2, unsigned, M-4 less than M-2: quotient M-3,
;;; remainder M-4 ----

(declare (args m-2 m-3 m-4) (values m-3 m-4) (clobbers m-1 m-5 m-6 m-tem))
divide-64
        ((m-tem) a-boards)
        (jump-if-bit-clear board-accelerator m-tem divide-64-by-shifting)
        ((accelerator-x-low) m-3)
        ((accelerator-x-high) m-4)
        ((accelerator-y-low) m-2)
        ((accelerator-operation) (a-constant op-divide))
        (popj-after-next (m-3) accelerator-result-low)
       ((m-4) accelerator-remainder)

;; Words are compared as unsigned by comparing them with their signs turned over.
divide-64-by-shifting
        ((m-1) (a-constant 32.))
        ((m-5) xor m-2 (a-constant 1_31.))
divide-64-bit
        ((m-6) ldb word-sign m-4)
        ((m-4) m+m m-4)
        ((m-tem) ldb word-sign m-3)
        ((m-4) add m-4 a-tem)
        (jump-not-equal-xct-next m-6 a-zero divide-64-subtract)
       ((m-3) m+m m-3)
        ((m-tem) xor m-4 (a-constant 1_31.))
        (jump-less-than m-tem a-5 divide-64-next)
divide-64-subtract
        ((m-4) sub m-4 a-2)
        ((m-3) add m-3 (a-constant 1))
divide-64-next
        ((m-1) sub m-1 (a-constant 1))
        (jump-greater-than m-1 a-zero divide-64-bit)
        (popj)

;;; ---- MULTIPLY ----
;;;
;;; The product of the magnitudes is a fixnum when it is below 2^24, or 2^24 and negative.

        (misc-inst-entry multiply)
        (jump-unless-type dtp-fix pdl-top multiply-slow)
        ((m-b) pdl-pop)
        (jump-unless-type dtp-fix pdl-top multiply-slow-2)
        ((m-2) output-selector-extend-25 m-b)
        ((m-1) output-selector-extend-25 pdl-top)
        ((m-a) xor pdl-top a-b)                         ;only its sign bit is used
        ((m-a) dpb m-a q-pointer a-fix-zero)
        (call-less-than m-1 a-zero negate-m-1)
        (call-less-than m-2 a-zero negate-m-2)
        (call multiply-32)
        (jump-not-equal m-4 a-zero multiply-slow-2)
        (jump-less-than m-3 a-zero multiply-slow-2)
        (jump-if-bit-set boxed-sign-bit m-a multiply-negative)
        (jump-greater-than m-3 (a-constant 77777777) multiply-slow-2)
        (popj-after-next)
       ((pdl-top) dpb m-3 q-pointer a-fix-zero)
multiply-negative
        (jump-greater-than m-3 (a-constant 100000000) multiply-slow-2)
        ((m-3) sub m-zero a-3)
        (popj-after-next)
       ((pdl-top) dpb m-3 q-pointer a-fix-zero)
multiply-slow-2
        ((pdl-push) m-b)
multiply-slow
        (escape 2 svc-escape-multiply-slow)

negate-m-1
        (popj-after-next (m-1) sub m-zero a-1)
       (no-op)
negate-m-2
        (popj-after-next (m-2) sub m-zero a-2)
       (no-op)
negate-m-3
        (popj-after-next (m-3) sub m-zero a-3)
       (no-op)
negate-m-4
        (popj-after-next (m-4) sub m-zero a-4)
       (no-op)

;;; ---- Division of fixnums: truncated, as REM; MOD takes the sign of the divisor ----

;; Dividend in M-A, divisor in M-B, both fixnums, the divisor not 0: M-3 the magnitude of the
;; quotient, M-4 that of the remainder.
divide-magnitudes
        ((m-3) output-selector-extend-25 m-a)
        (call-less-than m-3 a-zero negate-m-3)
        ((m-2) output-selector-extend-25 m-b)
        (call-less-than m-2 a-zero negate-m-2)
        (jump-xct-next divide-64)
       ((m-4) a-zero)

        (misc-inst-entry fixnum-truncate)
        (call-unless-type dtp-fix pdl-top trap)
        (error-table wrong-type pdl-top fixnum)
        ((m-b) pdl-pop)
        (call-unless-type dtp-fix pdl-top trap)
        (error-table wrong-type pdl-top fixnum)
        ((m-a) pdl-top)
        (call-equal m-b a-fix-zero trap)
        (error-table division-by-zero m-a)
        (call divide-magnitudes)
        (call-if-bit-set boxed-sign-bit m-a negate-m-4)
        ((m-1) xor m-a a-b)
        (call-if-bit-set boxed-sign-bit m-1 negate-m-3)
        (call-equal m-3 (a-constant 100000000) trap)    ;most-negative-fixnum by -1
        (error-table number-does-not-fit m-a fixnum)
        ((pdl-top) dpb m-3 q-pointer a-fix-zero)
        (popj-after-next)
       ((pdl-push) dpb m-4 q-pointer a-fix-zero)

(defmacro define-remainder (name slow slow-2 service &rest adjustment)
  (append (list (list 'misc-inst-entry name)
                (list 'jump-unless-type 'dtp-fix 'pdl-top slow)
                '((m-b) pdl-pop)
                (list 'jump-unless-type 'dtp-fix 'pdl-top slow-2)
                '((m-a) pdl-top)
                (list 'jump-equal 'm-b 'a-fix-zero slow-2)
                '(call divide-magnitudes)
                '(call-if-bit-set boxed-sign-bit m-a negate-m-4))
          adjustment
          (list '(popj-after-next)
                '((pdl-top) dpb m-4 q-pointer a-fix-zero)
                slow-2
                '((pdl-push) m-b)
                slow
                (list 'escape 2 service))))

(define-remainder fixnum-rem rem-slow rem-slow-2 svc-escape-rem-slow)
(define-remainder fixnum-mod mod-slow mod-slow-2 svc-escape-mod-slow
        (jump-equal m-4 a-zero mod-has-sign)
        ((m-1) xor m-a a-b)
        (jump-if-bit-clear boxed-sign-bit m-1 mod-has-sign)
        ((m-1) output-selector-extend-25 m-b)
        ((m-4) add m-4 a-1)
mod-has-sign)

;;; ---- ASH, INTEGER-LENGTH ----

        (misc-inst-entry ash)
        (jump-unless-type dtp-fix pdl-top ash-slow)
        ((m-b) pdl-pop)
        (jump-unless-type dtp-fix pdl-top ash-slow-2)
        ((m-2) output-selector-extend-25 m-b)
        ((m-1) output-selector-extend-25 pdl-top)
        (jump-less-than m-2 a-zero ash-right)
        (jump-equal m-1 a-zero ash-done)
        (jump-greater-than m-2 (a-constant 30) ash-slow-2)
        ;; Doubles until it is done or the sign would be lost.
ash-left-1
        (jump-equal m-2 a-zero ash-done)
        ((m-1) m+m m-1)
        ((m-3) output-selector-extend-25 m-1)
        (jump-not-equal m-1 a-3 ash-slow-2)
        (jump-xct-next ash-left-1)
       ((m-2) sub m-2 (a-constant 1))
ash-right
        (jump-less-than m-2 (a-constant -30) ash-right-all)
ash-right-1
        ((m-1) setm m-1 output-selector-rightshift-1)
        ((m-2) add m-2 (a-constant 1))
        (jump-less-than m-2 a-zero ash-right-1)
ash-done
        (popj-after-next)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)
ash-right-all
        (jump-less-than-xct-next m-1 a-zero ash-done)
       ((m-1) m-minus-one)
        (jump-xct-next ash-done)
       ((m-1) m-zero)
ash-slow-2
        ((pdl-push) m-b)
ash-slow
        (escape 2 svc-escape-ash-slow)

        (misc-inst-entry integer-length)
        (jump-unless-type dtp-fix pdl-top integer-length-slow)
        ((m-1) output-selector-extend-25 pdl-top)
        ((m-2) a-zero)
        (jump-greater-or-equal m-1 a-zero integer-length-1)
        ((m-1) setcm m-1)
integer-length-1
        (jump-equal m-1 a-zero integer-length-done)
        ((m-2) add m-2 (a-constant 1))
        (jump-xct-next integer-length-1)
       ((m-1) setm m-1 output-selector-rightshift-1)
integer-length-done
        (popj-after-next)
       ((pdl-top) dpb m-2 q-pointer a-fix-zero)
integer-length-slow
        (escape 1 svc-escape-integer-length-slow)
