//! The micro-assembler and disassembler.
//!
//! On the Lambda this was LAMLP, a Lisp program descended from the CADR's CONSLP:
//! a symbol's value is a small program, run in the context of the instruction
//! being assembled. This crate keeps that language (described in full in
//! `docs/micro-assembler.md`) and leaves out what belonged to LMI's workplace:
//! incremental assembly into a running machine and links to the microcompiler.
//!
//! It is a library first. The build of the emulator, `runlight asm` and
//! `runlight dis`, the debugger and the static checker use it; the binary `uasm`
//! is one caller among them. The fields and codes of the microinstruction come
//! from the `microword` crate and are written down only there; the words of the
//! language are in `microcode/lambda-symbols.lisp`.
//!
//! The feature `macros` (on by default, off in the emulator) brings `HostLisp`,
//! the build-time evaluator behind the trait [`MacroEvaluator`].
//!
//! It knows nothing of machine state, engines or Lisp objects.

#![forbid(unsafe_code)]

mod assembly;
mod constant;
mod decode;
mod definition;
mod diagnostic;
mod disassemble;
mod dispatch_table;
mod emit;
mod evaluate;
mod form;
#[cfg(feature = "macros")]
mod host;
mod instruction;
mod lisp;
mod listing;
mod macros;
mod named;
mod object;
mod overlay;
mod reader;
mod slot;
mod symbol;
mod table_file;
mod value;
mod walk;

pub use assembly::{Assembled, ConstantTable, LineAssembler, Options, Source, assemble};
pub use diagnostic::{Diagnostic, Report, Severity};
pub use disassemble::{Disassembler, disassemble, disassemble_dispatch_word};
pub use form::{Datum, Form, Plain, Position};
#[cfg(feature = "macros")]
pub use host::HostLisp;
pub use listing::listing;
pub use macros::{MacroError, MacroEvaluator, without_backquote};
pub use object::{
    Declaration, DispatchTable, Entry, ErrorEntry, Label, MAGIC, Object, ObjectError, RegisterByte,
    RegisterDeclaration, SourceLine, SymbolFile, VERSION,
};
pub use reader::read;
pub use symbol::Memory;
pub use table_file::{TableError, constants, macro_opcodes};
