;;; -*- Mode: Lisp; Base: 8 -*-
;;; The stack: the top of it in the PDL buffer, the rest in memory.
;;;
;;; Purpose. The buffer holds the words from A-PDL-BOTTOM up to PP; a word's address and
;;; its buffer index agree in the low 11 bits. When a call finds too little room, older
;;; frames are written to memory (spill); when the last frame of the buffer returns, its
;;; caller is read back (refill). What is lowest in the buffer is always a whole frame,
;;; with the attention bit in its saved LC. With the stack-window board, references to
;;; words that are in the buffer are answered there at once; its registers are set here.
;;;
;;; Entry points. SPILL, SPILL-IN-CALL, REFILL, READ-STACK-WORD, WRITE-STACK-WORD,
;;; PDL-OFFSET, SET-STACK-WINDOW; the macroinstructions on words of the stack.
;;;
;;; Invariants. A frame, with the arguments pushed in it, has at most 512 words. Memory
;;; words of a running stack are reached by forced cycles only; a word read back passes
;;; the transporter.

;; A call wants this much: 512 for the frame, the rest for a trap's block.
(assign-eval pdl-room-limit 2500)               ;1344: 2048 less 512 less 192
;; Frames are kept as long as they lie this near to the top.
(assign-eval pdl-spill-keep 1000)
;; A refill goes on with older frames until it has brought this many words.
(assign-eval pdl-refill-enough 400)
;; Words at a stack's end kept for the handler of its exhaustion.
(assign-eval stack-reserve-words 40000)

(defmacro check-pdl-room (routine)
  "Call ROUTINE, SPILL or one that calls it, unless there is room for a call. Clobbers M-TEM."
  (list '((m-tem) sub pdl-pointer a-pdl-bottom output-selector-mask-11)
        (list 'call-greater-than 'm-tem '(a-constant pdl-room-limit) routine)))

;;; ---- Where things are ----

;; M-1: a saved or current M-LP. M-3: the buffer index of that frame's argument 0.
	(declare (args m-1) (values m-3) (clobbers m-3))
frame-start
	((m-3) ldb frame-argument-slots m-1)
	((m-3) sub m-1 a-3)
	(popj-after-next (m-3) sub m-3 (a-constant 3))
       ((m-3) ldb (byte-field 11. 0) m-3)

;; M-1: the stack offset of the top word: its address less the stack's base.
	(declare (values m-1) (clobbers m-1))
pdl-offset
	((m-1) sub pdl-pointer a-pdl-bottom output-selector-mask-11)
	(popj-after-next (m-1) add m-1 a-pdl-bottom)
       ((m-1) sub m-1 a-stack-base)

;; M-1: address of a word of the running stack. M-T: the word.
	(declare (args m-1) (values m-t) (clobbers m-t))
read-stack-word
	(jump-less-than m-1 a-pdl-bottom read-stack-word-in-memory)
	(popj-after-next (pdl-index) m-1)
       ((m-t) c-pdl-buffer-index)
read-stack-word-in-memory
	((vma-start-read-force) m-1)
	(check-page-read-force)
	(transport-word)
	(popj-after-next (m-t) md)
       (no-op)

;; M-1: address, M-T: the new word.
	(declare (args m-1 m-t) (clobbers))
write-stack-word
	(jump-less-than m-1 a-pdl-bottom write-stack-word-in-memory)
	(popj-after-next (pdl-index) m-1)
       ((c-pdl-buffer-index) m-t)
write-stack-word-in-memory
	((md) m-t)
	((vma-start-write-force) m-1)
	(check-page-write-force)
	(popj)

;; The board answers for the words that may be in the buffer.
	(declare (clobbers m-tem))
set-stack-window
	(popj-if-bit-clear (byte-field 1 2) boards)
	((stack-window-base) a-stack-base)
	((stack-window-low) a-pdl-bottom)
	((m-tem) a-pdl-bottom)
	(popj-after-next (stack-window-high) add m-tem (a-constant 4000))
       (no-op)

;;; ---- Spill ----

;; In the middle of a call: VMA is the function, MD its header; so they are afterwards.
	(declare (clobbers m-a m-1 m-2 m-3 m-4 m-tem))
spill-in-call
	((m-a) vma)
	(call spill)
	((vma-start-read) m-a)
	(check-page-read)
	(popj)

;; Writes the older frames to memory, keeping the current one and those near to the top.
;; M-TEM is what CHECK-PDL-ROOM has computed.
	(declare (args m-tem) (clobbers m-1 m-2 m-3 m-4 m-tem))
spill
	;; An empty buffer looks as if it were full: 0 less 1.
	(popj-equal m-tem (a-constant 3777))
	(call-xct-next frame-start)
       ((m-1) m-lp)
;; M-1 is the M-LP of a frame that stays, M-3 the index of its argument 0: may its caller
;; stay too? (It is in the buffer: what is not lies farther away than we look.)
spill-walk
	((pdl-index) sub m-1 (a-constant 3))
	((m-2) c-pdl-buffer-index)
	((m-4) ldb frame-argument-slots m-2)
	((m-4) sub m-2 a-4)
	((m-4) sub m-4 (a-constant 3))
	((m-4) ldb (byte-field 11. 0) m-4)
	((m-tem) sub pdl-pointer a-4 output-selector-mask-11)
	(jump-greater-than m-tem (a-constant pdl-spill-keep) spill-here)
	((m-1) m-2)
	(jump-xct-next spill-walk)
       ((m-3) m-4)
spill-here
	;; Everything below M-3 goes.
	((m-4) sub m-3 a-pdl-bottom output-selector-mask-11)
	(call-equal m-4 a-zero illop)
	(error-table illop frame-larger-than-the-pdl-buffer)
	((m-2) add m-4 a-pdl-bottom)
	((m-tem) add m-2 (a-constant 4000))
	(jump-greater-than m-tem a-stack-limit stack-overflow)
	;; The frame that is lowest now refills when it returns.
	((pdl-index) sub m-1 (a-constant 2))
	((c-pdl-buffer-index) ior c-pdl-buffer-index (a-constant 1_31.))
	((m-1) a-pdl-bottom)
	((a-pdl-bottom) m-2)
	((pdl-index) m-1)
spill-word
	((vma) m-1)
	((md-start-write-force) c-pdl-buffer-index)
	(check-page-write-force)
	((m-1 pdl-index) add m-1 (a-constant 1))
	(jump-not-equal m-1 a-2 spill-word)
	(jump set-stack-window)

;; Make the reserve available and tell Lisp; the frames of the handler live in the reserve.
;; Without one left, nothing can be done. Should the handler return, we begin again: frames
;; have come and gone meanwhile.
stack-overflow
	((m-tem) a-stack-end)
	(call-equal m-tem a-stack-limit illop)
	(error-table illop stack-and-its-reserve-exhausted)
	((a-stack-limit) a-stack-end)
	(call trap)
	(error-table stack-overflow (fatal))
	(jump-xct-next spill)
       ((m-tem) m-zero)

;;; ---- Refill ----

;; The buffer holds nothing below the values that are being returned. M-LP is that of the
;; frame to go back to: bring it, and some of its callers.
	(declare (clobbers m-2 m-3 m-5 m-6 m-tem))
refill
	((m-6) a-pdl-bottom)                    ;where it began
	((m-5) m-lp)
;; M-5: M-LP of a frame that ends below A-PDL-BOTTOM.
refill-frame
	((m-3) ldb frame-argument-slots m-5)
	((m-3) sub m-5 a-3)
	((m-3) sub m-3 (a-constant 3))
	((m-2) a-pdl-bottom)
	((m-3) sub m-2 a-3 output-selector-mask-11)     ;words in the frame
	((m-2) sub m-2 a-3)                     ;address of its argument 0
	((m-3) a-pdl-bottom)
	((a-pdl-bottom) m-2)
refill-word
	((vma-start-read-force) m-2)
	(check-page-read-force)
	(transport-word)
	((pdl-index) m-2)
	((c-pdl-buffer-index) md)
	((m-2) add m-2 (a-constant 1))
	(jump-not-equal m-2 a-3 refill-word)
	((m-2) a-pdl-bottom)
	(jump-equal m-2 a-stack-base refill-done)
	((pdl-index) sub m-5 (a-constant 3))
	((m-tem) sub m-6 a-2)
	(jump-less-than-xct-next m-tem (a-constant pdl-refill-enough) refill-frame-unless-last)
       ((m-tem) c-pdl-buffer-index)
refill-mark
	((pdl-index) sub m-5 (a-constant 2))
	((c-pdl-buffer-index) ior c-pdl-buffer-index (a-constant 1_31.))
refill-done
	;; The reserve is given back when the stack ends well below it.
	((m-tem) a-stack-end)
	((m-tem) sub m-tem (a-constant stack-reserve-words))
	((m-2) add m-2 (a-constant 10000))
	(jump-greater-than m-2 a-tem set-stack-window)
	(jump-xct-next set-stack-window)
       ((a-stack-limit) m-tem)
refill-frame-unless-last
	(jump-xct-next refill-frame)
       ((m-5) m-tem)

;;; ---- Macroinstructions on words of the stack ----
;;;
;;; The short ones take d from the macroinstruction, the long ones find it in M-1.

	(misc-inst-entry drop)
	(popj-after-next (m-1) macro-ir-displacement)
       ((pdl-pointer) sub pdl-pointer a-1)
long-drop
	(popj-after-next (pdl-pointer) sub pdl-pointer a-1)
       (no-op)

	(misc-inst-entry slide)
	((m-1) macro-ir-displacement)
long-slide
	((m-t) pdl-pop)
	(popj-after-next (pdl-pointer) sub pdl-pointer a-1)
       ((pdl-push) m-t)

	(misc-inst-entry pick)
	((m-1) macro-ir-displacement)
long-pick
	(popj-after-next (pdl-index) sub pdl-pointer a-1)
       ((pdl-push) c-pdl-buffer-index)

;; d counts from the top as it is without the word stored.
	(misc-inst-entry store-stack)
	((m-1) macro-ir-displacement)
long-store-stack
	((m-t) pdl-pop)
	(popj-after-next (pdl-index) sub pdl-pointer a-1)
       ((c-pdl-buffer-index) m-t)

	(misc-inst-entry swap)
	((m-t) pdl-pop)
	((m-a) pdl-top)
	(popj-after-next (pdl-top) m-t)
       ((pdl-push) m-a)

;;; ---- The running stack as data, for debuggers ----
;;;
;;; An offset counts words from the stack's base.

	(misc-inst-entry %stack-base)
	((m-1) a-stack-base)
	(popj-after-next (pdl-push) dpb m-1 q-pointer a-fix-zero)
       (no-op)

	(misc-inst-entry %stack-pointer)
	(call pdl-offset)
	(popj-after-next (pdl-push) dpb m-1 q-pointer a-fix-zero)
       (no-op)

;; The frame's index is within 2048 words below PP.
	(misc-inst-entry %frame)
	(call pdl-offset)
	((m-2) sub pdl-pointer a-lp output-selector-mask-11)
	((m-1) sub m-1 a-2)
	(popj-after-next (pdl-push) dpb m-1 q-pointer a-fix-zero)
       (no-op)

;; M-1: address of the word whose offset is popped; errors in the offset trap.
stack-word-address
	((m-t) pdl-pop)
	(call-unless-type dtp-fix m-t trap)
	(error-table wrong-type m-t fixnum (substitute m-t))
	((m-1) m-t output-selector-extend-25)
	(call-less-than m-1 a-zero trap)
	(error-table index-out-of-range m-t (fatal))
	((m-1) add m-1 a-stack-base)
	((m-tem) sub pdl-pointer a-pdl-bottom output-selector-mask-11)
	((m-tem) add m-tem a-pdl-bottom)
	(call-greater-than m-1 a-tem trap)
	(error-table index-out-of-range m-t (fatal))
	(popj)

	(misc-inst-entry %stack-word)
	(call stack-word-address)
	(call read-stack-word)
	;; The attention bit is not part of the object.
	(popj-after-next (pdl-push) ldb q-typed-pointer m-t)
       (no-op)

	(misc-inst-entry %set-stack-word)
	(call stack-word-address)
	(call read-stack-word)
	((m-2) m-t)
	((m-t) pdl-top)
	;; The bits beside the object stay.
	(jump-xct-next write-stack-word)
       ((m-t) selective-deposit m-2 q-all-but-typed-pointer a-t)

	(misc-inst-entry %stack-word-attention)
	(call stack-word-address)
	(call read-stack-word)
	((m-1) ldb (byte-field 1 31.) m-t)
	(popj-after-next (pdl-push) dpb m-1 (byte-field 1 3) a-v-nil)
       (no-op)
