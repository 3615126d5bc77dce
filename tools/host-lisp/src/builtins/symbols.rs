//! Symbols and property lists.

use crate::function::Builtin;
use crate::interp::Lisp;
use crate::object::{CellGet, Obj};
use crate::symbol::Sym;

pub(crate) const TABLE: &[Builtin] = &[
    Builtin::f1("SYMBOLP", |l, x| Ok(l.boolean(x.is_symbol()))),
    Builtin::f1("KEYWORDP", |l, x| {
        Ok(l.boolean(matches!(x, Obj::Sym(s) if s.is_keyword())))
    }),
    Builtin::f1("SYMBOL-NAME", |l, x| Ok(l.symbol(&x)?.name_string())),
    Builtin::f1("SYMBOL-PACKAGE", |l, x| {
        Ok(l.symbol(&x)?.package().map_or(Obj::Nil, Obj::Package))
    }),
    Builtin::f1("SYMBOL-VALUE", |l, x| {
        let s = l.symbol(&x)?;
        match s.value() {
            Some(v) => Ok(v),
            None => Err(l.unbound_variable(s)),
        }
    }),
    Builtin::f1("BOUNDP", |l, x| {
        let s = l.symbol(&x)?;
        Ok(l.boolean(s.value().is_some()))
    }),
    Builtin::f2("SET", |l, x, v| {
        let s = l.symbol(&x)?;
        l.set_symbol(s, v)
    }),
    Builtin::f1("MAKUNBOUND", |l, x| {
        let s = l.symbol(&x)?;
        l.set_symbol(s, Obj::Unbound)?;
        Ok(x)
    }),
    Builtin::f1("SYMBOL-PLIST", |l, x| Ok(l.symbol(&x)?.0.plist.get_clone())),
    Builtin::f2("SI:%SET-SYMBOL-PLIST", |l, x, v| {
        l.symbol(&x)?.0.plist.set(v.clone());
        Ok(v)
    }),
    Builtin::n("GET", 2, 3, |l, a| {
        let s = l.symbol(&a[0])?;
        Ok(match s.0.plist.get_clone().plist_cell(&a[1]) {
            Some(c) => c.car(),
            None => a.get(2).cloned().unwrap_or_default(),
        })
    }),
    Builtin::f3("SI:%SET-GET", |l, x, k, v| {
        l.symbol(&x)?.put_object(k, v.clone());
        Ok(v)
    }),
    Builtin::f2("REMPROP", |l, x, k| {
        let s = l.symbol(&x)?;
        let v = s.0.plist.get_clone().to_vec();
        let at = v.chunks(2).position(|kv| crate::hash::eq(&kv[0], &k));
        let Some(i) = at else {
            return Ok(Obj::Nil);
        };
        let rest = v[..2 * i].iter().chain(&v[(2 * i + 2).min(v.len())..]);
        s.0.plist.set(Obj::list(rest.cloned().collect::<Vec<_>>()));
        Ok(l.t())
    }),
    Builtin::f1("MAKE-SYMBOL", |l, x| {
        let n = l.string_designator(&x)?;
        Ok(Obj::Sym(Sym::uninterned(&n)))
    }),
    Builtin::n("COPY-SYMBOL", 1, 2, |l, a| {
        let s = l.symbol(&a[0])?;
        let c = Sym::uninterned(s.name());
        if a.get(1).is_some_and(|v| v.is_true()) {
            c.0.value.set(s.0.value.get_clone());
            c.0.function.set(s.function());
            let plist = s.0.plist.get_clone().to_vec();
            c.0.plist.set(Obj::list(plist));
        }
        Ok(Obj::Sym(c))
    }),
    Builtin::n("GENSYM", 0, 1, |l, a| {
        let prefix = match a.first() {
            None => "G".to_string(),
            Some(Obj::Fix(n)) => return Ok(Obj::Sym(Sym::uninterned(&format!("G{n}")))),
            Some(x) => l.string_designator(x)?,
        };
        Ok(Obj::Sym(gensym(l, &prefix)))
    }),
];

/// A new uninterned symbol; names are numbered by `*gensym-counter*`.
pub(crate) fn gensym(l: &mut Lisp, prefix: &str) -> Sym {
    let n = match l.s.gensym_counter.value() {
        Some(Obj::Fix(n)) => n,
        _ => 1,
    };
    l.s.gensym_counter.set_value(Obj::Fix(n + 1));
    Sym::uninterned(&format!("{prefix}{n}"))
}
