//! Sequences: searching, removing, substituting.

use super::args::{Keys, Matcher};
use super::sequences::{like, set_item};
use crate::function::{Builtin, MANY};
use crate::interp::{Exit, Lisp, Res};
use crate::object::Obj;

/// What an element must be: equal to an item, or accepted by a function.
enum Wanted {
    Item(Obj),
    If(Obj),
    IfNot(Obj),
}

#[derive(Clone, Copy, PartialEq)]
enum By {
    Item,
    If,
    IfNot,
}

macro_rules! three {
    ($f:ident, $min:expr, $a:literal, $b:literal, $c:literal) => {
        [
            Builtin::n($a, $min, MANY, |l, a| $f(l, a, By::Item)),
            Builtin::n($b, $min, MANY, |l, a| $f(l, a, By::If)),
            Builtin::n($c, $min, MANY, |l, a| $f(l, a, By::IfNot)),
        ]
    };
}

const FIND: [Builtin; 3] = three!(find, 2, "FIND", "FIND-IF", "FIND-IF-NOT");
const POSITION: [Builtin; 3] = three!(position, 2, "POSITION", "POSITION-IF", "POSITION-IF-NOT");
const COUNT: [Builtin; 3] = three!(count, 2, "COUNT", "COUNT-IF", "COUNT-IF-NOT");
const REMOVE: [Builtin; 3] = three!(remove, 2, "REMOVE", "REMOVE-IF", "REMOVE-IF-NOT");
const DELETE: [Builtin; 3] = three!(remove, 2, "DELETE", "DELETE-IF", "DELETE-IF-NOT");
const SUBSTITUTE: [Builtin; 3] = three!(
    substitute,
    3,
    "SUBSTITUTE",
    "SUBSTITUTE-IF",
    "SUBSTITUTE-IF-NOT"
);
const NSUBSTITUTE: [Builtin; 3] = three!(
    nsubstitute,
    3,
    "NSUBSTITUTE",
    "NSUBSTITUTE-IF",
    "NSUBSTITUTE-IF-NOT"
);

pub(crate) const TABLE: &[Builtin] = &[
    FIND[0],
    FIND[1],
    FIND[2],
    POSITION[0],
    POSITION[1],
    POSITION[2],
    COUNT[0],
    COUNT[1],
    COUNT[2],
    REMOVE[0],
    REMOVE[1],
    REMOVE[2],
    DELETE[0],
    DELETE[1],
    DELETE[2],
    SUBSTITUTE[0],
    SUBSTITUTE[1],
    SUBSTITUTE[2],
    NSUBSTITUTE[0],
    NSUBSTITUTE[1],
    NSUBSTITUTE[2],
    Builtin::n("REMOVE-DUPLICATES", 1, MANY, remove_duplicates),
    Builtin::n("DELETE-DUPLICATES", 1, MANY, remove_duplicates),
    Builtin::n("SEARCH", 2, MANY, search),
    Builtin::n("MISMATCH", 2, MANY, mismatch),
];

/// A search prepared: the elements, the bounds, the test.
struct Scan {
    items: Vec<Obj>,
    start: usize,
    end: usize,
    from_end: bool,
    limit: Option<usize>,
    wanted: Wanted,
    matcher: Matcher,
}

impl Scan {
    fn new(l: &mut Lisp, item: &Obj, seq: &Obj, rest: &[Obj], by: By) -> Result<Scan, Exit> {
        let s = l.s;
        let k = if rest.is_empty() {
            Keys::parse(l, rest, &[])?
        } else {
            let known = [
                s.k_test,
                s.k_test_not,
                s.k_key,
                s.k_start,
                s.k_end,
                s.k_from_end,
                s.k_count,
            ];
            Keys::parse(l, rest, &known)?
        };
        let items = l.items(seq)?;
        let (start, end) = l.bounds(k.get(s.k_start), k.get(s.k_end), items.len())?;
        let limit = match k.on(s.k_count) {
            Some(Obj::Fix(n)) => Some((*n).max(0) as usize),
            _ => None,
        };
        Ok(Scan {
            items,
            start,
            end,
            from_end: k.on(s.k_from_end).is_some(),
            limit,
            wanted: match by {
                By::Item => Wanted::Item(item.clone()),
                By::If => Wanted::If(item.clone()),
                By::IfNot => Wanted::IfNot(item.clone()),
            },
            matcher: Matcher::of(l, &k),
        })
    }

    fn hit(&self, l: &mut Lisp, i: usize) -> Result<bool, Exit> {
        let x = self.items[i].clone();
        match &self.wanted {
            Wanted::Item(item) => self.matcher.matches(l, item, x),
            Wanted::If(f) => {
                let x = self.matcher.key(l, x)?;
                Ok(l.funcall(f, &[x])?.is_true())
            }
            Wanted::IfNot(f) => {
                let x = self.matcher.key(l, x)?;
                Ok(l.funcall(f, &[x])?.is_nil())
            }
        }
    }

    fn first(&self, l: &mut Lisp) -> Result<Option<usize>, Exit> {
        if self.from_end {
            for i in (self.start..self.end).rev() {
                if self.hit(l, i)? {
                    return Ok(Some(i));
                }
            }
        } else {
            for i in self.start..self.end {
                if self.hit(l, i)? {
                    return Ok(Some(i));
                }
            }
        }
        Ok(None)
    }

    /// The indices of what matches, `:count` and `:from-end` obeyed, ascending.
    fn all(&self, l: &mut Lisp) -> Result<Vec<usize>, Exit> {
        let mut v = Vec::new();
        let limit = self.limit.unwrap_or(usize::MAX);
        let range: Vec<usize> = if self.from_end {
            (self.start..self.end).rev().collect()
        } else {
            (self.start..self.end).collect()
        };
        for i in range {
            if v.len() >= limit {
                break;
            }
            if self.hit(l, i)? {
                v.push(i);
            }
        }
        if self.from_end {
            v.reverse();
        }
        Ok(v)
    }
}

fn find(l: &mut Lisp, a: &[Obj], by: By) -> Res {
    let s = Scan::new(l, &a[0], &a[1], &a[2..], by)?;
    let i = s.first(l)?;
    Ok(i.map_or(Obj::Nil, |i| s.items[i].clone()))
}

fn position(l: &mut Lisp, a: &[Obj], by: By) -> Res {
    let s = Scan::new(l, &a[0], &a[1], &a[2..], by)?;
    let i = s.first(l)?;
    Ok(i.map_or(Obj::Nil, Obj::from))
}

fn count(l: &mut Lisp, a: &[Obj], by: By) -> Res {
    let mut s = Scan::new(l, &a[0], &a[1], &a[2..], by)?;
    s.limit = None;
    Ok(s.all(l)?.len().into())
}

fn remove(l: &mut Lisp, a: &[Obj], by: By) -> Res {
    let s = Scan::new(l, &a[0], &a[1], &a[2..], by)?;
    let gone = s.all(l)?;
    if gone.is_empty() {
        return Ok(a[1].clone());
    }
    let mut g = gone.iter().peekable();
    let mut kept = Vec::with_capacity(s.items.len() - gone.len());
    for (i, x) in s.items.iter().enumerate() {
        if g.peek() == Some(&&i) {
            g.next();
        } else {
            kept.push(x.clone());
        }
    }
    like(l, &a[1], kept)
}

fn substitute(l: &mut Lisp, a: &[Obj], by: By) -> Res {
    let s = Scan::new(l, &a[1], &a[2], &a[3..], by)?;
    let mut v = s.items.clone();
    for i in s.all(l)? {
        v[i] = a[0].clone();
    }
    like(l, &a[2], v)
}

fn nsubstitute(l: &mut Lisp, a: &[Obj], by: By) -> Res {
    let s = Scan::new(l, &a[1], &a[2], &a[3..], by)?;
    for i in s.all(l)? {
        set_item(l, &a[2], i, a[0].clone())?;
    }
    Ok(a[2].clone())
}

fn remove_duplicates(l: &mut Lisp, a: &[Obj]) -> Res {
    let s = l.s;
    let k = Keys::parse(
        l,
        &a[1..],
        &[
            s.k_test,
            s.k_test_not,
            s.k_key,
            s.k_start,
            s.k_end,
            s.k_from_end,
        ],
    )?;
    let m = Matcher::of(l, &k);
    let v = l.items(&a[0])?;
    let (start, end) = l.bounds(k.get(s.k_start), k.get(s.k_end), v.len())?;
    let from_end = k.on(s.k_from_end).is_some();
    let mut keys = Vec::new();
    for x in &v[start..end] {
        keys.push(m.key(l, x.clone())?);
    }
    let n = keys.len();
    let mut kept = v[..start].to_vec();
    'next: for i in 0..n {
        // The last of several equal elements stays, or with :from-end the first.
        let others = if from_end { 0..i } else { i + 1..n };
        for j in others {
            let same = if from_end {
                m.same(l, &keys[j], &keys[i])?
            } else {
                m.same(l, &keys[i], &keys[j])?
            };
            if same {
                continue 'next;
            }
        }
        kept.push(v[start + i].clone());
    }
    kept.extend_from_slice(&v[end..]);
    if kept.len() == v.len() {
        return Ok(a[0].clone());
    }
    like(l, &a[0], kept)
}

/// Both sequences with their bounds, keys applied.
#[allow(clippy::type_complexity)]
fn two(l: &mut Lisp, a: &[Obj]) -> Result<(Vec<Obj>, Vec<Obj>, usize, usize, bool, Matcher), Exit> {
    let s = l.s;
    let k = Keys::parse(
        l,
        &a[2..],
        &[
            s.k_test,
            s.k_test_not,
            s.k_key,
            s.k_start1,
            s.k_end1,
            s.k_start2,
            s.k_end2,
            s.k_from_end,
        ],
    )?;
    let m = Matcher::of(l, &k);
    let (mut x, mut y) = (l.items(&a[0])?, l.items(&a[1])?);
    let (s1, e1) = l.bounds(k.get(s.k_start1), k.get(s.k_end1), x.len())?;
    let (s2, e2) = l.bounds(k.get(s.k_start2), k.get(s.k_end2), y.len())?;
    x = x[s1..e1].to_vec();
    y = y[s2..e2].to_vec();
    for v in x.iter_mut().chain(&mut y) {
        let o = std::mem::take(v);
        *v = m.key(l, o)?;
    }
    let from_end = k.on(s.k_from_end).is_some();
    Ok((x, y, s1, s2, from_end, m))
}

fn search(l: &mut Lisp, a: &[Obj]) -> Res {
    let (x, y, _, s2, from_end, m) = two(l, a)?;
    if x.len() > y.len() {
        return Ok(Obj::Nil);
    }
    let mut found = None;
    for at in 0..=y.len() - x.len() {
        let mut ok = true;
        for i in 0..x.len() {
            if !m.same(l, &x[i], &y[at + i])? {
                ok = false;
                break;
            }
        }
        if ok {
            found = Some(at);
            if !from_end {
                break;
            }
        }
    }
    Ok(found.map_or(Obj::Nil, |at| (s2 + at).into()))
}

fn mismatch(l: &mut Lisp, a: &[Obj]) -> Res {
    let (mut x, mut y, s1, _, from_end, m) = two(l, a)?;
    let n = x.len();
    if from_end {
        x.reverse();
        y.reverse();
    }
    let mut i = 0;
    while i < x.len() && i < y.len() && m.same(l, &x[i], &y[i])? {
        i += 1;
    }
    if i == x.len() && i == y.len() {
        return Ok(Obj::Nil);
    }
    Ok((s1 + if from_end { n - i } else { i }).into())
}
