//! The micro-assembler and disassembler.
