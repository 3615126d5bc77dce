//! Floats: conversion, taking apart, and the elementary functions.

use crate::function::Builtin;
use crate::interp::{Exit, Lisp, Res};
use crate::number::{self, Num};
use crate::object::Obj;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive};

pub(crate) const TABLE: &[Builtin] = &[
    Builtin::n("FLOAT", 1, 2, |l, a| match (&a[0], a.get(1)) {
        (Obj::Single(_) | Obj::Double(_), None) => Ok(a[0].clone()),
        (x, Some(Obj::Double(_))) => l.as_float(x, true),
        (x, Some(Obj::Single(_)) | None) => l.as_float(x, false),
        (_, Some(y)) => Err(l.type_error(y, l.s.float.into())),
    }),
    Builtin::f1("RATIONAL", |l, x| exact(l, x, false)),
    Builtin::f1("RATIONALIZE", |l, x| exact(l, x, true)),
    Builtin::f1("DECODE-FLOAT", |l, x| {
        let (m, e, neg, double) = decode(l, &x)?;
        let (m, e) = if m == 0 {
            (0.0, 0)
        } else {
            let size = 64 - i64::from(m.leading_zeros());
            (number::scale(m as f64, -size), e + size)
        };
        let v = vec![
            float(m, double),
            Obj::Fix(e),
            float(if neg { -1.0 } else { 1.0 }, double),
        ];
        Ok(l.return_values(v))
    }),
    Builtin::f1("INTEGER-DECODE-FLOAT", |l, x| {
        let (m, e, neg, _) = decode(l, &x)?;
        let v = vec![
            Obj::Fix(m as i64),
            Obj::Fix(e),
            Obj::Fix(if neg { -1 } else { 1 }),
        ];
        Ok(l.return_values(v))
    }),
    Builtin::f2("SCALE-FLOAT", |l, x, n| {
        let (_, _, _, double) = decode(l, &x)?;
        let n = match n.as_i64() {
            Some(n) => n.clamp(-10_000, 10_000),
            None => return Err(l.type_error(&n, l.s.integer.into())),
        };
        // By way of the exact value, so that there is one rounding only.
        let d = number::to_f64(&x);
        let Some(r) = number::float_to_rational(d) else {
            return Ok(x);
        };
        let two =
            BigRational::from_integer(num_traits::pow::Pow::pow(BigInt::from(2), n.unsigned_abs()));
        let r = if n >= 0 { r * two } else { r / two };
        if d == 0.0 {
            return Ok(x);
        }
        l.as_float(&Obj::rational(r), double)
    }),
    Builtin::n("FLOAT-SIGN", 1, 2, |l, a| {
        let (_, _, neg, double) = decode(l, &a[0])?;
        let y = match a.get(1) {
            None => float(1.0, double),
            Some(y) => {
                decode(l, y)?;
                y.clone()
            }
        };
        Ok(match y {
            Obj::Single(f) => Obj::Single(if neg { -f.abs() } else { f.abs() }),
            Obj::Double(f) => Obj::Double(if neg { -f.abs() } else { f.abs() }),
            y => y,
        })
    }),
    Builtin::f1("FLOAT-RADIX", |l, x| {
        decode(l, &x)?;
        Ok(Obj::Fix(2))
    }),
    Builtin::f1("FLOAT-DIGITS", |l, x| {
        let (_, _, _, double) = decode(l, &x)?;
        Ok(Obj::Fix(if double { 53 } else { 24 }))
    }),
    Builtin::f1("FLOAT-PRECISION", |l, x| {
        let (m, ..) = decode(l, &x)?;
        Ok(Obj::Fix(64 - i64::from(m.leading_zeros())))
    }),
    Builtin::f1("SI:SINGLE-FLOAT-BITS", |l, x| match x {
        Obj::Single(f) => Ok(Obj::Fix(f.to_bits().into())),
        x => Err(l.type_error(&x, l.s.single_float.into())),
    }),
    Builtin::f1("SI:DOUBLE-FLOAT-BITS", |l, x| match x {
        Obj::Double(f) => Ok(Obj::int(BigInt::from(f.to_bits()))),
        x => Err(l.type_error(&x, l.s.double_float.into())),
    }),
    Builtin::f1("SI:MAKE-SINGLE-FLOAT", |l, x| {
        match x.as_i64().and_then(|i| u32::try_from(i).ok()) {
            Some(b) => Ok(Obj::Single(f32::from_bits(b))),
            None => Err(l.type_error(&x, l.s.unsigned_byte.into())),
        }
    }),
    Builtin::f1("SI:MAKE-DOUBLE-FLOAT", |l, x| {
        match x.as_bigint().and_then(|i| i.to_u64()) {
            Some(b) => Ok(Obj::Double(f64::from_bits(b))),
            None => Err(l.type_error(&x, l.s.unsigned_byte.into())),
        }
    }),
    Builtin::f1("SQRT", |l, x| {
        if let Some(b) = x.as_bigint()
            && !b.is_negative()
        {
            let d = b.to_f64().unwrap_or(f64::NAN).sqrt();
            return l.as_float(&Obj::Double(d), false);
        }
        elementary(l, &x, f64::sqrt)
    }),
    Builtin::f1("SIN", |l, x| elementary(l, &x, f64::sin)),
    Builtin::f1("COS", |l, x| elementary(l, &x, f64::cos)),
    Builtin::f1("TAN", |l, x| elementary(l, &x, f64::tan)),
    Builtin::f1("EXP", |l, x| elementary(l, &x, f64::exp)),
    Builtin::f1("ASIN", |l, x| elementary(l, &x, f64::asin)),
    Builtin::f1("ACOS", |l, x| elementary(l, &x, f64::acos)),
    Builtin::f1("SINH", |l, x| elementary(l, &x, f64::sinh)),
    Builtin::f1("COSH", |l, x| elementary(l, &x, f64::cosh)),
    Builtin::f1("TANH", |l, x| elementary(l, &x, f64::tanh)),
    Builtin::f1("ASINH", |l, x| elementary(l, &x, f64::asinh)),
    Builtin::f1("ACOSH", |l, x| elementary(l, &x, f64::acosh)),
    Builtin::f1("ATANH", |l, x| elementary(l, &x, f64::atanh)),
    Builtin::n("LOG", 1, 2, |l, a| {
        let x = elementary(l, &a[0], f64::ln)?;
        match a.get(1) {
            None => Ok(x),
            Some(b) => {
                let b = elementary(l, b, f64::ln)?;
                l.arith(number::Op::Div, &x, &b)
            }
        }
    }),
    Builtin::n("ATAN", 1, 2, |l, a| match a.get(1) {
        None => elementary(l, &a[0], f64::atan),
        Some(x) => {
            let (Some(p), Some(q)) = (Num::of(&a[0]), Num::of(x)) else {
                return Err(l.type_error(x, l.s.real.into()));
            };
            let d = p.f64().atan2(q.f64());
            let double = matches!(a[0], Obj::Double(_)) || matches!(x, Obj::Double(_));
            Ok(float(d, double))
        }
    }),
];

fn float(d: f64, double: bool) -> Obj {
    if double {
        Obj::Double(d)
    } else {
        Obj::Single(d as f32)
    }
}

/// Mantissa, exponent, sign, and whether it is a double.
fn decode(l: &mut Lisp, x: &Obj) -> Result<(u64, i64, bool, bool), Exit> {
    let bits = |frac: u64, exp: i64, width: u32, bias: i64| {
        if exp == 0 {
            (frac, 1 - bias)
        } else {
            (frac | 1 << width, exp - bias)
        }
    };
    match x {
        Obj::Double(d) if d.is_finite() => {
            let b = d.to_bits();
            let (m, e) = bits(b & ((1 << 52) - 1), (b >> 52 & 0x7ff) as i64, 52, 1075);
            Ok((m, e, d.is_sign_negative(), true))
        }
        Obj::Single(f) if f.is_finite() => {
            let b = u64::from(f.to_bits());
            let (m, e) = bits(b & ((1 << 23) - 1), (b >> 23 & 0xff) as i64, 23, 150);
            Ok((m, e, f.is_sign_negative(), false))
        }
        _ => Err(l.type_error(x, l.s.float.into())),
    }
}

fn exact(l: &mut Lisp, x: Obj, simplest: bool) -> Res {
    let (d, single) = match &x {
        Obj::Single(f) => (f64::from(*f), true),
        Obj::Double(d) => (*d, false),
        _ if number::is_rational(&x) => return Ok(x),
        _ => return Err(l.type_error(&x, l.s.real.into())),
    };
    let r = if simplest {
        number::rationalize(d, single)
    } else {
        number::float_to_rational(d)
    };
    match r {
        Some(r) => Ok(Obj::rational(r)),
        None => Err(l.type_error(&x, l.s.real.into())),
    }
}

fn elementary(l: &mut Lisp, x: &Obj, f: fn(f64) -> f64) -> Res {
    let Some(n) = Num::of(x) else {
        return Err(l.type_error(x, l.s.number.into()));
    };
    let d = f(n.f64());
    if !d.is_finite() {
        return Err(l.signal_named(
            "ARITHMETIC-ERROR",
            "the result is not a finite real number (complex results are not provided)",
        ));
    }
    Ok(float(d, matches!(x, Obj::Double(_))))
}
