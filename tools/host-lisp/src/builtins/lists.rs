//! Conses and lists.

use super::args::{Keys, Matcher};
use crate::function::{Builtin, MANY};
use crate::hash::{eq, eql, equal};
use crate::interp::{Exit, Lisp, Res};
use crate::object::{ListBuilder, Obj};
use std::rc::Rc;

pub(crate) const TABLE: &[Builtin] = &[
    Builtin::f1("CAR", |l, x| car(l, &x)),
    Builtin::f1("CDR", |l, x| cdr(l, &x)),
    Builtin::f1("FIRST", |l, x| car(l, &x)),
    Builtin::f1("REST", |l, x| cdr(l, &x)),
    Builtin::f1("CAAR", |l, x| path(l, x, "aa")),
    Builtin::f1("CADR", |l, x| path(l, x, "da")),
    Builtin::f1("CDAR", |l, x| path(l, x, "ad")),
    Builtin::f1("CDDR", |l, x| path(l, x, "dd")),
    Builtin::f1("CAAAR", |l, x| path(l, x, "aaa")),
    Builtin::f1("CAADR", |l, x| path(l, x, "daa")),
    Builtin::f1("CADAR", |l, x| path(l, x, "ada")),
    Builtin::f1("CADDR", |l, x| path(l, x, "dda")),
    Builtin::f1("CDAAR", |l, x| path(l, x, "aad")),
    Builtin::f1("CDADR", |l, x| path(l, x, "dad")),
    Builtin::f1("CDDAR", |l, x| path(l, x, "add")),
    Builtin::f1("CDDDR", |l, x| path(l, x, "ddd")),
    Builtin::f1("CADDDR", |l, x| path(l, x, "ddda")),
    Builtin::f1("CDDDDR", |l, x| path(l, x, "dddd")),
    Builtin::f1("CAADAR", |l, x| path(l, x, "adaa")),
    Builtin::f1("CADADR", |l, x| path(l, x, "dada")),
    Builtin::f1("CADDAR", |l, x| path(l, x, "adda")),
    Builtin::f1("CDDADR", |l, x| path(l, x, "dadd")),
    Builtin::f1("SECOND", |l, x| path(l, x, "da")),
    Builtin::f1("THIRD", |l, x| path(l, x, "dda")),
    Builtin::f1("FOURTH", |l, x| path(l, x, "ddda")),
    Builtin::f1("FIFTH", |l, x| path(l, x, "dddda")),
    Builtin::f1("SIXTH", |l, x| path(l, x, "ddddda")),
    Builtin::f1("SEVENTH", |l, x| path(l, x, "dddddda")),
    Builtin::f1("EIGHTH", |l, x| path(l, x, "ddddddda")),
    Builtin::f1("NINTH", |l, x| path(l, x, "dddddddda")),
    Builtin::f1("TENTH", |l, x| path(l, x, "ddddddddda")),
    Builtin::f2("CONS", |_, a, b| Ok(Obj::cons(a, b))),
    Builtin::n("LIST", 0, MANY, |_, a| Ok(Obj::list(a.iter().cloned()))),
    Builtin::n("LIST*", 1, MANY, |_, a| {
        let (last, front) = (&a[a.len() - 1], &a[..a.len() - 1]);
        Ok(Obj::list_star(front.iter().cloned(), last.clone()))
    }),
    Builtin::n("MAKE-LIST", 1, 3, make_list),
    Builtin::f1("CONSP", |l, x| Ok(l.boolean(x.is_cons()))),
    Builtin::f1("ATOM", |l, x| Ok(l.boolean(!x.is_cons()))),
    Builtin::f1("LISTP", |l, x| Ok(l.boolean(x.is_list()))),
    Builtin::f1("NULL", |l, x| Ok(l.boolean(x.is_nil()))),
    Builtin::f1("NOT", |l, x| Ok(l.boolean(x.is_nil()))),
    Builtin::f1("ENDP", |l, x| match x {
        Obj::Nil => Ok(l.t()),
        Obj::Cons(_) => Ok(Obj::Nil),
        x => Err(l.type_error(&x, l.s.list.into())),
    }),
    Builtin::f2("EQ", |l, a, b| Ok(l.boolean(eq(&a, &b)))),
    Builtin::f2("EQL", |l, a, b| Ok(l.boolean(eql(&a, &b)))),
    Builtin::f2("EQUAL", |l, a, b| Ok(l.boolean(equal(&a, &b)))),
    Builtin::f2("EQUALP", |l, a, b| {
        let r = crate::hash::equalp(&a, &b);
        if crate::stack::overflowed() {
            return Err(l.stack_overflow());
        }
        Ok(l.boolean(r))
    }),
    Builtin::f2("NTH", |l, n, x| {
        let t = nthcdr(l, &n, x)?;
        car(l, &t)
    }),
    Builtin::f2("NTHCDR", |l, n, x| nthcdr(l, &n, x)),
    Builtin::n("LAST", 1, 2, |l, a| {
        let n = match a.get(1) {
            Some(n) => l.index(n)?,
            None => 1,
        };
        let mut lead = a[0].clone();
        let mut lag = a[0].clone();
        for _ in 0..n {
            if !lead.is_cons() {
                return Ok(lag);
            }
            lead = lead.cdr();
        }
        while lead.is_cons() {
            lead = lead.cdr();
            lag = lag.cdr();
        }
        Ok(lag)
    }),
    Builtin::n("BUTLAST", 1, 2, butlast),
    Builtin::n("NBUTLAST", 1, 2, butlast),
    Builtin::n("APPEND", 0, MANY, append),
    Builtin::n("NCONC", 0, MANY, nconc),
    Builtin::f2("REVAPPEND", |l, a, b| revappend(l, &a, b)),
    Builtin::f2("NRECONC", |l, a, b| revappend(l, &a, b)),
    Builtin::f1("COPY-LIST", |_, x| {
        let mut b = ListBuilder::default();
        let mut it = x.iter();
        for y in it.by_ref() {
            b.push(y);
        }
        Ok(b.finish_with(it.rest).at(x.pos()))
    }),
    Builtin::f1("COPY-TREE", |l, x| copy_tree(l, &x)),
    Builtin::f1("COPY-ALIST", |_, x| {
        let pair = |p: Obj| match &p {
            Obj::Cons(c) => Obj::cons(c.car(), c.cdr()),
            _ => p,
        };
        Ok(Obj::list(x.iter().map(pair).collect::<Vec<_>>()))
    }),
    Builtin::f1("LIST-LENGTH", |l, x| {
        let v = l.list_items(&x)?;
        Ok(v.len().into())
    }),
    Builtin::f2("RPLACA", |l, c, v| {
        set_car(l, &c, v)?;
        Ok(c)
    }),
    Builtin::f2("RPLACD", |l, c, v| {
        set_cdr(l, &c, v)?;
        Ok(c)
    }),
    Builtin::f2("SI:%SET-CAR", |l, c, v| set_car(l, &c, v)),
    Builtin::f2("SI:%SET-CDR", |l, c, v| set_cdr(l, &c, v)),
    Builtin::f2("SI:%SET-CAAR", |l, c, v| {
        let c = car(l, &c)?;
        set_car(l, &c, v)
    }),
    Builtin::f2("SI:%SET-CADR", |l, c, v| set_nth(l, 1, c, v)),
    Builtin::f2("SI:%SET-CDAR", |l, c, v| {
        let c = car(l, &c)?;
        set_cdr(l, &c, v)
    }),
    Builtin::f2("SI:%SET-CDDR", |l, c, v| {
        let c = cdr(l, &c)?;
        set_cdr(l, &c, v)
    }),
    Builtin::f2("SI:%SET-THIRD", |l, c, v| set_nth(l, 2, c, v)),
    Builtin::f2("SI:%SET-FOURTH", |l, c, v| set_nth(l, 3, c, v)),
    Builtin::f2("SI:%SET-FIFTH", |l, c, v| set_nth(l, 4, c, v)),
    Builtin::f3("SI:%SET-NTH", |l, n, c, v| {
        let n = l.index(&n)?;
        set_nth(l, n, c, v)
    }),
    Builtin::f3("SI:%SET-NTHCDR", |l, n, c, v| {
        let n = l.index(&n)?;
        if n == 0 {
            return Err(l.error("(SETF (NTHCDR 0 ...)) is not provided"));
        }
        let t = nthcdr(l, &Obj::Fix(n as i64 - 1), c)?;
        set_cdr(l, &t, v)
    }),
    Builtin::n("ACONS", 3, 3, |_, a| {
        Ok(Obj::cons(
            Obj::cons(a[0].clone(), a[1].clone()),
            a[2].clone(),
        ))
    }),
    Builtin::n("PAIRLIS", 2, 3, |l, a| {
        let (ks, vs) = (l.list_items(&a[0])?, l.list_items(&a[1])?);
        let mut r = a.get(2).cloned().unwrap_or_default();
        for (k, v) in ks.into_iter().zip(vs).rev() {
            r = Obj::cons(Obj::cons(k, v), r);
        }
        Ok(r)
    }),
    Builtin::n("MEMBER", 2, MANY, member),
    Builtin::n("MEMBER-IF", 2, 4, |l, a| member_if(l, a, true)),
    Builtin::n("MEMBER-IF-NOT", 2, 4, |l, a| member_if(l, a, false)),
    Builtin::n("ASSOC", 2, MANY, |l, a| assoc(l, a, false)),
    Builtin::n("RASSOC", 2, MANY, |l, a| assoc(l, a, true)),
    Builtin::n("ASSOC-IF", 2, 4, assoc_if),
    Builtin::n("ADJOIN", 2, MANY, |l, a| {
        let s = l.s;
        let k = Keys::parse(l, &a[2..], &[s.k_test, s.k_test_not, s.k_key])?;
        let m = Matcher::of(l, &k);
        let item = m.key(l, a[0].clone())?;
        for x in a[1].iter() {
            if m.matches(l, &item, x)? {
                return Ok(a[1].clone());
            }
        }
        Ok(Obj::cons(a[0].clone(), a[1].clone()))
    }),
    Builtin::n("UNION", 2, MANY, |l, a| set_operation(l, a, SetOp::Union)),
    Builtin::n("NUNION", 2, MANY, |l, a| set_operation(l, a, SetOp::Union)),
    Builtin::n("INTERSECTION", 2, MANY, |l, a| {
        set_operation(l, a, SetOp::Intersection)
    }),
    Builtin::n("NINTERSECTION", 2, MANY, |l, a| {
        set_operation(l, a, SetOp::Intersection)
    }),
    Builtin::n("SET-DIFFERENCE", 2, MANY, |l, a| {
        set_operation(l, a, SetOp::Difference)
    }),
    Builtin::n("NSET-DIFFERENCE", 2, MANY, |l, a| {
        set_operation(l, a, SetOp::Difference)
    }),
    Builtin::n("SET-EXCLUSIVE-OR", 2, MANY, |l, a| {
        let x = set_operation(l, a, SetOp::Difference)?;
        let mut b = a.to_vec();
        b.swap(0, 1);
        let y = set_operation(l, &b, SetOp::Difference)?;
        append(l, &[x, y])
    }),
    Builtin::n("SUBSETP", 2, MANY, |l, a| {
        let r = set_operation(l, a, SetOp::Difference)?;
        Ok(l.boolean(r.is_nil()))
    }),
    Builtin::f2("TAILP", |l, x, list| {
        let mut r = list;
        loop {
            if eql(&r, &x) {
                return Ok(l.t());
            }
            if !r.is_cons() {
                return Ok(Obj::Nil);
            }
            r = r.cdr();
        }
    }),
    Builtin::f2("LDIFF", |_, list, x| {
        let mut b = ListBuilder::default();
        let mut r = list;
        loop {
            if eql(&r, &x) {
                return Ok(b.finish());
            }
            if !r.is_cons() {
                return Ok(b.finish_with(r));
            }
            b.push(r.car());
            r = r.cdr();
        }
    }),
    Builtin::n("TREE-EQUAL", 2, MANY, |l, a| {
        let s = l.s;
        let k = Keys::parse(l, &a[2..], &[s.k_test, s.k_test_not])?;
        let m = Matcher::of(l, &k);
        let r = tree_equal(l, &m, &a[0], &a[1])?;
        Ok(l.boolean(r))
    }),
    Builtin::n("SUBST", 3, MANY, |l, a| {
        let s = l.s;
        let k = Keys::parse(l, &a[3..], &[s.k_test, s.k_test_not, s.k_key])?;
        let m = Matcher::of(l, &k);
        subst(l, &m, &a[0], &a[1], &a[2])
    }),
    Builtin::n("NSUBST", 3, MANY, |l, a| {
        let s = l.s;
        let k = Keys::parse(l, &a[3..], &[s.k_test, s.k_test_not, s.k_key])?;
        let m = Matcher::of(l, &k);
        subst(l, &m, &a[0], &a[1], &a[2])
    }),
    Builtin::n("SUBLIS", 2, MANY, |l, a| {
        let s = l.s;
        let k = Keys::parse(l, &a[2..], &[s.k_test, s.k_test_not, s.k_key])?;
        let m = Matcher::of(l, &k);
        let alist = l.list_items(&a[0])?;
        sublis(l, &m, &alist, &a[1])
    }),
    Builtin::n("GETF", 2, 3, |l, a| {
        let mut r = a[0].clone();
        while r.is_cons() {
            if !r.cdr().is_cons() {
                return Err(l.error("GETF: the property list has an odd length"));
            }
            if eq(&r.car(), &a[1]) {
                return Ok(r.cadr());
            }
            r = r.cddr();
        }
        Ok(a.get(2).cloned().unwrap_or_default())
    }),
    Builtin::f3("SI:%PUT-PLIST", |_, plist, k, v| {
        let mut r = plist.clone();
        while let Obj::Cons(c) = &r {
            if eq(&c.car(), &k) {
                if let Obj::Cons(d) = c.cdr() {
                    d.set_car(v);
                }
                return Ok(plist);
            }
            r = r.cddr();
        }
        Ok(Obj::cons(k, Obj::cons(v, plist)))
    }),
    Builtin::f2("SI:%REM-PLIST", |l, plist, k| {
        let v = l.list_items(&plist)?;
        let mut found = false;
        let mut out = Vec::new();
        for kv in v.chunks(2) {
            if !found && eq(&kv[0], &k) {
                found = true;
            } else {
                out.extend_from_slice(kv);
            }
        }
        let r = vec![Obj::list(out), l.boolean(found)];
        Ok(l.return_values(r))
    }),
    Builtin::n("GET-PROPERTIES", 2, 2, |l, a| {
        let mut r = a[0].clone();
        while let Obj::Cons(c) = &r {
            let k = c.car();
            if a[1].iter().any(|x| eq(&x, &k)) {
                let v = vec![k, r.cadr(), r.clone()];
                return Ok(l.return_values(v));
            }
            r = r.cddr();
        }
        Ok(l.return_values(vec![Obj::Nil; 3]))
    }),
    Builtin::f1("IDENTITY", |_, x| Ok(x)),
    // what destructuring expands into
    Builtin::f2("SI:%NEED", |l, x, context| match &x {
        Obj::Cons(c) => Ok(c.car()),
        _ => Err(bad_pattern(l, &context, "too few arguments for", "")),
    }),
    Builtin::f2("SI:%NO-MORE", |l, x, context| match &x {
        Obj::Nil => Ok(Obj::Nil),
        _ => {
            let p = format!(": {} is left over", l.print(&x));
            Err(bad_pattern(l, &context, "too many arguments for", &p))
        }
    }),
    Builtin::f3("SI:%KEY-CELL", |l, plist, key, context| {
        let mut r = plist;
        while r.is_cons() {
            let Obj::Cons(v) = r.cdr() else {
                return Err(bad_pattern(l, &context, ODD, ""));
            };
            if eq(&r.car(), &key) {
                return Ok(Obj::Cons(v));
            }
            r = r.cddr();
        }
        Ok(Obj::Nil)
    }),
    Builtin::f3("SI:%CHECK-KEYS", |l, plist, known, context| {
        let allow = l.s.k_allow_other_keys;
        let v = l.list_items(&plist)?;
        if v.len() % 2 == 1 {
            return Err(bad_pattern(l, &context, ODD, ""));
        }
        let pairs = || v.chunks(2);
        if pairs().any(|kv| kv[0].is_sym(allow) && kv[1].is_true()) {
            return Ok(Obj::Nil);
        }
        for kv in pairs() {
            if !kv[0].is_sym(allow) && !known.iter().any(|k| eq(&k, &kv[0])) {
                let m = format!("{} is not a keyword argument of", l.print(&kv[0]));
                return Err(bad_pattern(l, &context, &m, ""));
            }
        }
        Ok(Obj::Nil)
    }),
];

const ODD: &str = "odd number of keyword arguments for";

/// Arguments do not fit a pattern. A macro's are the fault of its caller.
fn bad_pattern(l: &mut Lisp, context: &Obj, before: &str, after: &str) -> Exit {
    let c = l.display(context);
    if c.starts_with("the macro")
        && let Some(call) = l.calls.last()
    {
        l.site = call.site;
    }
    l.signal_named("PROGRAM-ERROR", &format!("{before} {c}{after}"))
}

pub(crate) fn car(l: &mut Lisp, x: &Obj) -> Res {
    match x {
        Obj::Cons(c) => Ok(c.car()),
        Obj::Nil => Ok(Obj::Nil),
        _ => Err(l.type_error(x, l.s.list.into())),
    }
}

pub(crate) fn cdr(l: &mut Lisp, x: &Obj) -> Res {
    match x {
        Obj::Cons(c) => Ok(c.cdr()),
        Obj::Nil => Ok(Obj::Nil),
        _ => Err(l.type_error(x, l.s.list.into())),
    }
}

/// Follows a path, first step first.
fn path(l: &mut Lisp, mut x: Obj, steps: &str) -> Res {
    for s in steps.bytes() {
        x = if s == b'a' { car(l, &x)? } else { cdr(l, &x)? };
    }
    Ok(x)
}

fn set_car(l: &mut Lisp, c: &Obj, v: Obj) -> Res {
    match c {
        Obj::Cons(c) => {
            c.set_car(v.clone());
            Ok(v)
        }
        _ => Err(l.type_error(c, l.s.cons.into())),
    }
}

fn set_cdr(l: &mut Lisp, c: &Obj, v: Obj) -> Res {
    match c {
        Obj::Cons(c) => {
            c.set_cdr(v.clone());
            Ok(v)
        }
        _ => Err(l.type_error(c, l.s.cons.into())),
    }
}

fn set_nth(l: &mut Lisp, n: usize, c: Obj, v: Obj) -> Res {
    let mut c = c;
    for _ in 0..n {
        c = cdr(l, &c)?;
    }
    set_car(l, &c, v)
}

fn nthcdr(l: &mut Lisp, n: &Obj, x: Obj) -> Res {
    let n = l.index(n)?;
    let mut x = x;
    for _ in 0..n {
        if x.is_nil() {
            break;
        }
        x = cdr(l, &x)?;
    }
    Ok(x)
}

fn make_list(l: &mut Lisp, a: &[Obj]) -> Res {
    let n = l.index(&a[0])?;
    let key = l.keyword.intern("INITIAL-ELEMENT");
    let k = Keys::parse(l, &a[1..], &[key])?;
    let x = k.get(key).cloned().unwrap_or_default();
    Ok(Obj::list(vec![x; n]))
}

fn butlast(l: &mut Lisp, a: &[Obj]) -> Res {
    let n = match a.get(1) {
        Some(n) => l.index(n)?,
        None => 1,
    };
    let mut v = a[0].to_vec();
    v.truncate(v.len().saturating_sub(n));
    Ok(Obj::list(v))
}

fn append(l: &mut Lisp, a: &[Obj]) -> Res {
    let Some((last, front)) = a.split_last() else {
        return Ok(Obj::Nil);
    };
    let mut b = ListBuilder::default();
    for x in front {
        let mut it = x.iter();
        for y in it.by_ref() {
            b.push(y);
        }
        if it.rest.is_true() {
            return Err(l.type_error(x, l.s.list.into()));
        }
    }
    Ok(b.finish_with(last.clone()))
}

fn nconc(l: &mut Lisp, a: &[Obj]) -> Res {
    let mut result = Obj::Nil;
    let mut tail: Option<Rc<crate::object::Cons>> = None;
    for (i, x) in a.iter().enumerate() {
        match x {
            Obj::Nil => continue,
            Obj::Cons(_) => {}
            _ if i + 1 == a.len() => {}
            _ => return Err(l.type_error(x, l.s.list.into())),
        }
        match &tail {
            None => result = x.clone(),
            Some(t) => t.set_cdr(x.clone()),
        }
        let mut r = x.clone();
        while let Obj::Cons(c) = &r {
            let next = c.cdr();
            if !next.is_cons() {
                tail = Some(c.clone());
            }
            r = next;
        }
    }
    Ok(result)
}

fn revappend(l: &mut Lisp, a: &Obj, b: Obj) -> Res {
    let v = l.list_items(a)?;
    let mut r = b;
    for x in v {
        r = Obj::cons(x, r);
    }
    Ok(r)
}

fn copy_tree(l: &mut Lisp, x: &Obj) -> Res {
    if !x.is_cons() {
        return Ok(x.clone());
    }
    l.check_stack()?;
    let mut b = ListBuilder::default();
    let mut it = x.iter();
    for y in it.by_ref() {
        b.push(copy_tree(l, &y)?);
    }
    Ok(b.finish_with(it.rest).at(x.pos()))
}

fn member(l: &mut Lisp, a: &[Obj]) -> Res {
    let mut r = a[1].clone();
    if a.len() == 2 && a[0].is_eq_comparable() {
        while let Obj::Cons(c) = &r {
            if c.car_is(&a[0]) {
                return Ok(r);
            }
            let next = c.cdr();
            r = next;
        }
    } else {
        let s = l.s;
        let k = Keys::parse(l, &a[2..], &[s.k_test, s.k_test_not, s.k_key])?;
        let m = Matcher::of(l, &k);
        while let Obj::Cons(c) = &r {
            if m.matches(l, &a[0], c.car())? {
                return Ok(r);
            }
            let next = c.cdr();
            r = next;
        }
    }
    match r {
        Obj::Nil => Ok(Obj::Nil),
        _ => Err(l.type_error(&a[1], l.s.list.into())),
    }
}

fn member_if(l: &mut Lisp, a: &[Obj], want: bool) -> Res {
    let s = l.s;
    let k = Keys::parse(l, &a[2..], &[s.k_key])?;
    let m = Matcher::of(l, &k);
    let mut r = a[1].clone();
    while let Obj::Cons(c) = &r {
        let x = m.key(l, c.car())?;
        if l.funcall(&a[0], &[x])?.is_true() == want {
            return Ok(r);
        }
        let next = c.cdr();
        r = next;
    }
    Ok(Obj::Nil)
}

fn assoc(l: &mut Lisp, a: &[Obj], by_value: bool) -> Res {
    let s = l.s;
    let k = Keys::parse(l, &a[2..], &[s.k_test, s.k_test_not, s.k_key])?;
    let m = Matcher::of(l, &k);
    let mut r = a[1].clone();
    let quick = !by_value && m.is_eq(&a[0]);
    while let Obj::Cons(c) = &r {
        if quick && c.caar_is(&a[0]) {
            return Ok(c.car());
        }
        if quick && c.car_is_list() {
            let next = c.cdr();
            r = next;
            continue;
        }
        let pair = c.car();
        match &pair {
            Obj::Nil => {}
            Obj::Cons(p) => {
                let x = if by_value { p.cdr() } else { p.car() };
                if m.matches(l, &a[0], x)? {
                    return Ok(pair);
                }
            }
            _ => return Err(l.type_error(&pair, l.s.list.into())),
        }
        let next = c.cdr();
        r = next;
    }
    match r {
        Obj::Nil => Ok(Obj::Nil),
        _ => Err(l.type_error(&a[1], l.s.list.into())),
    }
}

fn assoc_if(l: &mut Lisp, a: &[Obj]) -> Res {
    let s = l.s;
    let k = Keys::parse(l, &a[2..], &[s.k_key])?;
    let m = Matcher::of(l, &k);
    for pair in a[1].iter() {
        if pair.is_cons() {
            let x = m.key(l, pair.car())?;
            if l.funcall(&a[0], &[x])?.is_true() {
                return Ok(pair);
            }
        }
    }
    Ok(Obj::Nil)
}

#[derive(Clone, Copy, PartialEq)]
enum SetOp {
    Union,
    Intersection,
    Difference,
}

/// Results keep the order of the first list; a union adds the second's new ones.
fn set_operation(l: &mut Lisp, a: &[Obj], op: SetOp) -> Res {
    let s = l.s;
    let k = Keys::parse(l, &a[2..], &[s.k_test, s.k_test_not, s.k_key])?;
    let m = Matcher::of(l, &k);
    let (x, y) = (l.list_items(&a[0])?, l.list_items(&a[1])?);
    let found = |l: &mut Lisp, e: &Obj, set: &[Obj], swap: bool| -> Result<bool, Exit> {
        let e = m.key(l, e.clone())?;
        for z in set {
            let z = m.key(l, z.clone())?;
            let same = if swap {
                m.same(l, &z, &e)?
            } else {
                m.same(l, &e, &z)?
            };
            if same {
                return Ok(true);
            }
        }
        Ok(false)
    };
    let mut out = Vec::new();
    if op == SetOp::Union {
        out = x.clone();
        for e in &y {
            if !found(l, e, &x, true)? {
                out.push(e.clone());
            }
        }
    } else {
        for e in &x {
            if found(l, e, &y, false)? == (op == SetOp::Intersection) {
                out.push(e.clone());
            }
        }
    }
    Ok(Obj::list(out))
}

fn tree_equal(l: &mut Lisp, m: &Matcher, a: &Obj, b: &Obj) -> Result<bool, Exit> {
    match (a, b) {
        (Obj::Cons(x), Obj::Cons(y)) => {
            Ok(tree_equal(l, m, &x.car(), &y.car())? && tree_equal(l, m, &x.cdr(), &y.cdr())?)
        }
        (Obj::Cons(_), _) | (_, Obj::Cons(_)) => Ok(false),
        _ => m.same(l, a, b),
    }
}

fn subst(l: &mut Lisp, m: &Matcher, new: &Obj, old: &Obj, tree: &Obj) -> Res {
    l.check_stack()?;
    if m.matches(l, old, tree.clone())? {
        return Ok(new.clone());
    }
    match tree {
        Obj::Cons(c) => {
            let a = subst(l, m, new, old, &c.car())?;
            let d = subst(l, m, new, old, &c.cdr())?;
            if eql(&a, &c.car()) && eql(&d, &c.cdr()) {
                return Ok(tree.clone());
            }
            Ok(Obj::cons(a, d).at(c.pos()))
        }
        _ => Ok(tree.clone()),
    }
}

fn sublis(l: &mut Lisp, m: &Matcher, alist: &[Obj], tree: &Obj) -> Res {
    l.check_stack()?;
    let x = m.key(l, tree.clone())?;
    for p in alist {
        if p.is_cons() && m.same(l, &p.car(), &x)? {
            return Ok(p.cdr());
        }
    }
    match tree {
        Obj::Cons(c) => {
            let a = sublis(l, m, alist, &c.car())?;
            let d = sublis(l, m, alist, &c.cdr())?;
            if eql(&a, &c.car()) && eql(&d, &c.cdr()) {
                return Ok(tree.clone());
            }
            Ok(Obj::cons(a, d).at(c.pos()))
        }
        _ => Ok(tree.clone()),
    }
}
