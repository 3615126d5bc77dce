;;; What names mean: lexical environments, and the knowledge about global names.
;;;
;;; Knowledge about a global name is on its property list:
;;;   special          T: a special variable
;;;   constant            (value): a constant variable whose value is known
;;;   symbol-macro        (expansion)
;;;   arguments           (least . most) arguments of a known function; most NIL = any number
;;;   inline              :inline or :notinline
;;;   inline-expansion    lambda expression
;;;   expander            compiler-macro expander
;;;   accessor            (layout word-index read-only): a structure accessor
;;;   predicate           layout: a structure predicate
;;;   slot-count          of a known layout
;;; Macros are looked up by the function in *MACRO-FUNCTION*, since on the host the target's
;;; macros must not be mixed up with the host's own.

(in-package :compiler)

(defvar *macro-function* nil)       ; from a symbol to an expander or NIL
(defvar *evaluate* nil)             ; evaluates a form at compile time

(defstruct (environment (:constructor make-environment (variables functions blocks tags flags)))
  "VARIABLES: (name . lexical), (name . :special) or (name :macro expansion).
FUNCTIONS: (name . local-function) or (name :macro . expander). FLAGS: (name . :inline or
:notinline)."
  variables functions blocks tags flags)

(defvar *null-environment* (make-environment nil nil nil nil nil))

(defun clone-environment (env)
  (let ((env (or env *null-environment*)))
    (make-environment (environment-variables env) (environment-functions env)
                      (environment-blocks env) (environment-tags env) (environment-flags env))))

(defun with-variables (env entries)
  "ENV with ENTRIES, (name . meaning), in front of its variables."
  (if (null entries)
      env
      (let ((new (clone-environment env)))
        (setf (environment-variables new)
              (append entries (environment-variables new)))
        new)))

(defun with-functions (env entries)
  (let ((new (clone-environment env)))
    (setf (environment-functions new) (append entries (environment-functions new)))
    new))

(defun variable-meaning (name env)
  "A lexical, :SPECIAL, (:MACRO expansion), (:CONSTANT value), or NIL when nothing is known."
  (let ((entry (assoc name (environment-variables env))))
    (cond (entry (cdr entry))
          ((get name 'constant) (cons :constant (get name 'constant)))
          ((get name 'special) :special)
          ((get name 'symbol-macro) (cons :macro (get name 'symbol-macro)))
          (t nil))))

(defun function-meaning (name env)
  "A local-function, (:MACRO . expander), or NIL for a global name."
  (cdr (assoc name (environment-functions env) :test #'equal)))

(defun inline-flag (name env)
  "Whether NAME is declared :INLINE or :NOTINLINE here."
  (let ((entry (assoc name (environment-flags env) :test #'equal)))
    (cond (entry (cdr entry))
          ((symbolp name) (get name 'inline))
          (t nil))))

;;; Macro expansion

(defun macro-expander (name env)
  (let ((local (function-meaning name env)))
    (cond ((null local) (funcall *macro-function* name))
          ((consp local) (cdr local))
          (t nil))))

(defun expand-1 (form &optional env)
  "FORM expanded once as target code; second value whether anything was expanded."
  (let ((env (or env *null-environment*)))
    (cond ((and (symbolp form) form (not (keywordp form)))
           (let ((meaning (variable-meaning form env)))
             (if (and (consp meaning) (eq (car meaning) :macro))
                 (values (cadr meaning) t)
                 (values form nil))))
          ((and (consp form) (symbolp (car form)))
           (let ((expander (and (not (special-form-p (car form))) (macro-expander (car form) env))))
             (if expander
                 (values (funcall expander form env) t)
                 (values form nil))))
          (t (values form nil)))))

(defun expand (form &optional env)
  "FORM expanded as target code until it is no macro form any more."
  (let ((any nil))
    (do () (nil)
      (multiple-value-bind (new changed) (expand-1 form env)
        (if changed
            (setq form new any t)
            (return (values form any)))))))

(defun special-form-p (name)
  (get name 'converter))

;;; Constants

(defun self-evaluating-p (form)
  (not (or (consp form) (and (symbolp form) form (not (eq form t)) (not (keywordp form))))))

(defun constant-form-p (form &optional env)
  "Whether FORM is a constant whose value is known."
  (cond ((self-evaluating-p form) t)
        ((symbolp form)
         (let ((meaning (variable-meaning form (or env *null-environment*))))
           (and (consp meaning) (eq (car meaning) :constant))))
        (t (eq (car form) 'quote))))

(defun constant-form-value (form &optional env)
  (cond ((self-evaluating-p form) form)
        ((symbolp form) (cadr (variable-meaning form (or env *null-environment*))))
        (t (cadr form))))

(defun target-fixnum-p (x)
  (and (integerp x) (<= -16777216 x) (<= x 16777215)))

(defun immediate-p (x)
  "Whether EQL and EQ are the same for the constant X in the machine."
  (or (symbolp x) (characterp x) (target-fixnum-p x)))

;;; What the world's files tell

(defun note-accessor (accessor layout word-index &optional read-only)
  (setf (get accessor 'accessor) (list layout word-index read-only))
  (setf (get accessor 'arguments) (cons 1 1))
  accessor)

(defun note-predicate (predicate layout)
  (setf (get predicate 'predicate) layout)
  (setf (get predicate 'arguments) (cons 1 1))
  predicate)

(defun note-special (name)
  (setf (get name 'special) t)
  name)

(defun note-proclamation (spec)
  "What the compiler keeps of a proclamation."
  (let ((kind (car spec)))
    (cond ((eq kind 'special) (dolist (name (cdr spec)) (note-special name)))
          ((eq kind 'inline)
           (dolist (name (cdr spec)) (if (symbolp name) (setf (get name 'inline) :inline))))
          ((eq kind 'notinline)
           (dolist (name (cdr spec)) (if (symbolp name) (setf (get name 'inline) :notinline))))
          ((eq kind 'declaration)
           (dolist (name (cdr spec)) (setf (get name 'declaration-name) t))))
    nil))

(defun note-function (name arguments)
  (if (symbolp name)
      (setf (get name 'arguments) arguments)
      (setf (get (cadr name) 'setf-arguments) arguments))
  name)

(defvar *function-arguments* nil)   ; function: (least . most) of a function that is there

(defun known-arguments (name)
  "(least . most) of the global function NAME, or NIL."
  (or (if (symbolp name)
          (get name 'arguments)
          (get (cadr name) 'setf-arguments))
      (and *function-arguments* (funcall *function-arguments* name))))
