//! Sequences: making, taking apart, mapping.

use super::args::Keys;
use super::arrays::{element_type, make_vector, store};
use crate::array::ElementType;
use crate::function::{Builtin, MANY};
use crate::interp::{Exit, Lisp, Res};
use crate::object::{ListBuilder, Obj};

pub(crate) const TABLE: &[Builtin] = &[
    Builtin::f1("LENGTH", |l, x| length(l, &x).map(Obj::from)),
    Builtin::f2("ELT", |l, x, i| {
        let n = l.index(&i)?;
        match &x {
            Obj::Cons(_) | Obj::Nil => match x.iter().nth(n) {
                Some(v) => Ok(v),
                None => Err(bad_index(l, n)),
            },
            _ => {
                if n >= length(l, &x)? {
                    return Err(bad_index(l, n));
                }
                super::arrays::aref(l, &x, &[i])
            }
        }
    }),
    Builtin::f3("SI:%SET-ELT", |l, x, i, v| {
        let n = l.index(&i)?;
        if let Obj::Cons(_) = &x {
            let mut r = x.clone();
            for _ in 0..n {
                r = r.cdr();
            }
            return match &r {
                Obj::Cons(c) => {
                    c.set_car(v.clone());
                    Ok(v)
                }
                _ => Err(bad_index(l, n)),
            };
        }
        if n >= length(l, &x)? {
            return Err(bad_index(l, n));
        }
        store(l, &x, n, v)
    }),
    Builtin::n("SUBSEQ", 2, 3, |l, a| {
        let v = l.items(&a[0])?;
        let (s, e) = l.bounds(a.get(1), a.get(2), v.len())?;
        like(l, &a[0], v[s..e].to_vec())
    }),
    Builtin::n("SI:%SET-SUBSEQ", 3, 4, |l, a| {
        let (new, end) = match a {
            [_, _, n] => (n, None),
            _ => (&a[3], Some(&a[2])),
        };
        let n = length(l, &a[0])?;
        let (s, e) = l.bounds(Some(&a[1]), end, n)?;
        let items = l.items(new)?;
        for (i, x) in items.into_iter().take(e - s).enumerate() {
            set_item(l, &a[0], s + i, x)?;
        }
        Ok(new.clone())
    }),
    Builtin::f1("COPY-SEQ", |l, x| {
        let v = l.items(&x)?;
        like(l, &x, v)
    }),
    Builtin::f1("REVERSE", |l, x| {
        let mut v = l.items(&x)?;
        v.reverse();
        like(l, &x, v)
    }),
    Builtin::f1("NREVERSE", |l, x| {
        let mut v = l.items(&x)?;
        v.reverse();
        if x.is_list() {
            return Ok(Obj::list(v));
        }
        for (i, y) in v.into_iter().enumerate() {
            store(l, &x, i, y)?;
        }
        Ok(x)
    }),
    Builtin::n("CONCATENATE", 1, MANY, |l, a| {
        let mut v = Vec::new();
        for x in &a[1..] {
            v.extend(l.items(x)?);
        }
        of_type(l, &a[0], v)
    }),
    Builtin::n("MAKE-SEQUENCE", 2, MANY, |l, a| {
        let n = l.index(&a[1])?;
        let key = l.keyword.intern("INITIAL-ELEMENT");
        let k = Keys::parse(l, &a[2..], &[key])?;
        let x = match k.get(key) {
            Some(x) => x.clone(),
            None => {
                let empty = of_type(l, &a[0], Vec::new())?;
                match &empty {
                    Obj::Nil => Obj::Nil,
                    Obj::Str(_) => Obj::Char(' '),
                    v => element_type(v).initial(),
                }
            }
        };
        of_type(l, &a[0], vec![x; n])
    }),
    Builtin::n("FILL", 2, MANY, |l, a| {
        let s = l.s;
        let k = Keys::parse(l, &a[2..], &[s.k_start, s.k_end])?;
        let n = length(l, &a[0])?;
        let (s, e) = l.bounds(k.get(s.k_start), k.get(s.k_end), n)?;
        for i in s..e {
            set_item(l, &a[0], i, a[1].clone())?;
        }
        Ok(a[0].clone())
    }),
    Builtin::n("REPLACE", 2, MANY, |l, a| {
        let s = l.s;
        let k = Keys::parse(l, &a[2..], &[s.k_start1, s.k_end1, s.k_start2, s.k_end2])?;
        let n = length(l, &a[0])?;
        let v = l.items(&a[1])?;
        let (s1, e1) = l.bounds(k.get(s.k_start1), k.get(s.k_end1), n)?;
        let (s2, e2) = l.bounds(k.get(s.k_start2), k.get(s.k_end2), v.len())?;
        for (i, x) in v[s2..e2].iter().take(e1 - s1).enumerate() {
            set_item(l, &a[0], s1 + i, x.clone())?;
        }
        Ok(a[0].clone())
    }),
    Builtin::n("MAP", 3, MANY, |l, a| {
        let v = map_sequences(l, &a[1], &a[2..])?;
        if a[0].is_nil() {
            return Ok(Obj::Nil);
        }
        of_type(l, &a[0], v)
    }),
    Builtin::n("MAP-INTO", 2, MANY, |l, a| {
        let v = map_sequences(l, &a[1], &a[2..])?;
        let n = length(l, &a[0])?;
        for (i, x) in v.into_iter().take(n).enumerate() {
            set_item(l, &a[0], i, x)?;
        }
        Ok(a[0].clone())
    }),
    Builtin::n("MAPCAR", 2, MANY, |l, a| {
        let mut b = ListBuilder::default();
        map_lists(l, a, false, |_, v| {
            b.push(v);
            Ok(())
        })?;
        Ok(b.finish())
    }),
    Builtin::n("MAPC", 2, MANY, |l, a| {
        map_lists(l, a, false, |_, _| Ok(()))?;
        Ok(a[1].clone())
    }),
    Builtin::n("MAPCAN", 2, MANY, |l, a| {
        let mut parts = Vec::new();
        map_lists(l, a, false, |_, v| {
            parts.push(v);
            Ok(())
        })?;
        splice(l, parts)
    }),
    Builtin::n("MAPLIST", 2, MANY, |l, a| {
        let mut b = ListBuilder::default();
        map_lists(l, a, true, |_, v| {
            b.push(v);
            Ok(())
        })?;
        Ok(b.finish())
    }),
    Builtin::n("MAPL", 2, MANY, |l, a| {
        map_lists(l, a, true, |_, _| Ok(()))?;
        Ok(a[1].clone())
    }),
    Builtin::n("MAPCON", 2, MANY, |l, a| {
        let mut parts = Vec::new();
        map_lists(l, a, true, |_, v| {
            parts.push(v);
            Ok(())
        })?;
        splice(l, parts)
    }),
    Builtin::n("EVERY", 2, MANY, |l, a| {
        let r = quantify(l, a, |v| v.is_nil())?;
        Ok(if r.is_some() { Obj::Nil } else { l.t() })
    }),
    Builtin::n("SOME", 2, MANY, |l, a| {
        Ok(quantify(l, a, |v| v.is_true())?.unwrap_or_default())
    }),
    Builtin::n("NOTANY", 2, MANY, |l, a| {
        let r = quantify(l, a, |v| v.is_true())?;
        Ok(l.boolean(r.is_none()))
    }),
    Builtin::n("NOTEVERY", 2, MANY, |l, a| {
        let r = quantify(l, a, |v| v.is_nil())?;
        Ok(l.boolean(r.is_some()))
    }),
    Builtin::n("REDUCE", 2, MANY, reduce),
    Builtin::f2("COERCE", |l, x, t| coerce(l, x, &t)),
];

fn bad_index(l: &mut Lisp, n: usize) -> Exit {
    l.error(&format!("the index {n} is beyond the end of the sequence"))
}

pub(crate) fn length(l: &mut Lisp, x: &Obj) -> Result<usize, Exit> {
    match x {
        Obj::Nil => Ok(0),
        Obj::Cons(_) => {
            let mut n = 0;
            let mut r = x.clone();
            while let Obj::Cons(c) = &r {
                n += 1;
                let next = c.cdr();
                r = next;
            }
            match r {
                Obj::Nil => Ok(n),
                _ => Err(l.type_error(x, l.s.list.into())),
            }
        }
        Obj::Str(s) => Ok(s.len()),
        Obj::Vector(v) => Ok(v.len()),
        _ => Err(l.type_error(x, l.s.sequence.into())),
    }
}

/// Stores into any sequence.
pub(crate) fn set_item(l: &mut Lisp, x: &Obj, i: usize, v: Obj) -> Res {
    if let Obj::Cons(_) = x {
        let mut r = x.clone();
        for _ in 0..i {
            r = r.cdr();
        }
        if let Obj::Cons(c) = &r {
            c.set_car(v.clone());
        }
        return Ok(v);
    }
    store(l, x, i, v)
}

/// A new sequence of the kind of an old one.
pub(crate) fn like(l: &mut Lisp, model: &Obj, v: Vec<Obj>) -> Res {
    match model {
        Obj::Nil | Obj::Cons(_) => Ok(Obj::list(v)),
        m => make_vector(l, element_type(m), v, usize::MAX, false),
    }
}

/// A new sequence of a type named by a specifier.
pub(crate) fn of_type(l: &mut Lisp, t: &Obj, v: Vec<Obj>) -> Res {
    let s = l.s;
    let t = l.expand_type(t)?;
    let name = match &t {
        Obj::Cons(c) => c.car(),
        t => t.clone(),
    };
    let Obj::Sym(n) = name else {
        return Err(l.error("this is not a type of sequences"));
    };
    let (et, size) = (t.cadr(), t.cddr().car());
    let string = [
        s.string,
        s.simple_string,
        s.base_string,
        s.simple_base_string,
    ];
    let (element, length) = if n == s.list || n == s.cons || n == s.null {
        return Ok(Obj::list(v));
    } else if string.contains(&n) {
        (ElementType::Character, t.cadr())
    } else if n == s.simple_vector {
        (ElementType::T, t.cadr())
    } else if n == s.bit_vector || n == s.simple_bit_vector {
        (ElementType::Bit, t.cadr())
    } else if n == s.vector || n == s.array || n == s.simple_array {
        let e = match &et {
            Obj::Nil => ElementType::T,
            x if x.is_sym(s.star) => ElementType::T,
            x => super::arrays::parse_type(l, x)?,
        };
        let size = match size {
            Obj::Cons(c) => c.car(),
            x => x,
        };
        (e, size)
    } else if n == s.sequence {
        return Ok(Obj::list(v));
    } else {
        let p = l.print(&t);
        return Err(l.error(&format!("{p} is not a type of sequences")));
    };
    if let Obj::Fix(k) = length
        && k != v.len() as i64
    {
        return Err(l.error(&format!(
            "{} elements do not make a sequence of {k}",
            v.len()
        )));
    }
    make_vector(l, element, v, usize::MAX, false)
}

fn map_sequences(l: &mut Lisp, f: &Obj, seqs: &[Obj]) -> Result<Vec<Obj>, Exit> {
    let f = Obj::Func(l.function_of(f)?);
    let mut v = Vec::new();
    for s in seqs {
        v.push(l.items(s)?);
    }
    let n = v.iter().map(Vec::len).min().unwrap_or(0);
    let mut out = Vec::with_capacity(n);
    for i in 0..n {
        let args: Vec<Obj> = v.iter().map(|s| s[i].clone()).collect();
        out.push(l.funcall(&f, &args)?);
    }
    Ok(out)
}

fn map_lists(
    l: &mut Lisp,
    a: &[Obj],
    tails: bool,
    mut out: impl FnMut(&mut Lisp, Obj) -> Result<(), Exit>,
) -> Result<(), Exit> {
    let f = Obj::Func(l.function_of(&a[0])?);
    if let [_, list] = a {
        let mut r = list.clone();
        loop {
            let (car, next) = match &r {
                Obj::Cons(c) => (c.car(), c.cdr()),
                Obj::Nil => return Ok(()),
                other => return Err(l.type_error(other, l.s.list.into())),
            };
            let arg = if tails { r.clone() } else { car };
            let v = l.funcall(&f, &[arg])?;
            out(l, v)?;
            r = next;
        }
    }
    let mut lists = a[1..].to_vec();
    loop {
        let mut args = Vec::with_capacity(lists.len());
        for x in &mut lists {
            let next = match &*x {
                Obj::Cons(c) => {
                    args.push(if tails { x.clone() } else { c.car() });
                    c.cdr()
                }
                Obj::Nil => return Ok(()),
                other => return Err(l.type_error(other, l.s.list.into())),
            };
            *x = next;
        }
        let v = l.funcall(&f, &args)?;
        out(l, v)?;
    }
}

fn splice(l: &mut Lisp, parts: Vec<Obj>) -> Res {
    let nconc = Obj::Sym(l.cl.intern("NCONC"));
    l.apply(&nconc, &parts)
}

fn quantify(l: &mut Lisp, a: &[Obj], stop: fn(&Obj) -> bool) -> Result<Option<Obj>, Exit> {
    let f = Obj::Func(l.function_of(&a[0])?);
    if let [_, list @ (Obj::Cons(_) | Obj::Nil)] = a {
        for x in list.iter() {
            let v = l.funcall(&f, &[x])?;
            if stop(&v) {
                return Ok(Some(v));
            }
        }
        return Ok(None);
    }
    let mut v = Vec::new();
    for s in &a[1..] {
        v.push(l.items(s)?);
    }
    let n = v.iter().map(Vec::len).min().unwrap_or(0);
    for i in 0..n {
        let args: Vec<Obj> = v.iter().map(|s| s[i].clone()).collect();
        let r = l.funcall(&f, &args)?;
        if stop(&r) {
            return Ok(Some(r));
        }
    }
    Ok(None)
}

fn reduce(l: &mut Lisp, a: &[Obj]) -> Res {
    let s = l.s;
    let k = Keys::parse(
        l,
        &a[2..],
        &[s.k_key, s.k_from_end, s.k_start, s.k_end, s.k_initial_value],
    )?;
    let v = l.items(&a[1])?;
    let (start, end) = l.bounds(k.get(s.k_start), k.get(s.k_end), v.len())?;
    let mut v = v[start..end].to_vec();
    if let Some(key) = k.on(s.k_key) {
        for x in &mut v {
            *x = l.funcall(key, std::slice::from_ref(x))?;
        }
    }
    let from_end = k.on(s.k_from_end).is_some();
    if from_end {
        v.reverse();
    }
    let mut it = v.into_iter();
    let mut r = match k.get(s.k_initial_value) {
        Some(x) => x.clone(),
        None => match it.next() {
            Some(x) => x,
            None => return l.funcall(&a[0], &[]),
        },
    };
    for x in it {
        let args = if from_end { [x, r] } else { [r, x] };
        r = l.funcall(&a[0], &args)?;
    }
    Ok(r)
}

fn coerce(l: &mut Lisp, x: Obj, t: &Obj) -> Res {
    let s = l.s;
    if l.is_type(&x, t)? {
        return Ok(x);
    }
    let t = l.expand_type(t)?;
    let name = match &t {
        Obj::Cons(c) => c.car(),
        t => t.clone(),
    };
    if let Obj::Sym(n) = name {
        if n == s.character {
            let f = Obj::Sym(s.character);
            return l.funcall(&f, &[x]);
        }
        if n == s.float || n == s.single_float || n == s.short_float {
            return l.as_float(&x, false);
        }
        if n == s.double_float || n == s.long_float {
            return l.as_float(&x, true);
        }
        if n == s.function {
            return l.function_of(&x).map(Obj::Func);
        }
        if n == s.complex {
            return l.complex(x, Obj::Fix(0));
        }
        if super::sequence_items(&x).is_some() && n != s.t {
            let v = l.items(&x)?;
            return of_type(l, &t, v);
        }
    }
    Err(l.type_error(&x, t))
}
