;;; -*- Mode: Lisp; Base: 8 -*-
;;; Returns.
;;;
;;; Purpose. Drop the frame and its arguments, go back to the caller's function, frame and
;;; LC, leave the value. One test, of the saved LC's attention bit, tells the ordinary
;;; return of one value from everything else: other kinds, and the need to refill the buffer.
;;;
;;; Entry points. RETURN-M-T returns the one value M-T; RETURN-SEVERAL the M-6 words on top.
;;; The micro-stack holds the way to the main loop.

	(misc-inst-entry return)
	((m-t) pdl-pop)
return-m-t
	((pdl-pointer) sub m-lp (a-constant 1))
	((m-fef) pdl-pop)
	(jump-less-than-xct-next pdl-top a-zero return-attention)
       ((m-1) ldb q-pointer pdl-pop)
	((m-2) ldb frame-argument-slots m-lp)
	((m-lp) pdl-pop)
	(restore-lc)
	(popj-after-next (pdl-pointer) sub pdl-pointer a-2)
       ((pdl-push) m-t)

;; M-T value, M-FEF the caller's, M-1 its relative LC; the saved M-LP is on top.
return-attention
	((m-2) ldb frame-argument-slots m-lp)
	((m-3) pdl-pop)
	((m-lp) selective-deposit m-3 frame-but-return-kind a-fix-zero)
	((m-4) ldb frame-return-kind m-3)
	(jump-equal m-4 (a-constant return-kind-bottom) return-from-bottom)
	((pdl-pointer) sub pdl-pointer a-2)
	;; Was that the last frame of the buffer?
	((m-tem) sub pdl-pointer a-pdl-bottom output-selector-mask-11)
	(call-equal m-tem (a-constant 3777) refill)
	(restore-lc)
	(dispatch (byte-field 3 0) m-4 d-return-kind)

(locality d-mem)
d-return-kind
(start-dispatch 3 inhibit-xct-next-bit)
	(return-one-value)
	(return-one-of-values)
	(return-discarding)
	(trap-resume)
	(return-bad-kind)
	(return-bad-kind)
	(return-bad-kind)
	(return-bad-kind)
(end-dispatch)
(locality i-mem)

return-one-of-values
	((pdl-push) m-t)
	(popj-after-next (pdl-push) (a-constant (plus (byte-value q-data-type dtp-fix) 1)))
       (no-op)
return-one-value
	(popj-after-next (pdl-push) m-t)
       (no-op)
return-discarding
	(popj)
return-bad-kind
	(call illop)
	(error-table illop a-frame-has-no-return-kind)
	(popj)

;; The first function of a stack has returned: M-T. There is but one stack as yet.
return-from-bottom
	(call illop)
	(error-table illop the-initial-function-has-returned)
	(jump return-from-bottom)

;;; ---- Several values ----

	(misc-inst-entry return-mv)
	(jump-xct-next return-several)
       ((m-6) ldb q-pointer pdl-pop)

	(misc-inst-entry return-values)
	((m-1) macro-ir-displacement)
long-return-values
	((m-6) m-1)
return-several
	((pdl-index) sub m-lp (a-constant 2))
	((m-1) c-pdl-buffer-index)
	(jump-greater-or-equal-xct-next m-1 a-zero return-first)
       ((pdl-index) sub m-lp (a-constant 3))
	((m-3) c-pdl-buffer-index)
	((m-4) ldb frame-return-kind m-3)
	(jump-not-equal m-4 (a-constant return-kind-values) return-first)
	;; Move the values down over the frame, the number on top of them.
	((pdl-push) dpb m-6 q-pointer a-fix-zero)
	((m-6) add m-6 (a-constant 1))
	(call leave-frame)
	;; Was that the last frame of the buffer? The values begin where it began.
	((m-tem) sub pdl-pointer a-6)
	((m-tem) sub m-tem a-pdl-bottom output-selector-mask-11)
	(call-equal m-tem (a-constant 3777) refill)
	(popj)

;; One value is wanted: the first, or NIL. M-6 words are on top.
return-first
	(jump-equal-xct-next m-6 a-zero return-m-t)
       ((m-t) a-v-nil)
	((m-6) sub m-6 (a-constant 1))
	((pdl-index) sub pdl-pointer a-6)
	(jump-xct-next return-m-t)
       ((m-t) c-pdl-buffer-index)
