;;; -*- Mode: Lisp; Base: 8 -*-
;;; The map: from the page and section tables into the hardware, and the tables' beginnings.
;;;
;;; Purpose. The hardware map has room for 128. sections of 8 K words. What it holds is
;;; copied on demand from the section table (access, from-space, volatility, kind) and the
;;; page table (frame, volatility of the page). A page gets a frame of physical memory when
;;; it is first touched.
;;;
;;; Entry points. LOAD-MAP, TAKE-FRAME, GIVE-FRAME, INITIALIZE-MAP, WIRE-PAGE, MAP-WINDOW,
;;; SET-SECTIONS, UNMAP-SECTION, RAISE-PAGE.
;;;
;;; Invariants.
;;; * Everything here that a page fault may need touches wired pages only, reads no Lisp
;;;   pointer, allocates nothing but frames, and clobbers M-PGF-…, A-PGF-…, VMA and MD.
;;; * Level-2 blocks below FIRST-FREE-BLOCK belong to wired sections for ever; the others go
;;;   round. A-BLOCK-OWNERS says whose a block was last: that section's level-1 entry is made
;;;   invalid before the block changes hands.

load-map
  ;; Loads the map for the page of M-PGF-1.  Leaves its section word in M-PGF-3.
  (declare (args m-pgf-1) (values m-pgf-3) (clobbers m-pgf-2 vma md a-pgf-frame a-pgf-entry))
        ((md) m-pgf-1)
        (call-if-bit-set level-1-invalid-bit l1-map load-level-1)
        ((vma-start-read) ldb (byte-field 12. 13.) m-pgf-1 (a-constant section-table))
        ((m-pgf-3) md)
        ((vma-start-read) ldb (byte-field 17. 8.) m-pgf-1 (a-constant page-table))
        (call-conditional pg-fault new-page-table-page)
        (call-equal md a-zero new-frame)
        ((m-pgf-2) md)
        ((md) m-pgf-1)
        ((l2-map-physical-page) m-pgf-2)
        (popj-after-next
         (l2-map-control) ldb page-volatility m-pgf-2 a-pgf-3)
       (no-op)

load-level-1
  ;; Gives the section of M-PGF-1 (also in MD) a block of the level-2 map, empty.
        ((m-pgf-2) m+1 m-block-clock)
        (jump-less-than m-pgf-2 (a-constant block-count) load-level-1-block)
        ((m-pgf-2) (a-constant first-free-block))
load-level-1-block
        ((m-block-clock) m-pgf-2)
        ;; Whose was it?
        ((oa-reg-high) dpb m-pgf-2 oah-a-src a-zero)
        ((md) a-block-owners)
        ((l1-map) (a-constant level-1-invalid))
        ((oa-reg-low) dpb m-pgf-2 oal-a-dest a-zero)
        ((a-block-owners) m-pgf-1)
        ((vma-start-read) ldb (byte-field 12. 13.) m-pgf-1 (a-constant section-table))
        ((m-pgf-3) section-volatility md)
        ((md) m-pgf-1)
        ((l1-map) dpb m-pgf-3 (byte-field 2 7) a-pgf-2)
        ;; No page of it is there yet.  32. pages.
        ((md) dpb m-zero (byte-field 13. 0) a-pgf-1)
        (repeat 40
          ((l2-map-control) m-zero)
          ((md) add md (a-constant page-words)))
        (popj-after-next (md) m-pgf-1)
       (no-op)

new-page-table-page
  ;; VMA is a word of the page table whose page has never been touched.
        ((a-pgf-entry) vma)
        (call take-frame)
        ((md) a-pgf-entry)
        ((m-pgf-2) a-pgf-frame)
        ((l2-map-physical-page) m-pgf-2)
        ((l2-map-control) (a-constant (plus control-open control-old)))
        ((m-pgf-2) a-pgf-entry)
        (call zero-page)
        (popj-after-next (vma-start-read) a-pgf-entry)
       (no-op)

zero-page
  ;; Zeroes the mapped page of the address in M-PGF-2.
        ((m-pgf-4) dpb m-zero (byte-field 8. 0) a-pgf-2)
        ((m-pgf-2) add m-pgf-4 (a-constant page-words))
        ((md) m-zero)
zero-page-loop
        ((vma-start-write) m-pgf-4)
        (illop-unless-page-ok)
        ((m-pgf-4) m+1 m-pgf-4)
        (jump-less-than m-pgf-4 a-pgf-2 zero-page-loop)
        (popj)

new-frame
  ;; The page of M-PGF-1 has no frame: VMA is its word in the page table, M-PGF-3 its section
  ;; word.  Leaves the new word of the page table in MD.
        ((a-pgf-entry) vma)
        ((m-pgf-2) section-kind m-pgf-3)
        (call-equal m-pgf-2 a-zero illop)
        (error-table illop "a reference to an address where nothing may be" m-pgf-1)
        (call take-frame)
        ((md) dpb m-pgf-3 page-volatility a-pgf-frame)
        (popj-after-next (vma-start-write) a-pgf-entry)
       (no-op)

take-frame
  ;; Takes a frame into A-PGF-FRAME.
  (declare (values a-pgf-frame) (clobbers m-pgf-2 vma md))
        ((a-frames-free) add m-minus-one a-frames-free)
        ((m-pgf-2) a-frame-list)
        (jump-equal m-pgf-2 a-zero take-frame-never-used)
        ((a-pgf-frame) m-pgf-2)
        ((md) (a-constant frame-window))
        ((l2-map-physical-page) m-pgf-2)
        ((vma-start-read) (a-constant frame-window))
        (popj-after-next (a-frame-list) md)
       (no-op)
take-frame-never-used
        ((m-pgf-2) a-frame-next)
        (call-greater-or-equal m-pgf-2 a-frame-limit illop)
        (error-table illop "no physical memory is left")
        ((a-pgf-frame) m-pgf-2)
        (popj-after-next (a-frame-next) m+1 m-pgf-2)
       (no-op)

give-frame
  ;; The frame in A-PGF-FRAME is free.
  (declare (args a-pgf-frame) (clobbers m-pgf-2 vma md))
        ((m-pgf-2) a-pgf-frame)
        ((md) (a-constant frame-window))
        ((l2-map-physical-page) m-pgf-2)
        ((md) a-frame-list)
        ((vma-start-write) (a-constant frame-window))
        ((a-frame-list) m-pgf-2)
        ((m-pgf-2) a-frames-free)
        (popj-after-next (a-frames-free) m+1 m-pgf-2)
       (no-op)

unmap-section
  ;; The map forgets the section of M-PGF-1: its section word has changed.
  (declare (args m-pgf-1) (clobbers md))
        ((md) m-pgf-1)
        (popj-after-next (l1-map) (a-constant level-1-invalid))
       (no-op)

raise-page
  ;; The page of M-PGF-1 gets the volatility, complemented, in M-PGF-2: 0 or 3.
  (declare (args m-pgf-1 m-pgf-2) (clobbers m-pgf-3 vma md))
        ((vma-start-read) ldb (byte-field 17. 8.) m-pgf-1 (a-constant page-table))
        (illop-unless-page-ok)
        ((m-pgf-3) md)
        ((md) dpb m-pgf-2 page-volatility a-pgf-3)
        ((vma-start-write) vma)
        ((md) m-pgf-1)
        (popj-if-bit-set level-1-invalid-bit l1-map)
        ((m-pgf-3) l2-map-control)
        (popj-after-next
         (l2-map-control) ldb (byte-field 2 0) m-pgf-2 a-pgf-3)
       (no-op)

;;; ---- Beginnings ----

initialize-map
  ;; Called once, with nothing in the map.  Finds memory, makes the tables, maps the boards.
  (declare (clobbers m-1 m-2 m-3 m-pgf-1 m-pgf-2 m-pgf-3 m-pgf-4 vma md a-pgf-frame a-pgf-entry))
        ((m-1) m-zero)
initialize-map-invalid
        ((md) m-1)
        ((l1-map) (a-constant level-1-invalid))
        ((m-1) add m-1 (a-constant section-words))
        (jump-less-than m-1 (a-constant address-limit) initialize-map-invalid)
        ((m-block-clock) (a-constant (difference block-count 1)))
        ;; Wired sections: 0 to 3 have blocks 0 to 3, the page table 4 to 23.
        ((m-1) m-zero)
        ((m-2) m-zero)
initialize-map-wired
        ((md) dpb m-1 (byte-field 12. 13.) a-zero)
        ((l1-map) m-2)
        (repeat 40
          ((l2-map-control) m-zero)
          ((md) add md (a-constant page-words)))
        ((m-2) m+1 m-2)
        ((m-1) m+1 m-1)
        (jump-not-equal m-1 (a-constant 4) initialize-map-wired-next)
        ((m-1) (a-constant (eval (floor page-table section-words))))
initialize-map-wired-next
        (jump-less-than m-2 (a-constant 24) initialize-map-wired)
        ;; Boards.
        ((m-1) (a-constant sdu-window))
        (call-xct-next map-window)
       ((m-2) (a-constant (eval (ash sdu-slot 14.))))
        ((m-1) (a-constant disk-window))
        (call-xct-next map-window)
       ((m-2) (a-constant (eval (ash disk-slot 14.))))
        ((m-1) (a-constant console-window))
        (call-xct-next map-window)
       ((m-2) (a-constant (eval (ash console-slot 14.))))
        ((m-1) (a-constant clock-window))
        (call-xct-next map-window)
       ((m-2) (a-constant (eval (ash clock-slot 14.))))
        ((m-1) (a-constant hostfile-window))
        (call-xct-next map-window)
       ((m-2) (a-constant (eval (ash hostfile-slot 14.))))
        ((m-1) (a-constant memory-window))
        (call-xct-next map-window)
       ((m-2) (a-constant (eval (ash memory-slot 14.))))
        ((m-1) (a-constant nvram-window))
        (call-xct-next map-window)
       ((m-2) (a-constant (eval (+ (ash sdu-slot 14.) sdu-standard-nvram-page))))
        ;; Memory.
        ((vma-start-read) (a-constant (eval (+ memory-window memory-base-page))))
        (illop-unless-page-ok)
        ((a-memory-base) md)
        ((a-frame-next) md)
        ((vma-start-read) (a-constant (eval (+ memory-window memory-pages))))
        (illop-unless-page-ok)
        ((m-1) md)
        ((a-memory-pages) m-1)
        ((a-frames-free) m-1)
        ((a-frame-limit) add m-1 a-frame-next)
        ((a-frame-list) m-zero)
        ((vma-start-read) (a-constant (eval (+ sdu-window sdu-heap-limit))))
        (illop-unless-page-ok)
        ((a-heap-limit) md)
        ;; Pages for the tables, and the two that lead to frames.
        ((m-1) (a-constant section-table))
initialize-map-section-table
        (call wire-page)
        ((m-1) add m-1 (a-constant page-words))
        (jump-less-than m-1 (a-constant windows) initialize-map-section-table)
        ((m-1) (a-constant region-table))
initialize-map-region-table
        (call wire-page)
        ((m-1) add m-1 (a-constant page-words))
        (jump-less-than m-1 (a-constant (eval (+ region-table (* 4 section-count)))) initialize-map-region-table)
        (call-xct-next wire-page)
       ((m-1) (a-constant transfer-page))
        ((m-1) (a-constant frame-window))
        (call-xct-next map-window)
       ((m-2) a-frame-next)
        ;; What is where.
        ((m-1) m-zero)
        ((m-2) (a-constant (eval (floor static-origin section-words))))
        (call-xct-next set-sections)
       ((m-3) (a-constant (plus control-open control-old (byte-value section-kind kind-wired))))
        ((m-2) (a-constant (eval (floor static-code-origin section-words))))
        (call-xct-next set-sections)
       ((m-3) (a-constant (plus control-open control-old (byte-value section-kind kind-static))))
        ((m-2) (a-constant (eval (floor stacks-origin section-words))))
        (call-xct-next set-sections)
       ((m-3) (a-constant (plus control-open control-old (byte-value section-kind kind-code))))
        ((m-2) (a-constant (eval (floor dynamic-origin section-words))))
        (jump-xct-next set-sections)
       ((m-3) (a-constant (plus control-stack (byte-value section-kind kind-stack))))

set-sections
  ;; The words of sections M-1 up to M-2 become M-3.
  (declare (args m-1 m-2 m-3) (values m-1) (clobbers vma md))
        ((md) m-3)
        ((vma-start-write) add m-1 (a-constant section-table))
        (illop-unless-page-ok)
        ((m-1) m+1 m-1)
        (jump-less-than m-1 a-2 set-sections)
        (popj)

wire-page
  ;; A zeroed frame of its own for the page of M-1, which is in a wired section.
  (declare (args m-1) (clobbers m-pgf-1 m-pgf-2 m-pgf-4 vma md a-pgf-frame a-pgf-entry))
        (call take-frame)
        (call-xct-next wire-frame)
       ((m-pgf-1) m-1)
        (jump-xct-next zero-page)
       ((m-pgf-2) m-1)

wire-frame
  ;; The frame A-PGF-FRAME for the page of M-PGF-1, which is in a wired section.
  (declare (args m-pgf-1 a-pgf-frame) (clobbers m-pgf-2 m-pgf-4 vma md a-pgf-entry))
        ((md) m-pgf-1)
        ((m-pgf-2) a-pgf-frame)
        ((l2-map-physical-page) m-pgf-2)
        ((l2-map-control) (a-constant (plus control-open control-old)))
        (jump enter-page)

enter-page
  ;; The page table says that the page of M-PGF-1 is in frame A-PGF-FRAME, unvolatile.
  (declare (args m-pgf-1 a-pgf-frame) (clobbers m-pgf-2 m-pgf-4 vma md a-pgf-entry))
        ((vma-start-read) ldb (byte-field 17. 8.) m-pgf-1 (a-constant page-table))
        (jump-conditional no-pg-fault enter-page-there)
        ((m-pgf-4) a-pgf-frame)
        (call new-page-table-page-keeping)
enter-page-there
        ((md) (a-constant (byte-value page-volatility control-old)))
        ((md) ior md a-pgf-frame)
        ((vma-start-write) ldb (byte-field 17. 8.) m-pgf-1 (a-constant page-table))
        (illop-unless-page-ok)
        (popj)

new-page-table-page-keeping
  ;; NEW-PAGE-TABLE-PAGE, with the frame that the caller is about to enter kept.
        ((a-pgf-vma) m-pgf-4)
        (call new-page-table-page)
        (popj-after-next (m-pgf-4) a-pgf-vma)
       ((a-pgf-frame) m-pgf-4)

map-window
  ;; The page of M-1 leads to physical page M-2.
  (declare (args m-1 m-2) (clobbers md))
        ((md) m-1)
        ((l2-map-physical-page) m-2)
        (popj-after-next (l2-map-control) (a-constant (plus control-open control-old)))
       (no-op)
