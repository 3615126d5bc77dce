;;; -*- Mode: Lisp; Base: 8 -*-
;;; Several values on the stack, and lists from and to the stack.
;;;
;;; Purpose. Wherever more than one value is wanted they are on the stack as v1 … vn n.
;;;
;;; Entry points. CARCDR: one step along a list. LIST-FROM-STACK: a list of words on the
;;; stack. SPREAD-LIST: the reverse.

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

;; A cell as CARCDR reads it: what its car leads to.
(meta-dispatch-table d-list-cell
  (p-bit inhibit-xct-next-bit transporter) (p-bit r-bit)
  ((dtp-fix dtp-character) p-bit r-bit)
  ((dtp-external-value-cell-pointer dtp-one-q-forward) p-bit inhibit-xct-next-bit transport-follow)
  (dtp-rplacd-forward inhibit-xct-next-bit carcdr-forward)
  ((dtp-trap dtp-unreconciled dtp-symbol-header dtp-header dtp-gc-forward
    dtp-header-forward dtp-body-forward dtp-array-header dtp-u-entry
    dtp-indexed-forward dtp-select-method dtp-instance-header dtp-entity
    dtp-self-ref-pointer dtp-spare dtp-small-flonum)
   p-bit inhibit-xct-next-bit transport-bad-type))

(locality d-mem)
d-carcdr
(start-dispatch 2 inhibit-xct-next-bit)
	(carcdr-next)
	(carcdr-error)
	(carcdr-normal)
	(carcdr-nil)
(end-dispatch)
(locality i-mem)

;; M-D, a cons. M-T: its car, M-D: its cdr.
	(declare (args m-d) (values m-t m-d) (clobbers m-2))
carcdr
	((vma-start-read) m-d)
	(check-page-read)
	((m-2) ldb q-cdr-code md)
	(dispatch transport-spec md d-list-cell)
	((m-t) ldb q-typed-pointer md)
	(dispatch (byte-field 2 0) m-2 d-carcdr)
carcdr-next
	(popj-after-next (m-d) add m-d (a-constant 1))
       (no-op)
carcdr-nil
	(popj-after-next (m-d) a-v-nil)
       (no-op)
carcdr-normal
	((vma-start-read) add m-d (a-constant 1))
	(check-page-read)
	(transport)
	(popj-after-next (m-d) ldb q-typed-pointer md)
       (no-op)
carcdr-error
	(call illop)
	(error-table illop a-list-begins-in-the-middle-of-a-pair)
	(popj)
;; The cell became a full pair elsewhere.
carcdr-forward
	(jump-xct-next carcdr)
       ((m-d) dpb md q-pointer (a-constant (byte-value q-data-type dtp-list)))

;; The elements of the list M-D go onto the stack; M-6: how many.
	(declare (args m-d) (values m-6) (clobbers m-d m-t m-2 m-6))
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
