//! Vectors and arrays.

use super::args::Keys;
use crate::array::{ArrayObj, ElementType, StrObj, VecObj};
use crate::function::{Builtin, MANY};
use crate::interp::{Exit, Lisp, Res};
use crate::object::Obj;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

pub(crate) const TABLE: &[Builtin] = &[
    Builtin::n("VECTOR", 0, MANY, |_, a| Ok(Obj::vector(a.to_vec()))),
    Builtin::n("MAKE-ARRAY", 1, MANY, make_array),
    Builtin::n("ADJUST-ARRAY", 2, MANY, adjust_array),
    Builtin::n("AREF", 1, MANY, |l, a| aref(l, &a[0], &a[1..])),
    Builtin::f2("SVREF", |l, v, i| aref(l, &v, &[i])),
    Builtin::f2("CHAR", |l, v, i| aref(l, &v, &[i])),
    Builtin::f2("SCHAR", |l, v, i| aref(l, &v, &[i])),
    Builtin::n("BIT", 1, MANY, |l, a| aref(l, &a[0], &a[1..])),
    Builtin::n("SBIT", 1, MANY, |l, a| aref(l, &a[0], &a[1..])),
    Builtin::n("SI:%SET-AREF", 2, MANY, |l, a| {
        let (v, i, x) = (&a[0], &a[1..a.len() - 1], &a[a.len() - 1]);
        let i = offset(l, v, i)?;
        store(l, v, i, x.clone())
    }),
    Builtin::f2("ROW-MAJOR-AREF", |l, v, i| {
        let i = l.index(&i)?;
        fetch(l, &v, i)
    }),
    Builtin::f3("SI:%SET-ROW-MAJOR-AREF", |l, v, i, x| {
        let i = l.index(&i)?;
        store(l, &v, i, x)
    }),
    Builtin::n("ARRAY-ROW-MAJOR-INDEX", 1, MANY, |l, a| {
        Ok(offset(l, &a[0], &a[1..])?.into())
    }),
    Builtin::n("ARRAY-IN-BOUNDS-P", 1, MANY, |l, a| {
        let d = dimensions(l, &a[0])?;
        let ok = d.len() == a.len() - 1
            && d.iter().zip(&a[1..]).all(|(d, i)| match i {
                Obj::Fix(i) => *i >= 0 && (*i as usize) < *d,
                _ => false,
            });
        Ok(l.boolean(ok))
    }),
    Builtin::f1("ARRAYP", |l, x| Ok(l.boolean(is_array(&x)))),
    Builtin::f1("VECTORP", |l, x| {
        Ok(l.boolean(matches!(x, Obj::Str(_) | Obj::Vector(_))))
    }),
    Builtin::f1(
        "SIMPLE-VECTOR-P",
        |l, x| Ok(l.boolean(is_simple_vector(&x))),
    ),
    Builtin::f1("BIT-VECTOR-P", |l, x| {
        Ok(l.boolean(matches!(&x, Obj::Vector(v) if v.element_type == ElementType::Bit)))
    }),
    Builtin::f1("SIMPLE-BIT-VECTOR-P", |l, x| {
        Ok(l.boolean(
            matches!(&x, Obj::Vector(v) if v.element_type == ElementType::Bit
            && v.fill.get() == usize::MAX && !v.adjustable),
        ))
    }),
    Builtin::f1("ARRAY-DIMENSIONS", |l, x| {
        let d = dimensions(l, &x)?;
        Ok(Obj::list(d.into_iter().map(Obj::from)))
    }),
    Builtin::f2("ARRAY-DIMENSION", |l, x, i| {
        let d = dimensions(l, &x)?;
        let i = l.index(&i)?;
        match d.get(i) {
            Some(n) => Ok((*n).into()),
            None => Err(l.error(&format!("the array has no dimension {i}"))),
        }
    }),
    Builtin::f1("ARRAY-RANK", |l, x| Ok(dimensions(l, &x)?.len().into())),
    Builtin::f1("ARRAY-TOTAL-SIZE", |l, x| {
        let n: usize = dimensions(l, &x)?.iter().product();
        Ok(n.into())
    }),
    Builtin::f1("ARRAY-ELEMENT-TYPE", |l, x| {
        dimensions(l, &x)?;
        Ok(type_name(l, element_type(&x)))
    }),
    Builtin::n("UPGRADED-ARRAY-ELEMENT-TYPE", 1, 2, |l, a| {
        let t = parse_type(l, &a[0])?;
        Ok(type_name(l, t))
    }),
    Builtin::f1("ADJUSTABLE-ARRAY-P", |l, x| {
        let r = match &x {
            Obj::Str(s) => s.adjustable,
            Obj::Vector(v) => v.adjustable,
            Obj::Array(a) => a.adjustable,
            _ => return Err(l.type_error(&x, l.s.array.into())),
        };
        Ok(l.boolean(r))
    }),
    Builtin::f1("ARRAY-HAS-FILL-POINTER-P", |l, x| {
        Ok(l.boolean(fill_cell(&x).is_some_and(|f| f.get() != usize::MAX)))
    }),
    Builtin::f1("FILL-POINTER", |l, x| Ok(fill_pointer(l, &x)?.into())),
    Builtin::f2("SI:%SET-FILL-POINTER", |l, x, n| {
        fill_pointer(l, &x)?;
        let k = l.index(&n)?;
        if k > dimensions(l, &x)?[0] {
            return Err(l.error("the fill pointer is beyond the end of the vector"));
        }
        if let Some(f) = fill_cell(&x) {
            f.set(k);
        }
        Ok(n)
    }),
    Builtin::f2("VECTOR-PUSH", |l, x, v| {
        let n = fill_pointer(l, &v)?;
        if n >= dimensions(l, &v)?[0] {
            return Ok(Obj::Nil);
        }
        push(l, &v, n, x)
    }),
    Builtin::n("VECTOR-PUSH-EXTEND", 2, 3, |l, a| {
        let (x, v) = (&a[0], &a[1]);
        let n = fill_pointer(l, v)?;
        if n >= dimensions(l, v)?[0] {
            let more = (n / 2).max(16);
            match v {
                Obj::Str(s) => s.chars.borrow_mut().resize(n + more, ' '),
                Obj::Vector(v) => v
                    .items
                    .borrow_mut()
                    .resize(n + more, v.element_type.initial()),
                _ => {}
            }
        }
        push(l, v, n, x.clone())
    }),
    Builtin::f1("VECTOR-POP", |l, v| {
        let n = fill_pointer(l, &v)?;
        if n == 0 {
            return Err(l.error("VECTOR-POP: the vector is empty"));
        }
        if let Some(f) = fill_cell(&v) {
            f.set(n - 1);
        }
        fetch(l, &v, n - 1)
    }),
];

fn is_array(x: &Obj) -> bool {
    matches!(x, Obj::Str(_) | Obj::Vector(_) | Obj::Array(_))
}

pub(crate) fn is_simple_vector(x: &Obj) -> bool {
    matches!(x, Obj::Vector(v) if v.element_type == ElementType::T
        && v.fill.get() == usize::MAX && !v.adjustable)
}

fn fill_cell(x: &Obj) -> Option<&Cell<usize>> {
    match x {
        Obj::Str(s) => Some(&s.fill),
        Obj::Vector(v) => Some(&v.fill),
        _ => None,
    }
}

fn fill_pointer(l: &mut Lisp, x: &Obj) -> Result<usize, Exit> {
    match fill_cell(x).map(Cell::get) {
        Some(n) if n != usize::MAX => Ok(n),
        _ => {
            let p = l.print(x);
            Err(l.error(&format!("{p} is not a vector with a fill pointer")))
        }
    }
}

fn push(l: &mut Lisp, v: &Obj, n: usize, x: Obj) -> Res {
    store(l, v, n, x)?;
    if let Some(f) = fill_cell(v) {
        f.set(n + 1);
    }
    Ok(n.into())
}

/// The dimensions, fill pointers disregarded.
fn dimensions(l: &mut Lisp, x: &Obj) -> Result<Vec<usize>, Exit> {
    match x {
        Obj::Str(s) => Ok(vec![s.chars.borrow().len()]),
        Obj::Vector(v) => Ok(vec![v.items.borrow().len()]),
        Obj::Array(a) => Ok(a.dimensions()),
        _ => Err(l.type_error(x, l.s.array.into())),
    }
}

pub(crate) fn element_type(x: &Obj) -> ElementType {
    match x {
        Obj::Str(_) => ElementType::Character,
        Obj::Vector(v) => v.element_type,
        Obj::Array(a) => a.element_type,
        _ => ElementType::T,
    }
}

fn offset(l: &mut Lisp, v: &Obj, subscripts: &[Obj]) -> Result<usize, Exit> {
    if let ([Obj::Fix(i)], Obj::Vector(_) | Obj::Str(_)) = (subscripts, v)
        && *i >= 0
    {
        return Ok(*i as usize);
    }
    let dims = dimensions(l, v)?;
    if dims.len() != subscripts.len() {
        return Err(l.error(&format!(
            "{} subscripts for an array of rank {}",
            subscripts.len(),
            dims.len()
        )));
    }
    let mut n = 0;
    for (s, d) in subscripts.iter().zip(&dims) {
        let i = l.index(s)?;
        if i >= *d {
            return Err(out_of_bounds(l, i, *d));
        }
        n = n * d + i;
    }
    Ok(n)
}

fn out_of_bounds(l: &mut Lisp, i: usize, n: usize) -> Exit {
    l.error(&format!("the index {i} is out of bounds for {n} elements"))
}

fn fetch(l: &mut Lisp, v: &Obj, i: usize) -> Res {
    let (r, n) = match v {
        Obj::Str(s) => {
            let c = s.chars.borrow();
            (c.get(i).map(|c| Obj::Char(*c)), c.len())
        }
        Obj::Vector(v) => {
            let c = v.items.borrow();
            (c.get(i).cloned(), c.len())
        }
        Obj::Array(a) => {
            let c = a.items.borrow();
            (c.get(i).cloned(), c.len())
        }
        _ => return Err(l.type_error(v, l.s.array.into())),
    };
    r.ok_or_else(|| out_of_bounds(l, i, n))
}

pub(crate) fn aref(l: &mut Lisp, v: &Obj, subscripts: &[Obj]) -> Res {
    let i = offset(l, v, subscripts)?;
    fetch(l, v, i)
}

pub(crate) fn store(l: &mut Lisp, v: &Obj, i: usize, x: Obj) -> Res {
    check_element(l, element_type(v), &x)?;
    let n = match v {
        Obj::Str(s) => {
            let mut c = s.chars.borrow_mut();
            if let (Some(slot), Obj::Char(ch)) = (c.get_mut(i), &x) {
                *slot = *ch;
                return Ok(x);
            }
            c.len()
        }
        Obj::Vector(a) => {
            let mut c = a.items.borrow_mut();
            if let Some(slot) = c.get_mut(i) {
                let old = std::mem::replace(slot, x.clone());
                drop(c);
                drop(old);
                return Ok(x);
            }
            c.len()
        }
        Obj::Array(a) => {
            let mut c = a.items.borrow_mut();
            if let Some(slot) = c.get_mut(i) {
                let old = std::mem::replace(slot, x.clone());
                drop(c);
                drop(old);
                return Ok(x);
            }
            c.len()
        }
        _ => return Err(l.type_error(v, l.s.array.into())),
    };
    Err(out_of_bounds(l, i, n))
}

fn check_element(l: &mut Lisp, t: ElementType, x: &Obj) -> Result<(), Exit> {
    let ok = match (t, x) {
        (ElementType::T, _) => true,
        (ElementType::Character, Obj::Char(_)) => true,
        (ElementType::Bit, Obj::Fix(0 | 1)) => true,
        (ElementType::Unsigned(n), Obj::Fix(i)) => *i >= 0 && (n >= 63 || *i < 1 << n),
        (ElementType::Unsigned(n), Obj::Big(b)) => {
            b.sign() == num_bigint::Sign::Plus && b.bits() <= n.into()
        }
        (ElementType::Signed(n), Obj::Fix(i)) => {
            n >= 64 || (-(1i64 << (n - 1))..1i64 << (n - 1)).contains(i)
        }
        (ElementType::Signed(n), Obj::Big(b)) => b.bits() < n.into(),
        (ElementType::Fixnum, x) => super::numbers::is_fixnum(x),
        (ElementType::Single, Obj::Single(_)) => true,
        (ElementType::Double, Obj::Double(_)) => true,
        _ => false,
    };
    if ok {
        return Ok(());
    }
    let want = type_name(l, t);
    Err(l.type_error(x, want))
}

fn type_name(l: &mut Lisp, t: ElementType) -> Obj {
    let s = l.s;
    match t {
        ElementType::T => s.t.into(),
        ElementType::Bit => s.bit.into(),
        ElementType::Unsigned(n) => Obj::list([Obj::Sym(s.unsigned_byte), Obj::Fix(n.into())]),
        ElementType::Signed(n) => Obj::list([Obj::Sym(s.signed_byte), Obj::Fix(n.into())]),
        ElementType::Fixnum => s.fixnum.into(),
        ElementType::Single => s.single_float.into(),
        ElementType::Double => s.double_float.into(),
        ElementType::Character => s.character.into(),
    }
}

/// The element type of an array that is to hold a type.
pub(crate) fn parse_type(l: &mut Lisp, t: &Obj) -> Result<ElementType, Exit> {
    let s = l.s;
    let t = l.expand_type(t)?;
    if let Obj::Sym(n) = &t {
        let table = [
            (s.bit, ElementType::Bit),
            (s.fixnum, ElementType::Fixnum),
            (s.single_float, ElementType::Single),
            (s.short_float, ElementType::Single),
            (s.double_float, ElementType::Double),
            (s.long_float, ElementType::Double),
            (s.character, ElementType::Character),
            (s.base_char, ElementType::Character),
            (s.standard_char, ElementType::Character),
        ];
        let found = table.iter().find(|(k, _)| k == n);
        return Ok(found.map_or(ElementType::T, |(_, e)| *e));
    }
    let (op, arg) = (t.car(), t.cadr());
    let up = |n: i64| {
        [1, 2, 4, 8, 16, 32, 64]
            .into_iter()
            .find(|w| n <= *w)
            .unwrap_or(0) as u16
    };
    let (low, high) = match &arg {
        Obj::Fix(n) if op.is_sym(s.unsigned_byte) => {
            (0, if *n < 63 { (1 << n) - 1 } else { i64::MAX })
        }
        Obj::Fix(n) if op.is_sym(s.signed_byte) && (1..=63).contains(n) => {
            (-(1 << (n - 1)), (1 << (n - 1)) - 1)
        }
        Obj::Fix(n) if op.is_sym(s.mod_) => (0, n - 1),
        Obj::Fix(n) if op.is_sym(s.integer) => match t.cddr().car() {
            Obj::Fix(m) => (*n, m),
            _ => return Ok(ElementType::T),
        },
        _ => return Ok(ElementType::T),
    };
    let bits = |x: i64| i64::from(64 - x.leading_zeros());
    let r = if low >= 0 {
        match up(bits(high)) {
            1 => ElementType::Bit,
            0 | 64 if !matches!(arg, Obj::Fix(64)) && high == i64::MAX => ElementType::T,
            n => ElementType::Unsigned(n),
        }
    } else {
        ElementType::Signed(up(bits(high.max(!low)) + 1))
    };
    Ok(r)
}

/// New storage of an element type.
pub(crate) fn make_vector(
    l: &mut Lisp,
    t: ElementType,
    items: Vec<Obj>,
    fill: usize,
    adjustable: bool,
) -> Res {
    for x in &items {
        check_element(l, t, x)?;
    }
    if t == ElementType::Character {
        let chars = items.iter().map(|x| match x {
            Obj::Char(c) => *c,
            _ => ' ',
        });
        let mut s = StrObj::new(chars.collect());
        s.fill = Cell::new(fill);
        s.adjustable = adjustable;
        return Ok(Obj::Str(Rc::new(s)));
    }
    Ok(Obj::Vector(Rc::new(VecObj {
        items: RefCell::new(items),
        fill: Cell::new(fill),
        adjustable,
        element_type: t,
    })))
}

fn parse_dimensions(l: &mut Lisp, d: &Obj) -> Result<Vec<usize>, Exit> {
    let v = match d {
        Obj::Fix(_) => vec![l.index(d)?],
        d => {
            let items = l.list_items(d)?;
            items
                .iter()
                .map(|x| l.index(x))
                .collect::<Result<Vec<_>, _>>()?
        }
    };
    let total = v.iter().try_fold(1usize, |a, b| a.checked_mul(*b));
    if total.is_none_or(|t| t > 1 << 26) {
        return Err(l.error("the array would be too large"));
    }
    Ok(v)
}

fn flatten(l: &mut Lisp, dims: &[usize], contents: &Obj, out: &mut Vec<Obj>) -> Result<(), Exit> {
    let Some((n, rest)) = dims.split_first() else {
        out.push(contents.clone());
        return Ok(());
    };
    let v = l.items(contents)?;
    if v.len() != *n {
        return Err(l.error(&format!(
            "the initial contents have {} elements where the dimension is {n}",
            v.len()
        )));
    }
    for x in &v {
        flatten(l, rest, x, out)?;
    }
    Ok(())
}

fn make_array(l: &mut Lisp, a: &[Obj]) -> Res {
    let known = [
        "ELEMENT-TYPE",
        "INITIAL-ELEMENT",
        "INITIAL-CONTENTS",
        "ADJUSTABLE",
        "FILL-POINTER",
        "DISPLACED-TO",
        "DISPLACED-INDEX-OFFSET",
    ]
    .map(|k| l.keyword.intern(k));
    let k = Keys::parse(l, &a[1..], &known)?;
    if k.on(known[5]).is_some() {
        return Err(l.error("MAKE-ARRAY: displaced arrays are not provided"));
    }
    let dims = parse_dimensions(l, &a[0])?;
    let t = match k.get(known[0]) {
        Some(t) => parse_type(l, t)?,
        None => ElementType::T,
    };
    let adjustable = k.on(known[3]).is_some();
    let items = match k.get(known[2]) {
        Some(c) => {
            let mut v = Vec::new();
            flatten(l, &dims, c, &mut v)?;
            v
        }
        None => {
            let x = match k.get(known[1]) {
                Some(x) => x.clone(),
                None if t == ElementType::Character => Obj::Char(' '),
                None => t.initial(),
            };
            vec![x; dims.iter().product()]
        }
    };
    if let [n] = dims[..] {
        let fill = match k.get(known[4]) {
            None | Some(Obj::Nil) => usize::MAX,
            Some(Obj::Sym(_)) => n,
            Some(f) => {
                let f = l.index(f)?;
                if f > n {
                    return Err(l.error("the fill pointer is beyond the end of the vector"));
                }
                f
            }
        };
        return make_vector(l, t, items, fill, adjustable);
    }
    for x in &items {
        check_element(l, t, x)?;
    }
    Ok(Obj::Array(Rc::new(ArrayObj {
        dims: RefCell::new(dims),
        items: RefCell::new(items),
        adjustable,
        element_type: t,
    })))
}

fn adjust_array(l: &mut Lisp, a: &[Obj]) -> Res {
    let known = ["INITIAL-ELEMENT", "FILL-POINTER", "ELEMENT-TYPE"].map(|k| l.keyword.intern(k));
    let k = Keys::parse(l, &a[2..], &known)?;
    let dims = parse_dimensions(l, &a[1])?;
    let old = dimensions(l, &a[0])?;
    if old.len() != dims.len() {
        return Err(l.error("ADJUST-ARRAY cannot change the rank"));
    }
    let t = element_type(&a[0]);
    let x = match k.get(known[0]) {
        Some(x) => x.clone(),
        None => t.initial(),
    };
    check_element(l, t, &x)?;
    match &a[0] {
        Obj::Str(s) => {
            let c = if let Obj::Char(c) = x { c } else { ' ' };
            s.chars.borrow_mut().resize(dims[0], c);
        }
        Obj::Vector(v) => v.items.borrow_mut().resize(dims[0], x),
        Obj::Array(v) => {
            let mut items = vec![x; dims.iter().product()];
            let was = v.items.borrow();
            for (i, item) in was.iter().enumerate() {
                let mut rest = i;
                let mut at = 0;
                let mut scale = 1;
                let mut inside = true;
                for (o, n) in old.iter().zip(&dims).rev() {
                    let s = rest % o;
                    rest /= o;
                    inside &= s < *n;
                    at += s * scale;
                    scale *= n;
                }
                if inside {
                    items[at] = item.clone();
                }
            }
            drop(was);
            *v.items.borrow_mut() = items;
            *v.dims.borrow_mut() = dims.clone();
        }
        _ => {}
    }
    if let Some(f) = fill_cell(&a[0])
        && f.get() != usize::MAX
    {
        let n = match k.get(known[1]) {
            Some(Obj::Sym(_)) => dims[0],
            Some(Obj::Fix(n)) if *n >= 0 => *n as usize,
            _ => f.get(),
        };
        f.set(n.min(dims[0]));
    }
    Ok(a[0].clone())
}
