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
