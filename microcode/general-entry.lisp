;;; -*- Mode: Lisp; Base: 8 -*-
;;; Entry of functions that are not simple, and APPLY.
;;;
;;; Purpose. Checks the number of arguments against the function's descriptor, fills
;;; missing optional slots with the unsupplied marker, makes the rest list, sets up the
;;; frame and the environment.
;;;
;;; Entry points. CALL-GENERAL, from CALL-FEF. CALL-GENERAL-WITH-LIST, from APPLY: after
;;; the M-6 arguments on the stack come the elements of the list M-D.
;;;
;;; Invariants. M-A function, M-S environment, M-5 kind, M-6 number of arguments, as for
;;; CALL-FEF. Making a rest list can flip: until the frame stands, everything is in boxed
;;; registers or on the stack.

;; M-1 is the argument count of the function's header.
call-general
	(jump-not-equal m-1 (a-constant fef-nargs-general) wrong-argument-count)
	((m-d) a-v-nil)
call-general-with-list
	;; For optional arguments and locals; those on the stack count already.
	(check-pdl-room spill)
	((vma-start-read) add m-a (a-constant fef-arguments))
	(check-page-read)
	((m-1) md)
	((m-2) ldb fef-arguments-required m-1)
	(jump-less-than m-6 a-2 wrong-argument-count-with-list)
	((m-3) ldb fef-arguments-optional m-1)
	((m-3) add m-3 a-2)
	(jump-greater-than m-6 a-3 general-surplus)
	;; Missing optional arguments. (APPLY has left no list when there are any.)
	((m-2) sub m-3 a-6)
general-missing
	(jump-equal m-2 a-zero general-rest)
	((pdl-push) a-unsupplied)
	(jump-xct-next general-missing)
       ((m-2) sub m-2 (a-constant 1))
general-rest
	(jump-if-bit-clear fef-arguments-rest m-1 general-no-rest)
	((pdl-push) m-d)
	(jump-xct-next general-frame)
       ((m-6) add m-3 (a-constant 1))
general-no-rest
	(jump-not-equal m-d a-v-nil wrong-argument-count-with-list)
	((m-6) m-3)
;; All argument slots are there, M-6 of them. M-1: descriptor.
general-frame
	((pdl-push) selective-deposit m-5 frame-return-kind a-lp)
	((m-tem) dpb m-fef function-address-below-tag a-fix-zero)
	((m-3) sub lc a-tem output-selector-mask-25)
	((pdl-push) selective-deposit m-5 attention-bit a-3)
	((pdl-push) m-fef)
	((m-tem) dpb m-6 frame-argument-slots a-fix-zero)
	((m-lp) m+a+1 pdl-pointer a-tem)
	((m-fef) m-a)
	((m-2) ldb fef-arguments-locals m-1)
	(jump-if-bit-clear fef-arguments-environment m-1 general-locals)
	;; Local 0 is the environment.
	((pdl-push) m-s)
	((m-2) sub m-2 (a-constant 1))
general-locals
	(jump-less-or-equal m-2 a-zero general-start)
	((pdl-push) a-v-nil)
	(jump-xct-next general-locals)
       ((m-2) sub m-2 (a-constant 1))
general-start
	((vma-start-read) add m-fef (a-constant fef-code))
	(check-page-read)
	((m-1) dpb md (byte-field 23. 2) a-zero)        ;words to bytes
	((m-1) ldb q-pointer m-1)
	((m-tem) dpb m-fef function-address-in-lc a-zero)
	(popj-after-next (lc) add m-1 a-tem)
       (no-op)

;; More arguments on the stack than slots for them. They become the head of the list.
general-surplus
	(jump-if-bit-clear fef-arguments-rest m-1 wrong-argument-count-with-list)
	((m-6) sub m-6 a-3)
	(call list-from-stack)
	((m-d) m-t)
	((vma-start-read) add m-a (a-constant fef-arguments))
	(check-page-read)
	((m-1) md)
	((m-2) ldb fef-arguments-required m-1)
	((m-3) ldb fef-arguments-optional m-1)
	(jump-xct-next general-rest)
       ((m-3) add m-3 a-2)

;;; ---- APPLY ----
;;;
;;; Only as much of the list is spread as the function has slots for; the rest of it becomes
;;; (the tail of) the rest list. So lists of any length can be applied.

	(misc-inst-entry apply)
	((m-a) pdl-pop)
	((m-d) pdl-pop)
	((m-6) macro-ir-displacement)
	(jump-xct-next apply-object)
       ((m-5) a-zero)

	(misc-inst-entry apply-mv)
	((m-a) pdl-pop)
	((m-d) pdl-pop)
	((m-6) macro-ir-displacement)
	(jump-xct-next apply-object)
       ((m-5) (a-constant call-values))

	(misc-inst-entry tail-apply)
	((m-a) pdl-pop)
	((m-d) pdl-pop)
	(call-xct-next leave-frame)
       ((m-6) macro-ir-displacement)
;; Call M-A with the M-6 arguments on the stack and the elements of the list M-D.
apply-object
	(dispatch q-data-type m-a d-apply-object)
       ((m-s) a-v-nil)

(type-dispatch-table d-apply-object (call-not-a-function-with-list)
  (dtp-fef-pointer apply-fef)
  (dtp-closure apply-closure)
  (dtp-symbol apply-symbol)
  (dtp-instance apply-instance))

apply-symbol
	(call step-symbol)
	(jump apply-object)
apply-instance
	(call step-instance)
	(jump apply-object)
apply-closure
	(call step-closure)
apply-fef
	(check-pdl-room spill)
	((vma-start-read) m-a)
	(check-page-read)
	((m-1) ldb fef-header-nargs md)
	(jump-not-equal m-1 (a-constant fef-nargs-general) apply-spread)
	((vma-start-read) add m-a (a-constant fef-arguments))
	(check-page-read)
	((m-1) md)
	((m-2) ldb fef-arguments-required m-1)
	((m-1) ldb fef-arguments-optional m-1)
	((m-1) add m-1 a-2)
;; M-1: how many arguments may be on the stack.
apply-spread
	(jump-greater-or-equal m-6 a-1 apply-spread-done)
	(jump-equal m-d a-v-nil apply-spread-done)
	(call-unless-type dtp-list m-d trap)
	(error-table wrong-type m-d list (substitute m-d))
	(call carcdr)
	((pdl-push) m-t)
	(jump-xct-next apply-spread)
       ((m-6) add m-6 (a-constant 1))
apply-spread-done
	((vma-start-read) m-a)
	(check-page-read)
	((m-1) ldb fef-header-nargs md)
	(jump-equal m-1 (a-constant fef-nargs-general) call-general-with-list)
	(jump-equal m-d a-v-nil call-fef)
	(jump wrong-argument-count-with-list)
