//! Taking arguments apart.

use crate::hash::{eql, equal};
use crate::interp::{Exit, Lisp, Res};
use crate::object::Obj;
use crate::symbol::Sym;

/// Keyword arguments of a built-in function.
pub(crate) struct Keys<'a>(&'a [Obj]);

impl<'a> Keys<'a> {
    /// Checks that only these keywords are given.
    pub(crate) fn parse(l: &mut Lisp, args: &'a [Obj], known: &[Sym]) -> Result<Keys<'a>, Exit> {
        if args.len() % 2 == 1 {
            return Err(l.signal_named("PROGRAM-ERROR", "odd number of keyword arguments"));
        }
        for kv in args.chunks(2) {
            if !known.iter().any(|k| kv[0].is_sym(*k)) {
                let p = l.print(&kv[0]);
                return Err(l.signal_named(
                    "PROGRAM-ERROR",
                    &format!("{p} is not a keyword argument of this function"),
                ));
            }
        }
        Ok(Keys(args))
    }
    pub(crate) fn get(&self, k: Sym) -> Option<&'a Obj> {
        self.0.chunks(2).find(|kv| kv[0].is_sym(k)).map(|kv| &kv[1])
    }
    /// Given and not `NIL`.
    pub(crate) fn on(&self, k: Sym) -> Option<&'a Obj> {
        self.get(k).filter(|v| v.is_true())
    }
}

/// How elements are compared: `:test`, `:test-not`, `:key`.
pub(crate) struct Matcher {
    test: Test,
    key: Option<Obj>,
}

enum Test {
    Eql,
    Equal,
    Call(Obj),
    CallNot(Obj),
}

impl Matcher {
    pub(crate) fn of(l: &mut Lisp, k: &Keys) -> Matcher {
        let s = l.s;
        let test = if let Some(t) = k.on(s.k_test_not) {
            Test::CallNot(t.clone())
        } else {
            match k.on(s.k_test) {
                None => Test::Eql,
                Some(t) => match builtin_name(l, t) {
                    Some("EQ" | "EQL") => Test::Eql,
                    Some("EQUAL") => Test::Equal,
                    _ => Test::Call(t.clone()),
                },
            }
        };
        let key = k.on(s.k_key).cloned();
        Matcher { test, key }
    }
    /// Is matching this item a matter of `eq` on the elements themselves?
    pub(crate) fn is_eq(&self, item: &Obj) -> bool {
        self.key.is_none() && matches!(self.test, Test::Eql) && item.is_eq_comparable()
    }
    pub(crate) fn key(&self, l: &mut Lisp, x: Obj) -> Res {
        match &self.key {
            None => Ok(x),
            Some(k) => l.funcall(k, &[x]),
        }
    }
    /// Does the item match an element (to which the key is applied)?
    pub(crate) fn matches(&self, l: &mut Lisp, item: &Obj, x: Obj) -> Result<bool, Exit> {
        let x = self.key(l, x)?;
        self.same(l, item, &x)
    }
    /// Compares two things to which the key has been applied.
    pub(crate) fn same(&self, l: &mut Lisp, a: &Obj, b: &Obj) -> Result<bool, Exit> {
        Ok(match &self.test {
            Test::Eql => eql(a, b),
            Test::Equal => equal(a, b),
            Test::Call(f) => l.funcall(f, &[a.clone(), b.clone()])?.is_true(),
            Test::CallNot(f) => l.funcall(f, &[a.clone(), b.clone()])?.is_nil(),
        })
    }
}

/// The name, when the function designator is a built-in function.
fn builtin_name(l: &Lisp, f: &Obj) -> Option<&'static str> {
    match f {
        Obj::Func(f) => match &**f {
            crate::function::Func::Builtin(b) => Some(b.0.name),
            _ => None,
        },
        Obj::Sym(s) if s.package().is_some_and(|p| std::ptr::eq(p, l.cl)) => Some(s.name()),
        _ => None,
    }
}

impl Lisp {
    /// A small non-negative integer argument.
    pub(crate) fn index(&mut self, o: &Obj) -> Result<usize, Exit> {
        match o {
            Obj::Fix(i) if *i >= 0 => Ok(*i as usize),
            _ => {
                let want = Obj::list([Obj::Sym(self.s.integer), Obj::Fix(0)]);
                Err(self.type_error(o, want))
            }
        }
    }
    /// A symbol argument.
    pub(crate) fn symbol(&mut self, o: &Obj) -> Result<Sym, Exit> {
        match o {
            Obj::Sym(s) => Ok(*s),
            Obj::Nil => Ok(self.s.nil),
            _ => Err(self.type_error(o, self.s.symbol.into())),
        }
    }
    /// The elements of a sequence argument.
    pub(crate) fn items(&mut self, o: &Obj) -> Result<Vec<Obj>, Exit> {
        match super::sequence_items(o) {
            Some(v) => Ok(v),
            None => Err(self.type_error(o, self.s.sequence.into())),
        }
    }
    /// The elements of a list argument.
    pub(crate) fn list_items(&mut self, o: &Obj) -> Result<Vec<Obj>, Exit> {
        match o.proper_list() {
            Some(v) => Ok(v),
            None => Err(self.type_error(o, self.s.list.into())),
        }
    }
    /// A string designator: string, symbol or character.
    pub(crate) fn string_designator(&mut self, o: &Obj) -> Result<String, Exit> {
        match o {
            Obj::Str(s) => Ok(s.to_string()),
            Obj::Sym(s) => Ok(s.name().to_string()),
            Obj::Nil => Ok("NIL".to_string()),
            Obj::Char(c) => Ok(c.to_string()),
            _ => Err(self.type_error(o, self.s.string.into())),
        }
    }
    /// `:start` and `:end` for a sequence of a length.
    pub(crate) fn bounds(
        &mut self,
        start: Option<&Obj>,
        end: Option<&Obj>,
        len: usize,
    ) -> Result<(usize, usize), Exit> {
        let s = match start {
            Some(o) => self.index(o)?,
            None => 0,
        };
        let e = match end {
            None | Some(Obj::Nil) => len,
            Some(o) => self.index(o)?,
        };
        if s > e || e > len {
            return Err(self.error(&format!(
                "the bounds {s} and {e} do not fit a sequence of {len} elements"
            )));
        }
        Ok((s, e))
    }
}
