;;; Runs tests/compiler/cases.lisp through the simulator.

(in-package :compiler)

(defun definition-form-p (form)
  (and (consp form) (symbolp (car form)) (car form)
       (member (car form) '(defun defmacro defvar defconstant defparameter))))

(defun case-outcome (form)
  "The values of FORM, compiled and simulated; :ERROR when an error is signalled."
  (handler-case (simulate-description (compile-form-for-eval form) 3000000)
    (error (condition) (list :error (princ-to-string condition)))))

(defun case-passes-p (outcome expected)
  (cond ((equal expected '(:error)) (and (consp outcome) (eq (car outcome) :error)))
        ((equal expected '(:any)) (not (and (consp outcome) (eq (car outcome) :error))))
        (t (and (= (length outcome) (length expected)) (every #'equalp outcome expected)))))

(defun run-cases (path)
  "A list: the number of cases, then a line for each failure."
  (let ((count 0) (failures nil) (end (list nil)) (*package* (find-package :compiler)))
    (begin-unit)
    (with-open-file (stream path)
      (do ((item (read stream nil end) (read stream nil end))) ((eq item end))
        (if (definition-form-p item)
            (let ((*actions* nil) (*pending* nil) (*file-compilation* t))
              (compile-toplevel-form item)
              (flush-pending)
              (simulate-actions (reverse *actions*)))
            (let ((outcome (case-outcome (car item))))
              (setq count (+ count 1))
              (if (not (case-passes-p outcome (cdr item)))
                  (setq failures
                        (cons (format nil "~s gives ~s, expected ~s" (car item) outcome (cdr item))
                              failures)))))))
    (cons count (append (reverse failures)
                        (mapcar (lambda (w) (concatenate 'string "warning: " w))
                                (reverse *warnings*))))))
