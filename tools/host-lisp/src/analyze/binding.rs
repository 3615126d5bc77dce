//! Forms that bind: variables, local functions, local macros.

use super::scope::{self, Entry, Env, Function, Var};
use crate::interp::{Exit, Lisp};
use crate::node::{DoList, DoTimes, Labels, Let, LocalFunction, MakeClosure, MvBind, Node, Target};
use crate::object::Obj;
use crate::symbol::{CONSTANT, SPECIAL, Sym};
use std::rc::Rc;

/// A body taken apart.
pub(crate) struct Body {
    pub(crate) specials: Vec<Sym>,
    pub(crate) declarations: Vec<Obj>,
    pub(crate) documentation: Obj,
    pub(crate) forms: Obj,
}

/// A variable being bound.
pub(crate) enum Binding {
    Lexical(Rc<Var>),
    Special(Sym),
}

impl Binding {
    pub(crate) fn target(&self) -> Target {
        match self {
            Binding::Lexical(v) => v.target(),
            Binding::Special(s) => Target::Special(*s),
        }
    }
}

impl Lisp {
    /// Separates declarations (and a documentation string) from the forms.
    pub(crate) fn parse_body(&mut self, body: &Obj, documentation: bool) -> Body {
        let mut b = Body {
            specials: Vec::new(),
            declarations: Vec::new(),
            documentation: Obj::Nil,
            forms: body.clone(),
        };
        loop {
            let f = b.forms.car();
            if f.car().is_sym(self.s.declare) {
                for d in f.cdr().iter() {
                    if d.car().is_sym(self.s.special) {
                        b.specials.extend(d.cdr().iter().filter_map(|s| match s {
                            Obj::Sym(s) => Some(s),
                            _ => None,
                        }));
                    }
                }
                b.declarations.push(f);
            } else if documentation
                && matches!(f, Obj::Str(_))
                && b.documentation.is_nil()
                && b.forms.cdr().is_true()
            {
                b.documentation = f;
            } else {
                return b;
            }
            b.forms = b.forms.cdr();
        }
    }

    /// A new variable, and the environment in which it is known.
    pub(crate) fn new_binding(
        &mut self,
        name: &Obj,
        specials: &[Sym],
        env: &mut Env,
        cx: &Rc<Function>,
    ) -> Result<Binding, Exit> {
        let Obj::Sym(s) = name else {
            let p = self.print(name);
            return Err(self.form_error(&format!("{p} is not a variable")));
        };
        if s.has(CONSTANT) {
            return Err(self.form_error(&format!("{} is a constant and cannot be bound", s.name())));
        }
        if s.has(SPECIAL) || specials.contains(s) {
            *env = scope::push(env, Entry::Special(*s));
            return Ok(Binding::Special(*s));
        }
        let v = Var::new(cx);
        *env = scope::push(env, Entry::Variable(*s, v.clone()));
        Ok(Binding::Lexical(v))
    }

    fn free_specials(&self, specials: &[Sym], env: &mut Env) {
        for s in specials {
            *env = scope::push(env, Entry::Special(*s));
        }
    }

    fn split_binding(&mut self, b: &Obj) -> Result<(Obj, Obj), Exit> {
        match b {
            Obj::Sym(_) => Ok((b.clone(), Obj::Nil)),
            Obj::Cons(c) if b.cddr().is_nil() => Ok((c.car(), b.cadr())),
            _ => {
                let p = self.print(b);
                Err(self.form_error(&format!("{p} is not a binding (variable value)")))
            }
        }
    }

    pub(crate) fn an_let(
        &mut self,
        form: &Obj,
        env: &Env,
        cx: &Rc<Function>,
    ) -> Result<Node, Exit> {
        self.let_form(form, env, cx, false)
    }

    pub(crate) fn an_let_star(
        &mut self,
        form: &Obj,
        env: &Env,
        cx: &Rc<Function>,
    ) -> Result<Node, Exit> {
        self.let_form(form, env, cx, true)
    }

    fn let_form(
        &mut self,
        form: &Obj,
        env: &Env,
        cx: &Rc<Function>,
        sequential: bool,
    ) -> Result<Node, Exit> {
        let mark = cx.mark();
        let body = self.parse_body(&form.cddr(), false);
        let Some(list) = form.cadr().proper_list() else {
            return Err(self.form_error("the bindings of LET must be a list"));
        };
        let mut inner = env.clone();
        let mut inits = Vec::new();
        let mut bound = Vec::new();
        for b in &list {
            let (name, init) = self.split_binding(b)?;
            let init = if sequential {
                self.analyze(&init, &inner, cx)?
            } else {
                self.analyze(&init, env, cx)?
            };
            inits.push(init);
            bound.push(self.new_binding(&name, &body.specials, &mut inner, cx)?);
        }
        self.free_specials(&body.specials, &mut inner);
        let node = self.analyze_progn(&body.forms, &inner, cx)?;
        cx.release(mark);
        if bound.is_empty() {
            return Ok(node);
        }
        let specials = bound.iter().any(|b| matches!(b, Binding::Special(_)));
        Ok(Node::Let(Box::new(Let {
            binds: bound.iter().map(Binding::target).zip(inits).collect(),
            parallel_specials: specials && !sequential,
            specials,
            body: node,
        })))
    }

    pub(crate) fn an_locally(
        &mut self,
        form: &Obj,
        env: &Env,
        cx: &Rc<Function>,
    ) -> Result<Node, Exit> {
        let body = self.parse_body(&form.cdr(), false);
        let mut inner = env.clone();
        self.free_specials(&body.specials, &mut inner);
        self.analyze_progn(&body.forms, &inner, cx)
    }

    pub(crate) fn an_mv_bind(
        &mut self,
        form: &Obj,
        env: &Env,
        cx: &Rc<Function>,
    ) -> Result<Node, Exit> {
        let mark = cx.mark();
        let rest = form.cddr();
        let values = self.analyze(&rest.car(), env, cx)?;
        let body = self.parse_body(&rest.cdr(), false);
        let mut inner = env.clone();
        let mut bound = Vec::new();
        for n in form.cadr().iter() {
            bound.push(self.new_binding(&n, &body.specials, &mut inner, cx)?);
        }
        self.free_specials(&body.specials, &mut inner);
        let node = self.analyze_progn(&body.forms, &inner, cx)?;
        cx.release(mark);
        Ok(Node::MvBind(Box::new(MvBind {
            targets: bound.iter().map(Binding::target).collect(),
            values,
            body: node,
        })))
    }

    pub(crate) fn an_dolist(
        &mut self,
        form: &Obj,
        env: &Env,
        cx: &Rc<Function>,
    ) -> Result<Node, Exit> {
        let (target, list, body, result) = self.iteration(form, env, cx)?;
        let site = self.form_pos;
        let d = DoList {
            target,
            list,
            body,
            result,
            site,
        };
        Ok(Node::DoList(Box::new(d)))
    }

    pub(crate) fn an_dotimes(
        &mut self,
        form: &Obj,
        env: &Env,
        cx: &Rc<Function>,
    ) -> Result<Node, Exit> {
        let (target, count, body, result) = self.iteration(form, env, cx)?;
        let site = self.form_pos;
        let d = DoTimes {
            target,
            count,
            body,
            result,
            site,
        };
        Ok(Node::DoTimes(Box::new(d)))
    }

    /// The parts of `(op (var form [result]) . body)`, the body being a tagbody.
    fn iteration(
        &mut self,
        form: &Obj,
        env: &Env,
        cx: &Rc<Function>,
    ) -> Result<(Target, Node, Node, Option<Node>), Exit> {
        let spec = form.cadr();
        if !spec.is_cons() || !spec.cdr().is_cons() {
            return Err(self.form_error("an iteration needs (variable form [result])"));
        }
        let mark = cx.mark();
        let over = self.analyze(&spec.cadr(), env, cx)?;
        let body = self.parse_body(&form.cddr(), false);
        let mut inner = env.clone();
        let b = self.new_binding(&spec.car(), &body.specials, &mut inner, cx)?;
        self.free_specials(&body.specials, &mut inner);
        let node = if body.forms.iter().any(|f| !f.is_cons()) {
            let t = Obj::cons(Obj::Sym(self.s.tagbody), body.forms.clone());
            self.analyze(&t, &inner, cx)?
        } else {
            self.analyze_progn(&body.forms, &inner, cx)?
        };
        let result = match spec.cddr() {
            Obj::Nil => None,
            r => Some(self.analyze(&r.car(), &inner, cx)?),
        };
        cx.release(mark);
        Ok((b.target(), over, node, result))
    }

    // ---- local functions and macros

    fn function_name(&mut self, name: &Obj) -> Result<Obj, Exit> {
        let setf = name.car().is_sym(self.s.setf) && matches!(name.cadr(), Obj::Sym(_));
        if matches!(name, Obj::Sym(_)) || setf {
            return Ok(name.clone());
        }
        let p = self.print(name);
        Err(self.form_error(&format!("{p} is not the name of a function")))
    }

    fn local_closure(
        &mut self,
        def: &Obj,
        env: &Env,
        cx: &Rc<Function>,
    ) -> Result<MakeClosure, Exit> {
        let name = def.car();
        let rest = def.cdr();
        let saved = self.form_pos;
        if def.pos() != 0 {
            self.form_pos = def.pos();
        }
        let m = self.make_lambda(&name, &rest.car(), &rest.cdr(), env, cx, true)?;
        self.form_pos = saved;
        Ok(m)
    }

    pub(crate) fn an_flet(
        &mut self,
        form: &Obj,
        env: &Env,
        cx: &Rc<Function>,
    ) -> Result<Node, Exit> {
        let mark = cx.mark();
        let mut inner = env.clone();
        let mut made = Vec::new();
        for def in form.cadr().iter() {
            let name = self.function_name(&def.car())?;
            let closure = self.local_closure(&def, env, cx)?;
            let v = Var::new(cx);
            inner = scope::push(&inner, Entry::Function(name, v.clone()));
            made.push((v, closure));
        }
        let node = self.an_locally(&form.cdr(), &inner, cx)?;
        cx.release(mark);
        let binds = made
            .into_iter()
            .map(|(v, c)| (v.target(), Node::Closure(Box::new(c))))
            .collect();
        Ok(Node::Let(Box::new(Let {
            binds,
            parallel_specials: false,
            specials: false,
            body: node,
        })))
    }

    pub(crate) fn an_labels(
        &mut self,
        form: &Obj,
        env: &Env,
        cx: &Rc<Function>,
    ) -> Result<Node, Exit> {
        let mark = cx.mark();
        let mut inner = env.clone();
        let mut vars = Vec::new();
        for def in form.cadr().iter() {
            let name = self.function_name(&def.car())?;
            let v = Var::new(cx);
            inner = scope::push(&inner, Entry::Function(name, v.clone()));
            vars.push((v, def));
        }
        let mut made = Vec::new();
        for (_, def) in &vars {
            made.push(self.local_closure(def, &inner, cx)?);
        }
        let node = self.an_locally(&form.cdr(), &inner, cx)?;
        cx.release(mark);
        let functions: Vec<LocalFunction> = {
            let refs: Vec<usize> = vars
                .iter()
                .map(|(v, _)| {
                    let slot = v.slot;
                    made.iter()
                        .flat_map(|m| m.captures.iter())
                        .filter(|s| matches!(s, crate::node::Source::Slot(i) if *i == slot))
                        .count()
                })
                .collect();
            vars.iter()
                .zip(made)
                .zip(refs)
                .map(|(((v, _), closure), expected_refs)| LocalFunction {
                    // closures are made before all the functions exist
                    target: if v.captured.get() {
                        Target::Boxed(v.slot)
                    } else {
                        Target::Slot(v.slot)
                    },
                    closure,
                    expected_refs,
                })
                .collect()
        };
        Ok(Node::Labels(Box::new(Labels {
            functions: functions.into(),
            body: node,
        })))
    }

    pub(crate) fn macrolet_env(&mut self, defs: &Obj, env: &Env) -> Result<Env, Exit> {
        let outside = scope::macros_only(env);
        let mut inner = env.clone();
        for def in defs.iter() {
            let Obj::Sym(name) = def.car() else {
                return Err(self.form_error("the name of a local macro must be a symbol"));
            };
            let rest = def.cdr();
            let lambda = self.macro_lambda(&Obj::Sym(name), &rest.car(), &rest.cdr())?;
            let f = self.eval_in(&lambda, &outside)?;
            inner = scope::push(&inner, Entry::Macro(name, f));
        }
        Ok(inner)
    }

    pub(crate) fn symbol_macrolet_env(&mut self, defs: &Obj, env: &Env) -> Result<Env, Exit> {
        let mut inner = env.clone();
        for def in defs.iter() {
            match def.car() {
                Obj::Sym(s) if !s.has(SPECIAL) => {
                    inner = scope::push(&inner, Entry::SymbolMacro(s, def.cadr()));
                }
                other => {
                    let p = self.print(&other);
                    return Err(self.form_error(&format!("{p} cannot be a symbol macro")));
                }
            }
        }
        Ok(inner)
    }

    pub(crate) fn an_macrolet(
        &mut self,
        form: &Obj,
        env: &Env,
        cx: &Rc<Function>,
    ) -> Result<Node, Exit> {
        let inner = self.macrolet_env(&form.cadr(), env)?;
        self.an_locally(&form.cdr(), &inner, cx)
    }

    pub(crate) fn an_symbol_macrolet(
        &mut self,
        form: &Obj,
        env: &Env,
        cx: &Rc<Function>,
    ) -> Result<Node, Exit> {
        let inner = self.symbol_macrolet_env(&form.cadr(), env)?;
        self.an_locally(&form.cdr(), &inner, cx)
    }
}
