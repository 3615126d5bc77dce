;;; The listener: reading, evaluating, printing; break levels; commands.
;;;
;;; A level is a loop with a tag of its own; the tags of the levels that are active are in
;;; *levels*, innermost first, so that :pop and :reset throw to one of them.

(in-package :si)

(defvar *command-number* 1)
(defvar *levels* nil "tags of the active loops, innermost first")
(defvar *level-condition* nil "condition of the innermost break level")
(defvar *level-restarts* nil "restarts of the innermost break level, as :continue counts them")
(defvar *level-frames* nil "frames of the innermost break level")
(defvar *current-frame* 0)
(defvar *batch* nil "T while no listener is there to ask: an unhandled error ends the run")

(defvar top-level:*prompt* nil "NIL, or a function of (stream) that prints the prompt")
(defvar top-level:*command-char* #\:)

(defvar + nil)
(defvar ++ nil)
(defvar +++ nil)
(defvar - nil)
(defvar * nil)
(defvar ** nil)
(defvar *** nil)
(defvar / nil)
(defvar // nil)
(defvar /// nil)

(defun shortest-package-name (package)
  (let ((name (pkg-name package)))
    (dolist (n (pkg-nicknames package) (string-downcase name))
      (when (and (< (length n) (length name)) (find #\- n))
        (return (string-downcase n))))))

(defun print-prompt (stream)
  (fresh-line stream)
  (if top-level:*prompt*
      (funcall top-level:*prompt* stream)
      (let ((level (1- (length *levels*))))
        (when (> level 0)
          (format stream "[~d~a] " level
                  (if (find 'continue *level-restarts* :key #'restart-name) "c" "")))
        (format stream "~a(~d): " (shortest-package-name *package*) *command-number*)))
  (finish-output stream))

(defun listener-loop ()
  "Reads and evaluates until the input ends."
  (do () (nil)
    ;; The level is taken now: by the time the restart is shown there may be more.
    (let ((tag (list 'level)) (level (length *levels*)) (*levels* *levels*))
      (setq *levels* (cons tag *levels*))
      (catch tag
        (restart-case (do () (nil) (listener-step))
          (abort ()
            :report (lambda (s)
                      (if (eql level 0)
                          (write-string "Return to Top Level (an \"abort\" restart)." s)
                          (format s "Return to Debug Level ~d (an \"abort\" restart)." level)))
            nil))))))

(defun listener-step ()
  (let ((stream *terminal-io*))
    (print-prompt stream)
    (let ((c (peek-char t stream nil nil)))
      (cond
        ((null c)
         (terpri stream)
         (excl:exit 0))
        ((eq c top-level:*command-char*)
         (setq *command-number* (1+ *command-number*))
         (run-command (read-line stream nil "")))
        (t
         (let ((form (read stream)))
           (setq *command-number* (1+ *command-number*))
           (setq - form)
           (let ((values (multiple-value-list (eval form))))
             (setq +++ ++ ++ + + -
                   /// // // / / values
                   *** ** ** * * (car values))
             (dolist (v values)
               (fresh-line stream)
               (prin1 v stream)
               (terpri stream)))))))))

;;; Break levels

(defun enter-debugger (condition)
  "The standard debugger: a break level, or the end of a run without a listener."
  (if (or *batch* (not (boundp '*terminal-io*)))
      (report-unhandled condition)
      (let* ((*level-condition* condition)
             (*level-restarts* (compute-restarts condition))
             (*level-frames* (user-frames)) (*current-frame* 0)
             (*debugger-hook* nil) (*print-readably* nil)
             (*standard-output* (make-synonym-stream '*terminal-io*))
             (*standard-input* (make-synonym-stream '*terminal-io*)))
        (describe-condition *terminal-io*)
        (break-loop))))

(defun break-loop () (listener-loop))

(defun describe-condition (stream)
  (let ((c *level-condition*))
    (fresh-line stream)
    (cond ((typep c 'error) (format stream "Error: ~a~%" (condition-text c))
           (format stream "  [condition type: ~(~a~)]~%" (class-name (condition-class c))))
          ((typep c 'console-interrupt) (format stream "~a~%" (condition-text c)))
          ((eq (class-name (condition-class c)) 'simple-condition)
           (format stream "Break: ~a~%" (condition-text c)))
          (t (format stream "~:(~a~): ~a~%" (class-name (condition-class c)) (condition-text c))))
    (print-restarts stream)))

(defun condition-text (condition)
  "What CONDITION says; never an error."
  (handler-case (princ-to-string condition)
    (error () (format nil "a condition of type ~s whose report fails"
                      (class-name (condition-class condition))))))

(defun print-restarts (stream)
  (format stream "~%Restart actions (select using :continue):~%")
  (let ((i 0))
    (dolist (r *level-restarts*)
      (format stream " ~d: " i)
      (if (restart-report-function r)
          (funcall (restart-report-function r) stream)
          (format stream "~(~a~)" (restart-name r)))
      (terpri stream)
      (setq i (1+ i)))))

(defun report-unhandled (condition)
  "Tells of an error that nobody handled on the error output, and ends the run."
  (let ((stream (if (boundp '*error-output*) *error-output* (make-console-error-stream))))
    (let ((*print-readably* nil) (*batch* t))
      (fresh-line stream)
      (format stream "Error: ~a~%" (condition-text condition))
      (format stream "  [condition type: ~(~a~)]~%" (class-name (condition-class condition)))
      (backtrace stream)
      (excl:exit 1))))

(defun excl:exit (&optional (code 0))
  "Ends the run; the host command exits with CODE."
  (when (boundp '*standard-output*) (finish-output *standard-output*))
  (write-register (logand code 255) sdu-slot 4)
  (%halt 0))
