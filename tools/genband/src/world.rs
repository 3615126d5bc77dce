//! Building the world: the compiler is loaded into the build-time evaluator, compiles the
//! files of `load-order.lisp` in order, and what it makes of them is linked into a band.

use std::path::{Path, PathBuf};

use host_lisp::{Lisp, Obj};
use tables::Tables;
use uasm::{ErrorEntry, Plain};

use crate::band;
use crate::error::BuildError;
use crate::image::{ImageBuilder, fixnum};
use crate::link::{Linker, Placed};
use crate::objects::Objects;
use crate::packages::{self, PackageDefinition};

/// A built world.
#[derive(Debug)]
pub struct World {
    /// The load band, as words.
    pub band: Vec<u32>,
    /// Every function and its place, by address.
    pub functions: Vec<Placed>,
    /// All functions as text, as `compiler:description-text` writes them; when asked for.
    pub listing: String,
    /// Warnings of the compiler.
    pub warnings: Vec<String>,
    /// The files that the band was made from.
    pub sources: Vec<PathBuf>,
}

impl World {
    /// The map of functions: a line each, octal address, length, name.
    pub fn map(&self) -> String {
        self.functions
            .iter()
            .map(|f| format!("{:09o} {} {}\n", f.address, f.words, f.name))
            .collect()
    }

    /// An error when the compiler had something to say.
    pub fn without_warnings(self) -> Result<Self, BuildError> {
        if self.warnings.is_empty() {
            Ok(self)
        } else {
            Err(BuildError::Warnings(self.warnings))
        }
    }
}

/// What to build.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The directory with `load-order.lisp` and `packages.lisp`.
    pub root: PathBuf,
    /// Whether to write all functions as text too.
    pub listing: bool,
    /// Keywords for `*features*`.
    pub features: Vec<String>,
    /// What the traps of the microcode mean: its error table.
    pub error_table: Vec<ErrorEntry>,
}

/// A file of the load order.
struct Source {
    label: String,
    path: PathBuf,
    /// Loaded into the evaluator, not compiled.
    host: bool,
}

/// Builds the world. Runs on a thread of its own, with a large stack.
pub fn build(plan: &Plan) -> Result<World, BuildError> {
    host_lisp::with_large_stack(|| build_here(plan))
}

fn read_text(path: &Path) -> Result<String, BuildError> {
    std::fs::read_to_string(path).map_err(|e| BuildError::file(path, e))
}

/// An evaluator with the packages of the world at `root` and the compiler loaded.
pub fn evaluator(root: &Path) -> Result<Lisp, BuildError> {
    Ok(prepare(root)?.0)
}

fn prepare(root: &Path) -> Result<(Lisp, Vec<PackageDefinition>, Vec<Source>), BuildError> {
    let mut lisp = Lisp::new();
    let file = root.join("packages.lisp");
    let definitions = packages::read(&mut lisp, "packages.lisp", &read_text(&file)?)?;
    packages::define(&mut lisp, &definitions)?;
    let sources = load_order(&mut lisp, root)?;
    for source in sources.iter().filter(|s| s.host) {
        load_on_host(&mut lisp, source)?;
    }
    define_positions(&mut lisp)?;
    Ok((lisp, definitions, sources))
}

fn build_here(plan: &Plan) -> Result<World, BuildError> {
    let tables = Tables::load()?;
    let (mut lisp, definitions, sources) = prepare(&plan.root)?;
    let features: Vec<&str> = plan.features.iter().map(String::as_str).collect();
    lisp.set_features(&features);
    let wrong = |e: host_lisp::Error| BuildError::lisp("the compiler", &e);
    lisp.call_named("COMPILER", "BEGIN-UNIT", &[])
        .map_err(wrong)?;
    let mut actions = Vec::new();
    for source in sources.iter().filter(|s| !s.host) {
        actions.push((source.label.clone(), compile(&mut lisp, source)?));
    }
    let warnings = lisp
        .call_named("COMPILER", "FINISH-UNIT", &[])
        .map_err(wrong)?
        .iter()
        .filter_map(|w| w.as_string())
        .collect();
    let listing = if plan.listing {
        listing(&mut lisp, &actions)?
    } else {
        String::new()
    };
    let objects = Objects::new(ImageBuilder::new(tables));
    let mut linker = Linker::new(&mut lisp, objects);
    let wrong = |file: &str, message| BuildError::Link {
        file: file.into(),
        message,
    };
    for (label, list) in &actions {
        linker.layouts(list).map_err(|m| wrong(label, m))?;
    }
    for (label, list) in &actions {
        linker.file(list).map_err(|m| wrong(label, m))?;
    }
    linker.special_operators();
    linker.stubs();
    let (objects, functions) = linker.finish();
    let band = finish(objects, &definitions, plan);
    let sources = sources.into_iter().map(|s| s.path).collect();
    Ok(World {
        band,
        functions,
        listing,
        warnings,
        sources,
    })
}

/// Reads `((PHASE (FILE "reason") …) …)`.
fn load_order(lisp: &mut Lisp, root: &Path) -> Result<Vec<Source>, BuildError> {
    let name = "load-order.lisp";
    let text = read_text(&root.join(name))?;
    let order = lisp
        .read_str(&text)
        .map_err(|e| BuildError::lisp(name, &e))?;
    let mut sources = Vec::new();
    for phase in order.iter() {
        let mut entries = phase.iter();
        let host = matches!(entries.next(), Some(Obj::Sym(s)) if s.name() == "HOST");
        for entry in entries {
            let parts: Vec<Option<String>> = entry.iter().map(|o| o.as_string()).collect();
            let [Some(file), Some(_reason)] = &parts[..] else {
                return Err(BuildError::Form {
                    file: name.into(),
                    found: lisp.print(&entry),
                    expected: "(FILE \"reason\")",
                });
            };
            let label = file.strip_suffix(".lisp").unwrap_or(file).to_string();
            let path = root.join(format!("{label}.lisp"));
            sources.push(Source { label, path, host });
        }
    }
    Ok(sources)
}

/// Files without IN-PACKAGE are in `common-lisp-user`, but tables in `compiler`.
fn enter_package(lisp: &mut Lisp, source: &Source) {
    let name = if source.label.contains("../tables/") {
        "COMPILER"
    } else {
        "COMMON-LISP-USER"
    };
    if let Some(package) = lisp.find_package(name) {
        lisp.set_current_package(package);
    }
}

/// Loads a file into the evaluator. Macros of the standard stay the evaluator's own.
fn load_on_host(lisp: &mut Lisp, source: &Source) -> Result<(), BuildError> {
    let text = read_text(&source.path)?;
    let file = source.path.display().to_string();
    let wrong = |e: host_lisp::Error| BuildError::lisp(&source.label, &e);
    enter_package(lisp, source);
    let reader = lisp.reader(&file, &text);
    while let Some(form) = lisp.read(&reader).map_err(wrong)? {
        if !redefines_standard_macro(&form) {
            lisp.eval(&form).map_err(wrong)?;
        }
    }
    Ok(())
}

fn redefines_standard_macro(form: &Obj) -> bool {
    let mut items = form.iter();
    let head = items.next();
    let name = items.next();
    matches!(head, Some(Obj::Sym(s)) if s.name() == "DEFMACRO")
        && matches!(name, Some(Obj::Sym(s))
            if s.package().is_some_and(|p| p.name() == "COMMON-LISP"))
}

/// Tells the compiler where forms were read.
fn define_positions(lisp: &mut Lisp) -> Result<(), BuildError> {
    let wrong = |e: host_lisp::Error| BuildError::lisp("the compiler", &e);
    let function = lisp
        .define_function(
            "COMPILER",
            "HOST-SOURCE-POSITION",
            1,
            Some(1),
            |lisp, args| {
                Ok(match lisp.position_of(&args[0]) {
                    Some(p) => Obj::cons(Obj::string(&p.file), Obj::from(i64::from(p.line))),
                    None => Obj::Nil,
                })
            },
        )
        .map_err(wrong)?;
    let variable = lisp
        .intern("COMPILER", "*SOURCE-POSITION*")
        .map_err(wrong)?;
    variable.set_value(Obj::Sym(function));
    Ok(())
}

fn compile(lisp: &mut Lisp, source: &Source) -> Result<Obj, BuildError> {
    if !source.path.is_file() {
        let e = std::io::Error::from(std::io::ErrorKind::NotFound);
        return Err(BuildError::file(&source.path, e));
    }
    enter_package(lisp, source);
    let path = Obj::string(&source.path.display().to_string());
    let label = Obj::string(&source.label);
    lisp.call_named("COMPILER", "COMPILE-FILE-FORMS", &[path, label])
        .map_err(|e| BuildError::lisp(&source.label, &e))
}

fn listing(lisp: &mut Lisp, actions: &[(String, Obj)]) -> Result<String, BuildError> {
    let mut text = String::new();
    for (label, list) in actions {
        let lines = lisp
            .call_named("COMPILER", "ACTIONS-TEXT", std::slice::from_ref(list))
            .map_err(|e| BuildError::lisp(label, &e))?;
        text.push_str(&format!("; {label}\n"));
        for line in lines.iter().filter_map(|l| l.as_string()) {
            text.push_str(&line);
            text.push('\n');
        }
    }
    Ok(text)
}

/// A part of an error-table entry; names are strings.
fn plain(objects: &mut Objects, part: &Plain) -> u32 {
    match part {
        Plain::Symbol(text) | Plain::String(text) => objects.string(text),
        Plain::Integer(n) => fixnum(*n),
        Plain::List(parts) => {
            let words = parts.iter().map(|part| plain(objects, part)).collect();
            let nil = objects.image.nil();
            objects.word_list(words, nil)
        }
    }
}

/// Symbols' homes, package definitions, and the rest of the communication area.
fn finish(mut objects: Objects, definitions: &[PackageDefinition], plan: &Plan) -> Vec<u32> {
    objects.begin_file();
    let strings = |objects: &mut Objects, names: &[String]| {
        let words = names.iter().map(|n| objects.string(n)).collect();
        let nil = objects.image.nil();
        objects.word_list(words, nil)
    };
    let nil = objects.image.nil();
    let mut list = Vec::new();
    for d in definitions {
        let name = objects.string(&d.name);
        let nicknames = strings(&mut objects, &d.nicknames);
        let uses = strings(&mut objects, &d.uses);
        let exports = strings(&mut objects, &d.exports);
        let external = if d.all_external {
            objects.image.t()
        } else {
            nil
        };
        list.push(objects.word_list(vec![name, nicknames, uses, exports, external], nil));
    }
    let packages = objects.word_list(list, nil);
    let entries = plan.error_table.iter().map(|entry| {
        let mut words = vec![fixnum(entry.address.into())];
        words.extend(entry.form.iter().map(|part| plain(&mut objects, part)));
        objects.word_list(words, nil)
    });
    let entries: Vec<u32> = entries.collect();
    let errors = objects.vector(entries);
    let features: Vec<u32> = plan
        .features
        .iter()
        .map(|f| objects.image.symbol(Some("KEYWORD"), &f.to_uppercase()))
        .collect();
    let features = objects.image.list(&features);
    let initial = objects.image.named_symbol("si:%cold-boot");
    let symbols = objects.image.symbols();
    for (package, _, symbol) in &symbols {
        if let Some(package) = package {
            let home = objects.string(package);
            objects.image.set_package(*symbol, home);
        }
    }
    let words: Vec<u32> = symbols.iter().map(|(_, _, w)| *w).collect();
    let vector = objects.image.simple_vector(&words);
    let mut image = objects.image;
    image.set_communication("package-list", packages);
    image.set_communication("symbol-list", vector);
    image.set_communication("features", features);
    image.set_communication("error-table", errors);
    image.set_communication("initial-function", initial);
    image.set_communication("magic", fixnum(0o1234567));
    image.set_communication("version", fixnum(i64::from(band::VERSION)));
    band::write(&image.finish())
}
