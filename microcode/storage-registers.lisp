;;; -*- Mode: Lisp; Base: 8 -*-
;;; Registers and layout of storage: maps, frames, regions, transporter, collector.
;;;
;;; Purpose. What docs/collector.md calls the tables, and the words in A memory that
;;; allocation and collection run on. Kinds as in registers.lisp.
;;;
;;; The tables lie in virtual memory from 20000 on; all but the page table are wired:
;;; their map entries are made once and never given to others.
;;;
;;;   20000   section table   a word a section of 8 K words
;;;   30000   windows         pages that lead to boards and to single frames
;;;   40000   region table    four words a section, used in the first of a region
;;;   400000  page table      a word a page; its own pages appear when touched

(assign-eval section-table 20000)
(assign-eval windows 30000)
(assign-eval region-table 40000)
(assign-eval page-table 400000)

;;; ---- Windows: pages of virtual memory that lead to boards ----
(assign-eval sdu-window 30000)
(assign-eval disk-window 30400)
(assign-eval console-window 31000)
(assign-eval clock-window 31400)
(assign-eval hostfile-window 32000)
(assign-eval memory-window 32400)
(assign-eval processor-window 33000)
(assign-eval bus-window 33400)          ;wherever %bus-read and %bus-write look
(assign-eval transfer-page 34000)       ;a frame that boards read and write
(assign-eval frame-window 34400)        ;any frame, to look at its first word
(assign-eval transfer-page-frame 0)     ;stands for the frame of the transfer page
(assign-eval nvram-window 35000)

;;; ---- Words of the section table ----
;; <12:0> is the level-2 control word of the section's pages; the volatility in it is that
;; of a page nothing has been stored into.
(def-data-field section-volatility 2 13.)       ;level-1 volatility; these bits of a control word have no effect
(def-data-field section-kind 3 17.)             ;who may be found there
(def-data-field section-region 12. 20.)         ;first section of the region
;; A section word of 0: nothing may be there.
(assign-eval kind-none 0)
(assign-eval kind-wired 1)              ;resident words and tables
(assign-eval kind-static 2)             ;boxed words of the cold load
(assign-eval kind-code 3)               ;functions, strings and numbers of the cold load
(assign-eval kind-stack 4)
(assign-eval kind-list 5)
(assign-eval kind-structure 6)
(assign-eval kind-large 7)              ;one large object
;; Access 3, force allowed, not from-space.
(assign-eval control-open 3440)
;; Access 1: forced cycles only. Stacks: newest volatility. From-space: bit 5 is 0.
(assign-eval control-stack 2440)
(assign-eval control-from-space 2400)
(assign-eval control-old 3)             ;volatility 0, complemented, to be added
(assign-eval level-1-invalid 1000)
(def-data-field level-1-invalid-bit 1 9.)
(def-data-field access-readable 1 9.)   ;of a control or section word: 2 or 3
(def-data-field access-writable 1 8.)   ;with the other: 3
(def-data-field access-any 2 8.)
(def-data-field not-from-space-bit 1 5)

;;; ---- Words of the page table ----
;; 0: no frame. Else <21:0> the frame's physical page, <31:30> the page's volatility, complemented.
(def-data-field page-volatility 2 30.)
(def-data-field page-frame 22. 0)

;;; ---- Words of the region table, four for the first section of a region ----
(assign-eval region-free 0)             ;address of the first free word
(assign-eval region-scan 1)             ;address of the first word not yet scavenged
(assign-eval region-end 2)              ;address of the first word beyond it
(assign-eval region-next 3)             ;<15:0> the next region of its chain, <31:16> of the chain being evacuated; 0 ends it

(assign-eval section-count 10000)       ;sections in the address space
(assign-eval dynamic-first-section 2400)

(locality m-mem)
m-tr-5                  (0)
m-gc-1                  (0)
m-gc-2                  (0)
m-gc-3                  (0)
m-scavenge-1            (0)     ;the collector's, across transports
m-scavenge-2            (0)
m-block-clock           (0)     ;the level-2 block taken last
(register-kind unboxed m-tr-5 m-gc-1 m-gc-2 m-gc-3 m-scavenge-1 m-scavenge-2 m-block-clock)

(locality a-mem)
;;; ---- Page faults ----
a-pgf-md                (0)
a-pgf-vma               (0)
a-pgf-section           (0)
a-pgf-frame             (0)
a-pgf-entry             (0)
(register-kind unboxed a-pgf-md a-pgf-vma a-pgf-section a-pgf-frame a-pgf-entry)

;;; ---- Frames of physical memory ----
a-memory-base           (0)     ;physical page of the first frame
a-memory-pages          (0)     ;how many there are
a-frame-next            (0)     ;the first frame that has never been used
a-frame-limit           (0)     ;the first that is not there
a-frame-list            (0)     ;the first of those given back, each pointing to the next in word 0; 0: none
a-frames-free           (0)     ;how many of both kinds
a-heap-limit            (0)     ;pages that dynamic space may take; 0: no limit
(register-kind unboxed a-memory-base a-memory-pages a-frame-next a-frame-limit a-frame-list
               a-frames-free a-heap-limit)

;;; ---- Level-2 map blocks ----
(assign-eval first-free-block 24.)      ;those below belong to wired sections
(assign-eval block-count 128.)
(modulo 200)
a-block-owners          (repeat 200 (177760000))        ;address of the section that has the block
(register-kind unboxed a-block-owners)

;;; ---- Allocation ----
a-list-free             (0)     ;address of the next cell
a-list-pair-limit       (0)     ;a pair fits as long as the free pointer is below; 0: go the slow way
a-list-limit            (0)     ;a block fits when it ends at or below; 0: go the slow way
a-list-end              (0)     ;the last word of the open region, which is not allocated; 0 when none is open
a-list-region           (0)     ;its section, 0 when none is open
a-structure-free        (0)
a-structure-limit       (0)     ;an object fits when it ends at or below; 0: go the slow way
a-structure-end         (0)
a-structure-region      (0)
a-section-clock         (dynamic-first-section) ;where to look for a free section
a-pages-in-use          (0)     ;pages of dynamic sections handed out
a-small-pages           (0)     ;of these, those of regions that will be copied
a-allowance             (0)     ;pages that may be in use before the next flip
a-allowance-most        (0)     ;pages that may be in use at all, as things were after the last flip
a-storage-reserve       (0)     ;pages that are set aside for the handler of exhaustion
a-storage-emergency     (0)     ;not 0 while that is in use
a-allocate-size         (0)
(register-kind unboxed a-list-free a-list-pair-limit a-list-limit a-list-end a-list-region a-structure-free
               a-structure-limit a-structure-end a-structure-region a-section-clock
               a-pages-in-use a-small-pages a-allowance a-allowance-most a-storage-reserve
               a-storage-emergency a-allocate-size)

;;; ---- Regions by kind, oldest first; sections' numbers ----
a-list-chain            (0)
a-list-chain-end        (0)
a-structure-chain       (0)
a-structure-chain-end   (0)
a-large-chain           (0)
a-large-chain-end       (0)
a-old-list-chain        (0)     ;regions being evacuated
a-old-structure-chain   (0)
a-old-large-chain       (0)
(register-kind unboxed a-list-chain a-list-chain-end a-structure-chain a-structure-chain-end
               a-large-chain a-large-chain-end a-old-large-chain a-scan-large
               a-old-list-chain a-old-structure-chain)

;;; ---- Transporter ----
a-tr-vma                (0)
a-tr-word               (0)
a-tr-offset             (0)
a-tr-size               (0)
a-tr-end                (0)
a-tr-new                (0)
a-tr-header             (0)
a-tr-boxed              (0)
(register-kind unboxed a-tr-vma a-tr-word a-tr-offset a-tr-size a-tr-end a-tr-new a-tr-header
               a-tr-boxed)

;;; ---- Collector ----
a-gc-running            (0)     ;1 while a collection is under way
a-gc-count              (0)     ;flips so far
a-gc-copied             (0)     ;words copied by the last flip
a-gc-limit              (0)     ;where the scan under way ends, across transports
a-search-wrapped        (0)     ;the search for free sections has come round
a-gc-page-flag          (0)
a-gc-lc                 (0)
a-gc-pdl-index          (0)
a-scan-list             (0)     ;region being scavenged, 0 before the first
a-scan-structure        (0)
a-scan-large            (0)
a-static-free           (0)     ;first free address of static boxed space
a-torture               (0)     ;flip at every so many allocations; 0: off
a-torture-count         (0)
(register-kind unboxed a-gc-running a-gc-count a-gc-copied a-gc-limit a-search-wrapped a-gc-page-flag a-gc-lc a-gc-pdl-index
               a-scan-list a-scan-structure a-static-free a-torture a-torture-count)

;; Words that %gc-parameter and %set-gc-parameter reach. Boxed.
(assign-eval gc-parameters 40)
(modulo 40)
a-gc-parameter          (repeat gc-parameters ((byte-value q-data-type dtp-fix)))
(register-kind boxed a-gc-parameter)

(locality i-mem)
