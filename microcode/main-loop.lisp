;;; -*- Mode: Lisp; Base: 8 -*-
;;; The main loop: decode of macroinstructions.
;;;
;;; Purpose. Two microinstructions a macroinstruction. A handler that returns to
;;; A-MAIN-LOOP-RETURN advances the macroinstruction stream (its flag bit), so that MD
;;; holds the word with the next half-word when it must be fetched.
;;;
;;; Entry points. MAIN-LOOP with the stream advanced; MAIN-LOOP-REFETCH to execute the
;;; macroinstruction before LC (again); LONG-OPERAND for the half-word after a prefix.
;;;
;;; Invariants. At MAIN-LOOP the micro-stack is empty: its pointer is 0. A handler
;;; finds one word there, the way back to MAIN-LOOP.

;; Where a missing entry of a dispatch table leads.
(loc 0)
	(call illop)
	(error-table illop control-went-to-address-0)
	(jump start)

main-loop
	((micro-stack-push) seta a-main-loop-return md source-to-macro-ir macro-ir-dispatch)
	(slot-ok-here)
	(jump-if-sequence-break main-loop-attention)

;; A page fault of the fetch, an interrupt, or a sequence break. The stream has been
;; advanced; the macroinstruction has not been begun.
main-loop-attention
	((m-garbage) micro-stack-data-pop)
	;; A fault is repaired and MD is then what the fetch should have brought.
	(call-if-page-fault pgf-read)
	(call-if-page-fault-or-interrupt serve-interrupts)
	((m-tem) rg-mode)
	(jump-if-bit-clear (byte-field 1 26.) m-tem sequence-break)
;; Execute the macroinstruction that ends at LC. Clobbers nothing.
main-loop-refetch
	((micro-stack-push) a-main-loop-return)
	(popj-after-next (lc) sub lc (a-constant 2))
       (no-op)

;; The same for the macroinstruction in which a trap happened, which may be a long one; the
;; micro-stack is emptied first. The micro-stack's top word is never looked at.
main-loop-again
	((m-1) micro-stack-pntr-and-data-pop)
	((m-1) ldb (byte-field 8. 24.) micro-stack-pntr-and-data)
	(jump-not-equal m-1 a-zero main-loop-again)
	((m-1) lc)
	(jump-not-equal m-1 a-long-lc main-loop-refetch)
	(jump-xct-next main-loop-refetch)
       ((lc) sub lc (a-constant 2))

;;; ---- The prefix of long operations ----

;; LONG d: operation d, operand in the next half-word. Handlers find the operand, 16. bits,
;; in M-1.
	(misc-inst-entry long)
long
	((m-2) macro-ir-displacement macro-stream-advance)
	(check-page-read)
	((a-long-lc) lc)
	((m-1) md source-to-macro-ir)
	(dispatch (byte-field 6 0) m-2 d-long)
       ((m-1) ldb (byte-field 16. 0) macro-ir)

(defmacro long-dispatch-table (name &rest operations)
  "A table of 64. words for the prefix: OPERATIONS are (number label)."
  (let ((entries '()))
    (dotimes (number 100)
      (let ((found (assoc number operations)))
        (push (list (if found (cadr found) 'illegal-macroinstruction)) entries)))
    (append (list '(locality d-mem) name '(start-dispatch 6))
            (reverse entries)
            (list '(end-dispatch) '(locality i-mem)))))

;; In the order of tables/macroinstructions.lisp. The entries execute the instruction
;; after the dispatch, which takes the operand.
(long-dispatch-table d-long
  (1 long-push-local) (2 long-pop-local) (3 long-set-local)
  (4 long-push-arg) (5 long-pop-arg) (6 long-set-arg)
  (7 long-push-constant) (10 long-push-fixnum)
  (11 long-push-value) (12 long-pop-value) (13 long-set-value) (14 long-push-function)
  (15 long-push-lex) (16 long-set-lex) (17 long-enter-contour)
  (20 long-branch) (21 long-branch-nil) (22 long-branch-not-nil)
  (23 long-branch-nil-else-pop) (24 long-branch-not-nil-else-pop)
  (25 long-catch-open) (26 long-catch-open-mv) (27 long-unwind-open)
  (30 long-call) (31 long-funcall) (32 long-funcall-mv) (33 long-tail-funcall)
  (34 long-bind) (35 long-parse-keys)
  (36 long-list) (37 long-vector)
  (40 long-drop) (41 long-slide) (42 long-pick) (43 long-store-stack)
  (44 long-instance-ref) (45 long-instance-set)
  (46 long-mv-adjust) (47 long-return-values))

;; Half-words that are no macroinstruction, and long operations that are none.
(micro-code-illegal-entry-here)
illegal-macroinstruction
	(call trap)
	(error-table illegal-macroinstruction (fatal))
	(jump illegal-macroinstruction)

;;; ---- Branches ----
;;;
;;; The displacement is signed, in half-words from the next macroinstruction, where LC is
;;; already; LC counts bytes. The first instruction takes twice the displacement; its sign
;;; is then bit 9. A condition that fails returns, executing that instruction for nothing.

	(misc-inst-entry branch)
	((m-1) dpb macro-ir (byte-field 9. 1) a-zero)
;; M-1: twice the displacement, 10. bits.
branch-by-m-1
	((m-1) xor m-1 (a-constant 1000))
	(popj-after-next (m-1) sub m-1 (a-constant 1000))
       ((lc) add lc a-1)

(defmacro branch-unless (name &rest return-condition)
  "A branch that is not taken when the POPJ-…-XCT-NEXT says so."
  (list (list 'misc-inst-entry name)
        return-condition
        '((m-1) dpb macro-ir (byte-field 9. 1) a-zero)
        '((m-1) xor m-1 (a-constant 1000))
        '(popj-after-next (m-1) sub m-1 (a-constant 1000))
        '((lc) add lc a-1)))

(branch-unless branch-nil popj-not-equal-xct-next pdl-pop a-v-nil)
(branch-unless branch-not-nil popj-equal-xct-next pdl-pop a-v-nil)
(branch-unless branch-atom
  popj-data-type-equal-xct-next pdl-pop (a-constant (byte-value q-data-type dtp-list)))
(branch-unless branch-cons
  popj-data-type-not-equal-xct-next pdl-pop (a-constant (byte-value q-data-type dtp-list)))

	(misc-inst-entry branch-eq)
	((m-t) pdl-pop)
	(popj-not-equal-xct-next pdl-pop a-t)
       ((m-1) dpb macro-ir (byte-field 9. 1) a-zero)
	((m-1) xor m-1 (a-constant 1000))
	(popj-after-next (m-1) sub m-1 (a-constant 1000))
       ((lc) add lc a-1)

	(misc-inst-entry branch-not-eq)
	((m-t) pdl-pop)
	(popj-equal-xct-next pdl-pop a-t)
       ((m-1) dpb macro-ir (byte-field 9. 1) a-zero)
	((m-1) xor m-1 (a-constant 1000))
	(popj-after-next (m-1) sub m-1 (a-constant 1000))
       ((lc) add lc a-1)

	(misc-inst-entry branch-nil-else-pop)
	(jump-equal-xct-next pdl-top a-v-nil branch-by-m-1)
       ((m-1) dpb macro-ir (byte-field 9. 1) a-zero)
	(popj-after-next (m-garbage) pdl-pop)
       (no-op)

	(misc-inst-entry branch-not-nil-else-pop)
	(jump-not-equal-xct-next pdl-top a-v-nil branch-by-m-1)
       ((m-1) dpb macro-ir (byte-field 9. 1) a-zero)
	(popj-after-next (m-garbage) pdl-pop)
       (no-op)

;; Long ones: M-1 holds a signed displacement of 16. bits.
long-branch
	((m-1) m+m m-1)
long-branch-by-m-1
	((m-1) xor m-1 (a-constant 200000))
	(popj-after-next (m-1) sub m-1 (a-constant 200000))
       ((lc) add lc a-1)
long-branch-nil
	(popj-not-equal-xct-next pdl-pop a-v-nil)
       ((m-1) m+m m-1)
	(jump long-branch-by-m-1)
long-branch-not-nil
	(popj-equal-xct-next pdl-pop a-v-nil)
       ((m-1) m+m m-1)
	(jump long-branch-by-m-1)
long-branch-nil-else-pop
	(jump-equal-xct-next pdl-top a-v-nil long-branch-by-m-1)
       ((m-1) m+m m-1)
	(popj-after-next (m-garbage) pdl-pop)
       (no-op)
long-branch-not-nil-else-pop
	(jump-not-equal-xct-next pdl-top a-v-nil long-branch-by-m-1)
       ((m-1) m+m m-1)
	(popj-after-next (m-garbage) pdl-pop)
       (no-op)
