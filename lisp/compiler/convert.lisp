;;; From forms to nodes: variables, calls, and the special operators of control and binding.
;;; Macros are expanded, names get their meaning; what the program says is checked.

(in-package :compiler)

(defmacro define-converter (name (form env) &body body)
  "Defines how forms of the special operator NAME are converted."
  (let ((function (intern (concatenate 'string "CONVERT-FORM-OF-" (symbol-name name)) :compiler)))
    `(progn
       (defun ,function (,form ,env) ,@body)
       (eval-when (:compile-toplevel :load-toplevel :execute)
         (setf (get ',name 'converter) ',function)))))

(defun convert (form env)
  "The node of FORM."
  (cond ((symbolp form) (convert-variable form env))
        ((atom form) (make-constant form))
        (t (let ((result (catch 'compiler-error (convert-compound form env))))
             (if (consp result)
                 (convert-failed (cadr result) form)
                 result)))))

(defun convert-failed (text form)
  "FORM cannot be compiled: a warning now, an error when it is executed."
  (note-warning text form)
  (make-call 'error (list (make-constant "~a") (make-constant text))))

(defun convert-compound (form env)
  (let ((operator (car form)))
    (if (not (list-p form)) (compiler-error "The form ~s is a dotted list" form))
    (cond ((symbolp operator)
           (let ((local (function-meaning operator env)))
             (cond ((consp local) (convert (call-expander (cdr local) form env) env))
                   (local (convert-local-call local form env))
                   ((special-form-p operator)
                    (funcall (special-form-p operator) form env))
                   (t (let ((expander (funcall *macro-function* operator)))
                        (if expander
                            (convert (call-expander expander form env) env)
                            (convert-call form env)))))))
          ((and (consp operator) (eq (car operator) 'lambda))
           (convert-lambda-call operator (cdr form) env))
          (t (compiler-error "~s is no operator" operator)))))

(defun list-p (form)
  (do ((tail form (cdr tail))) ((atom tail) (null tail))))

(defun call-expander (expander form env)
  (handler-case (funcall expander form env)
    (error (condition)
      (compiler-error "The expansion of ~s failed: ~a" (car form) condition))))

(defun check-length (form least most)
  (let ((count (length (cdr form))))
    (if (or (< count least) (and most (> count most)))
        (compiler-error "~s has ~d operands" (car form) count))))

(defun convert-list (forms env)
  (mapcar (lambda (form) (convert form env)) forms))

(defun convert-forms (forms env)
  "PROGN."
  (cond ((null forms) (make-constant nil))
        ((null (cdr forms)) (convert (car forms) env))
        (t (make-progression (convert-list forms env)))))

;;; Variables

(defun convert-variable (name env)
  (if (or (null name) (eq name t) (keywordp name))
      (make-constant name)
      (let ((meaning (variable-meaning name env)))
        (cond ((lexical-p meaning)
               (setf (lexical-mentioned meaning) t)
               (refer meaning))
              ((eq meaning :special) (make-special-reference name))
              ((null meaning)
               (warn-about *current-form* "The variable ~s is undefined" name)
               (make-special-reference name))
              ((eq (car meaning) :macro) (convert (cadr meaning) env))
              (t (convert-constant-variable name (cadr meaning)))))))

(defun convert-constant-variable (name value)
  (if (or (numberp value) (symbolp value) (characterp value))
      (make-constant value)
      (make-special-reference name)))

(defun refer (variable)
  (setf (lexical-references variable) (+ 1 (lexical-references variable)))
  (make-reference variable))

(define-converter setq (form env)
  (let ((nodes nil))
    (do ((tail (cdr form) (cddr tail))) ((null tail))
      (if (null (cdr tail)) (compiler-error "SETQ of ~s has no value" (car tail)))
      (setq nodes (cons (convert-assignment (car tail) (cadr tail) env) nodes)))
    (cond ((null nodes) (make-constant nil))
          ((null (cdr nodes)) (car nodes))
          (t (make-progression (reverse nodes))))))

(defun convert-assignment (name value env)
  (if (not (symbolp name)) (compiler-error "SETQ of ~s, which is no variable" name))
  (let ((meaning (variable-meaning name env)))
    (cond ((lexical-p meaning)
           (setf (lexical-assignments meaning) (+ 1 (lexical-assignments meaning)))
           (make-assignment meaning (convert value env)))
          ((eq meaning :special) (make-special-assignment name (convert value env)))
          ((or (constantp-name-p name) (and meaning (eq (car meaning) :constant)))
           (compiler-error "SETQ of the constant ~s" name))
          ((null meaning)
           (warn-about *current-form* "The variable ~s is undefined" name)
           (make-special-assignment name (convert value env)))
          (t (convert (list 'setf (cadr meaning) value) env)))))

;;; Simple operators

(define-converter quote (form env)
  (declare (ignore env))
  (check-length form 1 1)
  (make-constant (cadr form)))

(define-converter progn (form env)
  (convert-forms (cdr form) env))

(define-converter if (form env)
  (check-length form 2 3)
  (make-conditional (convert (cadr form) env)
                    (convert (caddr form) env)
                    (convert (cadddr form) env)))

(define-converter the (form env)
  (check-length form 2 2)
  (convert (caddr form) env))

(define-converter locally (form env)
  (multiple-value-bind (forms specs) (parse-body (cdr form) nil)
    (convert-forms forms (apply-declarations specs env nil))))

(define-converter eval-when (form env)
  (if (or (member :execute (cadr form)) (member 'eval (cadr form)))
      (convert-forms (cddr form) env)
      (make-constant nil)))

(define-converter load-time-value (form env)
  (declare (ignore env))
  (check-length form 1 2)
  (if *file-compilation*
      (let ((cell (list nil)))
        (setq *cells* (cons (list cell (cadr form)) *cells*))
        (make-call 'car (list (make-datum (cons :cell cell)))))
      (make-constant (funcall *evaluate* (cadr form)))))

(define-converter si:layout-reference (form env)
  (declare (ignore env))
  (make-datum (cons :layout (cadr form))))

;;; Binding

(defun parse-let-bindings (bindings)
  "((name form) …)"
  (mapcar (lambda (item)
            (cond ((symbolp item) (list (check-variable-name item) nil))
                  ((and (consp item) (list-p item) (null (cddr item)))
                   (list (check-variable-name (car item)) (cadr item)))
                  (t (compiler-error "~s is no binding" item))))
          bindings))

(defun check-distinct (names what)
  (do ((tail names (cdr tail))) ((null tail))
    (if (member (car tail) (cdr tail))
        (compiler-error "~s occurs twice in ~a" (car tail) what))))

(define-converter let (form env)
  (let ((bindings (parse-let-bindings (cadr form))))
    (check-distinct (mapcar #'car bindings) "LET")
    (multiple-value-bind (forms specs) (parse-body (cddr form) nil)
      (let* ((inits (mapcar (lambda (b) (convert (cadr b) env)) bindings))
             (variables (mapcar (lambda (b)
                                  (if (special-variable-p (car b) specs)
                                      (car b)
                                      (make-lexical (car b))))
                                bindings))
             (body (convert-bound-body variables forms specs env form)))
        (if (null variables)
            body
            (make-binding variables inits body))))))

(defun variable-entries (variables)
  (mapcar (lambda (v) (if (lexical-p v) (cons (lexical-name v) v) (cons v :special))) variables))

(defun convert-bound-body (variables forms specs env form)
  (let* ((inner (with-variables env (variable-entries variables)))
         (lexicals (remove-if-not #'lexical-p variables))
         (body (convert-forms forms (apply-declarations specs inner lexicals))))
    (warn-if-unused lexicals form)
    body))

(define-converter let* (form env)
  (let ((bindings (parse-let-bindings (cadr form))))
    (multiple-value-bind (forms specs) (parse-body (cddr form) nil)
      (convert-sequential bindings nil forms specs env form))))

(defun convert-sequential (bindings done forms specs env whole)
  "LET*; DONE: lexicals bound so far."
  (if (null bindings)
      (let ((body (convert-forms forms (apply-declarations specs env done))))
        (warn-if-unused done whole)
        body)
      (let* ((name (car (car bindings)))
             (init (convert (cadr (car bindings)) env))
             (variable (if (special-variable-p name specs) name (make-lexical name)))
             (inner (with-variables env (variable-entries (list variable)))))
        (make-binding (list variable) (list init)
                      (convert-sequential (cdr bindings)
                                          (if (lexical-p variable) (cons variable done) done)
                                          forms specs inner whole)))))

(define-converter symbol-macrolet (form env)
  (multiple-value-bind (forms specs) (parse-body (cddr form) nil)
    (let ((entries (mapcar (lambda (b)
                             (if (special-variable-p (car b) specs)
                                 (compiler-error "SYMBOL-MACROLET of the special variable ~s" (car b)))
                             (list (car b) :macro (cadr b)))
                           (cadr form))))
      (convert-forms forms (apply-declarations specs (with-variables env entries) nil)))))

(defun macrolet-environment (definitions env)
  (with-functions env
    (mapcar (lambda (definition)
              (cons (car definition)
                    (cons :macro
                          (funcall *evaluate*
                                   (list 'function
                                         (si:parse-macro (car definition) (cadr definition)
                                                         (cddr definition)))))))
            definitions)))

(define-converter macrolet (form env)
  (let ((inner (macrolet-environment (cadr form) env)))
    (multiple-value-bind (forms specs) (parse-body (cddr form) nil)
      (convert-forms forms (apply-declarations specs inner nil)))))

;;; Exits

(define-converter block (form env)
  (let* ((exit (make-exit (cadr form)))
         (inner (clone-environment env)))
    (if (not (symbolp (cadr form))) (compiler-error "~s is no block name" (cadr form)))
    (setf (environment-blocks inner)
          (cons (cons (cadr form) exit) (environment-blocks inner)))
    (let ((body (convert-forms (cddr form) inner)))
      (if (exit-used exit)
          (make-block-node exit body)
          body))))

(define-converter return-from (form env)
  (check-length form 1 2)
  (let ((entry (assoc (cadr form) (environment-blocks env))))
    (if (null entry) (compiler-error "No block ~s around RETURN-FROM" (cadr form)))
    (setf (exit-used (cdr entry)) t)
    (make-return-node (cdr entry) (convert (caddr form) env))))

(define-converter tagbody (form env)
  (let* ((tags (make-tags)) (inner (clone-environment env)) (number 0))
    (dolist (item (cdr form))
      (if (or (symbolp item) (integerp item))
          (let ((tag (make-tag item tags)))
            (setf (tag-number tag) number)
            (setq number (+ number 1))
            (setf (tags-list tags) (cons tag (tags-list tags))))))
    (setf (tags-list tags) (reverse (tags-list tags)))
    (setf (environment-tags inner)
          (append (mapcar (lambda (tag) (cons (tag-name tag) tag)) (tags-list tags))
                  (environment-tags inner)))
    (let ((rest (tags-list tags)) (items nil) (used nil))
      (dolist (item (cdr form))
        (if (or (symbolp item) (integerp item))
            (setq items (cons (car rest) items) rest (cdr rest))
            (setq items (cons (convert item inner) items))))
      (dolist (tag (tags-list tags)) (if (tag-used tag) (setq used t)))
      (setq items (reverse items))
      (if used
          (make-tagbody-node tags items)
          (make-progression (append (remove-if #'tag-p items) (list (make-constant nil))))))))

(define-converter go (form env)
  (check-length form 1 1)
  (let ((entry (assoc (cadr form) (environment-tags env))))
    (if (null entry) (compiler-error "No tag ~s around GO" (cadr form)))
    (setf (tag-used (cdr entry)) t)
    (make-go-node (cdr entry))))

(define-converter catch (form env)
  (check-length form 1 nil)
  (make-catch-node (convert (cadr form) env) (convert-forms (cddr form) env)))

(define-converter throw (form env)
  (check-length form 2 2)
  (make-throw-node (convert (cadr form) env) (convert (caddr form) env)))

(define-converter unwind-protect (form env)
  (check-length form 1 nil)
  (if (null (cddr form))
      (convert (cadr form) env)
      (make-unwind-node (convert (cadr form) env) (convert-forms (cddr form) env))))

(define-converter progv (form env)
  (check-length form 2 nil)
  (make-progv-node (convert (cadr form) env) (convert (caddr form) env)
                   (convert-forms (cdddr form) env)))

;;; Multiple values

(define-converter multiple-value-prog1 (form env)
  (check-length form 1 nil)
  (if (null (cddr form))
      (convert (cadr form) env)
      (make-multiple-prog1 (convert (cadr form) env) (convert-forms (cddr form) env))))

(define-converter multiple-value-call (form env)
  (check-length form 1 nil)
  (let* ((function (cadr form))
         (lambda (and (consp function) (eq (car function) 'function) (cadr function)))
         (variables (and (consp lambda) (eq (car lambda) 'lambda) (consp (cddr form))
                         (null (cdddr form))
                         (bindable-values (cadr lambda) (cddr lambda)))))
    (if variables
        (convert-multiple-bind (cdr variables) (caddr form) (cddr lambda) env form)
        (make-multiple-call (convert function env) (convert-list (cddr form) env)))))

(defun bindable-values (lambda-list body)
  "A non-empty list whose tail is the variables, when LAMBDA-LIST is
(&optional variables… &rest ignored)."
  (if (and (consp lambda-list) (eq (car lambda-list) '&optional) (list-p lambda-list))
      (let ((rest (member '&rest lambda-list)))
        (if (and rest (null (cddr rest)))
            (let ((names (ldiff (cdr lambda-list) rest)))
              (multiple-value-bind (forms specs) (parse-body body nil)
                (declare (ignore forms))
                (if (and (notany #'consp names) (declared-ignored-p (cadr rest) specs))
                    (cons nil names)
                    nil)))
            nil))
      nil))

(defun declared-ignored-p (name specs)
  (dolist (spec specs nil)
    (if (and (eq (car spec) 'ignore) (member name (cdr spec))) (return t))))

(defun convert-multiple-bind (names source body env whole)
  (dolist (name names) (check-variable-name name))
  (check-distinct names "MULTIPLE-VALUE-BIND")
  (multiple-value-bind (forms specs) (parse-body body nil)
    (let* ((source (convert source env))
           (variables (mapcar (lambda (name)
                                (if (special-variable-p name specs) name (make-lexical name)))
                              names))
           (body (convert-bound-body variables forms specs env whole)))
      (make-multiple-bind variables source body))))
