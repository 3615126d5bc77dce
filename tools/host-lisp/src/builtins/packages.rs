//! Packages.

use crate::function::{Builtin, MANY};
use crate::interp::{Exit, Lisp, Res};
use crate::object::Obj;
use crate::symbol::{Access, Package, Sym};

pub(crate) const TABLE: &[Builtin] = &[
    Builtin::f1("PACKAGEP", |l, x| {
        Ok(l.boolean(matches!(x, Obj::Package(_))))
    }),
    Builtin::f1("FIND-PACKAGE", |l, x| {
        if let Obj::Package(_) = x {
            return Ok(x);
        }
        let n = l.string_designator(&x)?;
        Ok(exact(l, &n).map_or(Obj::Nil, Obj::Package))
    }),
    Builtin::f1("PACKAGE-NAME", |l, x| {
        let p = package(l, &x)?;
        Ok(Obj::string(&p.name()))
    }),
    Builtin::f1("PACKAGE-NICKNAMES", |l, x| {
        let p = package(l, &x)?;
        let n = p.nicknames.borrow();
        Ok(Obj::list(n.iter().map(|s| Obj::string(s))))
    }),
    Builtin::f1("PACKAGE-USE-LIST", |l, x| {
        let p = package(l, &x)?;
        let u = p.uses.borrow();
        Ok(Obj::list(u.iter().map(|p| Obj::Package(p))))
    }),
    Builtin::f1("PACKAGE-USED-BY-LIST", |l, x| {
        let p = package(l, &x)?;
        let u = p.used_by.borrow();
        Ok(Obj::list(u.iter().map(|p| Obj::Package(p))))
    }),
    Builtin::f1("PACKAGE-SHADOWING-SYMBOLS", |l, x| {
        let p = package(l, &x)?;
        let u = p.shadowing.borrow();
        Ok(Obj::list(u.iter().map(|s| Obj::from(*s))))
    }),
    Builtin::f0("LIST-ALL-PACKAGES", |l| {
        Ok(Obj::list(
            l.packages
                .iter()
                .map(|p| Obj::Package(p))
                .collect::<Vec<_>>(),
        ))
    }),
    Builtin::n("MAKE-PACKAGE", 1, MANY, |l, a| {
        let name = l.string_designator(&a[0])?;
        if exact(l, &name).is_some() {
            return Err(l.signal_named(
                "PACKAGE-ERROR",
                &format!("a package named {name} exists already"),
            ));
        }
        let p = Package::make(&name, &[], false);
        l.packages.push(p);
        for kv in a[1..].chunks(2) {
            let [k, v] = kv else { continue };
            for x in l.list_items(v)? {
                if k.is_sym(l.keyword.intern("USE")) {
                    p.use_package(package(l, &x)?);
                } else {
                    let n = l.string_designator(&x)?;
                    p.nicknames.borrow_mut().push(n);
                }
            }
        }
        Ok(Obj::Package(p))
    }),
    Builtin::n("RENAME-PACKAGE", 2, 3, |l, a| {
        let p = package(l, &a[0])?;
        let n = l.string_designator(&a[1])?;
        p.rename(&n);
        let mut nick = Vec::new();
        if let Some(v) = a.get(2) {
            for x in l.list_items(v)? {
                nick.push(l.string_designator(&x)?);
            }
        }
        *p.nicknames.borrow_mut() = nick;
        Ok(Obj::Package(p))
    }),
    Builtin::f1("DELETE-PACKAGE", |l, x| {
        let p = package(l, &x)?;
        l.packages.retain(|q| !std::ptr::eq(*q, p));
        Ok(l.t())
    }),
    Builtin::f1("SI:%IN-PACKAGE", |l, x| {
        let p = package(l, &x)?;
        l.set_current_package(p);
        Ok(Obj::Package(p))
    }),
    Builtin::n("INTERN", 1, 2, |l, a| {
        let n = l.string_designator(&a[0])?;
        let p = package_or_current(l, a.get(1))?;
        let found = p.find(&n).map(|(_, a)| a);
        let s = Obj::from(p.intern(&n));
        let how = access(l, found);
        Ok(l.return_values(vec![s, how]))
    }),
    Builtin::n("FIND-SYMBOL", 1, 2, |l, a| {
        let n = l.string_designator(&a[0])?;
        let p = package_or_current(l, a.get(1))?;
        let found = p.find(&n);
        let how = access(l, found.map(|f| f.1));
        let s = found.map_or(Obj::Nil, |f| f.0.into());
        Ok(l.return_values(vec![s, how]))
    }),
    Builtin::n("UNINTERN", 1, 2, |l, a| {
        let s = l.symbol(&a[0])?;
        let p = package_or_current(l, a.get(1))?;
        let r = p.remove(s);
        Ok(l.boolean(r))
    }),
    Builtin::n("EXPORT", 1, 2, |l, a| {
        let p = package_or_current(l, a.get(1))?;
        for s in symbols(l, &a[0])? {
            match p.find(s.name()) {
                Some((x, _)) if x == s => p.export(s),
                _ => {
                    let m = format!("{} is not accessible in {}", s.name(), p.name());
                    return Err(l.signal_named("PACKAGE-ERROR", &m));
                }
            }
            check_users(l, p, s)?;
        }
        Ok(l.t())
    }),
    Builtin::n("UNEXPORT", 1, 2, |l, a| {
        let p = package_or_current(l, a.get(1))?;
        for s in symbols(l, &a[0])? {
            p.set_external(s, false);
        }
        Ok(l.t())
    }),
    Builtin::n("IMPORT", 1, 2, |l, a| {
        let p = package_or_current(l, a.get(1))?;
        for s in symbols(l, &a[0])? {
            import(l, p, s)?;
        }
        Ok(l.t())
    }),
    Builtin::n("SHADOWING-IMPORT", 1, 2, |l, a| {
        let p = package_or_current(l, a.get(1))?;
        for s in symbols(l, &a[0])? {
            p.replace(s);
            if !p.shadowing.borrow().contains(&s) {
                p.shadowing.borrow_mut().push(s);
            }
        }
        Ok(l.t())
    }),
    Builtin::n("SHADOW", 1, 2, |l, a| {
        let p = package_or_current(l, a.get(1))?;
        let names = match &a[0] {
            Obj::Cons(_) | Obj::Nil => l.list_items(&a[0])?,
            x => vec![x.clone()],
        };
        for n in names {
            let n = l.string_designator(&n)?;
            let s = match p.present(&n) {
                Some((s, _)) => s,
                None => {
                    let s = Sym::uninterned(&n);
                    p.add(s);
                    s
                }
            };
            if !p.shadowing.borrow().contains(&s) {
                p.shadowing.borrow_mut().push(s);
            }
        }
        Ok(l.t())
    }),
    Builtin::n("USE-PACKAGE", 1, 2, |l, a| {
        let p = package_or_current(l, a.get(1))?;
        let list = match &a[0] {
            Obj::Cons(_) => l.list_items(&a[0])?,
            x => vec![x.clone()],
        };
        for x in list {
            let other = package(l, &x)?;
            for (s, external) in other.all_present() {
                if external {
                    check_conflict(l, p, s)?;
                }
            }
            p.use_package(other);
        }
        Ok(l.t())
    }),
    Builtin::n("UNUSE-PACKAGE", 1, 2, |l, a| {
        let p = package_or_current(l, a.get(1))?;
        let list = match &a[0] {
            Obj::Cons(_) => l.list_items(&a[0])?,
            x => vec![x.clone()],
        };
        for x in list {
            let other = package(l, &x)?;
            p.unuse_package(other);
        }
        Ok(l.t())
    }),
    Builtin::f1("FIND-ALL-SYMBOLS", |l, x| {
        let n = l.string_designator(&x)?;
        let mut v: Vec<Sym> = Vec::new();
        for p in &l.packages {
            if let Some((s, _)) = p.present(&n)
                && !v.contains(&s)
            {
                v.push(s);
            }
        }
        Ok(Obj::list(v.into_iter().map(Obj::from)))
    }),
    Builtin::f2("SI:%PACKAGE-SYMBOLS", |l, x, which| {
        let p = package(l, &x)?;
        let external_only = which.is_sym(l.s.k_external);
        let present_only = which.is_sym(l.keyword.intern("PRESENT"));
        let mut v: Vec<Sym> = p
            .all_present()
            .into_iter()
            .filter(|(_, e)| *e || !external_only)
            .map(|(s, _)| s)
            .collect();
        if !external_only && !present_only {
            for u in p.uses.borrow().iter() {
                for (s, e) in u.all_present() {
                    if e && p.find(s.name()).is_some_and(|(x, _)| x == s) && !v.contains(&s) {
                        v.push(s);
                    }
                }
            }
        }
        Ok(Obj::list(v.into_iter().map(Obj::from)))
    }),
    Builtin::f1("SI:BORN-EXTERNAL", |l, x| {
        package(l, &x)?.set_born_external();
        Ok(x)
    }),
    Builtin::f2("SI:%ADD-NICKNAME", |l, x, n| {
        let p = package(l, &x)?;
        let n = l.string_designator(&n)?;
        if let Some(other) = exact(l, &n)
            && !std::ptr::eq(other, p)
        {
            let m = format!("{n} is already a name of the package {}", other.name());
            return Err(l.signal_named("PACKAGE-ERROR", &m));
        }
        if !p.is_named(&n) {
            p.nicknames.borrow_mut().push(n);
        }
        Ok(Obj::Nil)
    }),
];

fn exact(l: &Lisp, name: &str) -> Option<&'static Package> {
    l.packages.iter().copied().find(|p| p.is_named(name))
}

/// The package that a designator names.
pub(crate) fn package(l: &mut Lisp, x: &Obj) -> Result<&'static Package, Exit> {
    if let Obj::Package(p) = x {
        return Ok(p);
    }
    let n = l.string_designator(x)?;
    match exact(l, &n) {
        Some(p) => Ok(p),
        None => Err(l.signal_named("PACKAGE-ERROR", &format!("there is no package named {n}"))),
    }
}

fn package_or_current(l: &mut Lisp, x: Option<&Obj>) -> Result<&'static Package, Exit> {
    match x {
        None | Some(Obj::Nil) => Ok(l.current_package()),
        Some(x) => package(l, x),
    }
}

fn access(l: &Lisp, a: Option<Access>) -> Obj {
    let s = l.s;
    match a {
        None => Obj::Nil,
        Some(Access::External) => s.k_external.into(),
        Some(Access::Internal) => s.k_internal.into(),
        Some(Access::Inherited) => s.k_inherited.into(),
    }
}

fn symbols(l: &mut Lisp, x: &Obj) -> Result<Vec<Sym>, Exit> {
    let v = match x {
        Obj::Cons(_) | Obj::Nil => l.list_items(x)?,
        x => vec![x.clone()],
    };
    v.iter().map(|x| l.symbol(x)).collect()
}

fn conflict(l: &mut Lisp, p: &Package, a: Sym, b: Sym) -> Exit {
    let (x, y) = (l.print(&a.into()), l.print(&b.into()));
    let m = format!("name conflict in {}: {x} and {y}", p.name());
    l.signal_named("PACKAGE-ERROR", &m)
}

fn import(l: &mut Lisp, p: &'static Package, s: Sym) -> Res {
    match p.find(s.name()) {
        Some((x, _)) if x != s => Err(conflict(l, p, x, s)),
        _ => {
            p.add(s);
            Ok(Obj::Nil)
        }
    }
}

/// Would a newly inherited symbol hide or be hidden?
fn check_conflict(l: &mut Lisp, p: &'static Package, s: Sym) -> Result<(), Exit> {
    match p.find(s.name()) {
        Some((x, _)) if x != s && !p.shadowing.borrow().contains(&x) => Err(conflict(l, p, x, s)),
        _ => Ok(()),
    }
}

fn check_users(l: &mut Lisp, p: &'static Package, s: Sym) -> Result<(), Exit> {
    let users = p.used_by.borrow().clone();
    for u in users {
        check_conflict(l, u, s)?;
    }
    Ok(())
}
