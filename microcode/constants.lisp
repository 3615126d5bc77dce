;;; -*- Mode: Lisp; Base: 8 -*-
;;; Constants of the function; values and functions of the symbols among them.
;;;
;;; Constant d is word d of the current function. Short forms take d from the
;;; macroinstruction, long ones find it in M-1.

(defmacro push-constant-at (displacement)
  (list (list '(vma-start-read) 'add displacement 'a-fef)
        '(check-page-read)
        '(transport-and-popj)
        '((pdl-push) md)))

	(misc-inst-entry push-constant)
	(push-constant-at macro-ir-displacement)
long-push-constant
	(push-constant-at m-1)

	(misc-inst-entry push-fixnum)
	(popj-after-next (pdl-push) add macro-ir-displacement a-fix-zero)
       (no-op)

;; -1 - d: all ones but for the bits of d, in the pointer.
	(misc-inst-entry push-negative)
	((m-1) xor macro-ir-displacement (a-constant -1))
	(popj-after-next (pdl-push) dpb m-1 q-pointer a-fix-zero)
       (no-op)

;; A signed number of 16. bits.
long-push-fixnum
	((m-1) xor m-1 (a-constant 100000))
	((m-1) sub m-1 (a-constant 100000))
	(popj-after-next (pdl-push) dpb m-1 q-pointer a-fix-zero)
       (no-op)

;;; ---- Values ----

(defmacro start-read-of-symbol (displacement cell)
  "Read constant DISPLACEMENT of the function, a symbol, and start to read its CELL."
  (list (list '(vma-start-read) 'add displacement 'a-fef)
        '(check-page-read)
        '(transport)
        (list '(vma-start-read) 'add 'md (list 'a-constant cell))
        '(check-page-read)))

	(misc-inst-entry push-value)
	(start-read-of-symbol macro-ir-displacement symbol-value)
	(popj-after-next dispatch transport-spec md d-transport-value)
       ((pdl-push) md)
long-push-value
	(start-read-of-symbol m-1 symbol-value)
	(popj-after-next dispatch transport-spec md d-transport-value)
       ((pdl-push) md)

;; Reading the old value leads VMA through invisible pointers to where the new one belongs.
	(misc-inst-entry set-value)
	(start-read-of-symbol macro-ir-displacement symbol-value)
	(transport)
	((md-start-write) pdl-top)
	(check-page-write)
	(gc-write-test-and-popj)
       (no-op)
long-set-value
	(start-read-of-symbol m-1 symbol-value)
	(transport)
	((md-start-write) pdl-top)
	(check-page-write)
	(gc-write-test-and-popj)
       (no-op)

	(misc-inst-entry pop-value)
	(start-read-of-symbol macro-ir-displacement symbol-value)
	(transport)
	((md-start-write) pdl-pop)
	(check-page-write)
	(gc-write-test-and-popj)
       (no-op)
long-pop-value
	(start-read-of-symbol m-1 symbol-value)
	(transport)
	((md-start-write) pdl-pop)
	(check-page-write)
	(gc-write-test-and-popj)
       (no-op)

;;; ---- Functions ----

	(misc-inst-entry push-function)
	((m-1) macro-ir-displacement)
long-push-function
	(start-read-of-symbol m-1 symbol-function)
	(transport)
	((m-t) md)
	(jump-if-type dtp-null m-t push-function-undefined)
push-function-done
	(popj-after-next (pdl-push) m-t)
       (no-op)
push-function-undefined
	;; The marker points to the symbol.
	((m-a) dpb m-t q-pointer a-v-nil)
	(call trap)
	(error-table undefined-function m-a (substitute m-t))
	(jump push-function-done)
