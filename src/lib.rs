//! Runlight: a microcoded Lisp machine.

pub mod bus;
pub mod cli;
pub mod crash;
pub mod files;
pub mod image;
pub mod machine;
pub mod processor;
pub mod sdu;
pub mod terminal;
