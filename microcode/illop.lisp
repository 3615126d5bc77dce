;;; -*- Mode: Lisp; Base: 8 -*-
;;; Failed sanity checks.
;;;
;;; (call illop), with (error-table illop reason register…) after it: something is as it
;;; cannot be. The processor halts here with all registers as they were; the top of the
;;; micro-stack is the address after the call, so the error-table entry before that address
;;; is the reason, and the history shows the way. ILLOP is a subroutine: told to go on, the
;;; processor returns after the failed check.

	(declare (clobbers))
illop
	((a-illop-count) m+a+1 m-zero a-illop-count)
illop-halt
	(no-op halt-lambda)
	(popj)

;; What a Lisp program asks for: %HALT code. M-T is the code.
	(misc-inst-entry %halt)
	((m-t) pdl-top)
	(call illop)
	(error-table illop halted-by-lisp m-t)
	(popj-after-next (m-garbage) pdl-pop)
       (no-op)
