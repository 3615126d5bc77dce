;;; Macros of the condition system: handlers, restarts, assertions.
;;;
;;; si:*handler-clusters* is a list of clusters, innermost first; a cluster is a list of
;;; (type . function). si:*restart-clusters* is a list of lists of restarts. Both are
;;; ordinary special variables, so that leaving a form in any way restores them.

(in-package :si)

(defmacro handler-bind (bindings &body body)
  (if (null bindings)
      `(progn ,@body)
      `(let ((*handler-clusters*
               (cons (list ,@(mapcar (lambda (b) `(cons ',(car b) ,(cadr b))) bindings))
                     *handler-clusters*)))
         ,@body)))

(defmacro handler-case (form &body clauses)
  (let* ((no-error (let ((last (car (last clauses))))
                     (if (and (consp last) (eq (car last) :no-error)) last nil)))
         (cases (if no-error (all-but-last clauses) clauses))
         (block (gensym "HANDLER-CASE")) (condition (gensym "CONDITION"))
         (tags (mapcar (lambda (c) (gensym (symbol-name-of (car c)))) cases)))
    (cond
      (no-error
       (let ((outer (gensym "ERROR-RETURN")) (inner (gensym "NORMAL-RETURN")))
         `(block ,outer
            (multiple-value-call (function (lambda ,@(cdr no-error)))
              (block ,inner
                (return-from ,outer
                  (handler-case (return-from ,inner ,form) ,@cases)))))))
      ((null cases) form)
      (t
       `(block ,block
          (let ((,condition nil))
            (declare (ignorable ,condition))
            (tagbody
              (return-from ,block
                (handler-bind
                    ,(mapcar (lambda (tag clause)
                               `(,(car clause)
                                 (function (lambda (c)
                                   ,(if (cadr clause)
                                        `(setq ,condition c)
                                        '(declare (ignore c)))
                                   (go ,tag)))))
                             tags cases)
                  ,form))
              ,@(mapcan (lambda (tag clause)
                          (list tag
                                `(return-from ,block
                                   ,(if (cadr clause)
                                        `(let ((,(car (cadr clause)) ,condition))
                                           ,@(cddr clause))
                                        `(progn ,@(cddr clause))))))
                        tags cases))))))))

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun symbol-name-of (x) (if (symbolp x) (symbol-name x) "CLAUSE"))

  (defun restart-options (options)
    "The arguments of MAKE-RESTART for the keyword options of a RESTART-CASE clause."
    (let ((arguments nil) (body options))
      (do () ((not (and (consp body) (member (car body) '(:report :interactive :test)))))
        (let ((key (car body)) (value (cadr body)))
          (setq arguments
                (append arguments
                        (cond ((eq key :report)
                               (list :report-function
                                     (if (stringp value)
                                         `(lambda (stream) (write-string ,value stream))
                                         `(function ,value))))
                              ((eq key :interactive)
                               (list :interactive-function `(function ,value)))
                              (t (list :test-function `(function ,value)))))
                body (cddr body))))
      (values arguments body)))

  (defun signalling-form-p (form environment)
    "The operator, when FORM is a call that RESTART-CASE associates its restarts with."
    (multiple-value-bind (expansion expanded)
        (if (and (consp form) (not (member (car form) '(signal error warn cerror))))
            (compiler:expand-1 form environment)
            (values form nil))
      (declare (ignorable expanded))
      (if (and (consp expansion) (member (car expansion) '(signal error warn cerror)))
          expansion
          nil))))

(defmacro ignore-errors (&body forms)
  `(handler-case (progn ,@forms)
     (error (condition) (values nil condition))))

(defmacro restart-bind (bindings &body body)
  `(let ((*restart-clusters*
           (cons (list ,@(mapcar (lambda (b)
                                   `(make-restart :name ',(car b) :function ,(cadr b)
                                                  ,@(cddr b)))
                                 bindings))
                 *restart-clusters*)))
     ,@body))

(defmacro restart-case (form &body clauses &environment environment)
  (let* ((block (gensym "RESTART-CASE")) (arguments (gensym "ARGUMENTS"))
         (tags (mapcar (lambda (c) (gensym (symbol-name-of (car c)))) clauses))
         (call (signalling-form-p form environment)))
    `(block ,block
       (let ((,arguments nil))
         (tagbody
           (return-from ,block
             (restart-bind
                 ,(mapcar (lambda (tag clause)
                            (multiple-value-bind (options body) (restart-options (cddr clause))
                              (declare (ignore body))
                              `(,(car clause)
                                (function (lambda (&rest rest)
                                  (setq ,arguments rest)
                                  (go ,tag)))
                                ,@options)))
                          tags clauses)
               ,(if call
                    `(call-with-associated-restarts
                      ',(car call)
                      ,(if (eq (car call) 'cerror) (cadr call) nil)
                      (lambda () (list ,@(if (eq (car call) 'cerror) (cddr call) (cdr call)))))
                    form)))
           ,@(mapcan (lambda (tag clause)
                       (multiple-value-bind (options body) (restart-options (cddr clause))
                         (declare (ignore options))
                         (list tag
                               `(return-from ,block
                                  (apply (function (lambda ,(cadr clause) ,@body))
                                         ,arguments)))))
                     tags clauses))))))

(defmacro with-simple-restart ((name format-control &rest format-arguments) &body forms)
  `(restart-case (progn ,@forms)
     (,name ()
       :report (lambda (stream) (format stream ,format-control ,@format-arguments))
       (values nil t))))

(defmacro with-condition-restarts (condition restarts &body forms)
  (let ((c (gensym "CONDITION")) (r (gensym "RESTARTS")))
    `(let ((,c ,condition) (,r ,restarts))
       (associate-restarts ,c ,r)
       (unwind-protect (progn ,@forms)
         (dissociate-restarts ,c ,r)))))

(defmacro assert (test &optional places datum &rest arguments)
  (let ((again (gensym "AGAIN")))
    `(tagbody
       ,again
       (unless ,test
         (assertion-failure ',test ',places (list ,@places)
                            ,(if datum `(list ,datum ,@arguments) nil))
         ,@(mapcar (lambda (place)
                     `(setf ,place (ask-for-new-value ',place ,place)))
                   places)
         (go ,again)))))

(defmacro check-type (place type &optional description)
  (let ((again (gensym "AGAIN")) (value (gensym "VALUE")))
    `(tagbody
       ,again
       (let ((,value ,place))
         (unless (typep ,value ',type)
           (setf ,place (check-type-failure ,value ',type ',place ,description))
           (go ,again))))))
