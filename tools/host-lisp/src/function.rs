//! Functions: built in, closures, those of the embedding program, and the
//! small ones that `defstruct` makes.

use crate::interp::{Lisp, Res};
use crate::node::Lambda;
use crate::object::Obj;
use crate::structure::StructFn;
use std::rc::Rc;

/// No limit on the number of arguments.
pub(crate) const MANY: u16 = u16::MAX;

/// The Rust code of a built-in function, by its number of arguments.
#[derive(Clone, Copy)]
pub(crate) enum Code {
    F0(fn(&mut Lisp) -> Res),
    F1(fn(&mut Lisp, Obj) -> Res),
    F2(fn(&mut Lisp, Obj, Obj) -> Res),
    F3(fn(&mut Lisp, Obj, Obj, Obj) -> Res),
    /// Between `min` and `max` arguments.
    N(fn(&mut Lisp, &[Obj]) -> Res),
}

/// A built-in function.
#[derive(Clone, Copy)]
pub(crate) struct Builtin {
    /// Its name; `si:` and other package prefixes are allowed, `cl` is the default.
    pub(crate) name: &'static str,
    pub(crate) min: u16,
    pub(crate) max: u16,
    pub(crate) code: Code,
}

impl Builtin {
    pub(crate) const fn f0(name: &'static str, f: fn(&mut Lisp) -> Res) -> Builtin {
        Builtin::of(name, 0, 0, Code::F0(f))
    }
    pub(crate) const fn f1(name: &'static str, f: fn(&mut Lisp, Obj) -> Res) -> Builtin {
        Builtin::of(name, 1, 1, Code::F1(f))
    }
    pub(crate) const fn f2(name: &'static str, f: fn(&mut Lisp, Obj, Obj) -> Res) -> Builtin {
        Builtin::of(name, 2, 2, Code::F2(f))
    }
    pub(crate) const fn f3(name: &'static str, f: fn(&mut Lisp, Obj, Obj, Obj) -> Res) -> Builtin {
        Builtin::of(name, 3, 3, Code::F3(f))
    }
    pub(crate) const fn n(
        name: &'static str,
        min: u16,
        max: u16,
        f: fn(&mut Lisp, &[Obj]) -> Res,
    ) -> Builtin {
        Builtin::of(name, min, max, Code::N(f))
    }
    const fn of(name: &'static str, min: u16, max: u16, code: Code) -> Builtin {
        Builtin {
            name,
            min,
            max,
            code,
        }
    }
}

/// The code of a function that the embedding program gives.
pub type NativeFn = Box<dyn Fn(&mut Lisp, &[Obj]) -> Res>;

/// A function object.
pub enum Func {
    #[doc(hidden)]
    Builtin(BuiltinFn),
    /// A function of the embedding program.
    Native {
        /// Its name, for messages.
        name: String,
        /// The fewest arguments.
        min: usize,
        /// The most arguments, if there is a limit.
        max: Option<usize>,
        /// Its code.
        code: NativeFn,
    },
    #[doc(hidden)]
    Closure(Closure),
    #[doc(hidden)]
    Struct(StructFn),
}

/// Hides the table type from the public interface.
pub struct BuiltinFn(pub(crate) &'static Builtin);

/// Interpreted code with the variables it closed over.
pub struct Closure {
    pub(crate) lambda: Rc<Lambda>,
    pub(crate) captured: std::cell::OnceCell<Box<[Obj]>>,
}

impl Func {
    /// The function's name as messages show it.
    pub fn name(&self) -> String {
        match self {
            Func::Builtin(b) => b.0.name.rsplit(':').next().unwrap_or("").to_string(),
            Func::Native { name, .. } => name.clone(),
            Func::Closure(c) => c
                .lambda
                .name
                .map_or_else(|| "LAMBDA".to_string(), |s| s.name().to_string()),
            Func::Struct(s) => s.name(),
        }
    }
}
