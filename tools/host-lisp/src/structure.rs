//! Structures and conditions: instances with named slots.

use crate::interp::{Lisp, Res};
use crate::object::{CellGet, Obj};
use crate::symbol::Sym;
use std::cell::{Cell, RefCell};

/// A structure type or a condition type.
pub struct Class {
    /// Its name.
    pub name: Sym,
    /// Everything it is, itself first.
    pub(crate) ancestors: RefCell<Vec<&'static Class>>,
    pub(crate) slots: RefCell<Vec<Slot>>,
    pub(crate) condition: bool,
    /// `:report` of a condition, `:print-function` of a structure.
    pub(crate) report: Cell<Obj>,
}

#[derive(Clone)]
pub(crate) struct Slot {
    pub(crate) name: Sym,
    pub(crate) initarg: Option<Sym>,
    /// A function of no arguments, or `Unbound`.
    pub(crate) initfunction: Obj,
}

impl Class {
    pub(crate) fn is_a(&self, other: &Class) -> bool {
        std::ptr::eq(self, other)
            || self
                .ancestors
                .borrow()
                .iter()
                .any(|c| std::ptr::eq(*c, other))
    }
    pub(crate) fn slot_index(&self, name: &str) -> Option<usize> {
        self.slots
            .borrow()
            .iter()
            .position(|s| s.name.name() == name)
    }
}

/// A structure or condition.
pub struct Instance {
    /// Its type.
    pub class: &'static Class,
    pub(crate) slots: Box<[Cell<Obj>]>,
}

impl Instance {
    /// The value of a slot by index.
    pub fn get(&self, i: usize) -> Obj {
        self.slots[i].get_clone()
    }
    pub(crate) fn set(&self, i: usize, v: Obj) {
        self.slots[i].set(v);
    }
    /// The value of a slot by name.
    pub fn slot(&self, name: &str) -> Option<Obj> {
        self.class.slot_index(name).map(|i| self.get(i))
    }
}

/// One of the functions that `defstruct` and `define-condition` make.
pub struct StructFn {
    pub(crate) class: &'static Class,
    pub(crate) name: Sym,
    pub(crate) op: StructOp,
}

#[derive(Clone, Copy)]
pub(crate) enum StructOp {
    Get(usize),
    /// `(setf accessor)`: new value, instance.
    Set(usize),
    Predicate,
    Copy,
    /// Positional constructor: every slot in order.
    MakeAll,
}

impl StructFn {
    pub(crate) fn name(&self) -> String {
        self.name.name().to_string()
    }

    pub(crate) fn call(&self, l: &mut Lisp, args: &[Obj]) -> Res {
        if let StructOp::MakeAll = self.op {
            let n = self.class.slots.borrow().len();
            if args.len() != n {
                return Err(l.wrong_arg_count(&self.name(), args.len(), n, Some(n)));
            }
            return Ok(Obj::Struct(
                Instance {
                    class: self.class,
                    slots: args.iter().map(|a| Cell::new(a.clone())).collect(),
                }
                .into(),
            ));
        }
        if let (StructOp::Set(i), [v, x]) = (self.op, args) {
            return self.set(l, i, x, v);
        }
        let [a] = args else {
            return Err(l.wrong_arg_count(&self.name(), args.len(), 1, Some(1)));
        };
        self.call1(l, a)
    }

    pub(crate) fn set(&self, l: &mut Lisp, i: usize, x: &Obj, v: &Obj) -> Res {
        match x {
            Obj::Struct(s) if s.class.is_a(self.class) => {
                s.set(i, v.clone());
                Ok(v.clone())
            }
            _ => Err(l.type_error(x, self.class.name.into())),
        }
    }

    #[inline]
    pub(crate) fn call1(&self, l: &mut Lisp, a: &Obj) -> Res {
        match (self.op, a) {
            (StructOp::Get(i), Obj::Struct(s)) if s.class.is_a(self.class) => match s.get(i) {
                Obj::Unbound => Err(l.error(&format!(
                    "the slot {} of a {} is unbound",
                    self.name.name(),
                    s.class.name.name()
                ))),
                v => Ok(v),
            },
            (StructOp::Predicate, Obj::Struct(s)) => Ok(l.boolean(s.class.is_a(self.class))),
            (StructOp::Predicate, _) => Ok(Obj::Nil),
            (StructOp::Copy, Obj::Struct(s)) if s.class.is_a(self.class) => Ok(Obj::Struct(
                Instance {
                    class: s.class,
                    slots: s.slots.iter().map(|c| Cell::new(c.get_clone())).collect(),
                }
                .into(),
            )),
            (StructOp::MakeAll, _) => self.call(l, std::slice::from_ref(a)),
            (StructOp::Set(_), _) => Err(l.wrong_arg_count(&self.name(), 1, 2, Some(2))),
            _ => Err(l.type_error(a, self.class.name.into())),
        }
    }
}
