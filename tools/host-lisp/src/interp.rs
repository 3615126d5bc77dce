//! The interpreter: its state, its public interface, and non-local exits.

use crate::error::{Error, Position};
use crate::function::{Func, NativeFn};
use crate::object::Obj;
use crate::reader::Reader;
use crate::stream::Stream;
use crate::symbol::{Package, Sym};
use crate::wellknown::WellKnown;
use std::path::Path;
use std::rc::Rc;

/// A transfer of control under way: which block, tag, catch or handler it
/// is bound for. The value travels in the interpreter.
#[derive(Clone, Copy, Debug)]
pub struct Exit {
    pub(crate) target: u32,
    pub(crate) index: u32,
}

/// The exit of an error that nobody handled.
pub(crate) const TOP: u32 = 0;

/// What a Lisp computation returns inside the interpreter.
pub type Res = Result<Obj, Exit>;

const _: () = assert!(size_of::<Res>() == 16 && size_of::<Obj>() == 16);

/// A call under way, for the backtrace.
#[derive(Clone, Copy)]
pub(crate) struct Call {
    pub(crate) name: Option<Sym>,
    /// Where it was called.
    pub(crate) site: u32,
}

/// A set of handlers that one `handler-bind` established: type and function.
pub(crate) type Handlers = Rc<Vec<(Obj, Obj)>>;

#[derive(Clone, Copy)]
struct Place {
    file: u32,
    line: u32,
    column: u32,
}

/// A Lisp interpreter.
pub struct Lisp {
    pub(crate) stack: Vec<Obj>,
    pub(crate) calls: Vec<Call>,
    pub(crate) binds: Vec<(Sym, Obj)>,
    /// The values that `Obj::Values` stands for.
    pub(crate) values: Vec<Obj>,
    pub(crate) exit_value: Obj,
    /// The call that runs now.
    pub(crate) site: u32,
    /// The form that is analysed now.
    pub(crate) form_pos: u32,
    pub(crate) handlers: Vec<Handlers>,
    pub(crate) catches: Vec<(Obj, u32)>,
    pub(crate) live: Vec<u32>,
    pub(crate) next_token: u32,
    pub(crate) packages: Vec<&'static Package>,
    files: Vec<String>,
    places: Vec<Place>,
    pub(crate) pending: Option<Box<Error>>,
    pub(crate) stack_limit: usize,
    pub(crate) s: &'static WellKnown,
    /// The standard macros are being defined.
    pub(crate) starting: bool,
    pub(crate) output: Rc<Stream>,
    pub(crate) error_output: Rc<Stream>,
    pub(crate) cl: &'static Package,
    pub(crate) si: &'static Package,
    pub(crate) host: &'static Package,
    pub(crate) keyword: &'static Package,
}

impl Lisp {
    /// A fresh interpreter with the standard packages, functions and macros.
    pub fn new() -> Lisp {
        let (s, packages) = WellKnown::create();
        let output = Stream::sink(Box::new(|t| {
            use std::io::Write;
            // A closed standard output is no reason to stop a build.
            let _ = std::io::stdout().write_all(t.as_bytes());
        }));
        let error_output = Stream::sink(Box::new(|t| {
            use std::io::Write;
            let _ = std::io::stderr().write_all(t.as_bytes());
        }));
        let mut l = Lisp {
            stack: Vec::with_capacity(1 << 16),
            calls: Vec::with_capacity(1 << 10),
            binds: Vec::new(),
            values: Vec::new(),
            exit_value: Obj::Nil,
            site: 0,
            form_pos: 0,
            handlers: Vec::new(),
            catches: Vec::new(),
            live: Vec::new(),
            next_token: 1,
            cl: packages[0],
            keyword: packages[1],
            si: packages[2],
            host: packages[3],
            packages,
            files: vec![String::new()],
            places: vec![Place {
                file: 0,
                line: 0,
                column: 0,
            }],
            pending: None,
            stack_limit: crate::stack::limit(),
            s,
            starting: true,
            output,
            error_output,
        };
        crate::setup::install(&mut l);
        l
    }

    // ---- packages and symbols

    /// Makes a package, or finds the one that has the name already.
    pub fn define_package(
        &mut self,
        name: &str,
        nicknames: &[&str],
        uses: &[&str],
    ) -> Result<&'static Package, Error> {
        let name = name.to_uppercase();
        let p = match self.find_package(&name) {
            Some(p) => p,
            None => {
                let p = Package::make(&name, &[], false);
                self.packages.push(p);
                p
            }
        };
        for n in nicknames {
            let n = n.to_uppercase();
            if !p.is_named(&n) {
                p.nicknames.borrow_mut().push(n);
            }
        }
        for u in uses {
            match self.find_package(u) {
                Some(other) => p.use_package(other),
                None => return Err(Error::NoSuchPackage(u.to_string())),
            }
        }
        Ok(p)
    }

    /// The package with a name or nickname, in either case.
    pub fn find_package(&self, name: &str) -> Option<&'static Package> {
        let find = |n: &str| self.packages.iter().copied().find(|p| p.is_named(n));
        find(name).or_else(|| find(&name.to_uppercase()))
    }

    /// Finds or makes a symbol; the name's case is taken as it is.
    pub fn intern(&mut self, package: &str, name: &str) -> Result<Sym, Error> {
        match self.find_package(package) {
            Some(p) => Ok(p.intern(name)),
            None => Err(Error::NoSuchPackage(package.to_string())),
        }
    }

    /// A keyword; the name's case is taken as it is.
    pub fn keyword(&self, name: &str) -> Obj {
        Obj::Sym(self.keyword.intern(name))
    }

    /// The current package.
    pub fn current_package(&self) -> &'static Package {
        match self.s.package_var.value() {
            Some(Obj::Package(p)) => p,
            _ => self.cl,
        }
    }

    /// Makes a package current.
    pub fn set_current_package(&mut self, p: &'static Package) {
        self.s.package_var.set_value(Obj::Package(p));
    }

    /// Sets the feature list, by the names of keywords.
    pub fn set_features(&mut self, names: &[&str]) {
        let list = Obj::list(names.iter().map(|n| self.keyword(&n.to_uppercase())));
        self.s.features.set_value(list);
    }

    /// Sends what the program prints somewhere else than to standard output.
    pub fn set_output(&mut self, f: Box<dyn FnMut(&str)>) {
        self.output = Stream::sink(f);
        let o = Obj::Stream(self.output.clone());
        self.s.standard_output.set_value(o);
    }

    /// Sends warnings and messages somewhere else than to standard error.
    pub fn set_error_output(&mut self, f: Box<dyn FnMut(&str)>) {
        self.error_output = Stream::sink(f);
        let o = Obj::Stream(self.error_output.clone());
        self.s.error_output.set_value(o);
    }

    /// Defines a function in Rust; the symbol is interned and exported.
    pub fn define_function(
        &mut self,
        package: &str,
        name: &str,
        min: usize,
        max: Option<usize>,
        code: impl Fn(&mut Lisp, &[Obj]) -> Res + 'static,
    ) -> Result<Sym, Error> {
        let sym = self.intern(package, &name.to_uppercase())?;
        if let Some(p) = self.find_package(package) {
            p.export(sym);
        }
        let code: NativeFn = Box::new(code);
        sym.0.function.set(Obj::Func(Rc::new(Func::Native {
            name: sym.name().to_string(),
            min,
            max,
            code,
        })));
        Ok(sym)
    }

    // ---- reading and evaluating

    /// A reader of program text; `name` stands in positions.
    pub fn reader(&mut self, name: &str, text: &str) -> Reader {
        let f = self.file_index(name);
        Reader::new(Stream::input(f, text))
    }

    /// The next form of a reader, or `None` at the end.
    pub fn read(&mut self, reader: &Reader) -> Result<Option<Obj>, Error> {
        let r = self.read_toplevel(&reader.stream);
        self.outside(r)
    }

    /// Reads exactly one form from text.
    pub fn read_str(&mut self, text: &str) -> Result<Obj, Error> {
        let r = self.reader("string", text);
        match self.read(&r)? {
            Some(o) => Ok(o),
            None => Err(Error::Empty),
        }
    }

    /// Evaluates a form in the global environment.
    pub fn eval(&mut self, form: &Obj) -> Result<Obj, Error> {
        let r = self.eval_toplevel(form);
        let r = r.map(|v| self.one(v));
        self.outside(r)
    }

    /// Reads and evaluates every form of a text; the value of the last.
    pub fn eval_str(&mut self, name: &str, text: &str) -> Result<Obj, Error> {
        let reader = self.reader(name, text);
        let mut last = Obj::Nil;
        while let Some(form) = self.read(&reader)? {
            last = self.eval(&form)?;
        }
        Ok(last)
    }

    /// Loads a source file.
    pub fn load(&mut self, path: &Path) -> Result<(), Error> {
        let r = self.load_file(&path.to_string_lossy());
        self.outside(r).map(|_| ())
    }

    /// Calls a function object, or a function by its symbol.
    pub fn call(&mut self, function: &Obj, args: &[Obj]) -> Result<Obj, Error> {
        let r = self.apply(function, args);
        let r = r.map(|v| self.one(v));
        self.outside(r)
    }

    /// Calls a function by name; the names' case is taken as it is.
    pub fn call_named(&mut self, package: &str, name: &str, args: &[Obj]) -> Result<Obj, Error> {
        let f = Obj::from(self.intern(package, name)?);
        self.call(&f, args)
    }

    /// Expands a macro call once; `None` when the form is not one.
    pub fn macroexpand_1(&mut self, form: &Obj) -> Result<Option<Obj>, Error> {
        let r = self.expand_once(form, &None);
        self.outside(r)
    }

    /// The text that `prin1` would print.
    pub fn print(&mut self, o: &Obj) -> String {
        crate::printer::plain(self, o, true)
    }

    /// The text that `princ` would print.
    pub fn display(&mut self, o: &Obj) -> String {
        crate::printer::plain(self, o, false)
    }

    /// Where the list was read, if it was read from a text.
    pub fn position_of(&self, form: &Obj) -> Option<Position> {
        self.place(form.pos())
    }

    /// Gives every cons of a form made in Rust a position: that of `like`, or
    /// if it has none, the one given.
    pub fn note_position(&mut self, form: &Obj, file: &str, line: u32, column: u32) {
        let f = self.file_index(file);
        let p = self.new_place(f, line, column);
        if let Obj::Cons(c) = form {
            c.set_pos(p);
        }
    }

    /// Turns a failure of a nested `call`, `eval` or `load` into the exit that a
    /// Rust-defined function returns.
    pub fn raise(&mut self, e: Error) -> Exit {
        match e {
            Error::Lisp(_) => {
                self.pending = Some(Box::new(e));
                Exit {
                    target: TOP,
                    index: 0,
                }
            }
            other => self.error(&other.to_string()),
        }
    }

    // ---- inside

    /// The result of a computation for the embedding program.
    pub(crate) fn outside<T>(&mut self, r: Result<T, Exit>) -> Result<T, Error> {
        match r {
            Ok(v) => Ok(v),
            Err(x) => {
                if self.calls.is_empty() {
                    self.stack.clear();
                }
                if x.target == TOP
                    && let Some(e) = self.pending.take()
                {
                    return Err(*e);
                }
                Err(Error::StrayExit)
            }
        }
    }

    pub(crate) fn file_index(&mut self, name: &str) -> u32 {
        match self.files.iter().position(|f| f == name) {
            Some(i) => i as u32,
            None => {
                self.files.push(name.to_string());
                self.files.len() as u32 - 1
            }
        }
    }
    pub(crate) fn new_place(&mut self, file: u32, line: u32, column: u32) -> u32 {
        self.places.push(Place { file, line, column });
        self.places.len() as u32 - 1
    }
    pub(crate) fn place(&self, pos: u32) -> Option<Position> {
        if pos == 0 {
            return None;
        }
        let p = self.places.get(pos as usize)?;
        Some(Position {
            file: self.files[p.file as usize].clone(),
            line: p.line,
            column: p.column,
        })
    }
    pub(crate) fn token(&mut self) -> u32 {
        self.next_token += 1;
        self.next_token
    }
    /// The primary value.
    #[inline]
    pub(crate) fn one(&mut self, v: Obj) -> Obj {
        match v {
            Obj::Values => self.values.first().cloned().unwrap_or_default(),
            v => v,
        }
    }
    /// All values of a result.
    pub(crate) fn all_values(&mut self, v: Obj) -> Vec<Obj> {
        match v {
            Obj::Values => std::mem::take(&mut self.values),
            v => vec![v],
        }
    }
    /// Makes a result of several values.
    pub(crate) fn return_values(&mut self, mut v: Vec<Obj>) -> Obj {
        if v.len() == 1 {
            return v.pop().unwrap_or_default();
        }
        self.values = v;
        Obj::Values
    }
    /// Makes a result of several values, for functions defined in Rust.
    pub fn multiple_values(&mut self, v: Vec<Obj>) -> Obj {
        self.return_values(v)
    }
    /// `T` or `NIL`.
    #[inline]
    pub fn boolean(&self, b: bool) -> Obj {
        if b { Obj::Sym(self.s.t) } else { Obj::Nil }
    }
    /// The symbol `T`.
    pub fn t(&self) -> Obj {
        Obj::Sym(self.s.t)
    }

    // ---- dynamic binding

    pub(crate) fn bind(&mut self, s: Sym, v: Obj) {
        let old = s.0.value.replace(v);
        self.binds.push((s, old));
    }
    pub(crate) fn unbind_to(&mut self, mark: usize) {
        while self.binds.len() > mark {
            if let Some((s, old)) = self.binds.pop() {
                s.0.value.set(old);
            }
        }
    }
}

impl Default for Lisp {
    fn default() -> Self {
        Lisp::new()
    }
}
