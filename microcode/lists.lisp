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
        (transport)
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

;;; ---- Car and cdr at once, for walks down a list ----

(locality d-mem)
(start-dispatch 2)
d-carcdr
        (inhibit-xct-next-bit carcdr-slow)
        (p-bit r-bit)
        (inhibit-xct-next-bit carcdr-slow)
        (inhibit-xct-next-bit carcdr-slow)
(end-dispatch)
(locality i-mem)

;;; M-D is a cons: its car to M-T, its cdr to M-D. Does not allocate.
(declare (args m-d) (values m-t m-d) (clobbers m-tem vma md))
carcdr
        ((vma-start-read) m+1 m-d)
        (check-page-read)
        (dispatch q-cdr-code md d-carcdr)
        (transport)
        ((m-tem) q-typed-pointer md)
        ((vma-start-read) m-d)
        (check-page-read)
        (transport)
        (popj-after-next (m-t) q-typed-pointer md)
       ((m-d) m-tem)

carcdr-slow
        (call-xct-next list-cdr)
       ((m-t) m-d)
        ((m-tem) m-t)
        (call-xct-next list-car)
       ((m-t) m-d)
        (popj-after-next (m-d) m-tem)
       (no-op)

;;; ---- Storing into cells ----

;;; M-A becomes the car of the cons M-D. An EVCP in the cell is followed.
(declare (args m-a m-d) (clobbers m-1 vma md))
set-car
        ((vma-start-read) m-d)
        (check-page-read)
        (transport)
        ((m-1) md)
        (store md-start-write selective-deposit m-a q-typed-pointer a-1)
        (popj)

        (misc-inst-entry %set-car)
        ((m-d) pdl-pop)
        (call-unless-type dtp-list m-d trap)
        (error-table wrong-type m-d cons)
        (jump-xct-next set-car)
       ((m-a) pdl-top)

        (misc-inst-entry rplaca)
        ((m-a) pdl-pop)
        ((m-d) pdl-top)
        (call-unless-type dtp-list m-d trap)
        (error-table wrong-type m-d cons)
        (jump set-car)

;;; M-A becomes the cdr of the cons M-D. A cell that is not the first half of a full pair
;;; gets a forward to one made for it.
(declare (args m-a m-d) (clobbers m-t m-1 vma md))
set-cdr
        ((vma-start-read) m+1 m-d)
        (check-page-read)
        ((m-1) q-cdr-code md)
        (jump-not-equal m-1 (a-constant cdr-error) set-cdr-slow)
        (transport)
        ((m-1) md)
        (store md-start-write selective-deposit m-a q-typed-pointer a-1)
        (popj)

set-cdr-slow
        ((vma-start-read) m-d)
        (check-page-read)
        (transport)
        ((m-1) q-cdr-code md)
        (jump-equal m-1 (a-constant cdr-normal) set-cdr-second)
        ;; M-C: the car, for the new pair.
        ((m-c) q-typed-pointer md)
        (call-xct-next allocate-cells)
       ((m-1) (a-constant 2))
        ((md) ior m-c (a-constant (byte-value q-cdr-code cdr-normal)))
        ((vma-start-write) m-t)
        (check-page-write)
        ((md) ior m-a (a-constant (byte-value q-cdr-code cdr-error)))
        ((vma-start-write) m+1 m-t)
        (check-page-write)
        ;; The cell itself keeps its cdr code: who walks its block must not see a pair.
        ((vma-start-read) m-d)
        (check-page-read)
        ((m-1) dpb m-t q-pointer (a-constant (byte-value q-data-type dtp-rplacd-forward)))
        ((m-2) selective-deposit md q-all-but-typed-pointer a-zero)
        (store md-start-write selective-deposit m-1 q-typed-pointer a-2)
        (popj)

;; The forward has been followed: VMA is the first word of a full pair.
set-cdr-second
        ((vma-start-read) m+1 vma)
        (check-page-read)
        (transport)
        ((m-1) md)
        (store md-start-write selective-deposit m-a q-typed-pointer a-1)
        (popj)

        (misc-inst-entry %set-cdr)
        ((m-d) pdl-pop)
        (call-unless-type dtp-list m-d trap)
        (error-table wrong-type m-d cons)
        (jump-xct-next set-cdr)
       ((m-a) pdl-top)

        (misc-inst-entry rplacd)
        ((m-a) pdl-pop)
        ((m-d) pdl-top)
        (call-unless-type dtp-list m-d trap)
        (error-table wrong-type m-d cons)
        (jump set-cdr)

;;; ---- Walks down a list ----
;;;
;;; A walk is not interrupted, so it is bounded: after WALK-LIMIT cells the Lisp function
;;; of the same name, which can be interrupted, begins again from the operands, which are
;;; still on the stack. Improper lists are left to it as well.

(assign-eval walk-limit 200000)

        (misc-inst-entry length)
        (dispatch q-data-type pdl-top d-length)
       ((m-d) pdl-top)
(type-dispatch-table d-length (length-slow)
  (dtp-symbol length-of-symbol)
  (dtp-list length-of-list)
  (dtp-array-pointer length-of-array))

length-of-symbol
        (jump-not-equal m-d a-v-nil length-slow)
        (popj-after-next (pdl-top) a-fix-zero)
       (no-op)

length-of-list
        ((m-1) a-zero)
length-of-list-1
        ((m-1) m+1 m-1)
        (jump-greater-than m-1 (a-constant walk-limit) length-slow)
        (call carcdr)
        (jump-data-type-equal m-d (a-constant (byte-value q-data-type dtp-list)) length-of-list-1)
        (jump-not-equal m-d a-v-nil length-slow)
        (popj-after-next (pdl-top) dpb m-1 q-pointer a-fix-zero)
       (no-op)

length-of-array
        ((vma-start-read) m-d)
        (check-page-read)
        (transport-header)
        (jump-if-bit-clear array-header-simple md length-slow)
        (jump-if-bit-set array-header-long md length-of-long-array)
        (popj-after-next (m-1) ldb array-header-length md)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)
length-of-long-array
        ((vma-start-read) m+1 vma)
        (check-page-read)
        (popj-after-next (pdl-top) q-typed-pointer md)
       (no-op)

length-slow
        (escape 1 svc-escape-length)

;;; (NTHCDR n list), (NTH n list)

        (misc-inst-entry nthcdr)
        ((m-d) pdl-pop)
        (call nthcdr)
        (popj-after-next (pdl-top) m-d)
       (no-op)
nthcdr-slow
        ((m-garbage) micro-stack-data-pop)
        ((pdl-push) m-a)
        (escape 2 svc-escape-nthcdr)

        (misc-inst-entry nth)
        ((m-d) pdl-pop)
        (call nthcdr-for-nth)
        (call-xct-next list-car)
       ((m-t) m-d)
        (popj-after-next (pdl-top) m-t)
       (no-op)
nth-slow
        ((m-garbage) micro-stack-data-pop)
        ((pdl-push) m-a)
        (escape 2 svc-escape-nth)

;; The number is on top of the stack, the list in M-D, which ends as the answer. What these
;; cannot do they leave to Lisp: not a small number, not a proper list.
(defmacro define-nthcdr (name slow)
  (let ((loop (intern (concatenate 'string (symbol-name name) "-1"))))
    (list name
          '((m-a) m-d)
          (list 'jump-unless-type 'dtp-fix 'pdl-top slow)
          '((m-1) output-selector-extend-25 pdl-top)
          (list 'jump-less-than 'm-1 'a-zero slow)
          (list 'jump-greater-than 'm-1 '(a-constant walk-limit) slow)
          loop
          '(popj-equal m-1 a-zero)
          '(popj-equal m-d a-v-nil)
          (list 'jump-unless-type 'dtp-list 'm-d slow)
          '(call carcdr)
          (list 'jump-xct-next loop)
          '((m-1) sub m-1 (a-constant 1)))))

(define-nthcdr nthcdr nthcdr-slow)
(define-nthcdr nthcdr-for-nth nth-slow)

;;; (LAST list)

        (misc-inst-entry last)
        ((m-a) pdl-top)
        (popj-equal m-a a-v-nil)
        (jump-unless-type dtp-list m-a last-slow)
        ((m-1) a-zero)
        ((m-d) m-a)
last-1
        (call carcdr)
        (jump-data-type-not-equal m-d (a-constant (byte-value q-data-type dtp-list)) last-found)
        ((m-1) m+1 m-1)
        (jump-less-than-xct-next m-1 (a-constant walk-limit) last-1)
       ((m-a) m-d)
last-slow
        (escape 1 svc-escape-last)
last-found
        (popj-after-next (pdl-top) m-a)
       (no-op)

;;; (%MEMQ x list), (%ASSQ x list). The list is NIL, or a walk shows what it is: ending in
;;; anything else is an error that these report themselves.

        (misc-inst-entry %memq)
        ((m-d) pdl-pop)
        ((m-a) pdl-top)
memq-1
        (jump-data-type-not-equal m-d (a-constant (byte-value q-data-type dtp-list)) search-ends)
        ((m-b) m-d)
        (call carcdr)
        (jump-not-equal m-t a-a memq-1)
        (popj-after-next (pdl-top) m-b)
       (no-op)

        (misc-inst-entry %assq)
        ((m-d) pdl-pop)
        ((m-a) pdl-top)
assq-1
        (jump-data-type-not-equal m-d (a-constant (byte-value q-data-type dtp-list)) search-ends)
        (call carcdr)
        (jump-equal m-t a-v-nil assq-1)
        (call-unless-type dtp-list m-t trap)
        (error-table wrong-type m-t cons)
        ((m-b) m-t)
        (call list-car)
        (jump-not-equal m-t a-a assq-1)
        (popj-after-next (pdl-top) m-b)
       (no-op)

search-ends
        (jump-equal-xct-next m-d a-v-nil search-fails)
       ((m-t) m-d)
        (call trap)
        (error-table wrong-type m-t list)
        (jump-xct-next search-ends)
       ((m-d) m-t)
search-fails
        (popj-after-next (pdl-top) a-v-nil)
       (no-op)
