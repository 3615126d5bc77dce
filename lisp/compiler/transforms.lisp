;;; What calls of standard functions become before they are converted: the two-argument
;;; functions that the machine has instructions for.
;;;
;;; A transformation is a function of (form environment) that gives a new form, or the form
;;; itself when there is nothing to do.

(in-package :compiler)

(defmacro define-transform (names (form env) &body body)
  "Defines the transformation of calls of each function in NAMES."
  (let ((function (intern (concatenate 'string "TRANSFORM-CALL-OF-" (symbol-name (car names))) :compiler)))
    `(progn
       (defun ,function (,form ,env) (declare (ignorable ,env)) ,@body)
       (eval-when (:compile-toplevel :load-toplevel :execute)
         (dolist (name ',names) (setf (get name 'transform) ',function))))))

(defun trivial-form-p (form)
  "Whether evaluating FORM twice is the same as evaluating it once."
  (or (atom form) (eq (car form) 'quote)))

(defun with-temporaries (forms function)
  "A form in which FUNCTION's result, given forms for the values of FORMS, sees each of FORMS
evaluated once and in order."
  (let ((bindings nil) (names nil))
    (dolist (form forms)
      (if (and (atom form) (or (not (symbolp form)) (null form) (eq form t) (keywordp form)))
          (setq names (cons form names))
          (let ((name (make-symbol "VALUE")))
            (setq names (cons name names))
            (setq bindings (cons (list name form) bindings)))))
    (let ((body (funcall function (reverse names))))
      (if bindings (list 'let (reverse bindings) body) body))))

;;; Arithmetic

(defun chain (function arguments)
  "Left-associative calls of a function of two arguments."
  (let ((result (car arguments)))
    (dolist (argument (cdr arguments) result)
      (setq result (list function result argument)))))

(defun transform-chain (form function)
  (if (cddr form) (chain function (cdr form)) form))

(define-transform (+) (form env) (if (cdr form) (transform-chain form 'si:%add) 0))
(define-transform (*) (form env) (if (cdr form) (transform-chain form 'si:%multiply) 1))
(define-transform (-) (form env)
  (cond ((null (cdr form)) form)
        ((null (cddr form)) (list 'si:%minus (cadr form)))
        (t (chain 'si:%subtract (cdr form)))))
(define-transform (/) (form env)
  (if (cdddr form) (chain '/ (cdr form)) form))
(define-transform (logand) (form env) (if (cdr form) (transform-chain form 'si:%logand) -1))
(define-transform (logior) (form env) (if (cdr form) (transform-chain form 'si:%logior) 0))
(define-transform (logxor) (form env) (if (cdr form) (transform-chain form 'si:%logxor) 0))

(defun compare-neighbours (form make)
  "(and (test a b) (test b c) …), where MAKE makes a test of two forms."
  (if (null (cddr form))
      form
      (if (and (null (cdddr form)) (not (eq make 'at-most)) (not (eq make 'at-least)))
          (funcall make (cadr form) (caddr form))
          (with-temporaries (cdr form)
            (lambda (names)
              (let ((tests nil))
                (do ((tail names (cdr tail))) ((null (cdr tail)))
                  (setq tests (cons (funcall make (car tail) (cadr tail)) tests)))
                (conjunction (reverse tests))))))))

(defun conjunction (tests)
  (if (cdr tests)
      (list 'if (car tests) (conjunction (cdr tests)) nil)
      (car tests)))

(defun less-form (a b) (list 'si:%less a b))
(defun greater-form (a b) (list 'si:%greater a b))
(defun equal-form (a b) (list 'si:%num-equal a b))
;; (not (> a b)) would be wrong for a NaN.
(defun at-most (a b) (list 'if (less-form a b) t (equal-form a b)))
(defun at-least (a b) (list 'if (greater-form a b) t (equal-form a b)))

(define-transform (<) (form env) (compare-neighbours form 'less-form))
(define-transform (>) (form env) (compare-neighbours form 'greater-form))
(define-transform (=) (form env) (compare-neighbours form 'equal-form))
(define-transform (<=) (form env) (compare-neighbours form 'at-most))
(define-transform (>=) (form env) (compare-neighbours form 'at-least))
(define-transform (/=) (form env)
  (if (and (cddr form) (null (cdddr form)))
      (list 'not (equal-form (cadr form) (caddr form)))
      form))

(defun two-arguments-p (form) (and (cdr form) (cddr form) (null (cdddr form))))
(defun one-argument-p (form) (and (cdr form) (null (cddr form))))

(define-transform (char=) (form env)
  (if (two-arguments-p form)
      (list 'eq (list 'char-code (cadr form)) (list 'char-code (caddr form)))
      form))
(define-transform (char/=) (form env)
  (if (two-arguments-p form)
      (list 'not (list 'eq (list 'char-code (cadr form)) (list 'char-code (caddr form))))
      form))
(define-transform (char<) (form env)
  (if (two-arguments-p form)
      (less-form (list 'char-code (cadr form)) (list 'char-code (caddr form)))
      form))
(define-transform (char>) (form env)
  (if (two-arguments-p form)
      (greater-form (list 'char-code (cadr form)) (list 'char-code (caddr form)))
      form))

(defun constant-byte (form)
  "(size . position) of a constant (byte size position), or NIL."
  (if (and (consp form) (eq (car form) 'byte) (two-arguments-p form)
           (integerp (cadr form)) (integerp (caddr form)))
      (cons (cadr form) (caddr form))
      nil))

(define-transform (ldb) (form env)
  (let ((byte (and (two-arguments-p form) (constant-byte (cadr form)))))
    (if byte
        (list 'si:%logand
              (if (= (cdr byte) 0) (caddr form) (list 'ash (caddr form) (- (cdr byte))))
              (- (ash 1 (car byte)) 1))
        form)))

;;; Lists

(defmacro define-path (name &rest path)
  "NAME of a list is composed of the functions PATH, the outermost first."
  `(define-transform (,name) (form env)
     (if (one-argument-p form)
         (compose ',path (cadr form))
         form)))

(defun compose (path form)
  (if path (list (car path) (compose (cdr path) form)) form))

(define-path first car)
(define-path rest cdr)
(define-path second cadr)
(define-path third car cddr)
(define-path fourth cadr cddr)
(define-path fifth car cddr cddr)
(define-path sixth cadr cddr cddr)
(define-path caaar car caar)
(define-path caadr car cadr)
(define-path cadar car cdar)
(define-path caddr car cddr)
(define-path cdaar cdr caar)
(define-path cdadr cdr cadr)
(define-path cddar cdr cdar)
(define-path cdddr cdr cddr)
(define-path cadddr cadr cddr)
(define-path cddddr cddr cddr)

(define-transform (nth) (form env)
  (if (two-arguments-p form)
      (let ((n (cadr form)) (list (caddr form)))
        (cond ((eql n 0) (list 'car list))
              ((eql n 1) (list 'cadr list))
              ((eql n 2) (list 'car (list 'cddr list)))
              ((eql n 3) (list 'cadr (list 'cddr list)))
              (t form)))
      form))

(define-transform (endp) (form env)
  (if (one-argument-p form)
      (let ((name (make-symbol "LIST")))
        `(let ((,name ,(cadr form)))
           (if (consp ,name) nil (locally (declare (notinline endp)) (endp ,name)))))
      form))

(defun quoted-function-p (form name)
  (and (consp form) (or (eq (car form) 'function) (eq (car form) 'quote)) (eq (cadr form) name)))

(defun immediate-form-p (form env)
  (and (constant-form-p form env) (immediate-p (constant-form-value form env))))

(defun eq-search-p (form env)
  "Whether a call (f item list [:test #'eq]) compares by EQ."
  (cond ((two-arguments-p form) (immediate-form-p (cadr form) env))
        ((and (= (length form) 5) (eq (cadddr form) :test))
         (or (quoted-function-p (car (cddddr form)) 'eq)
             (and (quoted-function-p (car (cddddr form)) 'eql)
                  (immediate-form-p (cadr form) env))))
        (t nil)))

(define-transform (member) (form env)
  (if (eq-search-p form env) (list 'si:%memq (cadr form) (caddr form)) form))
(define-transform (assoc) (form env)
  (if (eq-search-p form env) (list 'si:%assq (cadr form) (caddr form)) form))
(define-transform (get) (form env)
  (if (two-arguments-p form) (list 'si:%get (cadr form) (caddr form)) form))

;;; Equality

(define-transform (eql equal) (form env)
  (if (and (two-arguments-p form)
           (or (immediate-form-p (cadr form) env) (immediate-form-p (caddr form) env)))
      (list 'eq (cadr form) (caddr form))
      form))

;;; Arrays, values, calls

(define-transform (aref) (form env)
  (if (two-arguments-p form) (list 'si:%aref-1 (cadr form) (caddr form)) form))

(define-transform (identity) (form env)
  (if (one-argument-p form) (list 'values (cadr form)) form))

(define-transform (funcall) (form env)
  (let ((function (cadr form)))
    (cond ((atom function) form)
          ((and (eq (car function) 'function) (lambda-form-p (cadr function)))
           (cons (cadr function) (cddr form)))
          ((and (eq (car function) 'function) (symbolp (cadr function)))
           (if (consp (function-meaning (cadr function) env)) form (cons (cadr function) (cddr form))))
          ((and (eq (car function) 'function) (function-name-p (cadr function)))
           (cons 'call-setf-function (cons (cadr function) (cddr form))))
          ((and (eq (car function) 'quote) (symbolp (cadr function)) (cadr function)
                (null (function-meaning (cadr function) env))
                (not (special-form-p (cadr function)))
                (null (funcall *macro-function* (cadr function))))
           (cons (cadr function) (cddr form)))
          (t form))))

(define-converter call-setf-function (form env)
  ;; (call-setf-function (setf f) argument…)
  (let* ((name (cadr form)) (arguments (cddr form)) (local (function-meaning name env))
         (accessor (get (cadr name) 'accessor)))
    (cond (local (convert-local-call local (cdr form) env))
          ((get (cadr name) 'si:setf-inverse)
           (convert (cons (get (cadr name) 'si:setf-inverse) arguments) env))
          ((and accessor (not (caddr accessor)) (= (length arguments) 2))
           (make-call 'structure-set
                      (list (convert (car arguments) env) (convert (cadr arguments) env)
                            (make-constant accessor))))
          (t (note-global-call name (length arguments))
             (make-call name (convert-list arguments env))))))

;;; Types

(define-transform (typep) (form env)
  (if (and (two-arguments-p form) (constant-form-p (caddr form) env))
      (let* ((name (make-symbol "OBJECT"))
             (test (type-test name (constant-form-value (caddr form) env) env)))
        (if (eq test :unknown)
            form
            `(let ((,name ,(cadr form))) (declare (ignorable ,name)) ,test)))
      form))
