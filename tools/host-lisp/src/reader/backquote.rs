//! Backquote, by an algorithm that the machine's reader copies.
//!
//! While a template is read, `,x` stands for `(host::%comma x)`, `,@x` for
//! `(host::%comma-at x)` and `,.x` for `(host::%comma-dot x)`. When the backquote's
//! form is complete, the template `t` becomes the form Q(t):
//!
//! 1. t without any comma: t itself if it evaluates to itself (a number, a
//!    character, a string, a keyword, `t`, `nil`), else `(quote t)`. A vector
//!    counts as `(quote t)`.
//! 2. t = `,e`: e.
//! 3. t is a vector: `(apply (function vector) Q(the list of its elements))`.
//! 4. t = `(,@e . r)` (`,.e` likewise): let R = Q(r). If R is `nil`: e, but
//!    `(append e)` when e is itself a `,@` of an outer backquote. If R is
//!    `(append …)`: `(append e …)`. Else `(append e R)`.
//! 5. t = `(a . r)`: let A = Q(a), R = Q(r). If R is `nil`: `(list A)`. If R is
//!    `(list …)`: `(list A …)`. If R is `(list* …)`: `(list* A …)`. If R is
//!    `(cons x y)`: `(list* A x y)`. If A or R is a `,@` of an outer backquote:
//!    `(list* A R)`. Else `(cons A R)`.
//!
//! Inner backquotes are expanded first, so their result is an ordinary part of
//! the outer template; the commas it still holds belong to the outer one.

use crate::interp::{Exit, Lisp, Res};
use crate::object::Obj;
use crate::symbol::Sym;

impl Lisp {
    pub(super) fn expand_backquote(&mut self, t: &Obj, at: u32) -> Res {
        if self.comma(t).is_some_and(|(op, _)| op != self.s.comma) {
            self.site = at;
            return Err(self.signal_named("READER-ERROR", ",@ right after a backquote"));
        }
        self.quasi(t, at)
    }

    /// Is the object a comma form? Which, and of what?
    fn comma(&self, t: &Obj) -> Option<(Sym, Obj)> {
        let s = self.s;
        match t.car() {
            Obj::Sym(op) if op == s.comma || op == s.comma_at || op == s.comma_dot => {
                Some((op, t.cadr()))
            }
            _ => None,
        }
    }

    fn is_splice(&self, t: &Obj) -> bool {
        self.comma(t).is_some_and(|(op, _)| op != self.s.comma)
    }

    fn has_comma(&self, t: &Obj) -> bool {
        match t {
            Obj::Cons(_) => {
                let mut rest = t.clone();
                while let Obj::Cons(c) = &rest {
                    if self.comma(&rest).is_some() || self.has_comma(&c.car()) {
                        return true;
                    }
                    let next = c.cdr();
                    rest = next;
                }
                self.has_comma(&rest)
            }
            Obj::Vector(v) => v.to_vec().iter().any(|x| self.has_comma(x)),
            _ => false,
        }
    }

    fn quasi(&mut self, t: &Obj, at: u32) -> Result<Obj, Exit> {
        self.check_stack()?;
        let s = self.s;
        if !self.has_comma(t) {
            let constant = match t {
                Obj::Sym(x) => x.is_keyword() || *x == s.t,
                Obj::Cons(_) | Obj::Vector(_) => false,
                _ => true,
            };
            return Ok(if constant {
                t.clone()
            } else {
                Obj::list([Obj::Sym(s.quote), t.clone()])
            });
        }
        if let Some((op, e)) = self.comma(t) {
            if op == s.comma {
                return Ok(e);
            }
            self.site = at;
            return Err(self.signal_named("READER-ERROR", ",@ where no list is being made"));
        }
        let at = if t.pos() != 0 { t.pos() } else { at };
        if let Obj::Vector(v) = t {
            let l = self.quasi(&Obj::list(v.to_vec()), at)?;
            let f = Obj::list([Obj::Sym(s.function), Obj::Sym(s.vector)]);
            return Ok(Obj::list([Obj::Sym(s.apply), f, l]).at(at));
        }
        let first = t.car();
        if let Some((op, e)) = self.comma(&first)
            && op != s.comma
        {
            let r = self.quasi(&t.cdr(), at)?;
            let form = if r.is_nil() {
                if !self.is_splice(&e) {
                    return Ok(e);
                }
                Obj::list([Obj::Sym(s.append), e])
            } else if r.car().is_sym(s.append) {
                Obj::cons(Obj::Sym(s.append), Obj::cons(e, r.cdr()))
            } else {
                Obj::list([Obj::Sym(s.append), e, r])
            };
            return Ok(form.at(at));
        }
        let a = self.quasi(&first, at)?;
        let r = self.quasi(&t.cdr(), at)?;
        let op = r.car();
        let form = if r.is_nil() {
            Obj::list([Obj::Sym(s.list), a])
        } else if op.is_sym(s.list) {
            Obj::cons(Obj::Sym(s.list), Obj::cons(a, r.cdr()))
        } else if op.is_sym(s.list_star) || op.is_sym(s.cons) {
            Obj::cons(Obj::Sym(s.list_star), Obj::cons(a, r.cdr()))
        } else if self.is_splice(&a) || self.is_splice(&r) {
            Obj::list([Obj::Sym(s.list_star), a, r])
        } else {
            Obj::list([Obj::Sym(s.cons), a, r])
        };
        Ok(form.at(at))
    }
}
