;;; -*- Mode: Lisp; Base: 8 -*-
;;; What Lisp may know of storage: %ROOM, %GC-PARAMETER, %OBJECT-SIZE.
;;;
;;; Purpose. Numbers about spaces and collections, words that belong to the collector's
;;; Lisp side, the size of an object.
;;;
;;; Entry points. Macroinstructions only.

        (misc-inst-entry %room)
        ;; k -- n, all in words but 3: 0 dynamic space in use, 1 what it may have, 2 static space,
        ;; 3 flips so far, 4 copied by the last flip
        ((m-1) sub pdl-top a-fix-zero)
        (call-less-than m-1 a-zero trap)
        (error-table wrong-type pdl-top room-number)
        (call-greater-than m-1 (a-constant 4) trap)
        (error-table wrong-type pdl-top room-number)
        (dispatch (byte-field 3 0) m-1 d-room)
(locality d-mem)
(start-dispatch 3 inhibit-xct-next-bit)
d-room  (room-used)
        (room-limit)
        (room-static)
        (room-flips)
        (room-copied)
        (repeat 3 (room-copied))
(end-dispatch)
(locality i-mem)
room-used
        ;; Pages of all regions, less what is free in the two open ones.
        ((m-1) a-pages-in-use)
        ((m-1) dpb m-1 (byte-field 24. 8.) a-zero)
        ((m-2) a-list-end)
        ((m-2) sub m-2 a-list-free)
        ((m-1) sub m-1 a-2)
        ((m-2) a-structure-end)
        ((m-2) sub m-2 a-structure-free)
        (jump-xct-next room-answer)
       ((m-1) sub m-1 a-2)
room-limit
        ((m-1) a-allowance-most)
        (jump-xct-next room-answer)
       ((m-1) dpb m-1 (byte-field 24. 8.) a-zero)
room-static
        ((vma-start-read) (a-constant (eval (+ system-communication-area sysca-static-code-free))))
        (check-page-read)
        ((m-1) q-pointer md)
        ((m-1) sub m-1 (a-constant (plus static-origin static-code-origin)))
        (jump-xct-next room-answer)
       ((m-1) add m-1 a-static-free)
room-flips
        (jump-xct-next room-answer)
       ((m-1) a-gc-count)
room-copied
        ((m-1) a-gc-copied)
room-answer
        ((m-1) ldb (byte-field 24. 0) m-1 a-zero)
        (popj-after-next (pdl-top) dpb m-1 q-pointer a-fix-zero)
       (no-op)

parameter-number
  ;; M-B must be the number of a parameter: M-1 is it.
        ((m-1) sub m-b a-fix-zero)
        (call-less-than m-1 a-zero trap)
        (error-table wrong-type m-b gc-parameter (fatal))
        (call-greater-or-equal m-1 (a-constant gc-parameters) trap)
        (error-table wrong-type m-b gc-parameter (fatal))
        (popj)

        (misc-inst-entry %gc-parameter)
        (call-xct-next parameter-number)
       ((m-b) pdl-top)
        ((oa-reg-high) dpb m-1 oah-a-src a-zero)
        ((m-t) a-gc-parameter)
        (popj-after-next (pdl-top) m-t)
       (no-op)

        (misc-inst-entry %set-gc-parameter)
        ;; x n -- x
        (call-xct-next parameter-number)
       ((m-b) pdl-pop)
        ((m-t) pdl-top)
        ((oa-reg-low) dpb m-1 oal-a-dest a-zero)
        ((a-gc-parameter) m-t)
        (popj)

        (misc-inst-entry %object-size)
        ;; Words of storage; of an immediate none, of a list its first pair or block.
        (dispatch q-data-type pdl-top d-size-of-object)
        ((m-1) m-zero)
object-size-answer
        (popj-after-next (pdl-top) dpb m-1 q-pointer a-fix-zero)
       (no-op)
(type-dispatch-table d-size-of-object (p-bit r-bit)
  ((dtp-symbol dtp-extended-number dtp-fef-pointer dtp-array-pointer dtp-instance)
   inhibit-xct-next-bit size-of-structure-object)
  (dtp-list inhibit-xct-next-bit size-of-list-object)
  ((dtp-closure dtp-stack-closure) inhibit-xct-next-bit size-of-closure-object))
size-of-structure-object
        ((vma-start-read) pdl-top)
        (check-page-read)
        (transport-header)
        ((m-tr-3) q-pointer vma)
        (call-xct-next object-size)
       ((m-tr-2) md)
        (jump-xct-next object-size-answer)
       ((m-1) a-tr-size)
size-of-closure-object
        (jump-xct-next object-size-answer)
       ((m-1) (a-constant closure-words))
size-of-list-object
        ((m-1) m-zero)
size-of-list-cell
        ((vma-start-read) add pdl-top a-1)
        (check-page-read)
        (dispatch-xct-next q-cdr-code md d-size-of-cell)
       ((m-1) m+1 m-1)
(locality d-mem)
(start-dispatch 2)
d-size-of-cell
        (size-of-list-cell)
        (object-size-answer)
        (size-of-pair)
        (object-size-answer)
(end-dispatch)
(locality i-mem)
size-of-pair
        (jump-xct-next object-size-answer)
       ((m-1) m+1 m-1)
