;;; -*- Mode: Lisp; Base: 8 -*-
;;; Macros that all microcode uses: memory references, transport, volatility, dispatch on types.
;;;
;;; Purpose. Every pointer that is read from memory passes the transporter dispatch
;;; before it is used, every pointer that is stored passes the volatility test. These
;;; macros are the only way to write either, so that the static checker can tell what
;;; was meant. Each costs one microinstruction when nothing is to be done.
;;;
;;;   reference            start the cycle         repair       meta dispatch
;;;   read a word          ((vma-start-read) …)    (check-page-read)   (transport …)
;;;   store a word         ((vma-start-write) …)   (check-page-write)  (gc-write-test)
;;;                        or ((md-start-write) …)
;;;
;;; Invariants.
;;; * The page-fault handlers repair the map and repeat the cycle. They clobber nothing
;;;   but registers named M-PGF-… and A-PGF-…; VMA is kept, MD is kept by a write.
;;; * A transport dispatch stands where VMA is still the address that MD was read from:
;;;   the transporter writes the new pointer back there. It may change MD (the new
;;;   pointer; the contents of the cell a forward leads to) and VMA (that cell), and
;;;   clobbers M-TR-… and A-TR-… only. It neither allocates by a flip nor breaks.
;;; * A transport dispatch is repeated after its handler (it pushes its own address), so
;;;   it may carry POPJ-AFTER-NEXT: a drop-through does not cancel that, a call does.
;;;   The instruction after it is executed once, when there was nothing more to do.

;;; ---- Memory references ----

;; After a start-read: MD is the word at VMA when this is done.
(assign check-page-read (plus call-conditional pg-fault pgf-read))
;; After a start-write: MD is in the word at VMA when this is done.
(assign check-page-write (plus call-conditional pg-fault pgf-write))
;; After a forced cycle: from-space, stacks in memory, protected pages.
(assign check-page-read-force (plus call-conditional pg-fault pgf-read-force))
(assign check-page-write-force (plus call-conditional pg-fault pgf-write-force))

;;; ---- Transport ----
;;;
;;; The dispatch index is the data type and, as its lowest bit, the map's answer
;;; about the page that MD points to (1: nothing to do). 6 bits from bit 24.; the
;;; rotated bit 24. of the pointer is replaced by the answer.

(assign transport-spec (plus from-space-meta push-own-address (byte-field 6 24.)))
(assign volatility-spec (plus volatility-meta push-own-address (byte-field 6 24.)))

(defmacro transport ()
  "MD was read from VMA. Contents of a cell or of a slot: forwards (EVCP, one-q-forward)
are followed, a pointer to from-space becomes the pointer to the new place."
  '((transport-spec md d-transport)))

(defmacro transport-value ()
  "The same for a value cell: an unbound one traps."
  '((transport-spec md d-transport-value)))

(defmacro transport-word ()
  "The word itself, not what an invisible pointer leads to: saving a binding, %p- operations."
  '((transport-spec md d-transport-word)))

(defmacro transport-header ()
  "MD is the first word of a structure, read from VMA. A header-forward is followed:
VMA and MD are then those of the structure's new place. Anything that is no header stops
the machine."
  '((transport-spec md d-transport-header)))

(defmacro transport-and-popj ()
  "TRANSPORT, and return after the next instruction."
  '((popj-after-next transport-spec md d-transport)))

;;; ---- Volatility ----

(defmacro gc-write-test ()
  "After CHECK-PAGE-WRITE: MD is what was stored at VMA. When it points to something more
volatile than the page it is in, the page becomes that volatile, so that the scavenger
visits it."
  '((volatility-spec md d-volatility)))

(defmacro gc-write-test-and-popj ()
  "GC-WRITE-TEST, and return after the next instruction."
  '((popj-after-next volatility-spec md d-volatility)))

(defmacro store (destination &rest value)
  "(store vma-start-write m-1) with MD ready, or (store md-start-write m-t) with VMA ready:
start the write, repair faults, test volatility."
  (list (cons (list destination) value)
        '(check-page-write)
        '(gc-write-test)))

(defmacro store-unboxed (destination &rest value)
  "The same for a word that can be no pointer: bytes, digits, fixnums known as such."
  (list (cons (list destination) value)
        '(check-page-write)))

;;; ---- Dispatch tables ----
;;;
;;; The data types in the order of their numbers (tools/microword/src/lisp_word.rs).

(defparameter *data-types*
  '(dtp-trap dtp-null dtp-unreconciled dtp-symbol dtp-symbol-header dtp-fix
    dtp-extended-number dtp-header dtp-gc-forward dtp-external-value-cell-pointer
    dtp-one-q-forward dtp-header-forward dtp-body-forward dtp-locative dtp-list
    dtp-u-entry dtp-fef-pointer dtp-array-pointer dtp-array-header dtp-stack-group
    dtp-closure dtp-indexed-forward dtp-select-method dtp-instance dtp-instance-header
    dtp-entity dtp-stack-closure dtp-self-ref-pointer dtp-character dtp-rplacd-forward
    dtp-spare dtp-small-flonum))

;; What an object of the type is, as far as reading and storing it is concerned.
(defparameter *reference-types*
  '(dtp-symbol dtp-extended-number dtp-locative dtp-list dtp-fef-pointer
    dtp-array-pointer dtp-stack-group dtp-closure dtp-instance dtp-stack-closure))
(defparameter *immediate-types* '(dtp-fix dtp-character))
;; Other words with an address in them.
(defparameter *marker-types* '(dtp-null dtp-symbol-header dtp-instance-header
                               dtp-external-value-cell-pointer dtp-one-q-forward
                               dtp-header-forward dtp-body-forward dtp-rplacd-forward))

(defun type-entry (type clauses default)
  "The entry for TYPE: of the first clause whose list of types has it."
  (dolist (clause clauses default)
    (if (if (listp (car clause)) (member type (car clause)) (eq type (car clause)))
        (return (cdr clause)))))

(defmacro type-dispatch-table (name default &rest clauses)
  "A table for (dispatch q-data-type x NAME): DEFAULT and the entries of CLAUSES are lists
such as (inhibit-xct-next-bit label) or (p-bit r-bit) for dropping through.
A clause is (TYPE . entry) or ((TYPE …) . entry)."
  (append (list '(locality d-mem) name '(start-dispatch 5))
          (mapcar (lambda (type) (type-entry type clauses default)) *data-types*)
          (list '(end-dispatch) '(locality i-mem))))

(defmacro meta-dispatch-table (name trapped default &rest clauses)
  "A table for a transport or volatility dispatch. A clause gives the entry of its types
whatever the map says; a type without one has TRAPPED when the map answers that there is
something to do, and DEFAULT otherwise."
  (let ((entries '()))
    (dolist (type *data-types*)
      (push (type-entry type clauses trapped) entries)
      (push (type-entry type clauses default) entries))
    (append (list '(locality d-mem) name '(start-dispatch 6))
            (reverse entries)
            (list '(end-dispatch) '(locality i-mem)))))

(defmacro transport-table (name &rest clauses)
  "A table for a transport dispatch on MD: references are transported when the map says so,
immediates pass, free codes and headers stop the machine; CLAUSES come first."
  (list (append
         (list 'meta-dispatch-table name
               '(p-bit inhibit-xct-next-bit transporter) '(p-bit r-bit))
         clauses
         (list (cons *immediate-types* '(p-bit r-bit))
               '((dtp-external-value-cell-pointer dtp-one-q-forward dtp-rplacd-forward)
                 p-bit inhibit-xct-next-bit transport-follow)
               '((dtp-trap dtp-unreconciled dtp-symbol-header dtp-header dtp-gc-forward
                  dtp-header-forward dtp-body-forward dtp-array-header dtp-u-entry
                  dtp-indexed-forward dtp-select-method dtp-instance-header dtp-entity
                  dtp-self-ref-pointer dtp-spare dtp-small-flonum)
                 p-bit inhibit-xct-next-bit transport-bad-type)))))

(defmacro call-unless-type (type register routine)
  "Call ROUTINE (usually TRAP, with its error-table entry after this) unless REGISTER, of M
memory or a functional source, has the data type."
  (list (list 'call-data-type-not-equal register
              (list 'a-constant (list 'byte-value 'q-data-type type))
              routine)))

(defmacro jump-unless-type (type register label)
  "Go to LABEL unless REGISTER has the data type."
  (list (list 'jump-data-type-not-equal register
              (list 'a-constant (list 'byte-value 'q-data-type type))
              label)))

(defmacro jump-if-type (type register label)
  "Go to LABEL if REGISTER has the data type."
  (list (list 'jump-data-type-equal register
              (list 'a-constant (list 'byte-value 'q-data-type type))
              label)))

;;; ---- Leaving the fast path ----

(defmacro escape (operands service)
  "The rest is done by the Lisp function in slot SERVICE of the support vector, called with
the OPERANDS (1 to 3) words on top of the stack: as if the macroinstruction had been that call.
The routines ESCAPE-1 to ESCAPE-3 take the slot from READ-I-ARG."
  (list (list (list 'arg-jump (intern (concatenate 'string "ESCAPE-"
                                                   (string (code-char (+ 48. operands))))))
              (list 'i-arg service))))

(defmacro wrong-type (place type)
  "Trap: the operand in PLACE (a register, or PDL-TOP) is not of the Lisp type TYPE. A value
given by the handler is put in PLACE, and the macroinstruction is done again."
  (list '(call trap)
        (list 'error-table 'wrong-type place type)))

;;; ---- Failed sanity checks ----

(defmacro illop (&rest reason)
  "Stop: what must not happen has happened. REASON goes to the error table."
  (list '(call illop) (append '(error-table illop) reason)))

(defmacro illop-unless-page-ok ()
  "After a reference to a wired page: it cannot fault."
  '((call-conditional pg-fault illop)
    (error-table illop "a wired page is not in the map")))
