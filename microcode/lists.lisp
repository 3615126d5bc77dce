;;; -*- Mode: Lisp; Base: 8 -*-
;;; Lists: CAR and CDR of cdr-coded lists, storing into cells, making and searching them.
;;;
;;; Purpose. A list is a block of cells; the cdr code of a cell says where its cdr is
;;; (docs/objects-and-storage.md). A word with CDR-ERROR is never the first of a cell,
;;; so CDR reads the word after the cell first: with CDR-ERROR it is the second half
;;; of a full pair, the cdr, and everything else is the slow path.
;;;
;;; Entry points for other microcode: LIST-CAR and LIST-CDR take a list or NIL in M-T and
;;; leave the answer there; they clobber VMA and MD.
;;;
;;; Invariants. The operand stays on the stack until the answer replaces it, so a
;;; page fault or a transport finds everything as it was.

;;; ---- CAR ----

(type-dispatch-table d-car (inhibit-xct-next-bit car-of-no-list)
  (dtp-list p-bit r-bit start-read))

x-car   (misc-inst-entry car)
        (dispatch q-data-type pdl-top d-car)
        (check-page-read)
        (transport-and-popj)
       ((pdl-top) q-typed-pointer md)

car-of-no-list
        (popj-equal pdl-top a-v-nil)
        (wrong-type pdl-top list)

;;; ---- CDR ----

(type-dispatch-table d-cdr (inhibit-xct-next-bit car-of-no-list)
  (dtp-list p-bit r-bit))

;; By cdr code: NEXT, ERROR, NORMAL, NIL of the word after the cell.
(locality d-mem)
(start-dispatch 2)
d-cdr-of-pair
        (inhibit-xct-next-bit cdr-slow)
        (p-bit r-bit)
        (inhibit-xct-next-bit cdr-slow)
        (inhibit-xct-next-bit cdr-slow)
(end-dispatch)
(locality i-mem)

x-cdr   (misc-inst-entry cdr)
        (dispatch q-data-type pdl-top d-cdr)
        ((vma-start-read) m+1 pdl-top)
        (check-page-read)
        (dispatch q-cdr-code md d-cdr-of-pair)
        (transport-and-popj)
       ((pdl-top) q-typed-pointer md)

;;; Not the first half of a full pair: M-T is the list, the answer goes to the top of the stack.
cdr-slow
        (call-xct-next list-cdr-of-cell)
       ((m-t) pdl-top)
        (popj-after-next (pdl-top) m-t)
       (no-op)

(declare (args m-t) (values m-t) (clobbers vma md))
list-cdr
        (dispatch q-data-type m-t d-list-cdr)
list-cdr-of-cell
        ((vma-start-read) m-t)
        (check-page-read)
        (transport-cdr)
        (dispatch q-cdr-code md d-cdr-by-code)
list-cdr-next
        (popj-after-next (m-t) m+1 vma)
       ((m-t) dpb m-t q-pointer (a-constant (byte-value q-data-type dtp-list)))
list-cdr-normal
        ((vma-start-read) m+1 vma)
        (check-page-read)
        (transport-and-popj)
       ((m-t) q-typed-pointer md)
list-cdr-nil
        (popj-after-next (m-t) a-v-nil)
       (no-op)
list-cdr-error
        (call illop)
   (error-table illop "the first word of a list cell has CDR-ERROR")

(locality d-mem)
(start-dispatch 2)
d-cdr-by-code
        (p-bit r-bit)
        (inhibit-xct-next-bit list-cdr-error)
        (inhibit-xct-next-bit list-cdr-normal)
        (inhibit-xct-next-bit list-cdr-nil)
(end-dispatch)
(locality i-mem)

(type-dispatch-table d-list-cdr (inhibit-xct-next-bit list-operation-on-no-list)
  (dtp-list p-bit r-bit))
(type-dispatch-table d-list-car (inhibit-xct-next-bit list-operation-on-no-list)
  (dtp-list p-bit r-bit start-read))

(declare (args m-t) (values m-t) (clobbers vma md))
list-car
        (dispatch q-data-type m-t d-list-car)
        (check-page-read)
        (transport-and-popj)
       ((m-t) q-typed-pointer md)

list-operation-on-no-list
        (popj-equal m-t a-v-nil)
        (wrong-type m-t list)

;;; ---- Combinations ----

(defmacro car-cdr-combination (name first second)
  (list (intern (concatenate 'string "X-" (symbol-name name)))
        (list 'misc-inst-entry name)
        (list 'call-xct-next first)
        '((m-t) pdl-top)
        (list 'call second)
        '(popj-after-next (pdl-top) m-t)
        '(no-op)))

(car-cdr-combination caar list-car list-car)
(car-cdr-combination cadr list-cdr list-car)
(car-cdr-combination cdar list-car list-cdr)
(car-cdr-combination cddr list-cdr list-cdr)
