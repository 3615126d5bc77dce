//! Functions about functions, macros and evaluation.

use super::args::Keys;
use crate::analyze::macros::env_of;
use crate::function::{Builtin, Func, MANY};
use crate::interp::{Lisp, Res};
use crate::object::Obj;
use crate::symbol::{BUILT_IN, CONSTANT, SPECIAL, SPECIAL_OPERATOR, Sym};

pub(crate) const TABLE: &[Builtin] = &[
    Builtin::n("FUNCALL", 1, MANY, |l, a| l.apply(&a[0], &a[1..])),
    Builtin::n("APPLY", 2, MANY, |l, a| {
        let mut args = a[1..a.len() - 1].to_vec();
        let last = l.list_items(&a[a.len() - 1])?;
        args.extend(last);
        l.apply(&a[0], &args)
    }),
    Builtin::n("VALUES", 0, MANY, |l, a| Ok(l.return_values(a.to_vec()))),
    Builtin::f1("VALUES-LIST", |l, x| {
        let v = l.list_items(&x)?;
        Ok(l.return_values(v))
    }),
    Builtin::f1("FUNCTIONP", |l, x| Ok(l.boolean(matches!(x, Obj::Func(_))))),
    Builtin::f1("COMPILED-FUNCTION-P", |l, x| {
        Ok(l.boolean(matches!(x, Obj::Func(_))))
    }),
    Builtin::f1("EVAL", |l, x| l.eval_toplevel(&x)),
    Builtin::n("COMPILE", 1, 2, |l, a| {
        let f = match a.get(1) {
            Some(form) if form.is_cons() => l.eval_form(form)?,
            Some(f) => f.clone(),
            None => l.function_of(&a[0]).map(Obj::Func)?,
        };
        let r = if a[0].is_true() && a.len() > 1 {
            fset(l, &a[0], f)?;
            a[0].clone()
        } else if a[0].is_true() {
            a[0].clone()
        } else {
            f
        };
        Ok(l.return_values(vec![r, Obj::Nil, Obj::Nil]))
    }),
    Builtin::n("MACROEXPAND-1", 1, 2, |l, a| {
        let env = a.get(1).and_then(env_of);
        let r = l.expand_once(&a[0], &env)?;
        let v = match r {
            Some(x) => vec![x, l.t()],
            None => vec![a[0].clone(), Obj::Nil],
        };
        Ok(l.return_values(v))
    }),
    Builtin::n("MACROEXPAND", 1, 2, |l, a| {
        let env = a.get(1).and_then(env_of);
        let mut form = a[0].clone();
        let mut any = false;
        while let Some(x) = l.expand_once(&form, &env)? {
            form = x;
            any = true;
        }
        let v = vec![form, l.boolean(any)];
        Ok(l.return_values(v))
    }),
    Builtin::n("MACRO-FUNCTION", 1, 2, |l, a| {
        let s = l.symbol(&a[0])?;
        let env = a.get(1).and_then(env_of);
        Ok(l.macro_function_in(s, &env))
    }),
    Builtin::n("SI:%SET-MACRO-FUNCTION", 2, 3, |l, a| {
        let s = l.symbol(&a[0])?;
        let f = a[a.len() - 1].clone();
        if locked(l, s, "macro") {
            return Ok(f);
        }
        s.0.macro_function.set(f.clone());
        s.0.special_form.set(None);
        Ok(f)
    }),
    Builtin::n("COMPILER-MACRO-FUNCTION", 1, 2, |l, a| {
        let key = l.s.compiler_macro;
        Ok(match &a[0] {
            Obj::Sym(s) => s.get(key),
            _ => Obj::Nil,
        })
    }),
    Builtin::n("SI:%SET-COMPILER-MACRO-FUNCTION", 2, 3, |l, a| {
        let f = a[a.len() - 1].clone();
        if let Obj::Sym(s) = &a[0] {
            s.put(l.s.compiler_macro, f);
        }
        Ok(a[0].clone())
    }),
    Builtin::f1("SPECIAL-OPERATOR-P", |l, x| {
        let s = l.symbol(&x)?;
        Ok(l.boolean(s.has(SPECIAL_OPERATOR)))
    }),
    Builtin::f1("FBOUNDP", |l, x| {
        let r = match &x {
            Obj::Cons(_) => match x.cadr() {
                Obj::Sym(s) => s.setf_function().is_true(),
                _ => false,
            },
            _ => {
                let s = l.symbol(&x)?;
                s.function().is_true() || s.macro_function().is_true() || s.has(SPECIAL_OPERATOR)
            }
        };
        Ok(l.boolean(r))
    }),
    Builtin::f1("SYMBOL-FUNCTION", |l, x| l.function_of(&x).map(Obj::Func)),
    Builtin::f1("FDEFINITION", |l, x| l.function_of(&x).map(Obj::Func)),
    Builtin::f2("SI:%SET-FDEFINITION", |l, name, f| {
        let f = Obj::Func(l.function_of(&f)?);
        fset(l, &name, f.clone())?;
        Ok(f)
    }),
    Builtin::f1("FMAKUNBOUND", |l, x| {
        if let Obj::Cons(_) = &x {
            if let Obj::Sym(s) = x.cadr() {
                s.0.setf_function.set(Obj::Nil);
            }
            return Ok(x);
        }
        let s = l.symbol(&x)?;
        if !locked(l, s, "function") {
            s.0.function.set(Obj::Nil);
            s.0.macro_function.set(Obj::Nil);
        }
        Ok(x)
    }),
    Builtin::f3("SI:%DEFUN", |l, name, f, doc| {
        fset(l, &name, f)?;
        if let (Obj::Sym(s), true) = (&name, doc.is_true()) {
            document(l, *s, "FUNCTION", doc);
        }
        Ok(name)
    }),
    Builtin::f3("SI:%DEFMACRO", |l, name, f, doc| {
        let s = l.symbol(&name)?;
        if !locked(l, s, "macro") {
            s.0.macro_function.set(f);
            s.0.function.set(Obj::Nil);
            if !l.starting {
                s.0.special_form.set(None);
            }
            if doc.is_true() {
                document(l, s, "FUNCTION", doc);
            }
        }
        Ok(name)
    }),
    Builtin::f2("SI:%DEFTYPE", |l, name, f| {
        let s = l.symbol(&name)?;
        s.put(l.s.type_expander, f);
        Ok(name)
    }),
    Builtin::f2("SI:%DEFINE-SETF", |l, name, f| {
        let s = l.symbol(&name)?;
        if s.has(BUILT_IN) && locked(l, s, "place") {
            return Ok(name);
        }
        s.put(l.s.setf_expander, f);
        Ok(name)
    }),
    Builtin::f3("SI:%DEFVAR", |l, name, f, always| {
        let s = l.symbol(&name)?;
        s.add(SPECIAL);
        if f.is_true() && (always.is_true() || s.value().is_none()) {
            let v = l.funcall(&f, &[])?;
            l.set_symbol(s, v)?;
        }
        Ok(name)
    }),
    Builtin::f2("SI:%DEFCONSTANT", |l, name, v| {
        let s = l.symbol(&name)?;
        if s.has(CONSTANT)
            && let Some(old) = s.value()
            && !crate::hash::equalp(&old, &v)
        {
            if s.package().is_some_and(|p| std::ptr::eq(p, l.cl)) && locked_name(l, s, "constant") {
                return Ok(name);
            }
            let m = format!("the constant {} already has another value", s.name());
            return Err(l.error(&m));
        }
        s.set_value(v);
        s.add(SPECIAL | CONSTANT);
        Ok(name)
    }),
    Builtin::f1("SI:%PROCLAIM-SPECIAL", |l, x| {
        let s = l.symbol(&x)?;
        s.add(SPECIAL);
        Ok(x)
    }),
    Builtin::f1("PROCLAIM", |l, x| {
        if x.car().is_sym(l.s.special) {
            for s in l.list_items(&x.cdr())? {
                l.symbol(&s)?.add(SPECIAL);
            }
        }
        Ok(Obj::Nil)
    }),
    Builtin::f2("SI:%DEFINE-SYMBOL-MACRO", |l, name, x| {
        let s = l.symbol(&name)?;
        s.put(l.s.symbol_macro, Obj::list([x]));
        Ok(name)
    }),
    Builtin::f1("SI:SPECIAL-VARIABLE-P", |l, x| {
        let s = l.symbol(&x)?;
        Ok(l.boolean(s.has(SPECIAL)))
    }),
    Builtin::n("CONSTANTP", 1, 2, |l, a| {
        let r = match &a[0] {
            Obj::Sym(s) => s.has(CONSTANT),
            Obj::Cons(c) => c.car().is_sym(l.s.quote),
            _ => true,
        };
        Ok(l.boolean(r))
    }),
    Builtin::n("GET-SETF-EXPANSION", 1, 2, |l, a| {
        let env = a.get(1).and_then(env_of);
        let p = l.setf_place(&a[0], &env)?;
        let v = vec![
            Obj::list(p.temps),
            Obj::list(p.values),
            Obj::list(p.stores),
            p.store_form,
            p.access_form,
        ];
        Ok(l.return_values(v))
    }),
    Builtin::f1("FUNCTION-LAMBDA-EXPRESSION", |l, f| {
        let name = match &f {
            Obj::Func(f) => match &**f {
                Func::Closure(c) => c.lambda.name.map_or(Obj::Nil, Obj::from),
                _ => Obj::Nil,
            },
            _ => return Err(l.type_error(&f, l.s.function.into())),
        };
        let v = vec![Obj::Nil, l.t(), name];
        Ok(l.return_values(v))
    }),
    Builtin::f1("SI:FUNCTION-LAMBDA-LIST", |l, f| {
        let f = l.function_of(&f)?;
        match &*f {
            Func::Closure(c) => Ok(c.lambda.lambda_list.clone()),
            _ => Err(l.error("the lambda list of a built-in function is not kept")),
        }
    }),
    Builtin::f1("SI:SOURCE-POSITION", |l, x| {
        let v = match l.place(x.pos()) {
            Some(p) => vec![
                Obj::string(&p.file),
                Obj::Fix(p.line.into()),
                Obj::Fix(p.column.into()),
            ],
            None => vec![Obj::Nil; 3],
        };
        Ok(l.return_values(v))
    }),
    Builtin::f2("SI:COPY-SOURCE-POSITION", |_, from, to| {
        if let Obj::Cons(c) = &to
            && from.pos() != 0
        {
            c.set_pos(from.pos());
        }
        Ok(to)
    }),
    Builtin::n("DOCUMENTATION", 1, 2, |l, a| match (&a[0], a.get(1)) {
        (Obj::Sym(s), Some(kind)) => {
            let table = s.get(l.s.documentation);
            let found = table.iter().find(|p| crate::hash::eq(&p.car(), kind));
            Ok(found.map_or(Obj::Nil, |p| p.cdr()))
        }
        _ => Ok(Obj::Nil),
    }),
    Builtin::f3("SI:%SET-DOCUMENTATION", |l, x, kind, doc| {
        if let (Obj::Sym(s), Obj::Sym(k)) = (&x, &kind) {
            document(l, *s, k.name(), doc.clone());
        }
        Ok(doc)
    }),
    Builtin::n("LOAD", 1, MANY, |l, a| {
        let keys = [
            l.keyword.intern("VERBOSE"),
            l.keyword.intern("PRINT"),
            l.keyword.intern("IF-DOES-NOT-EXIST"),
            l.keyword.intern("EXTERNAL-FORMAT"),
        ];
        Keys::parse(l, &a[1..], &keys)?;
        if let Obj::Stream(stream) = &a[0] {
            l.load_stream(stream)?;
            return Ok(l.t());
        }
        let path = l.string_designator(&a[0])?;
        l.load_file(&path)
    }),
];

fn document(l: &mut Lisp, s: Sym, kind: &str, doc: Obj) {
    let k = Obj::Sym(l.cl.intern(kind));
    let table = s.get(l.s.documentation);
    s.put(l.s.documentation, Obj::cons(Obj::cons(k, doc), table));
}

/// Is the name built in, and built-in names locked? If so, warns.
fn locked(l: &mut Lisp, s: Sym, what: &str) -> bool {
    s.has(BUILT_IN) && locked_name(l, s, what)
}

fn locked_name(l: &mut Lisp, s: Sym, what: &str) -> bool {
    if l.starting || l.s.host_locked.value().is_none_or(|v| v.is_nil()) {
        return false;
    }
    let place = match l.place(l.site).or_else(|| l.place(l.form_pos)) {
        Some(p) => format!("{p}: "),
        None => String::new(),
    };
    let m = format!(
        "{place}warning: the built-in {what} {} keeps its definition \
         (bind si:*host-locked* to nil to replace it)\n",
        s.name()
    );
    if let Some(Obj::Stream(e)) = l.s.error_output.value() {
        e.write(&m);
    }
    true
}

fn fset(l: &mut Lisp, name: &Obj, f: Obj) -> Res {
    if let Obj::Cons(_) = name {
        return match name.cadr() {
            Obj::Sym(s) if name.car().is_sym(l.s.setf) => {
                s.0.setf_function.set(f);
                Ok(name.clone())
            }
            _ => Err(l.type_error(name, l.s.symbol.into())),
        };
    }
    let s = l.symbol(name)?;
    if locked(l, s, "function") {
        return Ok(name.clone());
    }
    s.0.function.set(f);
    s.0.macro_function.set(Obj::Nil);
    s.0.special_form.set(None);
    // Calls analysed from now on look the function up.
    s.0.flags.set(s.0.flags.get() & !BUILT_IN);
    Ok(name.clone())
}

impl Lisp {
    pub(crate) fn load_stream(&mut self, stream: &std::rc::Rc<crate::stream::Stream>) -> Res {
        while let Some(form) = self.read_toplevel(stream)? {
            self.eval_toplevel(&form)?;
        }
        Ok(Obj::Nil)
    }

    pub(crate) fn load_file(&mut self, path: &str) -> Res {
        let text = match std::fs::read(path) {
            Ok(b) => match String::from_utf8(b) {
                Ok(t) => t,
                Err(_) => return Err(self.file_error(path, "is not UTF-8 text")),
            },
            Err(e) => return Err(self.file_error(path, &format!("cannot be read: {e}"))),
        };
        let f = self.file_index(path);
        let stream = crate::stream::Stream::input(f, &text);
        let mark = self.binds.len();
        let s = self.s;
        let package = s.package_var.value().unwrap_or_default();
        self.bind(s.package_var, package);
        self.bind(s.load_pathname, Obj::string(path));
        self.bind(s.load_truename, Obj::string(path));
        let r = self.load_stream(&stream);
        self.unbind_to(mark);
        r?;
        Ok(self.t())
    }

    pub(crate) fn file_error(&mut self, path: &str, message: &str) -> crate::interp::Exit {
        let m = format!("the file {path} {message}");
        self.signal_named("FILE-ERROR", &m)
    }
}
