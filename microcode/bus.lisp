;;; -*- Mode: Lisp; Base: 8 -*-
;;; The bus as Lisp reaches it: registers of boards, the disk, the transfer page.
;;;
;;; Purpose. A bus address is a slot and a byte offset in it; a word is two halves of 16 bits.
;;; One page of virtual memory is a window that is moved to wherever a reference goes. The
;;; transfer page is a wired page of main memory for boards that read or write memory
;;; themselves; its bytes are numbered 0 to 1777.
;;;
;;; Entry points. Macroinstructions only.
;;;
;;; Invariants. Nothing here allocates. A register is read or written exactly once.

bus-operands
  ;; Slot M-B, offset M-C: the window is there, M-1 is the virtual address.
  (declare (args m-b m-c) (values m-1) (clobbers md))
        (call-unless-type dtp-fix m-b trap)
        (error-table wrong-type m-b bus-slot)
        (call-unless-type dtp-fix m-c trap)
        (error-table wrong-type m-c bus-offset)
        ((m-1) (byte-field 14. 10.) m-c)
        ((m-1) dpb m-b (byte-field 8. 14.) a-1)
        ((md) (a-constant bus-window))
        ((l2-map-physical-page) m-1)
        ((l2-map-control) (a-constant (plus control-open control-old)))
        ((m-1) (byte-field 8. 2) m-c)
        (popj-after-next (m-1) add m-1 (a-constant bus-window))
       (no-op)

push-halves-of-m-1
        ((m-2) (byte-field 16. 0) m-1)
        ((pdl-push) dpb m-2 q-pointer a-fix-zero)
        ((m-2) (byte-field 16. 16.) m-1)
        (popj-after-next)
       ((pdl-push) dpb m-2 q-pointer a-fix-zero)

        (misc-inst-entry %bus-read)
        ;; slot offset -- lo hi
        ((m-c) pdl-pop)
        (call-xct-next bus-operands)
       ((m-b) pdl-pop)
        ((vma-start-read) m-1)
        (illop-unless-page-ok)
        (jump-xct-next push-halves-of-m-1)
       ((m-1) md)

        (misc-inst-entry %bus-write)
        ;; lo hi slot offset --
        ((m-c) pdl-pop)
        (call-xct-next bus-operands)
       ((m-b) pdl-pop)
        ((m-2) dpb pdl-pop (byte-field 16. 16.) a-zero)
        ((md) selective-deposit pdl-pop (byte-field 16. 0) a-2)
        ((vma-start-write) m-1)
        (illop-unless-page-ok)
        (popj)

bytes-operand
  ;; M-D must be a simple array of bytes, or of characters of a byte: M-1 length, M-3 data.
  (declare (args m-d) (values m-1 m-3 m-4) (clobbers m-2 m-5 vma md))
        (call check-simple-array)
        ((m-2) array-header-type m-4)
        (popj-equal m-2 (a-constant art-8b))
        (popj-equal m-2 (a-constant art-string))
        (call trap)
        (error-table wrong-type m-d "a simple array of bytes")
        (jump bytes-operand)

        (misc-inst-entry %bus-write-array)
        ;; array i n slot offset --
        ((m-e) pdl-pop)                         ;offset
        ((m-j) pdl-pop)                         ;slot
        ((m-c) pdl-pop)                         ;n
        ((m-i) pdl-pop)
        ((m-d) pdl-pop)
        (call bytes-operand)
        (call-xct-next check-range)
       ((m-b) m-i)
        ((m-6) sub m-c a-fix-zero)
        ((m-b) m-j)
        (call-xct-next bus-operands)
       ((m-c) m-e)
        ((m-5) m-1)
        ((m-b) m-i)
bus-write-byte
        (popj-equal m-6 a-zero)
        (call read-8b)
        ((md) (byte-field 8. 0) m-t)
        ((vma-start-write) m-5)
        (illop-unless-page-ok)
        ((m-b) m+1 m-b)
        (jump-xct-next bus-write-byte)
       ((m-6) sub m-6 (a-constant 1))

;;; ---- The transfer page ----

        (misc-inst-entry %device-buffer-address)
        ;; -- lo hi
        (call transfer-frame)
        (jump-xct-next push-halves-of-m-1)
       ((m-1) dpb m-3 (byte-field 22. 10.) a-zero)

transfer-page-index
  ;; M-B must be the number of a byte in the transfer page: M-3 is where its data begin.
        (call-less-than m-b a-fix-zero trap)
        (error-table wrong-type m-b transfer-page-index)
        (call-greater-or-equal m-b (a-constant (plus (byte-value q-data-type dtp-fix) 2000)) trap)
        (error-table wrong-type m-b transfer-page-index)
        (popj-after-next (m-3) (a-constant transfer-page))
       (no-op)

        (misc-inst-entry %transfer-page-ref)
        (call-xct-next transfer-page-index)
       ((m-b) pdl-top)
        (call read-8b)
        (popj-after-next (pdl-top) m-t)
       (no-op)

        (misc-inst-entry %transfer-page-set)
        ;; byte k -- byte
        (call-xct-next transfer-page-index)
       ((m-b) pdl-pop)
        ((m-t) pdl-top)
        (call write-8b)
        (popj-equal m-5 a-zero)
        (call trap)
        (error-table wrong-type m-t byte)
        (popj)

transfer-operands
  ;; array i n on the stack, of which the array stays: M-I is i, M-6 is n, checked; the address
  ;; of the array's data is in A-COPY-FROM.
        ((m-c) pdl-pop)
        ((m-i) pdl-pop)
        ((m-d) pdl-top)
        (call bytes-operand)
        (call-xct-next check-range)
       ((m-b) m-i)
        (call-greater-than m-c (a-constant (plus (byte-value q-data-type dtp-fix) 2000)) trap)
        (error-table wrong-type m-c "a number of bytes that the transfer page holds")
        ((a-copy-from) m-3)
        (popj-after-next (a-copy-count) sub m-c a-fix-zero)
       ((m-j) a-fix-zero)

        (misc-inst-entry %copy-from-transfer-page)
        (call transfer-operands)
copy-from-transfer-byte
        ((m-1) a-copy-count)
        (popj-equal m-1 a-zero)
        ((a-copy-count) add m-minus-one a-copy-count)
        ((m-b) m-j)
        (call-xct-next read-8b)
       ((m-3) (a-constant transfer-page))
        ((m-b) m-i)
        (call-xct-next write-8b-bits)
       ((m-3) a-copy-from)
        ((m-i) m+1 m-i)
        (jump-xct-next copy-from-transfer-byte)
       ((m-j) m+1 m-j)

        (misc-inst-entry %copy-to-transfer-page)
        (call transfer-operands)
copy-to-transfer-byte
        ((m-1) a-copy-count)
        (popj-equal m-1 a-zero)
        ((a-copy-count) add m-minus-one a-copy-count)
        ((m-b) m-i)
        (call-xct-next read-8b)
       ((m-3) a-copy-from)
        ((m-b) m-j)
        (call-xct-next write-8b-bits)
       ((m-3) (a-constant transfer-page))
        ((m-i) m+1 m-i)
        (jump-xct-next copy-to-transfer-byte)
       ((m-j) m+1 m-j)

;;; ---- The disk: a block at a time through the transfer page ----

        (misc-inst-entry %disk-transfer)
        ;; array command block n -- status, 0 when all went well
        ((m-c) pdl-pop)                         ;n
        ((m-j) pdl-pop)                         ;block
        ((m-i) pdl-pop)                         ;command
        ((m-d) pdl-top)
        (call bytes-operand)
        ((m-2) dpb m-c (byte-field 15. 10.) a-zero)             ;bytes
        ((m-1) sub m-1 a-fix-zero)
        (call-greater-than m-2 a-1 trap)
        (error-table index-out-of-range m-c m-d)
        ((a-copy-from) m-3)
        ((m-6) q-pointer m-c)
disk-block-next
        (jump-equal m-6 a-zero disk-blocks-done)
        ((m-1) sub m-i a-fix-zero)
        (jump-not-equal m-1 (a-constant disk-command-write) disk-block-go)
        ((m-1) a-copy-from)
        (call-xct-next disk-block-move)
       ((m-2) (a-constant transfer-page))
disk-block-go
        (call transfer-frame)
        ((m-1) q-pointer m-j)
        ((m-2) (m-constant 1))
        (call-xct-next disk-transfer)
       ((m-tem) q-pointer m-i)
        (jump-not-equal m-tem a-zero disk-blocks-failed)
        ((m-1) sub m-i a-fix-zero)
        (jump-not-equal m-1 (a-constant disk-command-read) disk-block-step)
        ((m-1) (a-constant transfer-page))
        (call-xct-next disk-block-move)
       ((m-2) a-copy-from)
disk-block-step
        ((m-1) a-copy-from)
        ((a-copy-from) add m-1 (a-constant page-words))
        ((m-j) m+1 m-j)
        (jump-xct-next disk-block-next)
       ((m-6) sub m-6 (a-constant 1))
disk-blocks-done
        (popj-after-next (pdl-top) a-fix-zero)
       (no-op)
disk-blocks-failed
        (popj-after-next (pdl-top) dpb m-tem q-pointer a-fix-zero)
       (no-op)
disk-block-move
  ;; A page of words from M-1 to M-2.
        ((m-3) add m-1 (a-constant page-words))
disk-block-word
        ((vma-start-read) m-1)
        (check-page-read)
        ((vma-start-write) m-2)
        (check-page-write)
        ((m-1) m+1 m-1)
        (jump-less-than-xct-next m-1 a-3 disk-block-word)
       ((m-2) m+1 m-2)
        (popj)
