//! Functions: ordinary lambda lists, and the destructuring ones of macros.

use super::binding::Binding;
use super::scope::{Env, Function};
use crate::function::{Closure, Func};
use crate::interp::{Exit, Lisp};
use crate::node::{Lambda, MakeClosure, Node, Param};
use crate::object::Obj;
use crate::symbol::Sym;
use std::cell::OnceCell;
use std::rc::Rc;

/// A parameter as written: name or pattern, default, supplied-p, keyword.
pub(crate) struct ParamSpec {
    pub(crate) name: Obj,
    pub(crate) init: Obj,
    pub(crate) supplied: Obj,
    pub(crate) keyword: Obj,
}

/// A lambda list taken apart.
#[derive(Default)]
pub(crate) struct LambdaList {
    pub(crate) whole: Option<Obj>,
    pub(crate) environment: Option<Obj>,
    pub(crate) required: Vec<Obj>,
    pub(crate) optional: Vec<ParamSpec>,
    pub(crate) rest: Option<Obj>,
    pub(crate) keys: Option<Vec<ParamSpec>>,
    pub(crate) allow_other_keys: bool,
    pub(crate) aux: Vec<(Obj, Obj)>,
}

impl Lisp {
    /// Takes a lambda list apart; `is_macro` allows what only macros may have.
    pub(crate) fn parse_lambda_list(
        &mut self,
        list: &Obj,
        is_macro: bool,
    ) -> Result<LambdaList, Exit> {
        let s = self.s;
        let mut l = LambdaList::default();
        let mut section = s.nil;
        let mut rest = list.clone();
        while let Obj::Cons(c) = &rest {
            let x = c.car();
            let next = c.cdr();
            rest = next;
            if let Obj::Sym(k) = x
                && [
                    s.optional,
                    s.rest,
                    s.body,
                    s.key,
                    s.aux,
                    s.whole,
                    s.environment,
                    s.allow_other_keys,
                ]
                .contains(&k)
            {
                if k == s.allow_other_keys {
                    l.allow_other_keys = true;
                } else if k == s.rest || k == s.body {
                    let v = rest.car();
                    if !is_macro && !matches!(v, Obj::Sym(_)) || !rest.is_cons() {
                        return Err(self.form_error("&REST wants a variable"));
                    }
                    l.rest = Some(v);
                    rest = rest.cdr();
                } else if k == s.whole || k == s.environment {
                    if !is_macro {
                        return Err(self.form_error(&format!("{} is for macros only", k.name())));
                    }
                    let v = Some(rest.car());
                    if k == s.whole {
                        l.whole = v;
                    } else {
                        l.environment = v;
                    }
                    rest = rest.cdr();
                } else {
                    section = k;
                    if k == s.key {
                        l.keys = Some(Vec::new());
                    }
                }
                continue;
            }
            if section.is_nil() {
                l.required.push(x);
            } else if section == s.optional {
                l.optional.push(self.param_spec(&x));
            } else if section == s.key {
                let p = self.key_spec(&x)?;
                if let Some(k) = &mut l.keys {
                    k.push(p);
                }
            } else {
                match &x {
                    Obj::Cons(c) => l.aux.push((c.car(), x.cadr())),
                    _ => l.aux.push((x, Obj::Nil)),
                }
            }
        }
        if rest.is_true() {
            if !is_macro || l.rest.is_some() {
                return Err(self.form_error("a lambda list cannot be dotted"));
            }
            l.rest = Some(rest);
        }
        Ok(l)
    }

    fn param_spec(&mut self, x: &Obj) -> ParamSpec {
        let (name, init, supplied) = match x {
            Obj::Cons(c) => (c.car(), x.cadr(), x.cddr().car()),
            _ => (x.clone(), Obj::Nil, Obj::Nil),
        };
        ParamSpec {
            name,
            init,
            supplied,
            keyword: Obj::Nil,
        }
    }

    fn key_spec(&mut self, x: &Obj) -> Result<ParamSpec, Exit> {
        let mut p = self.param_spec(x);
        if let Obj::Cons(c) = &p.name {
            p.keyword = c.car();
            let n = p.name.cadr();
            p.name = n;
        } else if let Obj::Sym(s) = &p.name {
            p.keyword = Obj::Sym(self.keyword.intern(s.name()));
        } else {
            return Err(self.form_error("a &KEY parameter wants a variable"));
        }
        Ok(p)
    }

    /// A function in an environment. With `block`, the body is a block of its name.
    pub(crate) fn make_lambda(
        &mut self,
        name: &Obj,
        list: &Obj,
        body: &Obj,
        env: &Env,
        outer: &Rc<Function>,
        block: bool,
    ) -> Result<MakeClosure, Exit> {
        let ll = self.parse_lambda_list(list, false)?;
        let body = self.parse_body(body, true);
        let cx = Function::new(Some(outer.clone()));
        let mut inner = env.clone();
        let mut required: Vec<Binding> = Vec::new();
        // Arguments arrive in the first slots, special variables included.
        for n in &ll.required {
            let b = self.new_binding(n, &body.specials, &mut inner, &cx)?;
            if let Binding::Special(_) = b {
                cx.slot();
            }
            required.push(b);
        }
        let mut optional = Vec::new();
        for p in &ll.optional {
            optional.push(self.analyze_param(p, &body.specials, &mut inner, &cx)?);
        }
        let rest = match &ll.rest {
            Some(n) => Some(self.new_binding(n, &body.specials, &mut inner, &cx)?),
            None => None,
        };
        let mut keys = Vec::new();
        for p in ll.keys.iter().flatten() {
            keys.push(self.analyze_param(p, &body.specials, &mut inner, &cx)?);
        }
        for s in &body.specials {
            inner = super::scope::push(&inner, super::scope::Entry::Special(*s));
        }
        let s = self.s;
        let mut forms = body.forms.clone();
        if block {
            let block_name = match name {
                Obj::Cons(_) => name.cadr(),
                n => n.clone(),
            };
            forms = Obj::list([Obj::cons(Obj::Sym(s.block), Obj::cons(block_name, forms))]);
        }
        if !ll.aux.is_empty() {
            let binds = ll
                .aux
                .iter()
                .map(|(n, i)| Obj::list([n.clone(), i.clone()]));
            let decls = body.declarations.iter().cloned();
            let rest = Obj::list_star(decls, forms);
            forms = Obj::list([Obj::cons(
                Obj::Sym(s.let_star),
                Obj::cons(Obj::list(binds.collect::<Vec<_>>()), rest),
            )]);
        }
        let node = self.analyze_progn(&forms, &inner, &cx)?;
        let simple = required
            .iter()
            .all(|b| matches!(b.target(), crate::node::Target::Slot(_)))
            && optional.is_empty()
            && rest.is_none()
            && ll.keys.is_none();
        let finish = |v: Vec<PendingParam>| -> Box<[Param]> {
            v.into_iter()
                .map(|p| Param {
                    target: p.binding.target(),
                    init: p.init,
                    supplied: p.supplied.map(|b| b.target()),
                    keyword: p.keyword,
                })
                .collect()
        };
        let lambda = Rc::new(Lambda {
            name: self.display_name(name),
            required: required.iter().map(Binding::target).collect(),
            simple,
            slots: cx.slots(),
            optional: finish(optional),
            rest: rest.map(|b| b.target()),
            keys: ll.keys.is_some().then(|| finish(keys)),
            allow_other_keys: ll.allow_other_keys,
            body: node,
            lambda_list: list.clone(),
        });
        let captures: Box<[_]> = cx.captures.borrow().iter().map(|(_, s)| *s).collect();
        let constant = Obj::Func(Rc::new(Func::Closure(Closure {
            lambda: lambda.clone(),
            captured: OnceCell::new(),
        })));
        Ok(MakeClosure {
            lambda,
            captures,
            constant,
        })
    }

    fn display_name(&mut self, name: &Obj) -> Option<Sym> {
        match name {
            Obj::Nil => None,
            Obj::Sym(s) => Some(*s),
            other => {
                let p = self.print(other);
                Some(Sym::uninterned(&p))
            }
        }
    }

    fn analyze_param(
        &mut self,
        p: &ParamSpec,
        specials: &[Sym],
        env: &mut Env,
        cx: &Rc<Function>,
    ) -> Result<PendingParam, Exit> {
        let init = match &p.init {
            Obj::Nil => None,
            f => Some(self.analyze(f, env, cx)?),
        };
        let binding = self.new_binding(&p.name, specials, env, cx)?;
        let supplied = match &p.supplied {
            Obj::Nil => None,
            n => Some(self.new_binding(n, specials, env, cx)?),
        };
        Ok(PendingParam {
            binding,
            init,
            supplied,
            keyword: p.keyword.clone(),
        })
    }

    // ---- destructuring

    /// The function of a macro: `(lambda (form env) …)` as a named lambda.
    pub(crate) fn macro_lambda(&mut self, name: &Obj, list: &Obj, body: &Obj) -> Result<Obj, Exit> {
        let form = Obj::Sym(Sym::uninterned("FORM"));
        let env = Obj::Sym(Sym::uninterned("ENV"));
        let mut binds = Vec::new();
        let mut ll = self.parse_lambda_list(list, true)?;
        if let Some(w) = ll.whole.take() {
            binds.push(Obj::list([w, form.clone()]));
        }
        if let Some(e) = ll.environment.take() {
            binds.push(Obj::list([e, env.clone()]));
        }
        let args = Obj::Sym(Sym::uninterned("ARGS"));
        let tail = Obj::list([Obj::from(self.cl.intern("CDR")), form.clone()]);
        binds.push(Obj::list([args.clone(), tail]));
        let context = format!("the macro {}", self.print(name));
        self.destructure(&ll, &args, &context, &mut binds)?;
        let b = self.parse_body(body, true);
        let s = self.s;
        let block = Obj::cons(Obj::Sym(s.block), Obj::cons(name.clone(), b.forms));
        let inner = Obj::list_star(b.declarations, Obj::list([block]));
        let let_star = Obj::cons(Obj::Sym(s.let_star), Obj::cons(Obj::list(binds), inner));
        let lambda = Obj::list([
            Obj::Sym(s.named_lambda),
            name.clone(),
            Obj::list([form, env]),
            let_star,
        ]);
        Ok(Obj::list([Obj::Sym(s.function), lambda]))
    }

    /// Bindings for `let*` that take the list in the variable `args` apart.
    pub(crate) fn destructure(
        &mut self,
        ll: &LambdaList,
        args: &Obj,
        context: &str,
        binds: &mut Vec<Obj>,
    ) -> Result<(), Exit> {
        let cl = self.cl;
        let host = self.host;
        let s = self.s;
        let call = |p: &'static crate::symbol::Package, f: &str, args: Vec<Obj>| {
            Obj::cons(Obj::from(p.intern(f)), Obj::list(args))
        };
        let text = Obj::string(context);
        let step = Obj::list([args.clone(), call(cl, "CDR", vec![args.clone()])]);
        if let Some(w) = &ll.whole {
            binds.push(Obj::list([w.clone(), args.clone()]));
        }
        for r in &ll.required {
            let v = call(host, "%NEED", vec![args.clone(), text.clone()]);
            self.destructure_one(r, v, context, binds, Some(&step))?;
        }
        for o in &ll.optional {
            if o.supplied.is_true() {
                let given = call(cl, "CONSP", vec![args.clone()]);
                binds.push(Obj::list([o.supplied.clone(), given]));
            }
            let v = Obj::list([
                Obj::Sym(s.if_),
                args.clone(),
                call(cl, "CAR", vec![args.clone()]),
                o.init.clone(),
            ]);
            self.destructure_one(&o.name, v, context, binds, Some(&step))?;
        }
        if let Some(r) = &ll.rest {
            self.destructure_one(r, args.clone(), context, binds, None)?;
        }
        let Some(keys) = &ll.keys else {
            if ll.rest.is_none() {
                let check = call(host, "%NO-MORE", vec![args.clone(), text]);
                binds.push(Obj::list([Obj::Sym(Sym::uninterned("CHECK")), check]));
            }
            for (n, i) in &ll.aux {
                binds.push(Obj::list([n.clone(), i.clone()]));
            }
            return Ok(());
        };
        for k in keys {
            let cell = Obj::Sym(Sym::uninterned("CELL"));
            let quoted = Obj::list([Obj::Sym(s.quote), k.keyword.clone()]);
            let find = call(host, "%KEY-CELL", vec![args.clone(), quoted, text.clone()]);
            binds.push(Obj::list([cell.clone(), find]));
            if k.supplied.is_true() {
                let given = call(cl, "CONSP", vec![cell.clone()]);
                binds.push(Obj::list([k.supplied.clone(), given]));
            }
            let v = Obj::list([
                Obj::Sym(s.if_),
                cell.clone(),
                call(cl, "CAR", vec![cell]),
                k.init.clone(),
            ]);
            self.destructure_one(&k.name, v, context, binds, None)?;
        }
        if !ll.allow_other_keys {
            let known = Obj::list(keys.iter().map(|k| k.keyword.clone()));
            let known = Obj::list([Obj::Sym(s.quote), known]);
            let check = call(host, "%CHECK-KEYS", vec![args.clone(), known, text]);
            binds.push(Obj::list([Obj::Sym(Sym::uninterned("CHECK")), check]));
        }
        for (n, i) in &ll.aux {
            binds.push(Obj::list([n.clone(), i.clone()]));
        }
        Ok(())
    }

    fn destructure_one(
        &mut self,
        pattern: &Obj,
        value: Obj,
        context: &str,
        binds: &mut Vec<Obj>,
        step: Option<&Obj>,
    ) -> Result<(), Exit> {
        if let Obj::Sym(_) = pattern {
            binds.push(Obj::list([pattern.clone(), value]));
            binds.extend(step.cloned());
            return Ok(());
        }
        let v = Obj::Sym(Sym::uninterned("PART"));
        binds.push(Obj::list([v.clone(), value]));
        binds.extend(step.cloned());
        let ll = self.parse_lambda_list(pattern, true)?;
        self.destructure(&ll, &v, context, binds)
    }
}

struct PendingParam {
    binding: Binding,
    init: Option<Node>,
    supplied: Option<Binding>,
    keyword: Obj,
}
