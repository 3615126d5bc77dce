;;; -*- Mode: Lisp; Base: 8 -*-
;;; The scavenger: newspace is looked through until nothing in it points to from-space.
;;;
;;; Purpose. Cheney's algorithm, region by region: a list region is words all through; in a
;;; structure region each object's header says which of its words may be pointers.
;;;
;;; Entry points. SCAVENGE, SCAVENGE-WORDS.
;;;
;;; Invariants.
;;; * A region's scan pointer says up to where it has been looked through; all regions before
;;;   A-SCAN-LIST and A-SCAN-STRUCTURE in their chains are done.
;;; * Nothing but M-SCAVENGE-1, M-SCAVENGE-2 and A-GC-LIMIT is kept across a transport.

scavenge
        ;; Lists as far as they go, structures as far as they go, one large object; again while
        ;; there is any.
        (call scavenge-lists)
        (call scavenge-structures)
        ((m-gc-2) a-scan-large)
        (jump-not-equal-xct-next m-gc-2 a-zero scavenge-next-large)
       ((m-gc-1) a-large-chain)
scavenge-large
        (jump-equal m-gc-1 a-zero scavenge-no-large)
        ((a-scan-large) m-gc-1)
        (call-xct-next scavenge-object)
       ((m-scavenge-1) dpb m-gc-1 (byte-field 12. 13.) a-zero)
        (jump scavenge)
scavenge-next-large
        ((vma-start-read) dpb m-gc-2 (byte-field 12. 2) (a-constant (plus region-table region-next)))
        (illop-unless-page-ok)
        (jump-xct-next scavenge-large)
       ((m-gc-1) (byte-field 16. 0) md)
scavenge-no-large
        ;; Structures were looked through last: have they found lists?  (When no list was
        ;; copied there is no chain, and none is being scanned.)
        ((m-gc-2) a-scan-list)
        (jump-not-equal m-gc-2 a-list-chain-end scavenge)
        (popj-equal m-gc-2 a-zero)
        ((vma-start-read) dpb m-gc-2 (byte-field 12. 2) (a-constant (plus region-table region-scan)))
        (illop-unless-page-ok)
        (jump-not-equal md a-list-free scavenge)
        (popj)

scavenge-object
  ;; The structure at M-SCAVENGE-1.  M-SCAVENGE-2 is then the address of what follows it.
        ((vma-start-read) m-scavenge-1)
        (check-page-read)
        ((m-tr-2) md)
        (call-xct-next object-size)
       ((m-tr-3) m-scavenge-1)
        ((m-gc-1) a-tr-size)
        ((m-scavenge-2) add m-gc-1 a-scavenge-1)
        ((m-gc-1) a-tr-boxed)
        (jump-xct-next scavenge-words)
       ((a-gc-limit) add m-gc-1 a-scavenge-1)

scavenge-lists
        ((m-gc-2) a-scan-list)
        (jump-not-equal m-gc-2 a-zero scavenge-list-region)
        ((m-gc-2) a-list-chain)
        (popj-equal m-gc-2 a-zero)
        ((a-scan-list) m-gc-2)
scavenge-list-region
        ((vma-start-read) dpb m-gc-2 (byte-field 12. 2) (a-constant (plus region-table region-scan)))
        (illop-unless-page-ok)
        ((m-scavenge-1) md)
        (jump-equal m-gc-2 a-list-region scavenge-open-list-region)
        ((vma-start-read) dpb m-gc-2 (byte-field 12. 2) (a-constant (plus region-table region-free)))
        (illop-unless-page-ok)
        (call-xct-next scavenge-words)
       ((a-gc-limit) md)
        ;; Done with it.
        ((m-gc-2) a-scan-list)
        (call-xct-next scavenge-note)
       ((md) m-scavenge-1)
        ((vma-start-read) dpb m-gc-2 (byte-field 12. 2) (a-constant (plus region-table region-next)))
        (illop-unless-page-ok)
        ((m-gc-2) (byte-field 16. 0) md)
        (popj-equal m-gc-2 a-zero)
        (jump-xct-next scavenge-list-region)
       ((a-scan-list) m-gc-2)
scavenge-open-list-region
        ;; It grows as it is looked through, and may be closed meanwhile.
        ((m-gc-1) a-list-free)
        (popj-equal m-scavenge-1 a-list-free)
        (call-xct-next scavenge-words)
       ((a-gc-limit) m-gc-1)
        ((m-gc-2) a-scan-list)
        (call-xct-next scavenge-note)
       ((md) m-scavenge-1)
        (jump scavenge-list-region)

scavenge-note
  ;; MD is how far the region M-GC-2 has been looked through.
        ((vma-start-write) dpb m-gc-2 (byte-field 12. 2) (a-constant (plus region-table region-scan)))
        (illop-unless-page-ok)
        (popj)

scavenge-words
  ;; All words from M-SCAVENGE-1 up to A-GC-LIMIT.  M-SCAVENGE-1 is then A-GC-LIMIT.
  ;; Forced: they may be a stack's.
        (popj-greater-or-equal m-scavenge-1 a-gc-limit)
scavenge-word
        ((vma-start-read-force) m-scavenge-1)
        (check-page-read-force)
        (transport-spec md d-scavenge)
        ((m-scavenge-1) m+1 m-scavenge-1)
        (jump-less-than m-scavenge-1 a-gc-limit scavenge-word)
        (popj)

scavenge-structures
        ((m-gc-2) a-scan-structure)
        (jump-not-equal m-gc-2 a-zero scavenge-structure-region)
        ((m-gc-2) a-structure-chain)
        (popj-equal m-gc-2 a-zero)
        ((a-scan-structure) m-gc-2)
scavenge-structure-region
        ;; One object at a time, so that where the region's free pointer is hardly matters.
        ((vma-start-read) dpb m-gc-2 (byte-field 12. 2) (a-constant (plus region-table region-scan)))
        (illop-unless-page-ok)
        ((m-scavenge-1) md)
        (jump-equal-xct-next m-gc-2 a-structure-region scavenge-structure-look)
       ((m-gc-1) a-structure-free)
        ((vma-start-read) dpb m-gc-2 (byte-field 12. 2) (a-constant (plus region-table region-free)))
        (illop-unless-page-ok)
        ((m-gc-1) md)
scavenge-structure-look
        (jump-less-than m-scavenge-1 a-gc-1 scavenge-structure)
        ;; All of it seen: the next one, if this is not the last.
        ((vma-start-read) dpb m-gc-2 (byte-field 12. 2) (a-constant (plus region-table region-next)))
        (illop-unless-page-ok)
        ((m-gc-2) (byte-field 16. 0) md)
        (popj-equal m-gc-2 a-zero)
        (jump-xct-next scavenge-structure-region)
       ((a-scan-structure) m-gc-2)
scavenge-structure
        (call scavenge-object)
        ((m-gc-2) a-scan-structure)
        (call-xct-next scavenge-note)
       ((md) m-scavenge-2)
        (jump scavenge-structure-region)
