;;; -*- Mode: Lisp; Base: 8 -*-
;;; Special bindings.
;;;
;;; Purpose. Binding is shallow: the value cell holds the current value, the binding stack
;;; pairs of symbol and old contents, invisible pointer and unbound marker as they are. A
;;; cell that is shared by an invisible pointer gets the new value itself, and its pointer
;;; back when the binding ends.
;;;
;;; Entry points. BIND-SYMBOL-TO: bind M-A to M-T. UNBIND-TO-DEPTH: undo bindings.
;;;
;;; Invariants. The binding stack is in memory, between A-BINDINGS-BASE and A-BINDINGS; a
;;; collection takes all of it. Depth counts its words.

	(misc-inst-entry bind)
	((m-1) macro-ir-displacement)
long-bind
	((vma-start-read) add m-1 a-fef)
	(check-page-read)
	(transport)
	((m-a) md)
	(jump-xct-next bind-symbol-to)
       ((m-t) pdl-pop)

	(misc-inst-entry bind-symbol)
	((m-t) pdl-pop)
	((m-a) pdl-pop)
	(call-unless-type dtp-symbol m-a trap)
	(error-table wrong-type m-a symbol (substitute m-a))
	(jump bind-symbol-to)

	(misc-inst-entry bind-unbound)
	((m-a) pdl-pop)
	(call-unless-type dtp-symbol m-a trap)
	(error-table wrong-type m-a symbol (substitute m-a))
	;; The marker points to the symbol.
	((m-t) dpb m-a q-pointer (a-constant (byte-value q-data-type dtp-null)))

	(declare (args m-a m-t) (clobbers m-b m-1 m-tem))
bind-symbol-to
	((m-1) a-bindings)
	(call-greater-or-equal m-1 a-bindings-limit binding-stack-overflow)
	((vma-start-read) add m-a (a-constant symbol-value))
	(check-page-read)
	(transport-word)
	((m-b) md)
	((md) m-a)
	((vma-start-write-force) m-1)
	(check-page-write-force)
	((md) m-b)
	((vma-start-write-force) add m-1 (a-constant 1))
	(check-page-write-force)
	((a-bindings) add m-1 (a-constant 2))
	((md) m-t)
	((vma-start-write) add m-a (a-constant symbol-value))
	(check-page-write)
	(gc-write-test-and-popj)
       (no-op)

binding-stack-overflow
	((m-tem) a-bindings-end)
	(call-equal m-tem a-bindings-limit illop)
	(error-table illop binding-stack-and-its-reserve-exhausted)
	((a-bindings-limit) a-bindings-end)
	(call trap)
	(error-table binding-stack-overflow (fatal))
	(popj-after-next (m-1) a-bindings)
       (no-op)

	(misc-inst-entry unbind)
	((m-1) macro-ir-displacement)
	((m-1) m+m m-1)
	((m-2) a-bindings)
	(jump-xct-next unbind-to-address)
       ((m-1) sub m-2 a-1)

	(misc-inst-entry unbind-to)
	(jump-xct-next unbind-to-depth)
       ((m-1) ldb q-pointer pdl-pop)

;; M-1: depth.
	(declare (args m-1) (clobbers m-a m-b m-1 m-2 m-tem))
unbind-to-depth
	((m-1) add m-1 a-bindings-base)
;; M-1: what A-BINDINGS shall be.
unbind-to-address
	((m-2) a-bindings)
	(jump-less-or-equal m-2 a-1 unbind-done)
	((m-2) sub m-2 (a-constant 1))
	((vma-start-read-force) m-2)
	(check-page-read-force)
	(transport-word)
	((m-b) md)
	((m-2) sub m-2 (a-constant 1))
	((vma-start-read-force) m-2)
	(check-page-read-force)
	(transport-word)
	((a-bindings) m-2)
	((m-a) md)
	((md) m-b)
	((vma-start-write) add m-a (a-constant symbol-value))
	(check-page-write)
	(gc-write-test)
	(jump unbind-to-address)
unbind-done
	;; A reserve that was made available is given back well below it.
	((m-tem) a-bindings-end)
	((m-tem) sub m-tem (a-constant binding-reserve-words))
	((m-2) add m-2 (a-constant 10000))
	(popj-greater-than m-2 a-tem)
	(popj-after-next (a-bindings-limit) m-tem)
       (no-op)

;; Words at the end of the binding stack kept for the handler of its exhaustion.
(assign-eval binding-reserve-words 10000)

	(misc-inst-entry binding-depth)
	((m-1) a-bindings)
	((m-1) sub m-1 a-bindings-base)
	(popj-after-next (pdl-push) dpb m-1 q-pointer a-fix-zero)
       (no-op)

;; Binding n from the bottom: symbol, saved value, T; or NIL and NIL when it was unbound.
	(misc-inst-entry %binding-ref)
	((m-t) pdl-pop)
	(call-unless-type dtp-fix m-t trap)
	(error-table wrong-type m-t fixnum (substitute m-t))
	((m-1) m-t output-selector-extend-25)
	((m-1) m+m m-1)
	((m-1) add m-1 a-bindings-base)
	(call-greater-or-equal m-1 a-bindings trap)
	(error-table index-out-of-range m-t (fatal))
	(call-less-than m-1 a-bindings-base trap)
	(error-table index-out-of-range m-t (fatal))
	((vma-start-read-force) m-1)
	(check-page-read-force)
	(transport-word)
	((pdl-push) md)
	((vma-start-read-force) add m-1 (a-constant 1))
	(check-page-read-force)
	(transport)
	((m-t) md)
	(jump-if-type dtp-null m-t binding-ref-unbound)
	((pdl-push) m-t)
	(popj-after-next (pdl-push) a-v-t)
       (no-op)
binding-ref-unbound
	((pdl-push) a-v-nil)
	(popj-after-next (pdl-push) a-v-nil)
       (no-op)
