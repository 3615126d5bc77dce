;;; Defining forms: functions, macros, variables, types; and small standard macros that
;;; only arrange a call.
;;;
;;; The compiler recognises the calls of %define-function, %define-macro and
;;; %define-compiler-macro that these expand into, and looks at DEFVAR, DEFPARAMETER,
;;; DEFCONSTANT and DECLAIM itself (docs/compiler.md).

(in-package :si)

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun block-name (name)
    (if (consp name) (cadr name) name))

  (defun named-lambda-form (name lambda-list body)
    (multiple-value-bind (decls forms doc) (split-body body)
      `(function (named-lambda ,name ,lambda-list
                   ,@(if doc (list doc) nil)
                   ,@decls
                   (block ,(block-name name) ,@forms)))))

  (defun named-macro-form (name lambda-list body)
    (let ((expander (parse-macro name lambda-list body)))
      `(function (named-lambda (macro-function ,name) ,@(cdr expander))))))

(defmacro defun (name lambda-list &body body)
  `(progn
     (%define-function ',name ,(named-lambda-form name lambda-list body))
     ',name))

(defmacro defmacro (name lambda-list &body body)
  `(progn
     (%define-macro ',name ,(named-macro-form name lambda-list body))
     ',name))

(defmacro declaim (&rest specifiers)
  `(eval-when (:compile-toplevel :load-toplevel :execute)
     ,@(mapcar (lambda (s) `(proclaim ',s)) specifiers)))

(defmacro defvar (name &optional (value nil value-p) documentation)
  `(progn
     (declaim (special ,name))
     ,@(if value-p `((if (boundp ',name) nil (setq ,name ,value))) nil)
     ,@(if documentation `((%set-documentation ,documentation ',name 'variable)) nil)
     ',name))

(defmacro defparameter (name value &optional documentation)
  `(progn
     (declaim (special ,name))
     (setq ,name ,value)
     ,@(if documentation `((%set-documentation ,documentation ',name 'variable)) nil)
     ',name))

(defmacro defconstant (name value &optional documentation)
  `(progn
     (%defconstant ',name ,value)
     ,@(if documentation `((%set-documentation ,documentation ',name 'variable)) nil)
     ',name))

(defmacro define-symbol-macro (symbol expansion)
  `(eval-when (:compile-toplevel :load-toplevel :execute)
     (%put ',symbol 'compiler:symbol-macro '(,expansion))
     ',symbol))

(defmacro define-compiler-macro (name lambda-list &body body)
  (let* ((pattern (if (and (consp lambda-list) (eq (car lambda-list) '&whole))
                      (cddr lambda-list)
                      lambda-list))
         (whole (if (eq pattern lambda-list) (gensym "WHOLE") (cadr lambda-list))))
    ;; The form may be (funcall #'name ...): then the arguments begin one further on.
    `(progn
       (%define-compiler-macro
        ',name
        (function ,(parse-macro-body name (append (list '&whole whole) pattern) body
                                     '(if (eq (car form) 'funcall) (cddr form) (cdr form))
                                     'form 'environment (block-name name))))
       ',name)))

(defmacro deftype (name lambda-list &body body)
  `(eval-when (:compile-toplevel :load-toplevel :execute)
     (%put ',name 'type-expander
           (function ,(parse-macro name (default-to-star lambda-list) body)))
     ',name))

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun default-to-star (lambda-list)
    "DEFTYPE's lambda list: optional and keyword arguments default to *."
    (let ((starring nil))
      (mapcar (lambda (item)
                (cond ((member item '(&optional &key)) (setq starring t) item)
                      ((lambda-list-keyword-p item) (setq starring nil) item)
                      ((and starring (symbolp item)) (list item ''*))
                      ((and starring (null (cdr item))) (list (car item) ''*))
                      (t item)))
              lambda-list))))

(defmacro defpackage (name &rest options)
  `(eval-when (:compile-toplevel :load-toplevel :execute)
     (%defpackage ',(string name) ',options)))

;;; Macros of single functions

(defmacro time (form)
  `(call-with-time (lambda () ,form)))

(defmacro trace (&rest names)
  (if names `(trace-functions ',names) `(traced-functions)))

(defmacro untrace (&rest names)
  `(untrace-functions ',names))

(defmacro step (form)
  `(call-with-stepping (lambda () ,form) ',form))

(defmacro print-unreadable-object ((object stream &key type identity) &body body)
  `(print-unreadable-object-1 ,object ,stream ,type ,identity
                              ,(if body `(lambda () ,@body) nil)))

(defmacro with-standard-io-syntax (&body body)
  `(let ((*package* (find-package "COMMON-LISP-USER"))
         (*print-array* t) (*print-base* 10) (*print-case* :upcase) (*print-circle* nil)
         (*print-escape* t) (*print-gensym* t) (*print-length* nil) (*print-level* nil)
         (*print-lines* nil) (*print-miser-width* nil)
         (*print-pprint-dispatch* *standard-pprint-dispatch*) (*print-pretty* nil)
         (*print-radix* nil) (*print-readably* t) (*print-right-margin* nil)
         (*read-base* 10) (*read-default-float-format* 'single-float) (*read-eval* t)
         (*read-suppress* nil) (*readtable* *standard-readtable*))
     ,@body))

(defmacro with-compilation-unit ((&rest options) &body body)
  (declare (ignore options))
  `(call-with-compilation-unit (lambda () ,@body)))

(defmacro with-open-stream ((variable stream) &body body)
  (multiple-value-bind (decls forms) (split-declarations body)
    (let ((abort (gensym "ABORT")))
      `(let ((,variable ,stream) (,abort t))
         ,@decls
         (unwind-protect (multiple-value-prog1 (progn ,@forms) (setq ,abort nil))
           (when ,variable (close ,variable :abort ,abort)))))))

(defmacro with-open-file ((variable filespec &rest options) &body body)
  `(with-open-stream (,variable (open ,filespec ,@options)) ,@body))

(defmacro with-input-from-string ((variable string &key index (start 0) end) &body body)
  (multiple-value-bind (decls forms) (split-declarations body)
    `(let ((,variable (make-string-input-stream ,string ,start ,end)))
       ,@decls
       ,(if index
            `(multiple-value-prog1 (progn ,@forms)
               (setf ,index (string-input-position ,variable)))
            `(progn ,@forms)))))

(defmacro with-output-to-string ((variable &optional string &key element-type) &body body)
  (multiple-value-bind (decls forms) (split-declarations body)
    (if string
        `(let ((,variable (make-fill-pointer-output-stream ,string)))
           ,@decls
           ,@(if element-type (list element-type) nil)
           ,@forms)
        `(let ((,variable (make-string-output-stream)))
           ,@decls
           ,@(if element-type (list element-type) nil)
           (progn ,@forms)
           (get-output-stream-string ,variable)))))

;;; Iteration over packages and hash tables

(defmacro do-symbols ((variable &optional (package '*package*) result) &body body)
  (do-package-symbols variable package result body 'package-accessible-symbols))

(defmacro do-external-symbols ((variable &optional (package '*package*) result) &body body)
  (do-package-symbols variable package result body 'package-external-symbols))

(defmacro do-all-symbols ((variable &optional result) &body body)
  (do-package-symbols variable nil result body 'all-symbols))

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun do-package-symbols (variable package result body lister)
    `(dolist (,variable (,lister ,@(if package (list package) nil)) ,result) ,@body)))

(defmacro with-package-iterator ((name packages &rest kinds) &body body)
  (let ((state (gensym "STATE")))
    `(let ((,state (package-iterator-state ,packages ',kinds)))
       (macrolet ((,name () '(let ((entry (pop ,state)))
                              (if entry
                                  (values t (car entry) (cadr entry) (caddr entry))
                                  nil))))
         ,@body))))

(defmacro with-hash-table-iterator ((name table) &body body)
  (let ((state (gensym "STATE")))
    `(let ((,state (hash-table-iterator-state ,table)))
       (macrolet ((,name () '(hash-table-iterator-next ,state)))
         ,@body))))
