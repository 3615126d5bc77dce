;;; -*- Mode: Lisp; Base: 8 -*-
;;; Locals and arguments of the current frame.
;;;
;;; Local d is at buffer index M-LP + d; the argument slot at distance d from the last at
;;; M-LP - 4 - d (three state words lie between). Indices wrap around as the buffer does.

	(misc-inst-entry push-local)
	(popj-after-next (pdl-index) add macro-ir-displacement a-lp)
       ((pdl-push) c-pdl-buffer-index)

	(misc-inst-entry pop-local)
	(popj-after-next (pdl-index) add macro-ir-displacement a-lp)
       ((c-pdl-buffer-index) pdl-pop)

	(misc-inst-entry set-local)
	(popj-after-next (pdl-index) add macro-ir-displacement a-lp)
       ((c-pdl-buffer-index) pdl-top)

;; The hardware subtracts A from M, and M-LP must be the M operand.
(defmacro index-argument ()
  "PDL-INDEX for argument M-1; the instruction after this is executed before the return."
  '(((m-1) sub m-lp a-1)
    (popj-after-next (pdl-index) sub m-1 (a-constant 4))))

	(misc-inst-entry push-arg)
	((m-1) macro-ir-displacement)
long-push-arg
	(index-argument)
       ((pdl-push) c-pdl-buffer-index)

	(misc-inst-entry pop-arg)
	((m-1) macro-ir-displacement)
long-pop-arg
	(index-argument)
       ((c-pdl-buffer-index) pdl-pop)

	(misc-inst-entry set-arg)
	((m-1) macro-ir-displacement)
long-set-arg
	(index-argument)
       ((c-pdl-buffer-index) pdl-top)

long-push-local
	(popj-after-next (pdl-index) add m-1 a-lp)
       ((pdl-push) c-pdl-buffer-index)
long-pop-local
	(popj-after-next (pdl-index) add m-1 a-lp)
       ((c-pdl-buffer-index) pdl-pop)
long-set-local
	(popj-after-next (pdl-index) add m-1 a-lp)
       ((c-pdl-buffer-index) pdl-top)
