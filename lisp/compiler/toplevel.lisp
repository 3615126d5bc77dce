;;; Top-level forms, files, and the entry points of the compiler.
;;;
;;; Compiling a file gives *load actions*, in order:
;;;   (:function name description)        put the function into the function cell of NAME
;;;   (:macro name description)           make NAME a macro with this expander
;;;   (:variable name entry)              value of a special variable: (:object . x)
;;;   (:constant name entry)              the same, for a constant
;;;   (:declaim specifier)
;;;   (:layout name included slot-count entry)
;;;   (:evaluate description)             call this function of no arguments
;;; The builder carries them out when it lays out the band, the machine when it loads.

(in-package :compiler)

(defvar *actions* nil)              ; newest first
(defvar *pending* nil)              ; forms to be evaluated, newest first
(defvar *unit-label* nil)           ; name of the file, for the names of its init functions
(defvar *evaluations* 0)
(defvar *define-macro* nil)         ; (function name expander): known from now on while compiling
(defvar *function-defined* nil)     ; function: whether a global function is there already
(defvar *report-undefined* t)       ; warn of functions that nothing defines

(defconstant pending-limit 16)

;;; Functions

(defun compile-lambda (name expression &optional env)
  "The description of the function that a LAMBDA or NAMED-LAMBDA expression makes."
  (let ((result (catch 'compiler-error (compile-checked-lambda name expression env))))
    (if (consp result)
        (progn
          (note-warning (cadr result) expression)
          (compile-checked-lambda
           name
           (list 'lambda '(&rest arguments) '(declare (ignore arguments))
                 (list 'error "~a" (cadr result)))
           nil))
        result)))

(defun compile-checked-lambda (name expression env)
  (let* ((*root-name* name) (*internal-count* 0) (*root-lifted* nil)
         (function (convert-lambda expression (or env *null-environment*) name)))
    (setq *root-name* (function-node-name function))
    (simplify-function function)
    (let* ((lifted (analyze function)) (description (generate-function function)))
      (setf (svref description 12)
            (mapcar (lambda (local)
                      (cdr (assoc (local-function-lifted local) *root-lifted*)))
                    lifted))
      description)))

(defun compile-form-for-eval (form &optional env)
  "The description of a function of no arguments that evaluates FORM."
  (compile-lambda nil (list 'lambda nil form) env))

;;; Actions

(defun add-action (action)
  (flush-cells)
  (setq *actions* (cons action *actions*)))

(defun flush-cells ()
  "Evaluation of the LOAD-TIME-VALUE forms met since last time."
  (do () ((null *cells*))
    (let ((cells (reverse *cells*)))
      (setq *cells* nil)
      (flush-pending)
      (evaluate-at-load
       (mapcar (lambda (cell) (list 'rplaca (list 'the-cell (car cell)) (cadr cell))) cells)
       nil))))

(defun evaluate-at-load (forms env)
  (setq *evaluations* (+ *evaluations* 1))
  (let ((description (compile-lambda (list :initialize *unit-label* *evaluations*)
                                     (cons 'lambda (cons nil forms)) env)))
    (add-action (list :evaluate description))))

(defun flush-pending ()
  (if *pending*
      (let ((forms (reverse *pending*)))
        (setq *pending* nil)
        (evaluate-at-load forms nil))))

(defun add-pending (form env)
  (if (and env (not (eq env *null-environment*)))
      (progn (flush-pending) (evaluate-at-load (list form) env))
      (progn
        (setq *pending* (cons form *pending*))
        (if (>= (length *pending*) pending-limit) (flush-pending)))))

;;; Top-level forms

(defun compile-toplevel-form (form &optional env)
  "Does with FORM what COMPILE-FILE must, and notes the load actions."
  (let ((result (catch 'compiler-error (process-toplevel form (or env *null-environment*)) nil)))
    (if (consp result)
        (progn (note-warning (cadr result) form)
               (add-pending (list 'error "~a" (cadr result)) nil)))))

(defun process-forms (forms env)
  (dolist (form forms) (compile-toplevel-form form env)))

(defun process-toplevel (form env)
  (if (consp form)
      (let* ((operator (car form))
             (processor (and (symbolp operator) (null (function-meaning operator env))
                             (get operator 'toplevel-processor))))
        (setq *current-form* form)
        (if (not (and processor (funcall processor form env)))
            (multiple-value-bind (new expanded) (expand-checked form env)
              (if expanded
                  (process-toplevel new env)
                  (add-pending form env)))))))

(defun expand-checked (form env)
  (handler-case (expand-1 form env)
    (error (condition)
      (compiler-error "The expansion of ~s failed: ~a" (car form) condition))))

(defmacro define-toplevel (name (form env) &body body)
  "How top-level forms of the operator NAME are processed; NIL: like any other form."
  (let ((function (intern (concatenate 'string "PROCESS-FORM-OF-" (symbol-name name)) :compiler)))
    `(progn
       (defun ,function (,form ,env) (declare (ignorable ,env)) ,@body)
       (eval-when (:compile-toplevel :load-toplevel :execute)
         (setf (get ',name 'toplevel-processor) ',function)))))

(define-toplevel progn (form env)
  (process-forms (cdr form) env)
  t)

(define-toplevel locally (form env)
  (multiple-value-bind (forms specs) (parse-body (cdr form) nil)
    (process-forms forms (apply-declarations specs env nil)))
  t)

(define-toplevel macrolet (form env)
  (multiple-value-bind (forms specs) (parse-body (cddr form) nil)
    (process-forms forms (apply-declarations specs (macrolet-environment (cadr form) env) nil)))
  t)

(define-toplevel eval-when (form env)
  (let* ((situations (cadr form))
         (compile (or (member :compile-toplevel situations) (member 'compile situations)))
         (load (or (member :load-toplevel situations) (member 'load situations))))
    (if compile (evaluate-now (cddr form)))
    (if load (process-forms (cddr form) env)))
  t)

(defun evaluate-now (forms)
  (dolist (form forms)
    (handler-case (funcall *evaluate* form)
      (error (condition)
        (compiler-error "Evaluation at compile time failed: ~a" condition)))))

(define-toplevel in-package (form env)
  (let ((package (find-package (string (cadr form)))))
    (if (null package) (compiler-error "There is no package ~a" (cadr form)))
    (setq *package* package))
  t)

(define-toplevel declaim (form env)
  (dolist (spec (cdr form))
    (note-proclamation spec)
    (add-action (list :declaim spec)))
  t)

;;; Variables

(defun simple-constant-p (form)
  (or (self-evaluating-p form) (and (consp form) (eq (car form) 'quote))))

(defun process-variable (form env set)
  (let ((name (check-variable-name (cadr form))))
    (note-special name)
    (add-action (list :declaim (list 'special name)))
    (cond ((and (cddr form) (simple-constant-p (caddr form)))
           (add-action (list :variable name
                             (cons :object (constant-form-value (caddr form) env))))
           t)
          ((funcall *macro-function* (car form)) nil)
          ((null (cddr form)) t)
          (t (add-pending (if set
                              (list 'setq name (caddr form))
                              (list 'if (list 'boundp (list 'quote name)) nil
                                    (list 'setq name (caddr form))))
                          env)
             t))))

(define-toplevel defvar (form env) (process-variable form env nil))
(define-toplevel defparameter (form env) (process-variable form env t))

(define-toplevel defconstant (form env)
  (let* ((name (cadr form)) (value (constant-value-now (caddr form) env)))
    (setf (get name 'constant) (list value))
    (if (not (boundp name)) (set name value))
    (if (or (numberp value) (symbolp value) (characterp value) (stringp value) (consp value))
        (progn (add-action (list :constant name (cons :object value))) t)
        (if (funcall *macro-function* (car form))
            nil
            (compiler-error "The value of the constant ~s cannot be laid out: ~s" name value)))))

(defun constant-value-now (form env)
  (if (constant-form-p form env)
      (constant-form-value form env)
      (handler-case (funcall *evaluate* form)
        (error (condition)
          (compiler-error "The value of a constant cannot be computed: ~a" condition)))))

;;; Functions and macros

(defun quoted-name (form)
  "X of a form 'X, else NIL."
  (and (consp form) (eq (car form) 'quote) (function-name-p (cadr form)) (cadr form)))

(defun function-expression (form)
  "The lambda expression of a form #'(lambda …), else NIL."
  (and (consp form) (eq (car form) 'function) (lambda-form-p (cadr form)) (cadr form)))

(defun expression-lambda-list (expression)
  (if (eq (car expression) 'lambda) (cadr expression) (caddr expression)))

(define-toplevel si:%define-function (form env)
  (let ((name (quoted-name (cadr form))) (expression (function-expression (caddr form))))
    (if (and name expression)
        (progn (define-function name expression env) t)
        nil)))

(defun define-function (name expression env)
  (note-function name (argument-range (expression-lambda-list expression)))
  (if (and (symbolp name) (eq (get name 'inline) :inline) (eq env *null-environment*))
      (setf (get name 'inline-expansion) expression))
  (let ((description (compile-lambda name expression env)))
    (add-action (list :function name description))))

(define-toplevel defun (form env)
  (if (funcall *macro-function* 'defun)
      nil
      (multiple-value-bind (forms specs documentation) (parse-body (cdddr form) t)
        (let* ((name (cadr form)) (block-name (if (consp name) (cadr name) name)))
          (define-function name
                           (append (list 'si:named-lambda name (caddr form))
                                   (if documentation (list documentation) nil)
                                   (if specs (list (cons 'declare specs)) nil)
                                   (list (cons 'block (cons block-name forms))))
                           env))
        t)))

(define-toplevel si:%define-macro (form env)
  (let ((name (quoted-name (cadr form))) (expression (function-expression (caddr form))))
    (if (and name expression)
        (progn (define-macro name expression env) t)
        nil)))

(defun define-macro (name expression env)
  (funcall *define-macro* name (evaluate-expander expression))
  (let ((description (compile-lambda name expression env)))
    (add-action (list :macro name description))))

(defun evaluate-expander (expression)
  "The expander on this side: NAMED-LAMBDA is nothing that the host knows."
  (funcall *evaluate*
           (list 'function
                 (if (eq (car expression) 'lambda)
                     expression
                     (cons 'lambda (cddr expression))))))

(define-toplevel defmacro (form env)
  (let* ((name (cadr form)) (expression (si:parse-macro name (caddr form) (cdddr form))))
    (if (not (symbolp name)) (compiler-error "~s is no macro name" name))
    (define-macro name (cons 'si:named-lambda (cons name (cdr expression))) env)
    t))

(define-toplevel si:%define-compiler-macro (form env)
  (let ((name (quoted-name (cadr form))) (expression (function-expression (caddr form))))
    (if (and name (symbolp name) expression)
        (setf (get name 'expander) (evaluate-expander expression)))
    nil))

(define-toplevel si:%define-layout (form env)
  (let ((name (quoted-name (cadr form))) (included (quoted-name (caddr form)))
        (count (cadddr form)) (description (car (cddddr form))))
    (if (and name (integerp count) (simple-constant-p description))
        (progn
          (setf (get name 'slot-count) count)
          (add-action (list :layout name included count
                            (cons :object (constant-form-value description env))))
          t)
        nil)))

(define-converter the-cell (form env)
  (declare (ignore env))
  (make-datum (cons :cell (cadr form))))

;;; Files and compilation units

(defun compile-stream-forms (stream label)
  "The load actions of all forms of STREAM; LABEL names the file."
  (let ((*actions* nil) (*pending* nil) (*cells* nil) (*evaluations* 0) (*unit-label* label)
        (*file-compilation* t) (*package* *package*) (*current-form* nil)
        (*toplevel-form* nil)
        (end (list nil)))
    (do ((form (read stream nil end) (read stream nil end))) ((eq form end))
      (setq *toplevel-form* form)
      (compile-toplevel-form form))
    (flush-pending)
    (flush-cells)
    (reverse *actions*)))

(defun compile-file-forms (path &optional (label path))
  "The load actions of the file at PATH. Warnings are left in *WARNINGS*."
  (with-open-file (stream path)
    (compile-stream-forms stream label)))

(defun begin-unit ()
  (setq *warnings* nil *unit-names* nil))

(defun finish-unit ()
  "Checks the calls of the unit; all its warnings, oldest first."
  (dolist (name (reverse *unit-names*))
    (let* ((symbol (if (consp name) (cadr name) name))
           (indicator (if (consp name) 'setf-calls 'calls))
           (calls (get symbol indicator)))
      (setf (get symbol indicator) nil)
      (dolist (call calls) (check-call name (car call) (cdr call)))))
  (setq *unit-names* nil)
  (reverse *warnings*))

(defun check-call (name count place)
  (let ((arguments (known-arguments name)))
    (cond (arguments
           (if (and count
                    (or (< count (car arguments)) (and (cdr arguments) (> count (cdr arguments)))))
               (setq *warnings*
                     (cons (format nil "~a~s is called with ~d arguments, but takes ~a" place name
                                   count (range-text arguments))
                           *warnings*))))
          ((and (symbolp name) (or (get name 'open-coded) (get name 'generator))))
          ((not *report-undefined*))
          ((and *function-defined* (funcall *function-defined* name)))
          (t (setq *warnings*
                   (cons (format nil "~aThe function ~s is undefined" place name) *warnings*))))))

(defun range-text (arguments)
  (cond ((null (cdr arguments)) (format nil "at least ~d" (car arguments)))
        ((= (car arguments) (cdr arguments)) (format nil "~d" (car arguments)))
        (t (format nil "~d to ~d" (car arguments) (cdr arguments)))))
