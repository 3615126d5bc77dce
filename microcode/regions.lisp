;;; -*- Mode: Lisp; Base: 8 -*-
;;; Regions: dynamic space handed out in sections.
;;;
;;; Purpose. A region is a run of sections of 8 K words that holds list cells only, or
;;; structures only, or one large object. Small regions are one section each; their pages
;;; get frames when touched, so what a region has not used costs addresses only.
;;;
;;; Entry points. OPEN-LIST-REGION, OPEN-STRUCTURE-REGION, MAKE-LARGE-REGION,
;;; CHAIN-LARGE-REGION, FREE-REGION, CLOSE-REGIONS.
;;;
;;; Invariants.
;;; * A region's number is that of its first section; its four words in the region table say
;;;   where it is free, how far it has been scavenged, where it ends, what comes next.
;;; * The free pointer of the open list region and of the open structure region is in
;;;   A memory; the table is right for all others.
;;; * Clobbered are M-GC-…, M-PGF-…, VMA and MD only.

(assign-eval section-pages 40)

;;; A chain's registers and what its regions are.
open-list-region
  ;; The list region that allocation uses is another, empty one.
        (call close-list-region)
        ((m-gc-1) (m-constant 1))
        (call-xct-next find-sections)
       ((a-small-pages) add (m-constant section-pages) a-small-pages)
        ((m-gc-3) (a-constant (plus control-open (byte-value section-volatility 3)
                                    (byte-value section-kind kind-list))))
        (call make-region)
        ((a-list-region) m-gc-2)
        ((m-gc-1) dpb m-gc-2 (byte-field 12. 13.) a-zero)
        ((a-list-free) m-gc-1)
        ((m-gc-1) add m-gc-1 (a-constant section-words))
        ((a-list-end) sub m-gc-1 (a-constant 1))        ;its last word is never allocated
        ;; On to the end of the chain.
        ((m-gc-1) a-list-chain-end)
        (jump-equal-xct-next m-gc-1 a-zero open-list-region-first)
       ((a-list-chain-end) m-gc-2)
        (jump link-region)
open-list-region-first
        (popj-after-next (a-list-chain) m-gc-2)
       (no-op)

open-structure-region
        (call close-structure-region)
        ((m-gc-1) (m-constant 1))
        (call-xct-next find-sections)
       ((a-small-pages) add (m-constant section-pages) a-small-pages)
        ((m-gc-3) (a-constant (plus control-open (byte-value section-volatility 3)
                                    (byte-value section-kind kind-structure))))
        (call make-region)
        ((a-structure-region) m-gc-2)
        ((m-gc-1) dpb m-gc-2 (byte-field 12. 13.) a-zero)
        ((a-structure-free) m-gc-1)
        ((a-structure-end) add m-gc-1 (a-constant section-words))
        ((m-gc-1) a-structure-chain-end)
        (jump-equal-xct-next m-gc-1 a-zero open-structure-region-first)
       ((a-structure-chain-end) m-gc-2)
        (jump link-region)
open-structure-region-first
        (popj-after-next (a-structure-chain) m-gc-2)
       (no-op)

link-region
  ;; After the region M-GC-1 of a chain comes M-GC-2.
        ((vma-start-read) dpb m-gc-1 (byte-field 12. 2) (a-constant (plus region-table region-next)))
        (illop-unless-page-ok)
        ((m-pgf-2) md)
        ((md-start-write) ldb (byte-field 16. 0) m-gc-2 a-pgf-2)
        (illop-unless-page-ok)
        (popj)

close-regions
  ;; The table knows of everything that has been allocated.  No region is open.
        (call close-list-region)
        (jump close-structure-region)

close-list-region
        ((m-gc-1) a-list-region)
        (popj-equal m-gc-1 a-zero)
        ((md) a-list-free)
        ((vma-start-write) dpb m-gc-1 (byte-field 12. 2) (a-constant (plus region-table region-free)))
        (illop-unless-page-ok)
        ((a-list-region) m-zero)
        ((a-list-free) m-zero)
        ((a-list-pair-limit) m-zero)
        ((a-list-limit) m-zero)
        (popj-after-next (a-list-end) m-zero)
       (no-op)

close-structure-region
        ((m-gc-1) a-structure-region)
        (popj-equal m-gc-1 a-zero)
        ((md) a-structure-free)
        ((vma-start-write) dpb m-gc-1 (byte-field 12. 2) (a-constant (plus region-table region-free)))
        (illop-unless-page-ok)
        ((a-structure-region) m-zero)
        ((a-structure-free) m-zero)
        ((a-structure-limit) m-zero)
        (popj-after-next (a-structure-end) m-zero)
       (no-op)

make-large-region
  ;; A region of its own for A-ALLOCATE-SIZE words.  Its number in M-GC-2.
        ((m-gc-1) a-allocate-size)
        ((m-gc-1) add m-gc-1 (a-constant (eval (- section-words 1))))
        ((m-gc-1) ldb (byte-field 12. 13.) m-gc-1 a-zero)
        (call find-sections)
        ((m-gc-3) (a-constant (plus control-open (byte-value section-volatility 3)
                                    (byte-value section-kind kind-large))))
        (call make-region)
        ;; All of it is taken.
        ((m-gc-1) dpb m-gc-2 (byte-field 12. 13.) a-zero)
        ((md) add m-gc-1 a-allocate-size)
        ((vma-start-write) dpb m-gc-2 (byte-field 12. 2) (a-constant (plus region-table region-free)))
        (illop-unless-page-ok)
chain-large-region
  ;; The region M-GC-2 goes to the end of the chain of large objects.
        ((m-gc-1) a-large-chain-end)
        (jump-equal-xct-next m-gc-1 a-zero chain-large-region-first)
       ((a-large-chain-end) m-gc-2)
        (jump link-region)
chain-large-region-first
        (popj-after-next (a-large-chain) m-gc-2)
       (no-op)

find-sections
  ;; M-GC-1 free sections in a row: the first is left in M-GC-2.  The limits on dynamic space
  ;; leave so many addresses free that there are always some.
        ((a-search-wrapped) m-zero)              ;has the search come round?
        ((m-gc-2) a-section-clock)
find-sections-run
        ((m-gc-3) m-zero)                       ;free ones in a row
find-sections-loop
        (jump-less-than m-gc-2 (a-constant section-count) find-sections-look)
        ((m-gc-3) a-search-wrapped)
        (call-not-equal m-gc-3 a-zero illop)
        (error-table illop "no free sections in a row" m-gc-1)
        ((a-search-wrapped) m-minus-one)
        (jump-xct-next find-sections-run)
       ((m-gc-2) (a-constant dynamic-first-section))
find-sections-look
        ((vma-start-read) add m-gc-2 (a-constant section-table))
        (illop-unless-page-ok)
        (jump-not-equal-xct-next md a-zero find-sections-run)
       ((m-gc-2) m+1 m-gc-2)
        ((m-gc-3) m+1 m-gc-3)
        (jump-less-than m-gc-3 a-gc-1 find-sections-loop)
        ((a-section-clock) m-gc-2)
        (popj-after-next (m-gc-2) sub m-gc-2 a-gc-1)
       (no-op)

make-region
  ;; The M-GC-1 sections from M-GC-2 on are a region, empty; M-GC-3 is their section word.
        ((m-pgf-1) dpb m-gc-1 (byte-field 20. 5) a-zero)                ;pages
        ((a-pages-in-use) add m-pgf-1 a-pages-in-use)
        ((m-gc-3) dpb m-gc-2 section-region a-gc-3)
        ((m-pgf-1) add m-gc-2 a-gc-1)
        ((m-pgf-2) m-gc-2)
make-region-section
        ((md) m-gc-3)
        ((vma-start-write) add m-pgf-2 (a-constant section-table))
        (illop-unless-page-ok)
        ((m-pgf-2) m+1 m-pgf-2)
        (jump-less-than m-pgf-2 a-pgf-1 make-region-section)
        ;; Its four words.
        ((md) dpb m-gc-2 (byte-field 12. 13.) a-zero)
        ((vma-start-write) dpb m-gc-2 (byte-field 12. 2) (a-constant (plus region-table region-free)))
        (illop-unless-page-ok)
        ((vma-start-write) m+1 vma)
        (illop-unless-page-ok)
        ((md) dpb m-pgf-1 (byte-field 13. 13.) a-zero)
        ((vma-start-write) m+1 vma)
        (illop-unless-page-ok)
        ((md) m-zero)
        ((vma-start-write) m+1 vma)
        (illop-unless-page-ok)
        (popj)

free-region
  ;; The region M-GC-2, being evacuated, is given back: frames, pages, sections.
        ((vma-start-read) dpb m-gc-2 (byte-field 12. 2) (a-constant (plus region-table region-end)))
        (illop-unless-page-ok)
        ((m-gc-3) md)
        ((m-gc-1) dpb m-gc-2 (byte-field 12. 13.) a-zero)
free-region-page
        ((vma-start-read) ldb (byte-field 17. 8.) m-gc-1 (a-constant page-table))
        (jump-conditional pg-fault free-region-next)            ;nothing there has ever been touched
        (jump-equal md a-zero free-region-next)
        ((m-pgf-2) md)
        ((a-pgf-frame) ldb page-frame m-pgf-2 a-zero)
        ((md) m-zero)
        ((vma-start-write) vma)
        (illop-unless-page-ok)
        (call give-frame)
free-region-next
        ((m-gc-1) add m-gc-1 (a-constant page-words))
        (jump-less-than m-gc-1 a-gc-3 free-region-page)
        ((m-gc-1) dpb m-gc-2 (byte-field 12. 13.) a-zero)
free-region-section
        ((a-pages-in-use) add (m-constant (difference 0 section-pages)) a-pages-in-use)
        ((md) m-zero)
        ((vma-start-write) ldb (byte-field 12. 13.) m-gc-1 (a-constant section-table))
        (illop-unless-page-ok)
        (call-xct-next unmap-section)
       ((m-pgf-1) m-gc-1)
        ((m-gc-1) add m-gc-1 (a-constant section-words))
        (jump-less-than m-gc-1 a-gc-3 free-region-section)
        (popj)
