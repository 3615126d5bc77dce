;;; -*- Mode: Lisp; Base: 8 -*-
;;; Subprimitives: words and addresses, parts of functions and numbers, odds and ends.
;;;
;;; Purpose. What the Lisp world needs below the level of objects. %P- operations see the word
;;; at an address itself, its invisible pointers included.

;;; ---- Words ----

        (misc-inst-entry %data-type)
        (popj-after-next (m-1) q-data-type pdl-top)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)

        (misc-inst-entry %pointer)
        (popj-after-next (m-1) q-pointer pdl-top)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)

;; (dtp n -- x)
        (misc-inst-entry %make-pointer)
        ((m-1) q-pointer pdl-pop)
        ((m-2) pdl-top)
        (popj-after-next (m-1) dpb m-2 q-data-type a-1)
       ((pdl-top) m-1)

(defmacro define-p (name &rest value)
  "In place of an address, something about the word there."
  (append (list (list 'misc-inst-entry name)
                '((vma-start-read) pdl-top)
                '(check-page-read)
                (append '((m-1)) value)
                '(popj-after-next)
                '((pdl-top) dpb m-1 q-pointer a-fix-zero))))

(define-p %p-data-type q-data-type md)
(define-p %p-cdr-code q-cdr-code md)
(define-p %p-low ldb (byte-field 16. 0) md)
(define-p %p-high ldb (byte-field 16. 16.) md)

        (misc-inst-entry %p-contents)
        ((vma-start-read) pdl-top)
        (check-page-read)
        (transport-word)
        (popj-after-next (pdl-top) q-typed-pointer md)
       (no-op)

;; (x y -- n): -1, 0, 1 as the address of x is below, at or above that of y.
        (misc-inst-entry %address-order)
        ((m-2) q-pointer pdl-pop)
        ((m-1) q-pointer pdl-top)
        (jump-less-than m-1 a-2 float-less)
        (jump-equal m-1 a-2 float-equal)
        (jump float-greater)

;;; ---- Functions ----

;; M-A must be a function: M-1 the offset of its code in words.
function-operand
        (call-unless-type dtp-fef-pointer m-a trap)
        (error-table wrong-type m-a compiled-function)
        ((vma-start-read) add m-a (a-constant fef-code))
        (check-page-read)
        (popj-after-next (m-1) q-pointer md)
       (no-op)

;; (fef k -- x): boxed word k; of word 0, the header, its rest field.
        (misc-inst-entry %fef-ref)
        ((m-3) q-pointer pdl-pop)
        (call-xct-next function-operand)
       ((m-a) pdl-top)
        (call-greater-or-equal m-3 a-1 trap)
        (error-table index-out-of-range m-a)
        ((vma-start-read) add m-a a-3)
        (check-page-read)
        (jump-equal m-3 a-zero fef-ref-header)
        (transport-and-popj)
       ((pdl-top) q-typed-pointer md)
fef-ref-header
        (popj-after-next (m-1) ldb header-rest md)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)

;; (fef k -- n): half-word k of the code.
        (misc-inst-entry %fef-halfword)
        ((m-3) q-pointer pdl-pop)
        (call-xct-next function-operand)
       ((m-a) pdl-top)
        ((m-4) ldb (byte-field 24. 1) m-3)
        ((m-4) add m-4 a-1)
        ((vma-start-read) add m-a (a-constant fef-length))
        (check-page-read)
        ((m-5) q-pointer md)
        (call-greater-or-equal m-4 a-5 trap)
        (error-table index-out-of-range m-a)
        ((vma-start-read) add m-a a-4)
        (check-page-read)
        (jump-if-bit-set (byte-field 1 0) m-3 fef-high-halfword)
        (popj-after-next (m-1) ldb (byte-field 16. 0) md)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)
fef-high-halfword
        (popj-after-next (m-1) ldb (byte-field 16. 16.) md)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)

        (misc-inst-entry %fef-length)
        (call-xct-next function-operand)
       ((m-a) pdl-top)
        ((vma-start-read) add m-a (a-constant fef-length))
        (check-page-read)
        (popj-after-next (pdl-top) q-typed-pointer md)
       (no-op)

;; (halfwords boxed -- fef). BOXED holds the words before the code, as %FEF-REF shows them;
;; HALFWORDS fixnums. M-4: number of boxed words, M-5: of half-words.
        (misc-inst-entry %make-fef)
        (call-xct-next header-of-short-vector)
       ((m-a) pdl-top)
        ((m-4) m-2)
        ((pdl-index) sub pdl-pointer (a-constant 1))
        (call-xct-next header-of-short-vector)
       ((m-a) c-pdl-buffer-index)
        ((m-5) m-2)
        ((m-1) m+1 m-5)
        ((m-1) ldb (byte-field 24. 1) m-1)
        (call-xct-next allocate-structure)
       ((m-1) add m-1 a-4)
        ((m-a) pdl-pop)
        ((m-b) pdl-top)
        ((vma-start-read) m+1 m-a)
        (check-page-read)
        ((m-1) ldb header-rest md)
        ((md) ior m-1 (a-constant (plus (byte-value q-data-type dtp-header)
                                        (byte-value header-type header-type-fef))))
        ((vma-start-write) m-t)
        (check-page-write)
        ((m-3) (a-constant 1))
make-fef-boxed
        (jump-greater-or-equal m-3 a-4 make-fef-code)
        ((vma-start-read) m+a+1 m-a a-3)
        (check-page-read)
        (transport)
        ((m-1) q-typed-pointer md)
        ((md) m-1)
        ((vma-start-write) add m-t a-3)
        (check-page-write)
        (jump-xct-next make-fef-boxed)
       ((m-3) m+1 m-3)
;; M-3: where the next word of code goes, M-2: the next half-word.
make-fef-code
        ((m-2) m-zero)
make-fef-word
        (jump-greater-or-equal m-2 a-5 make-fef-done)
        ((vma-start-read) m+a+1 m-b a-2)
        (check-page-read)
        ((m-1) ldb (byte-field 16. 0) md)
        ((m-2) m+1 m-2)
        (jump-greater-or-equal m-2 a-5 make-fef-store)
        ((vma-start-read) m+a+1 m-b a-2)
        (check-page-read)
        ((m-1) dpb md (byte-field 16. 16.) a-1)
        ((m-2) m+1 m-2)
make-fef-store
        ((md) m-1)
        (store-unboxed vma-start-write add m-t a-3)
        (jump-xct-next make-fef-word)
       ((m-3) m+1 m-3)
make-fef-done
        (popj-after-next)
       ((pdl-top) dpb m-t q-pointer (a-constant (byte-value q-data-type dtp-fef-pointer)))

;; M-A must be a simple vector with its length in the header: M-2.
header-of-short-vector
        (call-unless-type dtp-array-pointer m-a trap)
        (error-table wrong-type m-a simple-vector)
        ((vma-start-read) m-a)
        (check-page-read)
        (transport-header)
        ((m-2) ldb array-header-length md)
        ((m-1) dpb m-2 array-header-length
               (a-constant (plus (byte-value q-data-type dtp-array-header)
                                 (byte-value array-header-type art-q)
                                 (byte-value array-header-simple 1))))
        (popj-equal md a-1)
        (call trap)
        (error-table wrong-type m-a simple-vector)
        (popj)

;;; ---- Numbers with parts: (n d -- ratio), (r i -- complex), (x k -- y) ----

(defmacro define-pair-number (name header-type)
  (list (list 'misc-inst-entry name)
        '(call-xct-next allocate-structure)
        '((m-1) (a-constant ratio-words))
        (list '(md) (list 'a-constant (list 'plus '(byte-value q-data-type dtp-header)
                                            (list 'byte-value 'header-type header-type))))
        '(jump make-number-parts)))

(define-pair-number %make-ratio header-type-ratio)
(define-pair-number %make-complex header-type-complex)

make-number-parts
        ((vma-start-write) m-t)
        (check-page-write)
        ((md) pdl-pop)
        ((vma-start-write) add m-t (a-constant 2))
        (check-page-write)
        ((md) pdl-top)
        ((vma-start-write) m+1 m-t)
        (check-page-write)
        (popj-after-next)
       ((pdl-top) dpb m-t q-pointer (a-constant (byte-value q-data-type dtp-extended-number)))

        (misc-inst-entry %number-part)
        ((m-3) q-pointer pdl-pop)
        ((m-a) pdl-top)
        (call-unless-type dtp-extended-number m-a trap)
        (error-table wrong-type m-a ratio-or-complex)
        ((vma-start-read) m-a)
        (check-page-read)
        (transport-header)
        ((m-1) ldb header-type md)
        (call-less-than m-1 (a-constant header-type-ratio) trap)
        (error-table wrong-type m-a ratio-or-complex)
        (call-greater-than m-1 (a-constant header-type-complex) trap)
        (error-table wrong-type m-a ratio-or-complex)
        (call-equal m-3 a-zero trap)
        (error-table index-out-of-range m-a)
        (call-greater-than m-3 (a-constant 2) trap)
        (error-table index-out-of-range m-a)
        ((vma-start-read) add vma a-3)
        (check-page-read)
        (transport-and-popj)
       ((pdl-top) q-typed-pointer md)

;;; ---- Counters ----

;; ( -- lo hi): cycles, 24 bits and the 24 above. Needs the cycle counter board.
(def-data-field board-cycle-counter 1 1)
        (misc-inst-entry %cycles)
        ((m-tem) a-boards)
        (call-if-bit-clear board-cycle-counter m-tem trap)
        (error-table board-not-present cycle-counter)
        ((m-1) cycle-counter-low)
        ((m-2) cycle-counter-high)
        ((m-3) ldb (byte-field 24. 0) m-1)
        ((pdl-push) dpb m-3 q-pointer a-fix-zero)
        ((m-1) ldb (byte-field 8. 24.) m-1)
        ((m-1) dpb m-2 (byte-field 16. 8.) a-1)
        (popj-after-next)
       ((pdl-push) dpb m-1 q-pointer a-fix-zero)

        (misc-inst-entry %gc-count)
        ((m-1) a-gc-count)
        (popj-after-next)
       ((pdl-push) dpb m-1 q-pointer a-fix-zero)

;; ( -- n): 24 bits of a linear congruential generator of 32.
(locality a-mem)
a-random        (1)
(register-kind unboxed a-random)
(locality i-mem)
        (misc-inst-entry %random-word)
        ((m-1) a-random)
        (call-xct-next multiply-32)
       ((m-2) (a-constant 1664525.))
        ((m-3) add m-3 (a-constant 1013904223.))
        ((a-random) m-3)
        (popj-after-next (m-1) ldb (byte-field 24. 8.) m-3)
       ((pdl-push) dpb m-1 q-pointer a-fix-zero)

;;; ---- Waiting ----
;;;
;;; Who finds nothing to do takes the event count first, looks for work, and then waits with
;;; that count: an event in between is not slept through.

;; ( -- n): 24 bits of the number of events so far.
        (misc-inst-entry %event-count)
        ((vma-start-read) (a-constant (eval (+ sdu-window sdu-event-count))))
        (check-page-read)
        (popj-after-next (m-1) ldb (byte-field 24. 0) md)
       ((pdl-push) dpb m-1 q-pointer a-fix-zero)

;; (n -- )
        (misc-inst-entry %idle)
        ((m-1) ldb (byte-field 24. 0) pdl-pop)
        ((md) m-1)
        (store-unboxed vma-start-write (a-constant (eval (+ sdu-window sdu-idle))))
        (popj)
