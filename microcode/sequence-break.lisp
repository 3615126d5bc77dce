;;; -*- Mode: Lisp; Base: 8 -*-
;;; Sequence breaks: leaving the instruction stream between macroinstructions.
;;;
;;; Purpose. When a break is pending the main loop comes here instead of executing the
;;; macroinstruction before LC. si:%sequence-break is called with the reasons, return kind
;;; DISCARD: when it returns, that macroinstruction is executed as if nothing had happened.
;;; While breaks are disabled the reasons wait in A-BREAK-REASONS.
;;;
;;; Entry points. SEQUENCE-BREAK, from the main loop with the micro-stack empty.

sequence-break
	((m-1) rg-mode)
	((rg-mode) dpb m-minus-one (byte-field 1 26.) a-1)      ;no longer pending
	((m-tem) a-sequence-break-enable)
	(jump-equal m-tem a-v-nil main-loop-refetch)
	((m-1) a-break-reasons)
	((a-break-reasons) m-zero)
	((pdl-push) dpb m-1 q-pointer a-fix-zero)
	((lc) sub lc (a-constant 2))
	((vma-start-read) (a-constant (plus support-vector svc-sequence-break)))
	(check-page-read)
	(transport)
	((m-a) md)
	((micro-stack-push) a-main-loop-return)
	((m-5) (a-constant call-discard))
	(jump-xct-next call-object)
       ((m-6) (a-constant 1))

;; Enabling them lets waiting reasons through.
	(misc-inst-entry %enable-sequence-break)
	((m-t) pdl-top)
	((pdl-top) a-sequence-break-enable)
	((a-sequence-break-enable) m-t)
	(popj-equal m-t a-v-nil)
	((m-1) a-break-reasons)
	(popj-equal m-1 a-zero)
	((m-1) rg-mode)
	(popj-after-next (m-1) dpb m-zero (byte-field 1 26.) a-1)
       ((rg-mode) m-1)
