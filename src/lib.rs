//! Runlight: a microcoded Lisp machine.

pub mod bus;
pub mod processor;
