;;; The compiler on the build-time evaluator. Not part of the machine.
;;;
;;; Macros of the target are kept apart from the host's own, on the property TARGET-MACRO.

(in-package :compiler)

(defun target-macro-function (name)
  (get name 'target-macro))

(defun define-target-macro (name expander)
  (setf (get name 'target-macro) expander)
  name)

(setq *macro-function* 'target-macro-function)
(setq *define-macro* 'define-target-macro)
(setq *evaluate* 'eval)

;;; Instructions that expanders call as functions.

(defun si:%set-plist (list symbol)
  (setf (symbol-plist symbol) list))
(defun si:%get (symbol indicator) (get symbol indicator))
(defun si:%memq (x list) (member x list :test #'eq))
(defun si:%assq (x list) (assoc x list :test #'eq))
