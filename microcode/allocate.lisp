;;; -*- Mode: Lisp; Base: 8 -*-
;;; Allocation of list cells and structures.
;;;
;;; Purpose. A free pointer and a limit for each of the two kinds of region; when the limit is
;;; reached another section is taken, and when dynamic space has grown by its allowance, a
;;; flip comes first. Under torture the limits are 0, so that every allocation goes the slow
;;; way and can count.
;;;
;;; Entry points.
;;;   CONS                the macroinstruction
;;;   ALLOCATE-CELLS      M-1 = number of cells -> M-T = a list pointer to the first
;;;   ALLOCATE-STRUCTURE  M-1 = number of words, header included -> M-T = a locative to the first
;;;   INITIALIZE-STORAGE  once, after the load band has been restored
;;;
;;; Invariants.
;;; * Clobbered by an allocation: M-1, M-T, M-TEM, VMA, MD. Boxed registers and the stack
;;;   are transported when it flips; no address may be kept in M-1 … M-6 across it.
;;; * Whoever allocates makes the object complete before the next allocation: all cells, the
;;;   header, every boxed word. These first stores need no volatility test: what is new is
;;;   as volatile as anything.
;;; * The word after a block of cells is 0, never CDR-ERROR: CDR looks there.

(assign-eval least-growth 2000)         ;pages by which dynamic space may grow at least, where there is room

x-cons  (misc-inst-entry cons)
        ((m-tem) a-list-free)
        (call-greater-or-equal m-tem a-list-pair-limit cons-slow)
        ((m-t) pdl-pop)
        ((md) ior pdl-pop (a-constant (byte-value q-cdr-code cdr-normal)))
        ((vma-start-write) a-list-free)
        (check-page-write)
        ((md) ior m-t (a-constant (byte-value q-cdr-code cdr-error)))
        ((vma-start-write m-tem) m+1 m-tem)
        (check-page-write)
        ((a-list-free) m+1 m-tem)
        (popj-after-next (m-tem) sub m-tem (a-constant 1))
       ((pdl-push) dpb m-tem q-pointer (a-constant (byte-value q-data-type dtp-list)))

cons-slow
        (call-xct-next list-room)
       ((m-1) (a-constant 2))
        (popj-after-next (m-tem) a-list-free)
       (no-op)

(declare (args m-1) (values m-t) (clobbers m-1 m-tem vma md) (allocates))
allocate-cells
        ((m-tem) a-list-free)
        ((m-1) add m-1 a-list-free)
        (jump-greater-than m-1 a-list-limit allocate-cells-slow)
allocate-cells-take
        ((a-list-free) m-1)
        ((md) m-zero)
        ((vma-start-write) m-1)
        (check-page-write)
        (popj-after-next (m-t) dpb m-tem q-pointer (a-constant (byte-value q-data-type dtp-list)))
       (no-op)
allocate-cells-slow
        (call-xct-next list-room)
       ((m-1) sub m-1 a-list-free)
        ((m-tem) a-list-free)
        (jump-xct-next allocate-cells-take)
       ((m-1) add m-1 a-list-free)

list-room
  ;; The list region gets room for M-1 cells and a word after them.
  (declare (args m-1) (clobbers m-tem vma md) (allocates))
        (call torture)
list-room-look
        ((m-tem) a-list-free)
        ((m-tem) add m-tem a-1)
        (jump-less-or-equal m-tem a-list-end list-room-there)
        (call-greater-or-equal m-1 (a-constant section-words) trap)
        (error-table storage-block-too-long (fatal))
        (call-xct-next make-room)
       ((m-tem) (a-constant section-pages))
        ;; A flip leaves a region open, which may do.
        ((m-tem) a-list-free)
        ((m-tem) add m-tem a-1)
        (jump-less-or-equal m-tem a-list-end list-room-there)
        (call open-list-region)
        (jump list-room-look)
list-room-there
        ((m-tem) a-torture)
        (popj-not-equal m-tem a-zero)
        ((m-tem) a-list-end)
        ((a-list-limit) m-tem)
        (popj-after-next (a-list-pair-limit) sub m-tem (a-constant 1))
       (no-op)

(declare (args m-1) (values m-t) (clobbers m-1 m-tem vma md) (allocates))
allocate-structure
        ((m-tem) a-structure-free)
        ((m-1) add m-1 a-structure-free)
        (jump-greater-than m-1 a-structure-limit allocate-structure-slow)
allocate-structure-take
        (popj-after-next (a-structure-free) m-1)
       ((m-t) dpb m-tem q-pointer (a-constant (byte-value q-data-type dtp-locative)))
allocate-structure-slow
        ((m-1) sub m-1 a-structure-free)
        (jump-greater-than m-1 (a-constant large-object-words) allocate-large)
        (call structure-room)
        ((m-tem) a-structure-free)
        (jump-xct-next allocate-structure-take)
       ((m-1) add m-1 a-structure-free)

structure-room
  ;; The structure region gets room for M-1 words, a section at most.
  (declare (args m-1) (clobbers m-tem vma md) (allocates))
        (call torture)
structure-room-look
        ((m-tem) a-structure-free)
        ((m-tem) add m-tem a-1)
        (jump-less-or-equal m-tem a-structure-end structure-room-there)
        (call-xct-next make-room)
       ((m-tem) (a-constant section-pages))
        ((m-tem) a-structure-free)
        ((m-tem) add m-tem a-1)
        (jump-less-or-equal m-tem a-structure-end structure-room-there)
        (call open-structure-region)
        (jump structure-room-look)
structure-room-there
        ((m-tem) a-torture)
        (popj-not-equal m-tem a-zero)
        ((m-tem) a-structure-end)
        (popj-after-next (a-structure-limit) m-tem)
       (no-op)

allocate-large
  ;; An object of more than a section: a region of its own, which is never copied.
        (call torture)
        ((m-tem) add m-1 (a-constant (eval (- section-words 1))))
        ((m-tem) ldb (byte-field 12. 13.) m-tem a-zero)
        (call-xct-next make-room)
       ((m-tem) dpb m-tem (byte-field 12. 5) a-zero)
        ((a-allocate-size) m-1)
        (call make-large-region)
        ((m-tem) dpb m-gc-2 (byte-field 12. 13.) a-zero)
        (popj-after-next (m-t) dpb m-tem q-pointer (a-constant (byte-value q-data-type dtp-locative)))
       (no-op)

make-room
  ;; Dynamic space may grow by M-TEM pages when this returns.  Flips when it may not, and
  ;; traps when a flip does not help.
  (declare (args m-tem) (clobbers vma md) (allocates))
        ((m-gc-1) add m-tem a-pages-in-use)
        (popj-less-or-equal m-gc-1 a-allowance)
        (call collect)
        ((m-gc-1) add m-tem a-pages-in-use)
        (popj-less-or-equal m-gc-1 a-allowance)
        (jump-greater-than m-gc-1 a-allowance-most make-room-none)
        (popj-after-next (a-allowance) m-gc-1)          ;something large
       (no-op)
make-room-none
        ;; The handler of this error may use the reserve, until a flip finds room again.
        ((a-storage-emergency) m-minus-one)
        (call set-allowance)
        (call trap)
        (error-table storage-exhausted (fatal))
        (jump make-room)

torture
  ;; Flips at every so many allocations, when that is asked for.
        ((m-gc-1) a-torture)
        (popj-equal m-gc-1 a-zero)
        ((m-gc-1) add m-minus-one a-torture-count)
        ((a-torture-count) m-gc-1)
        (popj-greater-than m-gc-1 a-zero)
        ((m-gc-1) a-torture)
        ((a-torture-count) m-gc-1)
        (jump collect)

set-allowance
  ;; How many pages dynamic space may have before the next flip: as many again as are in use,
  ;; at least LEAST-GROWTH, as long as what is small could be copied once more, the stacks can
  ;; grow, and the limits on heap and addresses are kept.
  (declare (clobbers m-gc-1 m-gc-2 m-gc-3 vma md))
        ((m-gc-2) a-memory-pages)
        ((m-gc-2) (byte-field 27. 5) m-gc-2)            ;for the stacks
        ((m-gc-1) a-frames-free)
        ((m-gc-1) sub m-gc-1 a-gc-2)
        ((m-gc-1) sub m-gc-1 a-small-pages)
        ((m-gc-1) sub m-gc-1 (a-constant (eval (* 4 section-pages))))
        ;; Addresses.
        ((m-gc-2) (a-constant (eval (* section-pages (- section-count dynamic-first-section 20)))))
        ((m-gc-2) sub m-gc-2 a-pages-in-use)
        ((m-gc-2) sub m-gc-2 a-small-pages)
        (jump-less-or-equal m-gc-1 a-gc-2 set-allowance-half)
        ((m-gc-1) m-gc-2)
set-allowance-half
        (jump-greater-or-equal m-gc-1 a-zero set-allowance-positive)
        ((m-gc-1) m-zero)
set-allowance-positive
        ((m-gc-1) (byte-field 31. 1) m-gc-1)
        ;; The limit that was asked for.
        ((m-gc-2) a-heap-limit)
        (jump-equal m-gc-2 a-zero set-allowance-reserve)
        ((m-gc-2) sub m-gc-2 a-pages-in-use)
        (jump-less-or-equal m-gc-1 a-gc-2 set-allowance-reserve)
        ((m-gc-1) m-gc-2)
set-allowance-reserve
        (jump-greater-or-equal m-gc-1 a-zero set-allowance-some)
        ((m-gc-1) m-zero)
set-allowance-some
        ;; The reserve is set aside, unless it is in use and there is not as much again.
        ((m-gc-2) a-storage-emergency)
        (jump-equal m-gc-2 a-zero set-allowance-withhold)
        ((m-gc-2) a-storage-reserve)
        ((m-gc-2) m+m m-gc-2)
        (jump-less-than m-gc-1 a-gc-2 set-allowance-most)
        ((a-storage-emergency) m-zero)
set-allowance-withhold
        ((m-gc-1) sub m-gc-1 a-storage-reserve)
        (jump-greater-or-equal m-gc-1 a-zero set-allowance-most)
        ((m-gc-1) m-zero)
set-allowance-most
        ((a-allowance-most) add m-gc-1 a-pages-in-use)
        ;; What is wanted.
        ((m-gc-2) a-pages-in-use)
        (jump-greater-or-equal m-gc-2 (a-constant least-growth) set-allowance-wanted)
        ((m-gc-2) (a-constant least-growth))
set-allowance-wanted
        (jump-less-or-equal m-gc-1 a-gc-2 set-allowance-done)
        ((m-gc-1) m-gc-2)
set-allowance-done
        (popj-after-next (a-allowance) add m-gc-1 a-pages-in-use)
       (no-op)

initialize-storage
  ;; Dynamic space is empty.
  (declare (clobbers m-gc-1 m-gc-2 m-gc-3 vma md))
        ((vma-start-read) (a-constant (eval (+ system-communication-area sysca-static-free))))
        (check-page-read)
        ((m-gc-1) q-pointer md)
        ((a-static-free) m-gc-1)
        ((vma-start-read) (a-constant (eval (+ sdu-window sdu-torture))))
        (illop-unless-page-ok)
        ((m-gc-1) md)
        ((a-torture) m-gc-1)
        ((a-torture-count) m-gc-1)
        ;; The reserve is an eighth of what there is at first, 8 sections at most.
        (call set-allowance)
        ((m-gc-1) a-allowance-most)
        ((m-gc-1) (byte-field 29. 3) m-gc-1)
        (jump-less-or-equal m-gc-1 (a-constant (eval (* 10 section-pages))) initialize-reserve)
        ((m-gc-1) (a-constant (eval (* 10 section-pages))))
initialize-reserve
        ((a-storage-reserve) m-gc-1)
        (jump set-allowance)
