//! What names mean where a form stands: a chain of scopes, one entry each,
//! which also is the environment object that macros receive.

use crate::node::{Source, Target};
use crate::object::Obj;
use crate::symbol::Sym;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// A lexical environment; `None` is the global one.
pub type Env = Option<Rc<Scope>>;

/// One name and its meaning, and the scopes around.
pub struct Scope {
    pub(crate) entry: Entry,
    pub(crate) up: Env,
}

pub(crate) enum Entry {
    Variable(Sym, Rc<Var>),
    Special(Sym),
    SymbolMacro(Sym, Obj),
    /// A local function; the name is a symbol or `(setf symbol)`.
    Function(Obj, Rc<Var>),
    Macro(Sym, Obj),
    Block(Sym, Rc<ExitPoint>),
    /// The tags of a `tagbody` and the statement index of each.
    Tags(Rc<Vec<Obj>>, Rc<ExitPoint>),
}

/// A variable of a function under analysis.
pub(crate) struct Var {
    pub(crate) owner: Rc<Function>,
    pub(crate) slot: u32,
    pub(crate) captured: Cell<bool>,
    pub(crate) assigned: Cell<bool>,
}

/// A block or tagbody under analysis.
pub(crate) struct ExitPoint {
    pub(crate) id: u32,
    /// Left from its own function.
    pub(crate) used: Cell<bool>,
    /// The variable that holds its token, for closures.
    pub(crate) token: Rc<Var>,
}

/// A function under analysis: its frame and what it closes over.
#[derive(Default)]
pub(crate) struct Function {
    pub(crate) parent: Option<Rc<Function>>,
    next: Cell<u32>,
    max: Cell<u32>,
    pub(crate) captures: RefCell<Vec<(Rc<Var>, Source)>>,
}

impl Function {
    pub(crate) fn new(parent: Option<Rc<Function>>) -> Rc<Function> {
        Rc::new(Function {
            parent,
            ..Function::default()
        })
    }
    /// A new slot of the frame.
    pub(crate) fn slot(&self) -> u32 {
        let n = self.next.get();
        self.next.set(n + 1);
        self.max.set(self.max.get().max(n + 1));
        n
    }
    pub(crate) fn mark(&self) -> u32 {
        self.next.get()
    }
    /// Gives back the slots taken since the mark.
    pub(crate) fn release(&self, mark: u32) {
        self.next.set(mark);
    }
    pub(crate) fn slots(&self) -> u32 {
        self.max.get()
    }
}

impl Var {
    pub(crate) fn new(owner: &Rc<Function>) -> Rc<Var> {
        Rc::new(Var {
            slot: owner.slot(),
            owner: owner.clone(),
            captured: Cell::new(false),
            assigned: Cell::new(false),
        })
    }
    /// How it is bound; to be asked when everything that sees it is analysed.
    pub(crate) fn target(&self) -> Target {
        if self.captured.get() && self.assigned.get() {
            Target::Boxed(self.slot)
        } else {
            Target::Slot(self.slot)
        }
    }
    /// Where a function finds it. `None`: not there at run time.
    pub(crate) fn source(self: &Rc<Var>, cx: &Rc<Function>) -> Option<Source> {
        if Rc::ptr_eq(&self.owner, cx) {
            return Some(Source::Slot(self.slot));
        }
        let found = cx
            .captures
            .borrow()
            .iter()
            .position(|(v, _)| Rc::ptr_eq(v, self));
        if let Some(i) = found {
            return Some(Source::Captured(i as u32));
        }
        let outer = self.source(cx.parent.as_ref()?)?;
        self.captured.set(true);
        let mut c = cx.captures.borrow_mut();
        c.push((self.clone(), outer));
        Some(Source::Captured(c.len() as u32 - 1))
    }
}

pub(crate) fn push(env: &Env, entry: Entry) -> Env {
    Some(Rc::new(Scope {
        entry,
        up: env.clone(),
    }))
}

/// Walks from the innermost scope outwards.
pub(crate) fn walk<'a, T>(env: &'a Env, mut f: impl FnMut(&'a Entry) -> Option<T>) -> Option<T> {
    let mut e = env;
    while let Some(s) = e {
        if let Some(r) = f(&s.entry) {
            return Some(r);
        }
        e = &s.up;
    }
    None
}

/// Only what exists at macro-expansion time: macros and symbol macros.
pub(crate) fn macros_only(env: &Env) -> Env {
    match env {
        None => None,
        Some(s) => {
            let up = macros_only(&s.up);
            match &s.entry {
                Entry::Macro(n, f) => push(&up, Entry::Macro(*n, f.clone())),
                Entry::SymbolMacro(n, f) => push(&up, Entry::SymbolMacro(*n, f.clone())),
                _ => up,
            }
        }
    }
}
