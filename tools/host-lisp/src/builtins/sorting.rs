//! Sorting and merging; all sorts are stable.

use super::args::{Keys, Matcher};
use super::sequences::of_type;
use crate::function::Builtin;
use crate::interp::{Exit, Lisp, Res};
use crate::object::Obj;

pub(crate) const TABLE: &[Builtin] = &[
    Builtin::n("SORT", 2, 4, sort),
    Builtin::n("STABLE-SORT", 2, 4, sort),
    Builtin::n("MERGE", 4, 6, |l, a| {
        let s = l.s;
        let k = Keys::parse(l, &a[4..], &[s.k_key])?;
        let m = Matcher::of(l, &k);
        let (x, y) = (keyed(l, &m, &a[1])?, keyed(l, &m, &a[2])?);
        let v = merge(l, &a[3], x, y)?;
        of_type(l, &a[0], v.into_iter().map(|p| p.1).collect())
    }),
];

/// Elements with their keys.
type Keyed = Vec<(Obj, Obj)>;

fn keyed(l: &mut Lisp, m: &Matcher, seq: &Obj) -> Result<Keyed, Exit> {
    let mut v = Vec::new();
    for x in l.items(seq)? {
        v.push((m.key(l, x.clone())?, x));
    }
    Ok(v)
}

fn merge(l: &mut Lisp, less: &Obj, x: Keyed, y: Keyed) -> Result<Keyed, Exit> {
    let mut out = Vec::with_capacity(x.len() + y.len());
    let (mut p, mut q) = (x.into_iter().peekable(), y.into_iter().peekable());
    while let (Some(a), Some(b)) = (p.peek(), q.peek()) {
        let second = l.funcall(less, &[b.0.clone(), a.0.clone()])?.is_true();
        out.extend(if second { q.next() } else { p.next() });
    }
    out.extend(p);
    out.extend(q);
    Ok(out)
}

fn merge_sort(l: &mut Lisp, less: &Obj, mut v: Keyed) -> Result<Keyed, Exit> {
    if v.len() < 2 {
        return Ok(v);
    }
    let y = v.split_off(v.len() / 2);
    let x = merge_sort(l, less, v)?;
    let y = merge_sort(l, less, y)?;
    merge(l, less, x, y)
}

fn sort(l: &mut Lisp, a: &[Obj]) -> Res {
    let s = l.s;
    let k = Keys::parse(l, &a[2..], &[s.k_key])?;
    let m = Matcher::of(l, &k);
    let less = Obj::Func(l.function_of(&a[1])?);
    let v = keyed(l, &m, &a[0])?;
    let v = merge_sort(l, &less, v)?;
    let items = v.into_iter().map(|p| p.1);
    match &a[0] {
        Obj::Nil | Obj::Cons(_) => Ok(Obj::list(items)),
        seq => {
            for (i, x) in items.enumerate() {
                super::arrays::store(l, seq, i, x)?;
            }
            Ok(a[0].clone())
        }
    }
}
