;;; The files of the world in the order in which they are compiled and loaded:
;;; ((phase (file "reason") ...) ...). Each layer uses only what the layers above it
;;; define: macros before their use; functions at run time only.

((:kernel
  ("kernel/macros-control" "conditionals and iteration, which all other macros are written with")
  ("kernel/destructuring" "macro lambda lists")
  ("kernel/macros-places" "SETF and the definition of places")
  ("kernel/places" "the standard's places")
  ("kernel/macros-definitions" "DEFUN and its kin")
  ("kernel/macros-conditions" "handlers and restarts are used everywhere")
  ("kernel/loop" "LOOP")
  ("kernel/loop-iteration" "its FOR clauses")
  ("kernel/defstruct" "structures, of which everything below is made")
  ("kernel/lists" "lists without tests")
  ("kernel/list-search" "lists as sets, association lists, trees")
  ("kernel/sequences" "access, copying, mapping")
  ("kernel/sequence-search" "finding, removing, substituting")
  ("kernel/sort" "sorting and merging")
  ("kernel/arrays" "full arrays and the making of all arrays")
  ("kernel/characters" "case, classes, names")
  ("kernel/strings" "comparison, case, trimming")
  ("kernel/symbols" "cells, properties, functions as objects")
  ("kernel/types" "TYPEP and COERCE")
  ("kernel/equality" "EQUAL, EQUALP and hashing")
  ("kernel/hash-tables" "tables of the four kinds")
  ("kernel/packages" "packages, and their making at the first boot")))
