;;; -*- Mode: Lisp; Base: 8 -*-
;;; Keyword arguments.
;;;
;;; PARSE-KEYS d takes the rest list from the stack and leaves a word for each keyword of the
;;; function: the value of the leftmost such argument, or the unsupplied marker. Constant d is
;;; a simple vector: element 0 T when other keywords are allowed, then the keywords.
;;;
;;; Registers: M-C vector, M-D rest of the list, M-E the whole list, M-B keyword, M-J the
;;; value of the first :allow-other-keys (marker: none), M-I the first unknown keyword
;;; (marker: none), M-3 buffer index of the first result, M-4 number of keywords. Nothing is
;;; allocated on the way.

	(misc-inst-entry parse-keys)
	((m-1) macro-ir-displacement)
long-parse-keys
	((vma-start-read) add m-1 a-fef)
	(check-page-read)
	(transport)
	((m-c) md)
	((m-d) pdl-pop)
	((m-e) m-d)
	((m-j) a-unsupplied)
	((m-i) a-unsupplied)
	((vma-start-read) m-c)
	(check-page-read)
	(transport-header)
	((m-4) ldb array-header-length md)
	((m-4) sub m-4 (a-constant 1))
	((m-3) m+1 pdl-pointer)
	((m-1) m-4)
parse-keys-unsupplied
	(jump-equal m-1 a-zero parse-keys-argument)
	((pdl-push) a-unsupplied)
	(jump-xct-next parse-keys-unsupplied)
       ((m-1) sub m-1 (a-constant 1))

parse-keys-argument
	(jump-equal m-d a-v-nil parse-keys-check)
	(call-unless-type dtp-list m-d trap)
	(error-table wrong-type m-d list (substitute m-d))
	(call carcdr)
	((m-b) m-t)
	(jump-equal m-d a-v-nil parse-keys-odd)
	(call-unless-type dtp-list m-d trap)
	(error-table wrong-type m-d list (substitute m-d))
	(call carcdr)
	;; M-T is its value. The leftmost :allow-other-keys counts, as a keyword of the
	;; function too if it is one.
	((vma-start-read) (a-constant (plus support-vector svc-allow-other-keys)))
	(check-page-read)
	(transport)
	((m-tem) md)
	(jump-not-equal m-b a-tem parse-keys-search)
	((m-2) m-j)
	(jump-not-equal m-2 a-unsupplied parse-keys-search)
	((m-j) m-t)
parse-keys-search
	((m-1) a-zero)
parse-keys-search-1
	(jump-equal m-1 a-4 parse-keys-unknown)
	((m-1) add m-1 (a-constant 1))
	((m-2) add m-1 (a-constant 1))          ;after the header comes element 0
	((vma-start-read) add m-c a-2)
	(check-page-read)
	(transport)
	((m-2) md)
	(jump-not-equal m-2 a-b parse-keys-search-1)
	;; Keyword number M-1, from 1.
	((m-1) add m-1 a-3)
	((pdl-index) sub m-1 (a-constant 1))
	((m-2) c-pdl-buffer-index)
	(jump-not-equal m-2 a-unsupplied parse-keys-argument)
	(jump-xct-next parse-keys-argument)
       ((c-pdl-buffer-index) m-t)
parse-keys-unknown
	;; :allow-other-keys itself is always allowed.
	(jump-equal m-b a-tem parse-keys-argument)
	((m-2) m-i)
	(jump-not-equal m-2 a-unsupplied parse-keys-argument)
	(jump-xct-next parse-keys-argument)
       ((m-i) m-b)

parse-keys-odd
	(call trap)
	(error-table odd-keyword-arguments m-e (fatal))
	(jump parse-keys-odd)

parse-keys-check
	((m-2) m-i)
	(popj-equal m-2 a-unsupplied)
	;; Allowed by the caller?
	((m-2) m-j)
	(jump-equal m-2 a-unsupplied parse-keys-check-function)
	(popj-not-equal m-2 a-v-nil)
parse-keys-check-function
	((vma-start-read) add m-c (a-constant 1))
	(check-page-read)
	(transport)
	((m-2) md)
	(popj-not-equal m-2 a-v-nil)
	;; Going on ignores it.
	(call trap)
	(error-table unknown-keyword m-i m-e (substitute m-t))
	(popj)
