;;; Readtables.
;;;
;;; A readtable gives each character a syntax: :constituent, :whitespace, :single-escape,
;;; :multiple-escape, or a macro character's function with T when it is non-terminating.
;;; Characters below 128 are looked up in vectors, others in a list.

(in-package :si)

(defstruct (readtable (:constructor %make-readtable) (:copier nil) (:predicate readtablep))
  (syntaxes (fill (%make-simple-array 7 128) :constituent))
  (functions (%make-simple-array 7 128))       ; NIL, or (function . non-terminating)
  (others nil)                                 ; alist: char -> (syntax . function entry)
  (dispatch nil)                               ; alist: char -> vector of 128 functions
  (case :upcase))

(defvar *standard-readtable*)

(defun readtable-or-standard (x) (or x *standard-readtable*))

(defun char-syntax (char readtable)
  (let ((code (char-code char)))
    (if (< code 128)
        (svref (readtable-syntaxes readtable) code)
        (let ((entry (assoc char (readtable-others readtable))))
          (cond (entry (cadr entry))
                ((whitespacep char) :whitespace)
                (t :constituent))))))

(defun macro-entry (char readtable)
  (let ((code (char-code char)))
    (if (< code 128)
        (svref (readtable-functions readtable) code)
        (cddr (assoc char (readtable-others readtable))))))

(defun set-char-syntax (char syntax function readtable)
  (let ((code (char-code char)))
    (if (< code 128)
        (setf (svref (readtable-syntaxes readtable) code) syntax
              (svref (readtable-functions readtable) code) function)
        (setf (readtable-others readtable)
              (cons (list* char syntax function)
                    (remove char (readtable-others readtable) :key #'car))))))

(defun %set-readtable-case (new readtable)
  (unless (member new '(:upcase :downcase :preserve :invert))
    (wrong-type-argument new '(member :upcase :downcase :preserve :invert)))
  (%instance-set new readtable 5))

(defun get-macro-character (char &optional (readtable *readtable*))
  (let ((entry (macro-entry char (readtable-or-standard readtable))))
    (if entry (values (car entry) (cdr entry)) (values nil nil))))

(defun set-macro-character (char function &optional non-terminating (readtable *readtable*))
  (set-char-syntax char :macro (cons (coerce-to-function function) (if non-terminating t nil))
                   (readtable-or-standard readtable))
  t)

(defun make-dispatch-macro-character (char &optional non-terminating (readtable *readtable*))
  (set-macro-character char #'read-dispatch non-terminating readtable)
  (setf (readtable-dispatch readtable)
        (cons (cons char (%make-simple-array 7 128))
              (remove char (readtable-dispatch readtable) :key #'car)))
  t)

(defun dispatch-table (char readtable)
  (or (cdr (assoc char (readtable-dispatch (readtable-or-standard readtable))))
      (error "~s is not a dispatching macro character" char)))

(defun get-dispatch-macro-character (char sub &optional (readtable *readtable*))
  (let ((code (char-code (char-upcase sub))))
    (if (< code 128) (svref (dispatch-table char readtable) code) nil)))

(defun set-dispatch-macro-character (char sub function &optional (readtable *readtable*))
  (let ((code (char-code (char-upcase sub))))
    (when (or (digit-char-p sub) (>= code 128))
      (error "~s cannot be a sub-character" sub))
    (setf (svref (dispatch-table char readtable) code) (coerce-to-function function))
    t))

(defun copy-readtable (&optional (from *readtable*) to)
  (let ((from (readtable-or-standard from)) (to (or to (%make-readtable))))
    (setf (readtable-syntaxes to) (copy-seq (readtable-syntaxes from))
          (readtable-functions to) (copy-seq (readtable-functions from))
          (readtable-others to) (readtable-others from)
          (readtable-dispatch to) (mapcar (lambda (d) (cons (car d) (copy-seq (cdr d))))
                                          (readtable-dispatch from)))
    (%set-readtable-case (readtable-case from) to)
    to))

(defun set-syntax-from-char (to from &optional (to-table *readtable*) from-table)
  (let* ((from-table (readtable-or-standard from-table)) (entry (macro-entry from from-table)))
    (set-char-syntax to (char-syntax from from-table) entry to-table)
    (when (assoc from (readtable-dispatch from-table))
      (setf (readtable-dispatch to-table)
            (cons (cons to (copy-seq (dispatch-table from from-table)))
                  (remove to (readtable-dispatch to-table) :key #'car))))
    t))
