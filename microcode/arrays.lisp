;;; -*- Mode: Lisp; Base: 8 -*-
;;; References to elements of arrays, and their making.
;;;
;;; Purpose. AREF-1 and ASET-1 of simple arrays of every element type; full arrays, indices out
;;; of range and elements that do not fit go to Lisp. SVREF and %SVSET know their array's type.
;;;
;;; Elements of 1, 2, 4, 8 and 16 bits are taken from their word with a byte instruction whose
;;; position is put into it by IMOD: element k of width w is at bit k × w.
;;;
;;; Invariants. Until an element has been read or stored, the operands are on the stack.
;;; M-1 is the index, M-3 the address of the word before the data, which has no object's
;;; meaning and does not live across an allocation.

(type-dispatch-table d-array (inhibit-xct-next-bit array-wrong)
  (dtp-array-pointer p-bit r-bit start-read))

;; M-A must be an array: VMA its address, MD its header.
(declare (args m-a) (clobbers vma md))
header-of-array
        (dispatch q-data-type m-a d-array)
        (check-page-read)
        (transport-header)
        (popj)
array-wrong
        (call trap)
        (error-table wrong-type m-a array)

;; The header in MD is a simple array's: M-2 its length, M-3 the address before its data.
(declare (args vma md) (values m-2 m-3))
simple-array-bounds
        ((m-3) vma)
        (popj-if-bit-clear-xct-next array-header-long md)
       ((m-2) ldb array-header-length md)
        ((m-4) md)
        ((vma-start-read m-3) m+1 m-3)
        (check-page-read)
        ((m-2) q-pointer md)
        (popj-after-next (md) m-4)              ;the header, for its type
       (no-op)

;;; ---- AREF-1: (array i -- x) ----

        (misc-inst-entry aref-1)
        (jump-unless-type dtp-fix pdl-top aref-slow)
        ((m-b) pdl-pop)
        ((m-a) pdl-top)
        (jump-unless-type dtp-array-pointer m-a aref-slow-2)
        (call header-of-array)
        (jump-if-bit-clear array-header-simple md aref-slow-2)
        (call-xct-next simple-array-bounds)
       ((m-1) output-selector-extend-25 m-b)
        (jump-less-than m-1 a-zero aref-slow-2)
        (jump-greater-or-equal m-1 a-2 aref-slow-2)
;; Element M-1 of the array whose header is MD, in place of the top of the stack.
aref-element
        (dispatch array-header-type md d-aref)
aref-slow-2
        ((pdl-push) m-b)
aref-slow
        (escape 2 svc-escape-aref-1-slow)

(locality d-mem)
(start-dispatch 5 inhibit-xct-next-bit)
d-aref
        (aref-slow-2)
        (aref-1b) (aref-2b) (aref-4b) (aref-8b) (aref-16b) (aref-32b) (aref-q)
        (aref-slow-2)
        (aref-string) (aref-fat-string) (aref-single) (aref-double)
        (aref-8b-signed) (aref-16b-signed) (aref-32b-signed)
        (aref-slow-2) (aref-q)
        (repeat 14. (aref-slow-2))
(end-dispatch)
(locality i-mem)

aref-q
        ((vma-start-read) m+a+1 m-1 a-3)
        (check-page-read)
        (transport-and-popj)
       ((pdl-top) q-typed-pointer md)

aref-fat-string
        ((vma-start-read) m+a+1 m-1 a-3)
        (check-page-read)
        (popj-after-next (m-1) q-pointer md)
       ((pdl-top) dpb m-1 q-pointer (a-constant (byte-value q-data-type dtp-character)))

(defmacro read-packed (log-width)
  "Start reading the word of element M-1, of 2^LOG-WIDTH bits, and prepare to take it from MD
with a byte of position 0: the next instruction."
  (let ((in-word (- 5 log-width)))
    (list (list '(m-2) 'ldb (list 'byte-field (- 32. in-word) in-word) 'm-1)
          '((vma-start-read) m+a+1 m-2 a-3)
          '(check-page-read)
          '((m-2) sub m-zero a-1)
          (list '(oa-reg-low) 'dpb 'm-2 (list 'byte-field in-word log-width) 'a-zero))))

(defmacro define-packed-aref (label log-width tag)
  (list label
        (list 'read-packed log-width)
        (list '(m-1) 'ldb (list 'byte-field (ash 1 log-width) 0) 'md)
        '(popj-after-next)
        (list '(pdl-top) 'dpb 'm-1 'q-pointer tag)))

(define-packed-aref aref-1b 0 a-fix-zero)
(define-packed-aref aref-2b 1 a-fix-zero)
(define-packed-aref aref-4b 2 a-fix-zero)
(define-packed-aref aref-8b 3 a-fix-zero)
(define-packed-aref aref-16b 4 a-fix-zero)
(define-packed-aref aref-string 3 (a-constant (byte-value q-data-type dtp-character)))

aref-8b-signed
        (read-packed 3)
        ((m-1) ldb (byte-field 8. 0) md)
        ((m-1) xor m-1 (a-constant 200))
        ((m-1) sub m-1 (a-constant 200))
        (popj-after-next)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)
aref-16b-signed
        (read-packed 4)
        ((m-1) ldb (byte-field 16. 0) md)
        ((m-1) xor m-1 (a-constant 100000))
        ((m-1) sub m-1 (a-constant 100000))
        (popj-after-next)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)

;; 32 bits: a fixnum when they fit, else a bignum of one digit.
aref-32b
        ((vma-start-read) m+a+1 m-1 a-3)
        (check-page-read)
        ((m-3) md)
        ((m-4) m-zero)
        (jump-less-than m-3 a-zero word-to-bignum)
word-to-integer
        (jump-greater-than m-3 (a-constant 77777777) word-to-bignum)
        (popj-after-next)
       ((pdl-top) dpb m-3 q-pointer a-fix-zero)
aref-32b-signed
        ((vma-start-read) m+a+1 m-1 a-3)
        (check-page-read)
        ((m-3) md)
        (jump-greater-or-equal-xct-next m-3 a-zero word-to-integer)
       ((m-4) m-zero)
        ((m-1) output-selector-extend-25 m-3)
        (jump-not-equal m-1 a-3 negative-word-to-bignum)
        (popj-after-next)
       ((pdl-top) dpb m-3 q-pointer a-fix-zero)
negative-word-to-bignum
        ((m-3) sub m-zero a-3)
        ((m-4) (a-constant 1))
;; Magnitude M-3, sign M-4.
word-to-bignum
        (call-xct-next make-bignum)
       ((m-6) (a-constant 1))
        ((md) dpb m-4 bignum-sign (a-constant (plus bignum-header 1)))
        (store-unboxed vma-start-write m-t)
        ((md) m-3)
        (store-unboxed vma-start-write m+1 m-t)
        (popj-after-next (pdl-top) m-t)
       (no-op)

aref-single
        ((vma-start-read) m+a+1 m-1 a-3)
        (check-page-read)
        (jump-xct-next single-from-bits)
       ((m-2) md)
aref-double
        ((m-1) m+m m-1)
        ((vma-start-read m-1) m+a+1 m-1 a-3)
        (check-page-read)
        ((m-2) md)
        ((vma-start-read) m+1 m-1)
        (check-page-read)
        (jump-xct-next double-from-bits)
       ((m-3) md)

;;; ---- ASET-1: (x array i -- x) ----

        (misc-inst-entry aset-1)
        (jump-unless-type dtp-fix pdl-top aset-slow)
        ((m-b) pdl-pop)
        ((m-a) pdl-pop)
        (jump-unless-type dtp-array-pointer m-a aset-slow-2)
        (call header-of-array)
        (jump-if-bit-clear array-header-simple md aset-slow-2)
        (call-xct-next simple-array-bounds)
       ((m-1) output-selector-extend-25 m-b)
        (jump-less-than m-1 a-zero aset-slow-2)
        (jump-greater-or-equal m-1 a-2 aset-slow-2)
;; The top of the stack to element M-1 of the array whose header is MD.
aset-element
        (dispatch array-header-type md d-aset)
       ((m-4) q-data-type pdl-top)
aset-slow-2
        ((pdl-push) m-a)
        ((pdl-push) m-b)
aset-slow
        (escape 3 svc-escape-aset-1-slow)

(locality d-mem)
(start-dispatch 5)
d-aset
        (aset-slow-2)
        (aset-1b) (aset-2b) (aset-4b) (aset-8b) (aset-16b) (aset-32b) (aset-q)
        (aset-slow-2)
        (aset-string) (aset-fat-string) (aset-single) (aset-double)
        (aset-8b-signed) (aset-16b-signed) (aset-32b-signed)
        (aset-slow-2) (aset-q)
        (repeat 14. (aset-slow-2))
(end-dispatch)
(locality i-mem)

aset-q
        ((md) pdl-top)
        (store vma-start-write m+a+1 m-1 a-3)
        (popj)

aset-fat-string
        (jump-not-equal m-4 (a-constant dtp-character) aset-slow-2)
        ((md) q-pointer pdl-top)
        (store-unboxed vma-start-write m+a+1 m-1 a-3)
        (popj)

(defmacro write-packed (log-width)
  "Store M-5 in element M-1, of 2^LOG-WIDTH bits."
  (let ((in-word (- 5 log-width)))
    (list (list '(m-2) 'ldb (list 'byte-field (- 32. in-word) in-word) 'm-1)
          '((vma-start-read) m+a+1 m-2 a-3)
          '(check-page-read)
          '((m-2) md)
          (list '(oa-reg-low) 'dpb 'm-1 (list 'byte-field in-word log-width) 'a-zero)
          (list '(m-2) 'dpb 'm-5 (list 'byte-field (ash 1 log-width) 0) 'a-2)
          '(store-unboxed md-start-write m-2)
          '(popj))))

(defmacro define-packed-aset (label log-width)
  "Unsigned elements: a fixnum without bits above."
  (list label
        '(jump-not-equal m-4 (a-constant dtp-fix) aset-slow-2)
        '((m-5) q-pointer pdl-top)
        (list 'jump-greater-than 'm-5 (list 'a-constant (- (ash 1 (ash 1 log-width)) 1))
              'aset-slow-2)
        (list 'write-packed log-width)))

(define-packed-aset aset-1b 0)
(define-packed-aset aset-2b 1)
(define-packed-aset aset-4b 2)
(define-packed-aset aset-8b 3)
(define-packed-aset aset-16b 4)

aset-string
        (jump-not-equal m-4 (a-constant dtp-character) aset-slow-2)
        ((m-5) q-pointer pdl-top)
        (jump-greater-than m-5 (a-constant 377) aset-slow-2)
        (write-packed 3)

aset-8b-signed
        (jump-not-equal m-4 (a-constant dtp-fix) aset-slow-2)
        ((m-5) output-selector-extend-25 pdl-top)
        (jump-greater-than m-5 (a-constant 177) aset-slow-2)
        (jump-less-than m-5 (a-constant -200) aset-slow-2)
        (write-packed 3)
aset-16b-signed
        (jump-not-equal m-4 (a-constant dtp-fix) aset-slow-2)
        ((m-5) output-selector-extend-25 pdl-top)
        (jump-greater-than m-5 (a-constant 77777) aset-slow-2)
        (jump-less-than m-5 (a-constant -100000) aset-slow-2)
        (write-packed 4)

;; 32 bits: a fixnum, or a bignum of one digit.
aset-32b
        (jump-not-equal m-4 (a-constant dtp-fix) aset-32b-big)
        ((m-5) output-selector-extend-25 pdl-top)
        (jump-less-than m-5 a-zero aset-slow-2)
aset-32b-store
        ((md) m-5)
        (store-unboxed vma-start-write m+a+1 m-1 a-3)
        (popj)
aset-32b-big
        (call one-digit)
        (jump-not-equal m-6 a-zero aset-slow-2)
        (jump aset-32b-store)
aset-32b-signed
        (jump-not-equal m-4 (a-constant dtp-fix) aset-32b-signed-big)
        (jump-xct-next aset-32b-store)
       ((m-5) output-selector-extend-25 pdl-top)
aset-32b-signed-big
        (call one-digit)
        (jump-not-equal m-6 a-zero aset-32b-negative)
        (jump-less-than m-5 a-zero aset-slow-2)
        (jump aset-32b-store)
aset-32b-negative
        (jump-greater-or-equal m-5 a-zero aset-32b-negate)
        (jump-not-equal m-5 (a-constant 1_31.) aset-slow-2)
aset-32b-negate
        (jump-xct-next aset-32b-store)
       ((m-5) sub m-zero a-5)

;; The bignum on top of the stack, of one digit: M-5 the digit, M-6 the sign. Anything else
;; goes to Lisp.
one-digit
        (jump-not-equal m-4 (a-constant dtp-extended-number) one-digit-fails)
        ((vma-start-read) pdl-top)
        (check-page-read)
        (transport-header)
        ((m-6) ldb bignum-sign md)
        ((m-5) dpb m-6 bignum-sign (a-constant (plus bignum-header 1)))
        (jump-not-equal md a-5 one-digit-fails)
        ((vma-start-read) m+1 vma)
        (check-page-read)
        (popj-after-next (m-5) md)
       (no-op)
one-digit-fails
        ((m-garbage) micro-stack-data-pop)
        (jump aset-slow-2)

(defmacro float-element (header-type)
  "The number on top of the stack must be a float of that kind: VMA its address."
  (list '(jump-not-equal m-4 (a-constant dtp-extended-number) aset-slow-2)
        '((vma-start-read) pdl-top)
        '(check-page-read)
        '(transport-header)
        '((m-5) ldb header-type md)
        (list 'jump-not-equal 'm-5 (list 'a-constant header-type) 'aset-slow-2)))

aset-single
        (float-element header-type-single-float)
        ((vma-start-read) m+1 vma)
        (check-page-read)
        (store-unboxed vma-start-write m+a+1 m-1 a-3)
        (popj)
aset-double
        (float-element header-type-double-float)
        ((m-2) m+1 vma)
        ((vma-start-read) m-2)
        (check-page-read)
        ((m-1) m+m m-1)
        ((m-1) m+a+1 m-1 a-3)
        (store-unboxed vma-start-write m-1)
        ((vma-start-read) m+1 m-2)
        (check-page-read)
        (store-unboxed vma-start-write m+1 m-1)
        (popj)

;;; ---- Simple vectors: (v i -- x), (x v i -- x) ----

;; MD is the header of M-A: it must be a simple vector, and the fixnum M-B an index into it.
simple-vector-reference
        (call-unless-type dtp-fix m-b trap)
        (error-table wrong-type m-b fixnum)
        ((m-2) ldb array-header-type md)
        (call-not-equal m-2 (a-constant art-q) trap)
        (error-table wrong-type m-a simple-vector)
        (call-if-bit-clear array-header-simple md trap)
        (error-table wrong-type m-a simple-vector)
        (call-xct-next simple-array-bounds)
       ((m-1) output-selector-extend-25 m-b)
        (call-less-than m-1 a-zero trap)
        (error-table index-out-of-range m-a m-b)
        (call-greater-or-equal m-1 a-2 trap)
        (error-table index-out-of-range m-a m-b)
        (popj)

        (misc-inst-entry svref)
        ((m-b) pdl-pop)
        (call-xct-next header-of-array)
       ((m-a) pdl-top)
        (call simple-vector-reference)
        (jump aref-q)

        (misc-inst-entry %svset)
        ((m-b) pdl-pop)
        (call-xct-next header-of-array)
       ((m-a) pdl-pop)
        (call simple-vector-reference)
        (jump aset-q)

;;; ---- What an array is ----

        (misc-inst-entry %simple-length)
        (call-xct-next header-of-array)
       ((m-a) pdl-top)
        (call-if-bit-clear array-header-simple md trap)
        (error-table wrong-type m-a simple-array)
        (call simple-array-bounds)
        (popj-after-next)
       ((pdl-top) dpb m-2 q-pointer a-fix-zero)

        (misc-inst-entry %array-type)
        (call-xct-next header-of-array)
       ((m-a) pdl-top)
        (popj-after-next (m-1) ldb array-header-type md)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)

        (misc-inst-entry %array-simple-p)
        (call-xct-next header-of-array)
       ((m-a) pdl-top)
        (jump-if-bit-set array-header-simple md answer-true)
        (answer nil)

        (misc-inst-entry %array-rank-bits)
        (call-xct-next header-of-array)
       ((m-a) pdl-top)
        (popj-after-next (m-1) ldb (byte-field 6 0) md)
       ((pdl-top) dpb m-1 q-pointer a-fix-zero)

;; Boxed words of full arrays: (array k -- x), (x array k -- x). Word 0 and words beyond the
;; dimensions are not to be had.
full-array-word
        (call header-of-array)
        (call-if-bit-set array-header-simple md trap)
        (error-table wrong-type m-a full-array)
        ((m-2) ldb array-header-rank md)
        ((m-2) add m-2 (a-constant full-array-dimensions))
        (call-equal m-1 a-zero trap)
        (error-table index-out-of-range m-a)
        (call-greater-or-equal m-1 a-2 trap)
        (error-table index-out-of-range m-a)
        (popj)

        (misc-inst-entry %array-word)
        ((m-1) q-pointer pdl-pop)
        (call-xct-next full-array-word)
       ((m-a) pdl-top)
        ((vma-start-read) add vma a-1)
        (check-page-read)
        (transport-and-popj)
       ((pdl-top) q-typed-pointer md)

        (misc-inst-entry %set-array-word)
        ((m-1) q-pointer pdl-pop)
        (call-xct-next full-array-word)
       ((m-a) pdl-pop)
        ((md) pdl-top)
        (store vma-start-write add vma a-1)
        (popj)

;;; ---- Making ----

;; Words that M-2 elements of type M-1 take, in M-6: (type n) on the stack.
(defmacro words-packed (log-per-word)
  (list (list '(m-6) 'add 'm-2 (list 'a-constant (- (ash 1 log-per-word) 1)))
        '(popj-after-next)
        (list '(m-6) 'ldb (list 'byte-field (- 32. log-per-word) log-per-word) 'm-6)))
words-1b        (words-packed 5)
words-2b        (words-packed 4)
words-4b        (words-packed 3)
words-8b        (words-packed 2)
words-16b       (words-packed 1)
words-each      (popj-after-next (m-6) m-2)
               (no-op)
words-twice     (popj-after-next (m-6) m+m m-2)
               (no-op)
array-type-wrong
        (call trap)
        (error-table wrong-type m-a array-type)

        (misc-inst-entry %make-simple-array)
        (call-unless-type dtp-fix pdl-top trap)
        (error-table wrong-type pdl-top fixnum)
        ((m-2) output-selector-extend-25 pdl-pop)
        ((m-a) pdl-top)
        (call-unless-type dtp-fix m-a trap)
        (error-table wrong-type m-a array-type)
        (call-less-than m-2 a-zero trap)
        (error-table wrong-type m-a array-length)
        (dispatch-call (byte-field 5 0) m-a d-array-words-call)
        (jump-greater-or-equal-xct-next m-2 (a-constant 1_18.) make-long-array)
       ((m-3) dpb m-a array-header-type
              (a-constant (plus (byte-value q-data-type dtp-array-header)
                                (byte-value array-header-simple 1))))
        (call-xct-next allocate-structure)
       ((m-1) m+1 m-6)
        ((md) ior m-3 a-2)
        ((vma-start-write) m-t)
        (check-page-write)
        (jump-xct-next make-array-fill)
       ((m-1) m-t)
make-long-array
        ((m-3) ior m-3 (a-constant (byte-value array-header-long 1)))
        (call-xct-next allocate-structure)
       ((m-1) add m-6 (a-constant 2))
        ((md) m-3)
        ((vma-start-write) m-t)
        (check-page-write)
        ((md) dpb m-2 q-pointer a-fix-zero)
        ((vma-start-write m-1) m+1 m-t)
        (check-page-write)
;; M-6 words after M-1: NIL in boxed arrays, else 0.
make-array-fill
        ((m-4) ldb array-header-type m-3)
        ((m-5) m-zero)
        (jump-not-equal m-4 (a-constant art-q) make-array-word)
        ((m-5) a-v-nil)
make-array-word
        (jump-equal m-6 a-zero make-array-done)
        ((md) m-5)
        ((vma-start-write m-1) m+1 m-1)
        (check-page-write)
        (jump-xct-next make-array-word)
       ((m-6) sub m-6 (a-constant 1))
make-array-done
        (popj-after-next)
       ((pdl-top) dpb m-t q-pointer (a-constant (byte-value q-data-type dtp-array-pointer)))

;; The same table, calling.
(locality d-mem)
(start-dispatch 5 inhibit-xct-next-bit)
d-array-words-call
        (p-bit array-type-wrong)
        (p-bit words-1b) (p-bit words-2b) (p-bit words-4b) (p-bit words-8b) (p-bit words-16b)
        (p-bit words-each) (p-bit words-each)
        (p-bit array-type-wrong)
        (p-bit words-8b) (p-bit words-each) (p-bit words-each) (p-bit words-twice)
        (p-bit words-8b) (p-bit words-16b) (p-bit words-each) (p-bit words-each)
        (p-bit words-each)
        (repeat 14. (p-bit array-type-wrong))
(end-dispatch)
(locality i-mem)

;; (type bits rank -- a): all words NIL.
        (misc-inst-entry %make-full-array)
        ((m-6) ldb array-header-rank pdl-pop)
        ((m-6) add m-6 (a-constant full-array-dimensions))
        (call-xct-next allocate-structure)
       ((m-1) m-6)
        ((m-1) ldb (byte-field 6 0) pdl-pop)
        ((m-2) pdl-top)
        ((m-2) dpb m-2 array-header-type (a-constant (byte-value q-data-type dtp-array-header)))
        ((md) ior m-1 a-2)
        ((vma-start-write) m-t)
        (check-page-write)
make-full-array-word
        ((m-6) sub m-6 (a-constant 1))
        (jump-equal m-6 a-zero make-array-done)
        ((md) a-v-nil)
        ((vma-start-write) add m-t a-6)
        (check-page-write)
        (jump make-full-array-word)

;; d words of the stack become a simple vector.
        (misc-inst-entry vector)
        ((m-1) macro-ir-displacement)
long-vector
        ((m-6) m-1)
        (call-xct-next allocate-structure)
       ((m-1) m+1 m-6)
        ((md) ior m-6 (a-constant (plus (byte-value q-data-type dtp-array-header)
                                        (byte-value array-header-type art-q)
                                        (byte-value array-header-simple 1))))
        ((vma-start-write) m-t)
        (check-page-write)
vector-element
        (jump-equal m-6 a-zero vector-done)
        ((md) pdl-pop)
        ((vma-start-write) add m-t a-6)
        (check-page-write)
        (jump-xct-next vector-element)
       ((m-6) sub m-6 (a-constant 1))
vector-done
        (popj-after-next)
       ((pdl-push) dpb m-t q-pointer (a-constant (byte-value q-data-type dtp-array-pointer)))
