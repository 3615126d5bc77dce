//! Arithmetic functions.

use crate::function::{Builtin, MANY};
use crate::interp::{Exit, Lisp, Res};
use crate::number::{Num, Op, Rounding, equal_numbers, is_number, sign};
use crate::object::Obj;
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Signed, Zero};
use std::cmp::Ordering;

pub(crate) const TABLE: &[Builtin] = &[
    Builtin::n("+", 0, MANY, |l, a| fold(l, Op::Add, Obj::Fix(0), a)),
    Builtin::n("*", 0, MANY, |l, a| fold(l, Op::Mul, Obj::Fix(1), a)),
    Builtin::n("-", 1, MANY, |l, a| reduce(l, Op::Sub, Obj::Fix(0), a)),
    Builtin::n("/", 1, MANY, |l, a| reduce(l, Op::Div, Obj::Fix(1), a)),
    Builtin::f1("1+", |l, x| l.arith(Op::Add, &x, &Obj::Fix(1))),
    Builtin::f1("1-", |l, x| l.arith(Op::Sub, &x, &Obj::Fix(1))),
    Builtin::n("=", 1, MANY, |l, a| {
        numbers(l, a)?;
        let r = a.windows(2).all(|w| equal_numbers(&w[0], &w[1]));
        Ok(l.boolean(r))
    }),
    Builtin::n("/=", 1, MANY, |l, a| {
        numbers(l, a)?;
        let r = (0..a.len()).all(|i| (0..i).all(|j| !equal_numbers(&a[i], &a[j])));
        Ok(l.boolean(r))
    }),
    Builtin::n("<", 1, MANY, |l, a| chain(l, a, |o| o == Ordering::Less)),
    Builtin::n(">", 1, MANY, |l, a| chain(l, a, |o| o == Ordering::Greater)),
    Builtin::n("<=", 1, MANY, |l, a| {
        chain(l, a, |o| o != Ordering::Greater)
    }),
    Builtin::n(">=", 1, MANY, |l, a| chain(l, a, |o| o != Ordering::Less)),
    Builtin::n("MAX", 1, MANY, |l, a| extreme(l, a, Ordering::Greater)),
    Builtin::n("MIN", 1, MANY, |l, a| extreme(l, a, Ordering::Less)),
    Builtin::f1("ZEROP", |l, x| {
        numbers(l, std::slice::from_ref(&x))?;
        Ok(l.boolean(equal_numbers(&x, &Obj::Fix(0))))
    }),
    Builtin::f1("PLUSP", |l, x| signed(l, &x, Ordering::Greater)),
    Builtin::f1("MINUSP", |l, x| signed(l, &x, Ordering::Less)),
    Builtin::f1("EVENP", |l, x| {
        let b = l.integer(&x)?;
        Ok(l.boolean(b.is_even()))
    }),
    Builtin::f1("ODDP", |l, x| {
        let b = l.integer(&x)?;
        Ok(l.boolean(b.is_odd()))
    }),
    Builtin::f1("ABS", |l, x| match signed(l, &x, Ordering::Less)? {
        Obj::Nil => match x {
            Obj::Single(f) => Ok(Obj::Single(f.abs())),
            Obj::Double(f) => Ok(Obj::Double(f.abs())),
            x => Ok(x),
        },
        _ => l.arith(Op::Sub, &Obj::Fix(0), &x),
    }),
    Builtin::f1("SIGNUM", |l, x| {
        let Some(s) = sign(&x) else {
            return Err(l.type_error(&x, l.s.real.into()));
        };
        let v = s as i64;
        Ok(match x {
            Obj::Single(0.0) => x,
            Obj::Double(0.0) => x,
            Obj::Single(_) => Obj::Single(v as f32),
            Obj::Double(_) => Obj::Double(v as f64),
            _ => Obj::Fix(v),
        })
    }),
    Builtin::n("FLOOR", 1, 2, |l, a| quotient(l, a, Rounding::Floor)),
    Builtin::n("CEILING", 1, 2, |l, a| quotient(l, a, Rounding::Ceiling)),
    Builtin::n("TRUNCATE", 1, 2, |l, a| quotient(l, a, Rounding::Truncate)),
    Builtin::n("ROUND", 1, 2, |l, a| quotient(l, a, Rounding::Round)),
    Builtin::n("FFLOOR", 1, 2, |l, a| float_quotient(l, a, Rounding::Floor)),
    Builtin::n("FCEILING", 1, 2, |l, a| {
        float_quotient(l, a, Rounding::Ceiling)
    }),
    Builtin::n("FTRUNCATE", 1, 2, |l, a| {
        float_quotient(l, a, Rounding::Truncate)
    }),
    Builtin::n("FROUND", 1, 2, |l, a| float_quotient(l, a, Rounding::Round)),
    Builtin::f2("MOD", |l, n, d| Ok(l.divide(Rounding::Floor, &n, &d)?.1)),
    Builtin::f2("REM", |l, n, d| Ok(l.divide(Rounding::Truncate, &n, &d)?.1)),
    Builtin::n("GCD", 0, MANY, |l, a| {
        let mut r = BigInt::zero();
        for x in a {
            r = r.gcd(&l.integer(x)?);
        }
        Ok(Obj::int(r))
    }),
    Builtin::n("LCM", 0, MANY, |l, a| {
        let mut r = BigInt::from(1);
        for x in a {
            r = r.lcm(&l.integer(x)?);
        }
        Ok(Obj::int(r.abs()))
    }),
    Builtin::f2("EXPT", |l, b, p| l.expt(&b, &p)),
    Builtin::f1("ISQRT", |l, x| {
        let b = l.integer(&x)?;
        if b.is_negative() {
            return Err(l.type_error(&x, l.s.unsigned_byte.into()));
        }
        Ok(Obj::int(b.sqrt()))
    }),
    Builtin::f1("NUMERATOR", |l, x| match Num::of(&x) {
        Some(Num::Ratio(r)) => Ok(Obj::int(r.numer().clone())),
        Some(Num::Int(_)) => Ok(x),
        _ => Err(l.type_error(&x, l.s.rational.into())),
    }),
    Builtin::f1("DENOMINATOR", |l, x| match Num::of(&x) {
        Some(Num::Ratio(r)) => Ok(Obj::int(r.denom().clone())),
        Some(Num::Int(_)) => Ok(Obj::Fix(1)),
        _ => Err(l.type_error(&x, l.s.rational.into())),
    }),
    Builtin::n("COMPLEX", 1, 2, |l, a| {
        let im = match (a.get(1), &a[0]) {
            (Some(i), _) => i.clone(),
            (None, Obj::Single(_)) => Obj::Single(0.0),
            (None, Obj::Double(_)) => Obj::Double(0.0),
            _ => Obj::Fix(0),
        };
        l.complex(a[0].clone(), im)
    }),
    Builtin::f1("REALPART", |l, x| match x {
        Obj::Complex(c) => Ok(c.0.clone()),
        x => {
            numbers(l, std::slice::from_ref(&x))?;
            Ok(x)
        }
    }),
    Builtin::f1("IMAGPART", |l, x| match x {
        Obj::Complex(c) => Ok(c.1.clone()),
        x => l.arith(Op::Mul, &x, &Obj::Fix(0)),
    }),
    Builtin::f1("NUMBERP", |l, x| Ok(l.boolean(is_number(&x)))),
    Builtin::f1("REALP", |l, x| Ok(l.boolean(crate::number::is_real(&x)))),
    Builtin::f1("RATIONALP", |l, x| {
        Ok(l.boolean(crate::number::is_rational(&x)))
    }),
    Builtin::f1("INTEGERP", |l, x| {
        Ok(l.boolean(crate::number::is_integer(&x)))
    }),
    Builtin::f1("FLOATP", |l, x| Ok(l.boolean(crate::number::is_float(&x)))),
    Builtin::f1("COMPLEXP", |l, x| {
        Ok(l.boolean(matches!(x, Obj::Complex(_))))
    }),
    Builtin::f1("SI:FIXNUMP", |l, x| Ok(l.boolean(is_fixnum(&x)))),
    Builtin::f1("SI:BIGNUMP", |l, x| {
        Ok(l.boolean(crate::number::is_integer(&x) && !is_fixnum(&x)))
    }),
];

/// A fixnum of the target: 25 bits, two's complement.
pub(crate) fn is_fixnum(x: &Obj) -> bool {
    matches!(x, Obj::Fix(i) if (-(1 << 24)..1 << 24).contains(i))
}

fn numbers(l: &mut Lisp, a: &[Obj]) -> Result<(), Exit> {
    match a.iter().find(|x| !is_number(x)) {
        None => Ok(()),
        Some(x) => Err(l.type_error(x, l.s.number.into())),
    }
}

fn fold(l: &mut Lisp, op: Op, unit: Obj, a: &[Obj]) -> Res {
    let Some((first, rest)) = a.split_first() else {
        return Ok(unit);
    };
    numbers(l, std::slice::from_ref(first))?;
    let mut r = first.clone();
    for x in rest {
        r = l.arith(op, &r, x)?;
    }
    Ok(r)
}

fn reduce(l: &mut Lisp, op: Op, unit: Obj, a: &[Obj]) -> Res {
    if let [x] = a {
        return match x {
            Obj::Single(f) if op == Op::Sub => Ok(Obj::Single(-f)),
            Obj::Double(f) if op == Op::Sub => Ok(Obj::Double(-f)),
            x => l.arith(op, &unit, x),
        };
    }
    fold(l, op, unit, a)
}

fn chain(l: &mut Lisp, a: &[Obj], ok: fn(Ordering) -> bool) -> Res {
    if let [x] = a {
        l.compare(x, x)?;
    }
    let mut r = true;
    for w in a.windows(2) {
        r &= ok(l.compare(&w[0], &w[1])?);
    }
    Ok(l.boolean(r))
}

fn extreme(l: &mut Lisp, a: &[Obj], want: Ordering) -> Res {
    let mut best = a[0].clone();
    l.compare(&best, &best)?;
    for x in &a[1..] {
        if l.compare(x, &best)? == want {
            best = x.clone();
        }
    }
    Ok(best)
}

fn signed(l: &mut Lisp, x: &Obj, want: Ordering) -> Res {
    match sign(x) {
        Some(s) => Ok(l.boolean(s == want)),
        None => Err(l.type_error(x, l.s.real.into())),
    }
}

fn quotient(l: &mut Lisp, a: &[Obj], how: Rounding) -> Res {
    let d = a.get(1).cloned().unwrap_or(Obj::Fix(1));
    let (q, r) = l.divide(how, &a[0], &d)?;
    Ok(l.return_values(vec![q, r]))
}

fn float_quotient(l: &mut Lisp, a: &[Obj], how: Rounding) -> Res {
    let d = a.get(1).cloned().unwrap_or(Obj::Fix(1));
    let (q, r) = l.divide(how, &a[0], &d)?;
    let double = matches!(a[0], Obj::Double(_)) || matches!(d, Obj::Double(_));
    let q = l.as_float(&q, double)?;
    Ok(l.return_values(vec![q, r]))
}
