//! Control: sequences, conditionals, blocks, tags, catch and unwind-protect.

use super::scope::{self, Entry, Env, ExitPoint, Function, Var};
use super::{Meaning, local_function};
use crate::interp::{Exit, Lisp};
use crate::node::{BlockToken, Case, Node, Source, Tagbody};
use crate::object::Obj;
use crate::symbol::{CONSTANT, Sym};
use std::cell::Cell;
use std::rc::Rc;

type Made = Result<Node, Exit>;

impl Lisp {
    pub(crate) fn an_quote(&mut self, form: &Obj, _: &Env, _: &Rc<Function>) -> Made {
        Ok(Node::Const(form.cadr()))
    }

    pub(crate) fn an_progn(&mut self, form: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        self.analyze_progn(&form.cdr(), env, cx)
    }

    pub(crate) fn an_if(&mut self, form: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        let args = form.cdr().to_vec();
        if args.len() < 2 || args.len() > 3 {
            return Err(self.form_error("IF wants a test, a form and perhaps another"));
        }
        let test = self.analyze(&args[0], env, cx)?;
        let then = self.analyze(&args[1], env, cx)?;
        let other = match args.get(2) {
            Some(f) => self.analyze(f, env, cx)?,
            None => Node::Const(Obj::Nil),
        };
        Ok(Node::If(Box::new((test, then, other))))
    }

    pub(crate) fn an_when(&mut self, form: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        let test = self.analyze(&form.cadr(), env, cx)?;
        let body = self.analyze_progn(&form.cddr(), env, cx)?;
        Ok(Node::If(Box::new((test, body, Node::Const(Obj::Nil)))))
    }

    pub(crate) fn an_unless(&mut self, form: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        let test = self.analyze(&form.cadr(), env, cx)?;
        let body = self.analyze_progn(&form.cddr(), env, cx)?;
        Ok(Node::If(Box::new((test, Node::Const(Obj::Nil), body))))
    }

    pub(crate) fn an_and(&mut self, form: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        let mut v = self.analyze_args(&form.cdr(), env, cx)?.into_vec();
        Ok(match v.len() {
            0 => Node::Const(self.t()),
            1 => v.remove(0),
            _ => Node::And(v.into()),
        })
    }

    pub(crate) fn an_or(&mut self, form: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        let mut v = self.analyze_args(&form.cdr(), env, cx)?.into_vec();
        Ok(match v.len() {
            0 => Node::Const(Obj::Nil),
            1 => v.remove(0),
            _ => Node::Or(v.into()),
        })
    }

    pub(crate) fn an_cond(&mut self, form: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        let mut clauses = Vec::new();
        for c in form.cdr().iter() {
            if !c.is_cons() {
                let p = self.print(&c);
                return Err(self.form_error(&format!("{p} is not a clause of COND")));
            }
            let test = self.analyze(&c.car(), env, cx)?;
            let body = match c.cdr() {
                Obj::Nil => None,
                forms => Some(self.analyze_progn(&forms, env, cx)?),
            };
            clauses.push((test, body));
        }
        Ok(Node::Cond(clauses.into()))
    }

    pub(crate) fn an_case(&mut self, form: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        let key = self.analyze(&form.cadr(), env, cx)?;
        let mut clauses = Vec::new();
        let mut default = Node::Const(Obj::Nil);
        let mut rest = form.cddr();
        while let Obj::Cons(cell) = &rest {
            let c = cell.car();
            if !c.is_cons() {
                let p = self.print(&c);
                return Err(self.form_error(&format!("{p} is not a clause of CASE")));
            }
            let body = self.analyze_progn(&c.cdr(), env, cx)?;
            let keys = c.car();
            let last = cell.cdr().is_nil();
            if keys.is_sym(self.s.t) || keys.is_sym(self.s.otherwise) {
                if !last {
                    return Err(self.form_error("T and OTHERWISE belong in the last clause"));
                }
                default = body;
            } else {
                let keys = match &keys {
                    Obj::Cons(_) | Obj::Nil => keys.to_vec(),
                    k => vec![k.clone()],
                };
                clauses.push((keys.into(), body));
            }
            let next = cell.cdr();
            rest = next;
        }
        Ok(Node::Case(Box::new(Case {
            key,
            clauses: clauses.into(),
            default,
        })))
    }

    pub(crate) fn an_prog1(&mut self, form: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        let first = self.analyze(&form.cadr(), env, cx)?;
        let rest = self.analyze_progn(&form.cddr(), env, cx)?;
        Ok(Node::Prog1(Box::new((first, rest))))
    }

    pub(crate) fn an_setq(&mut self, form: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        let args = form.cdr().to_vec();
        if args.len() % 2 == 1 {
            return Err(self.form_error("SETQ wants variables and values in pairs"));
        }
        let mut nodes = Vec::new();
        for pair in args.chunks(2) {
            nodes.push(self.one_setq(&pair[0], &pair[1], env, cx)?);
        }
        Ok(match nodes.len() {
            0 => Node::Const(Obj::Nil),
            1 => nodes.remove(0),
            _ => Node::Progn(nodes.into()),
        })
    }

    fn one_setq(&mut self, name: &Obj, value: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        let Obj::Sym(s) = name else {
            let p = self.print(name);
            return Err(self.form_error(&format!("{p} is not a variable")));
        };
        match self.variable_meaning(*s, env) {
            Meaning::Lexical(v) => {
                v.assigned.set(true);
                let value = Box::new(self.analyze(value, env, cx)?);
                Ok(match self.var_source(s.name(), &v, cx)? {
                    Source::Slot(i) => Node::SetSlot(i, value),
                    Source::Captured(i) => Node::SetCaptured(i, value),
                })
            }
            Meaning::Global => {
                if s.has(CONSTANT) {
                    let m = format!("{} is a constant and cannot be set", s.name());
                    return Err(self.form_error(&m));
                }
                Ok(Node::SetGlobal(*s, Box::new(self.analyze(value, env, cx)?)))
            }
            Meaning::Macro(place) => {
                let setf = Obj::list([Obj::Sym(self.s.setf), place, value.clone()]);
                self.analyze(&setf, env, cx)
            }
        }
    }

    pub(crate) fn an_function(&mut self, form: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        let name = form.cadr();
        let s = self.s;
        if name.car().is_sym(s.lambda) {
            let rest = name.cdr();
            let m = self.make_lambda(&Obj::Nil, &rest.car(), &rest.cdr(), env, cx, false)?;
            return Ok(Node::Closure(Box::new(m)));
        }
        if name.car().is_sym(s.named_lambda) {
            let rest = name.cddr();
            let m = self.make_lambda(&name.cadr(), &rest.car(), &rest.cdr(), env, cx, false)?;
            return Ok(Node::Closure(Box::new(m)));
        }
        if let Some(v) = local_function(&name, env) {
            let p = self.print(&name);
            return Ok(match self.var_source(&p, &v, cx)? {
                Source::Slot(i) => Node::Slot(i),
                Source::Captured(i) => Node::Captured(i),
            });
        }
        match &name {
            Obj::Sym(f) => Ok(Node::Function(*f, self.form_pos)),
            Obj::Cons(c) if c.car().is_sym(s.setf) => match name.cadr() {
                Obj::Sym(f) => Ok(Node::SetfFunction(f, self.form_pos)),
                _ => Err(self.form_error("FUNCTION wants the name of a function")),
            },
            _ => Err(self.form_error("FUNCTION wants the name of a function")),
        }
    }

    pub(crate) fn an_lambda(&mut self, form: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        let rest = form.cdr();
        let m = self.make_lambda(&Obj::Nil, &rest.car(), &rest.cdr(), env, cx, false)?;
        Ok(Node::Closure(Box::new(m)))
    }

    fn exit_point(&mut self, cx: &Rc<Function>) -> Rc<ExitPoint> {
        Rc::new(ExitPoint {
            id: self.token(),
            used: Cell::new(false),
            token: Var::new(cx),
        })
    }

    pub(crate) fn an_block(&mut self, form: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        let mark = cx.mark();
        let name = match form.cadr() {
            Obj::Sym(s) => s,
            Obj::Nil => self.s.nil,
            _ => return Err(self.form_error("BLOCK wants a symbol")),
        };
        let point = self.exit_point(cx);
        let inner = scope::push(env, Entry::Block(name, point.clone()));
        let body = self.analyze_progn(&form.cddr(), &inner, cx)?;
        cx.release(mark);
        Ok(if point.token.captured.get() {
            Node::BlockToken(Box::new(BlockToken {
                id: point.id,
                slot: point.token.slot,
                body,
            }))
        } else if point.used.get() {
            Node::Block(point.id, Box::new(body))
        } else {
            body
        })
    }

    pub(crate) fn an_return_from(&mut self, form: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        let name = match form.cadr() {
            Obj::Sym(s) => s,
            _ => self.s.nil,
        };
        self.return_from(name, &form.cddr().car(), env, cx)
    }

    pub(crate) fn an_return(&mut self, form: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        self.return_from(self.s.nil, &form.cadr(), env, cx)
    }

    fn return_from(&mut self, name: Sym, value: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        let found = scope::walk(env, |e| match e {
            Entry::Block(n, p) if *n == name => Some(p.clone()),
            _ => None,
        });
        let Some(p) = found else {
            return Err(self.form_error(&format!("no block named {} here", name.name())));
        };
        let value = Box::new(self.analyze(value, env, cx)?);
        if Rc::ptr_eq(&p.token.owner, cx) {
            p.used.set(true);
            return Ok(Node::Return(p.id, value));
        }
        let src = self.var_source(name.name(), &p.token, cx)?;
        Ok(Node::ReturnToken(src, value))
    }

    pub(crate) fn an_tagbody(&mut self, form: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        let mark = cx.mark();
        let point = self.exit_point(cx);
        let items = form.cdr().to_vec();
        let mut names = Vec::new();
        let mut tags = Vec::new();
        let mut count = 0u32;
        for x in &items {
            if x.is_cons() {
                count += 1;
            } else {
                names.push(x.clone());
                tags.push(count);
            }
        }
        let inner = scope::push(env, Entry::Tags(Rc::new(names), point.clone()));
        let mut statements = Vec::new();
        for x in items.iter().filter(|x| x.is_cons()) {
            statements.push(self.analyze(x, &inner, cx)?);
        }
        cx.release(mark);
        if !point.used.get() && !point.token.captured.get() {
            statements.push(Node::Const(Obj::Nil));
            return Ok(Node::Progn(statements.into()));
        }
        Ok(Node::Tagbody(Box::new(Tagbody {
            id: point.id,
            token: point.token.captured.get().then_some(point.token.slot),
            statements: statements.into(),
            tags: tags.into(),
        })))
    }

    pub(crate) fn an_go(&mut self, form: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        let tag = form.cadr();
        let found = scope::walk(env, |e| match e {
            Entry::Tags(names, p) => names
                .iter()
                .position(|n| crate::hash::eql(n, &tag))
                .map(|i| (i as u32, p.clone())),
            _ => None,
        });
        let Some((i, p)) = found else {
            let t = self.print(&tag);
            return Err(self.form_error(&format!("no tag {t} here")));
        };
        if Rc::ptr_eq(&p.token.owner, cx) {
            p.used.set(true);
            return Ok(Node::Go(p.id, i));
        }
        let src = self.var_source("the tag", &p.token, cx)?;
        Ok(Node::GoToken(src, i))
    }

    pub(crate) fn an_catch(&mut self, form: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        let tag = self.analyze(&form.cadr(), env, cx)?;
        let body = self.analyze_progn(&form.cddr(), env, cx)?;
        Ok(Node::Catch(Box::new((tag, body))))
    }

    pub(crate) fn an_throw(&mut self, form: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        let tag = self.analyze(&form.cadr(), env, cx)?;
        let value = self.analyze(&form.cddr().car(), env, cx)?;
        Ok(Node::Throw(Box::new((tag, value)), self.form_pos))
    }

    pub(crate) fn an_unwind_protect(&mut self, form: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        let body = self.analyze(&form.cadr(), env, cx)?;
        let cleanup = self.analyze_progn(&form.cddr(), env, cx)?;
        Ok(Node::UnwindProtect(Box::new((body, cleanup))))
    }

    pub(crate) fn an_progv(&mut self, form: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        let names = self.analyze(&form.cadr(), env, cx)?;
        let rest = form.cddr();
        let values = self.analyze(&rest.car(), env, cx)?;
        let body = self.analyze_progn(&rest.cdr(), env, cx)?;
        Ok(Node::Progv(Box::new((names, values, body))))
    }

    pub(crate) fn an_mv_call(&mut self, form: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        let f = self.analyze(&form.cadr(), env, cx)?;
        let args = self.analyze_args(&form.cddr(), env, cx)?;
        Ok(Node::MvCall(Box::new((f, args)), self.form_pos))
    }

    pub(crate) fn an_mv_prog1(&mut self, form: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        let first = self.analyze(&form.cadr(), env, cx)?;
        let rest = self.analyze_progn(&form.cddr(), env, cx)?;
        Ok(Node::MvProg1(Box::new((first, rest))))
    }

    pub(crate) fn an_mv_list(&mut self, form: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        let f = self.analyze(&form.cadr(), env, cx)?;
        Ok(Node::MvList(Box::new(f)))
    }

    pub(crate) fn an_the(&mut self, form: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        self.analyze(&form.cddr().car(), env, cx)
    }

    pub(crate) fn an_load_time_value(&mut self, form: &Obj, env: &Env, _: &Rc<Function>) -> Made {
        let outside = scope::macros_only(env);
        let v = self.eval_in(&form.cadr(), &outside)?;
        Ok(Node::Const(self.one(v)))
    }

    /// Does this list of situations ask for evaluation now?
    pub(crate) fn eval_when_now(&mut self, situations: &Obj) -> bool {
        situations
            .iter()
            .any(|x| x.is_sym(self.s.k_execute) || x.is_sym(self.s.eval))
    }

    pub(crate) fn an_eval_when(&mut self, form: &Obj, env: &Env, cx: &Rc<Function>) -> Made {
        if self.eval_when_now(&form.cadr()) {
            self.analyze_progn(&form.cddr(), env, cx)
        } else {
            Ok(Node::Const(Obj::Nil))
        }
    }
}
