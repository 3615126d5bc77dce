;;; -*- Mode: Lisp; Base: 8 -*-
;;; The transporter: pointers to from-space become pointers to the object's new place.
;;;
;;; Purpose. Every word that may be a pointer passes a dispatch when it is read. The map tells
;;; the dispatch whether the page that the word points to is being evacuated; if so the object
;;; is copied to newspace, once, and a gc-forward is left behind. The same dispatch finds
;;; invisible pointers, and words that must never be read as data.
;;;
;;; Entry points. TRANSPORTER, TRANSPORT-FOLLOW, TRANSPORT-BAD-TYPE, UNBOUND-VALUE from the
;;; tables below; TRANSPORT-POINTER for the collector; OBJECT-SIZE.
;;;
;;; Invariants.
;;; * What an address in from-space is part of is told by the kind of its region: in a list
;;;   region a cell, whatever the type of the pointer to it; in a structure region the header
;;;   at or before it.
;;; * From a list cell the rest of its block is copied with it, and every word of it forwarded.
;;;   Where that meets a cell copied before, or one that RPLACD has forwarded, the copy ends
;;;   in a full pair whose cdr points there. Of a structure only the header is overwritten.
;;; * From-space is readable by forced cycles only: a pointer that was kept stops the machine
;;;   when it is used.
;;; * Copying never flips. Clobbered are M-TR-…, A-TR-…, M-GC-1 to M-GC-3 where a region is
;;;   opened, and page-fault registers. VMA is kept; MD becomes the new pointer.

;;; ---- What reading a word does ----

(transport-table d-transport)
(transport-table d-transport-value
  (dtp-null p-bit inhibit-xct-next-bit unbound-value))

;; The word itself: nothing but free codes is wrong.
(meta-dispatch-table d-transport-word
  (p-bit inhibit-xct-next-bit transporter) (p-bit r-bit)
  ((dtp-fix dtp-character dtp-header dtp-array-header) p-bit r-bit)
  ((dtp-trap dtp-unreconciled dtp-gc-forward dtp-u-entry dtp-indexed-forward dtp-select-method
    dtp-entity dtp-self-ref-pointer dtp-spare dtp-small-flonum)
   p-bit inhibit-xct-next-bit transport-bad-type))

(meta-dispatch-table d-transport-header
  (p-bit inhibit-xct-next-bit transporter) (p-bit r-bit)
  ((dtp-header dtp-array-header) p-bit r-bit)
  (dtp-header-forward p-bit inhibit-xct-next-bit transport-follow)
  ((dtp-trap dtp-null dtp-unreconciled dtp-symbol dtp-fix dtp-extended-number dtp-gc-forward
    dtp-external-value-cell-pointer dtp-one-q-forward dtp-body-forward dtp-locative dtp-list
    dtp-u-entry dtp-fef-pointer dtp-array-pointer dtp-stack-group dtp-closure
    dtp-indexed-forward dtp-select-method dtp-instance dtp-entity dtp-stack-closure
    dtp-self-ref-pointer dtp-character dtp-rplacd-forward dtp-spare dtp-small-flonum)
   p-bit inhibit-xct-next-bit transport-bad-type))

;; What the collector meets: any word that has no address passes.
(meta-dispatch-table d-scavenge
  (p-bit inhibit-xct-next-bit transporter) (p-bit r-bit)
  ((dtp-fix dtp-character dtp-header dtp-array-header dtp-trap dtp-unreconciled dtp-u-entry
    dtp-small-flonum)
   p-bit r-bit)
  (dtp-gc-forward p-bit inhibit-xct-next-bit transport-bad-type))

transport-bad-type
        (illop "a word of a type that no cell may hold" md vma)
        (popj)

unbound-value
        ;; MD is the marker with the symbol in it.  A value given instead becomes what was read.
        ((m-t) dpb md q-pointer (a-constant (byte-value q-data-type dtp-symbol)))
        (call trap)
        (error-table unbound-variable m-t (substitute m-t))
        (popj-after-next (md) m-t)
       (no-op)

transport-follow
  ;; MD is an invisible pointer, read from VMA: VMA and MD are those of the cell it leads to.
  (declare (clobbers vma md))
        (transport-spec md d-scavenge)
        ((vma-start-read) ldb q-pointer md a-zero)
        (check-page-read)
        (popj)

transporter
  ;; MD was read from VMA and points to from-space, or to a page that the map does not know.
  (declare (clobbers m-tr-1 m-tr-2 m-tr-3 m-tr-4 m-tr-5))
        (jump-if-bit-set level-1-invalid-bit l1-map transporter-map)
        ((m-tr-1) access-any l2-map-control)
        (jump-equal-xct-next m-tr-1 a-zero transporter-map)
       ((m-tr-1) md)
        ((a-tr-vma) vma)
        (call transport-pointer)
        ((vma) a-tr-vma)
        ((md-start-write-force) m-tr-1)
        (check-page-write-force)
        (popj)
transporter-map
        ((a-tr-vma) vma)
        ((m-tr-1) md)
        (call-xct-next load-map)
       ((m-pgf-1) md)
        (call-equal m-pgf-3 a-zero transport-bad-type)          ;where nothing may be
        ((vma) a-tr-vma)
        (popj-after-next (md) m-tr-1)
       (no-op)

;;; ---- Copying ----

transport-pointer
  ;; M-TR-1 points to from-space: the same word with the pointer to the new place.
  (declare (args m-tr-1) (values m-tr-1) (clobbers m-tr-2 m-tr-3 m-tr-4 m-tr-5 vma md))
        ((vma-start-read-force m-tr-3) q-pointer m-tr-1)
        (check-page-read-force)
        ((m-tr-2) md)
        (jump-if-type dtp-gc-forward m-tr-2 transport-forwarded)
        ((vma-start-read) ldb (byte-field 12. 13.) m-tr-3 (a-constant section-table))
        ((m-tr-4) section-kind md)
        (dispatch (byte-field 3 0) m-tr-4 d-transport-kind)
transport-forwarded
        (popj-after-next (m-tr-1) dpb m-tr-2 q-pointer a-tr-1)
       (no-op)
transport-impossible
        (illop "an object in from-space of a kind that is not collected" m-tr-1)
        (popj)

(locality d-mem)
(start-dispatch 3 inhibit-xct-next-bit)
d-transport-kind
        (transport-impossible)
        (transport-impossible)
        (transport-impossible)
        (transport-impossible)
        (transport-impossible)
        (transport-list)
        (transport-structure)
        (transport-large)
(end-dispatch)
(locality i-mem)

;;; Lists. M-TR-2 is the word at M-TR-3, not a gc-forward.

transport-list
        (jump-if-type dtp-rplacd-forward m-tr-2 transport-list-replaced)
        (dispatch q-cdr-code m-tr-2 d-transport-cell)
(locality d-mem)
(start-dispatch 2 inhibit-xct-next-bit)
d-transport-cell
        (transport-block)
        (transport-second-word)
        (transport-pair)
        (transport-block)
(end-dispatch)
(locality i-mem)

transport-list-replaced
        ;; The pair stands for the cell.  It may have been copied, or be none of from-space's.
        ((m-tr-1) dpb m-tr-2 q-pointer a-tr-1)
transport-again
        ((md) m-tr-1)
        (call-if-bit-set level-1-invalid-bit l1-map transport-map)
        ((m-tr-4) access-any l2-map-control)
        (call-equal m-tr-4 a-zero transport-map)
        ((m-tr-4) l2-map-control)
        (popj-if-bit-set not-from-space-bit m-tr-4)
        (jump transport-pointer)
transport-map
        (call-xct-next load-map)
       ((m-pgf-1) m-tr-1)
        (popj-after-next (md) m-tr-1)
       (no-op)

transport-second-word
        ;; A locative to the cdr of a full pair: the pair is at the word before.
        ((a-tr-word) m-tr-1)
        (call-xct-next transport-pointer)
       ((m-tr-1) sub m-tr-1 (a-constant 1))
        ((m-tr-1) m+1 m-tr-1)
        (popj-after-next (m-tr-1) selective-deposit m-tr-1 q-pointer a-tr-word)
       (no-op)

transport-pair
        (call-xct-next transport-cells-room)
       ((m-tr-4) (a-constant 2))
        ((m-tr-4) a-list-free)
        ((md) m-tr-2)
        ((vma-start-write) m-tr-4)
        (check-page-write)
        ((md) dpb m-tr-4 q-pointer (a-constant (byte-value q-data-type dtp-gc-forward)))
        ((vma-start-write-force) m-tr-3)
        (check-page-write-force)
        ((vma-start-read-force) m+1 m-tr-3)
        (check-page-read-force)
        ((vma-start-write) m+1 m-tr-4)
        (check-page-write)
        ((m-tr-5) m+1 m-tr-4)
        ((md) dpb m-tr-5 q-pointer (a-constant (byte-value q-data-type dtp-gc-forward)))
        ((vma-start-write-force) m+1 m-tr-3)
        (check-page-write-force)
        ((a-list-free) m+1 m-tr-5)
        ((m-tr-5) (a-constant 2))
        ((a-gc-copied) add m-tr-5 a-gc-copied)
        (popj-after-next (m-tr-1) dpb m-tr-4 q-pointer a-tr-1)
       (no-op)

transport-block
        ;; How many words?  M-TR-4 counts; A-TR-WORD is what follows the block, 0 for nothing.
        ((m-tr-4) m-zero)
        ((a-tr-word) m-zero)
transport-block-measure
        ((vma-start-read-force) add m-tr-4 a-tr-3)
        (check-page-read-force)
        (jump-if-type dtp-gc-forward md transport-block-meets)
        (jump-if-type dtp-rplacd-forward md transport-block-meets)
        ((m-tr-4) m+1 m-tr-4)
        (dispatch q-cdr-code md d-transport-block)
(locality d-mem)
(start-dispatch 2 inhibit-xct-next-bit)
d-transport-block
        (transport-block-measure)
        (transport-block-broken)
        (transport-block-ends-in-pair)
        (transport-block-copy)
(end-dispatch)
(locality i-mem)
transport-block-broken
        (illop "CDR-ERROR inside a block of cells" vma)
        (popj)
transport-block-ends-in-pair
        ((m-tr-4) m+1 m-tr-4)
        (jump transport-block-copy)
transport-block-meets
        ;; The cell before becomes the first half of a pair; the pointer takes this cell's place.
        ((m-tr-5) q-pointer md)
        ((a-tr-word) ior m-tr-5 (a-constant (plus (byte-value q-data-type dtp-list)
                                                  (byte-value q-cdr-code cdr-error))))
        ((m-tr-4) m+1 m-tr-4)
transport-block-copy
        (call transport-cells-room)
        ((m-tr-5) a-list-free)
        ((a-tr-new) m-tr-5)
        ((a-gc-copied) add m-tr-4 a-gc-copied)
        ((a-tr-end) add m-tr-4 a-list-free)
        ((m-tr-2) a-tr-end)
        ((a-list-free) m-tr-2)
        ((m-tr-2) a-tr-word)
        (jump-equal m-tr-2 a-zero transport-block-word)
        ((m-tr-4) a-tr-end)
        ((a-tr-end) sub m-tr-4 (a-constant 1))          ;the last word is not copied
transport-block-word
        ((vma-start-read-force) m-tr-3)
        (check-page-read-force)
        ((vma-start-write) m-tr-5)
        (check-page-write)
        ((md) dpb m-tr-5 q-pointer (a-constant (byte-value q-data-type dtp-gc-forward)))
        ((vma-start-write-force) m-tr-3)
        (check-page-write-force)
        ((m-tr-5) m+1 m-tr-5)
        (jump-less-than-xct-next m-tr-5 a-tr-end transport-block-word)
       ((m-tr-3) m+1 m-tr-3)
        (jump-equal m-tr-2 a-zero transport-block-fence)
        ;; M-TR-2 is the cdr; the cell before it says CDR-NORMAL.
        ((md) m-tr-2)
        ((vma-start-write) m-tr-5)
        (check-page-write)
        ((vma-start-read) sub m-tr-5 (a-constant 1))
        (check-page-read)
        ((m-tr-4) q-typed-pointer md)
        ((md-start-write) ior m-tr-4 (a-constant (byte-value q-cdr-code cdr-normal)))
        (check-page-write)
transport-block-fence
        ((md) m-zero)
        ((vma-start-write) a-list-free)
        (check-page-write)
        ((m-tr-5) a-tr-new)
        (popj-after-next (m-tr-1) dpb m-tr-5 q-pointer a-tr-1)
       (no-op)

transport-cells-room
  ;; The open list region has room for M-TR-4 cells and a word after them.
        ((m-tr-5) add m-tr-4 a-list-free)
        (popj-less-or-equal m-tr-5 a-list-end)
        (jump-xct-next open-list-region)
       (no-op)

;;; Structures. M-TR-2 is the word at M-TR-3.

(type-dispatch-table d-transport-structure (inhibit-xct-next-bit transport-inside)
  ((dtp-header dtp-symbol-header dtp-array-header dtp-instance-header)
   inhibit-xct-next-bit transport-whole)
  (dtp-header-forward inhibit-xct-next-bit transport-moved))

transport-structure
        (dispatch q-data-type m-tr-2 d-transport-structure)

transport-moved
        ;; The structure became another: that one stands for it.
        (jump-xct-next transport-again)
       ((m-tr-1) dpb m-tr-2 q-pointer a-tr-1)

transport-inside
        ;; The address is inside a structure: its header is before, boxed words between.
        ((m-tr-4) m-tr-3)
transport-inside-search
        ((m-tr-3) sub m-tr-3 (a-constant 1))
        ((vma-start-read-force) m-tr-3)
        (check-page-read-force)
        ((m-tr-2) md)
        (dispatch q-data-type m-tr-2 d-transport-inside)
(type-dispatch-table d-transport-inside (inhibit-xct-next-bit transport-inside-search)
  ((dtp-header dtp-symbol-header dtp-array-header dtp-instance-header dtp-gc-forward
    dtp-header-forward)
   inhibit-xct-next-bit transport-inside-found))
transport-inside-found
        ((m-tr-4) sub m-tr-4 a-tr-3)
        ((a-tr-offset) m-tr-4)
        ((a-tr-word) m-tr-1)
        (call-xct-next transport-pointer)
       ((m-tr-1) dpb m-tr-3 q-pointer (a-constant (byte-value q-data-type dtp-locative)))
        ((m-tr-1) add m-tr-1 a-tr-offset)
        (popj-after-next (m-tr-1) selective-deposit m-tr-1 q-pointer a-tr-word)
       (no-op)

transport-whole
        (call object-size)
        ((m-tr-4) a-tr-size)
        ((a-gc-copied) add m-tr-4 a-gc-copied)
        ((m-tr-5) add m-tr-4 a-structure-free)
        (call-greater-than m-tr-5 a-structure-end open-structure-region)
        ((m-tr-5) a-structure-free)
        ((a-tr-new) m-tr-5)
        ((a-tr-end) add m-tr-4 a-structure-free)
        ((m-tr-4) a-tr-end)
        ((a-structure-free) m-tr-4)
        ((m-tr-4) m-tr-3)
transport-whole-word
        ((vma-start-read-force) m-tr-4)
        (check-page-read-force)
        ((vma-start-write) m-tr-5)
        (check-page-write)
        ((m-tr-5) m+1 m-tr-5)
        (jump-less-than-xct-next m-tr-5 a-tr-end transport-whole-word)
       ((m-tr-4) m+1 m-tr-4)
        ((m-tr-5) a-tr-new)
        ((md) dpb m-tr-5 q-pointer (a-constant (byte-value q-data-type dtp-gc-forward)))
        ((vma-start-write-force) m-tr-3)
        (check-page-write-force)
        (popj-after-next (m-tr-1) dpb m-tr-5 q-pointer a-tr-1)
       (no-op)

;;; A large object stays where it is: its region is relabelled and joins the new ones.

transport-large
        ((vma-start-read) ldb (byte-field 12. 13.) m-tr-3 (a-constant section-table))
        ((m-gc-2) section-region md)
        ((vma-start-read) dpb m-gc-2 (byte-field 12. 2) (a-constant (plus region-table region-end)))
        (illop-unless-page-ok)
        ((m-gc-3) md)
        ;; Nothing of it has been scavenged; it ends its new chain.
        ((m-tr-3) dpb m-gc-2 (byte-field 12. 13.) a-zero)
        ((md) m-tr-3)
        ((vma-start-write) dpb m-gc-2 (byte-field 12. 2) (a-constant (plus region-table region-scan)))
        (illop-unless-page-ok)
        ((vma-start-read) dpb m-gc-2 (byte-field 12. 2) (a-constant (plus region-table region-next)))
        (illop-unless-page-ok)
        ((md-start-write) selective-deposit md (byte-field 16. 16.) a-zero)
        (illop-unless-page-ok)
        ((m-tr-4) (a-constant (plus control-open (byte-value section-volatility 3)
                                    (byte-value section-kind kind-large))))
        ((m-tr-4) dpb m-gc-2 section-region a-tr-4)
transport-large-section
        ((md) m-tr-4)
        ((vma-start-write) ldb (byte-field 12. 13.) m-tr-3 (a-constant section-table))
        (illop-unless-page-ok)
        (call-xct-next unmap-section)
       ((m-pgf-1) m-tr-3)
        ((m-tr-3) add m-tr-3 (a-constant section-words))
        (jump-less-than m-tr-3 a-gc-3 transport-large-section)
        (jump chain-large-region)

;;; ---- Sizes ----

object-size
  ;; The structure whose header M-TR-2 is, at M-TR-3: A-TR-SIZE words, of which the first
  ;; A-TR-BOXED are words that may be pointers, header included.  The header need not be in
  ;; its place any more.
  (declare (args m-tr-2 m-tr-3) (values a-tr-size a-tr-boxed) (clobbers m-tr-4 m-tr-5 vma md))
        (dispatch q-data-type m-tr-2 d-object-size)
(type-dispatch-table d-object-size (inhibit-xct-next-bit size-impossible)
  (dtp-header inhibit-xct-next-bit size-of-header)
  (dtp-symbol-header inhibit-xct-next-bit size-of-symbol)
  (dtp-instance-header inhibit-xct-next-bit size-of-instance)
  (dtp-array-header inhibit-xct-next-bit size-of-array))

size-impossible
        (illop "no header where a structure begins" m-tr-2 m-tr-3)
        (popj)

size-of-symbol
        ((m-tr-4) (a-constant symbol-words))
size-all-boxed
        ((a-tr-size) m-tr-4)
        (popj-after-next (a-tr-boxed) m-tr-4)
       (no-op)

size-of-instance
        ;; The layout says.  Where it is in from-space its words are still what they were.
        ((m-tr-4) q-pointer m-tr-2)
        ((vma-start-read-force) add m-tr-4 (a-constant layout-slot-count))
        (check-page-read-force)
        ((m-tr-4) q-pointer md)
        (jump-xct-next size-all-boxed)
       ((m-tr-4) m+1 m-tr-4)

size-of-header
        (dispatch header-type m-tr-2 d-size-of-header)
(locality d-mem)
(start-dispatch 5 inhibit-xct-next-bit)
d-size-of-header
        (size-impossible)
        (size-of-fef)
        (size-of-bignum)
        (size-two)
        (size-three)
        (size-three-boxed)
        (size-three-boxed)
        (repeat 31 (size-impossible))
(end-dispatch)
(locality i-mem)
size-of-fef
        ((vma-start-read-force) add m-tr-3 (a-constant fef-length))
        (check-page-read-force)
        ((a-tr-size) q-pointer md)
        ((vma-start-read-force) add m-tr-3 (a-constant fef-code))
        (check-page-read-force)
        (popj-after-next (a-tr-boxed) q-pointer md)
       (no-op)
size-of-bignum
        ((m-tr-4) bignum-length m-tr-2)
        ((m-tr-4) m+1 m-tr-4)
size-unboxed
        ((a-tr-size) m-tr-4)
        (popj-after-next (a-tr-boxed) (m-constant 1))
       (no-op)
size-two
        (jump-xct-next size-unboxed)
       ((m-tr-4) (a-constant 2))
size-three
        (jump-xct-next size-unboxed)
       ((m-tr-4) (a-constant 3))
size-three-boxed
        (jump-xct-next size-all-boxed)
       ((m-tr-4) (a-constant 3))

size-of-array
        (jump-if-bit-set array-header-simple m-tr-2 size-of-simple-array)
        ((m-tr-4) array-header-rank m-tr-2)
        (jump-xct-next size-all-boxed)
       ((m-tr-4) add m-tr-4 (a-constant full-array-dimensions))
size-of-simple-array
        ;; M-TR-4: elements.  M-TR-5: words before them.
        ((m-tr-4) array-header-length m-tr-2)
        (jump-if-bit-clear-xct-next array-header-long m-tr-2 size-of-simple-array-length)
       ((m-tr-5) (m-constant 1))
        ((vma-start-read-force) add m-tr-3 (a-constant 1))
        (check-page-read-force)
        ((m-tr-4) q-pointer md)
        ((m-tr-5) (a-constant 2))
size-of-simple-array-length
        (dispatch array-header-type m-tr-2 d-size-of-array)
(locality d-mem)
(start-dispatch 5 inhibit-xct-next-bit)
d-size-of-array
        (size-impossible)
        (size-1b)
        (size-2b)
        (size-4b)
        (size-8b)
        (size-16b)
        (size-32b)
        (size-q)
        (size-q)
        (size-8b)
        (size-32b)
        (size-32b)
        (size-64b)
        (size-8b)
        (size-16b)
        (size-32b)
        (size-q)
        (size-q)
        (repeat 16 (size-impossible))
(end-dispatch)
(locality i-mem)
size-q
        (jump-xct-next size-all-boxed)
       ((m-tr-4) add m-tr-4 a-tr-5)
size-1b
        ((m-tr-4) add m-tr-4 (a-constant 31.))
        (jump-xct-next size-32b)
       ((m-tr-4) (byte-field 27. 5) m-tr-4)
size-2b
        ((m-tr-4) add m-tr-4 (a-constant 15.))
        (jump-xct-next size-32b)
       ((m-tr-4) (byte-field 28. 4) m-tr-4)
size-4b
        ((m-tr-4) add m-tr-4 (a-constant 7))
        (jump-xct-next size-32b)
       ((m-tr-4) (byte-field 29. 3) m-tr-4)
size-8b
        ((m-tr-4) add m-tr-4 (a-constant 3))
        (jump-xct-next size-32b)
       ((m-tr-4) (byte-field 30. 2) m-tr-4)
size-16b
        ((m-tr-4) m+1 m-tr-4)
        (jump-xct-next size-32b)
       ((m-tr-4) (byte-field 31. 1) m-tr-4)
size-64b
        ((m-tr-4) m+m m-tr-4)
size-32b
        (jump-xct-next size-unboxed)
       ((m-tr-4) add m-tr-4 a-tr-5)
