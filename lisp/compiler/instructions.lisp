;;; The macroinstruction table as the compiler sees it.
;;;
;;; tables/macroinstructions.lisp is loaded, and compiled, after this file: each of its forms
;;; notes one instruction on property lists of the instruction's name and of the Lisp
;;; function that it open-codes.

(in-package :compiler)

(defvar *instruction-names* nil)    ; newest first, for the disassembler

(defmacro define-macroinstruction (name format code effect &rest keys)
  (declare (ignore effect))
  (let ((plist nil))
    (do ((tail keys (cddr tail)))
        ((or (null tail) (null (cdr tail))))
      (setq plist (cons (cadr tail) (cons (car tail) plist))))
    (setq plist (reverse plist))
    `(eval-when (:compile-toplevel :load-toplevel :execute)
       (note-instruction ',name ',format ',code ',plist))))

(eval-when (:compile-toplevel :load-toplevel :execute)

  (defun long-name-p (name)
    (let ((text (symbol-name name)))
      (and (> (length text) 5) (string= (subseq text 0 5) "LONG-"))))

  (defun note-instruction (name format code plist)
    (setf (get name 'instruction)
          (vector format code (getf plist :args) (getf plist :results) (getf plist :predicate)))
    (when (and (eq format 'long) (long-name-p name))
      (setf (get (intern (subseq (symbol-name name) 5) :compiler) 'long-form) name))
    (let ((function (getf plist :function)))
      (when function
        (setf (get function 'open-coded)
              (cons (list (getf plist :args) name (getf plist :results))
                    (remove (getf plist :args) (get function 'open-coded) :key #'car)))))
    (setq *instruction-names* (cons name (remove name *instruction-names*)))
    name))

(defun instruction-format (name) (svref (get name 'instruction) 0))
(defun instruction-code (name) (svref (get name 'instruction) 1))
(defun instruction-arguments (name) (svref (get name 'instruction) 2))
(defun instruction-results (name) (svref (get name 'instruction) 3))
(defun instruction-predicate-p (name) (svref (get name 'instruction) 4))

(defun open-coded (function count)
  "The list (count instruction results) for a call of FUNCTION with COUNT arguments, or NIL."
  (assoc count (get function 'open-coded)))

(defun known-instruction-p (name) (get name 'instruction))
