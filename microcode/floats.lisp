;;; -*- Mode: Lisp; Base: 8 -*-
;;; Floating point on the arithmetic accelerator.
;;;
;;; Purpose. Arithmetic, comparison and conversion of single and double floats, which are
;;; extended numbers with the bits of IEEE 754 after the header. The operands of an
;;; instruction are of one kind: contagion and everything mixed is Lisp's.
;;;
;;; Overflow, division by zero and invalid operations trap; an underflow is zero or a
;;; subnormal number, quietly.
;;;
;;; Invariants. Operands are on the stack until the result has been allocated. Bits of a
;;; number in M-2 and M-3 are unboxed and survive an allocation.

;;; ---- Codes of the board's operations (docs/micro-architecture.md) ----
(assign-eval float-op-add 0)            ;single 10 + this, double 20 + this
(assign-eval float-op-subtract 1)
(assign-eval float-op-multiply 2)
(assign-eval float-op-divide 3)
(assign-eval float-op-square-root 4)
(assign-eval float-op-compare 5)
(assign-eval op-integer-to-double 30)
(assign-eval op-double-to-integer 31)
(assign-eval op-single-to-double 32)
(assign-eval op-double-to-single 33)
(def-data-field status-comparison 4 0)  ;less, equal, greater, unordered
(def-data-field status-trapping 3 6)    ;overflow, division by zero, invalid

(type-dispatch-table d-float-operand (inhibit-xct-next-bit float-operand-wrong)
  (dtp-extended-number p-bit r-bit start-read))

(defmacro define-load-float (name low high)
  "A routine that brings the float M-T to an operand register. M-1 is then its header type."
  (let ((single (intern (concatenate 'string (symbol-name name) "-SINGLE")))
        (check '(check-page-read)))
    (list '(declare (args m-t) (values m-1) (clobbers m-4 vma md))
          name
          '(dispatch q-data-type m-t d-float-operand)
          check
          '(transport-header)
          '((m-1) ldb header-type md)
          '((m-4) vma)
          (list 'jump-equal 'm-1 '(a-constant header-type-single-float) single)
          '(jump-not-equal m-1 (a-constant header-type-double-float) float-operand-wrong)
          '((vma-start-read) add m-4 (a-constant 2))
          check
          (list (list high) 'md)
          single
          '((vma-start-read) add m-4 (a-constant 1))
          check
          (list 'popj-after-next (list low) 'md)
          '(no-op))))

(define-load-float load-float-x accelerator-x-low accelerator-x-high)
(define-load-float load-float-y accelerator-y-low accelerator-y-high)

float-operand-wrong
        (call trap)
        (error-table wrong-type m-t float)

;;; Both operands of a dyadic instruction: M-1 is 10 for single, 20 for double. The first is
;;; left on the stack.
load-floats
        (call-xct-next load-float-y)
       ((m-t) pdl-pop)
        ((m-3) m-1)
        (call-xct-next load-float-x)
       ((m-t) pdl-top)
        (jump-not-equal m-1 a-3 float-operand-wrong)
        (popj-equal-xct-next m-1 (a-constant header-type-double-float))
       ((m-1) (a-constant 20))
        (popj-after-next (m-1) (a-constant 10))
       (no-op)

float-exceptions
        ((m-4) accelerator-status)
        ((m-4) status-trapping m-4)
        (popj-equal m-4 a-zero)
        ((m-t) dpb m-4 q-pointer a-fix-zero)
        (call trap)
        (error-table floating-point-exception m-t)

;;; ---- Results: in place of the top of the stack ----

float-result
        (call float-exceptions)
        (jump-equal m-1 (a-constant 10) single-result)
double-result
        ((m-2) accelerator-result-low)
        ((m-3) accelerator-result-high)
double-from-bits
        (call-xct-next allocate-structure)
       ((m-1) (a-constant 3))
        ((md) (a-constant (plus (byte-value q-data-type dtp-header)
                                (byte-value header-type header-type-double-float))))
        (store-unboxed vma-start-write m-t)
        ((md) m-2)
        (store-unboxed vma-start-write add m-t (a-constant 1))
        ((md) m-3)
        (store-unboxed vma-start-write add m-t (a-constant 2))
number-result
        (popj-after-next)
       ((pdl-top) dpb m-t q-pointer (a-constant (byte-value q-data-type dtp-extended-number)))

single-result
        ((m-2) accelerator-result-low)
single-from-bits
        (call-xct-next allocate-structure)
       ((m-1) (a-constant 2))
        ((md) (a-constant (plus (byte-value q-data-type dtp-header)
                                (byte-value header-type header-type-single-float))))
        (store-unboxed vma-start-write m-t)
        ((md) m-2)
        (store-unboxed vma-start-write add m-t (a-constant 1))
        (jump number-result)

;;; ---- Arithmetic ----

(defmacro define-float-operation (name operation)
  (list (list 'misc-inst-entry name)
        '(call load-floats)
        (list '(accelerator-operation) 'add 'm-1 (list 'a-constant operation))
        '(jump float-result)))

(define-float-operation %float-add float-op-add)
(define-float-operation %float-subtract float-op-subtract)
(define-float-operation %float-multiply float-op-multiply)
(define-float-operation %float-divide float-op-divide)

        (misc-inst-entry %float-sqrt)
        (call-xct-next load-float-x)
       ((m-t) pdl-top)
        (jump-equal-xct-next m-1 (a-constant header-type-double-float) square-root)
       ((m-1) (a-constant 20))
        ((m-1) (a-constant 10))
square-root
        ((accelerator-operation) add m-1 (a-constant float-op-square-root))
        (jump float-result)

;; -1, 0, 1; 2 when unordered.
        (misc-inst-entry %float-compare)
        (call load-floats)
        ((accelerator-operation) add m-1 (a-constant float-op-compare))
        ((m-1) accelerator-status)
        (popj-after-next dispatch status-comparison m-1 d-float-compare)
       ((pdl-top) (a-constant (plus (byte-value q-data-type dtp-fix) 2)))

float-less
        (popj-after-next (pdl-top) (a-constant (plus (byte-value q-data-type dtp-fix)
                                                     (byte-value q-pointer 177777777))))
       (no-op)
float-equal
        (popj-after-next (pdl-top) a-fix-zero)
       (no-op)
float-greater
        (popj-after-next (pdl-top) (a-constant (plus (byte-value q-data-type dtp-fix) 1)))
       (no-op)

(locality d-mem)
(start-dispatch 4)
d-float-compare
        (p-bit r-bit) (float-less) (float-equal) (p-bit r-bit) (float-greater)
        (repeat 13 (p-bit r-bit))
(end-dispatch)
(locality i-mem)

;;; ---- Conversion ----

fixnum-to-x
        (call-unless-type dtp-fix pdl-top trap)
        (error-table wrong-type pdl-top fixnum)
        (popj-after-next (accelerator-x-low) output-selector-extend-25 pdl-top)
       ((accelerator-operation) (a-constant op-integer-to-double))

        (misc-inst-entry %fixnum-to-double)
        (call fixnum-to-x)
        (jump double-result)

;; 25 bits do not fit the 24 of a single's fraction: by way of a double, which is exact.
        (misc-inst-entry %fixnum-to-single)
        (call fixnum-to-x)
        ((accelerator-x-high) accelerator-result-high)
        ((accelerator-x-low) accelerator-result-low)
        ((accelerator-operation) (a-constant op-double-to-single))
        (jump single-result)

double-to-x
        (call-xct-next load-float-x)
       ((m-t) pdl-top)
        (popj-equal m-1 (a-constant header-type-double-float))
        (call trap)
        (error-table wrong-type m-t double-float)

        (misc-inst-entry %double-to-single)
        (call double-to-x)
        ((accelerator-operation) (a-constant op-double-to-single))
        (jump-xct-next float-result)
       ((m-1) (a-constant 10))

        (misc-inst-entry %single-to-double)
        (call-xct-next load-float-x)
       ((m-t) pdl-top)
        (call-not-equal m-1 (a-constant header-type-single-float) trap)
        (error-table wrong-type m-t single-float)
        ((accelerator-operation) (a-constant op-single-to-double))
        (jump double-result)

        (misc-inst-entry %double-to-fixnum)
        (call double-to-x)
        ((accelerator-operation) (a-constant op-double-to-integer))
        ((m-4) accelerator-status)
        ((m-4) status-trapping m-4)
        (jump-not-equal m-4 a-zero double-is-no-fixnum)
        ((m-1) accelerator-result-low)
        ((m-2) output-selector-extend-25 m-1)
        (jump-not-equal m-1 a-2 double-is-no-fixnum)
        (popj-after-next)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)
double-is-no-fixnum
        (call trap)
        (error-table number-does-not-fit m-t fixnum)

;;; ---- Bits ----

;; (x n -- u): 16-bit part n, the lowest 0.
        (misc-inst-entry %float-bits)
        ((m-2) q-pointer pdl-pop)
        ((m-t) pdl-top)
        (dispatch q-data-type m-t d-float-operand)
        (check-page-read)
        (transport-header)
        ((m-3) sub m-2 (a-constant 2))          ;negative for parts 0 and 1
        ((m-1) (a-constant 1))
        (jump-less-than m-3 a-zero float-bits-word)
        ((m-1) (a-constant 2))
float-bits-word
        ((vma-start-read) add vma a-1)
        (check-page-read)
        (jump-if-bit-set (byte-field 1 0) m-2 float-bits-high)
        (popj-after-next (m-1) ldb (byte-field 16. 0) md)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)
float-bits-high
        (popj-after-next (m-1) ldb (byte-field 16. 16.) md)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)

;; (high low -- x) and (d3 d2 d1 d0 -- x)
        (misc-inst-entry %make-single)
        ((m-2) ldb (byte-field 16. 0) pdl-pop)
        ((m-1) pdl-top)
        (jump-xct-next single-from-bits)
       ((m-2) dpb m-1 (byte-field 16. 16.) a-2)

        (misc-inst-entry %make-double)
        ((m-2) ldb (byte-field 16. 0) pdl-pop)
        ((m-1) pdl-pop)
        ((m-2) dpb m-1 (byte-field 16. 16.) a-2)
        ((m-3) ldb (byte-field 16. 0) pdl-pop)
        ((m-1) pdl-top)
        (jump-xct-next double-from-bits)
       ((m-3) dpb m-1 (byte-field 16. 16.) a-3)
