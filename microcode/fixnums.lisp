;;; -*- Mode: Lisp; Base: 8 -*-
;;; Arithmetic and comparison of fixnums; everything else escapes to Lisp.
;;;
;;; Purpose. The fast paths of ADD, SUBTRACT, comparisons and their immediate forms. A
;;; fixnum is 5 (DTP-FIX) in <29:25> and 25 bits of two's complement.
;;;
;;; Overflow without extending both operands. Let A be the word of the first operand, tag
;;; and all, and B the second, sign-extended. In A+B the bits <25:24> tell everything once
;;; the sign of A is known (tag 5 is odd, so <25> is 1 before carry or borrow):
;;;   A >= 0:  10 sum is not negative   01 sum is negative   11 overflow   00 impossible
;;;   A <  0:  11 sum is negative       00 sum is not        10 overflow   01 impossible
;;; so one dispatch on data type and sign of A replaces its type check, and one on two
;;; bits of the sum, which drops through with POPJ-AFTER-NEXT, replaces the overflow check.
;;;
;;; T or NIL without a jump: a number whose sign is the answer is written mirrored, which
;;; brings the sign to bit 0, and one DPB puts that bit at 8 in NIL: T is at address 8.
;;;
;;; Invariant. A slow path finds both operands on the stack again, as they were.

;;; Data type and sign bit of the first operand: drop through when a fixnum >= 0.
(defmacro fixnum-sign-table (name slow negative)
  (list '(locality d-mem) name
        '(start-dispatch 6)
        (list 'repeat 10. (list 'inhibit-xct-next-bit slow))
        '(p-bit r-bit)
        (list 'inhibit-xct-next-bit negative)
        (list 'repeat 52. (list 'inhibit-xct-next-bit slow))
        '(end-dispatch)
        '(locality i-mem)))

;;; <25:24> of the sum, see above.
(defmacro overflow-tables (non-negative negative overflow)
  (list '(locality d-mem)
        '(start-dispatch 2) non-negative
        (list 'inhibit-xct-next-bit overflow) '(p-bit r-bit) '(p-bit r-bit)
        (list 'inhibit-xct-next-bit overflow)
        '(end-dispatch)
        '(start-dispatch 2) negative
        '(p-bit r-bit) (list 'inhibit-xct-next-bit overflow)
        (list 'inhibit-xct-next-bit overflow) '(p-bit r-bit)
        '(end-dispatch)
        '(locality i-mem)))

(defmacro answer-when-negative (&rest value)
  "Return with T or NIL in place of the top of the stack: is the ALU's VALUE negative?"
  (list (append '(popj-after-next (m-1)) value '(output-selector-bit-mirror))
        '((pdl-top) dpb m-1 (byte-field 1 3) a-v-nil)))

(defmacro answer-when-zero ()
  "The same: is M-1, which is less than 2^31, zero?"
  '((popj-after-next (m-1) sub m-1 (a-constant 1) output-selector-bit-mirror)
    ((pdl-top) dpb m-1 (byte-field 1 3) a-v-nil)))

;;; ---- ADD, SUBTRACT ----

(fixnum-sign-table d-add add-slow-2 add-negative)
(overflow-tables d-add-sum d-add-sum-negative add-slow-2)

x-add   (misc-inst-entry add)
        (jump-unless-type dtp-fix pdl-top add-slow)
        ((m-2) output-selector-extend-25 pdl-pop)
        (dispatch (byte-field 6 24.) pdl-top d-add)
        ((m-1) add pdl-top a-2)
        (popj-after-next dispatch (byte-field 2 24.) m-1 d-add-sum)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)

add-negative
        ((m-1) add pdl-top a-2)
        (popj-after-next dispatch (byte-field 2 24.) m-1 d-add-sum-negative)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)

add-slow-2
        ((pdl-push) dpb m-2 q-pointer a-fix-zero)
add-slow
        (escape 2 svc-escape-add-slow)

(fixnum-sign-table d-subtract subtract-slow-2 subtract-negative)
(overflow-tables d-difference d-difference-negative subtract-slow-2)

x-subtract (misc-inst-entry subtract)
        (jump-unless-type dtp-fix pdl-top subtract-slow)
        ((m-2) output-selector-extend-25 pdl-pop)
        (dispatch (byte-field 6 24.) pdl-top d-subtract)
        ((m-1) sub pdl-top a-2)
        (popj-after-next dispatch (byte-field 2 24.) m-1 d-difference)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)

subtract-negative
        ((m-1) sub pdl-top a-2)
        (popj-after-next dispatch (byte-field 2 24.) m-1 d-difference-negative)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)

subtract-slow-2
        ((pdl-push) dpb m-2 q-pointer a-fix-zero)
subtract-slow
        (escape 2 svc-escape-subtract-slow)

;;; ---- The same with the displacement as second operand ----

x-add-immediate (misc-inst-entry add-immediate)
        ((m-2) macro-ir-displacement)
        (dispatch (byte-field 6 24.) pdl-top d-add)
        ((m-1) add pdl-top a-2)
        (popj-after-next dispatch (byte-field 2 24.) m-1 d-add-sum)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)

x-subtract-immediate (misc-inst-entry subtract-immediate)
        ((m-2) macro-ir-displacement)
        (dispatch (byte-field 6 24.) pdl-top d-subtract)
        ((m-1) sub pdl-top a-2)
        (popj-after-next dispatch (byte-field 2 24.) m-1 d-difference)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)

(fixnum-sign-table d-one-plus one-plus-slow add-negative)
(overflow-tables d-one-plus-sum d-one-plus-sum-negative one-plus-slow)

x-one-plus (misc-inst-entry one-plus)
        ((m-2) (a-constant 1))
        (dispatch (byte-field 6 24.) pdl-top d-one-plus)
        ((m-1) add pdl-top a-2)
        (popj-after-next dispatch (byte-field 2 24.) m-1 d-one-plus-sum)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)

one-plus-slow
        (escape 1 svc-escape-one-plus-slow)

(fixnum-sign-table d-one-minus one-minus-slow one-minus-negative)
(overflow-tables d-one-minus-sum d-one-minus-sum-negative one-minus-slow)

x-one-minus (misc-inst-entry one-minus)
        ((m-2) (a-constant 1))
        (dispatch (byte-field 6 24.) pdl-top d-one-minus)
        ((m-1) sub pdl-top a-2)
        (popj-after-next dispatch (byte-field 2 24.) m-1 d-one-minus-sum)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)

one-minus-negative
        ((m-1) sub pdl-top a-2)
        (popj-after-next dispatch (byte-field 2 24.) m-1 d-one-minus-sum-negative)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)

one-minus-slow
        (escape 1 svc-escape-one-minus-slow)

(fixnum-sign-table d-minus minus-slow minus-fixnum)

x-minus (misc-inst-entry minus)
        (dispatch (byte-field 6 24.) pdl-top d-minus)
minus-fixnum
        ((m-1) output-selector-extend-25 pdl-top)
        ((m-1) sub m-zero a-1)
        (jump-equal m-1 (a-constant 1_24.) minus-slow)  ;- most-negative-fixnum
        (popj-after-next (pdl-top) dpb m-1 q-pointer a-fix-zero)
       (no-op)

minus-slow
        (escape 1 svc-escape-minus-slow)

;;; ---- Comparison ----

x-less  (misc-inst-entry less)
        (jump-unless-type dtp-fix pdl-top less-slow)
        ((m-2) output-selector-extend-25 pdl-pop)
        (jump-unless-type dtp-fix pdl-top less-slow-2)
        ((m-1) output-selector-extend-25 pdl-top)
        (answer-when-negative sub m-1 a-2)

less-slow-2
        ((pdl-push) dpb m-2 q-pointer a-fix-zero)
less-slow
        (escape 2 svc-escape-less-slow)

x-greater (misc-inst-entry greater)
        (jump-unless-type dtp-fix pdl-top greater-slow)
        ((m-2) output-selector-extend-25 pdl-pop)
        (jump-unless-type dtp-fix pdl-top greater-slow-2)
        ((m-1) output-selector-extend-25 pdl-top)
        (answer-when-negative sub m-2 a-1)

greater-slow-2
        ((pdl-push) dpb m-2 q-pointer a-fix-zero)
greater-slow
        (escape 2 svc-escape-greater-slow)

x-num-equal (misc-inst-entry num-equal)
        (jump-unless-type dtp-fix pdl-top num-equal-slow)
        ((m-2) pdl-pop)
        (jump-unless-type dtp-fix pdl-top num-equal-slow-2)
        ((m-1) xor pdl-top a-2)
        (answer-when-zero)

num-equal-slow-2
        ((pdl-push) dpb m-2 q-pointer a-fix-zero)
num-equal-slow
        (escape 2 svc-escape-num-equal-slow)

x-less-immediate (misc-inst-entry less-immediate)
        ((m-2) macro-ir-displacement)
        (jump-unless-type dtp-fix pdl-top less-slow-2)
        ((m-1) output-selector-extend-25 pdl-top)
        (answer-when-negative sub m-1 a-2)

x-greater-immediate (misc-inst-entry greater-immediate)
        ((m-2) macro-ir-displacement)
        (jump-unless-type dtp-fix pdl-top greater-slow-2)
        ((m-1) output-selector-extend-25 pdl-top)
        (answer-when-negative sub m-2 a-1)

x-equal-immediate (misc-inst-entry equal-immediate)
        ((m-2) macro-ir-displacement)
        (jump-unless-type dtp-fix pdl-top num-equal-slow-2)
        ((m-1) q-pointer pdl-top)
        ((m-1) xor m-1 a-2)
        (answer-when-zero)

x-eq-immediate (misc-inst-entry eq-immediate)
        ((m-2) macro-ir-displacement)
        ((m-2) add m-2 a-fix-zero)
        ((m-1) xor pdl-top a-2)
        (answer-when-zero)

(defmacro fixnum-test (name slow-service &rest answer)
  "The handler of a predicate on a number: ANSWER for a fixnum, else the escape."
  (let ((label (intern (concatenate 'string "X-" (symbol-name name))))
        (slow (intern (concatenate 'string (symbol-name name) "-SLOW"))))
    (append (list label (list 'misc-inst-entry name)
                  (list 'jump-unless-type 'dtp-fix 'pdl-top slow))
            answer
            (list slow (list 'escape 1 slow-service)))))

(fixnum-test zerop svc-escape-zerop-slow
        ((m-1) xor pdl-top a-fix-zero)
        (answer-when-zero))

(fixnum-test minusp svc-escape-minusp-slow
        ((m-1) output-selector-extend-25 pdl-top)
        (answer-when-negative m-1))

(fixnum-test plusp svc-escape-plusp-slow
        ((m-1) output-selector-extend-25 pdl-top)
        (answer-when-negative sub m-zero a-1))

(fixnum-test oddp svc-escape-oddp-slow
        (popj-after-next (m-1) pdl-top)
       ((pdl-top) dpb m-1 (byte-field 1 3) a-v-nil))

(fixnum-test evenp svc-escape-evenp-slow
        (popj-after-next (m-1) setcm pdl-top)
       ((pdl-top) dpb m-1 (byte-field 1 3) a-v-nil))

;;; ---- Logical operations ----
;;; The tags of two fixnums and and ior to the tag of a fixnum.

(defmacro fixnum-logical (name function service)
  (let ((label (intern (concatenate 'string "X-" (symbol-name name))))
        (slow (intern (concatenate 'string (symbol-name name) "-SLOW")))
        (slow-2 (intern (concatenate 'string (symbol-name name) "-SLOW-2"))))
    (list label (list 'misc-inst-entry name)
          (list 'jump-unless-type 'dtp-fix 'pdl-top slow)
          '((m-a) pdl-pop)
          (list 'jump-unless-type 'dtp-fix 'pdl-top slow-2)
          (list 'popj-after-next '(m-1) function 'pdl-top 'a-a)
          '((pdl-top) dpb m-1 q-pointer a-fix-zero)
          slow-2
          '((pdl-push) m-a)
          slow
          (list 'escape 2 service))))

(fixnum-logical logand and svc-escape-logand-slow)
(fixnum-logical logior ior svc-escape-logior-slow)
(fixnum-logical logxor xor svc-escape-logxor-slow)

x-lognot (misc-inst-entry lognot)
        (jump-unless-type dtp-fix pdl-top lognot-slow)
        (popj-after-next (m-1) setcm pdl-top)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)

lognot-slow
        (escape 1 svc-escape-lognot-slow)
