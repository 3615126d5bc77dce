;;; -*- Mode: Lisp; Base: 8 -*-
;;; Calls.
;;;
;;; Purpose. A call finds the arguments on the stack, pushes the three state words and the
;;; locals of the callee and goes to its first macroinstruction. CALL-0 to CALL-7 do the
;;; common case, a symbol whose function is compiled and takes exactly so many arguments,
;;; in a straight line of 20. microinstructions; everything else goes through CALL-OBJECT.
;;;
;;; Entry points. CALL-OBJECT: call M-A with M-6 arguments, which are on the stack; the
;;; micro-stack holds the way to the main loop, and control goes there. ESCAPE-1 … -4:
;;; call a function of the support vector with the operands as arguments.
;;;
;;; Invariants. M-5 is what is special about a call: the return kind in the place that it
;;; has in the saved M-LP, and bit 31. when the saved LC must have the attention bit.
;;; Nothing of the caller has changed when a call traps.

(assign-eval call-values (plus (byte-value frame-return-kind return-kind-values) 1_31.))
(assign-eval call-discard (plus (byte-value frame-return-kind return-kind-discard) 1_31.))
(assign-eval call-resume (plus (byte-value frame-return-kind return-kind-resume) 1_31.))
(assign-eval call-bottom (plus (byte-value frame-return-kind return-kind-bottom) 1_31.))

;; LC relative to a function is LC less 4 times its address. The address times 4 loses its
;; highest bits where it takes the tag of a fixnum, which the relative LC then has too.
(def-data-field function-address-in-lc 25. 2)
(def-data-field function-address-below-tag 23. 2)
(def-data-field fef-entry-offset 10. 0)         ;entry field and the two zeros below: bytes
(def-data-field attention-bit 1 31.)
(def-data-field frame-but-return-kind 20. 0)    ;of a saved M-LP

(defmacro push-relative-lc ()
  "Push LC, relative to M-FEF, as a fixnum. Clobbers M-TEM."
  '(((m-tem) dpb m-fef function-address-below-tag a-fix-zero)
    ((pdl-push) sub lc a-tem output-selector-mask-25)))

(defmacro restore-lc ()
  "LC from M-1, relative to M-FEF and without tag. Clobbers M-TEM."
  '(((m-tem) dpb m-fef function-address-in-lc a-zero)
    ((lc) add m-1 a-tem)))

;;; ---- What a function cell may hold ----
;;;
;;; A transport dispatch. A function falls through and its header is read; VMA is then the
;;; function. Other objects go to CALL-CELL-OBJECT, the dispatch constant being the number
;;; of arguments.

(defmacro call-cell-table (name)
  (let ((entries '()))
    (dolist (type *data-types*)
      (dolist (answer '(trapped passed))
        (push (cond ((member type '(dtp-external-value-cell-pointer dtp-one-q-forward))
                     '(p-bit inhibit-xct-next-bit transport-follow))
                    ((and (eq answer 'trapped)
                          (or (eq type 'dtp-null) (member type *reference-types*)))
                     '(p-bit inhibit-xct-next-bit transporter))
                    ((eq type 'dtp-fef-pointer) '(p-bit r-bit start-read))
                    (t '(inhibit-xct-next-bit call-cell-object)))
              entries)))
    (append (list '(locality d-mem) name '(start-dispatch 6))
            (reverse entries)
            (list '(end-dispatch) '(locality i-mem)))))

(call-cell-table d-call-cell)

;;; ---- Number of arguments, number of locals ----

(defmacro nargs-table (name nargs)
  "For the field of a function's header: NARGS drops through."
  (let ((entries '()))
    (dotimes (n 40)
      (push (if (= n nargs) '(p-bit r-bit) '(inhibit-xct-next-bit call-not-simple)) entries))
    (append (list '(locality d-mem) name '(start-dispatch 5))
            (reverse entries)
            (list '(end-dispatch) '(locality i-mem)))))

;; So many locals, as NILs. The dispatch has POPJ-AFTER-NEXT, which no locals leave in force;
;; the others execute the instruction after the dispatch and then push.
(locality d-mem)
d-push-locals
(start-dispatch 4)
	(p-bit r-bit)
	(push-1-local) (push-2-locals) (push-3-locals) (push-4-locals) (push-5-locals)
	(push-6-locals) (push-7-locals) (push-8-locals) (push-9-locals) (push-10-locals)
	(push-11-locals) (push-12-locals) (push-13-locals) (push-14-locals) (push-15-locals)
(end-dispatch)
(locality i-mem)

push-15-locals	((pdl-push) a-v-nil)
push-14-locals	((pdl-push) a-v-nil)
push-13-locals	((pdl-push) a-v-nil)
push-12-locals	((pdl-push) a-v-nil)
push-11-locals	((pdl-push) a-v-nil)
push-10-locals	((pdl-push) a-v-nil)
push-9-locals	((pdl-push) a-v-nil)
push-8-locals	((pdl-push) a-v-nil)
push-7-locals	((pdl-push) a-v-nil)
push-6-locals	((pdl-push) a-v-nil)
push-5-locals	((pdl-push) a-v-nil)
push-4-locals	((pdl-push) a-v-nil)
push-3-locals	((pdl-push) a-v-nil)
push-2-locals	(popj-after-next (pdl-push) a-v-nil)
	       ((pdl-push) a-v-nil)
push-1-local	(popj-after-next (pdl-push) a-v-nil)
	       (no-op)

;;; ---- CALL-n ----

(defmacro define-call (name table nargs)
  (list
   (list 'nargs-table table nargs)
   (list 'misc-inst-entry name)
   '((vma-start-read) add macro-ir-displacement a-fef)
   '(check-page-read)
   '(transport)
   '((vma-start-read) add md (a-constant symbol-function))
   '(check-page-read)
   (list 'dispatch 'transport-spec 'md 'd-call-cell (list 'i-arg nargs))
   '(check-page-read)
   (list 'dispatch 'fef-header-nargs 'md table (list 'i-arg nargs))
   '(check-pdl-room spill-in-call)
   '((pdl-push) m-lp)
   '(push-relative-lc)
   '((pdl-push) m-fef)
   ;; The index may carry into the bit above it, never into the number of slots.
   (list '(m-lp) 'add 'pdl-pointer
         (list 'a-constant (list 'plus 1 '(byte-value q-data-type dtp-fix)
                                 (list 'byte-value 'frame-argument-slots nargs))))
   '((m-fef) vma)
   '((m-tem) dpb m-fef function-address-in-lc a-zero)
   '((m-1) ldb fef-entry-offset md)
   '(popj-after-next dispatch fef-header-locals md d-push-locals)
   '((lc) add m-1 a-tem)))

(define-call call-0 d-nargs-0 0)
(define-call call-1 d-nargs-1 1)
(define-call call-2 d-nargs-2 2)
(define-call call-3 d-nargs-3 3)
(define-call call-4 d-nargs-4 4)
(define-call call-5 d-nargs-5 5)
(define-call call-6 d-nargs-6 6)
(define-call call-7 d-nargs-7 7)

;; The function cell holds something else: MD.
call-cell-object
	((m-6) read-i-arg)
	((m-a) md)
	(jump-xct-next call-object)
       ((m-5) a-zero)

;; VMA is a function, MD its header, and it is not simple or wants other arguments.
call-not-simple
	((m-6) read-i-arg)
	((m-a) vma)
	((m-5) a-zero)
	(jump-xct-next call-fef)
       ((m-s) a-v-nil)

;; Constant in <11:0>, 8. + <15:12> arguments.
long-call
	((m-6) ldb (byte-field 4 12.) m-1)
	((m-6) add m-6 (a-constant 10))
	((m-1) ldb (byte-field 12. 0) m-1)
	((vma-start-read) add m-1 a-fef)
	(check-page-read)
	(transport)
	((m-a) md)
	(jump-xct-next call-object)
       ((m-5) a-zero)

;;; ---- Calls of anything ----

	(declare (args m-a m-5 m-6))
call-object
	(dispatch q-data-type m-a d-call-object)
       ((m-s) a-v-nil)

(type-dispatch-table d-call-object (call-not-a-function)
  (dtp-fef-pointer call-fef)
  (dtp-closure call-closure)
  (dtp-symbol call-symbol)
  (dtp-instance call-instance))

;; A compiled function; M-S is the environment for it, or NIL.
call-fef
	((vma-start-read) m-a)
	(check-page-read)
	((m-1) ldb fef-header-nargs md)
	(jump-not-equal m-1 a-6 call-general)
	(check-pdl-room spill-in-call)
	((pdl-push) selective-deposit m-5 frame-return-kind a-lp)
	((m-tem) dpb m-fef function-address-below-tag a-fix-zero)
	((m-3) sub lc a-tem output-selector-mask-25)
	((pdl-push) selective-deposit m-5 attention-bit a-3)
	((pdl-push) m-fef)
	((m-tem) dpb m-6 frame-argument-slots a-fix-zero)
	((m-lp) m+a+1 pdl-pointer a-tem)
	((m-fef) m-a)
	((m-tem) dpb m-fef function-address-in-lc a-zero)
	((m-1) ldb fef-entry-offset md)
	(popj-after-next dispatch fef-header-locals md d-push-locals)
       ((lc) add m-1 a-tem)

call-closure
	(call-xct-next step-closure)
       ((m-d) a-v-nil)
	(jump call-fef)
call-symbol
	(call-xct-next step-symbol)
       ((m-d) a-v-nil)
	(jump call-object)
call-instance
	(call-xct-next step-instance)
       ((m-d) a-v-nil)
	(jump call-object)

;;; ---- From what is called to a compiled function, a step at a time ----
;;;
;;; These return only when M-A has become something nearer to a function, M-S its
;;; environment if it was a closure. M-D is the list of further arguments, for the error.

;; Two cells in list format: function, environment.
	(declare (args m-a m-d) (values m-a m-s) (clobbers m-b))
step-closure
	((vma-start-read) m-a)
	(check-page-read)
	(transport)
	((m-b) ldb q-typed-pointer md)
	((vma-start-read) add m-a (a-constant closure-environment))
	(check-page-read)
	(transport)
	((m-s) ldb q-typed-pointer md)
	(jump-unless-type dtp-fef-pointer m-b step-fails)
	(popj-after-next (m-a) m-b)
       (no-op)

	(declare (args m-a m-d) (values m-a) (clobbers m-b))
step-symbol
	((vma-start-read) add m-a (a-constant symbol-function))
	(check-page-read)
	(transport)
	((m-b) md)
	(jump-if-type dtp-null m-b step-fails)
	(jump-if-type dtp-list m-b step-fails)          ;macro or special operator
	(popj-after-next (m-a) m-b)
       (no-op)

;; An instance can be called when the description of its layout is the symbol that the
;; support vector names. Then its first slot is called.
	(declare (args m-a m-d) (values m-a) (clobbers m-b m-tem))
step-instance
	((vma-start-read) m-a)
	(check-page-read)
	(transport-header)
	((vma-start-read) add md (a-constant layout-description))
	(check-page-read)
	(transport)
	((m-b) md)
	((vma-start-read) (a-constant (plus support-vector svc-funcallable)))
	(check-page-read)
	(transport)
	((m-tem) md)
	(jump-not-equal m-b a-tem step-fails)
	((vma-start-read) m-a)
	(check-page-read)
	(transport-header)
	((m-tem) vma)
	((vma-start-read) add m-tem (a-constant instance-slots))
	(check-page-read)
	(transport)
	(popj-after-next (m-a) md)
       (no-op)

step-fails
	((m-garbage) micro-stack-data-pop)
	(jump call-not-a-function-with-list)

;; M-A cannot be called. Lisp is told, with M-A and the list of arguments; what it returns is
;; the value of the call, of the kind that was asked for.
call-not-a-function
	((m-d) a-v-nil)
;; The same when the list M-D holds more arguments.
call-not-a-function-with-list
	(jump-xct-next call-error)
       ((m-4) (a-constant (plus support-vector svc-undefined-function)))

wrong-argument-count
	((m-d) a-v-nil)
wrong-argument-count-with-list
	((m-4) (a-constant (plus support-vector svc-wrong-argument-count)))
call-error
	((vma-start-read) m-4)
	(check-page-read)
	(transport)
	((m-e) md)
	;; Were that not defined either, we would go round in circles.
	(call-equal m-e a-a illop)
	(error-table illop handler-of-call-errors-is-not-defined)
	(call list-from-stack)
	((pdl-push) m-a)
	((pdl-push) m-t)
	((m-a) m-e)
	(jump-xct-next call-object)
       ((m-6) (a-constant 2))

;;; ---- FUNCALL ----

	(misc-inst-entry funcall)
	((m-1) macro-ir-displacement)
long-funcall
	((m-6) m-1)
	((m-a) pdl-pop)
	(jump-xct-next call-object)
       ((m-5) a-zero)

	(misc-inst-entry funcall-mv)
	((m-1) macro-ir-displacement)
long-funcall-mv
	((m-6) m-1)
	((m-a) pdl-pop)
	(jump-xct-next call-object)
       ((m-5) (a-constant call-values))

	(misc-inst-entry funcall-count)
	((m-a) pdl-pop)
	((m-6) ldb q-pointer pdl-pop)
	(jump-xct-next call-object)
       ((m-5) a-zero)

	(misc-inst-entry funcall-count-mv)
	((m-a) pdl-pop)
	((m-6) ldb q-pointer pdl-pop)
	(jump-xct-next call-object)
       ((m-5) (a-constant call-values))

;;; ---- Tail calls: the arguments take the place of the frame ----

(defmacro define-tail-call (name nargs)
  (list (list 'misc-inst-entry name)
        '((vma-start-read) add macro-ir-displacement a-fef)
        '(check-page-read)
        '(transport)
        '((m-a) md)
        '(jump-xct-next tail-call-object)
        (list '(m-6) (list 'a-constant nargs))))

(define-tail-call tail-call-0 0)
(define-tail-call tail-call-1 1)
(define-tail-call tail-call-2 2)
(define-tail-call tail-call-3 3)
(define-tail-call tail-call-4 4)
(define-tail-call tail-call-5 5)
(define-tail-call tail-call-6 6)
(define-tail-call tail-call-7 7)

	(misc-inst-entry tail-funcall)
	((m-1) macro-ir-displacement)
long-tail-funcall
	((m-6) m-1)
	(jump-xct-next tail-call-object)
       ((m-a) pdl-pop)

	(misc-inst-entry tail-funcall-count)
	((m-a) pdl-pop)
	(jump-xct-next tail-call-object)
       ((m-6) ldb q-pointer pdl-pop)

;; Call M-A with the M-6 arguments on the stack in place of the current frame.
tail-call-object
	(call leave-frame)
	(jump call-object)

;;; ---- Leaving the frame for a tail call ----

;; Moves the M-6 words on top over the current frame and goes back to its caller's
;; function and LC; M-5 is what was special about the call that made the frame. Should
;; nothing of the caller be in the buffer, the words now lowest there take the attention
;; bit along in M-5, and nobody returns before another frame stands on them.
	(declare (args m-6) (values m-5) (clobbers m-t m-1 m-2 m-3 m-4 m-tem))
leave-frame
	((pdl-index) sub m-lp (a-constant 3))
	((m-4) c-pdl-buffer-index)
	((pdl-index) sub m-lp (a-constant 2))
	((m-1) c-pdl-buffer-index)
	((pdl-index) sub m-lp (a-constant 1))
	((m-fef) c-pdl-buffer-index)
	((m-5) selective-deposit m-4 frame-return-kind a-zero)
	((m-5) selective-deposit m-1 attention-bit a-5)
	((m-2) ldb frame-argument-slots m-lp)
	((m-2) sub m-lp a-2)
	((m-2) sub m-2 (a-constant 4))          ;below the frame's argument 0
	((m-lp) selective-deposit m-4 frame-but-return-kind a-fix-zero)
	((m-1) ldb q-pointer m-1)
	(restore-lc)
	((m-3) sub pdl-pointer a-6)             ;below the first word to move
	((m-4) m-6)
	(call move-down)
	(popj-after-next (pdl-pointer) m-2)
       (no-op)

;; Moves M-4 words of the buffer, from those above index M-3 to those above M-2, which is
;; below. M-2 and M-3 end at the last of them.
	(declare (args m-2 m-3 m-4) (values m-2 m-3) (clobbers m-t m-2 m-3 m-4))
move-down
	(popj-equal m-4 a-zero)
move-down-1
	((m-3 pdl-index) add m-3 (a-constant 1))
	((m-t) c-pdl-buffer-index)
	((m-2 pdl-index) add m-2 (a-constant 1))
	((c-pdl-buffer-index) m-t)
	((m-4) sub m-4 (a-constant 1))
	(jump-greater-than m-4 a-zero move-down-1)
	(popj)

;;; ---- Escapes ----
;;;
;;; A macroinstruction that computes a Lisp function, and its operands are outside the fast
;;; path: they are on the stack (again), and the way to the main loop is all that is on the
;;; micro-stack. (arg-jump escape-2 (i-arg svc-escape-…)) calls the function in that slot of
;;; the support vector with two arguments.

escape-1
	(jump-xct-next escape)
       ((m-6) (a-constant 1))
escape-2
	(jump-xct-next escape)
       ((m-6) (a-constant 2))
escape-3
	(jump-xct-next escape)
       ((m-6) (a-constant 3))
escape-4
	(jump-xct-next escape)
       ((m-6) (a-constant 4))
escape-5
	((m-6) (a-constant 5))
escape
	((m-1) read-i-arg)
	((vma-start-read) add m-1 (a-constant support-vector))
	(check-page-read)
	(transport)
	((m-a) md)
	(jump-xct-next call-object)
       ((m-5) a-zero)
