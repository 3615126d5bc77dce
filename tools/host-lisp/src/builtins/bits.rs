//! Integers as bit patterns, in two's complement without end.

use crate::function::{Builtin, MANY};
use crate::interp::{Exit, Lisp, Res};
use crate::object::Obj;
use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};

pub(crate) const TABLE: &[Builtin] = &[
    Builtin::n("LOGAND", 0, MANY, |l, a| {
        fold(l, a, -1, |x, y| x & y, |x, y| x & y)
    }),
    Builtin::n("LOGIOR", 0, MANY, |l, a| {
        fold(l, a, 0, |x, y| x | y, |x, y| x | y)
    }),
    Builtin::n("LOGXOR", 0, MANY, |l, a| {
        fold(l, a, 0, |x, y| x ^ y, |x, y| x ^ y)
    }),
    Builtin::n("LOGEQV", 0, MANY, |l, a| {
        fold(l, a, -1, |x, y| !(x ^ y), |x, y| !(x ^ y))
    }),
    Builtin::f1("LOGNOT", |l, x| match x {
        Obj::Fix(i) => Ok(Obj::Fix(!i)),
        x => Ok(Obj::int(!l.integer(&x)?)),
    }),
    Builtin::f2("LOGANDC1", |l, x, y| two(l, &x, &y, |x, y| !x & y)),
    Builtin::f2("LOGANDC2", |l, x, y| two(l, &x, &y, |x, y| x & !y)),
    Builtin::f2("LOGORC1", |l, x, y| two(l, &x, &y, |x, y| !x | y)),
    Builtin::f2("LOGORC2", |l, x, y| two(l, &x, &y, |x, y| x | !y)),
    Builtin::f2("LOGNAND", |l, x, y| two(l, &x, &y, |x, y| !(x & y))),
    Builtin::f2("LOGNOR", |l, x, y| two(l, &x, &y, |x, y| !(x | y))),
    Builtin::f2("LOGTEST", |l, x, y| {
        let (x, y) = (l.integer(&x)?, l.integer(&y)?);
        Ok(l.boolean(!(x & y).is_zero()))
    }),
    Builtin::f2("LOGBITP", |l, i, x| {
        let i = l.index(&i)?;
        let x = l.integer(&x)?;
        Ok(l.boolean(x.bit(i as u64)))
    }),
    Builtin::f1("LOGCOUNT", |l, x| {
        let x = l.integer(&x)?;
        let x = if x.is_negative() { !x } else { x };
        let n: u32 = x.iter_u64_digits().map(u64::count_ones).sum();
        Ok(Obj::Fix(n.into()))
    }),
    Builtin::f1("INTEGER-LENGTH", |l, x| {
        let x = l.integer(&x)?;
        let x = if x.is_negative() { !x } else { x };
        Ok(Obj::Fix(x.bits() as i64))
    }),
    Builtin::f2("ASH", |l, x, n| {
        if let (Obj::Fix(i), Obj::Fix(n)) = (&x, &n) {
            if *n <= 0 {
                return Ok(Obj::Fix(i >> (-n).min(63)));
            }
            if *n < 32 && i.unsigned_abs() < 1 << 31 {
                return Ok(Obj::Fix(i << n));
            }
        }
        let b = l.integer(&x)?;
        let n = match n {
            Obj::Fix(n) if n < 1 << 26 => n,
            _ => return Err(l.error("ASH: the shift is too large")),
        };
        Ok(Obj::int(shift(b, n)))
    }),
    Builtin::f2("BYTE", |l, s, p| {
        l.index(&s)?;
        l.index(&p)?;
        Ok(Obj::cons(s, p))
    }),
    Builtin::f1("BYTE-SIZE", |l, b| Ok(spec(l, &b)?.0.into())),
    Builtin::f1("BYTE-POSITION", |l, b| Ok(spec(l, &b)?.1.into())),
    Builtin::f2("LDB", |l, b, x| {
        let (s, p) = spec(l, &b)?;
        if let Obj::Fix(i) = x
            && s < 63
            && p < 64
        {
            return Ok(Obj::Fix((i >> p) & ((1 << s) - 1)));
        }
        let x = l.integer(&x)?;
        Ok(Obj::int(shift(x, -(p as i64)) & mask(s)))
    }),
    Builtin::f2("LDB-TEST", |l, b, x| {
        let (s, p) = spec(l, &b)?;
        let x = l.integer(&x)?;
        let r = !(shift(x, -(p as i64)) & mask(s)).is_zero();
        Ok(l.boolean(r))
    }),
    Builtin::f2("MASK-FIELD", |l, b, x| {
        let (s, p) = spec(l, &b)?;
        let x = l.integer(&x)?;
        Ok(Obj::int(x & (mask(s) << p)))
    }),
    Builtin::f3("DPB", |l, n, b, x| {
        let (s, p) = spec(l, &b)?;
        if let (Obj::Fix(n), Obj::Fix(x)) = (&n, &x)
            && s + p < 63
        {
            let m = ((1i64 << s) - 1) << p;
            return Ok(Obj::Fix((x & !m) | ((n << p) & m)));
        }
        let (n, x) = (l.integer(&n)?, l.integer(&x)?);
        let m = mask(s) << p;
        Ok(Obj::int((x & !m.clone()) | ((n << p) & m)))
    }),
    Builtin::f3("DEPOSIT-FIELD", |l, n, b, x| {
        let (s, p) = spec(l, &b)?;
        let (n, x) = (l.integer(&n)?, l.integer(&x)?);
        let m = mask(s) << p;
        Ok(Obj::int((x & !m.clone()) | (n & m)))
    }),
    Builtin::f3("BOOLE", |l, op, x, y| {
        let op = l.index(&op)?;
        let (x, y) = (l.integer(&x)?, l.integer(&y)?);
        // The operation is its own truth table: bit 2·x + y of the number.
        let mut r = BigInt::zero();
        let pick = |v: &BigInt, on: bool| if on { v.clone() } else { !v };
        for (bit, (p, q)) in [(false, false), (false, true), (true, false), (true, true)]
            .into_iter()
            .enumerate()
        {
            if op >> bit & 1 == 1 {
                r |= pick(&x, p) & pick(&y, q);
            }
        }
        Ok(Obj::int(r))
    }),
];

fn shift(b: BigInt, n: i64) -> BigInt {
    if n >= 0 {
        b << n as usize
    } else {
        b >> (-n) as usize
    }
}

fn mask(size: usize) -> BigInt {
    (BigInt::one() << size) - 1
}

fn spec(l: &mut Lisp, b: &Obj) -> Result<(usize, usize), Exit> {
    match (b.car(), b.cdr()) {
        (Obj::Fix(s), Obj::Fix(p)) if (0..1 << 26).contains(&s) && (0..1 << 26).contains(&p) => {
            Ok((s as usize, p as usize))
        }
        _ => {
            let p = l.print(b);
            Err(l.error(&format!("{p} is not a byte specifier")))
        }
    }
}

fn fold(
    l: &mut Lisp,
    a: &[Obj],
    unit: i64,
    small: fn(i64, i64) -> i64,
    large: fn(BigInt, BigInt) -> BigInt,
) -> Res {
    let mut r = Obj::Fix(unit);
    for x in a {
        r = match (&r, x) {
            (Obj::Fix(p), Obj::Fix(q)) => Obj::Fix(small(*p, *q)),
            (p, q) => {
                let (p, q) = (l.integer(p)?, l.integer(q)?);
                Obj::int(large(p, q))
            }
        };
    }
    Ok(r)
}

fn two(l: &mut Lisp, x: &Obj, y: &Obj, f: fn(BigInt, BigInt) -> BigInt) -> Res {
    let (x, y) = (l.integer(x)?, l.integer(y)?);
    Ok(Obj::int(f(x, y)))
}
