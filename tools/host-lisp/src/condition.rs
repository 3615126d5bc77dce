//! Conditions: their types, signalling, and the report of an unhandled error.

use crate::error::{Error, Report};
use crate::interp::{Exit, Lisp, Res, TOP};
use crate::object::{CellGet, Obj};
use crate::structure::{Class, Instance, Slot};
use crate::symbol::Sym;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// How many calls a report lists.
const BACKTRACE: usize = 16;

/// The standard condition types: name, parents, slots.
const STANDARD: &[(&str, &[&str], &[&str])] = &[
    ("CONDITION", &[], &[]),
    ("SERIOUS-CONDITION", &["CONDITION"], &[]),
    ("ERROR", &["SERIOUS-CONDITION"], &[]),
    ("WARNING", &["CONDITION"], &[]),
    ("STYLE-WARNING", &["WARNING"], &[]),
    (
        "SIMPLE-CONDITION",
        &["CONDITION"],
        &["FORMAT-CONTROL", "FORMAT-ARGUMENTS"],
    ),
    ("SIMPLE-ERROR", &["SIMPLE-CONDITION", "ERROR"], &[]),
    ("SIMPLE-WARNING", &["SIMPLE-CONDITION", "WARNING"], &[]),
    ("STORAGE-CONDITION", &["SERIOUS-CONDITION"], &["MESSAGE"]),
    ("TYPE-ERROR", &["ERROR"], &["DATUM", "EXPECTED-TYPE"]),
    (
        "SIMPLE-TYPE-ERROR",
        &["SIMPLE-CONDITION", "TYPE-ERROR"],
        &[],
    ),
    ("PROGRAM-ERROR", &["ERROR"], &["MESSAGE"]),
    ("CONTROL-ERROR", &["ERROR"], &["MESSAGE"]),
    ("CELL-ERROR", &["ERROR"], &["NAME"]),
    ("UNBOUND-VARIABLE", &["CELL-ERROR"], &[]),
    ("UNDEFINED-FUNCTION", &["CELL-ERROR"], &[]),
    ("UNBOUND-SLOT", &["CELL-ERROR"], &["INSTANCE"]),
    (
        "ARITHMETIC-ERROR",
        &["ERROR"],
        &["OPERATION", "OPERANDS", "MESSAGE"],
    ),
    ("DIVISION-BY-ZERO", &["ARITHMETIC-ERROR"], &[]),
    ("FLOATING-POINT-OVERFLOW", &["ARITHMETIC-ERROR"], &[]),
    ("FLOATING-POINT-UNDERFLOW", &["ARITHMETIC-ERROR"], &[]),
    ("FLOATING-POINT-INEXACT", &["ARITHMETIC-ERROR"], &[]),
    (
        "FLOATING-POINT-INVALID-OPERATION",
        &["ARITHMETIC-ERROR"],
        &[],
    ),
    ("PARSE-ERROR", &["ERROR"], &["MESSAGE"]),
    ("STREAM-ERROR", &["ERROR"], &["STREAM", "MESSAGE"]),
    ("END-OF-FILE", &["STREAM-ERROR"], &[]),
    ("READER-ERROR", &["PARSE-ERROR", "STREAM-ERROR"], &[]),
    ("FILE-ERROR", &["ERROR"], &["PATHNAME", "MESSAGE"]),
    ("PACKAGE-ERROR", &["ERROR"], &["PACKAGE", "MESSAGE"]),
    ("PRINT-NOT-READABLE", &["ERROR"], &["OBJECT"]),
];

impl Lisp {
    pub(crate) fn install_conditions(&mut self) {
        for (name, parents, slots) in STANDARD {
            let name = self.cl.intern(name);
            let parents: Vec<&'static Class> = parents
                .iter()
                .filter_map(|p| self.find_class(self.cl.intern(p)))
                .collect();
            let slots = slots
                .iter()
                .map(|n| Slot {
                    // Message slots are ours, the others have readers in the standard.
                    name: self.host.intern(n),
                    initarg: Some(self.keyword.intern(n)),
                    initfunction: Obj::Nil,
                })
                .collect();
            self.define_class(name, &parents, slots, true);
        }
    }

    pub(crate) fn find_class(&self, name: Sym) -> Option<&'static Class> {
        name.0.class.get()
    }

    /// Makes a type with the slots of its parents and its own.
    pub(crate) fn define_class(
        &mut self,
        name: Sym,
        parents: &[&'static Class],
        own: Vec<Slot>,
        condition: bool,
    ) -> &'static Class {
        let mut slots: Vec<Slot> = Vec::new();
        let inherited = parents.iter().flat_map(|p| p.slots.borrow().clone());
        for s in inherited.chain(own) {
            match slots.iter_mut().find(|x| x.name.name() == s.name.name()) {
                Some(x) => *x = s,
                None => slots.push(s),
            }
        }
        let class: &'static Class = Box::leak(Box::new(Class {
            name,
            ancestors: RefCell::default(),
            slots: RefCell::new(slots),
            condition,
            report: Cell::new(Obj::Nil),
        }));
        {
            let mut a = class.ancestors.borrow_mut();
            a.push(class);
            for p in parents {
                for x in p.ancestors.borrow().iter() {
                    if !a.iter().any(|y| std::ptr::eq(*y, *x)) {
                        a.push(x);
                    }
                }
            }
        }
        if let Some(p) = parents.first() {
            class.report.set(p.report.get_clone());
        }
        name.0.class.set(Some(class));
        class
    }

    /// An instance with slots given by their names; the rest default.
    pub(crate) fn instance(
        &mut self,
        class: &'static Class,
        given: &[(Sym, Obj)],
    ) -> Result<Obj, Exit> {
        let slots = class.slots.borrow().clone();
        let mut cells = Vec::with_capacity(slots.len());
        for s in &slots {
            let found = given
                .iter()
                .find(|(k, _)| s.initarg == Some(*k))
                .map(|(_, v)| v.clone());
            let v = match found {
                Some(v) => v,
                None => match &s.initfunction {
                    Obj::Func(_) => self.funcall(&s.initfunction, &[])?,
                    _ => Obj::Nil,
                },
            };
            cells.push(Cell::new(v));
        }
        Ok(Obj::Struct(Rc::new(Instance {
            class,
            slots: cells.into(),
        })))
    }

    fn standard(&mut self, class: &str, slots: &[(&str, Obj)]) -> Obj {
        let name = self.cl.intern(class);
        let Some(c) = self.find_class(name) else {
            return Obj::Nil;
        };
        let given: Vec<(Sym, Obj)> = slots
            .iter()
            .map(|(k, v)| (self.keyword.intern(k), v.clone()))
            .collect();
        self.instance(c, &given).unwrap_or_default()
    }

    // ---- errors that the evaluator itself signals

    /// Signals a simple error with this text. Functions defined in Rust return
    /// the result as their `Err`.
    pub fn error(&mut self, message: &str) -> Exit {
        let c = self.standard(
            "SIMPLE-ERROR",
            &[
                ("FORMAT-CONTROL", Obj::string("~a")),
                ("FORMAT-ARGUMENTS", Obj::list([Obj::string(message)])),
            ],
        );
        self.signal_error(c)
    }

    /// Signals that an object is not of the type wanted.
    pub fn type_error(&mut self, datum: &Obj, expected: Obj) -> Exit {
        let c = self.standard(
            "TYPE-ERROR",
            &[("DATUM", datum.clone()), ("EXPECTED-TYPE", expected)],
        );
        self.signal_error(c)
    }

    /// Signals a standard condition that has a message slot.
    pub(crate) fn signal_named(&mut self, class: &str, message: &str) -> Exit {
        let c = self.standard(class, &[("MESSAGE", Obj::string(message))]);
        self.signal_error(c)
    }

    pub(crate) fn unbound_variable(&mut self, s: Sym) -> Exit {
        let c = self.standard("UNBOUND-VARIABLE", &[("NAME", s.into())]);
        self.signal_error(c)
    }

    pub(crate) fn undefined_function(&mut self, s: Sym) -> Exit {
        let c = self.standard("UNDEFINED-FUNCTION", &[("NAME", s.into())]);
        self.signal_error(c)
    }

    pub(crate) fn division_by_zero(&mut self, op: &str, operands: &[Obj]) -> Exit {
        let op = Obj::from(self.cl.intern(op));
        let c = self.standard(
            "DIVISION-BY-ZERO",
            &[
                ("OPERATION", op),
                ("OPERANDS", Obj::list(operands.iter().cloned())),
            ],
        );
        self.signal_error(c)
    }

    pub(crate) fn wrong_arg_count(
        &mut self,
        name: &str,
        given: usize,
        min: usize,
        max: Option<usize>,
    ) -> Exit {
        let want = match max {
            Some(m) if m == min => format!("{min}"),
            Some(m) => format!("{min} to {m}"),
            None => format!("at least {min}"),
        };
        self.signal_named(
            "PROGRAM-ERROR",
            &format!("{name} was called with {given} arguments; it takes {want}"),
        )
    }

    /// To be called where Rust recurses on the depth of data.
    pub(crate) fn check_stack(&mut self) -> Result<(), Exit> {
        if crate::stack::address() < self.stack_limit {
            return Err(self.stack_overflow());
        }
        Ok(())
    }

    pub(crate) fn stack_overflow(&mut self) -> Exit {
        let limit = self.stack_limit;
        self.stack_limit = limit.saturating_sub(crate::stack::RESERVE / 2);
        let x = self.signal_named("STORAGE-CONDITION", "the recursion is too deep");
        self.stack_limit = limit;
        x
    }

    // ---- signalling

    /// Runs the handlers that apply; returns if all of them decline.
    pub(crate) fn signal(&mut self, condition: &Obj) -> Result<(), Exit> {
        let mut i = self.handlers.len();
        while i > 0 {
            i -= 1;
            let cluster = self.handlers[i].clone();
            let inner = self.handlers.split_off(i);
            let mut result = Ok(());
            for (ty, f) in cluster.iter() {
                match self.is_type(condition, ty) {
                    Ok(false) => {}
                    Ok(true) => {
                        if let Err(x) = self.funcall(f, std::slice::from_ref(condition)) {
                            result = Err(x);
                            break;
                        }
                    }
                    Err(x) => {
                        result = Err(x);
                        break;
                    }
                }
            }
            self.handlers.extend(inner);
            result?;
        }
        Ok(())
    }

    /// Signals; when nobody handles it, the whole computation ends with a report.
    pub(crate) fn signal_error(&mut self, condition: Obj) -> Exit {
        let (site, pos) = (self.site, self.form_pos);
        if let Err(x) = self.signal(&condition) {
            return x;
        }
        self.site = site;
        self.form_pos = pos;
        self.unhandled(&condition)
    }

    fn unhandled(&mut self, condition: &Obj) -> Exit {
        let message = self.condition_message(condition);
        let name = match condition {
            Obj::Struct(i) => i.class.name.name().to_string(),
            _ => "ERROR".to_string(),
        };
        let mut position = self.place(self.site);
        let mut backtrace = Vec::new();
        for c in self.calls.iter().rev().take(BACKTRACE) {
            let at = self.place(c.site);
            if position.is_none() {
                position = at.clone();
            }
            match c.name {
                Some(n) => backtrace.push((n.name().to_string(), at)),
                None if at.is_some() => backtrace.push(("an anonymous function".into(), at)),
                None => {}
            }
        }
        let report = Report {
            condition: name,
            message,
            position,
            backtrace,
        };
        self.pending = Some(Box::new(Error::Lisp(Box::new(report))));
        Exit {
            target: TOP,
            index: 0,
        }
    }

    /// What a condition says.
    pub fn condition_message(&mut self, condition: &Obj) -> String {
        self.message_of(condition)
            .unwrap_or_else(|_| "a condition whose report failed".to_string())
    }

    fn message_of(&mut self, condition: &Obj) -> Result<String, Exit> {
        let Obj::Struct(i) = condition else {
            return self.text(condition, false);
        };
        match i.class.report.get_clone() {
            Obj::Str(s) => return Ok(s.to_string()),
            Obj::Nil => {}
            f => {
                let s = crate::stream::Stream::text();
                let args = [condition.clone(), Obj::Stream(s.clone())];
                self.apply(&f, &args)?;
                return Ok(match &s.kind {
                    crate::stream::Kind::Text(t) => t.borrow().clone(),
                    _ => String::new(),
                });
            }
        }
        if let Some(Obj::Str(m)) = i.slot("MESSAGE") {
            return Ok(m.to_string());
        }
        match i.slot("FORMAT-CONTROL") {
            None | Some(Obj::Nil) => {}
            Some(control) => {
                let args = i.slot("FORMAT-ARGUMENTS").unwrap_or_default().to_vec();
                return self.format_to_string(&control, &args);
            }
        }
        let name = i.class.name.name();
        let shown = |l: &mut Lisp, slot: &str| {
            let v = i.slot(slot).unwrap_or_default();
            l.text(&v, true)
        };
        Ok(match name {
            "UNBOUND-VARIABLE" => format!("the variable {} is unbound", shown(self, "NAME")?),
            "UNDEFINED-FUNCTION" => {
                let n = shown(self, "NAME")?;
                match i.slot("NAME") {
                    Some(Obj::Sym(s)) if s.package().is_some_and(|p| std::ptr::eq(p, self.cl)) => {
                        format!("{n} is not provided by the build-time evaluator")
                    }
                    _ => format!("the function {n} is undefined"),
                }
            }
            "DIVISION-BY-ZERO" => "division by zero".to_string(),
            _ if i.class.slot_index("DATUM").is_some() => format!(
                "the value {} is not of type {}",
                shown(self, "DATUM")?,
                shown(self, "EXPECTED-TYPE")?
            ),
            _ => format!("a condition of type {name}"),
        })
    }

    /// The condition that the arguments of `error`, `signal` and `warn` denote.
    pub(crate) fn make_designated(&mut self, args: &[Obj], default: &str) -> Res {
        match &args[0] {
            c @ Obj::Struct(_) => Ok(c.clone()),
            Obj::Sym(s) => self.make_condition(*s, &args[1..]),
            control @ (Obj::Str(_) | Obj::Func(_)) => Ok(self.standard(
                default,
                &[
                    ("FORMAT-CONTROL", control.clone()),
                    ("FORMAT-ARGUMENTS", Obj::list(args[1..].iter().cloned())),
                ],
            )),
            other => Err(self.type_error(other, self.s.condition.into())),
        }
    }

    pub(crate) fn make_condition(&mut self, name: Sym, args: &[Obj]) -> Res {
        let class = match self.find_class(name) {
            Some(c) if c.condition => c,
            _ => return Err(self.error(&format!("{} is not a condition type", name.name()))),
        };
        let mut given = Vec::new();
        for kv in args.chunks(2) {
            match kv {
                [Obj::Sym(k), v] => given.push((*k, v.clone())),
                _ => return Err(self.error("initialization arguments must be pairs")),
            }
        }
        self.instance(class, &given)
    }
}
