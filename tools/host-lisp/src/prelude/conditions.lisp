;;; Conditions: handlers, restarts, definitions.

(defmacro handler-bind (bindings &body body)
  `(%with-handlers (list ,@(mapcar (lambda (b) `(cons ',(first b) ,(second b))) bindings))
                   (lambda () ,@body)))

(defmacro handler-case (form &rest clauses)
  (let* ((no-error (assoc :no-error clauses))
         (clauses (remove :no-error clauses :key #'car))
         (outer (gensym "OUTER")) (inner (gensym "INNER")) (c (gensym "C"))
         (tags (mapcar (lambda (x) (declare (ignore x)) (gensym "TAG")) clauses))
         (guarded
           `(block ,outer
              (let ((,c nil))
                (declare (ignorable ,c))
                (tagbody
                   (return-from ,outer
                     (handler-bind
                         ,(mapcar (lambda (clause tag)
                                    `(,(first clause)
                                      (lambda (x) (setq ,c x) (go ,tag))))
                                  clauses tags)
                       ,(if no-error `(return-from ,inner ,form) form)))
                   ,@(mapcan (lambda (clause tag)
                               `(,tag
                                 (return-from ,outer
                                   ,(if (second clause)
                                        `(let ((,(car (second clause)) ,c)) ,@(cddr clause))
                                        `(progn ,@(cddr clause))))))
                             clauses tags))))))
    (if no-error
        `(block ,outer
           (multiple-value-call (lambda ,@(cdr no-error))
             (block ,inner (return-from ,outer ,guarded))))
        guarded)))

(defmacro ignore-errors (&body body)
  `(handler-case (progn ,@body)
     (error (c) (values nil c))))

(defmacro define-condition (name parents slots &rest options)
  (let ((report (second (assoc :report options)))
        (initargs (cdr (assoc :default-initargs options)))
        (functions nil))
    (dolist (s slots)
      (when (consp s)
        (do ((o (cdr s) (cddr o)))
            ((null o))
          (case (car o)
            (:reader (push `(defun ,(second o) (c) (%slot-by-name c ',(car s))) functions))
            (:accessor
             (push `(defun ,(second o) (c) (%slot-by-name c ',(car s))) functions)
             (push `(defun (setf ,(second o)) (v c) (%set-slot-by-name c ',(car s) v))
                   functions))
            (:writer (push `(defun ,(second o) (v c) (%set-slot-by-name c ',(car s) v))
                           functions))))))
    `(progn
       (%define-condition
        ',name ',(or parents '(condition))
        (list ,@(mapcar
                 (lambda (s)
                   (let* ((s (if (consp s) s (list s)))
                          (initarg (getf (cdr s) :initarg))
                          (default (getf initargs initarg '%none))
                          (form (if (eq default '%none) (getf (cdr s) :initform) default)))
                     `(list ',(car s) ',initarg
                            ,(if form `(lambda () ,form) nil))))
                 slots)
              ,@(do ((i initargs (cddr i))
                     (extra nil))
                    ((null i) (nreverse extra))
                  ;; a default for a slot of a parent
                  (unless (find (first i) slots
                                :key (lambda (s) (if (consp s) (getf (cdr s) :initarg) nil)))
                    (push `(list ',(intern (symbol-name (first i))) ',(first i)
                                 (lambda () ,(second i)))
                          extra)))))
       ,@(if report
             `((%set-report ',name
                            ,(if (stringp report)
                                 `(lambda (c s) (declare (ignore c)) (write-string ,report s))
                                 `(function ,report))))
             nil)
       ,@(nreverse functions)
       ',name)))

(defun simple-condition-format-control (c) (%slot-by-name c 'format-control))
(defun simple-condition-format-arguments (c) (%slot-by-name c 'format-arguments))
(defun type-error-datum (c) (%slot-by-name c 'datum))
(defun type-error-expected-type (c) (%slot-by-name c 'expected-type))
(defun cell-error-name (c) (%slot-by-name c 'name))
(defun arithmetic-error-operation (c) (%slot-by-name c 'operation))
(defun arithmetic-error-operands (c) (%slot-by-name c 'operands))
(defun stream-error-stream (c) (%slot-by-name c 'stream))
(defun file-error-pathname (c) (%slot-by-name c 'pathname))
(defun package-error-package (c) (%slot-by-name c 'package))

;;; restarts: dynamic-extent objects on a list

(defstruct (%restart (:print-function
                      (lambda (r s d)
                        (declare (ignore d))
                        (format s "#<RESTART ~a>" (%restart-name r)))))
  name function report interactive test)
(defvar *%restarts* nil)
(deftype restart () '%restart)

(defun restart-name (r) (%restart-name r))
(defun compute-restarts (&optional condition)
  (remove-if-not (lambda (r)
                   (or (null (%restart-test r)) (funcall (%restart-test r) condition)))
                 *%restarts*))
(defun find-restart (name &optional condition)
  (if (%restart-p name)
      name
      (find name (compute-restarts condition) :key #'%restart-name)))
(defun invoke-restart (restart &rest args)
  (let ((r (find-restart restart)))
    (unless r (error 'control-error :message (format nil "there is no restart ~s" restart)))
    (apply (%restart-function r) args)))
(defun invoke-restart-interactively (restart) (invoke-restart restart))

(defmacro restart-bind (bindings &body body)
  `(let ((*%restarts*
           (list* ,@(mapcar (lambda (b)
                              (destructuring-bind (name function &key report-function
                                                                   interactive-function
                                                                   test-function)
                                  b
                                `(make-%restart :name ',name :function ,function
                                                :report ,report-function
                                                :interactive ,interactive-function
                                                :test ,test-function)))
                            bindings)
                  *%restarts*)))
     ,@body))

(defun %restart-options (clause)
  ;; the options of a clause as a property list, and its forms
  (let ((body (cddr clause)) (options nil))
    (loop
      (if (member (car body) '(:report :interactive :test))
          (setq options (list* (first body) (second body) options)
                body (cddr body))
          (return (values options body))))))

(defmacro restart-case (form &rest clauses)
  (let ((outer (gensym "OUTER")) (args (gensym "ARGS"))
        (tags (mapcar (lambda (x) (declare (ignore x)) (gensym "TAG")) clauses)))
    `(block ,outer
       (let ((,args nil))
         (tagbody
            (return-from ,outer
              (restart-bind
                  ,(mapcar (lambda (c tag)
                             (let ((report (getf (%restart-options c) :report)))
                               `(,(first c) (lambda (&rest x) (setq ,args x) (go ,tag))
                                 ,@(cond ((stringp report)
                                          `(:report-function
                                            (lambda (s) (write-string ,report s))))
                                         (report `(:report-function (function ,report)))
                                         (t nil)))))
                           clauses tags)
                ,form))
            ,@(mapcan (lambda (c tag)
                        (multiple-value-bind (options body) (%restart-options c)
                          (declare (ignore options))
                          `(,tag
                            (return-from ,outer
                              (apply (lambda ,(second c) ,@body) ,args)))))
                      clauses tags))))))

(defmacro with-simple-restart ((name control &rest args) &body body)
  `(restart-case (progn ,@body)
     (,name () :report (lambda (s) (format s ,control ,@args)) (values nil t))))
(defmacro with-condition-restarts (condition restarts &body body)
  `(progn ,condition ,restarts ,@body))

(defun abort (&optional c) (invoke-restart (or (find-restart 'abort c) 'abort)))
(defun continue (&optional c)
  (let ((r (find-restart 'continue c))) (if r (invoke-restart r) nil)))
(defun muffle-warning (&optional c) (invoke-restart (or (find-restart 'muffle-warning c) 'muffle-warning)))
(defun use-value (v &optional c)
  (let ((r (find-restart 'use-value c))) (if r (invoke-restart r v) nil)))
(defun store-value (v &optional c)
  (let ((r (find-restart 'store-value c))) (if r (invoke-restart r v) nil)))

(defun cerror (continue-string datum &rest args)
  (with-simple-restart (continue "~?" continue-string args)
    (apply #'error datum args))
  nil)

(defun warn (datum &rest args)
  (let ((c (apply #'%make-designated 'simple-warning datum args)))
    (restart-case
        (progn
          (signal c)
          (format *error-output* "~&Warning: ~a~%" (si:condition-message c)))
      (muffle-warning () nil))
    nil))

(defun break (&optional (control "BREAK") &rest args)
  (error "~?" control args))
(defun invoke-debugger (c) (%unhandled c))

(defmacro assert (test &optional places datum &rest args)
  (declare (ignore places))
  `(unless ,test
     ,(if datum
          `(error ,datum ,@args)
          `(error "the assertion ~s failed" ',test))))

(defmacro check-type (place type &optional string)
  (declare (ignore string))
  (let ((v (gensym)))
    `(let ((,v ,place))
       (unless (typep ,v ',type)
         (error 'type-error :datum ,v :expected-type ',type))
       nil)))
