;;; -*- Mode: Lisp; Base: 8 -*-
;;; Pointers to younger objects.
;;;
;;; Purpose. A page's volatility says how young the things are that its words may point to.
;;; A store of a pointer to something younger raises it, so that a flip knows which pages of
;;; static space it must look through. On the Lambda the test was the same dispatch.
;;;
;;; Entry point. VOLATILITY-TRAP, from GC-WRITE-TEST through D-VOLATILITY.
;;;
;;; Invariants. VMA, MD and the word stored are kept. The last memory reference is one to the
;;; page of VMA, so that the dispatch, which is done again, finds its new volatility.

(meta-dispatch-table d-volatility
  (p-bit inhibit-xct-next-bit volatility-trap) (p-bit r-bit)
  ((dtp-fix dtp-character dtp-trap dtp-header dtp-array-header dtp-unreconciled dtp-u-entry
    dtp-small-flonum)
   p-bit r-bit))

volatility-trap
  (declare (clobbers m-pgf-1 m-pgf-2 m-pgf-3 m-pgf-4))
        ((a-pgf-vma) vma)
        ((a-pgf-md) md)
        ;; Does the map know what MD points to?
        (jump-if-bit-set level-1-invalid-bit l1-map volatility-map)
        ((m-pgf-1) access-any l2-map-control)
        (jump-equal m-pgf-1 a-zero volatility-map)
        ;; It is younger than the page: raise that.
        ((m-pgf-1) ldb q-pointer vma a-zero)
        ((vma-start-read) ldb (byte-field 12. 13.) m-pgf-1 (a-constant section-table))
        ((m-pgf-2) section-kind md)
        (call-equal m-pgf-2 (a-constant kind-code) illop)
        (error-table illop "a pointer was stored into static code space" m-pgf-1)
        (call-xct-next raise-page)
       ((m-pgf-2) m-zero)
volatility-store-again
        ((m-pgf-1) a-pgf-vma)
        ((md) a-pgf-md)
        ((vma-start-write-force) m-pgf-1)
        (call-conditional pg-fault pgf-write-force)
        (popj-after-next (md) a-pgf-md)
       (no-op)
volatility-map
        (call-xct-next load-map)
       ((m-pgf-1) md)
        (jump volatility-store-again)
