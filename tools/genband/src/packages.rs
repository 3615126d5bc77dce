//! The packages: `lisp/packages.lisp` for the evaluator and as data of the band.

use host_lisp::{Lisp, Obj};

use crate::error::BuildError;

/// A package definition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackageDefinition {
    /// Name.
    pub name: String,
    /// Nicknames.
    pub nicknames: Vec<String>,
    /// Packages used.
    pub uses: Vec<String>,
    /// Names of exported symbols.
    pub exports: Vec<String>,
    /// Symbols are born external.
    pub all_external: bool,
}

/// Reads `(define-package NAME (:nicknames …) (:use …) (:export …) (:external t))` forms.
pub fn read(lisp: &mut Lisp, file: &str, text: &str) -> Result<Vec<PackageDefinition>, BuildError> {
    let reader = lisp.reader(file, text);
    let mut definitions = Vec::new();
    while let Some(form) = lisp.read(&reader).map_err(|e| BuildError::lisp(file, &e))? {
        let wrong = |lisp: &mut Lisp, expected| BuildError::Form {
            file: file.into(),
            found: lisp.print(&form),
            expected,
        };
        let items: Vec<Obj> = form.iter().collect();
        let (Some(head), Some(name)) = (items.first(), items.get(1)) else {
            return Err(wrong(lisp, "(define-package NAME option…)"));
        };
        if spelling(head).as_deref() != Some("DEFINE-PACKAGE") {
            return Err(wrong(lisp, "(define-package NAME option…)"));
        }
        let mut definition = PackageDefinition {
            name: spelling(name).unwrap_or_default(),
            ..PackageDefinition::default()
        };
        for option in &items[2..] {
            let mut parts = option.iter();
            let key = parts.next().as_ref().and_then(spelling);
            let names: Vec<String> = parts.filter_map(|o| spelling(&o)).collect();
            match key.as_deref() {
                Some("NICKNAMES") => definition.nicknames = names,
                Some("USE") => definition.uses = names,
                Some("EXPORT") => definition.exports = names,
                Some("EXTERNAL") => definition.all_external = names == ["T"],
                _ => return Err(wrong(lisp, "the options :nicknames :use :export :external")),
            }
        }
        definitions.push(definition);
    }
    Ok(definitions)
}

/// The name of a symbol, or the characters of a string.
fn spelling(o: &Obj) -> Option<String> {
    match o {
        Obj::Nil => Some("NIL".into()),
        Obj::Sym(s) => Some(s.name().into()),
        _ => o.as_string(),
    }
}

/// Makes the packages in the evaluator, so that symbols get the homes they have in the band.
pub fn define(lisp: &mut Lisp, definitions: &[PackageDefinition]) -> Result<(), BuildError> {
    for d in definitions {
        let nicknames: Vec<&str> = d.nicknames.iter().map(String::as_str).collect();
        let wrong = |e: &host_lisp::Error| BuildError::lisp("packages.lisp", e);
        let package = lisp
            .define_package(&d.name, &nicknames, &[])
            .map_err(|e| wrong(&e))?;
        if package.name() != d.name {
            // The evaluator knows it by another name first.
            let names = [package.name().as_str(), &d.name].map(Obj::string);
            let nicknames = Obj::list(nicknames.iter().map(|n| Obj::string(n)));
            lisp.call_named(
                "COMMON-LISP",
                "RENAME-PACKAGE",
                &[names[0].clone(), names[1].clone(), nicknames],
            )
            .map_err(|e| wrong(&e))?;
        }
    }
    for d in definitions {
        let uses: Vec<&str> = d.uses.iter().map(String::as_str).collect();
        let wrong = |e: &host_lisp::Error| BuildError::lisp("packages.lisp", e);
        let package = lisp
            .define_package(&d.name, &[], &uses)
            .map_err(|e| wrong(&e))?;
        for name in &d.exports {
            let symbol = package.intern(name);
            package.export(symbol);
        }
        if d.all_external {
            package.set_born_external();
        }
    }
    Ok(())
}
