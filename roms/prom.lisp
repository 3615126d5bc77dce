;;; -*- Mode: Lisp; Base: 8 -*-
;;; The boot PROM: from power-up to the microcode.
;;;
;;; Purpose. The SDU puts this program at the top of control memory, maps control memory one
;;; to one, and starts the clocks. It finds SDU, disk and memory by asking every slot, looks
;;; the microcode band up in the disk's label, reads it into main memory, checks it, moves
;;; its sections to control, decode, A and M memory, and starts it. What it meets that is not as
;;; it should be, it halts beside: the error-table entry says what was wrong.
;;;
;;; Entry point. START. What a label and a microcode band look like: tools/diskimage.
;;;
;;; Invariants. From LOAD on the constants in A memory are no more: only A-ZERO and the
;;; functional registers are used, and M registers until the last section, which is that of
;;; M memory. The micro-stack keeps the microcode's start. Main memory is left with the band
;;; in its first pages, the PDL buffer, A and decode memory clear but for what was loaded.

(assign-eval prom-origin 176000)                ;the last 1 K words of control memory

;; Virtual addresses. The band is mapped from 0 on; windows are far above it.
(assign-eval window-level-1 1000)               ;level-1 index of the windows
(assign-eval window-block 177)                  ;and its level-2 block
(assign-eval window (ash window-level-1 13.))
(assign-eval slot-window (+ window 0))          ;the configuration ROM of a slot
(assign-eval sdu-window (+ window 400))
(assign-eval disk-window (+ window 1000))
(assign-eval memory-window (+ window 1400))

(assign-eval page-usable 1440)                  ;level-2 control: read and write, not from-space

;; The disk's label, and the header of a microcode band.
(assign-eval label-magic #x4B444C52)            ;"RLDK"
(assign-eval label-partitions 3)
(assign-eval label-first-entry 20)
(assign-eval entry-words 20)
(assign-eval entry-first-block 2)
(assign-eval entry-length 4)
(assign-eval entry-checksum 6)
(assign-eval kind-microcode 1)
(assign-eval band-magic #x434D4C52)             ;"RLMC"
(assign-eval band-version 1)

(locality m-mem)
m-garbage       (0)
                (0)
m-zero          (0)
m-minus-one     (-1)
m-slot          (0)             ;the slot being asked
m-address       (0)             ;a virtual address
m-page          (0)             ;a physical page
m-count         (0)
m-name          (0)             ;of the band wanted
m-block         (0)             ;first block of a transfer
m-length        (0)             ;of the band, in bytes
m-checksum      (0)             ;of the band, by the label
m-sum           (0)             ;of the band, as read
m-memory        (0)             ;first physical page of main memory
m-pages         (0)             ;how many it has
m-sdu           (0)             ;page 0 of the SDU's slot
m-disk          (0)             ;page 0 of the disk's slot
m-board         (0)             ;page 0 of the memory's slot
m-word          (0)

(locality i-mem)
(loc prom-origin)

start
        ((rg-mode) m-zero)                              ;no interrupts: an empty slot is a bus error
        ((dp-mode) (a-constant 1))                      ;the PDL buffer
        ((md) (a-constant window))
        ((l1-map) (a-constant window-block))

;;; Which boards there are.

        ((m-slot) (a-constant 360))
ask-slot
        ((m-page) dpb m-slot (byte-field 8. 14.) a-zero)
        ((m-page) add m-page (a-constant config-page-offset))
        (call-xct-next map-window)
       ((m-address) (a-constant slot-window))
        ((vma-start-read) (a-constant (plus slot-window config-magic)))
        (jump-not-equal md (a-constant config-magic-number) next-slot)
        ((m-page) dpb m-slot (byte-field 8. 14.) a-zero)
        ((vma-start-read) (a-constant (plus slot-window config-kind)))
        (call-equal md (a-constant sdu-board-kind) found-sdu)
        (call-equal md (a-constant disk-board-kind) found-disk)
        (call-equal md (a-constant memory-board-kind) found-memory)
next-slot
        (jump-not-equal-xct-next m-slot (a-constant 377) ask-slot)
       ((m-slot) m+1 m-slot)
        (call-equal m-sdu a-zero no-sdu)
        (call-equal m-disk a-zero no-disk)
        (call-equal m-board a-zero no-memory)
        ((m-page) m-sdu)
        (call-xct-next map-window)
       ((m-address) (a-constant sdu-window))
        ((m-page) m-disk)
        (call-xct-next map-window)
       ((m-address) (a-constant disk-window))
        ((m-page) m-board)
        (call-xct-next map-window)
       ((m-address) (a-constant memory-window))
        ((vma-start-read) (a-constant (plus memory-window memory-base-page)))
        ((m-memory) md)
        ((vma-start-read) (a-constant (plus memory-window memory-pages)))
        ((m-pages) md)

;;; The label, into the first page of memory; in it, the band.

        ((m-block) m-zero)
        (call-xct-next disk-read)
       ((m-count) (a-constant 1))
        ((vma-start-read) a-zero)
        (call-not-equal md (a-constant label-magic) bad-label)
        ((vma-start-read) (a-constant (plus sdu-window sdu-microcode-band)))
        ((m-name) md)
        ((vma-start-read) (a-constant label-partitions))
        ((m-count) md)
        ((m-address) (a-constant label-first-entry))
search
        (call-equal m-count a-zero no-band)
        ((vma-start-read) m-address)
        (jump-equal md a-name found-band)
        ((m-address) add m-address (a-constant entry-words))
        (jump-xct-next search)
       ((m-count) sub m-count (a-constant 1))
found-band
        ((vma-start-read) m+1 m-address)
        (call-not-equal md (a-constant kind-microcode) no-band)
        ((vma-start-read) add m-address (a-constant entry-first-block))
        ((m-block) md)
        ((vma-start-read) add m-address (a-constant entry-length))
        ((m-length) md)
        ((vma-start-read) add m-address (a-constant entry-checksum))
        ((m-checksum) md)

;;; The band, into the first pages of memory; its checksum.

        ((m-count) add m-length (a-constant 1777))
        ((m-count) ldb m-count (byte-field 22. 10.) a-zero)
        (call-greater-than m-count a-pages small-memory)
        (call disk-read)
        ((m-count) ldb m-length (byte-field 30. 2) a-zero)
        ((m-sum) m-zero)
        ((m-address) m-zero)
add-word
        (jump-equal m-count a-zero check-sum)
        ((vma-start-read) m-address)
        ((m-word) ldb m-sum (byte-field 1 31.) a-zero)          ;rotated left by 1
        ((m-sum) m+m m-sum)
        ((m-sum) add m-sum a-word)
        ((m-sum) add md a-sum)
        ((m-address) m+1 m-address)
        (jump-xct-next add-word)
       ((m-count) sub m-count (a-constant 1))
check-sum
        (call-not-equal m-sum a-checksum bad-checksum)
        ((vma-start-read) a-zero)
        (call-not-equal md (a-constant band-magic) bad-band)
        ((vma-start-read) m+1 m-zero)
        (call-not-equal md (a-constant band-version) bad-band)
        ((vma-start-read) (a-constant 2))
        ((micro-stack-push) md)                         ;popped when all is loaded
        ((vma) (a-constant 3))                          ;VMA goes on to the next word from here
        ((stat-counter-aux) (a-constant 100))           ;where A memory is not M memory too

;;; Moving the sections. No constants from here on. STAT-COUNTER-AUX is the address in the
;;; memory that is loaded; STAT-COUNTER counts up to 0.

load
        ((pdl-pointer) m-zero)
clear-pdl
        ((pdl-push) m-zero)
        ((m-word) pdl-pointer)
        (jump-not-equal m-word a-zero clear-pdl)
clear-a
        ((oa-reg-low) dpb stat-counter-aux oal-a-dest a-zero)
        (m-zero (field dest-a 1))
        ((stat-counter-aux) m+1 stat-counter-aux)
        (jump-if-bit-clear (byte-field 1 12.) stat-counter-aux clear-a)

section
        ((vma-start-read) m+1 vma)
        ((pdl-index) md)                                ;which memory
        ((vma-start-read) m+1 vma)
        ((stat-counter-aux) md)                         ;first address
        ((vma-start-read) m+1 vma)
        ((stat-counter) setcm md)                       ;minus the count
        ((stat-counter) m+1 stat-counter)
        (jump-if-bit-set (byte-field 1 2) pdl-index mid-entry)
        (jump-if-bit-clear (byte-field 1 1) pdl-index control-or-end)
        (jump-if-bit-set (byte-field 1 0) pdl-index m-entry)

a-entry
        (jump-if-bit-clear (byte-field 1 31.) stat-counter section)
        ((vma-start-read) m+1 vma)
        ((oa-reg-low) dpb stat-counter-aux oal-a-dest a-zero)
        (md (field dest-a 1))
        ((stat-counter-aux) m+1 stat-counter-aux)
        (jump-xct-next a-entry)
       ((stat-counter) m+1 stat-counter)

m-entry
        (jump-if-bit-clear (byte-field 1 31.) stat-counter section)
        ((vma-start-read) m+1 vma)
        ((oa-reg-low) dpb stat-counter-aux oal-m-dest a-zero)
        ((0@m) md)
        ((stat-counter-aux) m+1 stat-counter-aux)
        (jump-xct-next m-entry)
       ((stat-counter) m+1 stat-counter)

control-or-end
        (popj-if-bit-clear (byte-field 1 0) pdl-index)  ;to the microcode
control-entry
        (jump-if-bit-clear (byte-field 1 31.) stat-counter section)
        ((vma-start-read) m+1 vma)
        ((oa-reg-low) dpb stat-counter-aux oal-jump a-zero)
        (call-xct-next 0@c)                             ;the slot writes there; nothing there is executed
        (slot-ok-here)
       (popj-after-next (cram-low) md)
        ((vma-start-read) m+1 vma)
        ((oa-reg-low) dpb stat-counter-aux oal-jump a-zero)
        (call-xct-next 0@c)
        (slot-ok-here)
       (popj-after-next (cram-high) md)
        ((stat-counter-aux) m+1 stat-counter-aux)
        (jump-xct-next control-entry)
       ((stat-counter) m+1 stat-counter)

mid-entry
        ((lc) m-zero)                                   ;the half-word at hand is macro-IR's upper one
mid-word
        (jump-if-bit-clear (byte-field 1 31.) stat-counter section)
        ;; Decode memory is addressed by RG-MODE<29:28> and the half-word's upper ten bits.
        ((m-word) ldb stat-counter-aux (byte-field 2 10.) a-zero)
        ((rg-mode) dpb m-word (byte-field 2 28.) a-zero)
        ((m-word) dpb stat-counter-aux (byte-field 10. 22.) a-zero)
        ((m-garbage) m-word source-to-macro-ir)
        ((vma-start-read) m+1 vma)
        ((mid) md)
        ((stat-counter-aux) m+1 stat-counter-aux)
        (jump-xct-next mid-word)
       ((stat-counter) m+1 stat-counter)

;;; Routines.

;; The page at virtual address M-ADDRESS is physical page M-PAGE.
map-window
        ((md) m-address)
        ((l2-map-control) (a-constant page-usable))
        (popj-after-next (l2-map-physical-page) m-page)
       (no-op)

found-sdu
        (popj-after-next (m-sdu) m-page)
       (no-op)
found-disk
        (popj-after-next (m-disk) m-page)
       (no-op)
found-memory
        (popj-after-next (m-board) m-page)
       (no-op)

;; M-COUNT blocks from M-BLOCK on go to the first pages of memory, which are mapped from
;; virtual address 0 on.
disk-read
        ((m-address) m-zero)
        ((m-page) m-memory)
        ((m-word) add m-count a-memory)
map-memory
        ((md) m-address)
        ((l1-map) ldb m-address (byte-field 7 13.) a-zero)
        ((l2-map-control) (a-constant page-usable))
        ((l2-map-physical-page) m-page)
        ((m-address) add m-address (a-constant 400))
        ((m-page) m+1 m-page)
        (jump-less-than m-page a-word map-memory)
        ((md) m-block)
        ((vma-start-write) (a-constant (plus disk-window disk-block)))
        ((md) m-count)
        ((vma-start-write) (a-constant (plus disk-window disk-count)))
        ((md) dpb m-memory (byte-field 22. 10.) a-zero)
        ((vma-start-write) (a-constant (plus disk-window disk-address)))
        ((md) (a-constant disk-command-read))
        ((vma-start-write) (a-constant (plus disk-window disk-command)))
disk-wait
        ;; The event count first: what happens after it ends the wait at once.
        ((vma-start-read) (a-constant (plus sdu-window sdu-event-count)))
        ((m-word) md)
        ((vma-start-read) (a-constant (plus disk-window disk-status)))
        (jump-if-bit-clear (byte-field 1 0) md disk-ready)      ;busy
        ((md) m-word)
        ((vma-start-write) (a-constant (plus sdu-window sdu-idle)))
        (jump disk-wait)
disk-ready
        (popj-if-bit-clear (byte-field 1 2) md)                 ;error
        ((vma-start-read) (a-constant (plus disk-window disk-error)))
        ((m-word) md)
        (no-op halt-bit)
        (error-table prom "the disk cannot be read" m-word m-block m-count)
        (jump disk-read)

;;; What can be wrong. Told to go on, the PROM begins again.

no-sdu
        (no-op halt-bit)
        (error-table prom "no slot has an SDU")
        (jump start)
no-disk
        (no-op halt-bit)
        (error-table prom "no slot has a disk")
        (jump start)
no-memory
        (no-op halt-bit)
        (error-table prom "no slot has memory")
        (jump start)
small-memory
        (no-op halt-bit)
        (error-table prom "the microcode band has more pages than memory" m-count m-pages)
        (jump start)
bad-label
        (no-op halt-bit)
        (error-table prom "the disk has no label")
        (jump start)
no-band
        (no-op halt-bit)
        (error-table prom "the disk has no microcode band of the name wanted" m-name)
        (jump start)
bad-checksum
        (no-op halt-bit)
        (error-table prom "the microcode band is damaged" m-sum m-checksum)
        (jump start)
bad-band
        (no-op halt-bit)
        (error-table prom "the microcode band is none, or of another version")
        (jump start)
