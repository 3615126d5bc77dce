//! Running nodes, and calling functions.

use crate::function::{Closure, Code, Func, MANY};
use crate::hash::{eq, eql};
use crate::interp::{Call, Exit, Lisp, Res};
use crate::node::{
    BlockToken, Case, DoList, DoTimes, Inline1, Inline2, Labels, Lambda, Let, MakeClosure, MvBind,
    Node, Param, Source, Tagbody, Target,
};
use crate::number::Op;
use crate::object::{CellGet, Obj};
use crate::symbol::Sym;
use std::cell::{Cell, OnceCell};
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
    fn source(&self, s: Source, fr: &Frame) -> Obj {
        match s {
            Source::Slot(i) => read(&self.stack[fr.base + i as usize]),
            Source::Captured(i) => read(&fr.captured[i as usize]),
        }
    }
    #[inline]
    fn raw_source(&self, s: Source, fr: &Frame) -> Obj {
        match s {
            Source::Slot(i) => self.stack[fr.base + i as usize].clone(),
            Source::Captured(i) => fr.captured[i as usize].clone(),
        }
    }
    #[inline]
    fn store(&mut self, t: Target, v: Obj, base: usize) {
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

    #[inline(never)]
    fn run_case(&mut self, c: &Case, fr: &Frame) -> Res {
        let k = self.eval1(&c.key, fr)?;
        for (keys, body) in &c.clauses {
            if keys.iter().any(|x| eql(x, &k)) {
                return self.run(body, fr);
            }
        }
        self.run(&c.default, fr)
    }

    #[inline(never)]
    fn run_let(&mut self, l: &Let, fr: &Frame) -> Res {
        if !l.specials {
            for (t, init) in &l.binds {
                let v = self.eval1(init, fr)?;
                self.store(*t, v, fr.base);
            }
            return self.run(&l.body, fr);
        }
        let mark = self.binds.len();
        let r = self.run_special_let(l, fr);
        self.unbind_to(mark);
        r
    }

    fn run_special_let(&mut self, l: &Let, fr: &Frame) -> Res {
        if l.parallel_specials {
            let mut later = Vec::new();
            for (t, init) in &l.binds {
                let v = self.eval1(init, fr)?;
                match t {
                    Target::Special(s) => later.push((*s, v)),
                    t => self.store(*t, v, fr.base),
                }
            }
            for (s, v) in later {
                self.bind(s, v);
            }
        } else {
            for (t, init) in &l.binds {
                let v = self.eval1(init, fr)?;
                self.store(*t, v, fr.base);
            }
        }
        self.run(&l.body, fr)
    }

    #[inline(never)]
    fn make_closure(&mut self, c: &MakeClosure, fr: &Frame) -> Obj {
        if c.captures.is_empty() {
            return c.constant.clone();
        }
        let captured: Box<[Obj]> = c.captures.iter().map(|s| self.raw_source(*s, fr)).collect();
        Obj::Func(Rc::new(Func::Closure(Closure {
            lambda: c.lambda.clone(),
            captured: OnceCell::from(captured),
        })))
    }

    #[inline(never)]
    fn run_labels(&mut self, l: &Labels, fr: &Frame) -> Res {
        for f in &l.functions {
            self.store(f.target, Obj::Nil, fr.base);
        }
        for f in &l.functions {
            let c = self.make_closure(&f.closure, fr);
            match f.target {
                Target::Boxed(i) => {
                    if let Obj::VarBox(b) = &self.stack[fr.base + i as usize] {
                        b.set(c);
                    }
                }
                t => self.store(t, c, fr.base),
            }
        }
        let r = self.run(&l.body, fr);
        self.break_cycles(l, fr);
        r
    }

    /// Functions that refer to each other would keep each other for ever. When
    /// none of them has escaped, their boxes are emptied.
    fn break_cycles(&mut self, l: &Labels, fr: &Frame) {
        let slot = |l: &Lisp, i: u32| match l.stack.get(fr.base + i as usize) {
            Some(Obj::VarBox(b)) => Some(b.clone()),
            _ => None,
        };
        for f in &l.functions {
            if let Target::Boxed(i) = f.target {
                let Some(b) = slot(self, i) else { return };
                // one for the slot, one for `b` here, the rest for the group
                let alone = match b.get_clone() {
                    // one for the box, one for the clone
                    Obj::Func(c) => Rc::strong_count(&c) == 2,
                    _ => false,
                };
                if !alone || Rc::strong_count(&b) != f.expected_refs + 2 {
                    return;
                }
            }
        }
        for f in &l.functions {
            if let Target::Boxed(i) = f.target
                && let Some(b) = slot(self, i)
            {
                b.take();
            }
        }
    }

    fn live_token(&mut self, s: Source, fr: &Frame) -> Result<u32, Exit> {
        match self.source(s, fr) {
            Obj::Fix(t) if self.live.binary_search(&(t as u32)).is_ok() => Ok(t as u32),
            _ => Err(self.signal_named(
                "CONTROL-ERROR",
                "the block or tagbody to exit to has been left already",
            )),
        }
    }

    #[inline(never)]
    fn run_block_token(&mut self, b: &BlockToken, fr: &Frame) -> Res {
        let token = self.token();
        let depth = self.stack.len();
        let live = self.live.len();
        self.stack[fr.base + b.slot as usize] = Obj::Fix(token.into());
        self.live.push(token);
        let r = self.run(&b.body, fr);
        self.live.truncate(live);
        match r {
            Err(x) if x.target == token || x.target == b.id => {
                self.stack.truncate(depth);
                Ok(std::mem::take(&mut self.exit_value))
            }
            r => r,
        }
    }

    #[inline(never)]
    fn run_tagbody(&mut self, t: &Tagbody, fr: &Frame) -> Res {
        let depth = self.stack.len();
        let live = self.live.len();
        let mut token = t.id;
        if let Some(slot) = t.token {
            token = self.token();
            self.stack[fr.base + slot as usize] = Obj::Fix(token.into());
            self.live.push(token);
        }
        let mut at = 0;
        while let Some(n) = t.statements.get(at) {
            at += 1;
            if let Err(x) = self.run(n, fr) {
                if x.target != t.id && x.target != token {
                    self.live.truncate(live);
                    return Err(x);
                }
                self.stack.truncate(depth);
                self.live.truncate(live + usize::from(t.token.is_some()));
                at = t.tags[x.index as usize] as usize;
            }
        }
        self.live.truncate(live);
        Ok(Obj::Nil)
    }

    #[inline(never)]
    fn run_catch(&mut self, tag: &Node, body: &Node, fr: &Frame) -> Res {
        let tag = self.eval1(tag, fr)?;
        let token = self.token();
        let depth = self.stack.len();
        let catches = self.catches.len();
        self.catches.push((tag, token));
        let r = self.run(body, fr);
        self.catches.truncate(catches);
        match r {
            Err(x) if x.target == token => {
                self.stack.truncate(depth);
                Ok(std::mem::take(&mut self.exit_value))
            }
            r => r,
        }
    }

    pub(crate) fn throw(&mut self, tag: &Obj, v: Obj) -> Res {
        match self.catches.iter().rev().find(|(t, _)| eq(t, tag)) {
            Some(&(_, target)) => {
                self.exit_value = v;
                Err(Exit { target, index: 0 })
            }
            None => {
                let t = self.print(tag);
                Err(self.signal_named("CONTROL-ERROR", &format!("no catch for the tag {t}")))
            }
        }
    }

    #[inline(never)]
    fn run_unwind_protect(&mut self, body: &Node, cleanup: &Node, fr: &Frame) -> Res {
        let r = self.run(body, fr);
        let values = std::mem::take(&mut self.values);
        let exit_value = std::mem::take(&mut self.exit_value);
        let pending = self.pending.take();
        self.run(cleanup, fr)?;
        self.values = values;
        self.exit_value = exit_value;
        self.pending = pending;
        r
    }

    #[inline(never)]
    fn run_progv(&mut self, names: &Node, values: &Node, body: &Node, fr: &Frame) -> Res {
        let names = self.eval1(names, fr)?;
        let mut values = self.eval1(values, fr)?;
        let mark = self.binds.len();
        for n in names.iter() {
            match n {
                Obj::Sym(s) => {
                    let v = match &values {
                        Obj::Cons(c) => c.car(),
                        _ => Obj::Unbound,
                    };
                    self.bind(s, v);
                }
                other => {
                    self.unbind_to(mark);
                    return Err(self.type_error(&other, self.s.symbol.into()));
                }
            }
            values = values.cdr();
        }
        let r = self.run(body, fr);
        self.unbind_to(mark);
        r
    }

    #[inline(never)]
    fn run_mv_call(&mut self, f: &Node, args: &[Node], site: u32, fr: &Frame) -> Res {
        let f = self.eval1(f, fr)?;
        let mut all = Vec::new();
        for a in args {
            let v = self.run(a, fr)?;
            all.extend(self.all_values(v));
        }
        self.site = site;
        self.apply(&f, &all)
    }

    #[inline(never)]
    fn run_mv_bind(&mut self, b: &MvBind, fr: &Frame) -> Res {
        let v = self.run(&b.values, fr)?;
        let mark = self.binds.len();
        if let Obj::Values = v {
            let vs = std::mem::take(&mut self.values);
            for (i, t) in b.targets.iter().enumerate() {
                self.store(*t, vs.get(i).cloned().unwrap_or_default(), fr.base);
            }
        } else {
            let mut v = Some(v);
            for t in &b.targets {
                self.store(*t, v.take().unwrap_or_default(), fr.base);
            }
        }
        let r = self.run(&b.body, fr);
        self.unbind_to(mark);
        r
    }

    #[inline(never)]
    fn run_dolist(&mut self, d: &DoList, fr: &Frame) -> Res {
        let mut list = self.eval1(&d.list, fr)?;
        let mark = self.binds.len();
        loop {
            let (car, cdr) = match &list {
                Obj::Cons(c) => (c.car(), c.cdr()),
                Obj::Nil => break,
                other => {
                    self.site = d.site;
                    return Err(self.type_error(other, self.s.list.into()));
                }
            };
            list = cdr;
            self.store(d.target, car, fr.base);
            let r = self.run(&d.body, fr);
            self.unbind_to(mark);
            r?;
        }
        let Some(result) = &d.result else {
            return Ok(Obj::Nil);
        };
        self.store(d.target, Obj::Nil, fr.base);
        let r = self.run(result, fr);
        self.unbind_to(mark);
        r
    }

    #[inline(never)]
    fn run_dotimes(&mut self, d: &DoTimes, fr: &Frame) -> Res {
        let n = match self.eval1(&d.count, fr)? {
            Obj::Fix(n) => n,
            other => {
                self.site = d.site;
                return Err(self.type_error(&other, self.s.integer.into()));
            }
        };
        let mark = self.binds.len();
        for i in 0..n {
            self.store(d.target, Obj::Fix(i), fr.base);
            let r = self.run(&d.body, fr);
            self.unbind_to(mark);
            r?;
        }
        let Some(result) = &d.result else {
            return Ok(Obj::Nil);
        };
        self.store(d.target, Obj::Fix(n.max(0)), fr.base);
        let r = self.run(result, fr);
        self.unbind_to(mark);
        r
    }

    // ---- calls

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

    fn function_of_form(&mut self, o: &Obj) -> Result<Rc<Func>, Exit> {
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

    fn call_other(&mut self, f: &Rc<Func>, args: &[Obj]) -> Res {
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

    fn call_closure(&mut self, c: &Closure, n: usize) -> Res {
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
    fn closure_arg_count(&mut self, lam: &Lambda, n: usize) -> Exit {
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
    fn call_general(&mut self, lam: &Lambda, base: usize, n: usize, captured: &[Obj]) -> Res {
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

    fn check_keys(&mut self, lam: &Lambda, keys: &[Param], rest: &[Obj]) -> Result<(), Exit> {
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

    fn bind_param(&mut self, p: &Param, v: Option<Obj>, fr: &Frame) -> Result<(), Exit> {
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

#[inline]
fn split(v: &[Node]) -> (&Node, &[Node]) {
    match v.split_last() {
        Some((l, r)) => (l, r),
        None => unreachable!("analysis never makes an empty sequence"),
    }
}
