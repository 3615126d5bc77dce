//! Hash tables.

use super::args::Keys;
use crate::function::{Builtin, MANY};
use crate::hash::{HashTable, HashTest};
use crate::interp::{Exit, Lisp};
use crate::object::Obj;
use std::rc::Rc;

pub(crate) const TABLE: &[Builtin] = &[
    Builtin::n("MAKE-HASH-TABLE", 0, MANY, |l, a| {
        let known =
            ["TEST", "SIZE", "REHASH-SIZE", "REHASH-THRESHOLD"].map(|k| l.keyword.intern(k));
        let k = Keys::parse(l, a, &known)?;
        let test = match k.get(known[0]) {
            None => HashTest::Eql,
            Some(t) => {
                let name = match t {
                    Obj::Sym(s) => s.name().to_string(),
                    Obj::Func(f) => f.name(),
                    _ => String::new(),
                };
                match name.as_str() {
                    "EQ" => HashTest::Eq,
                    "EQL" => HashTest::Eql,
                    "EQUAL" => HashTest::Equal,
                    "EQUALP" => HashTest::Equalp,
                    _ => return Err(l.error(&format!("{name} is not a test of hash tables"))),
                }
            }
        };
        Ok(Obj::Hash(Rc::new(HashTable::new(test))))
    }),
    Builtin::f1("HASH-TABLE-P", |l, x| {
        Ok(l.boolean(matches!(x, Obj::Hash(_))))
    }),
    Builtin::n("GETHASH", 2, 3, |l, a| {
        let v = table(l, &a[1])?.get(&a[0]);
        let found = l.boolean(v.is_some());
        let v = v.unwrap_or_else(|| a.get(2).cloned().unwrap_or_default());
        Ok(l.return_values(vec![v, found]))
    }),
    Builtin::f3("SI:%SET-GETHASH", |l, k, h, v| {
        table(l, &h)?.insert(k, v.clone());
        Ok(v)
    }),
    Builtin::f2("REMHASH", |l, k, h| {
        let r = table(l, &h)?.remove(&k);
        Ok(l.boolean(r))
    }),
    Builtin::f1("CLRHASH", |l, h| {
        table(l, &h)?.clear();
        Ok(h)
    }),
    Builtin::f1("HASH-TABLE-COUNT", |l, h| Ok(table(l, &h)?.len().into())),
    Builtin::f1("HASH-TABLE-SIZE", |l, h| Ok(table(l, &h)?.len().into())),
    Builtin::f1("HASH-TABLE-TEST", |l, h| {
        let name = match table(l, &h)?.test {
            HashTest::Eq => l.s.eq,
            HashTest::Eql => l.s.eql,
            HashTest::Equal => l.s.equal,
            HashTest::Equalp => l.s.equalp,
        };
        Ok(name.into())
    }),
    Builtin::f2("MAPHASH", |l, f, h| {
        for (k, v) in table(l, &h)?.pairs() {
            l.funcall(&f, &[k, v])?;
        }
        Ok(Obj::Nil)
    }),
    Builtin::f1("SI:HASH-TABLE-PAIRS", |l, h| {
        let p = table(l, &h)?.pairs();
        Ok(Obj::list(p.into_iter().map(|(k, v)| Obj::cons(k, v))))
    }),
    Builtin::f1("SXHASH", |l, x| {
        let h = stable(l, &x, 8)?;
        Ok(Obj::Fix((h & 0xff_ffff) as i64))
    }),
];

fn table(l: &mut Lisp, x: &Obj) -> Result<Rc<HashTable>, Exit> {
    match x {
        Obj::Hash(h) => Ok(h.clone()),
        _ => Err(l.type_error(x, l.s.hash_table.into())),
    }
}

/// A hash that is the same in every run: of names, characters and numbers only.
fn stable(l: &mut Lisp, x: &Obj, depth: u32) -> Result<u64, Exit> {
    let text = match x {
        Obj::Cons(c) if depth > 0 => {
            let a = stable(l, &c.car(), depth - 1)?;
            let b = stable(l, &c.cdr(), depth - 1)?;
            return Ok(a.wrapping_mul(31).wrapping_add(b) ^ 0x55);
        }
        Obj::Str(s) => s.to_string(),
        Obj::Sym(s) => s.name().to_string(),
        Obj::Fix(_)
        | Obj::Big(_)
        | Obj::Ratio(_)
        | Obj::Single(_)
        | Obj::Double(_)
        | Obj::Char(_) => l.text(x, true)?,
        _ => String::new(),
    };
    Ok(text.bytes().fold(0xcbf2_9ce4_8422_2325, |h: u64, b| {
        (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3)
    }))
}
