;;; -*- Mode: Lisp; Base: 8 -*-
;;; Cells of symbols.
;;;
;;; Purpose. Value, function, property list, package and name of a symbol. The value cell is
;;; read through its invisible pointers; an unbound value or undefined function is a
;;; word of type DTP-NULL that points to the symbol.
;;;
;;; Invariant. NIL and T are symbols like others.

;; The symbol on top of the stack, to M-A.
symbol-operand
        ((m-a) pdl-top)
        (popj-data-type-equal m-a (a-constant (byte-value q-data-type dtp-symbol)))
        (call trap)
        (error-table wrong-type m-a symbol)
        (popj)

(defmacro define-symbol-read (name cell &rest read)
  "In place of a symbol, the contents of one of its cells."
  (append (list (list 'misc-inst-entry name)
                '(call symbol-operand)
                (list '(vma-start-read) 'add 'm-a (list 'a-constant cell))
                '(check-page-read))
          read
          '((popj-after-next (pdl-top) q-typed-pointer md)
            (no-op))))

(define-symbol-read symbol-value symbol-value (transport-value))
(define-symbol-read symbol-plist symbol-plist (transport))
(define-symbol-read %symbol-package symbol-package (transport))

;; The header points to the name. It is never forwarded.
        (misc-inst-entry symbol-name)
        (call symbol-operand)
        ((vma-start-read) m-a)
        (check-page-read)
        (transport-header)
        (popj-after-next (m-1) md)
       ((pdl-top) dpb m-1 q-pointer (a-constant (byte-value q-data-type dtp-array-pointer)))

;; NIL when undefined.
        (misc-inst-entry %function-cell)
        (call symbol-operand)
        ((vma-start-read) add m-a (a-constant symbol-function))
        (check-page-read)
        (transport)
        (jump-data-type-equal md (a-constant (byte-value q-data-type dtp-null)) answer-false)
        (popj-after-next (pdl-top) q-typed-pointer md)
       (no-op)

        (misc-inst-entry boundp)
        (call symbol-operand)
        ((vma-start-read) add m-a (a-constant symbol-value))
        (check-page-read)
        (transport)
        (jump-data-type-equal md (a-constant (byte-value q-data-type dtp-null)) answer-false)
        (answer t)

;; (s -- x t/nil)
        (misc-inst-entry %global-value-cell-contents)
        (call symbol-operand)
        ((vma-start-read) add m-a (a-constant symbol-value))
        (check-page-read)
        (transport)
        (jump-data-type-equal md (a-constant (byte-value q-data-type dtp-null)) value-cell-unbound)
        ((pdl-top) q-typed-pointer md)
        (popj-after-next (pdl-push) a-v-t)
       (no-op)
value-cell-unbound
        ((pdl-top) a-v-nil)
        (popj-after-next (pdl-push) a-v-nil)
       (no-op)

;;; ---- Storing ----

;; M-B to the cell whose address is M-1, through invisible pointers.
(declare (args m-1 m-b) (clobbers vma md))
store-in-cell
        ((vma-start-read) m-1)
        (check-page-read)
        (transport)
        (store md-start-write m-b)
        (popj)

;; (s x -- x)
        (misc-inst-entry set)
        ((m-b) pdl-pop)
        (call symbol-operand)
        ((pdl-top) m-b)
        (jump-xct-next store-in-cell)
       ((m-1) add m-a (a-constant symbol-value))

(defmacro define-symbol-write (name cell)
  "(x s -- x)"
  (list (list 'misc-inst-entry name)
        '(call symbol-operand)
        '((m-garbage) pdl-pop)
        '((m-b) pdl-top)
        '(jump-xct-next store-in-cell)
        (list '(m-1) 'add 'm-a (list 'a-constant cell))))

(define-symbol-write %set-function-cell symbol-function)
(define-symbol-write %set-plist symbol-plist)
(define-symbol-write %set-symbol-package symbol-package)

(defmacro define-unbind (name cell)
  "(s -- s): the cell becomes unbound."
  (list (list 'misc-inst-entry name)
        '(call symbol-operand)
        '((m-b) dpb m-a q-pointer (a-constant (byte-value q-data-type dtp-null)))
        '(jump-xct-next store-in-cell)
        (list '(m-1) 'add 'm-a (list 'a-constant cell))))

(define-unbind %makunbound symbol-value)
(define-unbind %fmakunbound symbol-function)

;;; ---- Property lists: (s key -- x), the value or NIL ----

        (misc-inst-entry %get)
        ((m-b) pdl-pop)
        (call symbol-operand)
        ((vma-start-read) add m-a (a-constant symbol-plist))
        (check-page-read)
        (transport)
        ((m-d) q-typed-pointer md)
get-1
        (jump-data-type-not-equal m-d (a-constant (byte-value q-data-type dtp-list)) answer-false)
        (call carcdr)
        (jump-data-type-not-equal m-d (a-constant (byte-value q-data-type dtp-list)) answer-false)
        (jump-equal-xct-next m-t a-b get-found)
       (no-op)
        (call carcdr)
        (jump get-1)
get-found
        (call carcdr)
        (popj-after-next (pdl-top) m-t)
       (no-op)

;;; ---- Making: (name -- s) ----

        (misc-inst-entry %make-symbol)
        (call-unless-type dtp-array-pointer pdl-top trap)
        (error-table wrong-type pdl-top string)
        (call-xct-next allocate-structure)
       ((m-1) (a-constant symbol-words))
        ((m-1) pdl-top)
        ((md) dpb m-1 q-pointer (a-constant (byte-value q-data-type dtp-symbol-header)))
        ((vma-start-write) m-t)
        (check-page-write)
        ((md) dpb m-t q-pointer (a-constant (byte-value q-data-type dtp-null)))
        ((vma-start-write) add m-t (a-constant symbol-value))
        (check-page-write)
        ((vma-start-write) add m-t (a-constant symbol-function))
        (check-page-write)
        ((md) a-v-nil)
        ((vma-start-write) add m-t (a-constant symbol-plist))
        (check-page-write)
        ((vma-start-write) add m-t (a-constant symbol-package))
        (check-page-write)
        (popj-after-next)
       ((pdl-top) dpb m-t q-pointer (a-constant (byte-value q-data-type dtp-symbol)))
