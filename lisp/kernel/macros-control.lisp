;;; Macros of control: conditionals, sequencing, iteration.
;;;
;;; The first file of the world: each expander uses only special operators, functions of
;;; the build-time evaluator's core and macros defined above it.

(in-package :si)

;;; Conditionals

(defmacro when (test &body body)
  `(if ,test (progn ,@body) nil))

(defmacro unless (test &body body)
  `(if ,test nil (progn ,@body)))

(defmacro and (&rest forms)
  (if (null forms)
      t
      (if (null (cdr forms))
          (car forms)
          `(if ,(car forms) (and ,@(cdr forms)) nil))))

(defmacro or (&rest forms)
  (if (null forms)
      nil
      (if (null (cdr forms))
          (car forms)
          (let ((g (gensym "OR")))
            `(let ((,g ,(car forms))) (if ,g ,g (or ,@(cdr forms))))))))

(defmacro cond (&rest clauses)
  (if (null clauses)
      nil
      (let ((clause (car clauses)) (more (cdr clauses)))
        (if (atom clause)
            (error "COND clause is not a list: ~s" clause)
            (if (null (cdr clause))
                `(or ,(car clause) (cond ,@more))
                (if (eq (car clause) t)
                    `(progn ,@(cdr clause))
                    `(if ,(car clause) (progn ,@(cdr clause)) (cond ,@more))))))))

;;; Definitions that only evaluate to a name are needed from here on.

(defmacro in-package (name)
  `(eval-when (:compile-toplevel :load-toplevel :execute)
     (setq *package* (find-package-or-lose ',(if (symbolp name) (symbol-name name) name)))))

(defmacro return (&optional value)
  `(return-from nil ,value))

(defmacro lambda (lambda-list &body body)
  `(function (lambda ,lambda-list ,@body)))

(defmacro prog1 (first &body body)
  (let ((g (gensym "PROG1")))
    `(let ((,g ,first)) ,@body ,g)))

(defmacro prog2 (first second &body body)
  `(progn ,first (prog1 ,second ,@body)))

;;; Multiple values. The compiler knows a call of a lambda expression with optional
;;; arguments and an ignored rest argument and spreads no list for it.

(defmacro multiple-value-list (form)
  `(multiple-value-call (function list) ,form))

(defmacro multiple-value-bind (variables form &body body)
  (let ((rest (gensym "REST")))
    `(multiple-value-call
         (function (lambda (&optional ,@variables &rest ,rest)
           (declare (ignore ,rest))
           ,@body))
       ,form)))

(defmacro nth-value (n form)
  (if (and (integerp n) (<= 0 n 20))
      (let ((vars (labels ((make (k) (if (< k 0) nil (cons (gensym "V") (make (1- k)))))) (make n))))
        (let ((wanted (car (last vars))))
          `(multiple-value-bind ,vars ,form
             (declare (ignore ,@(butlast vars)))
             ,wanted)))
      (let ((g (gensym "N")))
        `(let ((,g ,n)) (nth ,g (multiple-value-list ,form))))))

;;; PSETQ and the DO family

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun split-declarations (body)
    "The DECLARE forms at the head of BODY, and the rest."
    (labels ((walk (tail decls)
               (if (and (consp tail) (consp (car tail)) (eq (caar tail) 'declare))
                   (walk (cdr tail) (cons (car tail) decls))
                   (values (reverse decls) tail))))
      (walk body nil)))

  (defun psetq-bindings (pairs)
    (if (null pairs)
        nil
        (if (null (cdr pairs))
            (error "PSETQ of ~s has no value form" (car pairs))
            (cons (list (gensym "NEW") (car pairs) (cadr pairs))
                  (psetq-bindings (cddr pairs))))))

  (defun do-steps (specs)
    "Variables and step forms of DO's SPECS, as arguments of PSETQ or SETQ."
    (if (null specs)
        nil
        (if (and (consp (car specs)) (cddr (car specs)))
            (cons (caar specs) (cons (caddr (car specs)) (do-steps (cdr specs))))
            (do-steps (cdr specs)))))

  (defun do-bindings (specs)
    (mapcar (lambda (spec)
              (if (consp spec) (list (car spec) (cadr spec)) (list spec nil)))
            specs))

  (defun expand-do (let-operator set-operator specs end body)
    (let ((top (gensym "TOP")) (test (gensym "TEST")) (steps (do-steps specs)))
      (multiple-value-bind (decls forms) (split-declarations body)
        `(block nil
           (,let-operator ,(do-bindings specs)
             ,@decls
             (tagbody
               (go ,test)
               ,top
               (tagbody ,@forms)
               ,@(if steps `((,set-operator ,@steps)) nil)
               ,test
               (if ,(car end) nil (go ,top)))
             (progn ,@(cdr end))))))))

(defmacro psetq (&rest pairs)
  (if (null pairs)
      nil
      (if (null (cddr pairs))
          `(progn (setq ,(car pairs) ,(cadr pairs)) nil)
          (let ((bindings (psetq-bindings pairs)))
            `(let ,(mapcar (lambda (b) (list (car b) (caddr b))) bindings)
               ,@(mapcar (lambda (b) `(setq ,(cadr b) ,(car b))) bindings)
               nil)))))

(defmacro do (specs end &body body)
  (expand-do 'let 'psetq specs end body))

(defmacro do* (specs end &body body)
  (expand-do 'let* 'setq specs end body))

(defmacro dolist ((var list &optional result) &body body)
  (let ((tail (gensym "TAIL")) (top (gensym "TOP")) (test (gensym "TEST")))
    (multiple-value-bind (decls forms) (split-declarations body)
      `(block nil
         (let ((,tail ,list))
           (tagbody
             (go ,test)
             ,top
             (let ((,var (car ,tail)))
               ,@decls
               (setq ,tail (cdr ,tail))
               (tagbody ,@forms))
             ,test
             (if ,tail (go ,top) nil)))
         ,(if result `(let ((,var nil)) (declare (ignorable ,var)) ,result) nil)))))

(defmacro dotimes ((var count &optional result) &body body)
  (let ((limit (gensym "LIMIT")) (top (gensym "TOP")) (test (gensym "TEST")))
    (multiple-value-bind (decls forms) (split-declarations body)
      `(block nil
         (let ((,limit ,count) (,var 0))
           (declare (ignorable ,var))
           ,@decls
           (tagbody
             (go ,test)
             ,top
             (tagbody ,@forms)
             (setq ,var (1+ ,var))
             ,test
             (if (< ,var ,limit) (go ,top) nil))
           ,result)))))

(defmacro prog (bindings &body body)
  (multiple-value-bind (decls forms) (split-declarations body)
    `(block nil (let ,bindings ,@decls (tagbody ,@forms)))))

(defmacro prog* (bindings &body body)
  (multiple-value-bind (decls forms) (split-declarations body)
    `(block nil (let* ,bindings ,@decls (tagbody ,@forms)))))

;;; CASE and its kin. The conditions that ECASE and CCASE signal are made by functions of
;;; the condition system, called by name.

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun case-test (key keys)
    (cond ((null keys) nil)
          ((atom keys) `(eql ,key ',keys))
          ((null (cdr keys)) `(eql ,key ',(car keys)))
          (t `(or ,@(mapcar (lambda (k) `(eql ,key ',k)) keys)))))

  (defun case-clauses (key clauses test-maker default-p)
    (mapcar (lambda (clause)
              (if (and default-p (or (eq (car clause) t) (eq (car clause) 'otherwise)))
                  `(t ,@(or (cdr clause) '(nil)))
                  (list (funcall test-maker key (car clause)) `(progn ,@(cdr clause)))))
            clauses))

  (defun all-keys (clauses)
    (if (null clauses)
        nil
        (let ((keys (caar clauses)))
          (append (if (listp keys) keys (list keys)) (all-keys (cdr clauses))))))

  (defun typep-test (key type) `(typep ,key ',type)))

(defmacro case (keyform &body clauses)
  (let ((key (gensym "KEY")))
    `(let ((,key ,keyform))
       (declare (ignorable ,key))
       (cond ,@(case-clauses key clauses (function case-test) t)))))

(defmacro ecase (keyform &body clauses)
  (let ((key (gensym "KEY")))
    `(let ((,key ,keyform))
       (cond ,@(case-clauses key clauses (function case-test) nil)
             (t (case-failure ,key '(member ,@(all-keys clauses))))))))

(defmacro typecase (keyform &body clauses)
  (let ((key (gensym "KEY")))
    `(let ((,key ,keyform))
       (declare (ignorable ,key))
       (cond ,@(case-clauses key clauses (function typep-test) t)))))

(defmacro etypecase (keyform &body clauses)
  (let ((key (gensym "KEY")))
    `(let ((,key ,keyform))
       (cond ,@(case-clauses key clauses (function typep-test) nil)
             (t (case-failure ,key '(or ,@(mapcar (function car) clauses))))))))

(defmacro ccase (place &body clauses)
  (let ((again (gensym "AGAIN")) (key (gensym "KEY")) (tag (gensym "CCASE")))
    `(block ,tag
       (tagbody
         ,again
         (let ((,key ,place))
           (return-from ,tag
             (cond ,@(case-clauses key clauses (function case-test) nil)
                   (t (setf ,place (correctable-case-failure
                                    ,key '(member ,@(all-keys clauses)) ',place))
                      (go ,again)))))))))

(defmacro ctypecase (place &body clauses)
  (let ((again (gensym "AGAIN")) (key (gensym "KEY")) (tag (gensym "CTYPECASE")))
    `(block ,tag
       (tagbody
         ,again
         (let ((,key ,place))
           (return-from ,tag
             (cond ,@(case-clauses key clauses (function typep-test) nil)
                   (t (setf ,place (correctable-case-failure
                                    ,key '(or ,@(mapcar (function car) clauses)) ',place))
                      (go ,again)))))))))
