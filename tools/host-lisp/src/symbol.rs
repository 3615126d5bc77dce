//! Symbols and packages.

use crate::object::{CellGet, Obj};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;

/// A symbol. Two are equal when they are the same symbol.
#[derive(Clone, Copy)]
pub struct Sym(pub(crate) &'static Symbol);

/// What a symbol holds.
pub struct Symbol {
    name: Box<str>,
    nil: bool,
    pub(crate) package: Cell<Option<&'static Package>>,
    pub(crate) value: Cell<Obj>,
    pub(crate) function: Cell<Obj>,
    pub(crate) macro_function: Cell<Obj>,
    pub(crate) setf_function: Cell<Obj>,
    pub(crate) plist: Cell<Obj>,
    pub(crate) special_form: Cell<Option<crate::analyze::SpecialForm>>,
    /// The structure or condition type of this name.
    pub(crate) class: Cell<Option<&'static crate::structure::Class>>,
    pub(crate) flags: Cell<u8>,
    name_string: Cell<Obj>,
}

/// Declared special.
pub(crate) const SPECIAL: u8 = 1;
/// A constant.
pub(crate) const CONSTANT: u8 = 2;
/// Its function or macro is built in.
pub(crate) const BUILT_IN: u8 = 4;
/// A special operator in the sense of the standard.
pub(crate) const SPECIAL_OPERATOR: u8 = 8;

impl Sym {
    pub(crate) fn make(name: &str, nil: bool) -> Sym {
        Sym(Box::leak(Box::new(Symbol {
            name: name.into(),
            nil,
            package: Cell::new(None),
            value: Cell::new(Obj::Unbound),
            function: Cell::new(Obj::Nil),
            macro_function: Cell::new(Obj::Nil),
            setf_function: Cell::new(Obj::Nil),
            plist: Cell::new(Obj::Nil),
            special_form: Cell::new(None),
            class: Cell::new(None),
            flags: Cell::new(0),
            name_string: Cell::new(Obj::Nil),
        })))
    }

    /// A new symbol without a package.
    pub fn uninterned(name: &str) -> Sym {
        Sym::make(name, false)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        &self.0.name
    }
    /// Is it `NIL`?
    pub fn is_nil(self) -> bool {
        self.0.nil
    }
    /// Its home package.
    pub fn package(self) -> Option<&'static Package> {
        self.0.package.get()
    }
    /// Is its home the keyword package?
    pub fn is_keyword(self) -> bool {
        self.package().is_some_and(|p| p.keyword)
    }
    /// Its name as a Lisp string, always the same object.
    pub(crate) fn name_string(self) -> Obj {
        let s = self.0.name_string.get_clone();
        if s.is_true() {
            return s;
        }
        let s = Obj::string(self.name());
        self.0.name_string.set(s.clone());
        s
    }
    pub(crate) fn has(self, flag: u8) -> bool {
        self.0.flags.get() & flag != 0
    }
    pub(crate) fn add(self, flag: u8) {
        self.0.flags.set(self.0.flags.get() | flag);
    }
    /// Its global or current dynamic value, if bound.
    pub fn value(self) -> Option<Obj> {
        match self.0.value.get_clone() {
            Obj::Unbound => None,
            v => Some(v),
        }
    }
    /// Sets its current value.
    pub fn set_value(self, v: Obj) {
        self.0.value.set(v);
    }
    /// Its global function, or `NIL`.
    pub fn function(self) -> Obj {
        self.0.function.get_clone()
    }
    pub(crate) fn macro_function(self) -> Obj {
        self.0.macro_function.get_clone()
    }
    pub(crate) fn setf_function(self) -> Obj {
        self.0.setf_function.get_clone()
    }
    pub(crate) fn get(self, key: Sym) -> Obj {
        let l = self.0.plist.get_clone();
        l.plist_cell(&Obj::Sym(key)).map_or(Obj::Nil, |c| c.car())
    }
    pub(crate) fn put(self, key: Sym, v: Obj) {
        self.put_object(Obj::Sym(key), v);
    }
    pub(crate) fn put_object(self, key: Obj, v: Obj) {
        let l = self.0.plist.get_clone();
        match l.plist_cell(&key) {
            Some(c) => c.set_car(v),
            None => self.0.plist.set(Obj::cons(key, Obj::cons(v, l))),
        }
    }
}

impl PartialEq for Sym {
    #[inline]
    fn eq(&self, other: &Sym) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}
impl Eq for Sym {}
impl fmt::Debug for Sym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A package. Symbols are kept by name, so walks over it are deterministic.
pub struct Package {
    name: RefCell<String>,
    pub(crate) nicknames: RefCell<Vec<String>>,
    pub(crate) keyword: bool,
    born_external: Cell<bool>,
    symbols: RefCell<BTreeMap<&'static str, (Sym, bool)>>,
    pub(crate) shadowing: RefCell<Vec<Sym>>,
    pub(crate) uses: RefCell<Vec<&'static Package>>,
    pub(crate) used_by: RefCell<Vec<&'static Package>>,
}

/// How a symbol is found in a package.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Present and exported.
    External,
    /// Present, not exported.
    Internal,
    /// From a package that is used.
    Inherited,
}

impl Package {
    pub(crate) fn make(name: &str, nicknames: &[&str], keyword: bool) -> &'static Package {
        Box::leak(Box::new(Package {
            name: RefCell::new(name.to_string()),
            nicknames: RefCell::new(nicknames.iter().map(|s| s.to_string()).collect()),
            keyword,
            born_external: Cell::new(keyword),
            symbols: RefCell::new(BTreeMap::new()),
            shadowing: RefCell::new(Vec::new()),
            uses: RefCell::new(Vec::new()),
            used_by: RefCell::new(Vec::new()),
        }))
    }

    /// From now on, every symbol that is made in this package is external, and
    /// the reader makes one even after a single colon.
    pub fn set_born_external(&self) {
        self.born_external.set(true);
        for (_, external) in self.symbols.borrow_mut().values_mut() {
            *external = true;
        }
    }
    pub(crate) fn is_born_external(&self) -> bool {
        self.born_external.get()
    }

    /// Its name.
    pub fn name(&self) -> String {
        self.name.borrow().clone()
    }
    pub(crate) fn rename(&self, name: &str) {
        *self.name.borrow_mut() = name.to_string();
    }
    pub(crate) fn is_named(&self, name: &str) -> bool {
        *self.name.borrow() == name || self.nicknames.borrow().iter().any(|n| n == name)
    }

    /// The symbol present in this package itself.
    pub(crate) fn present(&self, name: &str) -> Option<(Sym, Access)> {
        self.symbols.borrow().get(name).map(|&(s, ext)| {
            let a = if ext {
                Access::External
            } else {
                Access::Internal
            };
            (s, a)
        })
    }

    /// The symbol accessible under a name, and how.
    pub fn find(&self, name: &str) -> Option<(Sym, Access)> {
        self.present(name).or_else(|| {
            self.uses
                .borrow()
                .iter()
                .find_map(|p| match p.present(name) {
                    Some((s, Access::External)) => Some((s, Access::Inherited)),
                    _ => None,
                })
        })
    }

    /// Finds or makes a symbol. Keywords are exported constants.
    pub fn intern(&'static self, name: &str) -> Sym {
        if let Some((s, _)) = self.find(name) {
            return s;
        }
        let s = Sym::make(name, false);
        s.0.package.set(Some(self));
        self.symbols
            .borrow_mut()
            .insert(s.name(), (s, self.born_external.get()));
        if self.keyword {
            s.set_value(Obj::Sym(s));
            s.add(CONSTANT | SPECIAL);
        }
        s
    }

    pub(crate) fn add(&'static self, s: Sym) {
        self.symbols
            .borrow_mut()
            .entry(s.name())
            .or_insert((s, false));
        if s.package().is_none() {
            s.0.package.set(Some(self));
        }
    }
    pub(crate) fn replace(&'static self, s: Sym) {
        self.symbols.borrow_mut().insert(s.name(), (s, false));
        if s.package().is_none() {
            s.0.package.set(Some(self));
        }
    }
    pub(crate) fn remove(&'static self, s: Sym) -> bool {
        match self.present(s.name()) {
            Some((x, _)) if x == s => {
                self.symbols.borrow_mut().remove(s.name());
                self.shadowing.borrow_mut().retain(|y| *y != s);
                if s.package().is_some_and(|p| std::ptr::eq(p, self)) {
                    s.0.package.set(None);
                }
                true
            }
            _ => false,
        }
    }
    pub(crate) fn set_external(&self, s: Sym, external: bool) {
        if let Some(e) = self.symbols.borrow_mut().get_mut(s.name()) {
            e.1 = external;
        }
    }
    /// Symbols present here, in order of their names, with "is external".
    pub(crate) fn all_present(&self) -> Vec<(Sym, bool)> {
        self.symbols.borrow().values().copied().collect()
    }
    /// Makes the exported symbols of another package accessible here.
    pub fn use_package(&'static self, other: &'static Package) {
        if !self.uses.borrow().iter().any(|p| std::ptr::eq(*p, other)) {
            self.uses.borrow_mut().push(other);
            other.used_by.borrow_mut().push(self);
        }
    }
    pub(crate) fn unuse_package(&'static self, other: &'static Package) {
        self.uses.borrow_mut().retain(|p| !std::ptr::eq(*p, other));
        other
            .used_by
            .borrow_mut()
            .retain(|p| !std::ptr::eq(*p, self));
    }
    /// Exports a symbol, importing it first if it is inherited.
    pub fn export(&'static self, s: Sym) {
        if self.present(s.name()).is_none() {
            self.add(s);
        }
        self.set_external(s, true);
    }
}
