;;; -*- Mode: Lisp; Base: 8 -*-
;;; Environments: contours of closed-over variables, and closures over them.
;;;
;;; Purpose. Local 0 of a function that makes or uses closures is its environment: NIL, or a
;;; pair of a lexical frame (a list block, a cell a variable) and the next environment.
;;; Cells are read and written through invisible pointers: when frames come to live on the
;;; stack, nothing changes here.
;;;
;;; Entry points. The macroinstructions.

;; M-T: the environment M-1 frames out from that in local 0. Loops M-1 times.
	(declare (args m-1) (values m-t) (clobbers m-1))
environment
	((pdl-index) m-lp)
	(popj-equal-xct-next m-1 a-zero)
       ((m-t) c-pdl-buffer-index)
environment-next
	((m-1) sub m-1 (a-constant 1))
	((vma-start-read) add m-t (a-constant 1))
	(check-page-read)
	(transport)
	(popj-equal-xct-next m-1 a-zero)
       ((m-t) ldb q-typed-pointer md)
	(jump environment-next)

;; Push variable M-2 of the first frame of the environment M-T.
push-variable
	((vma-start-read) m-t)
	(check-page-read)
	(transport)
	((vma-start-read) add md a-2)
	(check-page-read)
	(transport-and-popj)
       ((pdl-push) ldb q-typed-pointer md)

;; Store the top of the stack, which stays, into variable M-2 of the first frame of the
;; environment M-T. The cell keeps its cdr code.
set-variable
	((vma-start-read) m-t)
	(check-page-read)
	(transport)
	((vma-start-read) add md a-2)
	(check-page-read)
	(transport)
	((m-t) pdl-top)
	((md-start-write) selective-deposit md q-all-but-typed-pointer a-t)
	(check-page-write)
	(gc-write-test-and-popj)
       (no-op)

	(misc-inst-entry push-lex0)
	((pdl-index) m-lp)
	((m-2) macro-ir-displacement)
	(jump-xct-next push-variable)
       ((m-t) c-pdl-buffer-index)

(defmacro define-lex (name depth routine)
  (list (list 'misc-inst-entry name)
        '((m-2) macro-ir-displacement)
        '(call-xct-next environment)
        (list '(m-1) (list 'a-constant depth))
        (list 'jump routine)))

(define-lex push-lex1 1 push-variable)
(define-lex push-lex2 2 push-variable)
(define-lex push-lex3 3 push-variable)
(define-lex set-lex0 0 set-variable)
(define-lex set-lex1 1 set-variable)
(define-lex set-lex2 2 set-variable)
(define-lex set-lex3 3 set-variable)

;; Frame number in <15:8>, variable in <7:0>.
long-push-lex
	((m-2) ldb (byte-field 8. 0) m-1)
	(call-xct-next environment)
       ((m-1) ldb (byte-field 8. 8.) m-1)
	(jump push-variable)
long-set-lex
	((m-2) ldb (byte-field 8. 0) m-1)
	(call-xct-next environment)
       ((m-1) ldb (byte-field 8. 8.) m-1)
	(jump set-variable)

;;; ---- Contours ----
;;;
;;; The frame's cells and the pair come from one block: cells, then the pair. No cells, no
;;; frame: the pair's car is NIL.

	(misc-inst-entry enter-contour)
	((m-1) macro-ir-displacement)
long-enter-contour
	((m-4) m-1)
	(call-xct-next allocate-cells)
       ((m-1) add m-1 (a-constant 2))
	((m-1) m-t)
	(jump-equal-xct-next m-4 a-zero enter-contour-pair)
       ((m-3) a-v-nil)                          ;car of the pair
	((m-3) m-t)
enter-contour-cell
	((md) a-v-nil)
	((m-4) sub m-4 (a-constant 1))
	(jump-greater-than m-4 a-zero enter-contour-store)
	((md) (a-constant (plus (byte-value q-data-type dtp-symbol) (byte-value q-cdr-code cdr-nil))))
enter-contour-store
	((vma-start-write) m-1)
	(check-page-write)
	((m-1) add m-1 (a-constant 1))
	(jump-greater-than m-4 a-zero enter-contour-cell)
enter-contour-pair
	((md) ior m-3 (a-constant (byte-value q-cdr-code cdr-normal)))
	((vma-start-write) m-1)
	(check-page-write)
	((pdl-index) m-lp)
	((md) ior c-pdl-buffer-index (a-constant (byte-value q-cdr-code cdr-error)))
	((vma-start-write) add m-1 (a-constant 1))
	(check-page-write)
	(popj-after-next (pdl-index) m-lp)
       ((c-pdl-buffer-index) ldb q-typed-pointer m-1)

	(misc-inst-entry leave-contour)
	(call-xct-next environment)
       ((m-1) (a-constant 1))
	(popj-after-next (pdl-index) m-lp)
       ((c-pdl-buffer-index) m-t)

;;; ---- Closures: function (CDR-NEXT), environment (CDR-NIL), frame (CDR-NORMAL), next
;;; environment (CDR-ERROR). The environment is the list that begins with the third cell.

	(misc-inst-entry make-closure)
	((pdl-index) m-lp)
	((m-b) c-pdl-buffer-index)
	(jump closure-over-m-b)

	(misc-inst-entry %make-closure-from)
	((m-b) pdl-pop)
;; The function is on the stack, the environment is M-B.
closure-over-m-b
	((m-t) pdl-top)
	(call-unless-type dtp-fef-pointer m-t trap)
	(error-table wrong-type m-t compiled-function (substitute m-t))
	((pdl-top) m-t)
	(jump-equal-xct-next m-b a-v-nil closure-of-nothing)
       ((m-c) a-v-nil)
	;; M-C: frame, M-D: next environment.
	(call-unless-type dtp-list m-b trap)
	(error-table wrong-type m-b list (substitute m-b))
	(call-xct-next carcdr)
       ((m-d) m-b)
	(jump-xct-next closure-make)
       ((m-c) m-t)
closure-of-nothing
	((m-d) a-v-nil)
closure-make
	(call-xct-next allocate-cells)
       ((m-1) (a-constant closure-words))
	((md) pdl-pop)
	((vma-start-write) m-t)
	(check-page-write)
	((m-1) add m-t (a-constant closure-frame))
	((md) ior m-1 (a-constant (byte-value q-cdr-code cdr-nil)))
	((vma-start-write) add m-t (a-constant closure-environment))
	(check-page-write)
	((md) ior m-c (a-constant (byte-value q-cdr-code cdr-normal)))
	((vma-start-write) m-1)
	(check-page-write)
	((md) ior m-d (a-constant (byte-value q-cdr-code cdr-error)))
	((vma-start-write) add m-t (a-constant closure-next))
	(check-page-write)
	(popj-after-next (pdl-push) dpb m-t q-pointer (a-constant (byte-value q-data-type dtp-closure)))
       (no-op)

	(misc-inst-entry %closure-function)
	(call closure-operand)
	((vma-start-read) m-t)
	(check-page-read)
	(transport-and-popj)
       ((pdl-push) ldb q-typed-pointer md)

	(misc-inst-entry %closure-environment)
	(call closure-operand)
	((vma-start-read) add m-t (a-constant closure-environment))
	(check-page-read)
	(transport-and-popj)
       ((pdl-push) ldb q-typed-pointer md)

closure-operand
	((m-t) pdl-pop)
	(call-unless-type dtp-closure m-t trap)
	(error-table wrong-type m-t closure (substitute m-t))
	(popj)
