;;; -*- Mode: Lisp; Base: 8 -*-
;;; The words of the micro-assembly language.
;;;
;;; Functional sources and destinations, ALU functions, data types and cdr codes
;;; come from the microword tables under their LMI names and are not repeated
;;; here. What stands here is what LMI's assembler knew beyond them: instruction
;;; verbs, conditions, modifiers, older names of the same places, and (as
;;; defaults, which a source may define otherwise) the bytes of a Lisp word.
;;;
;;; A symbol's value is a program; see docs/micro-assembler.md.

;;;; Kinds of instruction

(assign alu-inst (force-alu 0))
(assign byte-inst (force-byte 0))
(assign jump-inst (force-jump 0))
(assign dispatch (force-dispatch 0))
(assign no-op alu-inst)

;;;; Bits that any instruction may have

(assign popj-after-next (field popj-after-next 1))
(assign macro-ir-dispatch (field macro-ir-dispatch 1))
(assign source-to-macro-ir (field source-to-macro-ir 1))
(assign macro-stream-advance (field macro-stream-advance 1))
(assign halt-bit (field halt 1))
(assign halt-lambda (field halt 1))
(assign stat-bit (field stat 1))
(assign i-long (field ilong 1))
(assign slow-dest (field slow-dest 1))
(assign clobbers-mem-subr (field clobbers-mem-subr 1))

;;;; ALU functions with a carry, and the steps of multiplication and division

(assign sub (plus (alu-function sub) (field carry-in 1)))
(assign m-a-1 (plus (alu-function sub) (field carry-in 0)))
(assign sub-m+1 m-a-1)
(assign m+a+1 (plus (alu-function add) (field carry-in 1)))
(assign m+1 (plus (alu-function m+) (field carry-in 1)))
(assign m+m+1 (plus (alu-function m+m) (field carry-in 1)))
(assign alu-carry-in-zero (field carry-in 0))
(assign alu-carry-in-one (field carry-in 1))

(assign multiply-step (plus (alu-function mstep) (output-selector right-1) (q-control shift-q-right)))
(assign divide-first-step (plus (alu-function dfstep) (output-selector left-1) (q-control shift-q-left)))
(assign divide-step (plus (alu-function dstep) (output-selector left-1) (q-control shift-q-left)))
(assign divide-last-step (plus (alu-function dstep) (output-selector alu) (q-control shift-q-left)))
(assign divide-remainder-correction-step (alu-function rstep))

;;;; Output selectors and Q

(assign output-selector-normal (output-selector alu))
(assign output-selector-rightshift-1 (output-selector right-1))
(assign output-selector-leftshift-1 (output-selector left-1))
(assign shift-alu-right (output-selector right-1))
(assign shift-alu-left (output-selector left-1))
(assign output-selector-extend-25 (output-selector extend-25))
(assign output-selector-mask-11 (output-selector mask-11))
(assign output-selector-bit-mirror (output-selector mirror))
(assign output-selector-mask-25 (plus (field mask 1)))

(assign shift-q-left (q-control shift-q-left))
(assign shift-q-right (q-control shift-q-right))
(assign load-q (q-control load-q))
;; Q as a destination is a bit of the instruction, not a destination code.
(assign q-r (or (source-p (functional-source q-r)) (destination-p (q-control load-q))))

;;;; Bytes

(assign ldb (plus byte-inst (field rotate-mask 0) (field rotate-source 1)))
(assign dpb (plus byte-inst (field rotate-mask 1) (field rotate-source 1)))
(assign selective-deposit (plus byte-inst (field rotate-mask 1) (field rotate-source 0)))

;;;; Transfers

(assign r-bit (field r-bit 1))
(assign p-bit (field p-bit 1))
(assign n-bit (field n-bit 1))
(assign inhibit-xct-next-bit (field n-bit 1))
(assign dispatch-start-mem-read (field start-read 1))
(assign start-read (field start-read 1))
(assign invert-jump-sense (field invert 1))

(assign jump-always (condition always))
(assign jump-never (plus (condition always) invert-jump-sense))
(assign jump-on-bit-condition (field test 0))
(assign jump-less-than-condition (condition m<a))
(assign jump-greater-or-equal-condition (plus (condition m<a) invert-jump-sense))
(assign jump-less-or-equal-condition (condition m<=a))
(assign jump-greater-than-condition (plus (condition m<=a) invert-jump-sense))
(assign jump-not-equal-condition (condition m/=a))
(assign jump-equal-condition (plus (condition m/=a) invert-jump-sense))
(assign jump-data-type-not-equal-condition (condition data-type-not-equal))
(assign jump-data-type-equal-condition (plus (condition data-type-not-equal) invert-jump-sense))

(assign no-pg-fault (condition no-page-fault))
(assign pg-fault (plus (condition no-page-fault) invert-jump-sense))
(assign pg-fault-or-interrupt (condition page-fault-or-interrupt))
(assign no-pg-fault-or-interrupt (plus (condition page-fault-or-interrupt) invert-jump-sense))
(assign pg-fault-interrupt-or-sequence-break
        (condition page-fault-or-interrupt-or-sequence-break))
(assign no-pg-fault-interrupt-or-sequence-break
        (plus (condition page-fault-or-interrupt-or-sequence-break) invert-jump-sense))

;; Each line makes JUMP-x, CALL-x, POPJ-x, and the same with -XCT-NEXT.
(define-transfers nil jump-always)
(define-transfers conditional nil)
(define-transfers if-bit-set jump-on-bit-condition)
(define-transfers if-bit-clear (plus jump-on-bit-condition invert-jump-sense))
(define-transfers equal jump-equal-condition)
(define-transfers not-equal jump-not-equal-condition)
(define-transfers less-than jump-less-than-condition)
(define-transfers less-or-equal jump-less-or-equal-condition)
(define-transfers greater-than jump-greater-than-condition)
(define-transfers greater-or-equal jump-greater-or-equal-condition)
(define-transfers data-type-equal jump-data-type-equal-condition)
(define-transfers data-type-not-equal jump-data-type-not-equal-condition)
(define-transfers if-page-fault pg-fault)
(define-transfers if-no-page-fault no-pg-fault)
(define-transfers if-page-fault-or-interrupt pg-fault-or-interrupt)
(define-transfers if-sequence-break pg-fault-interrupt-or-sequence-break)

;;;; Dispatches. What a dispatch does next is in its table; the verbs say it to the reader.

(assign dispatch-xct-next dispatch)
(assign dispatch-call dispatch)
(assign dispatch-call-xct-next dispatch)
(assign dispatch-popj dispatch)
(assign dispatch-popj-xct-next dispatch)
(assign dispatch-write-vma (plus dispatch (field write-vma 1)))
(assign dispatch-write-vma-xct-next dispatch-write-vma)
(assign push-own-address (plus dispatch (field lpc 1)))
(assign dispatch-push-own-address push-own-address)
(assign oldspace-meta (plus dispatch (field meta-from-space 1)))
(assign from-space-meta oldspace-meta)
(assign dispatch-on-map-19 oldspace-meta)
(assign gc-volatility-meta (plus dispatch (field meta-volatility 1)))
(assign volatility-meta gc-volatility-meta)
(assign dispatch-on-map-18 gc-volatility-meta)

;;;; Older and newer names of the same places

(assign i-arg (functional-source read-i-arg))
(assign c-pdl-buffer-index-pre-inc (functional-destination c-pdl-buffer-index-pre-increment))
(assign c-pdl-buffer-index-pre-dec (functional-destination c-pdl-buffer-index-pre-decrement))
(assign pdl-index-indirect-pre-inc c-pdl-buffer-index-pre-inc)
(assign pdl-index-indirect-pre-dec c-pdl-buffer-index-pre-dec)
(assign write-memory-data-start-write (functional-destination md-start-write))
(assign micro-stack-pointer
        (or (source-p (plus (functional-source micro-stack-pntr-and-data) (byte-field 8. 24.)))
            (error)))
(assign micro-stack-data
        (or (source-p (plus (functional-source micro-stack-pntr-and-data) (byte-field 19. 0)))
            (error)))
(assign micro-stack-data-pop
        (or (source-p (plus (functional-source micro-stack-pntr-and-data-pop) (byte-field 19. 0)))
            (error)))
(assign micro-stack-pc-data
        (or (source-p (plus (functional-source micro-stack-pntr-and-data) (byte-field 16. 0)))
            (error)))
(assign micro-stack-pc-data-pop
        (or (source-p (plus (functional-source micro-stack-pntr-and-data-pop) (byte-field 16. 0)))
            (error)))

;;;; Fields of the microinstruction that IMOD changes: (oa-reg-low) takes the low half,
;;;; (oa-reg-high) the high half.

(def-data-field-default oal-byte-position 6 0)
(def-data-field-default oal-mrot 6 0)
(def-data-field-default oal-byte-length 6 6)
(def-data-field-default oal-dispatch-length 5 6)
(def-data-field-default oal-aluf 5 3)
(def-data-field-default oal-m-dest 6 14.)
(def-data-field-default oal-func-dest 6 20.)
(def-data-field-default oal-a-dest 12. 14.)
(def-data-field-default oal-jump 16. 14.)
(def-data-field-default oal-disp-constant 12. 14.)
(def-data-field-default oah-m-src 7 0)
(def-data-field-default oah-a-src 12. 7)

;;;; The bytes of a Lisp word

(def-data-field-default q-cdr-code 2 30.)
(def-data-field-default q-data-type 5 25.)
(def-data-field-default q-data-type-plus-one-bit 6 24.)
(def-data-field-default q-pointer 25. 0)
(def-data-field-default q-typed-pointer 30. 0)
(def-data-field-default q-all-but-typed-pointer 2 30.)
(def-data-field-default q-all-but-pointer 7 25.)
(def-data-field-default q-all-but-cdr-code 30. 0)
(def-data-field-default boxed-sign-bit 1 24.)
(assign-default q-pointer-width 25.)

;;;; The bytes of a macroinstruction (decode memory is addressed by bits 15 to 6)

(assign-default macro-ir-op (plus (byte-field 5 9.) macro-ir))
(assign-default macro-ir-dest (plus (byte-field 2 14.) macro-ir))
(assign-default macro-ir-2-bit-sub-opcode (plus (byte-field 2 14.) macro-ir))
(assign-default macro-ir-register (plus (byte-field 3 6) macro-ir))

;;;; Checks after starting a memory cycle. The microcode supplies the handlers PGF-R and
;;;; PGF-W (page fault on a read, on a write); those with -I also serve interrupts.

(assign-default check-page-read (plus call-conditional pg-fault-or-interrupt pgf-r-i))
(assign-default check-page-write (plus call-conditional pg-fault-or-interrupt pgf-w-i))
(assign-default check-page-read-no-interrupt (plus call-conditional pg-fault pgf-r))
(assign-default check-page-write-no-interrupt (plus call-conditional pg-fault pgf-w))

;;;; Words that LMI's sources have and that mean nothing here: no microcode is paged.

(assign i-linked (plus))
(assign i-not-linked (plus))
(assign gc-map-test slow-dest)
