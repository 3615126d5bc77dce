//! Microcode, macroinstruction by macroinstruction.

mod control;
mod fixnums;
mod harness;
mod prom;

#[test]
fn the_microcode_assembles() {
    assert!(!harness::object().control.is_empty());
}
