;;; -*- Mode: Lisp; Base: 8 -*-
;;; Sorts a word by its data type: fixnums and characters come back as they are,
;;; lists have their address taken, everything else traps.
;;; Shows: dispatch tables, bytes, constants made of bytes, error tables, bits in registers.

(locality m-mem)
m-garbage (0)
        (0)
m-zero (0)
m-minus-one (-1)
m-t (0)
m-1 (0)
m-flags (0)
(def-next-bit m-immediate m-flags)      ;bits of M-FLAGS, from the right
(def-next-bit m-trapped m-flags)
(def-next-field m-trap-reason 4 m-flags)

(locality a-mem)
a-last-pointer ((byte-value q-data-type dtp-locative))

(locality d-mem)
(start-dispatch 5)                      ;2^5 entries, one for each data type
d-type
        (repeat 5 (inhibit-xct-next-bit trap))          ;trap to symbol-header
        (immediate)                                     ;fix
        (repeat 8. (inhibit-xct-next-bit trap))         ;extended-number to locative
        (p-bit pointer)                                 ;list: called
        (repeat 13. (inhibit-xct-next-bit trap))        ;u-entry to self-ref-pointer
        (immediate)                                     ;character
        (repeat 3 (p-bit r-bit inhibit-xct-next-bit))   ;the rest drop through, past the slot
(end-dispatch)

(locality i-mem)
start
        ((m-t) (a-constant (plus (byte-value q-data-type dtp-list)
                                 (byte-value q-pointer 1234))))
        (dispatch-xct-next q-data-type m-t d-type)
       ((m-1) q-pointer m-t)            ;runs first, unless the entry inhibits it
        (jump-if-bit-set m-immediate stop)
        (call-data-type-not-equal m-t (a-constant (byte-value q-data-type dtp-fix)) trap)
   (error-table argtyp fixnum m-t)
        (jump stop)

immediate
        (jump-xct-next stop)
       ((m-immediate) dpb m-minus-one a-flags)          ;sets the bit

pointer
        (popj-after-next (m-1) ldb q-pointer m-t)
       ((a-last-pointer) dpb m-1 q-pointer a-last-pointer)

trap    ((m-trapped) dpb m-minus-one a-flags)
        ((m-1) (a-constant 7))
        ((m-trap-reason) dpb m-1 a-flags)
stop    (halt-bit)
        (jump stop)
