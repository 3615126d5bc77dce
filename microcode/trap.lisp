;;; -*- Mode: Lisp; Base: 8 -*-
;;; Traps: from a micro-routine that found an error to Lisp, and back.
;;;
;;; Purpose. (call trap), with an error-table entry after it. All registers, VMA, MD, the
;;; macroinstruction and the micro-stack go onto the stack as tagged words (TRAP-BLOCK in
;;; tables/objects.lisp), and si:%trap is called with the micro-address of the call and the
;;; block's stack offset, return kind RESUME. When it returns, everything is restored from
;;; the block, which it may have changed, and TRAP returns to its caller; unless the value is
;;; other than NIL: then the macroinstruction is executed again.
;;;
;;; Entry points. TRAP, TRAP-RESUME (from RETURN).
;;;
;;; Invariants. The call must be one that executes no next instruction first, so that its
;;; address is the one before that on the micro-stack. Unboxed registers come back as they
;;; were: an address in one is worth nothing then.

(defmacro push-halves (register)
  "Push REGISTER as two fixnums, low half first. The background's tag stays."
  (list (list '(pdl-push) 'ldb '(byte-field 16. 0) register 'a-fix-zero)
        (list '(pdl-push) 'ldb '(byte-field 16. 16.) register 'a-fix-zero)))

(defmacro pop-halves (register)
  "The reverse, into a register of M memory."
  (list (list (list register) 'dpb 'pdl-pop '(byte-field 16. 16.) 'a-zero)
        (list (list register) 'ldb '(byte-field 16. 0) 'pdl-pop
              (list 'a-mem (list 'm-mem-loc register)))))

(locality a-mem)
a-trap-value    (0)     ;what si:%trap has returned
a-trap-tem      (0)
(register-kind unboxed a-trap-value a-trap-tem)
(locality i-mem)

	(declare (clobbers))
trap
	((pdl-push) m-t)
	((pdl-push) m-a)
	((pdl-push) m-b)
	((pdl-push) m-c)
	((pdl-push) m-d)
	((pdl-push) m-e)
	((pdl-push) m-i)
	((pdl-push) m-j)
	((pdl-push) m-s)
	(push-halves m-1)
	(push-halves m-2)
	(push-halves m-3)
	(push-halves m-4)
	(push-halves m-5)
	(push-halves m-6)
	(push-halves m-tem)
	(push-halves vma)
	(push-halves md)
	((pdl-push) ldb (byte-field 11. 0) pdl-index a-fix-zero)
	((pdl-push) ldb (byte-field 16. 0) macro-ir a-fix-zero)
	((m-tem) micro-stack-pntr-and-data)
	((m-1) ldb (byte-field 16. 0) m-tem)
	((m-1) sub m-1 (a-constant 1))
	((m-b pdl-push) dpb m-1 q-pointer a-fix-zero)
	((m-3) ldb (byte-field 8. 24.) m-tem)           ;how many words the micro-stack has
	((m-2) m-3)
trap-micro-stack
	((pdl-push) ldb (byte-field 19. 0) micro-stack-pntr-and-data-pop a-fix-zero)
	((m-2) sub m-2 (a-constant 1))
	(jump-greater-than m-2 a-zero trap-micro-stack)
	((pdl-push) dpb m-3 q-pointer a-fix-zero)
	;; Where the block begins.
	(call pdl-offset)
	((m-1) sub m-1 a-3)
	((m-1) sub m-1 (a-constant trap-block-micro-stack))
	((pdl-push) m-b)
	((pdl-push) dpb m-1 q-pointer a-fix-zero)
	;; Boxed registers may not keep what the micro-program had: it may be no object.
	((vma-start-read) (a-constant (plus support-vector svc-trap)))
	(check-page-read)
	(transport)
	((m-a) md)
	((micro-stack-push) a-main-loop-return)
	((m-5) (a-constant call-resume))
	(jump-xct-next call-object)
       ((m-6) (a-constant 2))

;; si:%trap has returned; the block is on top of the stack. The micro-stack holds the way to
;; the main loop, which is not gone now.
trap-resume
	((m-garbage) micro-stack-data-pop)
	((a-trap-value) m-t)
	((m-2) ldb q-pointer pdl-pop)
trap-resume-micro-stack
	((micro-stack-push) ldb (byte-field 19. 0) pdl-pop)
	((m-2) sub m-2 (a-constant 1))
	(jump-greater-than m-2 a-zero trap-resume-micro-stack)
	((m-garbage) pdl-pop)                           ;address
	((m-1) ldb (byte-field 16. 0) pdl-pop)
	((m-1) dpb m-1 (byte-field 16. 16.) a-1)        ;whichever half LC selects
	((m-garbage) m-1 source-to-macro-ir)
	((pdl-index) pdl-pop)
	(pop-halves m-2)                                ;MD
	(pop-halves m-1)
	((vma) m-1)
	((md) m-2)
	(pop-halves m-tem)
	((a-trap-tem) m-tem)
	(pop-halves m-6)
	(pop-halves m-5)
	(pop-halves m-4)
	(pop-halves m-3)
	(pop-halves m-2)
	(pop-halves m-1)
	((m-s) pdl-pop)
	((m-j) pdl-pop)
	((m-i) pdl-pop)
	((m-e) pdl-pop)
	((m-d) pdl-pop)
	((m-c) pdl-pop)
	((m-b) pdl-pop)
	((m-a) pdl-pop)
	((m-tem) a-trap-value)
	(jump-not-equal-xct-next m-tem a-v-nil main-loop-again)
       ((m-t) pdl-pop)
	(popj-after-next (m-tem) a-trap-tem)
       (no-op)

;; Returns from si:%trap's own frame, as RETURN does: for handlers that say so.
	(misc-inst-entry trap-return)
	((m-t) pdl-pop)
	(jump return-m-t)
