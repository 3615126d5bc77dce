;;; -*- Mode: Lisp; Base: 8 -*-
;;; Several values on the stack, and lists from and to the stack.
;;;
;;; Purpose. Wherever more than one value is wanted they are on the stack as v1 … vn n.
;;;
;;; Entry points. LIST-FROM-STACK: a list of words on the stack. SPREAD-LIST: the reverse.

;; More than this many words are never spread: a call takes no more.
(assign-eval most-values 377)

	(misc-inst-entry mv-adjust)
	((m-1) macro-ir-displacement)
long-mv-adjust
	((m-2) ldb q-pointer pdl-pop)
	(jump-less-than m-2 a-1 mv-adjust-more)
	(popj-after-next (m-2) sub m-2 a-1)
       ((pdl-pointer) sub pdl-pointer a-2)
mv-adjust-more
	((pdl-push) a-v-nil)
	((m-2) add m-2 (a-constant 1))
	(jump-less-than m-2 a-1 mv-adjust-more)
	(popj)

;; v1 … vn n w1 … wm m: the w move down over n.
	(misc-inst-entry mv-append)
	((m-4) ldb q-pointer pdl-pop)
	((m-3) sub pdl-pointer a-4)             ;n
	((pdl-index) m-3)
	((m-6) ldb q-pointer c-pdl-buffer-index)
	((m-6) add m-6 a-4)
	((m-2) sub m-3 (a-constant 1))
	(call move-down)
	((pdl-pointer) m-2)
	(call-greater-than m-6 (a-constant most-values) trap)
	(error-table too-many-values (fatal))
	(popj-after-next (pdl-push) dpb m-6 q-pointer a-fix-zero)
       (no-op)

	(misc-inst-entry mv-list)
	((m-6) ldb q-pointer pdl-pop)
	(call-xct-next list-from-stack)
       ((m-d) a-v-nil)
	(popj-after-next (pdl-push) m-t)
       (no-op)

	(misc-inst-entry mv-from-list)
	(misc-inst-entry spread)
	(check-pdl-room spill)
	(call-xct-next spread-list)
       ((m-d) pdl-pop)
	(popj-after-next (pdl-push) dpb m-6 q-pointer a-fix-zero)
       (no-op)

;;; ---- Lists ----

;; The elements of the list M-D go onto the stack; M-6: how many.
	(declare (args m-d) (values m-6) (clobbers m-d m-t m-6 m-tem))
spread-list
	((m-6) a-zero)
spread-list-1
	(popj-equal m-d a-v-nil)
	(call-unless-type dtp-list m-d trap)
	(error-table wrong-type m-d list (substitute m-d))
	(call-greater-or-equal m-6 (a-constant most-values) trap)
	(error-table too-many-values (fatal))
	(call carcdr)
	((pdl-push) m-t)
	(jump-xct-next spread-list-1)
       ((m-6) add m-6 (a-constant 1))

	(misc-inst-entry list)
	((m-1) macro-ir-displacement)
long-list
	((m-6) m-1)
	(call-xct-next list-from-stack)
       ((m-d) a-v-nil)
	(popj-after-next (pdl-push) m-t)
       (no-op)

	(misc-inst-entry list-star)
	((m-d) pdl-pop)
	(call-xct-next list-from-stack)
       ((m-6) macro-ir-displacement)
	(popj-after-next (pdl-push) m-t)
       (no-op)

;; The M-6 words on top of the stack, taken off it, and the tail M-D: M-T is the list.
	(declare (args m-6 m-d) (values m-t) (clobbers m-1 m-2 m-3 m-tem))
list-from-stack
	(popj-equal-xct-next m-6 a-zero)
       ((m-t) m-d)
	(jump-equal-xct-next m-d a-v-nil list-from-stack-1)
       ((m-1) m-6)
	((m-1) add m-1 (a-constant 1))
list-from-stack-1
	(call allocate-cells)
	((m-1) m-t)                             ;no allocation until the list is complete
	((m-2) sub pdl-pointer a-6)
	((m-3) sub m-6 (a-constant 1))
list-from-stack-cell
	((m-2 pdl-index) add m-2 (a-constant 1))
	(jump-equal m-3 a-zero list-from-stack-last)
	((md) c-pdl-buffer-index)
	((vma-start-write) m-1)
	(check-page-write)
	((m-1) add m-1 (a-constant 1))
	(jump-xct-next list-from-stack-cell)
       ((m-3) sub m-3 (a-constant 1))
list-from-stack-last
	(jump-not-equal m-d a-v-nil list-from-stack-tail)
	((md) ior c-pdl-buffer-index (a-constant (byte-value q-cdr-code cdr-nil)))
	((vma-start-write) m-1)
	(check-page-write)
	(popj-after-next (pdl-pointer) sub pdl-pointer a-6)
       (no-op)
list-from-stack-tail
	((md) ior c-pdl-buffer-index (a-constant (byte-value q-cdr-code cdr-normal)))
	((vma-start-write) m-1)
	(check-page-write)
	((md) ior m-d (a-constant (byte-value q-cdr-code cdr-error)))
	((vma-start-write) add m-1 (a-constant 1))
	(check-page-write)
	(popj-after-next (pdl-pointer) sub pdl-pointer a-6)
       (no-op)
