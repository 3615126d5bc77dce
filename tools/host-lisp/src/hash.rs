//! Hash tables that remember the order of insertion.
//!
//! Hashing may use addresses (for `eq`), but nothing that a program can see
//! depends on them: iteration goes in the order in which keys were added.

use crate::array::StrObj;
use crate::object::Obj;
use std::cell::RefCell;
use std::rc::Rc;

/// Which equality a table uses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HashTest {
    /// `eq`
    Eq,
    /// `eql`
    Eql,
    /// `equal`
    Equal,
    /// `equalp`
    Equalp,
}

/// A hash table.
pub struct HashTable {
    /// Its equality.
    pub test: HashTest,
    inner: RefCell<Inner>,
}

#[derive(Default)]
struct Inner {
    entries: Vec<Option<(u64, Obj, Obj)>>,
    live: usize,
    /// Open addressing; 0 is free, n + 1 is entry n. Length a power of two.
    index: Vec<u32>,
}

impl HashTable {
    /// An empty table.
    pub fn new(test: HashTest) -> HashTable {
        HashTable {
            test,
            inner: RefCell::default(),
        }
    }
    /// The number of keys.
    pub fn len(&self) -> usize {
        self.inner.borrow().live
    }
    /// Is it empty?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    fn same(&self, a: &Obj, b: &Obj) -> bool {
        match self.test {
            HashTest::Eq => eq(a, b),
            HashTest::Eql => eql(a, b),
            HashTest::Equal => equal(a, b),
            HashTest::Equalp => equalp(a, b),
        }
    }
    fn slot(&self, inner: &Inner, h: u64, key: &Obj) -> Option<usize> {
        if inner.index.is_empty() {
            return None;
        }
        let mask = inner.index.len() - 1;
        let mut i = h as usize & mask;
        loop {
            match inner.index[i] {
                0 => return None,
                n => {
                    if let Some((eh, k, _)) = &inner.entries[n as usize - 1]
                        && *eh == h
                        && self.same(k, key)
                    {
                        return Some(n as usize - 1);
                    }
                }
            }
            i = (i + 1) & mask;
        }
    }
    /// The value under a key.
    pub fn get(&self, key: &Obj) -> Option<Obj> {
        let h = hash(key, self.test);
        let inner = self.inner.borrow();
        let n = self.slot(&inner, h, key)?;
        inner.entries[n].as_ref().map(|e| e.2.clone())
    }
    /// Adds or replaces.
    pub fn insert(&self, key: Obj, value: Obj) {
        let h = hash(&key, self.test);
        let mut inner = self.inner.borrow_mut();
        if let Some(n) = self.slot(&inner, h, &key) {
            let old = inner.entries[n].replace((h, key, value));
            drop(inner);
            drop(old);
            return;
        }
        if (inner.entries.len() + 1) * 2 > inner.index.len() {
            inner.grow();
        }
        inner.entries.push(Some((h, key, value)));
        inner.live += 1;
        let n = inner.entries.len();
        inner.link(h, n as u32);
    }
    /// Removes a key; was it there?
    pub fn remove(&self, key: &Obj) -> bool {
        let h = hash(key, self.test);
        let mut inner = self.inner.borrow_mut();
        let Some(n) = self.slot(&inner, h, key) else {
            return false;
        };
        let old = inner.entries[n].take();
        inner.live -= 1;
        drop(inner);
        drop(old);
        true
    }
    /// Removes everything.
    pub fn clear(&self) {
        let old = std::mem::take(&mut *self.inner.borrow_mut());
        drop(old);
    }
    /// Keys and values in the order of insertion.
    pub fn pairs(&self) -> Vec<(Obj, Obj)> {
        let inner = self.inner.borrow();
        let live = inner.entries.iter().flatten();
        live.map(|(_, k, v)| (k.clone(), v.clone())).collect()
    }
}

impl Inner {
    fn grow(&mut self) {
        self.entries.retain(Option::is_some);
        let size = ((self.entries.len() + 1) * 4).next_power_of_two().max(8);
        self.index = vec![0; size];
        for n in 0..self.entries.len() {
            if let Some((h, _, _)) = self.entries[n] {
                self.link(h, n as u32 + 1);
            }
        }
    }
    fn link(&mut self, h: u64, n: u32) {
        let mask = self.index.len() - 1;
        let mut i = h as usize & mask;
        while self.index[i] != 0 {
            i = (i + 1) & mask;
        }
        self.index[i] = n;
    }
}

fn mix(h: u64, x: u64) -> u64 {
    let v = (h ^ x).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    v ^ (v >> 29)
}

fn hash(o: &Obj, test: HashTest) -> u64 {
    let deep = matches!(test, HashTest::Equal | HashTest::Equalp);
    hash_in(o, test, deep, 8)
}

fn hash_in(o: &Obj, test: HashTest, deep: bool, depth: u32) -> u64 {
    let p = test == HashTest::Equalp;
    match o {
        Obj::Nil => 11,
        Obj::Sym(s) => mix(1, std::ptr::from_ref(s.0) as usize as u64),
        Obj::Fix(_) | Obj::Big(_) | Obj::Ratio(_) | Obj::Single(_) | Obj::Double(_) if p => {
            // Numbers equal by value must hash alike whatever their type.
            let d = crate::number::to_f64(o);
            mix(
                2,
                if d == 0.0 {
                    0
                } else {
                    (d as f32).to_bits().into()
                },
            )
        }
        Obj::Complex(_) if p => 3,
        Obj::Fix(i) => mix(2, *i as u64),
        Obj::Char(c) if p => mix(3, crate::chars::upcase(*c) as u64),
        Obj::Char(c) => mix(3, *c as u64),
        Obj::Single(f) => mix(4, f.to_bits().into()),
        Obj::Double(f) => mix(5, f.to_bits()),
        Obj::Big(b) => b.iter_u64_digits().fold(6, mix),
        Obj::Ratio(r) => r.numer().iter_u64_digits().fold(7, mix),
        Obj::Complex(_) => 8,
        Obj::Str(s) if deep => s.chars.borrow().iter().take(s.len()).fold(9, |h, c| {
            mix(h, if p { crate::chars::upcase(*c) } else { *c } as u64)
        }),
        Obj::Cons(_) if deep => {
            let mut h = 10;
            let mut rest = o.clone();
            let mut n = 0;
            while let Obj::Cons(c) = &rest {
                if n == 16 || depth == 0 {
                    return h;
                }
                h = mix(h, hash_in(&c.car(), test, deep, depth - 1));
                n += 1;
                let next = c.cdr();
                rest = next;
            }
            mix(h, hash_in(&rest, test, deep, depth.saturating_sub(1)))
        }
        Obj::Vector(v) if p => mix(13, v.len() as u64),
        Obj::Array(_) | Obj::Struct(_) | Obj::Hash(_) if p => 14,
        Obj::Cons(c) => address(c),
        Obj::Str(c) => address(c),
        Obj::Vector(c) => address(c),
        Obj::Array(c) => address(c),
        Obj::Hash(c) => address(c),
        Obj::Struct(c) => address(c),
        Obj::Func(c) => address(c),
        Obj::Stream(c) => address(c),
        Obj::Foreign(c) => address(c),
        Obj::Package(c) => mix(15, std::ptr::from_ref(*c) as usize as u64),
        Obj::Env(_) | Obj::VarBox(_) | Obj::Values | Obj::Unbound => 16,
    }
}

fn address<T>(r: &Rc<T>) -> u64 {
    mix(12, Rc::as_ptr(r) as usize as u64)
}

/// `eq`. Integers of 64 bits and characters are immediate, so `eq` on them holds.
#[inline]
pub fn eq(a: &Obj, b: &Obj) -> bool {
    match (a, b) {
        (Obj::Nil, Obj::Nil) => true,
        (Obj::Sym(x), Obj::Sym(y)) => x == y,
        (Obj::Fix(x), Obj::Fix(y)) => x == y,
        (Obj::Char(x), Obj::Char(y)) => x == y,
        (Obj::Single(x), Obj::Single(y)) => x.to_bits() == y.to_bits(),
        (Obj::Double(x), Obj::Double(y)) => x.to_bits() == y.to_bits(),
        (Obj::Cons(x), Obj::Cons(y)) => Rc::ptr_eq(x, y),
        (Obj::Big(x), Obj::Big(y)) => Rc::ptr_eq(x, y),
        (Obj::Ratio(x), Obj::Ratio(y)) => Rc::ptr_eq(x, y),
        (Obj::Complex(x), Obj::Complex(y)) => Rc::ptr_eq(x, y),
        (Obj::Str(x), Obj::Str(y)) => Rc::ptr_eq(x, y),
        (Obj::Vector(x), Obj::Vector(y)) => Rc::ptr_eq(x, y),
        (Obj::Array(x), Obj::Array(y)) => Rc::ptr_eq(x, y),
        (Obj::Hash(x), Obj::Hash(y)) => Rc::ptr_eq(x, y),
        (Obj::Struct(x), Obj::Struct(y)) => Rc::ptr_eq(x, y),
        (Obj::Func(x), Obj::Func(y)) => Rc::ptr_eq(x, y),
        (Obj::Stream(x), Obj::Stream(y)) => Rc::ptr_eq(x, y),
        (Obj::Foreign(x), Obj::Foreign(y)) => Rc::ptr_eq(x, y),
        (Obj::Package(x), Obj::Package(y)) => std::ptr::eq(*x, *y),
        (Obj::Unbound, Obj::Unbound) => true,
        _ => false,
    }
}

/// `eql`.
#[inline]
pub fn eql(a: &Obj, b: &Obj) -> bool {
    match (a, b) {
        (Obj::Big(x), Obj::Big(y)) => x == y,
        (Obj::Ratio(x), Obj::Ratio(y)) => x == y,
        (Obj::Complex(x), Obj::Complex(y)) => eql(&x.0, &y.0) && eql(&x.1, &y.1),
        _ => eq(a, b),
    }
}

fn same_chars(a: &StrObj, b: &StrObj, fold: fn(char) -> char) -> bool {
    let (n, m) = (a.len(), b.len());
    let (x, y) = (a.chars.borrow(), b.chars.borrow());
    n == m && (0..n).all(|i| fold(x[i]) == fold(y[i]))
}

/// `equal`.
pub fn equal(a: &Obj, b: &Obj) -> bool {
    match (a, b) {
        (Obj::Cons(x), Obj::Cons(y)) => Rc::ptr_eq(x, y) || equal_lists(a.clone(), b.clone()),
        _ => equal_atoms(a, b),
    }
}

/// Depth is kept in a vector, so that no list is too deep.
fn equal_lists(a: Obj, b: Obj) -> bool {
    let mut pending = vec![];
    let mut pair = Some((a, b));
    while let Some((a, b)) = pair {
        match (&a, &b) {
            (Obj::Cons(x), Obj::Cons(y)) if Rc::ptr_eq(x, y) => pair = pending.pop(),
            (Obj::Cons(x), Obj::Cons(y)) => {
                let (p, q) = (x.car(), y.car());
                if p.is_cons() && q.is_cons() {
                    pending.push((p, q));
                } else if !equal_atoms(&p, &q) {
                    return false;
                }
                pair = Some((x.cdr(), y.cdr()));
            }
            _ => {
                if !equal_atoms(&a, &b) {
                    return false;
                }
                pair = pending.pop();
            }
        }
    }
    true
}

fn equal_atoms(a: &Obj, b: &Obj) -> bool {
    match (a, b) {
        (Obj::Str(x), Obj::Str(y)) => same_chars(x, y, |c| c),
        (Obj::Vector(x), Obj::Vector(y))
            if x.element_type == crate::array::ElementType::Bit
                && y.element_type == crate::array::ElementType::Bit =>
        {
            equalp(a, b)
        }
        _ => eql(a, b),
    }
}

/// `equalp`. Objects too deep for the stack count as different, and the
/// overflow is noted for whoever asks.
pub fn equalp(a: &Obj, b: &Obj) -> bool {
    if crate::stack::exhausted() {
        return false;
    }
    match (a, b) {
        (Obj::Cons(x), Obj::Cons(y)) => equalp(&x.car(), &y.car()) && equalp(&x.cdr(), &y.cdr()),
        (Obj::Char(x), Obj::Char(y)) => crate::chars::upcase(*x) == crate::chars::upcase(*y),
        (Obj::Str(x), Obj::Str(y)) => same_chars(x, y, crate::chars::upcase),
        (Obj::Vector(x), Obj::Vector(y)) => {
            let (x, y) = (x.to_vec(), y.to_vec());
            x.len() == y.len() && x.iter().zip(&y).all(|(p, q)| equalp(p, q))
        }
        (Obj::Str(x), Obj::Vector(y)) | (Obj::Vector(y), Obj::Str(x)) => {
            let (x, y) = (x.to_chars(), y.to_vec());
            x.len() == y.len() && x.iter().zip(&y).all(|(p, q)| equalp(&Obj::Char(*p), q))
        }
        (Obj::Array(x), Obj::Array(y)) => {
            x.dimensions() == y.dimensions()
                && x.to_vec()
                    .iter()
                    .zip(&y.to_vec())
                    .all(|(p, q)| equalp(p, q))
        }
        (Obj::Struct(x), Obj::Struct(y)) => {
            std::ptr::eq(x.class, y.class)
                && (0..x.slots.len()).all(|i| equalp(&x.get(i), &y.get(i)))
        }
        (Obj::Hash(x), Obj::Hash(y)) => {
            x.test == y.test
                && x.len() == y.len()
                && x.pairs()
                    .iter()
                    .all(|(k, v)| y.get(k).is_some_and(|w| equalp(v, &w)))
        }
        _ if crate::number::is_number(a) && crate::number::is_number(b) => {
            crate::number::equal_numbers(a, b)
        }
        _ => eq(a, b),
    }
}
