;;; Destructuring lambda lists: DESTRUCTURING-BIND, and the expanders that the compiler
;;; makes of DEFMACRO, MACROLET, DEFTYPE, DEFINE-COMPILER-MACRO and DEFINE-SETF-EXPANDER.
;;;
;;; Entry points: (destructuring-bindings LAMBDA-LIST VARIABLE ERROR-NAME) gives LET*
;;; bindings; (parse-macro NAME LAMBDA-LIST BODY) gives a lambda expression of (form env).

(in-package :si)

(eval-when (:compile-toplevel :load-toplevel :execute)

  (defun lambda-list-keyword-p (x)
    (member x '(&optional &rest &body &key &aux &allow-other-keys &whole &environment)))

  (defun keyword-of (name)
    (intern (symbol-name name) :keyword))

  (defun destructuring-bindings (lambda-list source name)
    "LET* bindings, in order, that take SOURCE (a variable holding a list) apart; NAME is
for error messages. Checks are bindings of ignored variables. Second value: all variables
made here that the program does not know."
    (let ((bindings nil) (made nil) (state :required) (tail lambda-list)
          (current (gensym "ARGS")) (keys nil) (allow nil) (key-source nil))
      (labels ((bind (var form) (setq bindings (cons (list var form) bindings)))
               (fresh (prefix)
                 (let ((g (gensym prefix))) (setq made (cons g made)) g))
               (check (form) (bind (fresh "CHECK") form))
               (bind-pattern (pattern form)
                 (if (listp pattern)
                     (if (null pattern)
                         (check `(if (null ,form) nil (destructuring-error ',name ',pattern ,form)))
                         (let ((v (fresh "SUB")))
                           (bind v form)
                           (multiple-value-bind (inner inner-made)
                               (destructuring-bindings pattern v name)
                             (setq bindings (append (reverse inner) bindings)
                                   made (append inner-made made)))))
                     (bind pattern form)))
               (next () `(car ,current))
               (advance () (bind current `(cdr ,current))))
        (setq made (cons current made))
        (bind current source)
        (when (and (consp tail) (eq (car tail) '&whole))
          (bind-pattern (cadr tail) source)
          (setq tail (cddr tail)))
        (do () ((atom tail))
          (let ((item (car tail)))
            (setq tail (cdr tail))
            (cond
              ((eq item '&optional) (setq state :optional))
              ((or (eq item '&rest) (eq item '&body))
               (bind-pattern (car tail) current)
               (setq tail (cdr tail) state :after-rest))
              ((eq item '&key) (setq state :key key-source current))
              ((eq item '&allow-other-keys) (setq allow t))
              ((eq item '&aux) (setq state :aux))
              ((eq item '&environment) (setq tail (cdr tail)))
              ((eq state :required)
               (check `(if (consp ,current) nil
                           (destructuring-error ',name ',lambda-list ,source)))
               (bind-pattern item (next))
               (advance))
              ((eq state :optional)
               (let ((var (if (consp item) (car item) item))
                     (default (if (consp item) (cadr item) nil))
                     (given (if (consp item) (caddr item) nil)))
                 (when given (bind given `(if (consp ,current) t nil)))
                 (bind-pattern var `(if (consp ,current) ,(next) ,default))
                 (advance)))
              ((eq state :key)
               (let* ((spec (if (consp item) (car item) item))
                      (var (if (consp spec) (cadr spec) spec))
                      (key (if (consp spec) (car spec) (keyword-of spec)))
                      (default (if (consp item) (cadr item) nil))
                      (given (if (consp item) (caddr item) nil))
                      (found (fresh "KEY")))
                 (setq keys (cons key keys))
                 (bind found `(find-key-tail ',key ,key-source))
                 (when given (bind given `(if ,found t nil)))
                 (bind-pattern var `(if ,found (cadr ,found) ,default))))
              ((eq state :aux)
               (bind (if (consp item) (car item) item) (if (consp item) (cadr item) nil)))
              (t (error "Misplaced ~s in the lambda list of ~s" item name)))))
        (cond (tail (bind tail current))
              ((or (eq state :required) (eq state :optional))
               (check `(if (null ,current) nil
                           (destructuring-error ',name ',lambda-list ,source))))
              (key-source
               (check (if allow
                          `(check-keys ,key-source nil t ',name)
                          `(check-keys ,key-source ',keys nil ',name)))))
        (values (reverse bindings) made))))

  (defun environment-variable (lambda-list)
    "The variable after &ENVIRONMENT, or NIL; and the lambda list without it."
    (let ((tail (if (listp lambda-list) (member '&environment (proper-part lambda-list)) nil)))
      (values (cadr tail)
              (if tail (remove-environment lambda-list) lambda-list))))

  (defun proper-part (list)
    (if (consp list) (cons (car list) (proper-part (cdr list))) nil))

  (defun remove-environment (list)
    (cond ((atom list) list)
          ((eq (car list) '&environment) (cddr list))
          (t (cons (car list) (remove-environment (cdr list))))))

  (defun split-body (body)
    "Declarations, forms and documentation string of BODY."
    (let ((decls nil) (doc nil))
      (do () ((atom body))
        (let ((form (car body)))
          (cond ((and (stringp form) (cdr body) (null doc)) (setq doc form))
                ((and (consp form) (eq (car form) 'declare)) (setq decls (cons form decls)))
                (t (return nil))))
        (setq body (cdr body)))
      (values (reverse decls) body doc)))

  (defun parse-macro-body (name lambda-list body arguments-form form-var env-var block-name)
    "A lambda expression of (FORM-VAR ENV-VAR) that takes ARGUMENTS-FORM apart."
    (multiple-value-bind (decls forms) (split-body body)
      (multiple-value-bind (env-name pattern) (environment-variable lambda-list)
        (let ((whole nil) (args (gensym "ARGUMENTS")))
          (when (and (consp pattern) (eq (car pattern) '&whole))
            (setq whole (cadr pattern) pattern (cddr pattern)))
          (multiple-value-bind (bindings made) (destructuring-bindings pattern args name)
            `(lambda (,form-var ,env-var)
               (declare (ignorable ,form-var ,env-var))
               (let* (,@(if whole `((,whole ,form-var)) nil)
                      ,@(if env-name `((,env-name ,env-var)) nil)
                      (,args ,arguments-form)
                      ,@bindings)
                 (declare (ignorable ,args ,@made))
                 ,@decls
                 ,(if block-name `(block ,block-name ,@forms) `(progn ,@forms)))))))))

  (defun parse-macro (name lambda-list body)
    "The expander of a macro as a lambda expression of (form environment)."
    (parse-macro-body name lambda-list body '(cdr form) 'form 'environment
                      (if (consp name) (cadr name) name)))

  (defun find-key-tail (key list)
    (do () ((atom list) nil)
      (when (eq (car list) key) (return list))
      (setq list (cddr list)))))

(defun check-keys (list keys allow name)
  "Signals an error unless LIST is a property list of KEYS (of any when ALLOW)."
  (let ((allow-tail (find-key-tail :allow-other-keys list)))
    (when (and allow-tail (cadr allow-tail)) (setq allow t))
    (do ((tail list (cddr tail))) ((atom tail) nil)
      (when (atom (cdr tail))
        (error 'simple-program-error
               :format-control "Odd number of keyword arguments in ~s, in a form of ~s"
               :format-arguments (list list name)))
      (unless (or allow (eq (car tail) :allow-other-keys) (member (car tail) keys))
        (error 'simple-program-error
               :format-control "~s is no keyword of ~s; it takes ~s"
               :format-arguments (list (car tail) name (reverse keys)))))))

(defun destructuring-error (name lambda-list list)
  (error 'simple-program-error
         :format-control "~s does not match the lambda list ~s~@[ of ~s~]"
         :format-arguments (list list lambda-list name)))

(defmacro destructuring-bind (lambda-list expression &body body)
  (let ((v (gensym "LIST")))
    (multiple-value-bind (bindings made) (destructuring-bindings lambda-list v nil)
      `(let* ((,v ,expression) ,@bindings)
         (declare (ignorable ,v ,@made))
         ,@body))))
