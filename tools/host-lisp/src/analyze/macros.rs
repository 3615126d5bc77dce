//! The defining macros, and those that need the analyser's knowledge. The
//! other standard macros are in `prelude/`, in Lisp.

use super::scope::Env;
use crate::function::{Builtin, BuiltinFn, Func};
use crate::interp::{Exit, Lisp, Res};
use crate::object::Obj;
use crate::symbol::BUILT_IN;
use std::rc::Rc;

const MACROS: &[Builtin] = &[
    Builtin::f2("SETF", |l, f, e| l.expand_setf(&f, &env_of(&e))),
    Builtin::f2("DEFUN", expand_defun),
    Builtin::f2("DEFMACRO", expand_defmacro),
    Builtin::f2("DESTRUCTURING-BIND", expand_destructuring_bind),
    Builtin::f2("DEFTYPE", expand_deftype),
    Builtin::f2("DEFINE-SETF-EXPANDER", expand_define_setf_expander),
    Builtin::f2("DEFINE-COMPILER-MACRO", expand_define_compiler_macro),
    Builtin::f2("DOLIST", |l, f, _| Ok(iteration(l, &f, "%DOLIST"))),
    Builtin::f2("DOTIMES", |l, f, _| Ok(iteration(l, &f, "%DOTIMES"))),
];

pub(crate) fn install(l: &mut Lisp) {
    for b in MACROS {
        let s = l.cl.intern(b.name);
        s.0.macro_function
            .set(Obj::Func(Rc::new(Func::Builtin(BuiltinFn(b)))));
        s.add(BUILT_IN);
    }
}

/// The environment that an environment object stands for.
pub(crate) fn env_of(e: &Obj) -> Env {
    match e {
        Obj::Env(e) => e.clone(),
        _ => None,
    }
}

fn quoted(l: &Lisp, x: Obj) -> Obj {
    Obj::list([Obj::Sym(l.s.quote), x])
}

fn host_call<const N: usize>(l: &Lisp, f: &str, args: [Obj; N]) -> Obj {
    Obj::cons(Obj::Sym(l.host.intern(f)), Obj::list(args))
}

/// Name, lambda list and body of a definition.
fn parts(l: &mut Lisp, form: &Obj) -> Result<(Obj, Obj, Obj), Exit> {
    let rest = form.cddr();
    if !rest.is_cons() || !rest.car().is_list() {
        let op = l.print(&form.car());
        return Err(l.form_error(&format!("{op} wants a name, a lambda list and a body")));
    }
    Ok((form.cadr(), rest.car(), rest.cdr()))
}

fn iteration(l: &mut Lisp, form: &Obj, op: &str) -> Obj {
    let inner = Obj::cons(Obj::Sym(l.host.intern(op)), form.cdr()).at(form.pos());
    Obj::list([Obj::Sym(l.s.block), Obj::Nil, inner])
}

fn expand_defun(l: &mut Lisp, form: Obj, _: Obj) -> Res {
    let (name, list, body) = parts(l, &form)?;
    let b = l.parse_body(&body, true);
    let block = match &name {
        Obj::Cons(_) => name.cadr(),
        n => n.clone(),
    };
    let s = l.s;
    let block = Obj::cons(Obj::Sym(s.block), Obj::cons(block, b.forms)).at(form.pos());
    let lambda = Obj::list_star(
        [Obj::Sym(s.named_lambda), name.clone(), list],
        Obj::list_star(b.declarations, Obj::list([block])),
    );
    let f = Obj::list([Obj::Sym(s.function), lambda]);
    let name = quoted(l, name);
    Ok(host_call(l, "%DEFUN", [name, f, b.documentation]))
}

fn expand_defmacro(l: &mut Lisp, form: Obj, _: Obj) -> Res {
    let (name, list, body) = parts(l, &form)?;
    let doc = l.parse_body(&body, true).documentation;
    let f = l.macro_lambda(&name, &list, &body)?;
    let name = quoted(l, name);
    Ok(host_call(l, "%DEFMACRO", [name, f, doc]))
}

fn expand_deftype(l: &mut Lisp, form: Obj, _: Obj) -> Res {
    let (name, list, body) = parts(l, &form)?;
    // In a type, what is left out is `*`.
    let star = quoted(l, Obj::Sym(l.s.star));
    let list = default_to(l, &list, &star);
    let f = l.macro_lambda(&name, &list, &body)?;
    let name = quoted(l, name);
    Ok(host_call(l, "%DEFTYPE", [name, f]))
}

fn default_to(l: &Lisp, list: &Obj, default: &Obj) -> Obj {
    let mut optional = false;
    let items = list.iter().map(|x| match &x {
        Obj::Sym(s) if s.name().starts_with('&') => {
            optional = *s == l.s.optional || *s == l.s.key;
            x
        }
        Obj::Sym(_) if optional => Obj::list([x, default.clone()]),
        _ => x,
    });
    let items: Vec<Obj> = items.collect();
    Obj::list(items)
}

fn expand_define_setf_expander(l: &mut Lisp, form: Obj, _: Obj) -> Res {
    let (name, list, body) = parts(l, &form)?;
    let f = l.macro_lambda(&name, &list, &body)?;
    let name = quoted(l, name);
    Ok(host_call(l, "%DEFINE-SETF", [name, f]))
}

fn expand_define_compiler_macro(l: &mut Lisp, form: Obj, _: Obj) -> Res {
    let (name, list, body) = parts(l, &form)?;
    let f = l.macro_lambda(&name, &list, &body)?;
    let name = quoted(l, name);
    Ok(host_call(l, "%SET-COMPILER-MACRO-FUNCTION", [name, f]))
}

fn expand_destructuring_bind(l: &mut Lisp, form: Obj, _: Obj) -> Res {
    let rest = form.cddr();
    if !rest.is_cons() {
        return Err(l.form_error("DESTRUCTURING-BIND wants a pattern, a form and a body"));
    }
    let ll = l.parse_lambda_list(&form.cadr(), true)?;
    let v = Obj::Sym(crate::symbol::Sym::uninterned("VALUE"));
    let mut binds = vec![Obj::list([v.clone(), rest.car()])];
    l.destructure(&ll, &v, "a destructuring pattern", &mut binds)?;
    Ok(Obj::list_star(
        [Obj::Sym(l.s.let_star), Obj::list(binds)],
        rest.cdr(),
    ))
}
