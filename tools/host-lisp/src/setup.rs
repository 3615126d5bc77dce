//! What a new interpreter starts with.

use crate::analyze;
use crate::builtins;
use crate::function::{Builtin, BuiltinFn, Func};
use crate::interp::Lisp;
use crate::object::Obj;
use crate::symbol::{BUILT_IN, CONSTANT, SPECIAL, Sym};
use std::rc::Rc;

/// The standard macros that are written in Lisp.
const PRELUDE: &[(&str, &str)] = &[
    ("prelude/modify.lisp", include_str!("prelude/modify.lisp")),
    ("prelude/macros.lisp", include_str!("prelude/macros.lisp")),
    ("prelude/places.lisp", include_str!("prelude/places.lisp")),
    (
        "prelude/defstruct.lisp",
        include_str!("prelude/defstruct.lisp"),
    ),
    (
        "prelude/conditions.lisp",
        include_str!("prelude/conditions.lisp"),
    ),
    ("prelude/loop.lisp", include_str!("prelude/loop.lisp")),
    (
        "prelude/functions.lisp",
        include_str!("prelude/functions.lisp"),
    ),
];

impl Lisp {
    /// The symbol of a built-in thing: `name` in `common-lisp`, `SI:name` in
    /// `si`, exported, and `SI:%name` in the evaluator's own package.
    pub(crate) fn built_in_symbol(&mut self, name: &str) -> Sym {
        match name.strip_prefix("SI:") {
            None => self.cl.intern(name),
            Some(n) if n.starts_with('%') => self.host.intern(n),
            Some(n) => {
                let s = self.si.intern(n);
                self.si.export(s);
                s
            }
        }
    }

    pub(crate) fn install_functions(&mut self, table: &'static [Builtin]) {
        for b in table {
            let s = self.built_in_symbol(b.name);
            s.0.function
                .set(Obj::Func(Rc::new(Func::Builtin(BuiltinFn(b)))));
            s.add(BUILT_IN);
        }
    }
}

pub(crate) fn install(l: &mut Lisp) {
    variables(l);
    l.install_conditions();
    for table in builtins::TABLES {
        l.install_functions(table);
    }
    l.install_setters();
    analyze::special::install(l);
    analyze::macros::install(l);
    prelude(l);
}

fn variables(l: &mut Lisp) {
    let s = l.s;
    let user = l.find_package("COMMON-LISP-USER").unwrap_or(l.cl);
    let t = l.t();
    let out = Obj::Stream(l.output.clone());
    let err = Obj::Stream(l.error_output.clone());
    let single = Obj::Sym(s.single_float);
    for (v, value) in [
        (s.package_var, Obj::Package(user)),
        (s.features, Obj::Nil),
        (s.standard_output, out.clone()),
        (s.trace_output, out),
        (s.error_output, err),
        (
            s.standard_input,
            Obj::Stream(crate::stream::Stream::input(0, "")),
        ),
        (s.print_base, Obj::Fix(10)),
        (s.print_radix, Obj::Nil),
        (s.print_escape, t.clone()),
        (s.print_readably, Obj::Nil),
        (s.print_case, Obj::Sym(s.k_upcase)),
        (s.print_length, Obj::Nil),
        (s.print_level, Obj::Nil),
        (s.print_gensym, t.clone()),
        (s.print_array, t.clone()),
        (s.read_base, Obj::Fix(10)),
        (s.read_default_float, single),
        (s.read_eval, t.clone()),
        (s.read_suppress, Obj::Nil),
        (s.gensym_counter, Obj::Fix(1)),
        (s.load_pathname, Obj::Nil),
        (s.load_truename, Obj::Nil),
        (s.host_locked, t.clone()),
    ] {
        v.set_value(value);
        v.add(SPECIAL);
    }
    l.si.export(s.host_locked);
    for name in [
        "*PRINT-PRETTY*",
        "*PRINT-CIRCLE*",
        "*PRINT-LINES*",
        "*PRINT-RIGHT-MARGIN*",
        "*PRINT-MISER-WIDTH*",
        "*LOAD-VERBOSE*",
        "*LOAD-PRINT*",
        "*COMPILE-VERBOSE*",
        "*COMPILE-PRINT*",
        "*COMPILE-FILE-PATHNAME*",
        "*COMPILE-FILE-TRUENAME*",
        "*BREAK-ON-SIGNALS*",
        "*DEBUGGER-HOOK*",
        "*MODULES*",
    ] {
        let v = l.cl.intern(name);
        v.set_value(Obj::Nil);
        v.add(SPECIAL);
    }
    let constants = [
        ("MOST-POSITIVE-FIXNUM", (1 << 24) - 1),
        ("MOST-NEGATIVE-FIXNUM", -(1 << 24)),
        ("CHAR-CODE-LIMIT", 0x11_0000),
        ("ARRAY-DIMENSION-LIMIT", 1 << 24),
        ("ARRAY-TOTAL-SIZE-LIMIT", 1 << 24),
        ("ARRAY-RANK-LIMIT", 8),
        ("CALL-ARGUMENTS-LIMIT", 1 << 12),
        ("LAMBDA-PARAMETERS-LIMIT", 1 << 12),
        ("MULTIPLE-VALUES-LIMIT", 64),
    ]
    .map(|(n, v)| (n, Obj::Fix(v)));
    let floats = [
        ("PI", Obj::Double(std::f64::consts::PI)),
        ("MOST-POSITIVE-SINGLE-FLOAT", Obj::Single(f32::MAX)),
        ("MOST-NEGATIVE-SINGLE-FLOAT", Obj::Single(f32::MIN)),
        (
            "LEAST-POSITIVE-SINGLE-FLOAT",
            Obj::Single(f32::from_bits(1)),
        ),
        (
            "LEAST-POSITIVE-NORMALIZED-SINGLE-FLOAT",
            Obj::Single(f32::MIN_POSITIVE),
        ),
        (
            "SINGLE-FLOAT-EPSILON",
            Obj::Single(f32::from_bits(0x3380_0001)),
        ),
        ("MOST-POSITIVE-DOUBLE-FLOAT", Obj::Double(f64::MAX)),
        ("MOST-NEGATIVE-DOUBLE-FLOAT", Obj::Double(f64::MIN)),
        (
            "LEAST-POSITIVE-DOUBLE-FLOAT",
            Obj::Double(f64::from_bits(1)),
        ),
        (
            "LEAST-POSITIVE-NORMALIZED-DOUBLE-FLOAT",
            Obj::Double(f64::MIN_POSITIVE),
        ),
        (
            "DOUBLE-FLOAT-EPSILON",
            Obj::Double(f64::from_bits(0x3CA0_0000_0000_0001)),
        ),
    ];
    // Short floats are single, long floats double; names of the negative ones follow.
    let mut floats = floats.to_vec();
    for (n, v) in floats.clone() {
        let negative = match v {
            Obj::Single(f) => Obj::Single(-f),
            Obj::Double(d) => Obj::Double(-d),
            v => v,
        };
        if n.starts_with("LEAST") {
            floats.push((n.replace("POSITIVE", "NEGATIVE").leak(), negative));
        }
    }
    floats.push((
        "SINGLE-FLOAT-NEGATIVE-EPSILON",
        Obj::Single(f32::from_bits(0x3300_0001)),
    ));
    floats.push((
        "DOUBLE-FLOAT-NEGATIVE-EPSILON",
        Obj::Double(f64::from_bits(0x3C90_0000_0000_0001)),
    ));
    for (n, v) in floats.clone() {
        let other = n.replace("SINGLE", "SHORT").replace("DOUBLE", "LONG");
        if other != n {
            floats.push((other.leak(), v));
        }
    }
    let lambda_keywords = l.cl.intern("LAMBDA-LIST-KEYWORDS");
    let keywords = [
        s.optional,
        s.rest,
        s.body,
        s.key,
        s.allow_other_keys,
        s.aux,
        s.whole,
        s.environment,
    ]
    .map(Obj::Sym);
    lambda_keywords.set_value(Obj::list(keywords));
    lambda_keywords.add(SPECIAL | CONSTANT);
    for (n, v) in constants.into_iter().chain(floats) {
        let c = l.cl.intern(n);
        c.set_value(v);
        c.add(SPECIAL | CONSTANT);
    }
}

/// Loads the macros written in Lisp, and locks their names.
fn prelude(l: &mut Lisp) {
    let user = l.current_package();
    l.set_current_package(l.host);
    for (name, text) in PRELUDE {
        if let Err(e) = l.eval_str(name, text) {
            // The prelude is part of the program: a fault in it is ours.
            panic!("{e}");
        }
    }
    l.set_current_package(user);
    l.starting = false;
    for p in [l.cl, l.host] {
        for (s, _) in p.all_present() {
            if s.macro_function().is_true() || s.function().is_true() {
                s.add(BUILT_IN);
            }
        }
    }
}
