;;; The compiler in the machine: function descriptions become functions, and what a user calls:
;;; EVAL, COMPILE, DISASSEMBLE, MACROEXPAND, PROCLAIM.

(in-package :compiler)

(defun global-macro-function (name)
  (let ((cell (si:%function-cell name)))
    (if (and (consp cell) (eq (car cell) 'si:macro)) (cdr cell) nil)))

(setq *macro-function* 'global-macro-function)
(setq *define-macro* 'install-macro)
(setq *evaluate* 'eval)
(setq *function-defined* 'function-defined-p)
(setq *function-arguments* 'function-range)

(defun install-macro (name expander) (si:%define-macro name expander))
(defun function-defined-p (name) (fboundp name))

(defun function-range (name)
  "(least . most) arguments of the function that NAME has now, or NIL."
  (let* ((cell (and (fboundp name) (si:%function-cell (function-symbol name))))
         (fef (cond ((si:fef-p cell) cell)
                    ((si:closurep cell) (si:%closure-function cell))
                    (t nil))))
    (if fef
        (let* ((word (si:%fef-ref fef 3)) (required (logand word 63))
               (optional (logand (ash word -6) 63)))
          (cons required (if (logtest word 4096) nil (+ required optional))))
        nil)))

(defun function-symbol (name)
  "The symbol in whose function cell the function NAME lives."
  (if (consp name) (si:setf-function-name (cadr name)) name))

;;; Functions from descriptions (docs/macro-architecture.md, tables/objects.lisp)

(defun realize (description)
  "The function that an outermost DESCRIPTION describes."
  (let ((symbols (mapcar (lambda (lifted) (make-symbol (lifted-name lifted)))
                         (description-lifted description))))
    (do ((s symbols (cdr s)) (d (description-lifted description) (cdr d))) ((null s))
      (if (car d) (si:%set-function-cell (realize-inner (car d) symbols) (car s))))
    (realize-inner description symbols)))

(defun lifted-name (description)
  (let ((name (and description (description-name description))))
    (if (and (consp name) (consp (cddr name)))
        (princ-to-string (caddr name))
        "LOCAL")))

(defun realize-inner (description symbols)
  (let* ((constants (description-constants description))
         (code (+ first-constant (length constants) 2))
         (boxed (make-array code :initial-element nil))
         (halfwords (apply-vector (description-halfwords description)))
         (index first-constant))
    (setf (svref boxed 0) (header-rest description code))
    (setf (svref boxed 1) (+ code (ash (+ (length halfwords) 1) -1)))
    (setf (svref boxed 2) code)
    (setf (svref boxed 3) (argument-descriptor description))
    (setf (svref boxed 4) (description-name description))
    (setf (svref boxed 5) (description-debug-info description))
    (setf (svref boxed 6) (liveness-vector (description-liveness description) code))
    (dolist (entry constants)
      (setf (svref boxed index) (realize-entry entry symbols))
      (setq index (+ index 1)))
    (si:%make-fef halfwords boxed)))

(defun realize-entry (entry symbols)
  (let ((value (cdr entry)))
    (case (car entry)
      ((:object :cell) value)
      (:function (realize-inner value symbols))
      (:lifted (nth value symbols))
      (:setf (si:setf-function-name value))
      (:layout (or (get value 'si:layout) (error "There is no structure named ~s" value)))
      (t (error "A constant entry of unknown kind: ~s" entry)))))

(defun simple-description-p (d code)
  (and (= (svref d 3) 0) (not (svref d 4)) (not (svref d 6))
       (< (svref d 2) 31) (< (svref d 7) 16) (< code 256)))

(defun header-rest (d code)
  (if (simple-description-p d code)
      (+ (ash (svref d 2) 14) (ash (svref d 7) 10) (ash code 2))
      (ash 31 14)))

(defun argument-descriptor (d)
  (+ (svref d 2) (ash (svref d 3) 6) (if (svref d 4) (ash 1 12) 0) (if (svref d 5) (ash 1 13) 0)
     (if (svref d 6) (ash 1 14) 0) (ash (svref d 7) 15)))

(defun liveness-vector (triples code)
  (if (null triples)
      nil
      (let ((numbers nil))
        (dolist (triple triples)
          (setq numbers (cons (caddr triple)
                              (cons (cadr triple)
                                    (cons (+ (* code 4) (* 2 (car triple))) numbers)))))
        (apply-vector (reverse numbers)))))

;;; Warnings are shown at once. What is undefined may still come, and an error says so then.

(defun report-warnings ()
  (let ((*report-undefined* nil))
    (let ((warnings (finish-unit)))
      (setq *warnings* nil)
      (dolist (text warnings) (warn "~a" text))
      warnings)))

(defmacro with-unit (&body body)
  "BODY compiles something; the values are its value and whether there were warnings."
  `(let ((*warnings* nil) (*unit-names* nil) (*file-compilation* nil) (*cells* nil)
         (*current-form* nil))
     (let ((description (progn ,@body)))
       (values description (if (report-warnings) t nil)))))

;;; COMPILE and EVAL

(defun compile (name &optional (definition nil given))
  (let ((definition (if given definition (fdefinition name))))
    (if (functionp definition)
        (progn (if (and name given) (setf (fdefinition name) definition))
               (values (or name definition) nil nil))
        (multiple-value-bind (description warned)
            (with-unit (compile-lambda name definition))
          (let ((function (realize description)))
            (if name (setf (fdefinition name) function))
            (values (or name function) warned nil))))))

(defun eval (form)
  "Values of FORM. Simple forms are evaluated at once, all others compiled and called."
  (cond ((symbolp form) (evaluate-variable form))
        ((atom form) form)
        ((not (symbolp (car form))) (evaluate-compiled form))
        (t (evaluate-operator (car form) form))))

(defun evaluate-variable (name)
  (if (get name 'symbol-macro)
      (eval (car (get name 'symbol-macro)))
      (symbol-value name)))

(defun evaluate-operator (operator form)
  (case operator
    (quote (cadr form))
    (progn (evaluate-forms (cdr form)))
    (function (if (lambda-form-p (cadr form)) (evaluate-lambda (cadr form)) (evaluate-compiled form)))
    (eval-when (if (or (member :execute (cadr form)) (member 'eval (cadr form)))
                   (evaluate-forms (cddr form))
                   nil))
    (setq (if (and (cddr form) (null (cdddr form)) (symbolp (cadr form)) (cadr form)
                   (get (cadr form) 'special))
              (set (cadr form) (eval (caddr form)))
              (evaluate-compiled form)))
    (t (let ((expander (and (not (special-form-p operator)) (global-macro-function operator))))
         (cond (expander (eval (funcall expander form *null-environment*)))
               ((special-form-p operator) (evaluate-compiled form))
               ((not (list-p form)) (evaluate-compiled form))
               (t (evaluate-call operator (cdr form))))))))

(defun evaluate-forms (forms)
  (if (null forms)
      nil
      (do ((tail forms (cdr tail))) ((null (cdr tail)) (eval (car tail)))
        (eval (car tail)))))

(defun evaluate-call (operator arguments)
  (let ((values nil))
    (dolist (argument arguments) (setq values (cons (eval argument) values)))
    (apply operator (nreverse values))))

(defun evaluate-lambda (expression)
  (realize (values (with-unit (compile-lambda nil expression)))))

(defun evaluate-compiled (form)
  (funcall (realize (values (with-unit (compile-form-for-eval form))))))

;;; Macro expansion and constants

(defun macroexpand-1 (form &optional env) (expand-1 form env))
(defun macroexpand (form &optional env) (expand form env))

(defun constantp (form &optional env)
  (if (or (constant-form-p form env)) t nil))

(defun proclaim (specifier)
  (note-proclamation specifier)
  nil)

(defun compiler-macro-function (name &optional env)
  (declare (ignore env))
  (if (symbolp name) (get name 'expander) nil))

;;; DISASSEMBLE

(defun disassemble (function)
  (let* ((function (cond ((lambda-form-p function) (evaluate-lambda function))
                         ((functionp function) function)
                         (t (fdefinition function))))
         (fef (if (si:closurep function) (si:%closure-function function) function)))
    (if (not (si:fef-p fef)) (error "~s is not a compiled function" function))
    (let ((code (si:%fef-ref fef 2)) (halfwords nil))
      (dotimes (i (* 2 (- (si:%fef-length fef) code)))
        (setq halfwords (cons (si:%fef-halfword fef i) halfwords)))
      (format t "~a:~%" (si:%fef-ref fef 4))
      (dolist (line (disassemble-halfwords (reverse halfwords)
                                           (lambda (index) (prin1-to-string (si:%fef-ref fef index)))))
        (format t "  ~a~%" line))
      nil)))
