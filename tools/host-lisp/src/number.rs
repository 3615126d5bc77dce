//! Arithmetic: exact on rationals, IEEE on floats, contagion by the standard.

use crate::interp::{Lisp, Res};
use crate::object::Obj;
use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use std::cmp::Ordering;

/// A number taken out of its object.
#[derive(Clone, Debug)]
pub(crate) enum Num {
    Int(BigInt),
    Ratio(BigRational),
    Single(f32),
    Double(f64),
}

pub(crate) fn is_number(o: &Obj) -> bool {
    is_real(o) || matches!(o, Obj::Complex(_))
}
pub(crate) fn is_real(o: &Obj) -> bool {
    is_rational(o) || is_float(o)
}
pub(crate) fn is_rational(o: &Obj) -> bool {
    is_integer(o) || matches!(o, Obj::Ratio(_))
}
pub(crate) fn is_integer(o: &Obj) -> bool {
    matches!(o, Obj::Fix(_) | Obj::Big(_))
}
pub(crate) fn is_float(o: &Obj) -> bool {
    matches!(o, Obj::Single(_) | Obj::Double(_))
}

/// A rough value for hashing and for float contagion of a known number.
pub(crate) fn to_f64(o: &Obj) -> f64 {
    match o {
        Obj::Fix(i) => *i as f64,
        Obj::Big(b) => b.to_f64().unwrap_or(f64::NAN),
        Obj::Ratio(r) => ratio_to_f64(r),
        Obj::Single(f) => f64::from(*f),
        Obj::Double(d) => *d,
        _ => f64::NAN,
    }
}

/// The nearest float with so many bits of mantissa, the last of which counts at
/// least 2^lowest, ties to even. It is exact as a double, or infinite.
fn round_ratio(r: &BigRational, bits: i64, lowest: i64) -> f64 {
    let n = r.numer().abs();
    let d = r.denom();
    // The value is at least 2^(e - 1) and less than 2^(e + 1).
    let e = n.bits() as i64 - d.bits() as i64;
    let mut last = (e - bits).max(lowest);
    loop {
        let (p, q) = if last <= 0 {
            (&n << (-last) as usize, d.clone())
        } else {
            (n.clone(), d << last as usize)
        };
        let (mut m, rem) = p.div_rem(&q);
        if m.bits() as i64 > bits {
            last += 1;
            continue;
        }
        let twice = rem * 2;
        if twice > q || (twice == q && m.is_odd()) {
            m += 1;
        }
        let v = scale(m.to_f64().unwrap_or(f64::INFINITY), last);
        return if r.is_negative() { -v } else { v };
    }
}

pub(crate) fn ratio_to_f64(r: &BigRational) -> f64 {
    round_ratio(r, 53, -1074)
}

pub(crate) fn ratio_to_f32(r: &BigRational) -> f32 {
    round_ratio(r, 24, -149) as f32
}

/// x · 2^e without intermediate overflow.
pub(crate) fn scale(mut x: f64, mut e: i64) -> f64 {
    e = e.clamp(-5000, 5000);
    while e > 1000 {
        x *= 2f64.powi(1000);
        e -= 1000;
    }
    while e < -1000 {
        x *= 2f64.powi(-1000);
        e += 1000;
    }
    x * 2f64.powi(e as i32)
}

pub(crate) fn int_to_f32(b: &BigInt) -> f32 {
    ratio_to_f32(&BigRational::from_integer(b.clone()))
}

/// The exact rational value of a finite float.
pub(crate) fn float_to_rational(d: f64) -> Option<BigRational> {
    BigRational::from_float(d)
}

impl Num {
    pub(crate) fn of(o: &Obj) -> Option<Num> {
        Some(match o {
            Obj::Fix(i) => Num::Int(BigInt::from(*i)),
            Obj::Big(b) => Num::Int((**b).clone()),
            Obj::Ratio(r) => Num::Ratio((**r).clone()),
            Obj::Single(f) => Num::Single(*f),
            Obj::Double(d) => Num::Double(*d),
            _ => return None,
        })
    }
    pub(crate) fn obj(self) -> Obj {
        match self {
            Num::Int(b) => Obj::int(b),
            Num::Ratio(r) => Obj::rational(r),
            Num::Single(f) => Obj::Single(f),
            Num::Double(d) => Obj::Double(d),
        }
    }
    fn rank(&self) -> u8 {
        match self {
            Num::Int(_) => 0,
            Num::Ratio(_) => 1,
            Num::Single(_) => 2,
            Num::Double(_) => 3,
        }
    }
    pub(crate) fn ratio(&self) -> BigRational {
        match self {
            Num::Int(b) => BigRational::from_integer(b.clone()),
            Num::Ratio(r) => r.clone(),
            Num::Single(f) => float_to_rational(f64::from(*f)).unwrap_or_else(Zero::zero),
            Num::Double(d) => float_to_rational(*d).unwrap_or_else(Zero::zero),
        }
    }
    pub(crate) fn f32(&self) -> f32 {
        match self {
            Num::Int(b) => int_to_f32(b),
            Num::Ratio(r) => ratio_to_f32(r),
            Num::Single(f) => *f,
            Num::Double(d) => *d as f32,
        }
    }
    pub(crate) fn f64(&self) -> f64 {
        match self {
            Num::Int(b) => b.to_f64().unwrap_or(f64::NAN),
            Num::Ratio(r) => ratio_to_f64(r),
            Num::Single(f) => f64::from(*f),
            Num::Double(d) => *d,
        }
    }
}

/// Both of one type, after contagion.
enum Pair {
    Int(BigInt, BigInt),
    Ratio(BigRational, BigRational),
    Single(f32, f32),
    Double(f64, f64),
}

fn pair(a: Num, b: Num) -> Pair {
    match (a.rank().max(b.rank()), a, b) {
        (0, Num::Int(x), Num::Int(y)) => Pair::Int(x, y),
        (0 | 1, a, b) => Pair::Ratio(a.ratio(), b.ratio()),
        (2, a, b) => Pair::Single(a.f32(), b.f32()),
        (_, a, b) => Pair::Double(a.f64(), b.f64()),
    }
}

/// The four operations.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Add,
    Sub,
    Mul,
    Div,
}

fn apply(op: Op, a: Num, b: Num) -> Num {
    macro_rules! go {
        ($x:expr, $y:expr) => {
            match op {
                Op::Add => $x + $y,
                Op::Sub => $x - $y,
                Op::Mul => $x * $y,
                Op::Div => $x / $y,
            }
        };
    }
    match pair(a, b) {
        Pair::Int(x, y) if op == Op::Div => Num::Ratio(BigRational::new(x, y)),
        Pair::Int(x, y) => Num::Int(go!(x, y)),
        Pair::Ratio(x, y) => Num::Ratio(go!(x, y)),
        Pair::Single(x, y) => Num::Single(go!(x, y)),
        Pair::Double(x, y) => Num::Double(go!(x, y)),
    }
}

/// The exact order of two reals; `None` when one is not a number (NaN).
pub(crate) fn compare_reals(a: &Obj, b: &Obj) -> Option<Ordering> {
    if let (Obj::Fix(x), Obj::Fix(y)) = (a, b) {
        return Some(x.cmp(y));
    }
    let (x, y) = (Num::of(a)?, Num::of(b)?);
    match (&x, &y) {
        (Num::Int(p), Num::Int(q)) => Some(p.cmp(q)),
        (Num::Single(_) | Num::Double(_), Num::Single(_) | Num::Double(_)) => {
            x.f64().partial_cmp(&y.f64())
        }
        _ => {
            let (f, g) = (x.f64(), y.f64());
            for (v, n) in [(f, &x), (g, &y)] {
                if v.is_nan() {
                    return None;
                }
                if v.is_infinite() && n.rank() >= 2 {
                    return f.partial_cmp(&g);
                }
            }
            Some(x.ratio().cmp(&y.ratio()))
        }
    }
}

pub(crate) fn equal_numbers(a: &Obj, b: &Obj) -> bool {
    let parts = |o: &Obj| match o {
        Obj::Complex(c) => (c.0.clone(), c.1.clone()),
        o => (o.clone(), Obj::Fix(0)),
    };
    let ((ar, ai), (br, bi)) = (parts(a), parts(b));
    compare_reals(&ar, &br) == Some(Ordering::Equal)
        && compare_reals(&ai, &bi) == Some(Ordering::Equal)
}

pub(crate) fn sign(o: &Obj) -> Option<Ordering> {
    Some(match o {
        Obj::Fix(i) => i.cmp(&0),
        Obj::Big(b) => match b.sign() {
            Sign::Minus => Ordering::Less,
            _ => Ordering::Greater,
        },
        Obj::Ratio(r) => r.numer().cmp(&BigInt::zero()),
        Obj::Single(f) => f.partial_cmp(&0.0).unwrap_or(Ordering::Greater),
        Obj::Double(d) => d.partial_cmp(&0.0).unwrap_or(Ordering::Greater),
        _ => return None,
    })
}

/// Which way a quotient is rounded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rounding {
    Floor,
    Ceiling,
    Truncate,
    Round,
}

fn divide_ints(n: &BigInt, d: &BigInt, how: Rounding) -> BigInt {
    match how {
        Rounding::Floor => n.div_floor(d),
        Rounding::Ceiling => {
            let (q, r) = n.div_mod_floor(d);
            if r.is_zero() { q } else { q + 1 }
        }
        Rounding::Truncate => n / d,
        Rounding::Round => {
            let (q, r) = n.div_mod_floor(d);
            let twice: BigInt = r * 2;
            match twice.abs().cmp(&d.abs()) {
                Ordering::Less => q,
                Ordering::Greater => q + 1,
                Ordering::Equal => {
                    if q.is_even() {
                        q
                    } else {
                        q + 1
                    }
                }
            }
        }
    }
}

impl Lisp {
    /// One of the four operations on two numbers.
    pub(crate) fn arith(&mut self, op: Op, a: &Obj, b: &Obj) -> Res {
        if let (Obj::Fix(x), Obj::Fix(y)) = (a, b) {
            let r = match op {
                Op::Add => x.checked_add(*y),
                Op::Sub => x.checked_sub(*y),
                Op::Mul => x.checked_mul(*y),
                Op::Div => None,
            };
            if let Some(r) = r {
                return Ok(Obj::Fix(r));
            }
        }
        if matches!(a, Obj::Complex(_)) || matches!(b, Obj::Complex(_)) {
            return self.complex_arith(op, a, b);
        }
        let (Some(x), Some(y)) = (Num::of(a), Num::of(b)) else {
            let bad = if is_number(a) { b } else { a };
            let want = self.s.number.into();
            return Err(self.type_error(bad, want));
        };
        if op == Op::Div {
            let zero = match &y {
                Num::Int(i) => i.is_zero(),
                Num::Single(f) => *f == 0.0,
                Num::Double(d) => *d == 0.0,
                Num::Ratio(_) => false,
            };
            if zero {
                return Err(self.division_by_zero("/", &[a.clone(), b.clone()]));
            }
        }
        let r = apply(op, x, y);
        self.check_float(r, op)
    }

    fn check_float(&mut self, r: Num, op: Op) -> Res {
        let bad = match &r {
            Num::Single(f) => !f.is_finite(),
            Num::Double(d) => !d.is_finite(),
            _ => false,
        };
        if bad {
            let name = match op {
                Op::Add => "+",
                Op::Sub => "-",
                Op::Mul => "*",
                Op::Div => "/",
            };
            return Err(self.signal_named(
                "FLOATING-POINT-OVERFLOW",
                &format!("floating-point overflow in {name}"),
            ));
        }
        Ok(r.obj())
    }

    fn complex_arith(&mut self, op: Op, a: &Obj, b: &Obj) -> Res {
        for x in [a, b] {
            if !is_number(x) {
                let want = self.s.number.into();
                return Err(self.type_error(x, want));
            }
        }
        let parts = |o: &Obj| match o {
            Obj::Complex(c) => (c.0.clone(), c.1.clone()),
            o => (o.clone(), Obj::Fix(0)),
        };
        let ((ar, ai), (br, bi)) = (parts(a), parts(b));
        let (re, im) = match op {
            Op::Add | Op::Sub => (self.arith(op, &ar, &br)?, self.arith(op, &ai, &bi)?),
            Op::Mul | Op::Div => {
                let bi = if op == Op::Div {
                    self.arith(Op::Sub, &Obj::Fix(0), &bi)?
                } else {
                    bi
                };
                let p = self.arith(Op::Mul, &ar, &br)?;
                let q = self.arith(Op::Mul, &ai, &bi)?;
                let r = self.arith(Op::Mul, &ar, &bi)?;
                let s = self.arith(Op::Mul, &ai, &br)?;
                let (mut re, mut im) = (self.arith(Op::Sub, &p, &q)?, self.arith(Op::Add, &r, &s)?);
                if op == Op::Div {
                    let x = self.arith(Op::Mul, &br, &br)?;
                    let y = self.arith(Op::Mul, &bi, &bi)?;
                    let n = self.arith(Op::Add, &x, &y)?;
                    re = self.arith(Op::Div, &re, &n)?;
                    im = self.arith(Op::Div, &im, &n)?;
                }
                (re, im)
            }
        };
        self.complex(re, im)
    }

    /// A complex number, or its real part when the imaginary part is an exact zero.
    pub(crate) fn complex(&mut self, re: Obj, im: Obj) -> Res {
        for x in [&re, &im] {
            if !is_real(x) {
                let want = self.s.real.into();
                return Err(self.type_error(x, want));
            }
        }
        if is_rational(&re) && is_rational(&im) {
            if matches!(im, Obj::Fix(0)) {
                return Ok(re);
            }
            return Ok(Obj::Complex((re, im).into()));
        }
        let zero = if matches!(re, Obj::Double(_)) || matches!(im, Obj::Double(_)) {
            Obj::Double(0.0)
        } else {
            Obj::Single(0.0)
        };
        let re = self.arith(Op::Add, &re, &zero)?;
        let im = self.arith(Op::Add, &im, &zero)?;
        Ok(Obj::Complex((re, im).into()))
    }

    /// The order of two reals.
    pub(crate) fn compare(&mut self, a: &Obj, b: &Obj) -> Result<Ordering, crate::interp::Exit> {
        if let (Obj::Fix(x), Obj::Fix(y)) = (a, b) {
            return Ok(x.cmp(y));
        }
        for x in [a, b] {
            if !is_real(x) {
                let want = self.s.real.into();
                return Err(self.type_error(x, want));
            }
        }
        Ok(compare_reals(a, b).unwrap_or(Ordering::Greater))
    }

    /// `floor` and its kin: quotient and remainder.
    pub(crate) fn divide(
        &mut self,
        how: Rounding,
        n: &Obj,
        d: &Obj,
    ) -> Result<(Obj, Obj), crate::interp::Exit> {
        if let (Obj::Fix(x), Obj::Fix(y)) = (n, d)
            && *y > 0
        {
            match how {
                Rounding::Floor => {
                    return Ok((Obj::Fix(x.div_euclid(*y)), Obj::Fix(x.rem_euclid(*y))));
                }
                Rounding::Truncate => return Ok((Obj::Fix(x / y), Obj::Fix(x % y))),
                _ => {}
            }
        }
        let (Some(x), Some(y)) = (Num::of(n), Num::of(d)) else {
            let bad = if is_real(n) { d } else { n };
            let want = self.s.real.into();
            return Err(self.type_error(bad, want));
        };
        if sign(d) == Some(Ordering::Equal) {
            return Err(self.division_by_zero("FLOOR", &[n.clone(), d.clone()]));
        }
        for z in [&x, &y] {
            if !z.f64().is_finite() && z.rank() >= 2 {
                return Err(
                    self.error("the integer quotient of an infinity or a NaN is not defined")
                );
            }
        }
        // The arguments are brought to one type, then the quotient is exact.
        let rounded = |a: &BigRational, b: &BigRational| {
            let r = a / b;
            divide_ints(r.numer(), r.denom(), how)
        };
        let float = |a: f64, b: f64| {
            let (a, b) = (Num::Double(a).ratio(), Num::Double(b).ratio());
            let q = rounded(&a, &b);
            let rem = a - BigRational::from_integer(q.clone()) * b;
            (q, rem)
        };
        let (q, rem) = match pair(x, y) {
            Pair::Int(a, b) => {
                let q = divide_ints(&a, &b, how);
                let rem = a - &q * b;
                (q, Num::Int(rem))
            }
            Pair::Ratio(a, b) => {
                let q = rounded(&a, &b);
                let rem = a - BigRational::from_integer(q.clone()) * b;
                (q, Num::Ratio(rem))
            }
            Pair::Single(a, b) => {
                let (q, r) = float(a.into(), b.into());
                (q, Num::Single(ratio_to_f32(&r)))
            }
            Pair::Double(a, b) => {
                let (q, r) = float(a, b);
                (q, Num::Double(ratio_to_f64(&r)))
            }
        };
        Ok((Obj::int(q), rem.obj()))
    }

    /// An integer argument of any size.
    pub(crate) fn integer(&mut self, o: &Obj) -> Result<BigInt, crate::interp::Exit> {
        match o.as_bigint() {
            Some(b) => Ok(b),
            None => {
                let want = self.s.integer.into();
                Err(self.type_error(o, want))
            }
        }
    }

    /// A float of the type of `like`, or a single float.
    pub(crate) fn as_float(&mut self, o: &Obj, double: bool) -> Res {
        let Some(n) = Num::of(o) else {
            let want = self.s.real.into();
            return Err(self.type_error(o, want));
        };
        let (r, finite) = if double {
            (Obj::Double(n.f64()), n.f64().is_finite())
        } else {
            (Obj::Single(n.f32()), n.f32().is_finite())
        };
        if !finite {
            let was = to_f64(o);
            if is_rational(o) || was.is_finite() {
                return Err(self.signal_named(
                    "FLOATING-POINT-OVERFLOW",
                    "the number is too large for the float format",
                ));
            }
        }
        Ok(r)
    }

    /// `expt`.
    pub(crate) fn expt(&mut self, base: &Obj, power: &Obj) -> Res {
        if let Obj::Fix(e) = power {
            if *e < 0 {
                let p = self.expt(base, &Obj::Fix(-*e))?;
                return self.arith(Op::Div, &Obj::Fix(1), &p);
            }
            let mut e = *e as u64;
            if let Some(b) = base.as_bigint() {
                if e > 10_000_000 && b.abs() > BigInt::one() {
                    return Err(self.error("EXPT: the result would be too large"));
                }
                return Ok(Obj::int(num_traits::pow::Pow::pow(b, e)));
            }
            let mut r = match base {
                Obj::Single(_) => Obj::Single(1.0),
                Obj::Double(_) => Obj::Double(1.0),
                _ => Obj::Fix(1),
            };
            let mut b = base.clone();
            while e > 0 {
                if e & 1 == 1 {
                    r = self.arith(Op::Mul, &r, &b)?;
                }
                e >>= 1;
                if e > 0 {
                    b = self.arith(Op::Mul, &b, &b)?;
                }
            }
            return Ok(r);
        }
        let (Some(b), Some(p)) = (Num::of(base), Num::of(power)) else {
            return Err(self.error("EXPT: these arguments are not provided for"));
        };
        if b.f64() < 0.0 {
            return Err(self.error("EXPT: a complex result is not provided"));
        }
        if b.rank() == 3 || p.rank() == 3 {
            Ok(Obj::Double(b.f64().powf(p.f64())))
        } else {
            Ok(Obj::Single(b.f64().powf(p.f64()) as f32))
        }
    }
}

/// The simplest rational that reads back as the same float.
pub(crate) fn rationalize(d: f64, single: bool) -> Option<BigRational> {
    if d == 0.0 {
        return Some(Zero::zero());
    }
    let x = float_to_rational(d.abs())?;
    let same = |r: &BigRational| {
        if single {
            ratio_to_f32(r) == d.abs() as f32
        } else {
            ratio_to_f64(r) == d.abs()
        }
    };
    // Continued fraction: the first convergent that rounds to the float.
    let (mut p0, mut q0, mut p1, mut q1) =
        (BigInt::zero(), BigInt::one(), BigInt::one(), BigInt::zero());
    let mut r = x.clone();
    for _ in 0..2000 {
        let a = r.floor().to_integer();
        let p = &a * &p1 + &p0;
        let q = &a * &q1 + &q0;
        let c = BigRational::new(p.clone(), q.clone());
        if same(&c) {
            return Some(if d < 0.0 { -c } else { c });
        }
        (p0, q0, p1, q1) = (p1, q1, p, q);
        let f = r.fract();
        if f.is_zero() {
            break;
        }
        r = f.recip();
    }
    Some(if d < 0.0 { -x } else { x })
}
