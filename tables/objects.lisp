;;; Object layouts, codes and addresses: the one place where they are declared.
;;;
;;; The micro-assembler, the cold-load builder, the compiler and the emulator's
;;; inspector all read this file. Forms:
;;;   (define-codes PREFIX (name code "meaning") ...)      constants PREFIX-name
;;;   (define-fields PREFIX (name position width "meaning") ...)
;;;         the byte specifiers PREFIX-name, and PREFIX-name-position, -width
;;;   (define-layout NAME (word offset "meaning") ...)     constants NAME-word
;;;   (define-constants (name value "meaning") ...)
;;; Numbers are decimal, or octal as #o.

(define-fields q
  (cdr-code 30 2 "cdr code")
  (data-type 25 5 "data type")
  (pointer 0 25 "pointer or immediate")
  (typed-pointer 0 30 "all but the cdr code")
  (all-but-pointer 25 7 "cdr code and data type"))

(define-constants
  (nil-address 0 "the symbol NIL")
  (t-address 8 "the symbol T; a power of two, see docs/objects-and-storage.md")
  (system-communication-area #o400 "fixed words shared by builder, microcode and Lisp")
  (support-vector #o1000 "symbols that the microcode calls or refers to")
  (tables-origin #o20000 "page, section and region tables")
  (static-origin #o2000000 "static boxed space: every word is a tagged word; symbols, lists, vectors, instances")
  (static-code-origin #o10000000 "static code space: functions, strings, numbers; never written with a pointer")
  (stacks-origin #o20000000 "control and binding stacks")
  (dynamic-origin #o50000000 "list and structure regions")
  (address-limit #o200000000 "first address beyond the address space")
  (page-words 256 "words in a page")
  (section-words 8192 "words covered by one level-1 map entry")
  (large-object-words 8192 "objects above this, a section, get a region of their own")
  (most-positive-fixnum 16777215 "")
  (most-negative-fixnum -16777216 ""))

(define-layout symbol
  (header 0 "symbol-header, pointer to the name")
  (value 1 "value cell") (function 2 "function cell")
  (plist 3 "property list") (package 4 "home package or NIL")
  (words 5 "words in a symbol"))

(define-fields header
  (type 19 5 "header type") (rest 0 19 "meaning depends on the type"))

(define-codes header-type
  (error 0 "never valid") (fef 1 "compiled function") (bignum 2 "large integer")
  (single-float 3 "IEEE single") (double-float 4 "IEEE double")
  (ratio 5 "ratio") (complex 6 "complex") (environment 7 "reserved"))

(define-fields bignum (sign 18 1 "1 = negative") (length 0 18 "digits of 32 bits"))

(define-layout ratio (header 0 "") (numerator 1 "") (denominator 2 "") (words 3 ""))
(define-layout complex (header 0 "") (real 1 "") (imaginary 2 "") (words 3 ""))

(define-fields array-header
  (type 20 5 "array type") (simple 19 1 "one dimension, nothing else")
  (long 18 1 "simple: length in word 1") (length 0 18 "simple: length")
  (rank 0 3 "full: rank") (adjustable 3 1 "full") (displaced 4 1 "full")
  (fill-pointer 5 1 "full: has a fill pointer"))

(define-layout full-array
  (header 0 "") (data 1 "array that holds the elements") (offset 2 "of element 0 in it")
  (size 3 "total size") (fill-pointer 4 "or NIL") (dimensions 5 "first dimension"))

(define-codes art
  (error 0 "") (1b 1 "") (2b 2 "") (4b 3 "") (8b 4 "") (16b 5 "") (32b 6 "") (q 7 "any object")
  (q-list 8 "reserved") (string 9 "characters below 256") (fat-string 10 "characters")
  (single-float 11 "") (double-float 12 "") (8b-signed 13 "") (16b-signed 14 "") (32b-signed 15 "")
  (stack 16 "control or binding stack") (weak 17 "reserved"))

(define-layout instance (header 0 "instance-header, pointer to the layout") (slots 1 "first slot"))
(define-layout layout
  (header 0 "") (name 1 "") (slot-count 2 "slots of its instances") (depth 3 "")
  (ancestors 4 "simple vector, outermost first, itself last") (description 5 "") (plist 6 "") (words 7 ""))

(define-layout closure
  (function 0 "CDR-NEXT") (environment 1 "CDR-NIL, list pointer to word 2")
  (frame 2 "CDR-NORMAL, lexical frame") (next 3 "CDR-ERROR, next environment") (words 4 ""))

;; Compiled function. The header's rest field is what a call needs at once.
(define-fields fef-header
  (nargs 14 5 "arguments of a simple function; 31 = general entry, see the argument descriptor")
  (locals 10 4 "locals of a simple function, at most 15")
  (entry 2 8 "offset of the code in words; at this position the field is a byte offset")
  (spare 0 2 "0"))
(define-layout fef
  (header 0 "header, type fef") (length 1 "fixnum: words in all") (code 2 "fixnum: offset of the code in words")
  (arguments 3 "fixnum: argument descriptor") (name 4 "symbol, list or string")
  (debug-info 5 "property list") (liveness 6 "live slots at each call, or NIL")
  (constants 7 "first constant"))
(define-fields fef-arguments
  (required 0 6 "required arguments") (optional 6 6 "optional arguments")
  (rest 12 1 "takes a rest list") (keys 13 1 "the rest list is parsed as keywords")
  (environment 14 1 "local 0 is the lexical environment") (locals 15 9 "number of locals"))
(define-constants
  (fef-frame-map-before-code 2 "the lexical frame map is this many words before the code")
  (fef-nargs-general 31 "header nargs of a function that needs the general entry"))

;; Stack frame: arguments, three state words, locals, temporaries.
(define-layout frame-state
  (caller-frame 0 "caller's M-LP: index of its first local <10:0>, argument slots <19:12>; return kind <24:20>")
  (caller-lc 1 "byte offset of the return point from the caller's function; bit 31 = attention")
  (caller-function 2 "caller's function")
  (words 3 ""))
(define-fields frame
  (index 0 11 "PDL buffer index of local 0; the bit above may be a carry out of it")
  (argument-slots 12 8 "argument slots")
  (return-kind 20 5 "return kind, in a saved word only"))
(define-codes return-kind
  (normal 0 "one value; attention only because the buffer must be refilled")
  (values 1 "values, then their number")
  (discard 2 "no value is wanted")
  (resume 3 "the value goes to the trap that called")
  (bottom 4 "bottom frame of a stack"))

(define-layout catch-block
  (tag 0 "tag, or the unwind-protect marker") (link 1 "previous catch block, fixnum stack offset, or NIL")
  (frame 2 "M-LP") (function 3 "function") (lc 4 "byte offset of the handler; bit 31: wants values")
  (bindings 5 "depth of the binding stack, fixnum") (words 6 ""))

;; What TRAP leaves on the stack, from the lowest word on. An unboxed register is two words, its
;; low and high 16 bits. The words of the micro-stack follow, the innermost first, then their number.
(define-layout trap-block
  (m-t 0 "") (m-a 1 "") (m-b 2 "") (m-c 3 "") (m-d 4 "") (m-e 5 "") (m-i 6 "") (m-j 7 "") (m-s 8 "")
  (m-1 9 "") (m-2 11 "") (m-3 13 "") (m-4 15 "") (m-5 17 "") (m-6 19 "") (m-tem 21 "")
  (vma 23 "") (md 25 "") (pdl-index 27 "") (macro-ir 28 "the macroinstruction")
  (address 29 "micro-address of the call of TRAP: its error-table entry says what happened")
  (micro-stack 30 "first word of the micro-stack: where the micro-program goes on"))

;; System communication area: offsets from system-communication-area.
(define-layout sysca
  (magic 0 "fixnum, set by the builder") (version 1 "band version")
  (static-free 2 "fixnum: first free address of static boxed space")
  (initial-function 3 "function called at the end of the boot")
  (package-list 4 "all packages, for the first boot") (symbol-list 5 "simple vector of every cold-load symbol")
  (init-functions 6 "list of functions to call in order at the first boot")
  (layout-of-layouts 7 "") (features 8 "list of keywords")
  (static-code-free 9 "fixnum: first free address of static code space")
  (error-table 10 "simple vector of the microcode's error-table entries, or NIL")
  (gc-torture 11 "fixnum: flip at every nth allocation; 0 = only when needed")
  (heap-limit 12 "fixnum: words of dynamic space that may be in use; 0 = all")
  (words 64 ""))
