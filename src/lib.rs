//! Runlight: a microcoded Lisp machine.

pub mod bus;
pub mod files;
pub mod machine;
pub mod processor;
pub mod sdu;
