;;; The instruction list of a function in the making: labels, stack depth, locals, constants.
;;;
;;; An instruction is a list (NAME OPERAND). The operand is a number, a label, a constant
;;; entry, or NIL. Pseudo-instructions: (:LABEL label), (:HANDLER label) and (:END-HANDLER)
;;; around code whose throws may go to a handler, (:NOTHING).

(in-package :compiler)

(defstruct (label (:constructor make-label ()))
  (depth nil)           ; stack depth there, once known
  (used nil)            ; something branches there
  (forward nil)         ; label of the branch that is the first thing there
  (position 0))         ; halfword, when assembled

(defstruct (constant-slot (:constructor make-constant-slot (kind value)))
  kind value
  (short nil)           ; some instruction has no long form for it
  (index nil))          ; word of the function

(defvar *code*)                 ; instructions, newest first
(defvar *depth*)                ; temporaries on the stack
(defvar *deepest*)
(defvar *reachable*)            ; whether control can come here
(defvar *constants*)            ; constant-slots, newest first
(defvar *next-local*)
(defvar *local-count*)
(defvar *slot-names*)           ; (local . name), for the debugger
(defvar *contexts*)             ; what an exit must undo, innermost first
(defvar *contours-entered*)     ; counts them

(defconstant catch-block-words 6)

(defun adjust-depth (delta)
  (setq *depth* (+ *depth* delta))
  (if (> *depth* *deepest*) (setq *deepest* *depth*)))

(defun add-instruction (name operand)
  (setq *code* (cons (list name operand) *code*)))

(defun emit-with (name operand delta)
  "Emits an instruction that changes the stack depth by DELTA."
  (if *reachable*
      (progn
        (add-instruction name operand)
        (adjust-depth delta))))

(defun emit (name &optional operand)
  "Emits an instruction whose stack effect the table gives."
  (emit-with name operand (- (instruction-results name) (instruction-arguments name))))

(defun emit-last (name operand)
  "Emits an instruction after which control does not go on."
  (if *reachable*
      (progn (add-instruction name operand)
             (setq *reachable* nil))))

(defun emit-branch (name label delta)
  (if *reachable*
      (progn
        (adjust-depth delta)
        (note-branch label)
        (add-instruction name label)
        (if (eq name 'branch) (setq *reachable* nil)))))

(defun note-branch (label)
  (setf (label-used label) t)
  (if (null (label-depth label)) (setf (label-depth label) *depth*)))

(defun place-label (label)
  "Control may come here by a branch."
  (if (label-used label)
      (progn
        (setq *depth* (label-depth label))
        (if (> *depth* *deepest*) (setq *deepest* *depth*))
        (setq *reachable* t)
        (add-instruction :label label))))

(defun place-loop-label (label)
  "Control may come here by a branch that is emitted later."
  (setf (label-depth label) *depth*)
  (setf (label-used label) t)
  (setq *reachable* t)
  (add-instruction :label label))

;;; Constants: one slot for things that are EQL, or strings with the same characters.

(defun same-constant-p (kind value slot)
  (and (eq kind (constant-slot-kind slot))
       (let ((other (constant-slot-value slot)))
         (if (eq kind :setf)
             (equal value other)
             (or (eql value other)
                 (and (stringp value) (stringp other) (string= value other)))))))

(defun constant-slot (kind value)
  (dolist (slot *constants*
                (let ((slot (make-constant-slot kind value)))
                  (setq *constants* (cons slot *constants*))
                  slot))
    (if (same-constant-p kind value slot) (return slot))))

(defun emit-constant (value)
  (cond ((and (integerp value) (<= 0 value) (<= value 63)) (emit 'push-fixnum value))
        ((and (integerp value) (< value 0) (<= -64 value)) (emit 'push-negative (- -1 value)))
        ((and (integerp value) (<= -32768 value) (<= value 32767)) (emit 'long-push-fixnum value))
        (*reachable* (emit 'push-constant (constant-slot :object value)))))

(defun name-slot (name)
  "The slot of the symbol whose function NAME names."
  (if (consp name)
      (constant-slot :setf (cadr name))
      (constant-slot :object name)))

;;; Locals

(defun allocate-local (name)
  (let ((local *next-local*))
    (setq *next-local* (+ local 1))
    (if (> *next-local* *local-count*) (setq *local-count* *next-local*))
    (if (not (assoc local *slot-names*))
        (setq *slot-names* (cons (cons local name) *slot-names*)))
    local))

(defun emit-drop (count)
  (if (> count 0) (emit-with 'drop count (- count))))

(defun emit-pop-local (local)
  (emit 'pop-local local))

(defun emit-push-local (local &optional variable)
  "Pushes a local. When its only use follows its only setting, neither is needed."
  (let ((last (car *code*)))
    (if (and *reachable* last (eq (car last) 'pop-local) (eql (cadr last) local))
        (progn
          (setq *code* (cdr *code*))
          (if (and variable (= (lexical-references variable) 1)
                   (= (lexical-assignments variable) 0))
              (adjust-depth 1)
              (progn (add-instruction 'set-local local) (adjust-depth 1))))
        (emit 'push-local local))))
