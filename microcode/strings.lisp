;;; -*- Mode: Lisp; Base: 8 -*-
;;; Strings: characters of simple strings, comparing, hashing, searching.
;;;
;;; Purpose. A string of characters below 256 has four a word, a fat one one a word. Simple
;;; strings of both kinds are served here; strings that are not simple go to Lisp.
;;;
;;; Entry points. Macroinstructions only.
;;;
;;; Invariants. Nothing here allocates.

(locality d-mem)
(start-dispatch 7)
d-char  (repeat 46 (inhibit-xct-next-bit char-element))
        (p-bit r-bit)
        (repeat 131 (inhibit-xct-next-bit char-element))
(end-dispatch)
(locality i-mem)

x-char  (misc-inst-entry char)
        ((m-b) pdl-pop)
        (jump-unless-type dtp-array-pointer pdl-top char-escape)
        ((vma-start-read) pdl-top)
        (check-page-read)
        (transport-header)
        (dispatch (byte-field 7 18.) md d-char)
        ((m-1) ldb array-header-length md a-fix-zero)
        (jump-less-than m-b a-fix-zero char-escape)
        (jump-greater-or-equal m-b a-1 char-escape)
        ((m-3) m+1 vma)
        (call read-string)
        (popj-after-next (pdl-top) m-t)
       (no-op)
char-element
        (call string-element)
        (jump-not-equal m-5 a-zero char-escape)
        (call read-element)
        (popj-after-next (pdl-top) m-t)
       (no-op)
char-escape
        ((pdl-push) m-b)
        (escape 2 svc-escape-char-slow)

string-element
  ;; ELEMENT-INDEX, of strings only.
        (call element-index)
        (popj-not-equal m-5 a-zero)
        ((m-1) array-header-type m-4)
        (popj-equal m-1 (a-constant art-string))
        (popj-equal m-1 (a-constant art-fat-string))
        (popj-after-next (m-5) m-minus-one)
       (no-op)

        (misc-inst-entry schar)
        ((m-b) pdl-pop)
        ((m-d) pdl-top)
        (call check-simple-string)
        (jump-less-than m-b a-fix-zero schar-bad-index)
        (jump-greater-or-equal m-b a-1 schar-bad-index)
        (call read-element)
        (popj-after-next (pdl-top) m-t)
       (no-op)
schar-bad-index
        (call trap)
        (error-table index-out-of-range m-b m-d (fatal))
        ((pdl-push) m-b)
        (escape 2 svc-escape-char-slow)

check-simple-string
  ;; M-D must be a simple string: M-1 length, M-3 data, M-4 header.
  (declare (args m-d) (values m-1 m-3 m-4 m-5) (clobbers m-2 vma md))
        (call check-simple-array)
        ((m-2) array-header-type m-4)
        (popj-equal m-2 (a-constant art-string))
        (popj-equal m-2 (a-constant art-fat-string))
        (call trap)
        (error-table wrong-type m-d simple-string (substitute m-d))
        (jump check-simple-string)

        (misc-inst-entry %set-char)
        ;; c s i
        ((m-b) pdl-pop)
        (jump-unless-type dtp-array-pointer pdl-top set-char-escape)
        ((vma-start-read) pdl-top)
        (check-page-read)
        (transport-header)
        (call string-element)
        (jump-not-equal m-5 a-zero set-char-escape)
        ((m-d) pdl-pop)
        ((m-t) pdl-top)
        (call write-element)
        (popj-equal m-5 a-zero)
        ((pdl-push) m-d)
set-char-escape
        ((pdl-push) m-b)
        (escape 3 svc-escape-set-char-slow)

;;; ---- Several characters ----

        (misc-inst-entry %string-equal-range)
        ;; a i b j n
        ((m-c) pdl-pop)
        ((m-j) pdl-pop)
        ((m-e) pdl-pop)
        ((m-i) pdl-pop)
        ((m-d) pdl-top)
        (call check-simple-string)
        (call-xct-next check-range)
       ((m-b) m-i)
        ((a-copy-header) m-4)
        ((a-copy-from) m-3)
        ((m-a) m-d)
        ((m-d) m-e)
        (call check-simple-string)
        (call-xct-next check-range)
       ((m-b) m-j)
        ((a-copy-to) m-3)
        ((m-5) m-4)
string-equal-next
        (jump-equal m-c a-fix-zero string-equal-yes)
        ((m-b) m-i)
        ((m-4) a-copy-header)
        (call-xct-next read-element)
       ((m-3) a-copy-from)
        ((m-d) m-t)
        ((m-b) m-j)
        ((m-4) m-5)
        (call-xct-next read-element)
       ((m-3) a-copy-to)
        (jump-not-equal m-t a-d string-equal-no)
        ((m-c) sub m-c (a-constant 1))
        ((m-i) m+1 m-i)
        (jump-xct-next string-equal-next)
       ((m-j) m+1 m-j)
string-equal-yes
        (popj-after-next (pdl-top) a-v-t)
       (no-op)
string-equal-no
        (popj-after-next (pdl-top) a-v-nil)
       (no-op)

        (misc-inst-entry %string-hash)
        ;; string n.  h is multiplied by 33 and the character is xored in, modulo 2^24.
        ((m-c) pdl-pop)
        ((m-d) pdl-top)
        (call check-simple-string)
        (call-xct-next check-range)
       ((m-b) a-fix-zero)
        ((m-6) (a-constant 5381.))
string-hash-next
        (jump-equal m-c a-fix-zero string-hash-done)
        (call read-element)
        ((m-1) dpb m-6 (byte-field 19. 5) a-zero)
        ((m-6) add m-6 a-1)
        ((m-1) (byte-field 21. 0) m-t)
        ((m-6) xor m-6 a-1)
        ((m-6) (byte-field 24. 0) m-6)
        ((m-b) m+1 m-b)
        (jump-xct-next string-hash-next)
       ((m-c) sub m-c (a-constant 1))
string-hash-done
        (popj-after-next (pdl-top) dpb m-6 q-pointer a-fix-zero)
       (no-op)

        (misc-inst-entry %string-search-char)
        ;; s c i n
        ((m-c) pdl-pop)                         ;one beyond the last
        ((m-i) pdl-pop)
        ((m-e) pdl-pop)
        ((m-d) pdl-top)
        (call check-simple-string)
        (call-greater-than m-c a-1 trap)
        (error-table index-out-of-range m-c m-d (fatal))
        (call-less-than m-i a-fix-zero trap)
        (error-table index-out-of-range m-i m-d (fatal))
        ((m-b) m-i)
string-search-next
        (jump-greater-or-equal m-b a-c string-equal-no)
        (call read-element)
        (jump-equal m-t a-e string-search-found)
        (jump-xct-next string-search-next)
       ((m-b) m+1 m-b)
string-search-found
        (popj-after-next (pdl-top) m-b)
       (no-op)
