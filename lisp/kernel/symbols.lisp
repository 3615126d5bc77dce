;;; Symbols, their cells, and functions as objects.

(in-package :si)

(defun %set-get (new symbol indicator &optional default)
  (declare (ignore default))
  (%put symbol indicator new))

(defun get (symbol indicator &optional default)
  (do ((l (symbol-plist symbol) (cddr l)))
      ((null l) default)
    (when (eq (car l) indicator) (return (cadr l)))))

(defun remprop (symbol indicator)
  (multiple-value-bind (plist found) (%remf (symbol-plist symbol) indicator)
    (when found (%set-plist plist symbol))
    found))

(defun makunbound (symbol)
  (when (constant-symbol-p symbol)
    (error "~s is a constant and cannot be made unbound" symbol))
  (%makunbound symbol)
  symbol)

(defun constant-symbol-p (symbol)
  (or (null symbol) (eq symbol t) (keywordp symbol) (if (get symbol 'constant) t nil)))

;; Before the first boot has made the packages no symbol is a keyword.
(defun keywordp (x)
  (and (symbolp x) *keyword-package* (eq (%symbol-package x) *keyword-package*)))

(defun symbol-package (symbol)
  (%symbol-package symbol))

(defun make-symbol (name)
  (unless (stringp name) (wrong-type-argument name 'string))
  (%make-symbol (simple-base-copy name)))

(defvar *gentemp-counter* 0)

(defun gensym (&optional (x "G"))
  (if (stringp x)
      (prog1 (make-symbol (concatenate 'string x (decimal-string *gensym-counter*)))
        (setq *gensym-counter* (1+ *gensym-counter*)))
      (make-symbol (concatenate 'string "G" (decimal-string x)))))

(defun gentemp (&optional (prefix "T") (package *package*))
  (do () (nil)
    (setq *gentemp-counter* (1+ *gentemp-counter*))
    (let ((name (concatenate 'string prefix (decimal-string *gentemp-counter*))))
      (multiple-value-bind (symbol status) (find-symbol name package)
        (declare (ignore symbol))
        (unless status (return (values (intern name package))))))))

(defun decimal-string (n)
  "Digits of a non-negative integer."
  (let ((digits nil))
    (do () ((and digits (eql n 0)) (coerce-sequence digits 'base-string))
      (multiple-value-bind (q r) (truncate n 10)
        (setq digits (cons (%int-char (+ 48 r)) digits) n q)))))

(defun copy-symbol (symbol &optional copy-properties)
  (let ((new (make-symbol (symbol-name symbol))))
    (when copy-properties
      (when (boundp symbol) (set new (symbol-value symbol)))
      (let ((f (%function-cell symbol))) (when f (%set-function-cell f new)))
      (%set-plist (copy-list (symbol-plist symbol)) new))
    new))

;;; Functions. A function cell holds a function, (si:macro . expander) or
;;; (si:special . name).

(defun functionp (x)
  (or (fef-p x) (closurep x)
      (and (instancep x) (eq (%instance-ref (%instance-layout x) 5) 'funcallable))))

(defun compiled-function-p (x) (or (fef-p x) (closurep x)))

(defun setf-function-name (accessor)
  "The symbol in whose function cell the function (setf ACCESSOR) lives."
  (or (get accessor 'setf-inverse)
      (get accessor 'setf-function)
      (%put accessor 'setf-function
            (make-symbol (concatenate 'string "(SETF " (symbol-name accessor) ")")))))

(defun function-name-p (x)
  (or (symbolp x)
      (and (consp x) (eq (car x) 'setf) (consp (cdr x)) (symbolp (cadr x)) (null (cddr x)))))

(defun function-name-symbol (name)
  (cond ((symbolp name) name)
        ((function-name-p name) (setf-function-name (cadr name)))
        (t (wrong-type-argument name 'function-name))))

(defun fboundp (name)
  (if (%function-cell (function-name-symbol name)) t nil))

(defun fmakunbound (name)
  (%fmakunbound (function-name-symbol name))
  name)

(defun fdefinition (name)
  (let* ((symbol (function-name-symbol name)) (f (%function-cell symbol)))
    (cond ((null f) (undefined-function-error name))
          (t f))))

(defun symbol-function (symbol)
  (if (symbolp symbol) (fdefinition symbol) (wrong-type-argument symbol 'symbol)))

(defun %set-fdefinition (new name)
  (%set-function-cell new (function-name-symbol name)))

(defun %set-symbol-function (new symbol)
  (if (symbolp symbol) (%set-function-cell new symbol) (wrong-type-argument symbol 'symbol)))

(defun %define-function (name function)
  (%set-fdefinition function name)
  name)

(defun %define-macro (name expander)
  (%set-function-cell (cons 'macro expander) name)
  name)

(defun macro-function (symbol &optional environment)
  (or (if environment (compiler:macro-expander symbol environment) nil)
      (let ((cell (%function-cell symbol)))
        (if (and (consp cell) (eq (car cell) 'macro)) (cdr cell) nil))))

(defun %set-macro-function (new symbol &optional environment)
  (declare (ignore environment))
  (%set-function-cell (cons 'macro new) symbol)
  new)

(defun special-operator-p (symbol)
  (let ((cell (%function-cell symbol)))
    (and (consp cell) (eq (car cell) 'special))))

(defun coerce-to-function (x)
  (cond ((functionp x) x)
        ((and (symbolp x) x)
         (let ((f (%function-cell x)))
           (if (or (null f) (consp f)) (undefined-function-error x) f)))
        ((and (consp x) (eq (car x) 'lambda)) (compile nil x))
        ((and (consp x) (function-name-p x)) (fdefinition x))
        (t (wrong-type-argument x 'function))))

(defun fef-of (function)
  "The compiled code of FUNCTION, or NIL."
  (cond ((fef-p function) function)
        ((closurep function) (%closure-function function))
        ((functionp function) (fef-of (%instance-ref function 1)))
        (t nil)))

(defun function-name (function)
  (let ((fef (fef-of function))) (if fef (%fef-ref fef 4) nil)))

(defun function-debug-info (function)
  (let ((fef (fef-of function))) (if fef (%fef-ref fef 5) nil)))

(defun function-lambda-list (function)
  (getf (function-debug-info function) :lambda-list))

(defun function-lambda-expression (function)
  (let ((expression (getf (function-debug-info function) :lambda-expression)))
    (values expression (closurep function) (function-name function))))

(defun funcall (function &rest arguments)
  (apply function arguments))

(defun apply (function &rest arguments)
  (if (null (cdr arguments))
      (apply function (car arguments))
      (apply function (apply #'list* arguments))))

(defun values (&rest values) (values-list values))

(defun values-list (list) (values-list list))

(defun %defconstant (name value)
  (when (and (boundp name) (get name 'compiler:constant) (not (equalp (symbol-value name) value)))
    (cerror "Change it." "The constant ~s already has the value ~s" name (symbol-value name)))
  (set name value)
  (%put name 'special t)
  (%put name 'compiler:constant (list value))
  name)

(defun %set-documentation (new name kind)
  "Documentation is kept on the property list, one property a kind."
  (let ((indicator (documentation-indicator kind)))
    (when (symbolp name) (%put name indicator new))
    new))

(defun documentation-indicator (kind)
  (case kind
    (variable 'variable-documentation)
    ((function setf) 'function-documentation)
    ((structure type) 'type-documentation)
    (t 'other-documentation)))

(defun documentation (x kind)
  (cond ((and (eq kind 'function) (or (functionp x) (and (symbolp x) (fboundp x)
                                                         (not (consp (%function-cell x))))))
         (or (getf (function-debug-info (if (functionp x) x (symbol-function x))) :documentation)
             (if (symbolp x) (get x 'function-documentation) nil)))
        ((symbolp x) (get x (documentation-indicator kind)))
        (t nil)))
