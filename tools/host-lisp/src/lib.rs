//! The build-time Lisp evaluator.
//!
//! It runs the project's compiler (Common Lisp, `lisp/compiler/`) over the
//! Lisp world to make the first load band, and the macros of microcode
//! sources. It has no part in the emulated machine. `docs/build-time-evaluator.md`
//! says what it offers and what it leaves out.
//!
//! ```
//! host_lisp::with_large_stack(|| {
//!     let mut lisp = host_lisp::Lisp::new();
//!     lisp.eval_str("example", "(defmacro twice (x) `(list ,x ,x))").unwrap();
//!     let call = lisp.read_str("(twice a)").unwrap();
//!     let expansion = lisp.macroexpand_1(&call).unwrap().unwrap();
//!     assert_eq!(lisp.print(&expansion), "(LIST A A)");
//! });
//! ```

mod analyze;
mod array;
mod builtins;
mod call;
mod chars;
mod condition;
mod error;
mod eval;
mod eval_forms;
mod format;
mod format_words;
mod function;
mod hash;
mod interp;
mod node;
mod number;
mod object;
mod printer;
mod reader;
mod setup;
mod stack;
mod stream;
mod structure;
mod symbol;
mod types;
mod wellknown;

pub use array::{ArrayObj, ElementType, StrObj, VecObj};
pub use error::{Error, Position, Report};
pub use function::Func;
pub use hash::{HashTable, HashTest, eq, eql, equal, equalp};
pub use interp::{Exit, Lisp, Res};
pub use object::{Cons, Foreign, ListIter, Obj};
pub use reader::Reader;
pub use stack::with_large_stack;
pub use structure::{Class, Instance};
pub use symbol::{Access, Package, Sym};
