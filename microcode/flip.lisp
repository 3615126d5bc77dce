;;; -*- Mode: Lisp; Base: 8 -*-
;;; A collection: the flip, the roots, and the end.
;;;
;;; Purpose. All of dynamic space becomes from-space; everything that can be reached from the
;;; roots is copied to newspace; what is left is given back. In this first form a flip runs
;;; to completion: nobody but the collector ever meets a pointer to from-space.
;;;
;;; Roots: the boxed registers; the PDL buffer; the stack and the binding stack in memory; the
;;; pages of static space (and of the resident words) that may point to newspace. Stacks do
;;; not move, neither does static space.
;;;
;;; Entry points. COLLECT; the macroinstruction %GC.
;;;
;;; Invariants.
;;; * Called where something is allocated: what must survive is in a boxed register or on the
;;;   stack. M-1 … M-6, M-TEM, Q and PDL-INDEX are kept, and must be no addresses.
;;; * LC points into the current function, which may move: it is rebased.

(misc-inst-entry %gc)
        (call collect)
        (popj)

(defmacro transport-register (register)
  "A boxed register of M memory."
  (list (list 'call-xct-next 'transport-root)
        (list '(md) register)
        (list (list register) 'md)))

(defmacro transport-a-register (register)
  "A boxed register of A memory."
  (list (list 'call-xct-next 'transport-root)
        (list '(md) register)
        (list (list register) 'md)))

(declare (clobbers m-gc-1 m-gc-2 m-gc-3 m-scavenge-1 m-scavenge-2 m-tr-1 m-tr-2 m-tr-3 m-tr-4 m-tr-5 vma md))
collect
        ((m-gc-1) a-gc-running)
        (call-not-equal m-gc-1 a-zero illop)
        (error-table illop "a flip within a flip")
        ((a-gc-running) m-minus-one)
        ((a-gc-pdl-index) pdl-index)
        ((m-gc-1) a-gc-count)
        ((a-gc-count) m+1 m-gc-1)
        ((a-gc-copied) m-zero)
        ;; LC relative to its function.
        ((m-gc-1) dpb m-fef (byte-field 25. 2) a-zero)
        ((a-gc-lc) sub lc a-gc-1)
        ;; Everything there is becomes from-space.
        (call close-regions)
        ((m-gc-2) a-list-chain)
        (call evacuate-chain)
        ((m-gc-2) a-structure-chain)
        (call evacuate-chain)
        ((m-gc-2) a-large-chain)
        (call evacuate-chain)
        ((m-gc-1) a-list-chain)
        ((a-old-list-chain) m-gc-1)
        ((m-gc-1) a-structure-chain)
        ((a-old-structure-chain) m-gc-1)
        ((m-gc-1) a-large-chain)
        ((a-old-large-chain) m-gc-1)
        ((a-list-chain) m-zero)
        ((a-list-chain-end) m-zero)
        ((a-structure-chain) m-zero)
        ((a-structure-chain-end) m-zero)
        ((a-large-chain) m-zero)
        ((a-large-chain-end) m-zero)
        ((a-scan-list) m-zero)
        ((a-scan-structure) m-zero)
        ((a-scan-large) m-zero)
        ((a-small-pages) m-zero)
        ;; Roots.
        (transport-register m-fef)
        (transport-register m-lp)
        (transport-register m-catch)
        (transport-register m-t)
        (transport-register m-a)
        (transport-register m-b)
        (transport-register m-c)
        (transport-register m-d)
        (transport-register m-e)
        (transport-register m-i)
        (transport-register m-j)
        (transport-register m-s)
        (transport-a-register a-sequence-break-enable)
        (call collect-parameters)
        (call collect-pdl-buffer)
        ;; The stack below the buffer, the binding stack.
        ((m-scavenge-1) a-stack-base)
        ((m-gc-1) a-pdl-bottom)
        (call-xct-next scavenge-words)
       ((a-gc-limit) m-gc-1)
        ((m-scavenge-1) a-bindings-base)
        ((m-gc-1) a-bindings)
        (call-xct-next scavenge-words)
       ((a-gc-limit) m-gc-1)
        (call collect-static-pages)
        (call scavenge)
        ;; What is left of the old regions.
        ((m-gc-2) a-old-list-chain)
        (call free-chain)
        ((m-gc-2) a-old-structure-chain)
        (call free-chain)
        ((m-gc-2) a-old-large-chain)
        (call free-chain)
        ((m-gc-1) a-torture)
        (jump-not-equal m-gc-1 a-zero collect-limits)
        ((m-gc-1) (a-constant dynamic-first-section))
        ((a-section-clock) m-gc-1)
        ((m-gc-1) a-list-end)
        ((a-list-limit) m-gc-1)
        ((m-gc-1) a-structure-end)
        ((a-structure-limit) m-gc-1)
        ((m-gc-1) a-list-region)
        (jump-equal m-gc-1 a-zero collect-limits)
        ((m-gc-1) a-list-end)
        ((a-list-pair-limit) sub m-gc-1 (a-constant 1))
collect-limits
        (call set-allowance)
        ((a-gc-running) m-zero)
        ;; LC again.
        ((m-gc-1) dpb m-fef (byte-field 25. 2) a-zero)
        ((lc) add m-gc-1 a-gc-lc)
        (popj-after-next (m-gc-1) a-gc-pdl-index)
       ((pdl-index) m-gc-1)

evacuate-chain
  ;; The regions of the chain that begins with M-GC-2 are from-space; their chain of the
  ;; evacuated is the same.
        (popj-equal m-gc-2 a-zero)
        ((m-gc-3) dpb m-gc-2 (byte-field 12. 13.) a-zero)
        ((vma-start-read) dpb m-gc-2 (byte-field 12. 2) (a-constant (plus region-table region-end)))
        (illop-unless-page-ok)
        ((m-gc-1) md)
        ((vma-start-read) ldb (byte-field 12. 13.) m-gc-3 (a-constant section-table))
        (illop-unless-page-ok)
        ((m-scavenge-1) selective-deposit md (byte-field 16. 16.)
                         (a-constant (plus control-from-space (byte-value section-volatility 3))))
evacuate-chain-section
        ((md) m-scavenge-1)
        ((vma-start-write) ldb (byte-field 12. 13.) m-gc-3 (a-constant section-table))
        (illop-unless-page-ok)
        (call-xct-next unmap-section)
       ((m-pgf-1) m-gc-3)
        ((m-gc-3) add m-gc-3 (a-constant section-words))
        (jump-less-than m-gc-3 a-gc-1 evacuate-chain-section)
        ((vma-start-read) dpb m-gc-2 (byte-field 12. 2) (a-constant (plus region-table region-next)))
        (illop-unless-page-ok)
        ((m-gc-2) (byte-field 16. 0) md)
        ((md-start-write) dpb md (byte-field 16. 16.) a-gc-2)
        (illop-unless-page-ok)
        (jump evacuate-chain)

free-chain
  ;; Gives back the regions of the chain of the evacuated that begins with M-GC-2, but for
  ;; large ones that have been relabelled.
        (popj-equal m-gc-2 a-zero)
        ((vma-start-read) dpb m-gc-2 (byte-field 12. 2) (a-constant (plus region-table region-next)))
        (illop-unless-page-ok)
        ((m-scavenge-1) (byte-field 16. 16.) md)
        ((vma-start-read) add m-gc-2 (a-constant section-table))
        (illop-unless-page-ok)
        (jump-if-bit-set not-from-space-bit md free-chain-next)
        (call free-region)
free-chain-next
        (jump-xct-next free-chain)
       ((m-gc-2) m-scavenge-1)

transport-root
  ;; MD is a word that is nowhere in memory: what it has become is left in MD.
        ((m-tr-1) md)
        (dispatch from-space-meta push-own-address q-data-type-plus-one-bit md d-transport-root)
        (popj)
(meta-dispatch-table d-transport-root
  (p-bit inhibit-xct-next-bit transport-root-moved) (p-bit r-bit)
  ((dtp-fix dtp-character dtp-header dtp-array-header dtp-trap dtp-unreconciled dtp-u-entry
    dtp-small-flonum)
   p-bit r-bit)
  (dtp-gc-forward p-bit inhibit-xct-next-bit transport-bad-type))
transport-root-moved
        (jump-if-bit-set level-1-invalid-bit l1-map transport-root-map)
        ((m-tr-4) access-any l2-map-control)
        (jump-equal m-tr-4 a-zero transport-root-map)
        (call transport-pointer)
        (popj-after-next (md) m-tr-1)
       (no-op)
transport-root-map
        (call-xct-next load-map)
       ((m-pgf-1) md)
        (call-equal m-pgf-3 a-zero transport-bad-type)
        (popj-after-next (md) m-tr-1)
       (no-op)

collect-pdl-buffer
  ;; The words from A-PDL-BOTTOM to PP in the buffer.
        ((m-scavenge-1) a-pdl-bottom)
        ((m-scavenge-2) pdl-pointer)
        ((m-scavenge-2) sub m-scavenge-2 a-scavenge-1)
        ((m-scavenge-2) ldb (byte-field 11. 0) m-scavenge-2 a-zero)
        (popj-equal m-scavenge-2 (a-constant 3777))             ;empty: it is never full
        ((m-scavenge-2) add m-scavenge-2 a-scavenge-1)          ;address of the top
collect-pdl-word
        ((pdl-index) m-scavenge-1)
        (call-xct-next transport-root)
       ((md) c-pdl-buffer-index)
        ((pdl-index) m-scavenge-1)
        ((c-pdl-buffer-index) md)
        (jump-less-than-xct-next m-scavenge-1 a-scavenge-2 collect-pdl-word)
       ((m-scavenge-1) m+1 m-scavenge-1)
        (popj)

collect-parameters
  ;; Words that %SET-GC-PARAMETER has stored.
        ((m-scavenge-1) m-zero)
collect-parameter
        ((oa-reg-high) dpb m-scavenge-1 oah-a-src a-zero)
        ((md) a-gc-parameter)
        (call transport-root)
        ((oa-reg-low) dpb m-scavenge-1 oal-a-dest a-zero)
        ((a-gc-parameter) md)
        ((m-scavenge-1) m+1 m-scavenge-1)
        (jump-less-than m-scavenge-1 (a-constant gc-parameters) collect-parameter)
        (popj)

collect-static-pages
  ;; The pages of resident and static space whose volatility says that they may point to
  ;; newspace.  Each is left as volatile as what it then points to.
        ((m-scavenge-1) m-zero)
collect-static-page
        (call collect-page)
        (jump-less-than m-scavenge-1 (a-constant tables-origin) collect-static-page)
        ((m-scavenge-1) (a-constant static-origin))
collect-static-page-2
        (popj-greater-or-equal m-scavenge-1 a-static-free)
        (call collect-page)
        (jump collect-static-page-2)

collect-page
  ;; The page at M-SCAVENGE-1, if it needs it; M-SCAVENGE-1 is then the next page.
        ((vma-start-read) ldb (byte-field 17. 8.) m-scavenge-1 (a-constant page-table))
        (jump-conditional pg-fault collect-page-not)
        (jump-equal md a-zero collect-page-not)
        ((m-gc-1) page-volatility md)
        (jump-not-equal m-gc-1 a-zero collect-page-not)
        ;; Unvolatile until a word says otherwise.
        ((vma-start-read) m-scavenge-1)
        (check-page-read)
        ((m-pgf-1) m-scavenge-1)
        (call-xct-next raise-page)
       ((m-pgf-2) (a-constant 3))
        ((a-gc-page-flag) m-zero)
        ((a-gc-limit) add m-scavenge-1 (a-constant page-words))
collect-page-word
        ((vma-start-read) m-scavenge-1)
        (check-page-read)
        (transport-spec md d-scavenge)
        ((vma-start-read) m-scavenge-1)         ;the page's volatility is latched again
        (check-page-read)
        (dispatch volatility-meta q-data-type-plus-one-bit md d-page-word)
        ((m-scavenge-1) m+1 m-scavenge-1)
        (jump-less-than m-scavenge-1 a-gc-limit collect-page-word)
        ((m-gc-1) a-gc-page-flag)
        (popj-equal m-gc-1 a-zero)
        ((m-pgf-1) sub m-scavenge-1 (a-constant 1))
        (jump-xct-next raise-page)
       ((m-pgf-2) m-zero)
collect-page-not
        (popj-after-next (m-scavenge-1) add m-scavenge-1 (a-constant page-words))
       (no-op)

;; A word that makes its page volatile: note it, go on after the dispatch.
(meta-dispatch-table d-page-word
  (p-bit inhibit-xct-next-bit collect-page-volatile) (p-bit r-bit)
  ((dtp-fix dtp-character dtp-header dtp-array-header dtp-trap dtp-unreconciled dtp-u-entry
    dtp-small-flonum)
   p-bit r-bit))
collect-page-volatile
        ;; The call skipped an instruction, which is where it returns to.
        (popj-after-next (a-gc-page-flag) m-minus-one)
       (no-op)
