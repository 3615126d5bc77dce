;;; -*- Mode: Lisp; Base: 8 -*-
;;; Predicates on one object, EQ and EQL.
;;;
;;; Purpose. Type predicates leave T or NIL in place of their operand. Those on the data
;;; type alone have no jump (see fixnums.lisp); those that must look into the object read its
;;; header through the transporter.

(defmacro answer (true)
  "Return with T or NIL in place of the top of the stack."
  (list (list 'popj-after-next '(pdl-top) (if true 'a-v-t 'a-v-nil))
        '(no-op)))

answer-true
        (answer t)
answer-false
        (answer nil)

(defmacro data-type-predicate (name type)
  (list (list 'misc-inst-entry name)
        '((m-1) q-data-type pdl-top)
        (list '(m-1) 'xor 'm-1 (list 'a-constant type))
        '(answer-when-zero)))

(data-type-predicate consp dtp-list)
(data-type-predicate symbolp dtp-symbol)
(data-type-predicate fixnump dtp-fix)
(data-type-predicate characterp dtp-character)
(data-type-predicate arrayp dtp-array-pointer)
(data-type-predicate instancep dtp-instance)
(data-type-predicate fef-p dtp-fef-pointer)
(data-type-predicate closurep dtp-closure)

        (misc-inst-entry data-type-p)
        ((m-1) q-data-type pdl-top)
        ((m-2) macro-ir-displacement)
        ((m-1) xor m-1 a-2)
        (answer-when-zero)

        (misc-inst-entry atom)
        (jump-data-type-equal pdl-top (a-constant (byte-value q-data-type dtp-list)) answer-false)
        (answer t)

        (misc-inst-entry listp)
        (jump-data-type-equal pdl-top (a-constant (byte-value q-data-type dtp-list)) answer-true)
;; NOT and NULL too.
        (misc-inst-entry (not null))
        ((m-1) xor pdl-top a-v-nil)
        (answer-when-zero)

        (misc-inst-entry eq)
        ((m-2) pdl-pop)
        ((m-1) xor pdl-top a-2)
        (answer-when-zero)

        (misc-inst-entry supplied-p)
        (jump-equal pdl-top a-unsupplied answer-false)
        (answer t)

        (misc-inst-entry push-unsupplied)
        (popj-after-next (pdl-push) a-unsupplied)
       (no-op)

;;; ---- Numbers: fixnums, and extended numbers by header ----

;; To the header of the extended number on top of the stack, in M-1 its type. Pops its way
;; out with NIL when there is something else on the stack.
(type-dispatch-table d-extended-number (inhibit-xct-next-bit not-extended-number)
  (dtp-extended-number p-bit r-bit start-read))
extended-number-type
        (dispatch q-data-type pdl-top d-extended-number)
        (check-page-read)
        (transport-header)
        (popj-after-next (m-1) ldb header-type md)
       (no-op)
not-extended-number
        ((m-garbage) micro-stack-data-pop)
        (answer nil)

(defmacro header-type-predicate (name header-type)
  (list (list 'misc-inst-entry name)
        '(call extended-number-type)
        (list '(m-1) 'xor 'm-1 (list 'a-constant header-type))
        '(answer-when-zero)))

(header-type-predicate single-float-p header-type-single-float)
(header-type-predicate double-float-p header-type-double-float)
(header-type-predicate ratiop header-type-ratio)
(header-type-predicate bignump header-type-bignum)
(header-type-predicate complexp header-type-complex)

        (misc-inst-entry numberp)
        (jump-data-type-equal pdl-top (a-constant (byte-value q-data-type dtp-fix)) answer-true)
        ((m-1) q-data-type pdl-top)
        ((m-1) xor m-1 (a-constant dtp-extended-number))
        (answer-when-zero)

        (misc-inst-entry integerp)
        (jump-data-type-equal pdl-top (a-constant (byte-value q-data-type dtp-fix)) answer-true)
        (call extended-number-type)
        ((m-1) xor m-1 (a-constant header-type-bignum))
        (answer-when-zero)

        (misc-inst-entry rationalp)
        (jump-data-type-equal pdl-top (a-constant (byte-value q-data-type dtp-fix)) answer-true)
        (call extended-number-type)
        (jump-equal m-1 (a-constant header-type-bignum) answer-true)
        ((m-1) xor m-1 (a-constant header-type-ratio))
        (answer-when-zero)

        (misc-inst-entry floatp)
        (call extended-number-type)
        (jump-equal m-1 (a-constant header-type-single-float) answer-true)
        ((m-1) xor m-1 (a-constant header-type-double-float))
        (answer-when-zero)

;;; ---- EQL: identical, or numbers of one type and value ----
;;;
;;; Bignums and floats are equal when header and body are the same bits; ratios and complex
;;; numbers have parts, and Lisp compares those.

        (misc-inst-entry eql)
        ((m-b) pdl-pop)
        (jump-equal pdl-top a-b answer-true)
        (jump-unless-type dtp-extended-number m-b answer-false)
        (jump-unless-type dtp-extended-number pdl-top answer-false)
        ((m-a) pdl-top)
        ((vma-start-read) m-a)
        (check-page-read)
        (transport-header)
        ((m-1) md)
        ((vma-start-read) m-b)
        (check-page-read)
        (transport-header)
        (jump-not-equal md a-1 answer-false)
        ((m-1) ldb header-type md)
        (dispatch (byte-field 3 0) m-1 d-eql-bodies)
       ((m-3) ldb bignum-length md)

(locality d-mem)
(start-dispatch 3)
d-eql-bodies
        (eql-slow)
        (eql-slow)
        (eql-bodies)
        (eql-single)
        (eql-double)
        (eql-slow)
        (eql-slow)
        (eql-slow)
(end-dispatch)
(locality i-mem)

eql-slow
        ((pdl-push) m-b)
        (escape 2 svc-escape-eql-slow)

eql-single
        (jump-xct-next eql-bodies)
       ((m-3) (a-constant 1))
eql-double
        ((m-3) (a-constant 2))
;; The M-3 words after the headers of M-A and M-B.
eql-bodies
        (jump-equal m-3 a-zero answer-true)
        ((vma-start-read) add m-a a-3)
        (check-page-read)
        ((m-1) md)
        ((vma-start-read) add m-b a-3)
        (check-page-read)
        (jump-equal-xct-next md a-1 eql-bodies)
       ((m-3) sub m-3 (a-constant 1))
        (answer nil)

;;; ---- Arrays, by header ----

;; To the header of the array on top of the stack, in M-1 its type. Pops its way out with
;; NIL when there is something else on the stack.
(type-dispatch-table d-array-operand (inhibit-xct-next-bit not-array)
  (dtp-array-pointer p-bit r-bit start-read))
array-operand-type
        (dispatch q-data-type pdl-top d-array-operand)
        (check-page-read)
        (transport-header)
        (popj-after-next (m-1) ldb array-header-type md)
       (no-op)
not-array
        ((m-garbage) micro-stack-data-pop)
        (answer nil)

        (misc-inst-entry simple-vector-p)
        (call array-operand-type)
        (jump-if-bit-clear array-header-simple md answer-false)
        ((m-1) xor m-1 (a-constant art-q))
        (answer-when-zero)

        (misc-inst-entry simple-array-1-p)
        (call array-operand-type)
        (jump-if-bit-set array-header-simple md answer-true)
        (answer nil)

        (misc-inst-entry simple-string-p)
        (call array-operand-type)
        (jump-if-bit-clear array-header-simple md answer-false)
string-type
        (jump-equal m-1 (a-constant art-string) answer-true)
        ((m-1) xor m-1 (a-constant art-fat-string))
        (answer-when-zero)

        (misc-inst-entry stringp)
        (call array-operand-type)
        (jump-if-bit-set array-header-simple md string-type)
        ((m-2) ldb array-header-rank md)
        (jump-equal m-2 (a-constant 1) string-type)
        (answer nil)

        (misc-inst-entry vectorp)
        (call array-operand-type)
        (jump-if-bit-set array-header-simple md answer-true)
        ((m-1) ldb array-header-rank md)
        ((m-1) xor m-1 (a-constant 1))
        (answer-when-zero)
