;;; -*- Mode: Lisp; Base: 8 -*-
;;; Start-up, after the boot PROM has loaded the microcode.
;;;
;;; Purpose. Puts the processor's modes in order, builds the map and its tables, restores the
;;; load band, makes the first stack and binding stack, lets interrupts through, and calls the
;;; Lisp function that the support vector names, as the bottom frame of the stack.
;;;
;;; Entry point. START: nothing is assumed but the memories' initial contents.

;; The first stack has 2 M words of addresses, its binding stack 1 M.
(assign-eval first-stack-words 10000000)
(assign-eval first-bindings-words 4000000)

start
	((dp-mode) (a-constant 1))                      ;the PDL buffer
	((rg-mode) (a-constant (plus 1_25. 1_26.)))     ;MISC decode; no break pending, no interrupts
start-empty-micro-stack
	((m-1) micro-stack-pntr-and-data-pop)
	((m-1) ldb (byte-field 8. 24.) micro-stack-pntr-and-data)
	(jump-not-equal m-1 a-zero start-empty-micro-stack)
	((m-1) boards)
	((a-boards) m-1)
	;; The stack; page faults ask what of it is in the buffer.
	((m-1) (a-constant stacks-origin))
	((a-stack-base) m-1)
	((a-pdl-bottom) m-1)
	((pdl-pointer) sub m-1 (a-constant 1))
	((m-1) add m-1 (a-constant first-stack-words))
	((a-stack-end) m-1)
	((a-stack-limit) sub m-1 (a-constant stack-reserve-words))
	((a-bindings-base) m-1)
	((a-bindings) m-1)
	((m-1) add m-1 (a-constant first-bindings-words))
	((a-bindings-end) m-1)
	((a-bindings-limit) sub m-1 (a-constant binding-reserve-words))
	(call set-stack-window)
	(call initialize-map)
	(call restore-band)
	(call initialize-storage)
	(call start-interrupts)
	;; The first function.
	((lc) m-zero)
	((vma-start-read) (a-constant (plus support-vector svc-initial-function)))
	(check-page-read)
	(transport)
	((m-a) md)
	((micro-stack-push) a-main-loop-return)
	((m-5) (a-constant call-bottom))
	(jump-xct-next call-object)
       ((m-6) m-zero)
