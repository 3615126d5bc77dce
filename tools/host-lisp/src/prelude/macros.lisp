;;; Standard macros for code that runs on the host: control and definitions.
;;; Analysis knows the frequent ones by itself (analyze/special.rs); they are
;;; here too, so that `macroexpand` and `macro-function` answer for them.

(defmacro and (&rest forms)
  (cond ((null forms) t)
        ((null (cdr forms)) (car forms))
        (t `(if ,(car forms) (and ,@(cdr forms)) nil))))

(defmacro or (&rest forms)
  (cond ((null forms) nil)
        ((null (cdr forms)) (car forms))
        (t (let ((v (gensym)))
             `(let ((,v ,(car forms))) (if ,v ,v (or ,@(cdr forms))))))))

(defmacro cond (&rest clauses)
  (if (null clauses)
      nil
      (let ((clause (car clauses)))
        (if (null (cdr clause))
            `(or ,(car clause) (cond ,@(cdr clauses)))
            `(if ,(car clause) (progn ,@(cdr clause)) (cond ,@(cdr clauses)))))))

(defmacro when (test &rest body) `(if ,test (progn ,@body) nil))
(defmacro unless (test &rest body) `(if ,test nil (progn ,@body)))
(defmacro return (&optional value) `(return-from nil ,value))
(defmacro lambda (&whole form list &rest body)
  (declare (ignore list body))
  `(function ,form))

(defmacro prog1 (first &rest rest)
  (let ((v (gensym))) `(let ((,v ,first)) ,@rest ,v)))
(defmacro prog2 (first second &rest rest)
  `(progn ,first (prog1 ,second ,@rest)))

(defmacro multiple-value-bind (vars form &body body)
  (let ((rest (gensym)))
    `(multiple-value-call
         (function (lambda (&optional ,@vars &rest ,rest)
           (declare (ignore ,rest))
           ,@body))
       ,form)))
(defmacro multiple-value-list (form) `(multiple-value-call (function list) ,form))

(defmacro case (key &rest clauses)
  (let ((k (gensym)))
    `(let ((,k ,key))
       (cond ,@(mapcar
                (lambda (c)
                  (cond ((or (eq (car c) t) (eq (car c) 'otherwise)) `(t nil ,@(cdr c)))
                        ((listp (car c)) `((member ,k ',(car c)) nil ,@(cdr c)))
                        (t `((eql ,k ',(car c)) nil ,@(cdr c)))))
                clauses)))))

(defun %case-keys (clauses)
  (mapcan (lambda (c) (if (listp (car c)) (copy-list (car c)) (list (car c)))) clauses))

;; In ecase and its kin, t and otherwise are keys like others.
(defmacro ecase (key &rest clauses)
  (let ((k (gensym)))
    `(let ((,k ,key))
       (case ,k
         ,@(mapcar (lambda (c) (if (listp (car c)) c `((,(car c)) ,@(cdr c)))) clauses)
         (otherwise (%case-failure ,k '(member ,@(%case-keys clauses))))))))
(defmacro ccase (key &rest clauses) `(ecase ,key ,@clauses))
(defun %case-failure (datum type)
  (error 'type-error :datum datum :expected-type type))

(defmacro typecase (key &rest clauses)
  (let ((k (gensym)))
    `(let ((,k ,key))
       (cond ,@(mapcar
                (lambda (c)
                  (if (or (eq (car c) t) (eq (car c) 'otherwise))
                      `(t nil ,@(cdr c))
                      `((typep ,k ',(car c)) nil ,@(cdr c))))
                clauses)))))
(defmacro etypecase (key &rest clauses)
  (let ((k (gensym)))
    `(let ((,k ,key))
       (typecase ,k ,@clauses
         (otherwise (%case-failure ,k '(or ,@(mapcar #'car clauses))))))))
(defmacro ctypecase (key &rest clauses) `(etypecase ,key ,@clauses))

(defmacro loop (&whole form &rest body)
  (if (every #'consp body)
      (let ((again (gensym "LOOP")))
        `(block nil (tagbody ,again ,@body (go ,again))))
      (%expand-loop form)))

(defun %split-body (body)
  ;; declarations and forms of a body
  (let ((decls nil))
    (loop
      (if (and (consp (car body)) (eq (caar body) 'declare))
          (push (pop body) decls)
          (return (values (nreverse decls) body))))))

(defmacro psetq (&rest pairs)
  (if (and pairs (null (cddr pairs)))
      `(progn (setq ,@pairs) nil)
      (let ((binds nil) (sets nil))
        (loop
          (when (null pairs) (return))
          (let ((v (gensym)))
            (push (list v (second pairs)) binds)
            (push (list 'setq (first pairs) v) sets))
          (setq pairs (cddr pairs)))
        `(let ,(nreverse binds) ,@(nreverse sets) nil))))

(defun %do-expander (let-op set-op form)
  (destructuring-bind (vars (test &rest results) &rest body) (cdr form)
    (multiple-value-bind (decls statements) (%split-body body)
      (let ((top (gensym "TOP")) (steps nil))
        (dolist (v vars)
          (if (and (consp v) (cddr v))
              (setq steps (list* (third v) (first v) steps))))
        `(block nil
           (,let-op ,(mapcar (lambda (v)
                               (if (consp v) (list (first v) (second v)) (list v nil)))
                             vars)
             ,@decls
             (tagbody
                ,top
                (if ,test (return-from nil (progn ,@results)))
                ,@statements
                (,set-op ,@(nreverse steps))
                (go ,top))))))))
(defmacro do (&whole form &rest rest)
  (declare (ignore rest))
  (%do-expander 'let 'psetq form))
(defmacro do* (&whole form &rest rest)
  (declare (ignore rest))
  (%do-expander 'let* 'setq form))

(defmacro prog (vars &body body)
  (multiple-value-bind (decls statements) (%split-body body)
    `(block nil (let ,vars ,@decls (tagbody ,@statements)))))
(defmacro prog* (vars &body body)
  (multiple-value-bind (decls statements) (%split-body body)
    `(block nil (let* ,vars ,@decls (tagbody ,@statements)))))

(defmacro multiple-value-setq (vars form)
  (if (null vars)
      `(values ,form)
      (let ((temps (mapcar (lambda (v) (gensym (symbol-name v))) vars)))
        `(multiple-value-bind ,temps ,form
           ,@(mapcar (lambda (v x) `(setq ,v ,x)) vars temps)
           ,(car temps)))))
(defmacro nth-value (n form) `(nth ,n (multiple-value-list ,form)))

;;; definitions

(defmacro defvar (name &optional (value nil given) doc)
  (declare (ignore doc))
  `(%defvar ',name ,(if given `(function (lambda () ,value)) nil) nil))
(defmacro defparameter (name value &optional doc)
  (declare (ignore doc))
  `(%defvar ',name (function (lambda () ,value)) t))
(defmacro defconstant (name value &optional doc)
  (declare (ignore doc))
  `(%defconstant ',name ,value))
(defmacro define-symbol-macro (name expansion)
  `(%define-symbol-macro ',name ',expansion))
(defmacro declaim (&rest specs)
  `(progn ,@(mapcar (lambda (s) `(proclaim ',s)) specs)))
(defmacro in-package (name) `(%in-package ',name))

(defmacro defpackage (name &rest options)
  (flet ((all (key) (mapcan (lambda (o) (if (eq (car o) key) (copy-list (cdr o)) nil)) options)))
    (dolist (o options)
      (unless (member (car o) '(:use :nicknames :export :import-from :shadow
                                :shadowing-import-from :intern :documentation :size))
        (error "DEFPACKAGE: ~s is not an option" (car o))))
    `(eval-when (:compile-toplevel :load-toplevel :execute)
       (let ((p (or (find-package ',name) (make-package ',name))))
         (dolist (n ',(all :nicknames)) (%add-nickname p n))
         (shadow ',(mapcar #'string (all :shadow)) p)
         ,@(mapcan (lambda (o)
                     (if (eq (car o) :shadowing-import-from)
                         `((shadowing-import
                            (mapcar (lambda (n) (%find-import n ',(second o))) ',(cddr o)) p))
                         nil))
                   options)
         (dolist (u ',(if (assoc :use options) (all :use) '("COMMON-LISP"))) (use-package u p))
         ,@(mapcan (lambda (o)
                     (if (eq (car o) :import-from)
                         `((import
                            (mapcar (lambda (n) (%find-import n ',(second o))) ',(cddr o)) p))
                         nil))
                   options)
         (dolist (n ',(all :intern)) (intern (string n) p))
         (dolist (n ',(all :export)) (export (intern (string n) p) p))
         p))))
(defun %find-import (name package)
  (multiple-value-bind (s how) (find-symbol (string name) package)
    (if how
        s
        (error "there is no symbol ~a in the package ~a to import" name package))))

(defmacro do-symbols ((var &optional (package '*package*) result) &body body)
  `(dolist (,var (%package-symbols ,package nil) ,result) ,@body))
(defmacro do-external-symbols ((var &optional (package '*package*) result) &body body)
  `(dolist (,var (%package-symbols ,package :external) ,result) ,@body))
(defmacro do-all-symbols ((var &optional result) &body body)
  `(progn (dolist (p (list-all-packages))
            (dolist (,var (%package-symbols p :present)) ,@body))
          ,result))

(defmacro time (form) form)
(defmacro step (form) form)
(defmacro with-compilation-unit (options &body body)
  (declare (ignore options))
  `(progn ,@body))
(defmacro with-standard-io-syntax (&body body)
  `(let ((*package* (find-package "COMMON-LISP-USER")) (*print-base* 10) (*print-radix* nil)
         (*print-case* :upcase) (*print-escape* t) (*print-length* nil) (*print-level* nil)
         (*print-gensym* t) (*print-array* t) (*read-base* 10)
         (*read-default-float-format* 'single-float) (*read-eval* t) (*read-suppress* nil))
     ,@body))

;;; streams

(defmacro with-output-to-string ((var &optional string &rest options) &body body)
  (declare (ignore options))
  (if string
      `(let ((,var (%stream-into-string ,string))) ,@body)
      `(let ((,var (make-string-output-stream)))
         ,@(multiple-value-bind (decls forms) (%split-body body)
             `(,@decls ,@forms))
         (get-output-stream-string ,var))))
(defmacro with-input-from-string ((var string &key (start 0) end index) &body body)
  (when index (error "WITH-INPUT-FROM-STRING: :index is not provided"))
  `(let ((,var (make-string-input-stream ,string ,start ,end))) ,@body))
(defmacro with-open-stream ((var stream) &body body)
  (multiple-value-bind (decls forms) (%split-body body)
    `(let ((,var ,stream))
       ,@decls
       (unwind-protect (progn ,@forms) (close ,var)))))
(defmacro with-open-file ((var name &rest options) &body body)
  (multiple-value-bind (decls forms) (%split-body body)
    `(let ((,var (open ,name ,@options)))
       ,@decls
       (unwind-protect (progn ,@forms) (if ,var (close ,var))))))
(defmacro with-hash-table-iterator ((name table) &body body)
  (let ((pairs (gensym)) (p (gensym)))
    `(let ((,pairs (si:hash-table-pairs ,table)))
       (macrolet ((,name ()
                    '(let ((,p (pop ,pairs)))
                       (if ,p (values t (car ,p) (cdr ,p)) nil))))
         ,@body))))
(defmacro print-unreadable-object ((object stream &key type identity) &body body)
  (declare (ignore identity))
  `(progn
     (write-string "#<" ,stream)
     ,@(if type `((princ (type-of ,object) ,stream)) nil)
     ,@(if (and type body) `((write-char #\Space ,stream)) nil)
     ,@body
     (write-string ">" ,stream)
     nil))
