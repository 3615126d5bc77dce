;;; The support vector: Lisp symbols that the microcode calls or stores, in the
;;; order of their slots. Each entry (name symbol "use") is SVC-name in microcode.
;;; After these come, in the order of tables/macroinstructions.lisp, the symbols
;;; named there with :escape (each once), as SVC-ESCAPE-name: si:%add-slow is
;;; SVC-ESCAPE-ADD-SLOW.

(define-support-vector
  (trap si:%trap "called by TRAP: (micro-address block), see docs/macro-architecture.md")
  (sequence-break si:%sequence-break "called between macroinstructions when a break is pending: (reasons)")
  (initial-function si:%cold-boot "called at the end of the microcode's start-up")
  (quote quote "")
  (lambda lambda "")
  (macro si:macro "car of a macro's function cell")
  (special special "car of a special operator's function cell")
  (funcallable si:funcallable "description of layouts whose instances can be called: slot 0 is the function")
  (undefined-function si:%undefined-function "called with (function arguments) when something is called that is no function")
  (wrong-argument-count si:%wrong-argument-count "called with (function arguments)")
  (gc-notify si:%gc-notify "called with kind discard after a flip has finished")
  (layout-of-layouts si:%layout-of-layouts "")
  (allow-other-keys :allow-other-keys "keyword argument that parse-keys understands"))
