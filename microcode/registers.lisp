;;; -*- Mode: Lisp; Base: 8 -*-
;;; Registers of M and A memory, and what each may hold.
;;;
;;; Purpose. The one place where registers are given out. On the Lambda the first 64
;;; words of A memory are M memory seen from the other side: M-FOO read in the A place
;;; is A-FOO, and an instruction may write M and a functional destination at once.
;;;
;;; Kinds, which the static checker reads:
;;;   boxed     always a canonical Lisp word (cdr code 0); the flip transports it
;;;   unboxed   any bits; never transported, so no address of the collected heap may
;;;             live in it across an allocation, a break or a trap
;;;   address   the address of something that does not move (a stack, a table, a region)
;;;
;;; Invariants.
;;; * M 2 holds 0 and M 3 all ones (LDB takes its background from A 2). M 0 is written
;;;   by instructions that have no destination, M 1 is left alone.
;;; * At the start of a macroinstruction all temporaries are free. M-FEF, M-LP and
;;;   M-CATCH live across macroinstructions.
;;; * Page-fault handlers clobber M-PGF-… and A-PGF-… only, the transporter M-TR-… and
;;;   A-TR-… only, whatever happens in them.

(locality m-mem)
(loc 0)
m-garbage       (0)
(loc 2)
m-zero          (0)
m-minus-one     (-1)

;;; ---- Boxed, live across macroinstructions ----
(loc 4)
m-fef           ((byte-value q-data-type dtp-symbol))           ;current function; NIL before the first call
m-lp            ((byte-value q-data-type dtp-fix))              ;<10:0> buffer index of local 0, <19:12> argument slots
m-catch         ((byte-value q-data-type dtp-symbol))           ;innermost catch block: stack offset, or NIL

;;; ---- Boxed temporaries ----
m-t             ((byte-value q-data-type dtp-fix))              ;result
m-a             ((byte-value q-data-type dtp-fix))              ;what is being called, or an operand
m-b             ((byte-value q-data-type dtp-fix))
m-c             ((byte-value q-data-type dtp-fix))
m-d             ((byte-value q-data-type dtp-fix))
m-e             ((byte-value q-data-type dtp-fix))
m-i             ((byte-value q-data-type dtp-fix))
m-j             ((byte-value q-data-type dtp-fix))
m-s             ((byte-value q-data-type dtp-fix))              ;environment of the function being called

;;; ---- Unboxed temporaries ----
m-1             (0)
m-2             (0)
m-3             (0)
m-4             (0)
m-5             (0)
m-6             (0)
m-tem           (0)

;;; ---- Page-fault handler ----
m-pgf-1         (0)
m-pgf-2         (0)
m-pgf-3         (0)
m-pgf-4         (0)

;;; ---- Transporter ----
m-tr-1          (0)
m-tr-2          (0)
m-tr-3          (0)
m-tr-4          (0)

(register-kind boxed m-fef m-lp m-catch m-t m-a m-b m-c m-d m-e m-i m-j m-s)
(register-kind unboxed m-garbage m-1 m-2 m-3 m-4 m-5 m-6 m-tem)
(register-kind unboxed m-pgf-1 m-pgf-2 m-pgf-3 m-pgf-4 m-tr-1 m-tr-2 m-tr-3 m-tr-4)

(locality a-mem)
(loc 100)

;;; ---- Words that many instructions use ----
a-v-nil         ((byte-value q-data-type dtp-symbol))           ;NIL, the symbol at address 0
a-v-t           ((byte-value q-data-type dtp-symbol) (byte-value q-pointer 10))  ;T, at address 8.
a-fix-zero      ((byte-value q-data-type dtp-fix))              ;the fixnum 0, and the tag to deposit into
a-unsupplied    ((byte-value q-data-type dtp-null))             ;marker of an argument that was not given
(register-kind boxed a-v-nil a-v-t a-fix-zero a-unsupplied)

;;; ---- Main loop ----
;; Where handlers of macroinstructions return to. Flag bit 18. makes the return advance
;; the macroinstruction stream.
a-main-loop-return      ((plus 1000000 (i-mem-loc main-loop)))
a-long-lc               (0)     ;LC after the last long macroinstruction was fetched
(register-kind unboxed a-main-loop-return a-long-lc)

;;; ---- The running stack ----
;; A virtual address agrees with its PDL buffer index in the low 11. bits. Words from
;; A-PDL-BOTTOM up to PP are in the buffer, those below in memory.
a-pdl-bottom            (0)     ;address of the lowest word in the buffer, always argument 0 of a frame
a-stack-base            (0)     ;address of the stack's first word, a multiple of 2048.
a-stack-limit           (0)     ;the stack may grow to here; a reserve lies beyond
a-stack-end             (0)     ;address of the first word that is not the stack's, reserve included
(register-kind address a-pdl-bottom a-stack-base a-stack-limit a-stack-end)

;;; ---- The binding stack: pairs (symbol, old contents of its value cell) ----
a-bindings              (0)     ;address of the next free word
a-bindings-base         (0)
a-bindings-limit        (0)
a-bindings-end          (0)     ;reserve included
(register-kind address a-bindings a-bindings-base a-bindings-limit a-bindings-end)

;;; ---- Interrupts and sequence breaks ----
a-sequence-break-enable ((byte-value q-data-type dtp-symbol))   ;NIL: pending breaks wait
a-break-reasons         (0)     ;bit 0 console interrupt character, bit 1 clock
a-ticks                 (0)     ;interval-timer interrupts so far
(register-kind boxed a-sequence-break-enable)
(register-kind unboxed a-break-reasons a-ticks)

;;; ---- Boards, found at start-up: first virtual page of each, 0 = not there ----
a-boards                (0)     ;optional boards of the processor: 0 accelerator, 1 cycle counter, 2 stack window
(register-kind unboxed a-boards)

;;; ---- Halting ----
a-illop-count           (0)     ;failed sanity checks since start-up
(register-kind unboxed a-illop-count)

(locality i-mem)
