;;; -*- Mode: Lisp; Base: 8 -*-
;;; Restoring the load band: the cold load from disk into memory.
;;;
;;; Purpose. Finds the load band in the disk's label, reads all of its pages with one
;;; transfer into consecutive frames, and enters them in the page table, run by run. What a
;;; label and a band look like: the crates tools/diskimage and tools/genband.
;;;
;;; Entry points. RESTORE-BAND; DISK-TRANSFER for whoever moves blocks.
;;;
;;; Invariants. Runs with nothing but INITIALIZE-MAP before it; allocates nothing.

;; Words of the label, of a partition's entry, of a band's header.
(assign-eval label-magic-word #x4B444C52)       ;"RLDK"
(assign-eval label-partitions 3)
(assign-eval label-load-name 6)
(assign-eval label-first-entry 16.)
(assign-eval label-entry-words 16.)
(assign-eval entry-first-block 2)
(assign-eval band-magic-word #x31424C52)        ;"RLB1"
(assign-eval band-version-word 1)
(assign-eval band-pages 2)
(assign-eval band-runs 3)
(assign-eval band-first-run 8.)

restore-band
  (declare (clobbers m-1 m-2 m-3 m-4 m-5 m-6 m-tem m-pgf-1 m-pgf-2 m-pgf-3 m-pgf-4))
        ;; The label, into the transfer page.
        ((m-1) m-zero)
        ((m-2) (m-constant 1))
        (call-xct-next disk-read)
       ((m-3) (a-constant transfer-page-frame))
        ((vma-start-read) (a-constant transfer-page))
        (illop-unless-page-ok)
        (call-not-equal md (a-constant label-magic-word) illop)
        (error-table illop "the disk has no label")
        ;; Which band: the one asked for, or the label's.
        ((vma-start-read) (a-constant (eval (+ sdu-window sdu-boot-band))))
        (illop-unless-page-ok)
        ((m-4) md)
        (jump-not-equal m-4 a-zero restore-band-named)
        ((vma-start-read) (a-constant (eval (+ transfer-page label-load-name))))
        (illop-unless-page-ok)
        ((m-4) md)
restore-band-named
        ((vma-start-read) (a-constant (eval (+ transfer-page label-partitions))))
        (illop-unless-page-ok)
        ((m-5) md)
        ((m-6) (a-constant (eval (+ transfer-page label-first-entry))))
restore-band-search
        (call-equal m-5 a-zero illop)
        (error-table illop "the disk has no load band of the name wanted" m-4)
        ((vma-start-read) m-6)
        (illop-unless-page-ok)
        (jump-equal md a-4 restore-band-found)
        ((m-6) add m-6 (a-constant label-entry-words))
        (jump-xct-next restore-band-search)
       ((m-5) sub m-5 (a-constant 1))
restore-band-found
        ((vma-start-read) add m-6 (a-constant entry-first-block))
        (illop-unless-page-ok)
        ((m-4) md)                                      ;the band's first block
        ;; Its header.
        ((m-1) m-4)
        ((m-2) (m-constant 1))
        (call-xct-next disk-read)
       ((m-3) (a-constant transfer-page-frame))
        ((vma-start-read) (a-constant transfer-page))
        (illop-unless-page-ok)
        (call-not-equal md (a-constant band-magic-word) illop)
        (error-table illop "the load band is no load band")
        ((vma-start-read) (a-constant (eval (+ transfer-page 1))))
        (illop-unless-page-ok)
        (call-not-equal md (a-constant band-version-word) illop)
        (error-table illop "the load band has another version than this microcode")
        ((vma-start-read) (a-constant (eval (+ transfer-page band-pages))))
        (illop-unless-page-ok)
        ;; The pages, all at once.  M-5 is what must be added to a page's number in the band
        ;; to get its frame.
        ((m-2) sub md (a-constant 1))
        ((m-5) a-frames-free)
        (call-greater-than m-2 a-5 illop)
        (error-table illop "memory is too small for the load band" m-2)
        ((a-frames-free) sub m-5 a-2)
        ((m-1) m+1 m-4)
        ((m-3) a-frame-next)
        ((m-5) sub m-3 (a-constant 1))
        (call-xct-next disk-read)
       ((a-frame-next) add m-2 a-3)
        ;; The runs.
        ((vma-start-read) (a-constant (eval (+ transfer-page band-runs))))
        (illop-unless-page-ok)
        ((m-4) md)
        ((m-6) (a-constant (eval (+ transfer-page band-first-run))))
restore-band-run
        (popj-equal m-4 a-zero)
        ((m-4) sub m-4 (a-constant 1))
        ((vma-start-read) m-6)
        (illop-unless-page-ok)
        ((m-1) dpb md (byte-field 17. 8.) a-zero)       ;virtual address
        ((vma-start-read m-6) m+1 m-6)
        (illop-unless-page-ok)
        ((m-2) md)                                      ;pages
        ((vma-start-read m-6) m+1 m-6)
        (illop-unless-page-ok)
        ((m-3) add md a-5)                              ;frame
        ((m-6) m+1 m-6)
restore-band-page
        (jump-equal m-2 a-zero restore-band-run)
        ((a-pgf-frame) m-3)
        ((m-pgf-1) m-1)
        (jump-less-than m-1 (a-constant tables-origin) restore-band-wired)
        (call enter-page)
        (jump restore-band-next)
restore-band-wired
        (call wire-frame)
restore-band-next
        ((m-1) add m-1 (a-constant page-words))
        ((m-3) m+1 m-3)
        (jump-xct-next restore-band-page)
       ((m-2) sub m-2 (a-constant 1))

disk-read
  ;; Blocks M-1, M-2 of them, into the frames from M-3 on.  A frame of TRANSFER-PAGE-FRAME
  ;; means that of the transfer page.
        (call-equal m-3 (a-constant transfer-page-frame) transfer-frame)
        (call-xct-next disk-transfer)
       ((m-tem) (a-constant disk-command-read))
        (popj-equal m-tem a-zero)
        (illop "the disk cannot be read" m-tem)
        (popj)

transfer-frame
  ;; M-3 is the physical page of the transfer page.
  (declare (values m-3) (clobbers md))
        ((md) (a-constant transfer-page))
        (popj-after-next (m-3) ldb page-frame l2-map-physical-page a-zero)
       (no-op)

disk-transfer
  ;; Command M-TEM for M-2 blocks from M-1 on, frames from M-3 on.  Waits.  M-TEM is then the
  ;; disk's error code, 0 for none.
  (declare (args m-tem m-1 m-2 m-3) (values m-tem) (clobbers vma md))
        ((md) m-1)
        ((vma-start-write) (a-constant (eval (+ disk-window disk-block))))
        (illop-unless-page-ok)
        ((md) m-2)
        ((vma-start-write) (a-constant (eval (+ disk-window disk-count))))
        (illop-unless-page-ok)
        ((md) dpb m-3 (byte-field 22. 10.) a-zero)
        ((vma-start-write) (a-constant (eval (+ disk-window disk-address))))
        (illop-unless-page-ok)
        ((md) m-tem)
        ((vma-start-write) (a-constant (eval (+ disk-window disk-command))))
        (illop-unless-page-ok)
disk-transfer-wait
        ((vma-start-read) (a-constant (eval (+ disk-window disk-status))))
        (illop-unless-page-ok)
        (jump-if-bit-set (byte-field 1 0) md disk-transfer-wait)        ;busy
        ((m-tem) m-zero)
        (jump-if-bit-clear (byte-field 1 2) md disk-transfer-done)      ;error
        ((vma-start-read) (a-constant (eval (+ disk-window disk-error))))
        (illop-unless-page-ok)
        ((m-tem) md)
disk-transfer-done
        ((md) m-zero)
        ((vma-start-write) (a-constant (eval (+ disk-window disk-acknowledge))))
        (illop-unless-page-ok)
        (popj)
