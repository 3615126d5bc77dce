;;; The commands of the listener: a colon and a name, or any prefix that only one command
;;; has, and arguments up to the end of the line.

(in-package :si)

(defvar *commands* nil "list of (name help function), in order of definition")

(defmacro define-command (name (arguments) help &body body)
  "Defines the command NAME (a string); ARGUMENTS is bound to the text after it."
  `(setq *commands*
         (append (remove ,name *commands* :key #'car :test #'string=)
                 (list (list ,name ,help (lambda (,arguments)
                                           (declare (ignorable ,arguments))
                                           ,@body))))))

(defun find-commands (name)
  "The commands that NAME is a prefix of; one of exactly that name alone."
  (let ((exact (find name *commands* :key #'car :test #'string-equal)))
    (if exact
        (list exact)
        (remove-if-not (lambda (c)
                         (and (<= (length name) (length (car c)))
                              (string-equal name (car c) :end2 (length name))))
                       *commands*))))

(defun run-command (line)
  (let* ((line (string-trim " " line))
         (space (or (position #\Space line) (length line)))
         (name (subseq line 1 space))
         (arguments (string-trim " " (subseq line space)))
         (found (find-commands name)) (stream *terminal-io*))
    (fresh-line stream)
    (cond ((eql name "") (format stream "A command name is missing; :help lists them.~%"))
          ((null found)
           (format stream "There is no command :~a; :help lists them.~%" name))
          ((cdr found)
           (format stream ":~a could be~{ :~a~}.~%" name (mapcar #'car found)))
          (t (funcall (caddr (car found)) arguments)))))

(defun command-number-argument (text default)
  (if (string= text "") default (parse-integer text :junk-allowed t)))

(define-command "help" (arguments) "list the commands"
  (dolist (c *commands*)
    (format *terminal-io* "~va ~a~%" 12 (concatenate 'string ":" (car c)) (cadr c))))

(define-command "continue" (arguments) "n: do restart action n (0 when left out)"
  (let* ((n (command-number-argument arguments 0))
         (restart (if (and n (<= 0 n)) (nth n *level-restarts*) nil)))
    (if restart
        (invoke-restart-interactively restart)
        (format *terminal-io* "There is no restart action ~a.~%" arguments))))

(define-command "pop" (arguments) "n: leave n break levels (1 when left out)"
  (let* ((n (or (command-number-argument arguments 1) 1)) (tag (nth n *levels*)))
    (throw (or tag (car (last *levels*))) nil)))

(define-command "reset" (arguments) "leave all break levels"
  (throw (car (last *levels*)) nil))

(define-command "error" (arguments) "print the error message again"
  (if *level-condition*
      (describe-condition *terminal-io*)
      (format *terminal-io* "There is no error.~%")))

(define-command "restarts" (arguments) "list the restart actions"
  (print-restarts *terminal-io*))

(define-command "bt" (arguments) "n: names of the functions on the stack, n frames"
  (let ((n (or (command-number-argument arguments 40) 40)) (i 0))
    (dolist (f *level-frames*)
      (when (>= i n) (return nil))
      (format *terminal-io* "~a ~a~%" (if (eql i *current-frame*) "->" "  ")
              (or (function-name (frame-function f)) (frame-function f)))
      (setq i (1+ i)))))

(define-command "zoom" (arguments) "n: the frames around the current one with their arguments"
  (let ((n (or (command-number-argument arguments 10) 10)) (i 0))
    (dolist (f *level-frames*)
      (when (>= i (+ *current-frame* n)) (return nil))
      (when (>= i (- *current-frame* n))
        (write-string (if (eql i *current-frame*) " ->" "   ") *terminal-io*)
        (print-frame f *terminal-io*)
        (terpri *terminal-io*))
      (setq i (1+ i)))))

(defun show-frame (n)
  (if (< -1 n (length *level-frames*))
      (progn
        (setq *current-frame* n)
        (write-string " ->" *terminal-io*)
        (print-frame (nth n *level-frames*) *terminal-io*)
        (terpri *terminal-io*))
      (format *terminal-io* "There is no such frame.~%")))

(define-command "dn" (arguments) "n: go to an older frame"
  (show-frame (+ *current-frame* (or (command-number-argument arguments 1) 1))))
(define-command "up" (arguments) "n: go to a newer frame"
  (show-frame (- *current-frame* (or (command-number-argument arguments 1) 1))))

(define-command "package" (arguments) "name: show or change the current package"
  (if (string= arguments "")
      (format *terminal-io* "~a~%" (package-name *package*))
      (setq *package* (find-package-or-lose
                       (string-upcase (string-left-trim ":" arguments))))))

(define-command "ld" (arguments) "file: load a file"
  (load arguments))

(define-command "exit" (arguments) "n: leave, with exit status n"
  (excl:exit (or (command-number-argument arguments 0) 0)))
