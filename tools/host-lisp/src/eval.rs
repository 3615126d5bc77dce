//! Running nodes. What binds and transfers control is in `eval_forms.rs`, calls
//! in `call.rs`.

use crate::function::Func;
use crate::hash::{eq, eql};
use crate::interp::{Exit, Lisp, Res};
use crate::node::{Inline1, Inline2, Node, Source, Target};
use crate::number::Op;
use crate::object::{CellGet, Obj};
use crate::symbol::Sym;
use std::cell::Cell;
use std::cmp::Ordering;
use std::rc::Rc;

/// The activation of a function: where its slots begin, what it closed over.
pub(crate) struct Frame<'a> {
    pub(crate) base: usize,
    pub(crate) captured: &'a [Obj],
}

#[inline]
fn read(o: &Obj) -> Obj {
    match o {
        Obj::VarBox(b) => b.get_clone(),
        o => o.clone(),
    }
}

impl Lisp {
    #[inline]
    pub(crate) fn source(&self, s: Source, fr: &Frame) -> Obj {
        match s {
            Source::Slot(i) => read(&self.stack[fr.base + i as usize]),
            Source::Captured(i) => read(&fr.captured[i as usize]),
        }
    }
    #[inline]
    pub(crate) fn raw_source(&self, s: Source, fr: &Frame) -> Obj {
        match s {
            Source::Slot(i) => self.stack[fr.base + i as usize].clone(),
            Source::Captured(i) => fr.captured[i as usize].clone(),
        }
    }
    #[inline]
    pub(crate) fn store(&mut self, t: Target, v: Obj, base: usize) {
        match t {
            Target::Slot(i) => self.stack[base + i as usize] = v,
            Target::Boxed(i) => {
                self.stack[base + i as usize] = Obj::VarBox(Rc::new(Cell::new(v)));
            }
            Target::Special(s) => self.bind(s, v),
        }
    }

    /// Evaluates for one value.
    #[inline]
    pub(crate) fn eval1(&mut self, n: &Node, fr: &Frame) -> Res {
        match n {
            Node::Slot(i) => Ok(read(&self.stack[fr.base + *i as usize])),
            Node::Const(o) => Ok(o.clone()),
            _ => match self.run(n, fr)? {
                Obj::Values => Ok(self.one(Obj::Values)),
                v => Ok(v),
            },
        }
    }

    /// Evaluates; the result may be `Obj::Values`.
    pub(crate) fn run(&mut self, n: &Node, fr: &Frame) -> Res {
        match n {
            Node::Const(o) => Ok(o.clone()),
            Node::Slot(i) => Ok(read(&self.stack[fr.base + *i as usize])),
            Node::Captured(i) => Ok(read(&fr.captured[*i as usize])),
            Node::Global(s, site) => match s.0.value.get_clone() {
                Obj::Unbound => {
                    self.site = *site;
                    Err(self.unbound_variable(*s))
                }
                v => Ok(v),
            },
            Node::SetSlot(i, v) => {
                let v = self.eval1(v, fr)?;
                let slot = &mut self.stack[fr.base + *i as usize];
                match slot {
                    Obj::VarBox(b) => b.set(v.clone()),
                    slot => *slot = v.clone(),
                }
                Ok(v)
            }
            Node::SetCaptured(i, v) => {
                let v = self.eval1(v, fr)?;
                if let Obj::VarBox(b) = &fr.captured[*i as usize] {
                    b.set(v.clone());
                }
                Ok(v)
            }
            Node::SetGlobal(s, v) => {
                let v = self.eval1(v, fr)?;
                s.0.value.set(v.clone());
                Ok(v)
            }
            Node::If(b) => {
                if self.eval1(&b.0, fr)?.is_true() {
                    self.run(&b.1, fr)
                } else {
                    self.run(&b.2, fr)
                }
            }
            Node::Progn(v) => self.progn(v, fr),
            Node::And(v) => {
                let (last, rest) = split(v);
                for n in rest {
                    if self.eval1(n, fr)?.is_nil() {
                        return Ok(Obj::Nil);
                    }
                }
                self.run(last, fr)
            }
            Node::Or(v) => {
                let (last, rest) = split(v);
                for n in rest {
                    let x = self.eval1(n, fr)?;
                    if x.is_true() {
                        return Ok(x);
                    }
                }
                self.run(last, fr)
            }
            Node::Cond(clauses) => {
                for (test, body) in clauses {
                    let x = self.eval1(test, fr)?;
                    if x.is_true() {
                        return match body {
                            Some(b) => self.run(b, fr),
                            None => Ok(x),
                        };
                    }
                }
                Ok(Obj::Nil)
            }
            Node::Case(c) => self.run_case(c, fr),
            Node::Let(l) => self.run_let(l, fr),
            Node::Closure(c) => Ok(self.make_closure(c, fr)),
            Node::Function(s, site) => {
                let f = s.function();
                if f.is_nil() {
                    self.site = *site;
                    return Err(self.undefined_function(*s));
                }
                Ok(f)
            }
            Node::SetfFunction(s, site) => {
                let f = s.setf_function();
                if f.is_nil() {
                    self.site = *site;
                    return Err(self.error(&format!("undefined function (SETF {})", s.name())));
                }
                Ok(f)
            }
            Node::Labels(l) => self.run_labels(l, fr),
            Node::Block(id, body) => {
                let depth = self.stack.len();
                match self.run(body, fr) {
                    Err(x) if x.target == *id => {
                        self.stack.truncate(depth);
                        Ok(std::mem::take(&mut self.exit_value))
                    }
                    r => r,
                }
            }
            Node::BlockToken(b) => self.run_block_token(b, fr),
            Node::Return(id, v) => {
                self.exit_value = self.run(v, fr)?;
                Err(Exit {
                    target: *id,
                    index: 0,
                })
            }
            Node::ReturnToken(s, v) => {
                let v = self.run(v, fr)?;
                let target = self.live_token(*s, fr)?;
                self.exit_value = v;
                Err(Exit { target, index: 0 })
            }
            Node::Tagbody(t) => self.run_tagbody(t, fr),
            Node::Go(id, index) => Err(Exit {
                target: *id,
                index: *index,
            }),
            Node::GoToken(s, index) => {
                let target = self.live_token(*s, fr)?;
                Err(Exit {
                    target,
                    index: *index,
                })
            }
            Node::Catch(b) => self.run_catch(&b.0, &b.1, fr),
            Node::Throw(b, site) => {
                let tag = self.eval1(&b.0, fr)?;
                let v = self.run(&b.1, fr)?;
                self.site = *site;
                self.throw(&tag, v)
            }
            Node::UnwindProtect(b) => self.run_unwind_protect(&b.0, &b.1, fr),
            Node::Progv(b) => self.run_progv(&b.0, &b.1, &b.2, fr),
            Node::MvCall(b, site) => self.run_mv_call(&b.0, &b.1, *site, fr),
            Node::MvProg1(b) => {
                let v = self.run(&b.0, fr)?;
                let saved = matches!(v, Obj::Values).then(|| std::mem::take(&mut self.values));
                self.run(&b.1, fr)?;
                if let Some(s) = saved {
                    self.values = s;
                }
                Ok(v)
            }
            Node::MvList(n) => {
                let v = self.run(n, fr)?;
                Ok(Obj::list(self.all_values(v)))
            }
            Node::MvBind(b) => self.run_mv_bind(b, fr),
            Node::Prog1(b) => {
                let v = self.eval1(&b.0, fr)?;
                self.run(&b.1, fr)?;
                Ok(v)
            }
            Node::DoList(d) => self.run_dolist(d, fr),
            Node::DoTimes(d) => self.run_dotimes(d, fr),
            Node::Prim0(f, site) => {
                self.site = *site;
                f(self)
            }
            Node::Prim1(f, site, a) => {
                let a = self.eval1(a, fr)?;
                self.site = *site;
                f(self, a)
            }
            Node::Prim2(f, site, args) => {
                let a = self.eval1(&args.0, fr)?;
                let b = self.eval1(&args.1, fr)?;
                self.site = *site;
                f(self, a, b)
            }
            Node::Prim3(f, site, args) => {
                let a = self.eval1(&args.0, fr)?;
                let b = self.eval1(&args.1, fr)?;
                let c = self.eval1(&args.2, fr)?;
                self.site = *site;
                f(self, a, b, c)
            }
            Node::PrimN(f, site, args) => self.run_prim_n(*f, *site, args, fr),
            Node::Inline1(op, site, a) => {
                let a = self.eval1(a, fr)?;
                self.inline1(*op, *site, a)
            }
            Node::Inline2(op, site, args) => {
                let a = self.eval1(&args.0, fr)?;
                let b = self.eval1(&args.1, fr)?;
                self.inline2(*op, *site, a, b)
            }
            Node::Call(s, site, args) => {
                let f = s.0.function.get_clone();
                let Obj::Func(f) = &f else {
                    return self.call_undefined(*s, *site, args, fr);
                };
                if let (Func::Struct(g), [a]) = (&**f, &**args) {
                    let a = self.eval1(a, fr)?;
                    self.site = *site;
                    return g.call1(self, &a);
                }
                for a in args {
                    let v = self.eval1(a, fr)?;
                    self.stack.push(v);
                }
                self.site = *site;
                match &**f {
                    Func::Closure(c) => self.call_closure(c, args.len()),
                    _ => self.call_on_stack(f, args.len()),
                }
            }
            Node::Missing(s, site) => {
                self.site = *site;
                Err(self.undefined_function(*s))
            }
            Node::CallLocal(src, site, args) => {
                for a in args {
                    let v = self.eval1(a, fr)?;
                    self.stack.push(v);
                }
                self.site = *site;
                match self.source(*src, fr) {
                    Obj::Func(f) => self.call_on_stack(&f, args.len()),
                    other => Err(self.type_error(&other, self.s.function.into())),
                }
            }
            Node::Funcall(f, site, args) => {
                let f = self.eval1(f, fr)?;
                for a in args {
                    let v = self.eval1(a, fr)?;
                    self.stack.push(v);
                }
                self.site = *site;
                let f = self.function_of(&f)?;
                self.call_on_stack(&f, args.len())
            }
        }
    }

    /// The arguments may define the function yet.
    #[inline(never)]
    fn call_undefined(&mut self, s: Sym, site: u32, args: &[Node], fr: &Frame) -> Res {
        let mut v = Vec::with_capacity(args.len());
        for a in args {
            v.push(self.eval1(a, fr)?);
        }
        self.site = site;
        self.apply(&s.into(), &v)
    }

    #[inline]
    fn progn(&mut self, v: &[Node], fr: &Frame) -> Res {
        let (last, rest) = split(v);
        for n in rest {
            self.run(n, fr)?;
        }
        self.run(last, fr)
    }

    #[inline(never)]
    fn run_prim_n(
        &mut self,
        f: fn(&mut Lisp, &[Obj]) -> Res,
        site: u32,
        args: &[Node],
        fr: &Frame,
    ) -> Res {
        match args {
            [] => {
                self.site = site;
                f(self, &[])
            }
            [a] => {
                let a = [self.eval1(a, fr)?];
                self.site = site;
                f(self, &a)
            }
            [a, b] => {
                let a = [self.eval1(a, fr)?, self.eval1(b, fr)?];
                self.site = site;
                f(self, &a)
            }
            [a, b, c] => {
                let a = [self.eval1(a, fr)?, self.eval1(b, fr)?, self.eval1(c, fr)?];
                self.site = site;
                f(self, &a)
            }
            _ => {
                let mut v = Vec::with_capacity(args.len());
                for a in args {
                    v.push(self.eval1(a, fr)?);
                }
                self.site = site;
                f(self, &v)
            }
        }
    }

    #[inline(always)]
    fn inline1(&mut self, op: Inline1, site: u32, a: Obj) -> Res {
        Ok(match (op, &a) {
            (Inline1::Car, Obj::Cons(c)) => c.car(),
            (Inline1::Cdr, Obj::Cons(c)) => c.cdr(),
            (Inline1::Car | Inline1::Cdr, Obj::Nil) => Obj::Nil,
            (Inline1::Not, _) => self.boolean(a.is_nil()),
            (Inline1::Consp, _) => self.boolean(a.is_cons()),
            (Inline1::Atom, _) => self.boolean(!a.is_cons()),
            (Inline1::Symbolp, _) => self.boolean(a.is_symbol()),
            (Inline1::Inc, Obj::Fix(i)) if *i < i64::MAX => Obj::Fix(i + 1),
            (Inline1::Dec, Obj::Fix(i)) if *i > i64::MIN => Obj::Fix(i - 1),
            _ => return self.inline1_slow(op, site, &a),
        })
    }

    #[inline(never)]
    fn inline1_slow(&mut self, op: Inline1, site: u32, a: &Obj) -> Res {
        self.site = site;
        match op {
            Inline1::Inc => self.arith(Op::Add, a, &Obj::Fix(1)),
            Inline1::Dec => self.arith(Op::Sub, a, &Obj::Fix(1)),
            _ => Err(self.type_error(a, self.s.list.into())),
        }
    }

    #[inline(always)]
    fn inline2(&mut self, op: Inline2, site: u32, a: Obj, b: Obj) -> Res {
        match (op, &a, &b) {
            (Inline2::Eq, ..) => Ok(self.boolean(eq(&a, &b))),
            (Inline2::Eql, ..) => Ok(self.boolean(eql(&a, &b))),
            (Inline2::Cons, ..) => Ok(Obj::cons(a, b)),
            (Inline2::Less, Obj::Fix(x), Obj::Fix(y)) => Ok(self.boolean(x < y)),
            (Inline2::Greater, Obj::Fix(x), Obj::Fix(y)) => Ok(self.boolean(x > y)),
            (Inline2::LessEq, Obj::Fix(x), Obj::Fix(y)) => Ok(self.boolean(x <= y)),
            (Inline2::GreaterEq, Obj::Fix(x), Obj::Fix(y)) => Ok(self.boolean(x >= y)),
            (Inline2::NumEq, Obj::Fix(x), Obj::Fix(y)) => Ok(self.boolean(x == y)),
            (Inline2::Add, Obj::Fix(x), Obj::Fix(y)) => match x.checked_add(*y) {
                Some(r) => Ok(Obj::Fix(r)),
                None => self.inline2_slow(op, site, &a, &b),
            },
            (Inline2::Sub, Obj::Fix(x), Obj::Fix(y)) => match x.checked_sub(*y) {
                Some(r) => Ok(Obj::Fix(r)),
                None => self.inline2_slow(op, site, &a, &b),
            },
            _ => self.inline2_slow(op, site, &a, &b),
        }
    }

    #[inline(never)]
    fn inline2_slow(&mut self, op: Inline2, site: u32, a: &Obj, b: &Obj) -> Res {
        self.site = site;
        let r = match op {
            Inline2::Add => return self.arith(Op::Add, a, b),
            Inline2::Sub => return self.arith(Op::Sub, a, b),
            Inline2::Less => self.compare(a, b)? == Ordering::Less,
            Inline2::Greater => self.compare(a, b)? == Ordering::Greater,
            Inline2::LessEq => self.compare(a, b)? != Ordering::Greater,
            Inline2::GreaterEq => self.compare(a, b)? != Ordering::Less,
            Inline2::NumEq => {
                for x in [a, b] {
                    if !crate::number::is_number(x) {
                        return Err(self.type_error(x, self.s.number.into()));
                    }
                }
                crate::number::equal_numbers(a, b)
            }
            Inline2::Eq | Inline2::Eql | Inline2::Cons => false,
        };
        Ok(self.boolean(r))
    }
}

#[inline]
fn split(v: &[Node]) -> (&Node, &[Node]) {
    match v.split_last() {
        Some((l, r)) => (l, r),
        None => unreachable!("analysis never makes an empty sequence"),
    }
}
