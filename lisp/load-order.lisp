;;; The files of the world in the order in which they are compiled and loaded.
;;; (phase (file "reason") ...): each layer uses only what the layers above it define.
;;; Macros must come before their use; functions may be called by later files of the
;;; same phase at run time only.

(:kernel
 ("kernel/macros-control" "conditionals and iteration, which all other macros are written with")
 ("kernel/destructuring" "macro lambda lists")
 ("kernel/macros-places" "SETF and the definition of places")
 ("kernel/places" "the standard's places")
 ("kernel/macros-definitions" "DEFUN and its kin")
 ("kernel/macros-conditions" "handlers and restarts are used everywhere")
 ("kernel/loop" "LOOP")
 ("kernel/loop-iteration" "its FOR clauses"))
