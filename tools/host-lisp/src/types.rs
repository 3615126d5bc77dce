//! Types: `typep`, `subtypep`, `deftype`, `type-of`.

use crate::array::ElementType;
use crate::builtins::sequence_items;
use crate::function::Builtin;
use crate::interp::{Exit, Lisp};
use crate::number::{compare_reals, is_float, is_integer, is_number, is_rational, is_real};
use crate::object::Obj;
use crate::symbol::Sym;
use std::cmp::Ordering;

pub(crate) const TABLE: &[Builtin] = &[
    Builtin::n("TYPEP", 2, 3, |l, a| {
        let r = l.is_type(&a[0], &a[1])?;
        Ok(l.boolean(r))
    }),
    Builtin::n("SUBTYPEP", 2, 3, |l, a| {
        let r = subtypep(l, &a[0], &a[1])?;
        let v = vec![l.boolean(r == Some(true)), l.boolean(r.is_some())];
        Ok(l.return_values(v))
    }),
    Builtin::f1("TYPE-OF", |l, x| Ok(type_of(l, &x))),
    Builtin::f1("SI:EXPAND-TYPE", |l, x| l.expand_type(&x)),
];

impl Lisp {
    /// A type specifier with the outermost `deftype` names replaced.
    pub(crate) fn expand_type(&mut self, t: &Obj) -> Result<Obj, Exit> {
        let mut t = t.clone();
        for _ in 0..100 {
            let name = match &t {
                Obj::Sym(s) => *s,
                Obj::Cons(c) => match c.car() {
                    Obj::Sym(s) => s,
                    _ => return Ok(t),
                },
                _ => return Ok(t),
            };
            let f = name.get(self.s.type_expander);
            if f.is_nil() {
                return Ok(t);
            }
            let form = match &t {
                Obj::Cons(_) => t.clone(),
                _ => Obj::list([t.clone()]),
            };
            t = self.funcall(&f, &[form, Obj::Nil])?;
        }
        Err(self.error("a type defined by DEFTYPE refers to itself"))
    }

    /// `typep`.
    pub(crate) fn is_type(&mut self, x: &Obj, t: &Obj) -> Result<bool, Exit> {
        match t {
            Obj::Nil => Ok(false),
            Obj::Sym(s) => match self.is_named_type(x, *s) {
                Some(r) => Ok(r),
                None => {
                    let e = self.expand_type(t)?;
                    if !crate::hash::eq(&e, t) {
                        return self.is_type(x, &e);
                    }
                    let p = self.print(t);
                    Err(self.error(&format!("{p} is not a type known here")))
                }
            },
            Obj::Cons(c) => {
                let Obj::Sym(op) = c.car() else {
                    let p = self.print(t);
                    return Err(self.error(&format!("{p} is not a type specifier")));
                };
                self.is_compound_type(x, t, op, &c.cdr().to_vec())
            }
            _ => {
                let p = self.print(t);
                Err(self.error(&format!("{p} is not a type specifier")))
            }
        }
    }

    fn is_named_type(&mut self, x: &Obj, t: Sym) -> Option<bool> {
        let s = self.s;
        if let Some(c) = self.find_class(t) {
            return Some(matches!(x, Obj::Struct(i) if i.class.is_a(c)));
        }
        if !t.package().is_some_and(|p| std::ptr::eq(p, self.cl)) {
            return None;
        }
        let fixnum = crate::builtins::is_fixnum(x);
        let vector_of = |e: ElementType| matches!(x, Obj::Vector(v) if v.element_type == e);
        Some(match t.name() {
            "T" => true,
            "SYMBOL" => x.is_symbol(),
            "KEYWORD" => matches!(x, Obj::Sym(s) if s.is_keyword()),
            "NULL" => x.is_nil(),
            "BOOLEAN" => x.is_nil() || x.is_sym(s.t),
            "CONS" => x.is_cons(),
            "LIST" => x.is_list(),
            "ATOM" => !x.is_cons(),
            "NUMBER" => is_number(x),
            "REAL" => is_real(x),
            "RATIONAL" => is_rational(x),
            "INTEGER" | "SIGNED-BYTE" => is_integer(x),
            "UNSIGNED-BYTE" => {
                is_integer(x) && compare_reals(x, &Obj::Fix(0)) != Some(Ordering::Less)
            }
            "RATIO" => matches!(x, Obj::Ratio(_)),
            "FIXNUM" => fixnum,
            "BIGNUM" => is_integer(x) && !fixnum,
            "BIT" => matches!(x, Obj::Fix(0 | 1)),
            "FLOAT" => is_float(x),
            "SINGLE-FLOAT" | "SHORT-FLOAT" => matches!(x, Obj::Single(_)),
            "DOUBLE-FLOAT" | "LONG-FLOAT" => matches!(x, Obj::Double(_)),
            "COMPLEX" => matches!(x, Obj::Complex(_)),
            "CHARACTER" | "BASE-CHAR" => matches!(x, Obj::Char(_)),
            "EXTENDED-CHAR" => false,
            "STANDARD-CHAR" => {
                matches!(x, Obj::Char(c) if *c == '\n' || (' '..='~').contains(c))
            }
            "STRING" | "BASE-STRING" => matches!(x, Obj::Str(_)),
            "SIMPLE-STRING" | "SIMPLE-BASE-STRING" => matches!(x, Obj::Str(s)
                if s.fill.get() == usize::MAX && !s.adjustable),
            "VECTOR" => matches!(x, Obj::Str(_) | Obj::Vector(_)),
            "SIMPLE-VECTOR" => crate::builtins::is_simple_vector(x),
            "BIT-VECTOR" => vector_of(ElementType::Bit),
            "SIMPLE-BIT-VECTOR" => matches!(x, Obj::Vector(v) if v.element_type == ElementType::Bit
                && v.fill.get() == usize::MAX && !v.adjustable),
            "ARRAY" => matches!(x, Obj::Str(_) | Obj::Vector(_) | Obj::Array(_)),
            "SIMPLE-ARRAY" => match x {
                Obj::Str(s) => s.fill.get() == usize::MAX && !s.adjustable,
                Obj::Vector(v) => v.fill.get() == usize::MAX && !v.adjustable,
                Obj::Array(a) => !a.adjustable,
                _ => false,
            },
            "SEQUENCE" => matches!(x, Obj::Nil | Obj::Cons(_) | Obj::Str(_) | Obj::Vector(_)),
            "FUNCTION" | "COMPILED-FUNCTION" => matches!(x, Obj::Func(_)),
            "HASH-TABLE" => matches!(x, Obj::Hash(_)),
            "PACKAGE" => matches!(x, Obj::Package(_)),
            "STREAM" => matches!(x, Obj::Stream(_)),
            "STRUCTURE-OBJECT" => matches!(x, Obj::Struct(i) if !i.class.condition),
            "PATHNAME" | "READTABLE" | "RANDOM-STATE" => false,
            _ => return None,
        })
    }

    fn is_compound_type(&mut self, x: &Obj, t: &Obj, op: Sym, args: &[Obj]) -> Result<bool, Exit> {
        let s = self.s;
        let star = |o: Option<&Obj>| o.is_none_or(|o| o.is_sym(s.star));
        Ok(match op.name() {
            "AND" => {
                for a in args {
                    if !self.is_type(x, a)? {
                        return Ok(false);
                    }
                }
                true
            }
            "OR" => {
                for a in args {
                    if self.is_type(x, a)? {
                        return Ok(true);
                    }
                }
                false
            }
            "NOT" => !self.is_type(x, &args[0])?,
            "MEMBER" => args.iter().any(|a| crate::hash::eql(a, x)),
            "EQL" => args.iter().any(|a| crate::hash::eql(a, x)),
            "SATISFIES" => self.funcall(&args[0], std::slice::from_ref(x))?.is_true(),
            "VALUES" => match args.first() {
                Some(a) => self.is_type(x, a)?,
                None => true,
            },
            "FUNCTION" => matches!(x, Obj::Func(_)),
            "CONS" => match x {
                Obj::Cons(c) => {
                    (star(args.first()) || self.is_type(&c.car(), &args[0])?)
                        && (star(args.get(1)) || self.is_type(&c.cdr(), &args[1])?)
                }
                _ => false,
            },
            "MOD" => {
                is_integer(x) && in_range(x, Some(&Obj::Fix(0)), None) && {
                    compare_reals(x, &args[0]) == Some(Ordering::Less)
                }
            }
            "UNSIGNED-BYTE" | "SIGNED-BYTE" => match (x.as_bigint(), args.first()) {
                (Some(b), Some(Obj::Fix(n))) => {
                    let unsigned = op == s.unsigned_byte;
                    let bits = if b.sign() == num_bigint::Sign::Minus {
                        if unsigned {
                            return Ok(false);
                        }
                        (-b - 1u32).bits()
                    } else {
                        b.bits()
                    };
                    bits + u64::from(!unsigned) <= *n as u64
                }
                (Some(_), _) => self.is_type(x, &Obj::Sym(op))?,
                _ => false,
            },
            "INTEGER" | "RATIONAL" | "REAL" | "FLOAT" | "SINGLE-FLOAT" | "DOUBLE-FLOAT"
            | "SHORT-FLOAT" | "LONG-FLOAT" => {
                self.is_type(x, &Obj::Sym(op))? && {
                    let low = args.first().filter(|_| !star(args.first()));
                    let high = args.get(1).filter(|_| !star(args.get(1)));
                    in_range(x, low, high)
                }
            }
            "COMPLEX" => matches!(x, Obj::Complex(_)),
            "STRING" | "SIMPLE-STRING" | "BASE-STRING" | "SIMPLE-BASE-STRING" | "SIMPLE-VECTOR"
            | "BIT-VECTOR" | "SIMPLE-BIT-VECTOR" => {
                self.is_type(x, &Obj::Sym(op))?
                    && (star(args.first())
                        || has_dimensions(x, &Obj::list([args[0].clone()]), s.star))
            }
            "VECTOR" => {
                self.is_type(x, &Obj::Sym(op))?
                    && self.has_element_type(x, args.first())?
                    && (star(args.get(1))
                        || has_dimensions(x, &Obj::list([args[1].clone()]), s.star))
            }
            "ARRAY" | "SIMPLE-ARRAY" => {
                self.is_type(x, &Obj::Sym(op))?
                    && self.has_element_type(x, args.first())?
                    && (star(args.get(1)) || has_dimensions(x, &args[1], s.star))
            }
            _ => {
                let e = self.expand_type(t)?;
                if crate::hash::eq(&e, t) {
                    let p = self.print(t);
                    return Err(self.error(&format!("{p} is not a type known here")));
                }
                return self.is_type(x, &e);
            }
        })
    }

    fn has_element_type(&mut self, x: &Obj, t: Option<&Obj>) -> Result<bool, Exit> {
        match t {
            None => Ok(true),
            Some(t) if t.is_sym(self.s.star) => Ok(true),
            Some(t) => {
                let want = crate::builtins::parse_type(self, t)?;
                Ok(crate::builtins::element_type(x) == want)
            }
        }
    }
}

fn in_range(x: &Obj, low: Option<&Obj>, high: Option<&Obj>) -> bool {
    let ok = |bound: Option<&Obj>, wrong: Ordering| match bound {
        None => true,
        // A bound in a list is exclusive.
        Some(Obj::Cons(c)) => !matches!(compare_reals(x, &c.car()),
            Some(o) if o == wrong || o == Ordering::Equal),
        Some(b) => compare_reals(x, b) != Some(wrong),
    };
    ok(low, Ordering::Less) && ok(high, Ordering::Greater)
}

fn has_dimensions(x: &Obj, want: &Obj, star: Sym) -> bool {
    let dims = match x {
        Obj::Array(a) => a.dimensions(),
        Obj::Str(s) => vec![s.chars.borrow().len()],
        Obj::Vector(v) => vec![v.items.borrow().len()],
        _ => return false,
    };
    match want {
        Obj::Fix(n) => dims.len() as i64 == *n,
        w => {
            let w = sequence_items(w).unwrap_or_default();
            w.len() == dims.len()
                && w.iter()
                    .zip(&dims)
                    .all(|(w, d)| w.is_sym(star) || matches!(w, Obj::Fix(n) if *n == *d as i64))
        }
    }
}

fn type_of(l: &mut Lisp, x: &Obj) -> Obj {
    let s = l.s;
    let name = |n: Sym| Obj::from(n);
    match x {
        Obj::Nil => name(s.null),
        Obj::Sym(k) if k.is_keyword() => name(s.keyword_type),
        Obj::Sym(k) if *k == s.t => name(s.boolean),
        Obj::Sym(_) => name(s.symbol),
        Obj::Fix(_) | Obj::Big(_) if crate::builtins::is_fixnum(x) => name(s.fixnum),
        Obj::Fix(_) | Obj::Big(_) => name(s.bignum),
        Obj::Char(_) => name(s.character),
        Obj::Single(_) => name(s.single_float),
        Obj::Double(_) => name(s.double_float),
        Obj::Cons(_) => name(s.cons),
        Obj::Ratio(_) => name(s.ratio),
        Obj::Complex(_) => name(s.complex),
        Obj::Str(_) => name(s.string),
        Obj::Vector(v) if v.element_type == ElementType::Bit => name(s.bit_vector),
        Obj::Vector(_) if crate::builtins::is_simple_vector(x) => name(s.simple_vector),
        Obj::Vector(_) => name(s.vector),
        Obj::Array(_) => name(s.array),
        Obj::Hash(_) => name(s.hash_table),
        Obj::Struct(i) => name(i.class.name),
        Obj::Func(_) => name(s.function),
        Obj::Package(_) => name(s.package_type),
        Obj::Stream(_) => name(s.stream),
        _ => name(s.t),
    }
}

/// The direct supertypes of the standard types.
const ABOVE: &[(&str, &[&str])] = &[
    ("NULL", &["SYMBOL", "LIST", "BOOLEAN"]),
    ("BOOLEAN", &["SYMBOL"]),
    ("KEYWORD", &["SYMBOL"]),
    ("CONS", &["LIST"]),
    ("LIST", &["SEQUENCE"]),
    ("BIT", &["FIXNUM", "UNSIGNED-BYTE"]),
    ("FIXNUM", &["INTEGER"]),
    ("BIGNUM", &["INTEGER"]),
    ("UNSIGNED-BYTE", &["INTEGER"]),
    ("SIGNED-BYTE", &["INTEGER"]),
    ("INTEGER", &["RATIONAL", "SIGNED-BYTE"]),
    ("RATIO", &["RATIONAL"]),
    ("RATIONAL", &["REAL"]),
    ("SINGLE-FLOAT", &["FLOAT", "SHORT-FLOAT"]),
    ("SHORT-FLOAT", &["FLOAT", "SINGLE-FLOAT"]),
    ("DOUBLE-FLOAT", &["FLOAT", "LONG-FLOAT"]),
    ("LONG-FLOAT", &["FLOAT", "DOUBLE-FLOAT"]),
    ("FLOAT", &["REAL"]),
    ("REAL", &["NUMBER"]),
    ("COMPLEX", &["NUMBER"]),
    ("STANDARD-CHAR", &["BASE-CHAR"]),
    ("BASE-CHAR", &["CHARACTER"]),
    ("SIMPLE-BASE-STRING", &["BASE-STRING", "SIMPLE-STRING"]),
    ("SIMPLE-STRING", &["STRING", "SIMPLE-ARRAY"]),
    ("BASE-STRING", &["STRING"]),
    ("STRING", &["VECTOR"]),
    ("SIMPLE-VECTOR", &["VECTOR", "SIMPLE-ARRAY"]),
    ("SIMPLE-BIT-VECTOR", &["BIT-VECTOR", "SIMPLE-ARRAY"]),
    ("BIT-VECTOR", &["VECTOR"]),
    ("VECTOR", &["ARRAY", "SEQUENCE"]),
    ("SIMPLE-ARRAY", &["ARRAY"]),
    ("COMPILED-FUNCTION", &["FUNCTION"]),
];

/// `None`: cannot tell.
fn subtypep(l: &mut Lisp, a: &Obj, b: &Obj) -> Result<Option<bool>, Exit> {
    let a = l.expand_type(a)?;
    let b = l.expand_type(b)?;
    let s = l.s;
    if a.is_nil() || b.is_sym(s.t) || crate::hash::equal(&a, &b) {
        return Ok(Some(true));
    }
    if b.is_nil() {
        return Ok(Some(false));
    }
    let (ao, bo) = (a.car(), b.car());
    if ao.is_sym(s.or) {
        let mut all = Some(true);
        for x in a.cdr().iter() {
            match subtypep(l, &x, &b)? {
                Some(true) => {}
                other => all = other,
            }
        }
        return Ok(all);
    }
    if ao.is_sym(s.member) || ao.is_sym(s.eql) {
        for x in a.cdr().iter() {
            if !l.is_type(&x, &b)? {
                return Ok(Some(false));
            }
        }
        return Ok(Some(true));
    }
    if bo.is_sym(s.and) {
        let mut all = Some(true);
        for x in b.cdr().iter() {
            match subtypep(l, &a, &x)? {
                Some(true) => {}
                other => all = other,
            }
        }
        return Ok(all);
    }
    if bo.is_sym(s.or) {
        let mut sure = true;
        for x in b.cdr().iter() {
            match subtypep(l, &a, &x)? {
                Some(true) => return Ok(Some(true)),
                Some(false) => {}
                None => sure = false,
            }
        }
        return Ok(sure.then_some(false));
    }
    if ao.is_sym(s.and) {
        for x in a.cdr().iter() {
            if subtypep(l, &x, &b)? == Some(true) {
                return Ok(Some(true));
            }
        }
        return Ok(None);
    }
    if let (Some((al, ah)), Some((bl, bh))) = (integer_range(l, &a), integer_range(l, &b)) {
        let low = match (&al, &bl) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(x), Some(y)) => x >= y,
        };
        let high = match (&ah, &bh) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(x), Some(y)) => x <= y,
        };
        return Ok(Some(low && high));
    }
    let head = |t: &Obj| match t {
        Obj::Sym(s) => Some(*s),
        Obj::Cons(c) => match c.car() {
            Obj::Sym(s) => Some(s),
            _ => None,
        },
        _ => None,
    };
    let (Some(x), Some(y)) = (head(&a), head(&b)) else {
        return Ok(None);
    };
    if let (Some(p), Some(q)) = (l.find_class(x), l.find_class(y)) {
        return Ok(Some(p.is_a(q)));
    }
    if l.find_class(x).is_some_and(|c| !c.condition) && y == s.structure_object {
        return Ok(Some(true));
    }
    if y == s.atom {
        return Ok(Some(x != s.cons && x != s.list));
    }
    let mut seen = vec![x.name()];
    let mut i = 0;
    while i < seen.len() {
        if let Some((_, up)) = ABOVE.iter().find(|(n, _)| *n == seen[i]) {
            for u in *up {
                if !seen.contains(u) {
                    seen.push(u);
                }
            }
        }
        i += 1;
    }
    let related = seen.contains(&y.name());
    // Arguments of the supertype may still say no.
    Ok(match (related, b.is_cons()) {
        (true, true) => None,
        (r, _) => Some(r),
    })
}

type Range = (Option<num_bigint::BigInt>, Option<num_bigint::BigInt>);

/// The range of an integer type; `None` for other types.
fn integer_range(l: &Lisp, t: &Obj) -> Option<Range> {
    let s = l.s;
    let pow = |n: u32| num_traits::pow::Pow::pow(num_bigint::BigInt::from(2), n);
    let int = |i: i64| Some(num_bigint::BigInt::from(i));
    if let Obj::Sym(n) = t {
        return match n.name() {
            "INTEGER" | "SIGNED-BYTE" => Some((None, None)),
            "UNSIGNED-BYTE" => Some((int(0), None)),
            "BIT" => Some((int(0), int(1))),
            "FIXNUM" => Some((int(-(1 << 24)), int((1 << 24) - 1))),
            _ => None,
        };
    }
    let bound = |o: Obj, step: i64| match &o {
        Obj::Cons(c) => c.car().as_bigint().map(|b| b + step),
        o => o.as_bigint(),
    };
    let op = t.car();
    let n = t.cadr();
    if op.is_sym(s.integer) {
        return Some((bound(n, 1), bound(t.cddr().car(), -1)));
    }
    let Obj::Fix(k) = n else {
        return None;
    };
    let bits = u32::try_from(k).ok().filter(|k| *k <= 4096);
    if op.is_sym(s.unsigned_byte) {
        return Some((int(0), Some(pow(bits?) - 1)));
    }
    if op.is_sym(s.signed_byte) {
        let b = bits?.checked_sub(1)?;
        return Some((Some(-pow(b)), Some(pow(b) - 1)));
    }
    if op.is_sym(s.mod_) {
        return Some((int(0), int(k - 1)));
    }
    None
}
