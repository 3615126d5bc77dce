;;; -*- Mode: Lisp; Base: 8 -*-
;;; Registers of the boards on the NuBus.
;;;
;;; Purpose. Lisp drives the boards: console, clock, host files, SDU. A register is a slot and a byte
;;; offset in it; its word comes and goes as two fixnums of 16 bits.
;;;
;;; Invariants. All references go through one page of virtual memory, BUS-WINDOW, which is
;;; made to lead to the page wanted before each: nothing else may rely on where it leads.
;;; A register that nothing answers for reads as all ones.

;; The window on offset M-3 of slot M-4: VMA its address.
(declare (args m-3 m-4) (values vma) (clobbers m-1 m-2 md))
bus-address
        ((m-2) ldb (byte-field 15. 10.) m-3)
        ((m-2) dpb m-4 (byte-field 8. 14.) a-2)
        (call-xct-next map-window)
       ((m-1) (a-constant bus-window))
        ((m-1) ldb (byte-field 8. 2) m-3)
        (popj-after-next (vma) add m-1 (a-constant bus-window))
       (no-op)

;; (slot offset -- lo hi)
        (misc-inst-entry %bus-read)
        ((m-3) q-pointer pdl-pop)
        (call-xct-next bus-address)
       ((m-4) q-pointer pdl-pop)
        ((vma-start-read) vma)
        (illop-unless-page-ok)
        ((m-1) md)
        ((m-2) ldb (byte-field 16. 0) m-1)
        ((pdl-push) dpb m-2 q-pointer a-fix-zero)
        (popj-after-next (m-2) ldb (byte-field 16. 16.) m-1)
       ((pdl-push) dpb m-2 q-pointer a-fix-zero)

;; (lo hi slot offset -- )
        (misc-inst-entry %bus-write)
        ((m-3) q-pointer pdl-pop)
        (call-xct-next bus-address)
       ((m-4) q-pointer pdl-pop)
        ((m-1) pdl-pop)
        ((m-2) ldb (byte-field 16. 0) pdl-pop)
        ((md) dpb m-1 (byte-field 16. 16.) a-2)
        ((vma-start-write) vma)
        (illop-unless-page-ok)
        (popj)

;;; ---- Bytes to one register: (array i n slot offset -- ) ----
;;; N bytes of a simple array of bytes or string, from element I on, one write each.

(locality a-mem)
a-bus-array     (0)     ;address of the array's header
a-bus-register  (0)     ;address in the window
(register-kind unboxed a-bus-array a-bus-register)
(locality i-mem)

        (misc-inst-entry %bus-write-array)
        ((m-3) q-pointer pdl-pop)
        ((m-4) q-pointer pdl-pop)
        ((m-6) q-pointer pdl-pop)
        ((m-5) q-pointer pdl-pop)
        ((m-a) pdl-pop)
        (call-unless-type dtp-array-pointer m-a trap)
        (error-table wrong-type m-a array (fatal))
        ((vma-start-read) m-a)
        (check-page-read)
        (transport-header)
        ((a-bus-array) vma)
        ((m-1) ldb array-header-length md)
        ((m-2) add m-5 a-6)
        (call-greater-than m-2 a-1 trap)
        (error-table index-out-of-range m-a (fatal))
        ((m-1) (byte-field 7 18.) md)           ;type, simple, long
        (jump-equal m-1 (a-constant (eval (+ 2 (* 4 art-8b)))) bus-write-bytes)
        (call-not-equal m-1 (a-constant (eval (+ 2 (* 4 art-string)))) trap)
        (error-table wrong-type m-a array-of-bytes (fatal))
bus-write-bytes
        (call bus-address)
        ((a-bus-register) vma)
bus-write-byte
        (popj-equal m-6 a-zero)
        ((m-1) ldb (byte-field 22. 2) m-5)
        ((vma-start-read) m+a+1 m-1 a-bus-array)
        (check-page-read)
        ((m-2) sub m-zero a-5)
        ((oa-reg-low) dpb m-2 (byte-field 2 3) a-zero)
        ((m-1) ldb (byte-field 8. 0) md)
        ((md) m-1)
        ((vma-start-write) a-bus-register)
        (illop-unless-page-ok)
        ((m-5) m+1 m-5)
        (jump-xct-next bus-write-byte)
       ((m-6) sub m-6 (a-constant 1))
