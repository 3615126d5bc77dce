//! Signalling, and what the condition macros expand into.

use crate::function::{Builtin, MANY};
use crate::interp::Lisp;
use crate::object::Obj;
use crate::structure::Slot;
use std::rc::Rc;

pub(crate) const TABLE: &[Builtin] = &[
    Builtin::n("ERROR", 1, MANY, |l, a| {
        let c = l.make_designated(a, "SIMPLE-ERROR")?;
        Err(l.signal_error(c))
    }),
    Builtin::n("SIGNAL", 1, MANY, |l, a| {
        let c = l.make_designated(a, "SIMPLE-CONDITION")?;
        l.signal(&c)?;
        Ok(Obj::Nil)
    }),
    Builtin::n("MAKE-CONDITION", 1, MANY, |l, a| {
        let s = l.symbol(&a[0])?;
        l.make_condition(s, &a[1..])
    }),
    Builtin::n("SI:%MAKE-DESIGNATED", 2, MANY, |l, a| {
        let default = l.symbol(&a[0])?;
        l.make_designated(&a[1..], default.name())
    }),
    Builtin::f1("SI:%UNHANDLED", |l, c| Err(l.signal_error(c))),
    Builtin::f2("SI:%WITH-HANDLERS", |l, list, f| {
        let cluster = Rc::new(list.iter().map(|p| (p.car(), p.cdr())).collect());
        let n = l.handlers.len();
        l.handlers.push(cluster);
        let r = l.apply(&f, &[]);
        l.handlers.truncate(n);
        r
    }),
    Builtin::f3("SI:%DEFINE-CONDITION", |l, name, parents, slots| {
        define_condition(l, &name, &parents, &slots)
    }),
    Builtin::f2("SI:%SET-REPORT", |l, name, f| {
        let s = l.symbol(&name)?;
        match l.find_class(s) {
            Some(c) => {
                c.report.set(f);
                Ok(name)
            }
            None => Err(l.error(&format!("{} is not a type with a report", s.name()))),
        }
    }),
    Builtin::f2("SI:%SLOT-BY-NAME", |l, x, name| {
        let s = l.symbol(&name)?;
        match &x {
            Obj::Struct(i) => match i.slot(s.name()) {
                Some(v) => Ok(v),
                None => Err(l.error(&format!(
                    "a {} has no slot {}",
                    i.class.name.name(),
                    s.name()
                ))),
            },
            _ => Err(l.type_error(&x, l.s.condition.into())),
        }
    }),
    Builtin::f3("SI:%SET-SLOT-BY-NAME", |l, x, name, v| {
        let s = l.symbol(&name)?;
        if let Obj::Struct(i) = &x
            && let Some(n) = i.class.slot_index(s.name())
        {
            i.set(n, v.clone());
            return Ok(v);
        }
        Err(l.error(&format!("no slot {} to set", s.name())))
    }),
    Builtin::f1("SI:CONDITION-MESSAGE", |l, c| {
        let m = l.condition_message(&c);
        Ok(Obj::string(&m))
    }),
];

/// Slots come as `(name initarg initfunction)`.
fn define_condition(l: &mut Lisp, name: &Obj, parents: &Obj, slots: &Obj) -> crate::interp::Res {
    let s = l.symbol(name)?;
    let mut classes = Vec::new();
    for p in parents.iter() {
        let p = l.symbol(&p)?;
        match l.find_class(p) {
            Some(c) => classes.push(c),
            None => return Err(l.error(&format!("{} is not a condition type", p.name()))),
        }
    }
    let mut own = Vec::new();
    for spec in slots.iter() {
        own.push(Slot {
            name: l.symbol(&spec.car())?,
            initarg: match spec.cadr() {
                Obj::Sym(k) => Some(k),
                _ => None,
            },
            initfunction: spec.cddr().car(),
        });
    }
    l.define_class(s, &classes, own, true);
    Ok(name.clone())
}
