;;; -*- Mode: Lisp; Base: 8 -*-
;;; Arrays: making them, reading and writing elements, moving and filling.
;;;
;;; Purpose. Simple arrays of every element type. What is not simple, and an index that is out
;;; of range, goes to Lisp through the escapes, which also say what is wrong.
;;;
;;; Entry points for other microcode. SIMPLE-ARRAY, ELEMENT-INDEX, READ-ELEMENT, WRITE-ELEMENT,
;;; MAKE-SIMPLE-ARRAY.
;;;
;;; Invariants. M-3, the address of the data, does not live across an allocation: of the
;;; readers only those of 32 bits and of floats allocate, when they are done with it.
;;;
;;; An index word I and a length word L, both fixnums: I is in range when FIX-0 <= I < L, as
;;; 32-bit numbers, whatever the type of I: a negative index is larger than any length, a
;;; word of a type before DTP-FIX less than 0, one of a type behind it larger.

;;; ---- AREF ----

;; Type, simple, long: the simple vector drops through.
(locality d-mem)
(start-dispatch 7)
d-aref  (repeat 36 (inhibit-xct-next-bit aref-1-element))
        (p-bit r-bit)
        (repeat 141 (inhibit-xct-next-bit aref-1-element))
(end-dispatch)
(start-dispatch 7)
d-aset  (repeat 36 (inhibit-xct-next-bit aset-1-element))
        (p-bit r-bit)
        (repeat 141 (inhibit-xct-next-bit aset-1-element))
(end-dispatch)
(locality i-mem)

x-aref-1 (misc-inst-entry aref-1)
        ((m-b) pdl-pop)
        (jump-unless-type dtp-array-pointer pdl-top aref-1-escape)
        ((vma-start-read) pdl-top)
        (check-page-read)
        (transport-header)
        (dispatch (byte-field 7 18.) md d-aref)
        ((m-1) ldb array-header-length md a-fix-zero)
        (jump-less-than m-b a-fix-zero aref-1-escape)
        (jump-greater-or-equal m-b a-1 aref-1-escape)
        ((vma-start-read) m+a+1 vma a-b)
        (check-page-read)
        (transport-and-popj)
       ((pdl-top) q-typed-pointer md)
aref-1-element
        (call element-index)
        (jump-not-equal m-5 a-zero aref-1-escape)
        (call read-element)
        (popj-after-next (pdl-top) m-t)
       (no-op)
aref-1-escape
        ((pdl-push) m-b)
        (escape 2 svc-escape-aref-1-slow)

x-aset-1 (misc-inst-entry aset-1)
        ;; x array i
        ((m-b) pdl-pop)
        (jump-unless-type dtp-array-pointer pdl-top aset-1-escape)
        ((vma-start-read) pdl-top)
        (check-page-read)
        (transport-header)
        (dispatch (byte-field 7 18.) md d-aset)
        ((m-1) ldb array-header-length md a-fix-zero)
        (jump-less-than m-b a-fix-zero aset-1-escape)
        (jump-greater-or-equal m-b a-1 aset-1-escape)
        ((vma) m+a+1 vma a-b)
        ((m-garbage) pdl-pop)
        ((md-start-write) pdl-top)
        (check-page-write)
        (gc-write-test-and-popj)
       (no-op)
aset-1-element
        (call element-index)
        (jump-not-equal m-5 a-zero aset-1-escape)
        ((m-d) pdl-pop)
        ((m-t) pdl-top)
        (call write-element)
        (popj-equal m-5 a-zero)
        ((pdl-push) m-d)                        ;an element that does not fit
aset-1-escape
        ((pdl-push) m-b)
        (escape 3 svc-escape-aset-1-slow)

;;; ---- SVREF: simple vectors only ----

(assign-eval simple-vector-bits 36)     ;<24:18> of the header of one with a short length

        (misc-inst-entry svref)
        ((m-b) pdl-pop)
        ((m-d) pdl-top)
        (call simple-vector-element)
        ((vma-start-read) m-3)
        (check-page-read)
        (transport-and-popj)
       ((pdl-top) q-typed-pointer md)

        (misc-inst-entry %svset)
        ((m-b) pdl-pop)
        ((m-d) pdl-pop)
        (call simple-vector-element)
        ((md) pdl-top)
        ((vma-start-write) m-3)
        (check-page-write)
        (gc-write-test-and-popj)
       (no-op)

simple-vector-element
  ;; Element M-B of the simple vector M-D: its address to M-3.
  (declare (args m-b m-d) (values m-3) (clobbers m-1 m-4 m-5 vma md))
        (call-unless-type dtp-array-pointer m-d trap)
        (error-table wrong-type m-d simple-vector (fatal))
        ((vma-start-read) m-d)
        (check-page-read)
        (transport-header)
        ((m-1) (byte-field 6 19.) md)
        (call-not-equal m-1 (a-constant (eval (floor simple-vector-bits 2))) trap)
        (error-table wrong-type m-d simple-vector (fatal))
        (call element-index)
        (call-not-equal m-5 a-zero trap)
        (error-table index-out-of-range m-b m-d (fatal))
        ((m-1) q-pointer m-b)
        (popj-after-next (m-3) add m-1 a-3)
       (no-op)

;;; ---- Simple arrays in general ----

(declare (values m-1 m-3 m-4 m-5) (clobbers vma md))
element-index
  ;; MD is an array's header, read from VMA; M-B an index.  M-5 is 0 when the array is simple
  ;; and the index in range; then M-4 is the header, M-3 the address of the data.
        (call simple-array)
        (popj-not-equal m-5 a-zero)
        (jump-less-than m-b a-fix-zero not-simple)
        (jump-greater-or-equal m-b a-1 not-simple)
        (popj)

(declare (values m-1 m-3 m-4 m-5) (clobbers vma md))
simple-array
  ;; The same without an index: M-1 is the length, a fixnum.
        ((m-4) md)
        (jump-if-bit-clear array-header-simple m-4 not-simple)
        ((m-3) q-pointer vma)
        ((m-3) m+1 m-3)
        (jump-if-bit-set array-header-long m-4 simple-array-long)
        (popj-after-next (m-1) ldb array-header-length m-4 a-fix-zero)
       ((m-5) m-zero)
simple-array-long
        ((vma-start-read) m-3)
        (check-page-read)
        ((m-1) q-typed-pointer md)
        (popj-after-next (m-3) m+1 m-3)
       ((m-5) m-zero)
not-simple
        (popj-after-next (m-5) m-minus-one)
       (no-op)

check-simple-array
  ;; M-D must be a simple array: M-1, M-3, M-4 as above.
  (declare (args m-d) (values m-1 m-3 m-4 m-5) (clobbers vma md))
        (call-unless-type dtp-array-pointer m-d trap)
        (error-table wrong-type m-d simple-array (fatal))
        ((vma-start-read) m-d)
        (check-page-read)
        (transport-header)
        (call simple-array)
        (popj-equal m-5 a-zero)
        (call trap)
        (error-table wrong-type m-d simple-array (substitute m-d))
        (jump check-simple-array)

;;; ---- Reading an element ----

(declare (args m-b m-3 m-4) (values m-t) (clobbers m-1 m-2 vma md) (allocates))
read-element
  ;; Element M-B of the array with header M-4 and data at M-3, to M-T.
        (dispatch array-header-type m-4 d-read-element)

(defmacro unsigned-reader (name width log-width log-elements background)
  "Elements of WIDTH bits, 2^LOG-ELEMENTS a word, made words with BACKGROUND's tag."
  (list name
        (list '(m-1) (list 'byte-field (- 25. log-elements) log-elements) 'm-b)
        '((vma-start-read) add m-1 a-3)
        '(check-page-read)
        (list '(m-2) 'dpb 'm-b (list 'byte-field log-elements log-width) 'a-zero)
        '((m-2) sub m-zero a-2)
        '((oa-reg-low) (byte-field 5 0) m-2)
        (list '(m-t) 'ldb (list 'byte-field width 0) 'md background)
        '(popj)))

(defmacro signed-reader (name unsigned width)
  "The sign bit of what UNSIGNED reads is extended."
  (list name
        (list 'call unsigned)
        (list '(m-1) (list 'byte-field width 0) 'm-t)
        (list '(m-1) 'xor 'm-1 (list 'a-constant (ash 1 (- width 1))))
        (list '(m-1) 'sub 'm-1 (list 'a-constant (ash 1 (- width 1))))
        '(popj-after-next (m-t) dpb m-1 q-pointer a-fix-zero)
        '(no-op)))

(unsigned-reader read-1b 1 0 5 a-fix-zero)
(unsigned-reader read-2b 2 1 4 a-fix-zero)
(unsigned-reader read-4b 4 2 3 a-fix-zero)
(unsigned-reader read-8b 10 3 2 a-fix-zero)
(unsigned-reader read-16b 20 4 1 a-fix-zero)
(unsigned-reader read-string 10 3 2 (a-constant (byte-value q-data-type dtp-character)))
(signed-reader read-8b-signed read-8b 10)
(signed-reader read-16b-signed read-16b 20)

read-word
        ;; The word of an array with one element a word.
        ((m-1) q-pointer m-b)
        ((vma-start-read) add m-1 a-3)
        (check-page-read)
        (popj)
read-q
        (call read-word)
        (transport-and-popj)
       ((m-t) q-typed-pointer md)
read-fat
        (call read-word)
        (popj-after-next (m-t) ldb (byte-field 21. 0) md (a-constant (byte-value q-data-type dtp-character)))
       (no-op)
read-32b
        (call read-word)
        ((m-2) md)
make-unsigned-32
  ;; The integer that the 32 bits of M-2 are, to M-T.
        ((m-1) (byte-field 8. 24.) m-2)
        (jump-not-equal-xct-next m-1 a-zero make-bignum-32)
       ((m-4) (a-constant (plus (byte-value q-data-type dtp-header)
                                (byte-value header-type header-type-bignum) 1)))
        (popj-after-next (m-t) dpb m-2 q-pointer a-fix-zero)
       (no-op)
read-32b-signed
        (call read-word)
        ((m-2) md)
        ((m-1) m-2 output-selector-extend-25)
        (jump-equal m-1 a-2 read-32b-signed-fixnum)
        (jump-if-bit-clear (byte-field 1 31.) m-2 make-unsigned-32)
        ((m-2) sub m-zero a-2)
        ((m-4) (a-constant (plus (byte-value q-data-type dtp-header)
                                 (byte-value header-type header-type-bignum)
                                 (byte-value bignum-sign 1) 1)))
make-bignum-32
  ;; A structure of the header M-4 and the digit M-2, to M-T.
        (call-xct-next allocate-structure)
       ((m-1) (a-constant 2))
        ((md) m-4)
        ((vma-start-write) m-t)
        (check-page-write)
        ((md) m-2)
        ((vma-start-write) m+1 m-t)
        (check-page-write)
        (popj-after-next (m-t) dpb m-t q-pointer (a-constant (byte-value q-data-type dtp-extended-number)))
       (no-op)
read-32b-signed-fixnum
        (popj-after-next (m-t) dpb m-2 q-pointer a-fix-zero)
       (no-op)
read-single
        (call read-word)
        (jump-xct-next make-bignum-32-of-md)
       ((m-4) (a-constant (plus (byte-value q-data-type dtp-header)
                                (byte-value header-type header-type-single-float))))
make-bignum-32-of-md
        (jump-xct-next make-bignum-32)
       ((m-2) md)
read-double
        ((m-1) q-pointer m-b)
        ((m-1) m+m m-1)
        ((vma-start-read) add m-1 a-3)
        (check-page-read)
        ((m-2) md)
        ((vma-start-read) m+1 vma)
        (check-page-read)
        ((m-4) md)
        (call-xct-next allocate-structure)
       ((m-1) (a-constant 3))
        ((md) (a-constant (plus (byte-value q-data-type dtp-header)
                                (byte-value header-type header-type-double-float))))
        ((vma-start-write) m-t)
        (check-page-write)
        ((md) m-2)
        ((vma-start-write) m+1 vma)
        (check-page-write)
        ((md) m-4)
        ((vma-start-write) m+1 vma)
        (check-page-write)
        (popj-after-next (m-t) dpb m-t q-pointer (a-constant (byte-value q-data-type dtp-extended-number)))
       (no-op)
element-type-bad
        (illop "an array of a type that is none" m-4)
        (popj)

(locality d-mem)
(start-dispatch 5 inhibit-xct-next-bit)
d-read-element
        (element-type-bad)
        (read-1b)
        (read-2b)
        (read-4b)
        (read-8b)
        (read-16b)
        (read-32b)
        (read-q)
        (read-q)
        (read-string)
        (read-fat)
        (read-single)
        (read-double)
        (read-8b-signed)
        (read-16b-signed)
        (read-32b-signed)
        (read-q)
        (read-q)
        (repeat 16 (element-type-bad))
(end-dispatch)
(locality i-mem)

;;; ---- Writing an element ----

(declare (args m-t m-b m-3 m-4) (values m-5) (clobbers m-1 m-2 m-6 vma md))
write-element
  ;; M-T becomes element M-B.  M-5 is 0 when it could be stored.
        (dispatch array-header-type m-4 d-write-element)

(defmacro sub-word-writer (name width log-width log-elements tag)
  "M-T must be a word of TAG, an A register or constant, and WIDTH bits."
  (list name
        (list '(m-1) 'ldb (list 'byte-field width 0) 'm-t tag)
        '(jump-not-equal m-t a-1 not-simple)
        (intern (concatenate 'string (symbol-name name) "-BITS"))
        (list '(m-1) (list 'byte-field (- 25. log-elements) log-elements) 'm-b)
        '((vma-start-read) add m-1 a-3)
        '(check-page-read)
        (list '(m-2) 'dpb 'm-b (list 'byte-field log-elements log-width) 'a-zero)
        '((m-6) md)
        '((oa-reg-low) m-2)
        (list '(md-start-write) 'dpb 'm-t (list 'byte-field width 0) 'a-6)
        '(check-page-write)
        '(popj-after-next (m-5) m-zero)
        '(no-op)))

(defmacro signed-writer (name unsigned width)
  "Must fit in WIDTH bits with its sign."
  (list name
        '(jump-unless-type dtp-fix m-t not-simple)
        '((m-1) m-t output-selector-extend-25)
        (list '(m-1) 'add 'm-1 (list 'a-constant (ash 1 (- width 1))))
        (list '(m-2) (list 'byte-field width 0) 'm-1)
        '(jump-not-equal m-1 a-2 not-simple)
        (list 'jump (intern (concatenate 'string (symbol-name unsigned) "-BITS")))))

(sub-word-writer write-1b 1 0 5 a-fix-zero)
(sub-word-writer write-2b 2 1 4 a-fix-zero)
(sub-word-writer write-4b 4 2 3 a-fix-zero)
(sub-word-writer write-8b 10 3 2 a-fix-zero)
(sub-word-writer write-16b 20 4 1 a-fix-zero)
(sub-word-writer write-string 10 3 2 (a-constant (byte-value q-data-type dtp-character)))
(signed-writer write-8b-signed write-8b 10)
(signed-writer write-16b-signed write-16b 20)

write-q
        ((md) m-t)
        ((m-1) q-pointer m-b)
        ((vma-start-write) add m-1 a-3)
        (check-page-write)
        (gc-write-test)
        (popj-after-next (m-5) m-zero)
       (no-op)
write-fat
        (jump-unless-type dtp-character m-t not-simple)
        ((m-2) ldb (byte-field 21. 0) m-t a-zero)
write-32-bits
        ;; M-2 as it is.
        ((md) m-2)
        ((m-1) q-pointer m-b)
        ((vma-start-write) add m-1 a-3)
        (check-page-write)
        (popj-after-next (m-5) m-zero)
       (no-op)
write-32b
        (jump-unless-type dtp-fix m-t write-32b-number)
        ((m-2) m-t output-selector-extend-25)
        (jump-greater-or-equal m-2 a-zero write-32-bits)
        (jump not-simple)
write-32b-number
        ((m-2) (a-constant (plus (byte-value q-data-type dtp-header)
                                 (byte-value header-type header-type-bignum) 1)))
write-first-word
        ;; M-T must be an extended number whose header is M-2: its first word is stored.
        (jump-unless-type dtp-extended-number m-t not-simple)
        ((vma-start-read) m-t)
        (check-page-read)
        (transport-header)
        (jump-not-equal md a-2 not-simple)
        ((vma-start-read) m+1 vma)
        (check-page-read)
        (jump-xct-next write-32-bits)
       ((m-2) md)
write-single
        (jump-xct-next write-first-word)
       ((m-2) (a-constant (plus (byte-value q-data-type dtp-header)
                                (byte-value header-type header-type-single-float))))
write-32b-signed
        (jump-unless-type dtp-fix m-t write-32b-signed-number)
        (jump-xct-next write-32-bits)
       ((m-2) m-t output-selector-extend-25)
write-32b-signed-number
        (jump-unless-type dtp-extended-number m-t not-simple)
        ((vma-start-read) m-t)
        (check-page-read)
        (transport-header)
        ((m-1) md)
        ((vma-start-read) m+1 vma)
        (check-page-read)
        ((m-2) md)
        ((m-1) selective-deposit m-1 (byte-field 31. 1) a-zero)
        (jump-equal m-1 (a-constant (plus (byte-value q-data-type dtp-header)
                                          (byte-value header-type header-type-bignum)))
                    write-32b-signed-positive)
        (jump-not-equal m-1 (a-constant (plus (byte-value q-data-type dtp-header)
                                              (byte-value header-type header-type-bignum)
                                              (byte-value bignum-sign 1)))
                        not-simple)
        ((m-2) sub m-zero a-2)
        (jump-less-than m-2 a-zero write-32-bits)
        (jump not-simple)
write-32b-signed-positive
        (jump-greater-or-equal m-2 a-zero write-32-bits)
        (jump not-simple)
write-double
        (jump-unless-type dtp-extended-number m-t not-simple)
        ((vma-start-read) m-t)
        (check-page-read)
        (transport-header)
        ((m-1) md)
        (jump-not-equal m-1 (a-constant (plus (byte-value q-data-type dtp-header)
                                              (byte-value header-type header-type-double-float)))
                        not-simple)
        ((vma-start-read) m+1 vma)
        (check-page-read)
        ((m-2) md)
        ((vma-start-read) m+1 vma)
        (check-page-read)
        ((m-6) md)
        ((m-1) q-pointer m-b)
        ((m-1) m+m m-1)
        ((md) m-2)
        ((vma-start-write) add m-1 a-3)
        (check-page-write)
        ((md) m-6)
        ((vma-start-write) m+1 vma)
        (check-page-write)
        (popj-after-next (m-5) m-zero)
       (no-op)

(locality d-mem)
(start-dispatch 5 inhibit-xct-next-bit)
d-write-element
        (element-type-bad)
        (write-1b)
        (write-2b)
        (write-4b)
        (write-8b)
        (write-16b)
        (write-32b)
        (write-q)
        (write-q)
        (write-string)
        (write-fat)
        (write-single)
        (write-double)
        (write-8b-signed)
        (write-16b-signed)
        (write-32b-signed)
        (write-q)
        (write-q)
        (repeat 16 (element-type-bad))
(end-dispatch)
(locality i-mem)
