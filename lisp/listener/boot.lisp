;;; From the end of the microcode's start-up to the listener.

(in-package :si)

(defconstant system-communication-area #o400)

(defun system-word (k)
  "Word K of the system communication area (tables/objects.lisp, sysca)."
  (%p-contents (+ system-communication-area k)))

(defvar excl:*command-line-arguments* nil)

(defun %cold-boot ()
  "Called by the microcode. Makes the packages, runs what the files of the world have left to
be done at load time, and does what the person who started the machine asked for."
  (make-first-packages (system-word 4) (system-word 5))
  (setq *package* (find-package "SI")
        *error-table* (system-word 10)
        %layout-of-layouts (system-word 7))
  (do ((functions (system-word 6) (cdr functions)))
      ((null functions))
    (funcall (car functions)))
  (setq *features* (system-word 8)
        *package* (find-package "COMMON-LISP-USER")
        *readtable* (copy-readtable *standard-readtable*))
  (initialize-standard-streams)
  (%enable-sequence-break t)
  (top-level))

(defun sdu-argument (n)
  "String N that came with the request."
  (let ((out (make-string-output-stream)))
    (write-register n sdu-slot 2)
    (do () (nil)
      (multiple-value-bind (low high) (register-halves sdu-slot 3)
        (when (>= high #x8000) (return (get-output-stream-string out)))
        (write-char-to (%int-char (+ low (ash high 16))) out)))))

(defun top-level ()
  (let ((request (values (register-halves sdu-slot 0)))
        (count (values (register-halves sdu-slot 1))))
    (case request
      (1 (let ((arguments nil))
           (do ((i 1 (1+ i))) ((>= i count)) (push (sdu-argument i) arguments))
           (setq excl:*command-line-arguments* (nreverse arguments)))
         (run-without-listener (lambda () (load (sdu-argument 0)))))
      (2 (run-without-listener (lambda () (evaluate-text (sdu-argument 0)))))
      (t
       (setq *error-output* (make-synonym-stream '*terminal-io*))
       (do () (nil) (listener-loop))))))

(defun run-without-listener (function)
  (setq *batch* t)
  (restart-case (funcall function)
    (abort () :report "End the run." (excl:exit 1)))
  (excl:exit 0))

(defun evaluate-text (text)
  "Evaluates the forms in TEXT and prints the values of the last."
  (let ((stream (make-string-input-stream text)) (eof (list nil)) (values nil))
    (do ((form (read stream nil eof) (read stream nil eof)))
        ((eq form eof))
      (setq values (multiple-value-list (eval form))))
    (dolist (v values)
      (prin1 v *standard-output*)
      (terpri *standard-output*))))
