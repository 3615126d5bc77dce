//! Calling functions of every kind, with every kind of parameter.

use crate::eval::Frame;
use crate::function::{Closure, Code, Func, MANY};
use crate::hash::eq;
use crate::interp::{Call, Exit, Lisp, Res};
use crate::node::{Lambda, Param, Target};
use crate::object::Obj;
use crate::symbol::Sym;
use std::cell::OnceCell;
use std::rc::Rc;

impl Lisp {
    /// The function that a designator names.
    #[inline]
    pub(crate) fn function_of(&mut self, f: &Obj) -> Result<Rc<Func>, Exit> {
        match f {
            Obj::Func(f) => Ok(f.clone()),
            Obj::Sym(s) => match s.function() {
                Obj::Func(f) => Ok(f),
                _ => Err(self.undefined_function(*s)),
            },
            Obj::Nil => Err(self.undefined_function(self.s.nil)),
            other => self.function_of_form(other),
        }
    }

    pub(crate) fn function_of_form(&mut self, o: &Obj) -> Result<Rc<Func>, Exit> {
        if o.car().is_sym(self.s.setf)
            && let Obj::Sym(s) = o.cadr()
            && let Obj::Func(f) = s.setf_function()
        {
            return Ok(f);
        }
        if o.car().is_sym(self.s.lambda)
            && let Obj::Func(f) = self.eval_form(o)?
        {
            return Ok(f);
        }
        Err(self.type_error(o, self.s.function.into()))
    }

    /// Calls with the topmost `n` words of the stack as arguments, and pops them.
    pub(crate) fn call_on_stack(&mut self, f: &Rc<Func>, n: usize) -> Res {
        if let Func::Closure(c) = &**f {
            return self.call_closure(c, n);
        }
        let base = self.stack.len() - n;
        if let (Func::Struct(s), 1) = (&**f, n)
            && let Some(a) = self.stack.pop()
        {
            return s.call1(self, &a);
        }
        let args: Vec<Obj> = self.stack.drain(base..).collect();
        self.call_other(f, &args)
    }

    pub(crate) fn call_other(&mut self, f: &Rc<Func>, args: &[Obj]) -> Res {
        match &**f {
            Func::Builtin(b) => {
                let b = b.0;
                if args.len() < b.min as usize || (b.max != MANY && args.len() > b.max as usize) {
                    let max = (b.max != MANY).then_some(b.max as usize);
                    return Err(self.wrong_arg_count(&f.name(), args.len(), b.min as usize, max));
                }
                match (b.code, args) {
                    (Code::F0(f), _) => f(self),
                    (Code::F1(f), [a]) => f(self, a.clone()),
                    (Code::F2(f), [a, b]) => f(self, a.clone(), b.clone()),
                    (Code::F3(f), [a, b, c]) => f(self, a.clone(), b.clone(), c.clone()),
                    (Code::N(f), args) => f(self, args),
                    _ => Err(self.error("wrong number of arguments")),
                }
            }
            Func::Native { min, max, code, .. } => {
                if args.len() < *min || max.is_some_and(|m| args.len() > m) {
                    return Err(self.wrong_arg_count(&f.name(), args.len(), *min, *max));
                }
                code(self, args)
            }
            Func::Struct(s) => s.call(self, args),
            Func::Closure(c) => {
                self.stack.extend_from_slice(args);
                self.call_closure(c, args.len())
            }
        }
    }

    /// Calls a function designator; the result may be `Obj::Values`.
    pub(crate) fn apply(&mut self, f: &Obj, args: &[Obj]) -> Res {
        let f = self.function_of(f)?;
        self.call_other(&f, args)
    }

    /// Calls a function for one value. For functions defined in Rust.
    pub fn funcall(&mut self, f: &Obj, args: &[Obj]) -> Res {
        let r = self.apply(f, args)?;
        Ok(self.one(r))
    }

    pub(crate) fn call_closure(&mut self, c: &Closure, n: usize) -> Res {
        let base = self.stack.len() - n;
        let lam = &*c.lambda;
        let captured: &[Obj] = c.captured.get().map_or(&[], |b| b);
        if crate::stack::address() < self.stack_limit {
            return Err(self.stack_overflow());
        }
        self.calls.push(Call {
            name: lam.name,
            site: self.site,
        });
        let r = if lam.simple {
            if n == lam.required.len() {
                self.stack
                    .resize_with(base + lam.slots as usize, Obj::default);
                self.run(&lam.body, &Frame { base, captured })
            } else {
                Err(self.closure_arg_count(lam, n))
            }
        } else {
            let mark = self.binds.len();
            let r = self.call_general(lam, base, n, captured);
            self.unbind_to(mark);
            r
        };
        self.calls.pop();
        self.stack.truncate(base);
        r
    }

    #[inline(never)]
    pub(crate) fn closure_arg_count(&mut self, lam: &Lambda, n: usize) -> Exit {
        // The blame is the caller's: its name comes first in the backtrace.
        self.calls.pop();
        let name = lam.name.map_or("an anonymous function", |s| s.name());
        let req = lam.required.len();
        let max = (lam.rest.is_none() && lam.keys.is_none()).then(|| req + lam.optional.len());
        let x = self.wrong_arg_count(name, n, req, max);
        self.calls.push(Call {
            name: lam.name,
            site: 0,
        });
        x
    }

    #[inline(never)]
    pub(crate) fn call_general(
        &mut self,
        lam: &Lambda,
        base: usize,
        n: usize,
        captured: &[Obj],
    ) -> Res {
        let req = lam.required.len();
        let open = lam.rest.is_some() || lam.keys.is_some();
        if n < req || (!open && n > req + lam.optional.len()) {
            return Err(self.closure_arg_count(lam, n));
        }
        let fr = Frame { base, captured };
        let mut args: Vec<Obj> = self.stack.drain(base + req..).collect();
        self.stack.resize(base + lam.slots as usize, Obj::Nil);
        for t in &lam.required {
            match *t {
                Target::Slot(_) => {}
                Target::Boxed(i) => {
                    let v = std::mem::take(&mut self.stack[base + i as usize]);
                    self.store(*t, v, base);
                }
                Target::Special(_) => {}
            }
        }
        for (i, t) in lam.required.iter().enumerate() {
            if let Target::Special(s) = *t {
                let v = std::mem::take(&mut self.stack[base + i]);
                self.bind(s, v);
            }
        }
        let mut used = 0;
        for p in &lam.optional {
            let v = args.get_mut(used).map(std::mem::take);
            used += 1;
            self.bind_param(p, v, &fr)?;
        }
        let rest = args.get_mut(used..).unwrap_or(&mut []);
        if let Some(keys) = &lam.keys {
            if let Some(t) = lam.rest {
                self.store(t, Obj::list(rest.iter().cloned()), base);
            }
            if rest.len() % 2 == 1 {
                return Err(self.signal_named(
                    "PROGRAM-ERROR",
                    &format!(
                        "odd number of keyword arguments for {}",
                        lam.name.map_or("an anonymous function", |s| s.name())
                    ),
                ));
            }
            for p in keys {
                let v = rest
                    .chunks(2)
                    .find(|kv| eq(&kv[0], &p.keyword))
                    .map(|kv| kv[1].clone());
                self.bind_param(p, v, &fr)?;
            }
            if !lam.allow_other_keys {
                self.check_keys(lam, keys, rest)?;
            }
        } else if let Some(t) = lam.rest {
            let l = Obj::list(rest.iter_mut().map(std::mem::take));
            self.store(t, l, base);
        }
        self.run(&lam.body, &fr)
    }

    pub(crate) fn check_keys(
        &mut self,
        lam: &Lambda,
        keys: &[Param],
        rest: &[Obj],
    ) -> Result<(), Exit> {
        let known = |k: &Obj| keys.iter().any(|p| eq(&p.keyword, k));
        let allow = self.s.k_allow_other_keys;
        let Some(bad) = rest
            .chunks(2)
            .map(|kv| &kv[0])
            .find(|k| !known(k) && !k.is_sym(allow))
        else {
            return Ok(());
        };
        if rest
            .chunks(2)
            .find(|kv| kv[0].is_sym(allow))
            .is_some_and(|kv| kv[1].is_true())
        {
            return Ok(());
        }
        let k = self.print(bad);
        let name = lam.name.map_or("an anonymous function", |s| s.name());
        Err(self.signal_named(
            "PROGRAM-ERROR",
            &format!("{k} is not a keyword argument of {name}"),
        ))
    }

    pub(crate) fn bind_param(&mut self, p: &Param, v: Option<Obj>, fr: &Frame) -> Result<(), Exit> {
        let given = v.is_some();
        let v = match (v, &p.init) {
            (Some(v), _) => v,
            (None, Some(n)) => self.eval1(n, fr)?,
            (None, None) => Obj::Nil,
        };
        self.store(p.target, v, fr.base);
        if let Some(t) = p.supplied {
            let b = self.boolean(given);
            self.store(t, b, fr.base);
        }
        Ok(())
    }

    /// Runs the body of a function of no arguments.
    pub(crate) fn run_toplevel(&mut self, lam: &Rc<Lambda>) -> Res {
        let c = Closure {
            lambda: lam.clone(),
            captured: OnceCell::new(),
        };
        self.call_closure(&c, 0)
    }

    /// `setq` and `set` from Rust obey constants.
    pub(crate) fn set_symbol(&mut self, s: Sym, v: Obj) -> Res {
        if s.has(crate::symbol::CONSTANT) {
            return Err(self.error(&format!("{} is a constant and cannot be set", s.name())));
        }
        s.set_value(v.clone());
        Ok(v)
    }
}
