;;; -*- Mode: Lisp; Base: 8 -*-
;;; Repair of memory cycles.
;;;
;;; Purpose. A reference faults because the map does not know its page (nearly always), or
;;; because the page must not be read or written plainly: a stack, whose newest words are in
;;; the PDL buffer; from-space. A page fault is a micro-subroutine: it repairs, repeats the
;;; cycle and returns. All memory is wired as yet: nothing here waits for a disk.
;;;
;;; Entry points. PGF-READ, PGF-WRITE, PGF-READ-FORCE, PGF-WRITE-FORCE, called by the
;;; CHECK-PAGE macros.
;;;
;;; Invariants. VMA is kept; MD is kept by a write. Nothing is clobbered but M-PGF-… and
;;; A-PGF-…. The cycle is the last memory reference made, so a volatility test after it sees
;;; the page that was written. A word of the running stack that lies in the PDL buffer is
;;; answered from there: plain references to stacks always come here (the stack-window board
;;; answers them at once, where there is one).

pgf-read
  (declare (clobbers m-pgf-1 m-pgf-2 m-pgf-3 m-pgf-4))
        (call-xct-next load-map)
       ((m-pgf-1) vma)
        (jump-if-bit-clear access-readable m-pgf-3 pgf-read-guarded)
        (popj-after-next (vma-start-read) m-pgf-1)
       (no-op)

pgf-read-force
  (declare (clobbers m-pgf-1 m-pgf-2 m-pgf-3 m-pgf-4))
        (call-xct-next load-map)
       ((m-pgf-1) vma)
        (popj-after-next (vma-start-read-force) m-pgf-1)
       (no-op)

pgf-write
  (declare (clobbers m-pgf-1 m-pgf-2 m-pgf-3 m-pgf-4))
        ((a-pgf-md) md)
        (call-xct-next load-map)
       ((m-pgf-1) vma)
        (jump-if-bit-clear access-writable m-pgf-3 pgf-write-guarded)
        (jump-if-bit-clear access-readable m-pgf-3 pgf-write-guarded)
        ((md) a-pgf-md)
        (popj-after-next (vma-start-write) m-pgf-1)
       (no-op)

pgf-write-force
  (declare (clobbers m-pgf-1 m-pgf-2 m-pgf-3 m-pgf-4))
        ((a-pgf-md) md)
        (call-xct-next load-map)
       ((m-pgf-1) vma)
        ((md) a-pgf-md)
        (popj-after-next (vma-start-write-force) m-pgf-1)
       (no-op)

pgf-read-guarded
  ;; The map is loaded, the page not readable.
        (call pgf-resident)
        (jump-if-bit-clear (byte-field 1 0) m-pgf-2 pgf-read-stack)
        ((m-pgf-2) pdl-index)
        ((pdl-index) m-pgf-1)
        ((md) c-pdl-buffer-index)
        (popj-after-next (vma) m-pgf-1)
       ((pdl-index) m-pgf-2)
pgf-read-stack
        (popj-after-next (vma-start-read-force) m-pgf-1)
       (no-op)

pgf-write-guarded
        (call pgf-resident)
        (jump-if-bit-clear (byte-field 1 0) m-pgf-2 pgf-write-stack)
        ;; A reference that has no effect but to latch the page's volatility.
        ((vma-start-read) m-pgf-1)
        ((md) a-pgf-md)
        ((m-pgf-2) pdl-index)
        ((pdl-index) m-pgf-1)
        (popj-after-next (c-pdl-buffer-index) md)
       ((pdl-index) m-pgf-2)
pgf-write-stack
        ((md) a-pgf-md)
        (popj-after-next (vma-start-write-force) m-pgf-1)
       (no-op)

pgf-resident
  ;; Is the word at M-PGF-1, in a page that is not plainly readable, in the PDL buffer?
  ;; Bit 0 of M-PGF-2 is the answer.  Any other page than a stack's is an error.
        ((m-pgf-2) section-kind m-pgf-3)
        (call-not-equal m-pgf-2 (a-constant kind-stack) illop)
        (error-table illop "a page that may not be referred to: a pointer to from-space was kept" m-pgf-1)
        ((m-pgf-1) ldb q-pointer m-pgf-1 a-zero)
        (jump-less-than m-pgf-1 a-pdl-bottom pgf-not-resident)
        ;; The words from A-PDL-BOTTOM to PP are in the buffer: fewer than 2048.
        ((m-pgf-2) pdl-pointer)
        ((m-pgf-2) sub m-pgf-2 a-pdl-bottom)
        ((m-pgf-2) ldb (byte-field 11. 0) m-pgf-2 a-zero)
        (jump-equal m-pgf-2 (a-constant 3777) pgf-not-resident)         ;empty: it is never full
        ((m-pgf-2) add m-pgf-2 a-pdl-bottom)
        (jump-greater-than m-pgf-1 a-pgf-2 pgf-not-resident)
        (popj-after-next (m-pgf-2) m-minus-one)
       (no-op)
pgf-not-resident
        (popj-after-next (m-pgf-2) m-zero)
       (no-op)
