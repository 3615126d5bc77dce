//! Running the nodes that bind variables, iterate and transfer control.

use crate::eval::Frame;
use crate::function::{Closure, Func};
use crate::hash::{eq, eql};
use crate::interp::{Exit, Lisp, Res};
use crate::node::{
    BlockToken, Case, DoList, DoTimes, Labels, Let, MakeClosure, MvBind, Node, Source, Tagbody,
    Target,
};
use crate::object::{CellGet, Obj};
use std::cell::OnceCell;
use std::rc::Rc;

impl Lisp {
    #[inline(never)]
    pub(crate) fn run_case(&mut self, c: &Case, fr: &Frame) -> Res {
        let k = self.eval1(&c.key, fr)?;
        for (keys, body) in &c.clauses {
            if keys.iter().any(|x| eql(x, &k)) {
                return self.run(body, fr);
            }
        }
        self.run(&c.default, fr)
    }

    #[inline(never)]
    pub(crate) fn run_let(&mut self, l: &Let, fr: &Frame) -> Res {
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

    pub(crate) fn run_special_let(&mut self, l: &Let, fr: &Frame) -> Res {
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
    pub(crate) fn make_closure(&mut self, c: &MakeClosure, fr: &Frame) -> Obj {
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
    pub(crate) fn run_labels(&mut self, l: &Labels, fr: &Frame) -> Res {
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
    pub(crate) fn break_cycles(&mut self, l: &Labels, fr: &Frame) {
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

    pub(crate) fn live_token(&mut self, s: Source, fr: &Frame) -> Result<u32, Exit> {
        match self.source(s, fr) {
            Obj::Fix(t) if self.live.binary_search(&(t as u32)).is_ok() => Ok(t as u32),
            _ => Err(self.signal_named(
                "CONTROL-ERROR",
                "the block or tagbody to exit to has been left already",
            )),
        }
    }

    #[inline(never)]
    pub(crate) fn run_block_token(&mut self, b: &BlockToken, fr: &Frame) -> Res {
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
    pub(crate) fn run_tagbody(&mut self, t: &Tagbody, fr: &Frame) -> Res {
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
    pub(crate) fn run_catch(&mut self, tag: &Node, body: &Node, fr: &Frame) -> Res {
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
    pub(crate) fn run_unwind_protect(&mut self, body: &Node, cleanup: &Node, fr: &Frame) -> Res {
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
    pub(crate) fn run_progv(
        &mut self,
        names: &Node,
        values: &Node,
        body: &Node,
        fr: &Frame,
    ) -> Res {
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
    pub(crate) fn run_mv_call(&mut self, f: &Node, args: &[Node], site: u32, fr: &Frame) -> Res {
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
    pub(crate) fn run_mv_bind(&mut self, b: &MvBind, fr: &Frame) -> Res {
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
    pub(crate) fn run_dolist(&mut self, d: &DoList, fr: &Frame) -> Res {
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
    pub(crate) fn run_dotimes(&mut self, d: &DoTimes, fr: &Frame) -> Res {
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
}
