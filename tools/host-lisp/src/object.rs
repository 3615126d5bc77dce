//! Lisp objects: one sixteen-byte enum, reference counted where it must be.
//!
//! `NIL` is a variant of its own, so that the commonest test is one compare.
//! Symbols and packages live as long as the process: a build-time tool makes
//! a bounded number of them, and being plain references they cost nothing to
//! pass around.

use crate::analyze::scope::Env;
use crate::array::{ArrayObj, StrObj, VecObj};
use crate::function::Func;
use crate::hash::HashTable;
use crate::stream::Stream;
use crate::structure::Instance;
use crate::symbol::{Package, Sym};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::ToPrimitive;
use std::any::Any;
use std::cell::Cell;
use std::rc::Rc;

/// A Lisp object.
#[derive(Default)]
pub enum Obj {
    /// The symbol `NIL`, the empty list, false.
    #[default]
    Nil,
    /// Any other symbol.
    Sym(Sym),
    /// An integer that fits 64 bits.
    Fix(i64),
    /// A character.
    Char(char),
    /// A single float.
    Single(f32),
    /// A double float.
    Double(f64),
    /// A cons.
    Cons(Rc<Cons>),
    /// An integer beyond 64 bits.
    Big(Rc<BigInt>),
    /// A ratio in lowest terms, never an integer.
    Ratio(Rc<BigRational>),
    /// A complex number: real and imaginary part.
    Complex(Rc<(Obj, Obj)>),
    /// A string.
    Str(Rc<StrObj>),
    /// A vector of anything but characters.
    Vector(Rc<VecObj>),
    /// An array of a rank other than one.
    Array(Rc<ArrayObj>),
    /// A hash table.
    Hash(Rc<HashTable>),
    /// A structure or a condition.
    Struct(Rc<Instance>),
    /// A function.
    Func(Rc<Func>),
    /// A package.
    Package(&'static Package),
    /// A stream.
    Stream(Rc<Stream>),
    /// A macro environment.
    Env(Env),
    /// An object of the embedding program.
    Foreign(Rc<Foreign>),
    /// Internal: a closed-over, assigned variable.
    #[doc(hidden)]
    VarBox(Rc<Cell<Obj>>),
    /// Internal: "look in the multiple-value register".
    #[doc(hidden)]
    Values,
    /// Internal: the value of an unbound variable, or an argument not given.
    #[doc(hidden)]
    Unbound,
}

/// The frequent kinds in line, the others out of it.
impl Clone for Obj {
    #[inline(always)]
    fn clone(&self) -> Obj {
        match self {
            Obj::Nil => Obj::Nil,
            Obj::Sym(s) => Obj::Sym(*s),
            Obj::Fix(i) => Obj::Fix(*i),
            Obj::Cons(c) => Obj::Cons(c.clone()),
            Obj::Struct(s) => Obj::Struct(s.clone()),
            other => other.clone_rare(),
        }
    }
}

impl Obj {
    #[inline(never)]
    fn clone_rare(&self) -> Obj {
        match self {
            Obj::Nil => Obj::Nil,
            Obj::Sym(x) => Obj::Sym(*x),
            Obj::Fix(x) => Obj::Fix(*x),
            Obj::Char(x) => Obj::Char(*x),
            Obj::Single(x) => Obj::Single(*x),
            Obj::Double(x) => Obj::Double(*x),
            Obj::Cons(x) => Obj::Cons(x.clone()),
            Obj::Big(x) => Obj::Big(x.clone()),
            Obj::Ratio(x) => Obj::Ratio(x.clone()),
            Obj::Complex(x) => Obj::Complex(x.clone()),
            Obj::Str(x) => Obj::Str(x.clone()),
            Obj::Vector(x) => Obj::Vector(x.clone()),
            Obj::Array(x) => Obj::Array(x.clone()),
            Obj::Hash(x) => Obj::Hash(x.clone()),
            Obj::Struct(x) => Obj::Struct(x.clone()),
            Obj::Func(x) => Obj::Func(x.clone()),
            Obj::Package(x) => Obj::Package(x),
            Obj::Stream(x) => Obj::Stream(x.clone()),
            Obj::Env(x) => Obj::Env(x.clone()),
            Obj::Foreign(x) => Obj::Foreign(x.clone()),
            Obj::VarBox(x) => Obj::VarBox(x.clone()),
            Obj::Values => Obj::Values,
            Obj::Unbound => Obj::Unbound,
        }
    }
}

/// An opaque object of the embedding program.
pub struct Foreign {
    /// What the printer calls it.
    pub name: String,
    /// The object.
    pub value: Box<dyn Any>,
}

/// A cons, with the place in a source file where its list began (0: unknown).
#[derive(Default)]
pub struct Cons {
    car: Cell<Obj>,
    cdr: Cell<Obj>,
    pos: Cell<u32>,
}

/// Reading a `Cell` of a clonable thing without moving it out for good.
pub(crate) trait CellGet<T> {
    fn get_clone(&self) -> T;
}

impl CellGet<Obj> for Cell<Obj> {
    #[inline]
    fn get_clone(&self) -> Obj {
        let v = self.take();
        let c = v.clone();
        std::mem::forget(self.replace(v));
        c
    }
}

impl Cons {
    /// A cons of two objects.
    #[inline]
    pub fn new(car: Obj, cdr: Obj) -> Cons {
        Cons {
            car: Cell::new(car),
            cdr: Cell::new(cdr),
            pos: Cell::new(0),
        }
    }
    /// Its car.
    #[inline]
    pub fn car(&self) -> Obj {
        self.car.get_clone()
    }
    /// Its cdr.
    #[inline]
    pub fn cdr(&self) -> Obj {
        self.cdr.get_clone()
    }
    /// Is its car `eq` to an object?
    #[inline]
    pub(crate) fn car_is(&self, x: &Obj) -> bool {
        let v = self.car.take();
        let r = crate::hash::eq(&v, x);
        std::mem::forget(self.car.replace(v));
        r
    }
    /// Is its car a cons whose car is `eq` to an object?
    #[inline]
    pub(crate) fn caar_is(&self, x: &Obj) -> bool {
        let v = self.car.take();
        let r = match &v {
            Obj::Cons(c) => c.car_is(x),
            _ => false,
        };
        std::mem::forget(self.car.replace(v));
        r
    }
    /// Is its car a list?
    #[inline]
    pub(crate) fn car_is_list(&self) -> bool {
        let v = self.car.take();
        let r = v.is_list();
        std::mem::forget(self.car.replace(v));
        r
    }
    /// Replaces the car.
    pub fn set_car(&self, v: Obj) {
        self.car.set(v);
    }
    /// Replaces the cdr.
    pub fn set_cdr(&self, v: Obj) {
        self.cdr.set(v);
    }
    pub(crate) fn pos(&self) -> u32 {
        self.pos.get()
    }
    pub(crate) fn set_pos(&self, p: u32) {
        self.pos.set(p);
    }
}

/// Lists are let go in a loop, not by recursion, however long or deep.
impl Drop for Cons {
    fn drop(&mut self) {
        let mut pending: Vec<Obj> = Vec::new();
        let mut keep = |car: Obj| {
            if let Obj::Cons(c) = &car
                && Rc::strong_count(c) == 1
            {
                pending.push(car);
                return true;
            }
            false
        };
        let mut deep = keep(self.car.take());
        let mut next = self.cdr.take();
        while let Obj::Cons(rc) = next {
            match Rc::try_unwrap(rc) {
                Ok(c) => {
                    deep |= keep(c.car.take());
                    next = c.cdr.take();
                }
                Err(_) => break,
            }
        }
        if !deep {
            return;
        }
        while let Some(o) = pending.pop() {
            let mut next = o;
            while let Obj::Cons(rc) = next {
                match Rc::try_unwrap(rc) {
                    Ok(c) => {
                        if let car @ Obj::Cons(_) = c.car.take() {
                            pending.push(car);
                        }
                        next = c.cdr.take();
                    }
                    Err(_) => break,
                }
            }
        }
    }
}

impl Obj {
    /// A cons.
    #[inline]
    pub fn cons(car: Obj, cdr: Obj) -> Obj {
        Obj::Cons(Rc::new(Cons::new(car, cdr)))
    }

    /// A proper list of the items.
    pub fn list<I>(items: I) -> Obj
    where
        I: IntoIterator<Item = Obj>,
        I::IntoIter: DoubleEndedIterator,
    {
        Obj::list_star(items, Obj::Nil)
    }

    /// A list of the items that ends in `tail`.
    pub fn list_star<I>(items: I, tail: Obj) -> Obj
    where
        I: IntoIterator<Item = Obj>,
        I::IntoIter: DoubleEndedIterator,
    {
        let mut r = tail;
        for x in items.into_iter().rev() {
            r = Obj::cons(x, r);
        }
        r
    }

    /// A new string.
    pub fn string(s: &str) -> Obj {
        Obj::Str(Rc::new(StrObj::new(s.chars().collect())))
    }

    /// A new simple vector.
    pub fn vector(items: Vec<Obj>) -> Obj {
        Obj::Vector(Rc::new(VecObj::new(items)))
    }

    /// An integer, in its smallest form.
    pub fn int(b: BigInt) -> Obj {
        match b.to_i64() {
            Some(i) => Obj::Fix(i),
            None => Obj::Big(Rc::new(b)),
        }
    }

    /// A rational, in its smallest form.
    pub fn rational(r: BigRational) -> Obj {
        if r.is_integer() {
            Obj::int(r.to_integer())
        } else {
            Obj::Ratio(Rc::new(r))
        }
    }

    /// An opaque object of the embedding program.
    pub fn foreign(name: &str, value: Box<dyn Any>) -> Obj {
        Obj::Foreign(Rc::new(Foreign {
            name: name.to_string(),
            value,
        }))
    }

    /// Is it `NIL`?
    #[inline]
    pub fn is_nil(&self) -> bool {
        matches!(self, Obj::Nil)
    }
    /// Is it anything but `NIL`?
    #[inline]
    pub fn is_true(&self) -> bool {
        !matches!(self, Obj::Nil)
    }
    /// A cons?
    pub fn is_cons(&self) -> bool {
        matches!(self, Obj::Cons(_))
    }
    /// A cons or `NIL`?
    pub fn is_list(&self) -> bool {
        matches!(self, Obj::Cons(_) | Obj::Nil)
    }
    /// A symbol, `NIL` included?
    pub fn is_symbol(&self) -> bool {
        matches!(self, Obj::Sym(_) | Obj::Nil)
    }
    /// Is it this symbol?
    #[inline]
    pub fn is_sym(&self, s: Sym) -> bool {
        match self {
            Obj::Sym(x) => *x == s,
            Obj::Nil => s.is_nil(),
            _ => false,
        }
    }
    /// The cons, if it is one.
    pub fn as_cons(&self) -> Option<&Rc<Cons>> {
        match self {
            Obj::Cons(c) => Some(c),
            _ => None,
        }
    }
    /// The string's characters, if it is a string.
    pub fn as_string(&self) -> Option<String> {
        match self {
            Obj::Str(s) => Some(s.to_string()),
            _ => None,
        }
    }
    /// The integer, if it is one that fits 64 bits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Obj::Fix(i) => Some(*i),
            _ => None,
        }
    }
    /// The integer, whatever its size.
    pub fn as_bigint(&self) -> Option<BigInt> {
        match self {
            Obj::Fix(i) => Some(BigInt::from(*i)),
            Obj::Big(b) => Some((**b).clone()),
            _ => None,
        }
    }
    /// The foreign object's value, if it is one of type `T`.
    pub fn as_foreign<T: 'static>(&self) -> Option<&T> {
        match self {
            Obj::Foreign(f) => f.value.downcast_ref(),
            _ => None,
        }
    }

    /// The car of a cons; `NIL` of anything else.
    pub fn car(&self) -> Obj {
        match self {
            Obj::Cons(c) => c.car(),
            _ => Obj::Nil,
        }
    }
    /// The cdr of a cons; `NIL` of anything else.
    pub fn cdr(&self) -> Obj {
        match self {
            Obj::Cons(c) => c.cdr(),
            _ => Obj::Nil,
        }
    }
    pub(crate) fn cadr(&self) -> Obj {
        self.cdr().car()
    }
    pub(crate) fn cddr(&self) -> Obj {
        self.cdr().cdr()
    }

    /// Iterates over the elements of a list; stops at the first non-cons tail.
    pub fn iter(&self) -> ListIter {
        ListIter { rest: self.clone() }
    }

    /// The elements of a list (up to a dotted tail).
    pub fn to_vec(&self) -> Vec<Obj> {
        self.iter().collect()
    }

    /// The elements of a proper list, or `None`.
    pub fn proper_list(&self) -> Option<Vec<Obj>> {
        let mut it = self.iter();
        let v: Vec<Obj> = it.by_ref().collect();
        it.rest.is_nil().then_some(v)
    }

    /// The cell of a property list whose car is the value under a key.
    pub(crate) fn plist_cell(&self, key: &Obj) -> Option<Rc<Cons>> {
        let mut l = self.clone();
        while let Obj::Cons(c) = &l {
            let Obj::Cons(value) = c.cdr() else {
                return None;
            };
            if c.car_is(key) {
                return Some(value);
            }
            l = value.cdr();
        }
        None
    }

    /// `eql` on this object is the same as `eq`.
    pub(crate) fn is_eq_comparable(&self) -> bool {
        !matches!(self, Obj::Big(_) | Obj::Ratio(_) | Obj::Complex(_))
    }

    pub(crate) fn pos(&self) -> u32 {
        match self {
            Obj::Cons(c) => c.pos(),
            _ => 0,
        }
    }

    /// Gives a freshly made list a source position, if it has none.
    pub(crate) fn at(self, pos: u32) -> Obj {
        if let Obj::Cons(c) = &self
            && c.pos() == 0
        {
            c.set_pos(pos);
        }
        self
    }
}

/// A rough picture for tests and panics; `Lisp::print` is the printer.
impl std::fmt::Debug for Obj {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Obj::Nil => f.write_str("NIL"),
            Obj::Sym(s) => f.write_str(s.name()),
            Obj::Fix(i) => write!(f, "{i}"),
            Obj::Big(b) => write!(f, "{b}"),
            Obj::Char(c) => write!(f, "{c:?}"),
            Obj::Single(x) => write!(f, "{x}"),
            Obj::Double(x) => write!(f, "{x}"),
            Obj::Str(s) => write!(f, "{:?}", s.to_string()),
            Obj::Cons(_) => f.debug_list().entries(self.iter()).finish(),
            _ => f.write_str("#<object>"),
        }
    }
}

impl From<Sym> for Obj {
    fn from(s: Sym) -> Obj {
        if s.is_nil() { Obj::Nil } else { Obj::Sym(s) }
    }
}
impl From<i64> for Obj {
    fn from(i: i64) -> Obj {
        Obj::Fix(i)
    }
}
impl From<usize> for Obj {
    fn from(i: usize) -> Obj {
        match i64::try_from(i) {
            Ok(i) => Obj::Fix(i),
            Err(_) => Obj::int(BigInt::from(i)),
        }
    }
}
impl From<&str> for Obj {
    fn from(s: &str) -> Obj {
        Obj::string(s)
    }
}

/// Iterator over the elements of a list.
pub struct ListIter {
    /// What has not been visited yet.
    pub rest: Obj,
}

impl Iterator for ListIter {
    type Item = Obj;
    #[inline]
    fn next(&mut self) -> Option<Obj> {
        let (car, cdr) = match &self.rest {
            Obj::Cons(c) => (c.car(), c.cdr()),
            _ => return None,
        };
        self.rest = cdr;
        Some(car)
    }
}

/// Builds a list front to back.
#[derive(Default)]
pub(crate) struct ListBuilder {
    head: Obj,
    last: Option<Rc<Cons>>,
}

impl ListBuilder {
    pub(crate) fn push(&mut self, x: Obj) {
        let c = Rc::new(Cons::new(x, Obj::Nil));
        match self.last.take() {
            None => self.head = Obj::Cons(c.clone()),
            Some(l) => l.set_cdr(Obj::Cons(c.clone())),
        }
        self.last = Some(c);
    }
    pub(crate) fn finish(self) -> Obj {
        self.head
    }
    pub(crate) fn finish_with(self, tail: Obj) -> Obj {
        match self.last {
            None => tail,
            Some(l) => {
                l.set_cdr(tail);
                self.head
            }
        }
    }
}
