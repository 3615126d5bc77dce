//! `setf` and places.
//!
//! A place is a variable, a call of an accessor with a setter (built in, of a
//! structure, by `defsetf`), one with an expander, a macro call, or a call of
//! `f` for which `(setf f)` is or will be a function.

use super::Meaning;
use super::scope::Env;
use crate::function::Func;
use crate::interp::{Exit, Lisp, Res};
use crate::object::Obj;
use crate::symbol::Sym;

/// The five values of a setf expansion.
pub(crate) struct Place {
    pub(crate) temps: Vec<Obj>,
    pub(crate) values: Vec<Obj>,
    pub(crate) stores: Vec<Obj>,
    pub(crate) store_form: Obj,
    pub(crate) access_form: Obj,
}

/// Accessors and the function that sets: same arguments, then the new value.
pub(crate) const SETTERS: &[(&str, &str)] = &[
    ("CAR", "%SET-CAR"),
    ("CDR", "%SET-CDR"),
    ("FIRST", "%SET-CAR"),
    ("REST", "%SET-CDR"),
    ("CAAR", "%SET-CAAR"),
    ("CADR", "%SET-CADR"),
    ("CDAR", "%SET-CDAR"),
    ("CDDR", "%SET-CDDR"),
    ("SECOND", "%SET-CADR"),
    ("THIRD", "%SET-THIRD"),
    ("CADDR", "%SET-THIRD"),
    ("FOURTH", "%SET-FOURTH"),
    ("CADDDR", "%SET-FOURTH"),
    ("FIFTH", "%SET-FIFTH"),
    ("NTH", "%SET-NTH"),
    ("NTHCDR", "%SET-NTHCDR"),
    ("ELT", "%SET-ELT"),
    ("AREF", "%SET-AREF"),
    ("SVREF", "%SET-AREF"),
    ("CHAR", "%SET-AREF"),
    ("SCHAR", "%SET-AREF"),
    ("BIT", "%SET-AREF"),
    ("SBIT", "%SET-AREF"),
    ("ROW-MAJOR-AREF", "%SET-ROW-MAJOR-AREF"),
    ("FILL-POINTER", "%SET-FILL-POINTER"),
    ("GETHASH", "%SET-GETHASH"),
    ("GET", "%SET-GET"),
    ("SYMBOL-VALUE", "SET"),
    ("SYMBOL-FUNCTION", "%SET-FDEFINITION"),
    ("FDEFINITION", "%SET-FDEFINITION"),
    ("MACRO-FUNCTION", "%SET-MACRO-FUNCTION"),
    ("COMPILER-MACRO-FUNCTION", "%SET-COMPILER-MACRO-FUNCTION"),
    ("SYMBOL-PLIST", "%SET-SYMBOL-PLIST"),
    ("SUBSEQ", "%SET-SUBSEQ"),
    ("DOCUMENTATION", "%SET-DOCUMENTATION"),
];

impl Lisp {
    pub(crate) fn install_setters(&mut self) {
        for (accessor, setter) in SETTERS {
            let a = self.cl.intern(accessor);
            let f = if *setter == "SET" {
                self.cl.intern(setter)
            } else {
                self.host.intern(setter)
            };
            a.put(self.s.setf_expander, Obj::Sym(f));
        }
    }

    /// The setter function of an accessor, if that is all there is to it.
    fn simple_setter(&self, op: Sym) -> Option<Sym> {
        match op.get(self.s.setf_expander) {
            Obj::Sym(f) => Some(f),
            _ => None,
        }
    }

    /// The macro `setf`.
    pub(crate) fn expand_setf(&mut self, form: &Obj, env: &Env) -> Res {
        let args = form.cdr().to_vec();
        if args.len() % 2 == 1 {
            return Err(self.form_error("SETF wants places and values in pairs"));
        }
        if args.len() == 2 {
            return self.setf_one(&args[0], &args[1], env);
        }
        let mut forms = vec![Obj::Sym(self.s.progn)];
        for p in args.chunks(2) {
            forms.push(Obj::list([
                Obj::Sym(self.s.setf),
                p[0].clone(),
                p[1].clone(),
            ]));
        }
        Ok(Obj::list(forms))
    }

    fn setf_one(&mut self, place: &Obj, value: &Obj, env: &Env) -> Res {
        if let Obj::Sym(s) = place {
            return match self.variable_meaning(*s, env) {
                Meaning::Macro(x) => self.setf_one(&x, value, env),
                _ => Ok(Obj::list([
                    Obj::Sym(self.s.setq),
                    place.clone(),
                    value.clone(),
                ])),
            };
        }
        if let Obj::Sym(op) = place.car() {
            let hidden = super::local_function(&Obj::Sym(op), env).is_some();
            if !hidden
                && let Some(f) = slot_setter(&op.get(self.s.setf_expander))
                && place.cdr().is_cons()
                && place.cddr().is_nil()
            {
                let set = Obj::Sym(self.host.intern("%SLOT-SET"));
                return Ok(Obj::list([set, f, place.cadr(), value.clone()]));
            }
            if !hidden && let Some(setter) = self.simple_setter(op) {
                let args = place.cdr().to_vec();
                // An optional default has no meaning to a setter.
                let args = match op.name() {
                    "GET" | "GETHASH" => args[..args.len().min(2)].to_vec(),
                    _ => args,
                };
                let all = args.into_iter().chain([value.clone()]);
                return Ok(Obj::cons(
                    Obj::Sym(setter),
                    Obj::list(all.collect::<Vec<_>>()),
                ));
            }
        }
        let p = self.setf_place(place, env)?;
        let s = self.s;
        let body = if p.stores.len() == 1 {
            let store = Obj::list([p.stores[0].clone(), value.clone()]);
            let mut binds: Vec<Obj> = bindings(&p);
            binds.push(store);
            return Ok(Obj::list([
                Obj::Sym(s.let_star),
                Obj::list(binds),
                p.store_form,
            ]));
        } else {
            let mvb = self.cl.intern("MULTIPLE-VALUE-BIND");
            Obj::list([
                Obj::Sym(mvb),
                Obj::list(p.stores.clone()),
                value.clone(),
                p.store_form.clone(),
            ])
        };
        Ok(Obj::list([
            Obj::Sym(s.let_star),
            Obj::list(bindings(&p)),
            body,
        ]))
    }

    /// The expansion of a place.
    pub(crate) fn setf_place(&mut self, place: &Obj, env: &Env) -> Result<Place, Exit> {
        let s = self.s;
        let store = Obj::Sym(Sym::uninterned("STORE"));
        if let Obj::Sym(v) = place {
            if let Meaning::Macro(x) = self.variable_meaning(*v, env) {
                return self.setf_place(&x, env);
            }
            return Ok(Place {
                temps: vec![],
                values: vec![],
                stores: vec![store.clone()],
                store_form: Obj::list([Obj::Sym(s.setq), place.clone(), store]),
                access_form: place.clone(),
            });
        }
        let Obj::Sym(op) = place.car() else {
            let p = self.print(place);
            return Err(self.form_error(&format!("{p} is not a place")));
        };
        let local = super::local_function(&Obj::Sym(op), env).is_some();
        let expander = op.get(s.setf_expander);
        if !local {
            if slot_setter(&expander).is_none()
                && let Obj::Func(_) = expander
            {
                let e = match env {
                    None => Obj::Nil,
                    Some(_) => Obj::Env(env.clone()),
                };
                let r = self.apply(&expander, &[place.clone(), e])?;
                let v = self.all_values(r);
                let at = |i: usize| v.get(i).cloned().unwrap_or_default();
                return Ok(Place {
                    temps: at(0).to_vec(),
                    values: at(1).to_vec(),
                    stores: at(2).to_vec(),
                    store_form: at(3),
                    access_form: at(4),
                });
            }
            if op == s.the {
                let mut p = self.setf_place(&place.cddr().car(), env)?;
                p.access_form = Obj::list([Obj::Sym(s.the), place.cadr(), p.access_form]);
                return Ok(p);
            }
            if expander.is_nil()
                && op.setf_function().is_nil()
                && let Some(x) = self.expand_once(place, env)?
            {
                return self.setf_place(&x, env);
            }
        }
        let values = place.cdr().to_vec();
        let mut temps = Vec::new();
        let mut kept = Vec::new();
        let mut args = Vec::new();
        for v in values {
            // Constants need no variable.
            let constant = match &v {
                Obj::Sym(s) => s.is_keyword(),
                Obj::Cons(c) => c.car().is_sym(s.quote),
                _ => true,
            };
            if constant {
                args.push(v);
            } else {
                let t = Obj::Sym(Sym::uninterned("TEMP"));
                temps.push(t.clone());
                kept.push(v);
                args.push(t);
            }
        }
        let access_form = Obj::cons(place.car(), Obj::list(args.clone()));
        let store_form = match &expander {
            f if !local && slot_setter(f).is_some() && args.len() == 1 => {
                let set = Obj::Sym(self.host.intern("%SLOT-SET"));
                Obj::list([set, f.clone(), args[0].clone(), store.clone()])
            }
            Obj::Sym(setter) if !local => {
                let args = match op.name() {
                    "GET" | "GETHASH" => args[..args.len().min(2)].to_vec(),
                    _ => args,
                };
                Obj::cons(
                    Obj::Sym(*setter),
                    Obj::list(args.into_iter().chain([store.clone()]).collect::<Vec<_>>()),
                )
            }
            _ => {
                let name = Obj::list([Obj::Sym(s.setf), place.car()]);
                let f = Obj::list([Obj::Sym(s.function), name]);
                Obj::list_star(
                    [Obj::Sym(s.funcall), f, store.clone()],
                    Obj::list(args.clone()),
                )
            }
        };
        Ok(Place {
            temps,
            values: kept,
            stores: vec![store],
            store_form,
            access_form,
        })
    }
}

/// The function that sets a structure's slot, if this is one.
fn slot_setter(f: &Obj) -> Option<Obj> {
    match f {
        Obj::Func(g) => match &**g {
            Func::Struct(_) => Some(f.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// The temporaries of a place as bindings of `let*`.
fn bindings(p: &Place) -> Vec<Obj> {
    p.temps
        .iter()
        .zip(&p.values)
        .map(|(t, v)| Obj::list([t.clone(), v.clone()]))
        .collect()
}
