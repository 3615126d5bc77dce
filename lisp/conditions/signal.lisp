;;; Signalling, restarts, and the errors that the kernel's functions call for.

(in-package :si)

(defvar *handler-clusters* nil)
(defvar *restart-clusters* nil)

;;; Restarts

(defstruct (restart (:copier nil) (:print-function print-restart))
  name function
  (report-function nil) (interactive-function nil) (test-function nil)
  (conditions nil))       ; conditions that it is associated with; NIL: any

(defun print-restart (restart stream depth)
  (declare (ignore depth))
  (if *print-escape*
      (print-unreadable-object (restart stream :type t)
        (prin1 (restart-name restart) stream))
      (if (restart-report-function restart)
          (funcall (restart-report-function restart) stream)
          (princ (restart-name restart) stream))))

(defun restart-applicable-p (restart condition)
  (and (or (null condition) (null (restart-conditions restart))
           (%memq condition (restart-conditions restart)))
       (or (null (restart-test-function restart))
           (funcall (restart-test-function restart) condition))))

(defun compute-restarts (&optional condition)
  (let ((list nil))
    (dolist (cluster *restart-clusters* (nreverse list))
      (dolist (r cluster)
        (when (restart-applicable-p r condition) (setq list (cons r list)))))))

(defun find-restart (identifier &optional condition)
  (dolist (cluster *restart-clusters* nil)
    (dolist (r cluster)
      (when (and (or (eq r identifier) (eq (restart-name r) identifier))
                 (restart-applicable-p r condition))
        (return-from find-restart r)))))

(defun find-restart-or-lose (identifier)
  (or (find-restart identifier)
      (error 'simple-control-error :format-control "There is no restart ~s now"
                                   :format-arguments (list identifier))))

(defun invoke-restart (restart &rest arguments)
  (apply (restart-function (find-restart-or-lose restart)) arguments))

(defun invoke-restart-interactively (restart)
  (let* ((r (find-restart-or-lose restart)) (f (restart-interactive-function r)))
    (apply (restart-function r) (if f (funcall f) nil))))

(defun associate-restarts (condition restarts)
  (dolist (r restarts)
    (setf (restart-conditions r) (cons condition (restart-conditions r)))))

(defun dissociate-restarts (condition restarts)
  (dolist (r restarts)
    (setf (restart-conditions r) (remove condition (restart-conditions r) :count 1))))

(defun abort (&optional condition)
  (let ((r (find-restart 'abort condition)))
    (if r (invoke-restart r)
        (error 'simple-control-error :format-control "There is no ABORT restart"))))

(defun continue (&optional condition)
  (let ((r (find-restart 'continue condition))) (if r (invoke-restart r) nil)))

(defun muffle-warning (&optional condition)
  (invoke-restart (or (find-restart 'muffle-warning condition) 'muffle-warning)))

(defun use-value (value &optional condition)
  (let ((r (find-restart 'use-value condition))) (if r (invoke-restart r value) nil)))

(defun store-value (value &optional condition)
  (let ((r (find-restart 'store-value condition))) (if r (invoke-restart r value) nil)))

;;; Signalling

(defun make-condition-from (datum arguments default)
  (cond ((conditionp datum)
         (when arguments
           (error "~s, a condition, cannot take more arguments" datum))
         datum)
        ((or (stringp datum) (functionp datum))
         (make-condition default :format-control datum :format-arguments arguments))
        ((or (symbolp datum) (classp datum)) (apply #'make-condition datum arguments))
        (t (wrong-type-argument datum 'condition-designator))))

(defun signal-condition (condition)
  (when (and *break-on-signals* (typep condition *break-on-signals*))
    (let ((*break-on-signals* nil))
      (break "~a~%(signalled while *BREAK-ON-SIGNALS* is ~s)" condition *break-on-signals*)))
  (do ((clusters *handler-clusters* (cdr clusters)))
      ((null clusters) nil)
    (let ((*handler-clusters* (cdr clusters)))
      (dolist (h (car clusters))
        (when (typep condition (car h))
          (funcall (cdr h) condition))))))

(defun signal (datum &rest arguments)
  (signal-condition (make-condition-from datum arguments 'simple-condition)))

(defun error (datum &rest arguments)
  (let ((condition (make-condition-from datum arguments 'simple-error)))
    (signal-condition condition)
    (invoke-debugger condition)))

(defun cerror (continue-control datum &rest arguments)
  (let ((condition (make-condition-from datum arguments 'simple-error)))
    (with-simple-restart (continue "~?" continue-control arguments)
      (with-condition-restarts condition (list (find-restart 'continue))
        (signal-condition condition)
        (invoke-debugger condition)))
    nil))

(defun warn (datum &rest arguments)
  (let ((condition (make-condition-from datum arguments 'simple-warning)))
    (unless (typep condition 'warning)
      (wrong-type-argument condition 'warning))
    (restart-case
        (progn
          (signal-condition condition)
          (fresh-line *error-output*)
          (format *error-output* "Warning: ~a~%" condition))
      (muffle-warning () :report "Ignore the warning." nil))
    nil))

(defun call-with-associated-restarts (operator continue-control arguments-maker)
  "What RESTART-CASE makes of a call of SIGNAL, ERROR, WARN or CERROR: the restarts just
established are associated with the condition."
  (let* ((arguments (funcall arguments-maker))
         (condition (make-condition-from (car arguments) (cdr arguments)
                                         (case operator
                                           (signal 'simple-condition)
                                           (warn 'simple-warning)
                                           (t 'simple-error))))
         (restarts (car *restart-clusters*)))
    (with-condition-restarts condition restarts
      (case operator
        (signal (signal condition))
        (warn (warn condition))
        (cerror (cerror continue-control condition))
        (t (error condition))))))

(defun break (&optional (control "Break") &rest arguments)
  (with-simple-restart (continue "Return from BREAK.")
    (let ((*debugger-hook* nil))
      (invoke-debugger (make-condition 'simple-condition :format-control control
                                                         :format-arguments arguments))))
  nil)

(defun invoke-debugger (condition)
  (when *debugger-hook*
    (let ((hook *debugger-hook*) (*debugger-hook* nil))
      (funcall hook condition hook)))
  (enter-debugger condition))

;;; Errors of the kernel. Those that return do so with another value, from a restart.

(defun read-new-value ()
  "Asks the user for a form; a list of its value."
  (format *query-io* "~&A form whose value to use: ")
  (list (eval (read *query-io*))))

(defun wrong-type-argument (datum type)
  (restart-case (error 'type-error :datum datum :expected-type type)
    (use-value (value)
      :report "Use another value." :interactive read-new-value
      value)))

(defun index-error (index sequence &optional axis)
  (declare (ignore axis))
  (restart-case (error 'index-error :datum index :sequence sequence
                                    :expected-type (list 'integer 0 (list (length-for-error sequence))))
    (use-value (value)
      :report "Return another value for the element." :interactive read-new-value
      value)))

(defun length-for-error (x)
  (cond ((vectorp x) (length x))
        ((arrayp x) (array-total-size x))
        (t (proper-length x))))

(defun bounding-index-error (sequence start end)
  (error 'simple-type-error
         :datum (cons start end)
         :expected-type (list 'cons (list 'integer 0 (length sequence))
                              (list 'or 'null (list 'integer 0 (length sequence))))
         :format-control "~s and ~s do not bound a part of ~s"
         :format-arguments (list start end sequence)))

(defun subscript-count-error (array subscripts)
  (error 'simple-program-error
         :format-control "~s has ~d dimension~:p; it got ~d subscript~:p"
         :format-arguments (list array (array-rank array) (length subscripts))))

(defun undefined-function-error (name)
  (restart-case (error 'undefined-function :name name)
    (use-value (value)
      :report "Use another function." :interactive read-new-value
      (coerce-to-function value))))

(defun not-provided (name)
  (error 'not-provided :name name))

(defun case-failure (datum type)
  (error 'case-failure :datum datum :expected-type type))

(defun correctable-case-failure (datum type place)
  (restart-case (error 'case-failure :datum datum :expected-type type)
    (store-value (value)
      :report (lambda (stream) (format stream "Store another value in ~s." place))
      :interactive read-new-value
      value)))

(defun check-type-failure (datum type place description)
  (restart-case
      (error 'simple-type-error
             :datum datum :expected-type type
             :format-control "The value of ~s, ~s, is not ~:[of type ~s~;~:*~a~]"
             :format-arguments (list place datum description type))
    (store-value (value)
      :report (lambda (stream) (format stream "Store another value in ~s." place))
      :interactive read-new-value
      value)))

(defun assertion-failure (test places values arguments)
  (declare (ignore values))
  (restart-case
      (if arguments
          (apply #'error arguments)
          (error "The assertion ~s failed" test))
    (continue ()
      :report (lambda (stream)
                (if places
                    (format stream "Try again with new values for ~{~s~^, ~}." places)
                    (write-string "Try again." stream)))
      nil)))

(defun ask-for-new-value (place old)
  (if (y-or-n-p "The old value of ~s is ~s. Do you want another? " place old)
      (car (read-new-value))
      old))
