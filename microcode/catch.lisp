;;; -*- Mode: Lisp; Base: 8 -*-
;;; Catch, throw, unwind-protect.
;;;
;;; Purpose. A catch block is six words among the temporaries of a frame: tag, link, M-LP,
;;; function, handler LC (bit 31.: wants all values), depth of the binding stack. M-CATCH
;;; and the links are offsets from the stack's base. The tag of an unwind-protect block is
;;; the null marker, which no tag can be.
;;;
;;; A throw looks for the tag first, then goes from block to block: the innermost block that
;;; is the catch or protects something is where it unwinds to; after the protected code has
;;; run, UNWIND-CONTINUE goes on from there.
;;;
;;; Entry points. The macroinstructions; THROW-M-D: throw the M-6 values on top to tag M-D.

	(misc-inst-entry catch-open)
	((m-1) dpb macro-ir (byte-field 9. 1) a-zero)
	((m-1) xor m-1 (a-constant 1000))
	((m-1) sub m-1 (a-constant 1000))
catch-open-at
	((m-t) pdl-pop)
	(jump-xct-next catch-block)
       ((m-2) a-zero)

	(misc-inst-entry catch-open-mv)
	((m-1) dpb macro-ir (byte-field 9. 1) a-zero)
	((m-1) xor m-1 (a-constant 1000))
	((m-1) sub m-1 (a-constant 1000))
catch-open-mv-at
	((m-t) pdl-pop)
	(jump-xct-next catch-block)
       ((m-2) (a-constant 1_31.))

	(misc-inst-entry unwind-open)
	((m-1) dpb macro-ir (byte-field 9. 1) a-zero)
	((m-1) xor m-1 (a-constant 1000))
	((m-1) sub m-1 (a-constant 1000))
unwind-open-at
	((m-t) a-unsupplied)
	((m-2) (a-constant 1_31.))

;; M-T tag, M-1 distance of the handler from LC in bytes, M-2 bit 31.
catch-block
	((pdl-push) m-t)
	((pdl-push) m-catch)
	((pdl-push) m-lp)
	((pdl-push) m-fef)
	((m-tem) dpb m-fef function-address-below-tag a-fix-zero)
	((m-3) sub lc a-tem output-selector-mask-25)
	((m-3) add m-3 a-1)
	((pdl-push) selective-deposit m-2 attention-bit a-3)
	((m-1) a-bindings)
	((m-1) sub m-1 a-bindings-base)
	((pdl-push) dpb m-1 q-pointer a-fix-zero)
	(call pdl-offset)
	((m-1) sub m-1 (a-constant 5))
	(popj-after-next (m-catch) dpb m-1 q-pointer a-fix-zero)
       (no-op)

(defmacro long-catch (label routine)
  "M-1 is a signed displacement of 16. bits, in half-words."
  (list label
        '((m-1) m+m m-1)
        '((m-1) xor m-1 (a-constant 200000))
        (list 'jump-xct-next routine)
        '((m-1) sub m-1 (a-constant 200000))))

(long-catch long-catch-open catch-open-at)
(long-catch long-catch-open-mv catch-open-mv-at)
(long-catch long-unwind-open unwind-open-at)

;;; ---- Leaving a block in normal flow ----

;; The block lies below one value.
	(misc-inst-entry catch-close)
	((m-t) pdl-pop)
	((pdl-pointer) sub pdl-pointer (a-constant catch-block-words))
	((pdl-index) add pdl-pointer (a-constant (plus catch-block-link 1)))
	(popj-after-next (m-catch) c-pdl-buffer-index)
       ((pdl-push) m-t)

	(misc-inst-entry unwind-close)
	((pdl-pointer) sub pdl-pointer (a-constant catch-block-words))
	(popj-after-next (pdl-index) add pdl-pointer (a-constant (plus catch-block-link 1)))
       ((m-catch) c-pdl-buffer-index)

;; The block lies below values and their number, which move down over it.
	(misc-inst-entry catch-close-mv)
	((m-4) ldb q-pointer pdl-top)
	((m-4) add m-4 (a-constant 1))
	((m-3) sub pdl-pointer a-4)
	((m-2) sub m-3 (a-constant catch-block-words))
	((pdl-index) add m-2 (a-constant (plus catch-block-link 1)))
	((m-catch) c-pdl-buffer-index)
	(call move-down)
	(popj-after-next (pdl-pointer) m-2)
       (no-op)

;;; ---- Throw ----

;; tag v1 … vn n
	(misc-inst-entry throw)
	((m-6) ldb q-pointer pdl-pop)
	((pdl-index) sub pdl-pointer a-6)
	(jump-xct-next throw-m-d)
       ((m-d) c-pdl-buffer-index)

;; v1 … vn n tag
	(misc-inst-entry unwind-continue)
	((m-d) pdl-pop)
	((m-6) ldb q-pointer pdl-pop)

;; Throw the M-6 words on top to tag M-D.
throw-m-d
	;; Is there such a tag?
	((m-e) m-catch)
throw-find
	(jump-equal m-e a-v-nil throw-no-catcher)
	((m-1) ldb q-pointer m-e)
	((m-1) add m-1 a-stack-base)
	(call read-stack-word)
	(jump-equal m-t a-d throw-found)
	(call-xct-next read-stack-word)
       ((m-1) add m-1 (a-constant catch-block-link))
	(jump-xct-next throw-find)
       ((m-e) m-t)
throw-no-catcher
	(call trap)
	(error-table no-catcher m-d (substitute m-d))
	(jump throw-m-d)

throw-found
	;; The block to unwind to: that one, or a protecting one before it.
	((m-1) ldb q-pointer m-catch)
	((m-1) add m-1 a-stack-base)
throw-block
	(call read-stack-word)
	(jump-equal m-t a-d throw-to-catch)
	(jump-equal m-t a-unsupplied throw-to-protection)
	(call-xct-next read-stack-word)
       ((m-1) add m-1 (a-constant catch-block-link))
	((m-1) ldb q-pointer m-t)
	(jump-xct-next throw-block)
       ((m-1) add m-1 a-stack-base)

;; M-1: address of the block. The words to leave there: values, their number, the tag.
throw-to-protection
	((pdl-push) dpb m-6 q-pointer a-fix-zero)
	((pdl-push) m-d)
	(jump-xct-next throw-unwind)
       ((m-6) add m-6 (a-constant 2))

throw-to-catch
	((m-2) m-1)
	((m-1) add m-1 (a-constant catch-block-lc))
	(call read-stack-word)
	((m-1) m-2)
	(jump-less-than m-t a-zero throw-all-values)
	;; One value: the first, or NIL.
	(jump-equal m-6 a-zero throw-nil)
	((m-6) sub m-6 (a-constant 1))
	(jump-xct-next throw-unwind-1)
       ((pdl-pointer) sub pdl-pointer a-6)
throw-nil
	((pdl-push) a-v-nil)
throw-unwind-1
	(jump-xct-next throw-unwind)
       ((m-6) (a-constant 1))
throw-all-values
	((pdl-push) dpb m-6 q-pointer a-fix-zero)
	((m-6) add m-6 (a-constant 1))

;; Leave the M-6 words on top where the block at address M-1 begins, and go to its handler.
throw-unwind
	((m-e) dpb m-1 q-pointer a-fix-zero)    ;the stack does not move
	;; Bindings, first: what they restore may be read while the block is still there.
	((m-1) add m-1 (a-constant catch-block-bindings))
	(call read-stack-word)
	(call-xct-next unbind-to-depth)
       ((m-1) ldb q-pointer m-t)
	((m-1) ldb q-pointer m-e)
	(call-xct-next read-stack-word)
       ((m-1) add m-1 (a-constant catch-block-link))
	((m-catch) m-t)
	((m-1) ldb q-pointer m-e)
	(call-xct-next read-stack-word)
       ((m-1) add m-1 (a-constant catch-block-frame))
	((m-lp) m-t)
	((m-1) ldb q-pointer m-e)
	(call-xct-next read-stack-word)
       ((m-1) add m-1 (a-constant catch-block-function))
	((m-fef) m-t)
	((m-1) ldb q-pointer m-e)
	(call-xct-next read-stack-word)
       ((m-1) add m-1 (a-constant catch-block-lc))
	((m-1) ldb q-pointer m-t)
	(restore-lc)
	;; The words. If the block is in the buffer, so is its frame.
	((m-1) ldb q-pointer m-e)
	(jump-less-than m-1 a-pdl-bottom throw-unwind-to-memory)
	((m-3) sub pdl-pointer a-6)
	((m-2) sub m-1 (a-constant 1))
	((m-4) m-6)
	(call move-down)
	(popj-after-next (pdl-pointer) m-2)
       (no-op)
;; All of the buffer goes. The words are written to memory above the frame, which is then
;; brought back with them.
throw-unwind-to-memory
	((m-3) sub pdl-pointer a-6)
	((m-4) m-6)
throw-unwind-word
	(jump-equal m-4 a-zero throw-unwind-refill)
	((m-3 pdl-index) add m-3 (a-constant 1))
	((vma) m-1)
	((md-start-write-force) c-pdl-buffer-index)
	(check-page-write-force)
	((m-1) add m-1 (a-constant 1))
	(jump-xct-next throw-unwind-word)
       ((m-4) sub m-4 (a-constant 1))
throw-unwind-refill
	((a-pdl-bottom) m-1)
	(call-xct-next refill)
       ((pdl-pointer) sub m-1 (a-constant 1))
	(popj)
