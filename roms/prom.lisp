;;; -*- Mode: Lisp; Base: 8 -*-
;;; The boot PROM: from power-up to the first instruction of the microcode.
;;;
;;; Purpose. On the Lambda a PROM image was the first microprogram the SDU put into control
;;; memory; it found memory and disk, read a microcode band and jumped to it. So here. It
;;; clears the memories, finds the boards by their configuration ROMs, reads the disk's label,
;;; checks the checksum of the microcode band, loads control memory, decode memory, A and M
;;; memory from it, and goes to the band's start address. Layouts: the crates tools/boards and
;;; tools/diskimage.
;;;
;;; It lies at the top of control memory, where no microcode is loaded, and uses no word of
;;; A memory beyond the face of M memory: all of that is overwritten. M memory itself is
;;; loaded last, from the PDL buffer, by instructions that need no register.
;;;
;;; What goes wrong halts at a label whose name says it.

(a-constant-limit 100)
(assign-eval prom-origin 176000)

(locality m-mem)
(loc 0)
m-garbage       (0)
(loc 2)
m-zero          (0)
m-minus-one     (-1)
m-page          (0)     ;physical page
m-address       (0)     ;virtual address
m-next          (0)     ;virtual address of the band's next word
m-word          (0)     ;that word
m-base          (0)     ;first physical page of main memory
m-slot          (0)
m-kind          (0)     ;of a board; memory of a section
m-boards        (0)     ;bit k: a board of kind k has been found
m-block         (0)
m-count         (0)
m-where         (0)     ;address in the memory being loaded
m-low           (0)
m-sum           (0)
m-pass          (0)     ;0: control and decode memory, 1: A and M memory
m-start         (0)
m-length        (0)     ;words in the band
m-checksum      (0)
m-name          (0)
m-tem           (0)

;; Virtual pages.
(assign-eval probe-page 0)
(assign-eval disk-page 400)
(assign-eval sdu-page 1000)
(assign-eval memory-page 1400)
(assign-eval buffer-page 2000)
(assign-eval buffer-end 2400)

;; Sections of a microcode band.
(assign-eval section-end 0)
(assign-eval section-control 1)
(assign-eval section-a 2)
(assign-eval section-m 3)
(assign-eval section-mid 4)

(assign-eval label-magic #x4B444C52)            ;"RLDK"
(assign-eval band-magic #x434D4C52)             ;"RLMC"
(assign-eval access-all 3440)                   ;read, write, force; not from-space

(locality i-mem)
(loc prom-origin)

start
	((dp-mode) (m-constant 1))
	((rg-mode) (m-constant 1_26.))          ;no sequence break, no interrupts
	((md) m-zero)
	((l1-map) m-zero)                       ;section 0 has block 0

;;; ---- Clear the memories ----

	((m-where) (m-constant 100))
clear-a
	((oa-reg-low) dpb m-where oal-a-dest a-zero)
	(((field dest-a 1)) m-zero)
	((m-where) m+1 m-where)
	(jump-not-equal m-where (m-constant 10000) clear-a)
	((m-where) m-zero)
clear-pdl
	((pdl-index) m-where)
	((c-pdl-buffer-index) m-zero)
	((m-where) m+1 m-where)
	(jump-not-equal m-where (m-constant 4000) clear-pdl)
	((m-where) m-zero)
	((m-word) m-zero)
clear-mid
	(call write-mid)
	((m-where) m+1 m-where)
	(jump-not-equal m-where (m-constant 10000) clear-mid)

;;; ---- Find the boards ----

	((m-boards) m-zero)
	((m-slot) (m-constant 360))
find-board
	((m-address) (m-constant probe-page))
	(call-xct-next map-page)
       ((m-page) dpb m-slot (byte-field 8. 14.) (m-constant config-page-offset))
	((vma-start-read) (m-constant (plus probe-page config-magic)))
	((m-tem) md)
	(jump-not-equal m-tem (m-constant config-magic-number) find-board-next)
	((vma-start-read) (m-constant (plus probe-page config-kind)))
	((m-kind) md)
	((m-page) dpb m-slot (byte-field 8. 14.) a-zero)
	(jump-equal-xct-next m-kind (m-constant disk-board-kind) found-board)
       ((m-address) (m-constant disk-page))
	(jump-equal-xct-next m-kind (m-constant sdu-board-kind) found-board)
       ((m-address) (m-constant sdu-page))
	(jump-not-equal m-kind (m-constant memory-board-kind) find-board-next)
	((m-address) (m-constant memory-page))
found-board
	;; Of two of a kind the first counts.
	((m-tem) m-address)
	((oa-reg-low) dpb m-kind oal-mrot a-zero)
	((m-word) dpb m-minus-one (byte-field 1 0) a-zero)
	((m-tem) and m-word a-boards)
	(jump-not-equal m-tem a-zero find-board-next)
	((m-boards) ior m-word a-boards)
	(call map-page)
find-board-next
	((m-slot) m+1 m-slot)
	(jump-not-equal m-slot (m-constant 400) find-board)
	(jump-if-bit-clear (byte-field 1 (eval disk-board-kind)) m-boards no-disk-board)
	(jump-if-bit-clear (byte-field 1 (eval sdu-board-kind)) m-boards no-sdu-board)
	(jump-if-bit-clear (byte-field 1 (eval memory-board-kind)) m-boards no-memory-board)
	((vma-start-read) (m-constant (plus memory-page memory-base-page)))
	((m-base) md)

;;; ---- The label, and the band wanted ----

	((m-block) m-zero)
	(call-xct-next read-disk)
       ((m-count) (m-constant 1))
	(call rewind)
	(call next-word)
	(jump-not-equal m-word (m-constant label-magic) disk-has-no-label)
	((vma-start-read) (m-constant (plus sdu-page sdu-microcode-band)))
	((m-name) md)
	(jump-not-equal m-name a-zero find-band)
	((vma-start-read) (m-constant (plus buffer-page 5)))
	((m-name) md)
find-band
	((vma-start-read) (m-constant (plus buffer-page 3)))
	((m-count) md)
	((m-address) (m-constant (plus buffer-page 20)))
find-band-entry
	(jump-equal m-count a-zero no-such-microcode-band)
	((vma-start-read) m-address)
	((m-tem) md)
	(jump-equal m-tem a-name found-band)
	((m-count) sub m-count (m-constant 1))
	(jump-xct-next find-band-entry)
       ((m-address) add m-address (m-constant 20))
found-band
	((vma-start-read) add m-address (m-constant 1))
	((m-tem) md)
	(jump-not-equal m-tem (m-constant 1) band-holds-no-microcode)
	((vma-start-read) add m-address (m-constant 2))
	((m-block) md)
	((vma-start-read) add m-address (m-constant 6))
	((m-checksum) md)
	((vma-start-read) add m-address (m-constant 4))
	;; Bytes to words and to blocks, rounding up.
	((m-tem) md)
	((m-length) add m-tem (m-constant 3))
	((m-length) ldb (byte-field 30. 2) m-length)
	((m-count) add m-tem (m-constant 1777))
	((m-count) ldb (byte-field 22. 10.) m-count)
	(jump-equal m-length a-zero band-holds-no-microcode)
	(call read-disk)

;;; ---- Is it whole? ----

	(call rewind)
	((m-sum) m-zero)
check-word
	(call next-word)
	((m-tem) m+m m-sum)
	(jump-if-bit-clear-xct-next (byte-field 1 31.) m-sum check-add)
       ((m-sum) m-tem)
	((m-sum) m+1 m-sum)
check-add
	((m-sum) add m-word a-sum)
	((m-length) sub m-length (m-constant 1))
	(jump-not-equal m-length a-zero check-word)
	(jump-not-equal m-sum a-checksum microcode-band-is-damaged)

;;; ---- Load it: control and decode memory first, then A and M memory ----

	((m-pass) m-zero)
load-pass
	(call rewind)
	(call next-word)
	(jump-not-equal m-word (m-constant band-magic) band-holds-no-microcode)
	(call next-word)
	(jump-not-equal m-word (m-constant 1) microcode-band-has-another-version)
	(call next-word)
	((m-start) m-word)
	(call next-word)                        ;words in all
load-section
	(call next-word)
	((m-kind) m-word)
	(jump-equal m-kind (m-constant section-end) load-pass-done)
	(call next-word)
	((m-where) m-word)
	(call next-word)
	((m-count) m-word)
load-word
	(jump-equal m-count a-zero load-section)
	(call next-word)
	(jump-equal m-kind (m-constant section-control) load-control)
	(jump-equal m-kind (m-constant section-a) load-a)
	(jump-equal m-kind (m-constant section-m) load-m)
	(jump-not-equal m-kind (m-constant section-mid) band-holds-no-microcode)
	(jump-not-equal m-pass a-zero load-next)
	(call write-mid)
load-next
	((m-count) sub m-count (m-constant 1))
	(jump-xct-next load-word)
       ((m-where) m+1 m-where)

load-control
	((m-low) m-word)
	(call next-word)
	(jump-not-equal m-pass a-zero load-next)
	(jump-greater-or-equal m-where (m-constant prom-origin) microcode-reaches-into-the-prom)
	;; A write in the slot of a call goes to the address called; the return takes the place
	;; of executing what is there.
	((oa-reg-low) dpb m-where oal-jump a-zero)
	(call-xct-next 0@c)
	(slot-ok-here)
       (popj-after-next (cram-low) m-low)
	((oa-reg-low) dpb m-where oal-jump a-zero)
	(call-xct-next 0@c)
	(slot-ok-here)
       (popj-after-next (cram-high) m-word)
	(jump load-next)

;; The first 64. words are the face of M memory.
load-a
	(jump-equal m-pass a-zero load-next)
	(jump-less-than m-where (m-constant 100) load-next)
	((oa-reg-low) dpb m-where oal-a-dest a-zero)
	(((field dest-a 1)) m-word)
	(jump load-next)
load-m
	(jump-equal m-pass a-zero load-next)
	((pdl-index) m-where)
	(jump-xct-next load-next)
       ((c-pdl-buffer-index) m-word)

load-pass-done
	(jump-equal-xct-next m-pass a-zero load-pass)
       ((m-pass) m+1 m-pass)

;;; ---- Go ----

	((micro-stack-push) m-start)
	((pdl-pointer) (m-constant 77))
	;; M 77 down to M 2; the buffer's words below are those of 1 and 0.
	(repeat 76
	  (((m-mem (difference 77 repeat-count))) pdl-pop))
	(popj)

;;; ---- Subroutines ----

;; The virtual page of M-ADDRESS leads to physical page M-PAGE.
map-page
	((md) m-address)
	((l2-map-physical-page) m-page)
	(popj-after-next (l2-map-control) (m-constant access-all))
       (no-op)

;; Blocks M-BLOCK, M-COUNT of them, to the beginning of main memory. Waits.
read-disk
	((md) m-block)
	((vma-start-write) (m-constant (plus disk-page disk-block)))
	((md) m-count)
	((vma-start-write) (m-constant (plus disk-page disk-count)))
	((md) dpb m-base (byte-field 22. 10.) a-zero)
	((vma-start-write) (m-constant (plus disk-page disk-address)))
	((md) (m-constant disk-command-read))
	((vma-start-write) (m-constant (plus disk-page disk-command)))
read-disk-wait
	((vma-start-read) (m-constant (plus disk-page disk-status)))
	((m-tem) md)
	((m-tem) and m-tem (m-constant disk-status-busy))
	(jump-not-equal m-tem a-zero read-disk-wait)
	((vma-start-read) (m-constant (plus disk-page disk-status)))
	((m-tem) md)
	((m-tem) and m-tem (m-constant disk-status-error))
	(jump-not-equal m-tem a-zero disk-cannot-be-read)
	((md) m-zero)
	(popj-after-next (vma-start-write) (m-constant (plus disk-page disk-acknowledge)))
       (no-op)

;; The next word is the first of main memory.
rewind
	((m-page) m-base)
	((m-address) (m-constant buffer-page))
	(jump-xct-next map-page)
       ((m-next) m-address)

next-word
	((vma-start-read) m-next)
	((m-next) m+1 m-next)
	(popj-not-equal-xct-next m-next (m-constant buffer-end))
       ((m-word) md)
	((m-page) m+1 m-page)
	((m-address) (m-constant buffer-page))
	(jump-xct-next map-page)
       ((m-next) m-address)

;; Decode word M-WHERE becomes M-WORD. The address is RG-MODE<29:28> and the half-word<15:6>
;; before LC; both half-words are made the same.
write-mid
	((lc) m-zero)
	((m-tem) ldb (byte-field 2 10.) m-where)
	((m-tem) dpb m-tem (byte-field 2 28.) (m-constant 1_26.))
	((rg-mode) m-tem)
	((m-tem) dpb m-where (byte-field 10. 6) a-zero)
	((m-tem) dpb m-tem (byte-field 16. 16.) a-tem)
	((m-garbage) m-tem source-to-macro-ir)
	(popj-after-next (mid) m-word)
       (no-op)

;;; ---- What can go wrong ----

(defmacro prom-halt (label)
  (list label
        '(no-op halt-lambda)
        (list 'error-table 'illop label)
        (list 'jump label)))

(prom-halt no-disk-board)
(prom-halt no-sdu-board)
(prom-halt no-memory-board)
(prom-halt disk-cannot-be-read)
(prom-halt disk-has-no-label)
(prom-halt no-such-microcode-band)
(prom-halt band-holds-no-microcode)
(prom-halt microcode-band-is-damaged)
(prom-halt microcode-band-has-another-version)
(prom-halt microcode-reaches-into-the-prom)
