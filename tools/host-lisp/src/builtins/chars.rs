//! Characters.

use crate::chars::{downcase, name, named, upcase};
use crate::function::{Builtin, MANY};
use crate::interp::{Exit, Lisp, Res};
use crate::object::Obj;

pub(crate) const TABLE: &[Builtin] = &[
    Builtin::f1(
        "CHARACTERP",
        |l, x| Ok(l.boolean(matches!(x, Obj::Char(_)))),
    ),
    Builtin::f1("CHARACTER", |l, x| match &x {
        Obj::Char(_) => Ok(x),
        _ => {
            let s = l.string_designator(&x)?;
            let mut it = s.chars();
            match (it.next(), it.next()) {
                (Some(c), None) => Ok(Obj::Char(c)),
                _ => Err(l.type_error(&x, l.s.character.into())),
            }
        }
    }),
    Builtin::f1("CHAR-CODE", |l, x| Ok(Obj::Fix(ch(l, &x)? as i64))),
    Builtin::f1("CHAR-INT", |l, x| Ok(Obj::Fix(ch(l, &x)? as i64))),
    Builtin::f1("CODE-CHAR", |l, x| {
        let n = l.index(&x)?;
        let c = u32::try_from(n).ok().and_then(char::from_u32);
        Ok(c.map_or(Obj::Nil, Obj::Char))
    }),
    Builtin::f1("CHAR-UPCASE", |l, x| Ok(Obj::Char(upcase(ch(l, &x)?)))),
    Builtin::f1("CHAR-DOWNCASE", |l, x| Ok(Obj::Char(downcase(ch(l, &x)?)))),
    Builtin::f1("UPPER-CASE-P", |l, x| {
        let c = ch(l, &x)?;
        Ok(l.boolean(downcase(c) != c))
    }),
    Builtin::f1("LOWER-CASE-P", |l, x| {
        let c = ch(l, &x)?;
        Ok(l.boolean(upcase(c) != c))
    }),
    Builtin::f1("BOTH-CASE-P", |l, x| {
        let c = ch(l, &x)?;
        Ok(l.boolean(upcase(c) != c || downcase(c) != c))
    }),
    Builtin::f1("ALPHA-CHAR-P", |l, x| {
        let c = ch(l, &x)?;
        Ok(l.boolean(c.is_alphabetic()))
    }),
    Builtin::f1("ALPHANUMERICP", |l, x| {
        let c = ch(l, &x)?;
        Ok(l.boolean(c.is_alphanumeric()))
    }),
    Builtin::f1("GRAPHIC-CHAR-P", |l, x| {
        let c = ch(l, &x)?;
        Ok(l.boolean(c == ' ' || name(c).is_none()))
    }),
    Builtin::f1("STANDARD-CHAR-P", |l, x| {
        let c = ch(l, &x)?;
        Ok(l.boolean(c == '\n' || (' '..='~').contains(&c)))
    }),
    Builtin::n("DIGIT-CHAR-P", 1, 2, |l, a| {
        let c = ch(l, &a[0])?;
        let r = radix(l, a.get(1))?;
        Ok(c.to_digit(r).map_or(Obj::Nil, |d| Obj::Fix(d.into())))
    }),
    Builtin::n("DIGIT-CHAR", 1, 2, |l, a| {
        let n = l.index(&a[0])?;
        let r = radix(l, a.get(1))?;
        let d = u32::try_from(n).ok().and_then(|n| char::from_digit(n, r));
        Ok(d.map_or(Obj::Nil, |c| Obj::Char(c.to_ascii_uppercase())))
    }),
    Builtin::f1("CHAR-NAME", |l, x| {
        let c = ch(l, &x)?;
        Ok(name(c).map_or(Obj::Nil, |n| Obj::string(&n)))
    }),
    Builtin::f1("NAME-CHAR", |l, x| {
        let s = l.string_designator(&x)?;
        Ok(named(&s).map_or(Obj::Nil, Obj::Char))
    }),
    Builtin::n("CHAR=", 1, MANY, |l, a| chain(l, a, |c| c, |x, y| x == y)),
    Builtin::n("CHAR<", 1, MANY, |l, a| chain(l, a, |c| c, |x, y| x < y)),
    Builtin::n("CHAR>", 1, MANY, |l, a| chain(l, a, |c| c, |x, y| x > y)),
    Builtin::n("CHAR<=", 1, MANY, |l, a| chain(l, a, |c| c, |x, y| x <= y)),
    Builtin::n("CHAR>=", 1, MANY, |l, a| chain(l, a, |c| c, |x, y| x >= y)),
    Builtin::n("CHAR/=", 1, MANY, |l, a| distinct(l, a, |c| c)),
    Builtin::n("CHAR-EQUAL", 1, MANY, |l, a| {
        chain(l, a, upcase, |x, y| x == y)
    }),
    Builtin::n("CHAR-LESSP", 1, MANY, |l, a| {
        chain(l, a, upcase, |x, y| x < y)
    }),
    Builtin::n("CHAR-GREATERP", 1, MANY, |l, a| {
        chain(l, a, upcase, |x, y| x > y)
    }),
    Builtin::n("CHAR-NOT-GREATERP", 1, MANY, |l, a| {
        chain(l, a, upcase, |x, y| x <= y)
    }),
    Builtin::n("CHAR-NOT-LESSP", 1, MANY, |l, a| {
        chain(l, a, upcase, |x, y| x >= y)
    }),
    Builtin::n("CHAR-NOT-EQUAL", 1, MANY, |l, a| distinct(l, a, upcase)),
];

/// A character argument.
pub(crate) fn ch(l: &mut Lisp, x: &Obj) -> Result<char, Exit> {
    match x {
        Obj::Char(c) => Ok(*c),
        _ => Err(l.type_error(x, l.s.character.into())),
    }
}

/// A radix argument, 10 by default.
pub(crate) fn radix(l: &mut Lisp, x: Option<&Obj>) -> Result<u32, Exit> {
    match x {
        None => Ok(10),
        Some(Obj::Fix(r)) if (2..=36).contains(r) => Ok(*r as u32),
        Some(x) => {
            let want = Obj::list([Obj::Sym(l.s.integer), Obj::Fix(2), Obj::Fix(36)]);
            Err(l.type_error(x, want))
        }
    }
}

fn chain(l: &mut Lisp, a: &[Obj], fold: fn(char) -> char, ok: fn(&char, &char) -> bool) -> Res {
    let v: Vec<char> = a
        .iter()
        .map(|x| ch(l, x).map(fold))
        .collect::<Result<_, _>>()?;
    Ok(l.boolean(v.windows(2).all(|w| ok(&w[0], &w[1]))))
}

fn distinct(l: &mut Lisp, a: &[Obj], fold: fn(char) -> char) -> Res {
    let mut v: Vec<char> = a
        .iter()
        .map(|x| ch(l, x).map(fold))
        .collect::<Result<_, _>>()?;
    let n = v.len();
    v.sort_unstable();
    v.dedup();
    Ok(l.boolean(v.len() == n))
}
