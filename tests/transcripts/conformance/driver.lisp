;;; Evaluates the forms of an area, each given as text, so that a form that cannot even be
;;; read spoils no other; prints a line for each: its number and its values, or the type of
;;; the error. The runner adds a call of CONFORM for each case, then runs the whole.

(defparameter *error-types*
  '(division-by-zero floating-point-overflow floating-point-invalid-operation arithmetic-error
    unbound-variable undefined-function unbound-slot cell-error
    end-of-file reader-error parse-error file-error stream-error package-error
    print-not-readable type-error control-error program-error storage-condition error)
  "The standard's, the more special ones first.")

(defun one-line (text)
  "TEXT with its newlines made visible."
  (with-output-to-string (out)
    (loop for c across text
          do (if (char= c #\Newline)
                 (write-string "<newline>" out)
                 (write-char c out)))))

(defun outcome (text)
  (handler-case
      (let ((values (multiple-value-list (eval (read-from-string text)))))
        (if values
            (one-line (format nil "~{~s~^ ; ~}" values))
            "no values"))
    (serious-condition (condition)
      (format nil "error ~a"
              (find-if (lambda (type) (typep condition type)) *error-types*)))))

(defun conform (number text)
  (let ((*print-pretty* nil))
    (format t "~&~d => ~a~%" number (outcome text))
    (finish-output)))
