//! Strings.

use super::args::Keys;
use super::chars::radix;
use crate::array::StrObj;
use crate::chars::{downcase, upcase};
use crate::function::{Builtin, MANY};
use crate::interp::{Exit, Lisp, Res};
use crate::object::Obj;
use num_bigint::BigInt;
use std::rc::Rc;

pub(crate) const TABLE: &[Builtin] = &[
    Builtin::f1("STRINGP", |l, x| Ok(l.boolean(matches!(x, Obj::Str(_))))),
    Builtin::f1("SIMPLE-STRING-P", |l, x| {
        Ok(l.boolean(matches!(&x, Obj::Str(s) if s.fill.get() == usize::MAX && !s.adjustable)))
    }),
    Builtin::f1("STRING", |l, x| match &x {
        Obj::Str(_) => Ok(x),
        Obj::Sym(s) => Ok(s.name_string()),
        _ => Ok(Obj::string(&l.string_designator(&x)?)),
    }),
    Builtin::n("MAKE-STRING", 1, MANY, |l, a| {
        let n = l.index(&a[0])?;
        let known = ["INITIAL-ELEMENT", "ELEMENT-TYPE"].map(|k| l.keyword.intern(k));
        let k = Keys::parse(l, &a[1..], &known)?;
        let c = match k.get(known[0]) {
            Some(c) => super::chars::ch(l, c)?,
            None => ' ',
        };
        Ok(new(vec![c; n]))
    }),
    Builtin::n("STRING-UPCASE", 1, MANY, |l, a| {
        convert(l, a, Casing::Up, false)
    }),
    Builtin::n("STRING-DOWNCASE", 1, MANY, |l, a| {
        convert(l, a, Casing::Down, false)
    }),
    Builtin::n("STRING-CAPITALIZE", 1, MANY, |l, a| {
        convert(l, a, Casing::Capital, false)
    }),
    Builtin::n("NSTRING-UPCASE", 1, MANY, |l, a| {
        convert(l, a, Casing::Up, true)
    }),
    Builtin::n("NSTRING-DOWNCASE", 1, MANY, |l, a| {
        convert(l, a, Casing::Down, true)
    }),
    Builtin::n("NSTRING-CAPITALIZE", 1, MANY, |l, a| {
        convert(l, a, Casing::Capital, true)
    }),
    Builtin::n("STRING=", 2, MANY, |l, a| equality(l, a, |c| c, true)),
    Builtin::n("STRING/=", 2, MANY, |l, a| {
        order(l, a, |c| c, |o| o.is_ne())
    }),
    Builtin::n("STRING<", 2, MANY, |l, a| order(l, a, |c| c, |o| o.is_lt())),
    Builtin::n("STRING>", 2, MANY, |l, a| order(l, a, |c| c, |o| o.is_gt())),
    Builtin::n("STRING<=", 2, MANY, |l, a| {
        order(l, a, |c| c, |o| o.is_le())
    }),
    Builtin::n("STRING>=", 2, MANY, |l, a| {
        order(l, a, |c| c, |o| o.is_ge())
    }),
    Builtin::n("STRING-EQUAL", 2, MANY, |l, a| equality(l, a, upcase, true)),
    Builtin::n("STRING-NOT-EQUAL", 2, MANY, |l, a| {
        order(l, a, upcase, |o| o.is_ne())
    }),
    Builtin::n("STRING-LESSP", 2, MANY, |l, a| {
        order(l, a, upcase, |o| o.is_lt())
    }),
    Builtin::n("STRING-GREATERP", 2, MANY, |l, a| {
        order(l, a, upcase, |o| o.is_gt())
    }),
    Builtin::n("STRING-NOT-GREATERP", 2, MANY, |l, a| {
        order(l, a, upcase, |o| o.is_le())
    }),
    Builtin::n("STRING-NOT-LESSP", 2, MANY, |l, a| {
        order(l, a, upcase, |o| o.is_ge())
    }),
    Builtin::f2("STRING-TRIM", |l, bag, s| trim(l, &bag, &s, true, true)),
    Builtin::f2("STRING-LEFT-TRIM", |l, bag, s| {
        trim(l, &bag, &s, true, false)
    }),
    Builtin::f2("STRING-RIGHT-TRIM", |l, bag, s| {
        trim(l, &bag, &s, false, true)
    }),
    Builtin::n("PARSE-INTEGER", 1, MANY, parse_integer),
    Builtin::n("SI:STRING-APPEND", 0, MANY, |l, a| {
        let mut r = String::new();
        for x in a {
            r.push_str(&l.string_designator(x)?);
        }
        Ok(Obj::string(&r))
    }),
];

fn new(chars: Vec<char>) -> Obj {
    Obj::Str(Rc::new(StrObj::new(chars)))
}

#[derive(Clone, Copy, PartialEq)]
enum Casing {
    Up,
    Down,
    Capital,
}

fn convert(l: &mut Lisp, a: &[Obj], how: Casing, in_place: bool) -> Res {
    let s = l.s;
    let k = Keys::parse(l, &a[1..], &[s.k_start, s.k_end])?;
    let mut v: Vec<char> = l.string_designator(&a[0])?.chars().collect();
    let (start, end) = l.bounds(k.get(s.k_start), k.get(s.k_end), v.len())?;
    let mut inside = false;
    for c in &mut v[start..end] {
        *c = match how {
            Casing::Up => upcase(*c),
            Casing::Down => downcase(*c),
            Casing::Capital => {
                let r = if inside { downcase(*c) } else { upcase(*c) };
                inside = c.is_alphanumeric();
                r
            }
        };
    }
    if in_place && let Obj::Str(o) = &a[0] {
        o.chars.borrow_mut()[..v.len()].copy_from_slice(&v);
        return Ok(a[0].clone());
    }
    Ok(new(v))
}

/// The two substrings that the bounds select, folded, and where the first starts.
#[allow(clippy::type_complexity)]
fn two(
    l: &mut Lisp,
    a: &[Obj],
    fold: fn(char) -> char,
) -> Result<(Vec<char>, Vec<char>, usize), Exit> {
    let s = l.s;
    let x: Vec<char> = l.string_designator(&a[0])?.chars().map(fold).collect();
    let y: Vec<char> = l.string_designator(&a[1])?.chars().map(fold).collect();
    if a.len() == 2 {
        return Ok((x, y, 0));
    }
    let k = Keys::parse(l, &a[2..], &[s.k_start1, s.k_end1, s.k_start2, s.k_end2])?;
    let (s1, e1) = l.bounds(k.get(s.k_start1), k.get(s.k_end1), x.len())?;
    let (s2, e2) = l.bounds(k.get(s.k_start2), k.get(s.k_end2), y.len())?;
    Ok((x[s1..e1].to_vec(), y[s2..e2].to_vec(), s1))
}

fn equality(l: &mut Lisp, a: &[Obj], fold: fn(char) -> char, want: bool) -> Res {
    let (x, y, _) = two(l, a, fold)?;
    Ok(l.boolean((x == y) == want))
}

fn order(
    l: &mut Lisp,
    a: &[Obj],
    fold: fn(char) -> char,
    ok: fn(std::cmp::Ordering) -> bool,
) -> Res {
    let (x, y, offset) = two(l, a, fold)?;
    if !ok(x.cmp(&y)) {
        return Ok(Obj::Nil);
    }
    let same = x.iter().zip(&y).take_while(|(p, q)| p == q).count();
    Ok((offset + same).into())
}

fn trim(l: &mut Lisp, bag: &Obj, s: &Obj, left: bool, right: bool) -> Res {
    let bag: Vec<char> = l
        .items(bag)?
        .iter()
        .filter_map(|c| match c {
            Obj::Char(c) => Some(*c),
            _ => None,
        })
        .collect();
    let text = l.string_designator(s)?;
    let mut t = text.as_str();
    if left {
        t = t.trim_start_matches(|c| bag.contains(&c));
    }
    if right {
        t = t.trim_end_matches(|c| bag.contains(&c));
    }
    Ok(Obj::string(t))
}

fn parse_integer(l: &mut Lisp, a: &[Obj]) -> Res {
    let s = l.s;
    let r = l.keyword.intern("RADIX");
    let junk = l.keyword.intern("JUNK-ALLOWED");
    let k = Keys::parse(l, &a[1..], &[s.k_start, s.k_end, r, junk])?;
    let v: Vec<char> = l.string_designator(&a[0])?.chars().collect();
    let (start, end) = l.bounds(k.get(s.k_start), k.get(s.k_end), v.len())?;
    let base = radix(l, k.get(r))?;
    let mut i = start;
    while i < end && v[i].is_whitespace() {
        i += 1;
    }
    let negative = i < end && v[i] == '-';
    if i < end && (v[i] == '-' || v[i] == '+') {
        i += 1;
    }
    let first = i;
    let mut n = BigInt::from(0);
    while i < end
        && let Some(d) = v[i].to_digit(base)
    {
        n = n * base + d;
        i += 1;
    }
    let any = i > first;
    let stop = i;
    while i < end && v[i].is_whitespace() {
        i += 1;
    }
    if k.on(junk).is_none() && (!any || i < end) {
        let t: String = v[start..end].iter().collect();
        return Err(l.signal_named("PARSE-ERROR", &format!("there is no integer in {t:?}")));
    }
    let n = if negative { -n } else { n };
    let at = if k.on(junk).is_some() { stop } else { i };
    let v = vec![if any { Obj::int(n) } else { Obj::Nil }, at.into()];
    Ok(l.return_values(v))
}
