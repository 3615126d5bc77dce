;;; -*- Mode: Lisp; Base: 8 -*-
;;; Interrupts of the boards.
;;;
;;; Purpose. A board interrupts by writing to the processor's interrupt space. The main loop
;;; calls SERVE-INTERRUPTS between macroinstructions; nothing of a macroinstruction is live
;;; there. The console's interrupt character and the clock pend a sequence break, which
;;; enters Lisp at the next macroinstruction when breaks are enabled.
;;;
;;; Vectors: 0 bus error (the processor's own), 1 console, 2 clock. Others are acknowledged
;;; and counted.
;;;
;;; Entry points. SERVE-INTERRUPTS, START-INTERRUPTS.

(assign-eval vector-console 1)
(assign-eval vector-clock 2)
(assign-eval break-reason-console 1)
(assign-eval break-reason-clock 2)

(locality a-mem)
a-bus-errors            (0)     ;bus errors so far
a-spurious-interrupts   (0)
(register-kind unboxed a-bus-errors a-spurious-interrupts)
(locality d-mem)
d-interrupt
(start-dispatch 2 inhibit-xct-next-bit)
	(interrupt-bus-error)
	(interrupt-console)
	(interrupt-clock)
	(interrupt-spurious)
(end-dispatch)
(locality i-mem)

;; The interrupt pointer names the lowest pending vector.
	(declare (clobbers m-1 vma md))
serve-interrupts
	((m-1) interrupt-pointer)
	(jump-greater-than m-1 (a-constant vector-clock) interrupt-spurious)
	(dispatch (byte-field 2 0) m-1 d-interrupt)
interrupt-served
	((interrupt-clear) m-zero)
	(jump-if-page-fault-or-interrupt serve-interrupts)
	(popj)

interrupt-bus-error
	(jump-xct-next interrupt-served)
       ((a-bus-errors) m+a+1 m-zero a-bus-errors)
interrupt-spurious
	(jump-xct-next interrupt-served)
       ((a-spurious-interrupts) m+a+1 m-zero a-spurious-interrupts)

interrupt-console
	((md) (a-constant console-status-break))
	((vma-start-write) (a-constant (plus console-window console-acknowledge)))
	(check-page-write)
	((m-1) (a-constant break-reason-console))
	(jump interrupt-pends-break)

interrupt-clock
	((md) m-zero)
	((vma-start-write) (a-constant (plus clock-window clock-acknowledge)))
	(check-page-write)
	((a-ticks) m+a+1 m-zero a-ticks)
	((m-1) (a-constant break-reason-clock))
interrupt-pends-break
	((a-break-reasons) ior m-1 a-break-reasons)
	((m-1) rg-mode)
	(jump-xct-next interrupt-served)
       ((rg-mode) dpb m-zero (byte-field 1 26.) a-1)

;; At start-up: tell the boards where to interrupt, let the console's interrupt character
;; through, open the processor's interrupt space. The clock interrupts when Lisp asks it to.
	(declare (clobbers m-1 vma md))
start-interrupts
	((m-1) rg-mode)
	((m-1) dpb m-minus-one (byte-field 2 26.) a-1)          ;interrupts on, no break pending
	((rg-mode) m-1)
	((md) (a-constant (eval (+ (ash processor-slot 24.) (* 4 vector-clock)))))
	((vma-start-write) (a-constant (plus clock-window clock-interrupt-address)))
	(check-page-write)
	((md) (a-constant (eval (+ (ash processor-slot 24.) (* 4 vector-console)))))
	((vma-start-write) (a-constant (plus console-window console-interrupt-address)))
	(check-page-write)
	;; A condition that holds already interrupts at once.
	((md) (a-constant console-control-break))
	((vma-start-write) (a-constant (plus console-window console-control)))
	(check-page-write)
	(popj)
