//! What `defstruct` expands into.

use crate::function::{Builtin, Func, MANY};
use crate::interp::{Lisp, Res};
use crate::object::Obj;
use crate::structure::{Class, Slot, StructFn, StructOp};
use crate::symbol::Sym;
use std::rc::Rc;

pub(crate) const TABLE: &[Builtin] = &[
    // name, name of the included structure or nil, ((slot read-only) …)
    Builtin::f3("SI:%DEFINE-STRUCTURE", define_structure),
    Builtin::f3("SI:%STRUCTURE-FUNCTION", structure_function),
    // setter, instance, new value: what SETF of a slot becomes
    Builtin::f3("SI:%SLOT-SET", |l, f, x, v| {
        if let Obj::Func(f) = &f
            && let Func::Struct(f) = &**f
            && let StructOp::Set(i) = f.op
        {
            return f.set(l, i, &x, &v);
        }
        Err(l.type_error(&f, l.s.function.into()))
    }),
    // type, accessor, index: makes (setf accessor)
    Builtin::f3("SI:%DEFINE-SLOT-SETTER", |l, ty, name, i| {
        let class = class(l, &ty)?;
        let name = l.symbol(&name)?;
        let op = StructOp::Set(l.index(&i)?);
        let f = Obj::Func(Rc::new(Func::Struct(StructFn { class, name, op })));
        name.put(l.s.setf_expander, f.clone());
        name.0.setf_function.set(f);
        Ok(Obj::Nil)
    }),
    // structure type and the values of all slots
    Builtin::n("SI:%MAKE-STRUCTURE", 1, MANY, |l, a| {
        let class = class(l, &a[0])?;
        make_all(class).call(l, &a[1..])
    }),
    Builtin::f1("COPY-STRUCTURE", |l, x| match &x {
        Obj::Struct(s) => {
            let f = StructFn {
                class: s.class,
                name: s.class.name,
                op: StructOp::Copy,
            };
            f.call1(l, &x)
        }
        _ => Err(l.type_error(&x, l.s.structure_object.into())),
    }),
    Builtin::f1("SI:STRUCTURE-TYPE-P", |l, x| match x {
        Obj::Sym(s) => {
            let c = l.find_class(s);
            Ok(l.boolean(c.is_some_and(|c| !c.condition)))
        }
        _ => Ok(Obj::Nil),
    }),
    Builtin::f1("SI:%STRUCTURE-SLOT-NAMES", |l, x| {
        let c = class(l, &x)?;
        let names: Vec<Obj> = c.slots.borrow().iter().map(|s| s.name.into()).collect();
        Ok(Obj::list(names))
    }),
    Builtin::n("SI:%STRUCTURE-INFO", 1, 2, |l, a| {
        let s = l.symbol(&a[0])?;
        let key = l.s.struct_info;
        if let Some(v) = a.get(1) {
            s.put(key, v.clone());
        }
        Ok(s.get(key))
    }),
];

fn class(l: &mut Lisp, name: &Obj) -> Result<&'static Class, crate::interp::Exit> {
    let s = l.symbol(name)?;
    match l.find_class(s) {
        Some(c) => Ok(c),
        None => Err(l.error(&format!("{} is not a structure type", s.name()))),
    }
}

fn make_all(class: &'static Class) -> StructFn {
    StructFn {
        class,
        name: class.name,
        op: StructOp::MakeAll,
    }
}

fn define_structure(l: &mut Lisp, name: Obj, include: Obj, slots: Obj) -> Res {
    let s = l.symbol(&name)?;
    let parents = match include {
        Obj::Nil => vec![],
        i => vec![class(l, &i)?],
    };
    let mut own = Vec::new();
    for spec in slots.iter() {
        own.push(Slot {
            name: l.symbol(&spec.car())?,
            initarg: None,
            initfunction: Obj::Nil,
        });
    }
    // Defining it again with the same slots keeps existing instances valid.
    if let Some(old) = l.find_class(s) {
        let same = {
            let o = old.slots.borrow();
            let inherited = parents.first().map_or(0, |p| p.slots.borrow().len());
            o.len() == inherited + own.len()
                && o[inherited..]
                    .iter()
                    .zip(&own)
                    .all(|(a, b)| a.name == b.name)
        };
        if same && !old.condition {
            return Ok(name);
        }
    }
    l.define_class(s, &parents, own, false);
    Ok(name)
}

/// Makes and installs one of the functions: type, name, and `:predicate`,
/// `:copier`, `:make-all` or the index of a slot.
fn structure_function(l: &mut Lisp, ty: Obj, name: Obj, what: Obj) -> Res {
    let class = class(l, &ty)?;
    let name: Sym = l.symbol(&name)?;
    let op = match &what {
        Obj::Fix(i) => StructOp::Get(*i as usize),
        w if w.is_sym(l.keyword.intern("PREDICATE")) => StructOp::Predicate,
        w if w.is_sym(l.keyword.intern("COPIER")) => StructOp::Copy,
        _ => StructOp::MakeAll,
    };
    let f = Obj::Func(Rc::new(Func::Struct(StructFn { class, name, op })));
    if name.has(crate::symbol::BUILT_IN) && l.s.host_locked.value().is_some_and(|v| v.is_true()) {
        return Err(l.error(&format!(
            "a structure cannot define the built-in function {}",
            name.name()
        )));
    }
    name.0.function.set(f.clone());
    Ok(f)
}

impl Lisp {
    /// The structure that `#s(name slot value …)` denotes.
    pub(crate) fn make_structure_from_list(&mut self, form: &Obj) -> Res {
        let items = self.list_items(form)?;
        let Some((name, pairs)) = items.split_first() else {
            return Err(self.error("#s wants a structure's name and slots"));
        };
        let class = class(self, name)?;
        // The standard's way: by the constructor, so that defaults apply.
        if let Some(p) = class.name.package() {
            let make = p.find(&format!("MAKE-{}", class.name.name()));
            if let Some((make, _)) = make
                && make.function().is_true()
            {
                let mut args = Vec::new();
                for (i, x) in pairs.iter().enumerate() {
                    if i % 2 == 1 {
                        args.push(x.clone());
                        continue;
                    }
                    let name = self.symbol(x)?.name();
                    args.push(Obj::Sym(self.keyword.intern(name)));
                }
                return self.funcall(&Obj::Sym(make), &args);
            }
        }
        let m = format!("the structure {} has no constructor", class.name.name());
        Err(self.error(&m))
    }
}
