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

(defun golden-lines (path)
  "The readable code of the functions in the file at PATH, each a lambda expression with a name."
  (let ((lines nil) (end (list nil)) (*package* (find-package :compiler)))
    (with-open-file (stream path)
      (do ((item (read stream nil end) (read stream nil end))) ((eq item end))
        (if (definition-form-p item)
            (compile-toplevel-form item)
            (dolist (line (golden-text (compile-lambda (car item) (cadr item)) ""))
              (setq lines (cons line lines))))))
    (reverse lines)))

(defun golden-text (description indent)
  (let ((deeper (concatenate 'string indent "  ")) (lines nil))
    (setq lines
          (append (list (format nil "~a~s: ~d required, ~d optional, ~d locals~a~a" indent
                                (description-name description) (svref description 2)
                                (svref description 3) (svref description 7)
                                (if (svref description 4) ", rest" "")
                                (if (svref description 6) ", environment" "")))
                  (mapcar (lambda (line) (concatenate 'string deeper line))
                          (description-lines description))
                  (if (description-liveness description)
                      (list (format nil "~alive ~s" deeper (description-liveness description)))
                      nil)))
    (dolist (entry (description-constants description))
      (if (eq (car entry) :function)
          (setq lines (append lines (golden-text (cdr entry) deeper)))))
    (dolist (lifted (description-lifted description) lines)
      (setq lines (append lines (golden-text lifted deeper))))))
