;;; -*- Mode: Lisp; Base: 8 -*-
;;; Instances: a header that points to the layout, then boxed slots.
;;;
;;; Purpose. Slots of structures, and the test whether an instance's layout is, or includes,
;;; a given one: the layout has a vector of those it includes, outermost first, and is itself
;;; the last; the element at the depth of the layout asked for tells.
;;;
;;; Invariant. Slot numbers given by the compiler are not checked against the size: CHECK-LAYOUT
;;; or the layout test has come before. Those of %INSTANCE-REF are.

(type-dispatch-table d-instance (inhibit-xct-next-bit instance-wrong)
  (dtp-instance p-bit r-bit start-read))

;; M-A must be an instance: VMA its address, MD its header.
(declare (args m-a) (clobbers vma md))
header-of-instance
        (dispatch q-data-type m-a d-instance)
        (check-page-read)
        (transport-header)
        (popj)
instance-wrong
        (call trap)
        (error-table wrong-type m-a instance)

;;; ---- Slots by number ----

        (misc-inst-entry instance-ref)
        ((m-1) macro-ir-displacement)
long-instance-ref
        (call-xct-next header-of-instance)
       ((m-a) pdl-top)
        ((vma-start-read) add vma a-1)
        (check-page-read)
        (transport-and-popj)
       ((pdl-top) q-typed-pointer md)

;; (x instance -- x)
        (misc-inst-entry instance-set)
        ((m-1) macro-ir-displacement)
long-instance-set
        (call-xct-next header-of-instance)
       ((m-a) pdl-pop)
        ((md) pdl-top)
        (store vma-start-write add vma a-1)
        (popj)

;; The number in M-1 must be that of a slot of the instance whose header is MD. Keeps VMA.
check-slot-number
        ((m-2) vma)
        ((vma-start-read) add md (a-constant layout-slot-count))
        (check-page-read)
        ((m-3) q-pointer md)
        (call-equal m-1 a-zero trap)
        (error-table index-out-of-range m-a)
        (call-greater-than m-1 a-3 trap)
        (error-table index-out-of-range m-a)
        (popj-after-next (vma) m-2)
       (no-op)

;; (i k -- x)
        (misc-inst-entry %instance-ref)
        ((m-1) q-pointer pdl-pop)
        (call-xct-next header-of-instance)
       ((m-a) pdl-top)
        (call check-slot-number)
        ((vma-start-read) add vma a-1)
        (check-page-read)
        (transport-and-popj)
       ((pdl-top) q-typed-pointer md)

;; (x i k -- x)
        (misc-inst-entry %instance-set)
        ((m-1) q-pointer pdl-pop)
        (call-xct-next header-of-instance)
       ((m-a) pdl-pop)
        (call check-slot-number)
        ((md) pdl-top)
        (store vma-start-write add vma a-1)
        (popj)

;;; ---- Layouts ----

        (misc-inst-entry %instance-layout)
        (call-xct-next header-of-instance)
       ((m-a) pdl-top)
        (popj-after-next (m-1) md)
       ((pdl-top) dpb m-1 q-pointer (a-constant (byte-value q-data-type dtp-instance)))

;; The layout M-A must say that its instances have M-B slots, a fixnum: the collector copies
;; and looks through as many words as the layout says.
(declare (args m-a m-b) (clobbers m-1 vma md))
check-slot-count
        (call-unless-type dtp-instance m-a trap)
        (error-table wrong-type m-a layout (fatal))
        ((vma-start-read) add m-a (a-constant layout-slot-count))
        (check-page-read)
        ((m-1) q-typed-pointer md)
        (popj-equal m-1 a-b)
        (call trap)
        (error-table wrong-slot-count m-a m-b (fatal))
        (jump check-slot-count)

;; (layout i -- layout): the new layout has as many slots as the old one.
        (misc-inst-entry %set-instance-layout)
        (call-xct-next header-of-instance)
       ((m-a) pdl-pop)
        ((m-2) vma)
        ((m-1) q-pointer md)
        ((vma-start-read) add m-1 (a-constant layout-slot-count))
        (check-page-read)
        ((m-b) q-typed-pointer md)
        (call-xct-next check-slot-count)
       ((m-a) pdl-top)
        ((vma) m-2)
        ((m-1) m-a)
        (store md-start-write dpb m-1 q-pointer
               (a-constant (byte-value q-data-type dtp-instance-header)))
        (popj)

;; Does the layout at MD include the layout M-B? M-2 is 0 when it does. M-A, M-B are kept.
(declare (args m-b) (values m-2) (clobbers m-1 m-3 m-c vma md))
layout-includes
        ((m-1) q-pointer md)
        ((m-2) q-pointer m-b)
        (popj-equal-xct-next m-1 a-2)
       ((m-2) m-zero)
        ((vma-start-read) add m-1 (a-constant layout-ancestors))
        (check-page-read)
        (transport)
        ((m-c) q-typed-pointer md)
        ((vma-start-read) add m-b (a-constant layout-depth))
        (check-page-read)
        ((m-3) q-pointer md)
        ((vma-start-read) m-c)
        (check-page-read)
        (transport-header)
        ((m-2) ldb array-header-length md)
        (popj-greater-or-equal m-3 a-2)         ;less deep: no, and M-2 is not 0
        ((vma-start-read) m+a+1 m-c a-3)
        (check-page-read)
        (transport)
        ((m-1) q-typed-pointer md)
        (popj-after-next (m-2) xor m-1 a-b)
       (no-op)

;; (x -- x), the layout is constant d.
        (misc-inst-entry check-layout)
        ((vma-start-read) add macro-ir-displacement a-fef)
        (check-page-read)
        (transport)
        ((m-b) q-typed-pointer md)
        ((m-a) pdl-top)
        (jump-unless-type dtp-instance m-a check-layout-fails)
        (call header-of-instance)
        ((m-1) q-pointer md)
        ((m-2) q-pointer m-b)
        (popj-equal m-1 a-2)
        (call layout-includes)
        (popj-equal m-2 a-zero)
check-layout-fails
        (call trap)
        (error-table wrong-layout m-a m-b)

;; (x layout -- t/nil)
        (misc-inst-entry %layout-typep)
        ((m-b) pdl-pop)
        ((m-a) pdl-top)
        (jump-unless-type dtp-instance m-a answer-false)
        (call header-of-instance)
        (call layout-includes)
        (jump-equal m-2 a-zero answer-true)
        (answer nil)

;;; ---- Making: (layout n -- i), slots NIL ----

        (misc-inst-entry %make-instance)
        ((m-b) pdl-pop)
        (call-xct-next check-slot-count)
       ((m-a) pdl-top)
        ((m-6) q-pointer m-b)
        (call-xct-next allocate-structure)
       ((m-1) m+1 m-6)
        ((m-1) pdl-top)
        ((md) dpb m-1 q-pointer (a-constant (byte-value q-data-type dtp-instance-header)))
        ((vma-start-write) m-t)
        (check-page-write)
make-instance-slot
        (jump-equal m-6 a-zero make-instance-done)
        ((md) a-v-nil)
        ((vma-start-write) add m-t a-6)
        (check-page-write)
        (jump-xct-next make-instance-slot)
       ((m-6) sub m-6 (a-constant 1))
make-instance-done
        (popj-after-next)
       ((pdl-top) dpb m-t q-pointer (a-constant (byte-value q-data-type dtp-instance)))
