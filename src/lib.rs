//! Runlight: a microcoded Lisp machine.
