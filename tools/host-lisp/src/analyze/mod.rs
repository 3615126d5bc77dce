//! Analysis: each form is looked at once, macros are expanded, names are
//! resolved, and a tree of nodes comes out that the evaluator runs.

pub(crate) mod binding;
pub(crate) mod control;
pub(crate) mod lambda;
pub(crate) mod macros;
pub(crate) mod scope;
pub(crate) mod setf;
pub(crate) mod special;

use crate::function::{Builtin, Code, Func, MANY};
use crate::interp::{Exit, Lisp, Res};
use crate::node::{Inline1, Inline2, Lambda, Node, Nodes, Source};
use crate::object::Obj;
use crate::symbol::{BUILT_IN, Sym};
use scope::{Entry, Env, Function, Var};
use std::rc::Rc;

/// Analyses one special form.
pub(crate) type SpecialForm = fn(&mut Lisp, &Obj, &Env, &Rc<Function>) -> Result<Node, Exit>;

/// What a variable name means.
pub(crate) enum Meaning {
    Lexical(Rc<Var>),
    Global,
    Macro(Obj),
}

impl Lisp {
    /// A mistake in the form under analysis.
    pub(crate) fn form_error(&mut self, message: &str) -> Exit {
        self.site = self.form_pos;
        self.signal_named("PROGRAM-ERROR", message)
    }

    /// Evaluates a form in the global environment, top-level forms one by one.
    pub(crate) fn eval_toplevel(&mut self, form: &Obj) -> Res {
        let saved = (self.form_pos, self.site);
        let r = self.eval_top(form, &None);
        if r.is_ok() {
            (self.form_pos, self.site) = saved;
        }
        r
    }

    fn eval_top(&mut self, form: &Obj, env: &Env) -> Res {
        if form.pos() != 0 {
            self.form_pos = form.pos();
        }
        let s = self.s;
        if let Obj::Sym(op) = form.car() {
            if op == s.progn {
                return self.eval_body(&form.cdr(), env);
            }
            if op == s.eval_when {
                if self.eval_when_now(&form.cadr()) {
                    return self.eval_body(&form.cddr(), env);
                }
                return Ok(Obj::Nil);
            }
            if op == s.macrolet {
                let env = self.macrolet_env(&form.cadr(), env)?;
                return self.eval_body(&form.cddr(), &env);
            }
            if op == s.symbol_macrolet {
                let env = self.symbol_macrolet_env(&form.cadr(), env)?;
                return self.eval_body(&form.cddr(), &env);
            }
            if op.0.special_form.get().is_none()
                && let Some(expansion) = self.expand_once(form, env)?
            {
                return self.eval_top(&expansion, env);
            }
        }
        self.eval_in(form, env)
    }

    fn eval_body(&mut self, forms: &Obj, env: &Env) -> Res {
        let mut last = Obj::Nil;
        for f in forms.iter() {
            last = self.eval_top(&f, env)?;
        }
        Ok(last)
    }

    pub(crate) fn eval_form(&mut self, form: &Obj) -> Res {
        self.eval_in(form, &None)
    }

    pub(crate) fn eval_in(&mut self, form: &Obj, env: &Env) -> Res {
        let lambda = self.analyze_toplevel(form, env)?;
        self.run_toplevel(&lambda)
    }

    fn analyze_toplevel(&mut self, form: &Obj, env: &Env) -> Result<Rc<Lambda>, Exit> {
        let cx = Function::new(None);
        let body = self.analyze(form, env, &cx)?;
        Ok(Rc::new(Lambda {
            name: None,
            required: Box::new([]),
            simple: true,
            slots: cx.slots(),
            optional: Box::new([]),
            rest: None,
            keys: None,
            allow_other_keys: false,
            body,
            lambda_list: Obj::Nil,
        }))
    }

    /// One form.
    pub(crate) fn analyze(
        &mut self,
        form: &Obj,
        env: &Env,
        cx: &Rc<Function>,
    ) -> Result<Node, Exit> {
        match form {
            Obj::Cons(c) => {
                self.check_stack()?;
                let saved = self.form_pos;
                if c.pos() != 0 {
                    self.form_pos = c.pos();
                }
                let n = self.analyze_call(form, env, cx)?;
                self.form_pos = saved;
                Ok(n)
            }
            Obj::Sym(s) => self.analyze_variable(*s, env, cx),
            other => Ok(Node::Const(other.clone())),
        }
    }

    pub(crate) fn variable_meaning(&mut self, s: Sym, env: &Env) -> Meaning {
        let local = scope::walk(env, |e| match e {
            Entry::Variable(n, v) if *n == s => Some(Meaning::Lexical(v.clone())),
            Entry::Special(n) if *n == s => Some(Meaning::Global),
            Entry::SymbolMacro(n, x) if *n == s => Some(Meaning::Macro(x.clone())),
            _ => None,
        });
        if let Some(m) = local {
            return m;
        }
        match s.get(self.s.symbol_macro) {
            Obj::Cons(c) => Meaning::Macro(c.car()),
            _ => Meaning::Global,
        }
    }

    pub(crate) fn var_source(
        &mut self,
        name: &str,
        v: &Rc<Var>,
        cx: &Rc<Function>,
    ) -> Result<Source, Exit> {
        v.source(cx).ok_or_else(|| {
            self.form_error(&format!(
                "{name} exists only when the program runs, not when macros are expanded"
            ))
        })
    }

    fn analyze_variable(&mut self, s: Sym, env: &Env, cx: &Rc<Function>) -> Result<Node, Exit> {
        if s.is_keyword() || s == self.s.t {
            return Ok(Node::Const(Obj::Sym(s)));
        }
        match self.variable_meaning(s, env) {
            Meaning::Lexical(v) => Ok(match self.var_source(s.name(), &v, cx)? {
                Source::Slot(i) => Node::Slot(i),
                Source::Captured(i) => Node::Captured(i),
            }),
            Meaning::Global => Ok(Node::Global(s, self.form_pos)),
            Meaning::Macro(x) => self.analyze(&x, env, cx),
        }
    }

    fn analyze_call(&mut self, form: &Obj, env: &Env, cx: &Rc<Function>) -> Result<Node, Exit> {
        let op = form.car();
        let Obj::Sym(s) = op else {
            if op.car().is_sym(self.s.lambda) {
                let f = self.analyze(&op, env, cx)?;
                let args = self.analyze_args(&form.cdr(), env, cx)?;
                return Ok(Node::Funcall(Box::new(f), self.form_pos, args));
            }
            let p = self.print(&op);
            return Err(self.form_error(&format!("{p} cannot stand in the place of a function")));
        };
        if let Some(v) = local_function(&op, env) {
            let src = self.var_source(s.name(), &v, cx)?;
            let args = self.analyze_args(&form.cdr(), env, cx)?;
            return Ok(Node::CallLocal(src, self.form_pos, args));
        }
        let local_macro = is_local_macro(s, env);
        if !local_macro && let Some(special) = s.0.special_form.get() {
            return special(self, form, env, cx);
        }
        if let Some(expansion) = self.expand_once(form, env)? {
            let expansion = expansion.at(self.form_pos);
            return self.analyze(&expansion, env, cx);
        }
        if s.function().is_nil() && s.package().is_some_and(|p| std::ptr::eq(p, self.cl)) {
            // It may be a macro, so its arguments may be no forms.
            return Ok(Node::Missing(s, self.form_pos));
        }
        let args = self.analyze_args(&form.cdr(), env, cx)?;
        Ok(self.global_call(s, args))
    }

    fn global_call(&mut self, s: Sym, args: Nodes) -> Node {
        let site = self.form_pos;
        if s == self.s.funcall && !args.is_empty() {
            let mut v = args.into_vec();
            let f = v.remove(0);
            return Node::Funcall(Box::new(f), site, v.into());
        }
        if s.has(BUILT_IN)
            && let Obj::Func(f) = s.function()
            && let Func::Builtin(b) = &*f
        {
            return direct_call(b.0, s, site, args);
        }
        Node::Call(s, site, args)
    }

    pub(crate) fn analyze_args(
        &mut self,
        args: &Obj,
        env: &Env,
        cx: &Rc<Function>,
    ) -> Result<Nodes, Exit> {
        let mut v = Vec::new();
        let mut it = args.iter();
        for a in it.by_ref() {
            v.push(self.analyze(&a, env, cx)?);
        }
        if it.rest.is_true() {
            return Err(self.form_error("a dotted list cannot be a form"));
        }
        Ok(v.into())
    }

    /// A sequence of forms as one node.
    pub(crate) fn analyze_progn(
        &mut self,
        forms: &Obj,
        env: &Env,
        cx: &Rc<Function>,
    ) -> Result<Node, Exit> {
        let mut v = self.analyze_args(forms, env, cx)?.into_vec();
        Ok(match v.len() {
            0 => Node::Const(Obj::Nil),
            1 => v.remove(0),
            _ => Node::Progn(v.into()),
        })
    }

    // ---- macros

    /// Expands a macro call once.
    pub(crate) fn expand_once(&mut self, form: &Obj, env: &Env) -> Result<Option<Obj>, Exit> {
        let s = match form {
            Obj::Cons(c) => match c.car() {
                Obj::Sym(s) => s,
                _ => return Ok(None),
            },
            Obj::Sym(s) => {
                return Ok(match self.variable_meaning(*s, env) {
                    Meaning::Macro(x) => Some(x),
                    _ => None,
                });
            }
            _ => return Ok(None),
        };
        let f = self.macro_function_in(s, env);
        if f.is_nil() {
            return Ok(None);
        }
        if form.pos() != 0 {
            self.site = form.pos();
        } else if self.form_pos != 0 {
            self.site = self.form_pos;
        }
        let e = match env {
            None => Obj::Nil,
            Some(_) => Obj::Env(env.clone()),
        };
        let x = self.apply(&f, &[form.clone(), e])?;
        Ok(Some(self.one(x).at(form.pos())))
    }

    /// The macro function of a name in an environment, or `NIL`.
    pub(crate) fn macro_function_in(&mut self, s: Sym, env: &Env) -> Obj {
        let local = scope::walk(env, |e| match e {
            Entry::Macro(n, f) if *n == s => Some(f.clone()),
            Entry::Function(n, _) if n.is_sym(s) => Some(Obj::Nil),
            _ => None,
        });
        local.unwrap_or_else(|| s.macro_function())
    }
}

fn is_local_macro(s: Sym, env: &Env) -> bool {
    scope::walk(env, |e| match e {
        Entry::Macro(n, _) if *n == s => Some(()),
        _ => None,
    })
    .is_some()
}

/// The local function with a name, unless a local macro hides it.
pub(crate) fn local_function(name: &Obj, env: &Env) -> Option<Rc<Var>> {
    scope::walk(env, |e| match e {
        Entry::Function(n, v) if crate::hash::equal(n, name) => Some(Some(v.clone())),
        Entry::Macro(n, _) if name.is_sym(*n) => Some(None),
        _ => None,
    })
    .flatten()
}

/// A call of a built-in function, without looking it up at run time.
fn direct_call(b: &'static Builtin, s: Sym, site: u32, args: Nodes) -> Node {
    let n = args.len();
    if n < b.min as usize || (b.max != MANY && n > b.max as usize) {
        return Node::Call(s, site, args);
    }
    let mut it = args.into_iter();
    let mut next = || it.next().unwrap_or(Node::Const(Obj::Nil));
    if n == 1
        && let Some(op) = inline1(b.name)
    {
        return Node::Inline1(op, site, Box::new(next()));
    }
    if n == 2
        && let Some(op) = inline2(b.name)
    {
        return Node::Inline2(op, site, Box::new((next(), next())));
    }
    match b.code {
        Code::F0(f) => Node::Prim0(f, site),
        Code::F1(f) => Node::Prim1(f, site, Box::new(next())),
        Code::F2(f) => Node::Prim2(f, site, Box::new((next(), next()))),
        Code::F3(f) => Node::Prim3(f, site, Box::new((next(), next(), next()))),
        Code::N(f) => Node::PrimN(f, site, it.collect()),
    }
}

fn inline1(name: &str) -> Option<Inline1> {
    Some(match name {
        "CAR" | "FIRST" => Inline1::Car,
        "CDR" | "REST" => Inline1::Cdr,
        "NOT" | "NULL" => Inline1::Not,
        "CONSP" => Inline1::Consp,
        "ATOM" => Inline1::Atom,
        "SYMBOLP" => Inline1::Symbolp,
        "1+" => Inline1::Inc,
        "1-" => Inline1::Dec,
        _ => return None,
    })
}

fn inline2(name: &str) -> Option<Inline2> {
    Some(match name {
        "EQ" => Inline2::Eq,
        "EQL" => Inline2::Eql,
        "CONS" => Inline2::Cons,
        "+" => Inline2::Add,
        "-" => Inline2::Sub,
        "<" => Inline2::Less,
        ">" => Inline2::Greater,
        "<=" => Inline2::LessEq,
        ">=" => Inline2::GreaterEq,
        "=" => Inline2::NumEq,
        _ => return None,
    })
}
