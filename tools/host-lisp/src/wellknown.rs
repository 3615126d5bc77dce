//! Symbols that the evaluator itself mentions, found once.

use crate::object::Obj;
use crate::symbol::{CONSTANT, Package, SPECIAL, Sym};

/// The packages that well-known symbols are in.
struct First {
    cl: &'static Package,
    keyword: &'static Package,
    si: &'static Package,
    host: &'static Package,
}

macro_rules! well_known {
    ($($package:ident: $($field:ident $name:literal),* ;)*) => {
        /// The symbols that the evaluator itself mentions.
        pub(crate) struct WellKnown { pub(crate) nil: Sym, $($(pub(crate) $field: Sym,)*)* }
        impl WellKnown {
            fn make(nil: Sym, p: &First) -> WellKnown {
                WellKnown { nil, $($($field: p.$package.intern($name),)*)* }
            }
        }
    };
}

well_known! {
    cl: t "T", quote "QUOTE", function "FUNCTION", lambda "LAMBDA", declare "DECLARE", special
        "SPECIAL", setf "SETF", list "LIST", list_star "LIST*", append "APPEND", cons "CONS",
        apply "APPLY", funcall "FUNCALL", vector "VECTOR", progn "PROGN", let_star "LET*", setq
        "SETQ", if_ "IF", block "BLOCK", eval_when "EVAL-WHEN", macrolet "MACROLET",
        symbol_macrolet "SYMBOL-MACROLET", the "THE", otherwise "OTHERWISE", optional "&OPTIONAL",
        rest "&REST", key "&KEY", aux "&AUX", body "&BODY", whole "&WHOLE", environment
        "&ENVIRONMENT", allow_other_keys "&ALLOW-OTHER-KEYS", number "NUMBER", real "REAL",
        integer "INTEGER", rational "RATIONAL", float "FLOAT", symbol "SYMBOL", string "STRING",
        character "CHARACTER", array "ARRAY", sequence "SEQUENCE", hash_table "HASH-TABLE",
        package_type "PACKAGE", stream "STREAM", null "NULL", fixnum "FIXNUM", bignum "BIGNUM",
        ratio "RATIO", complex "COMPLEX", atom "ATOM", single_float "SINGLE-FLOAT", double_float
        "DOUBLE-FLOAT", short_float "SHORT-FLOAT", long_float "LONG-FLOAT", simple_string
        "SIMPLE-STRING", base_string "BASE-STRING", simple_base_string "SIMPLE-BASE-STRING",
        simple_vector "SIMPLE-VECTOR", simple_array "SIMPLE-ARRAY", bit "BIT", bit_vector
        "BIT-VECTOR", simple_bit_vector "SIMPLE-BIT-VECTOR", keyword_type "KEYWORD", boolean
        "BOOLEAN", base_char "BASE-CHAR", standard_char "STANDARD-CHAR", unsigned_byte
        "UNSIGNED-BYTE", signed_byte "SIGNED-BYTE", mod_ "MOD", and "AND", or "OR", member
        "MEMBER", eql "EQL", structure_object "STRUCTURE-OBJECT", condition "CONDITION", star "*",
        package_var "*PACKAGE*", features "*FEATURES*", standard_output "*STANDARD-OUTPUT*",
        error_output "*ERROR-OUTPUT*", standard_input "*STANDARD-INPUT*", trace_output
        "*TRACE-OUTPUT*", print_base "*PRINT-BASE*", print_radix "*PRINT-RADIX*", print_escape
        "*PRINT-ESCAPE*", print_readably "*PRINT-READABLY*", print_case "*PRINT-CASE*",
        print_length "*PRINT-LENGTH*", print_level "*PRINT-LEVEL*", print_gensym "*PRINT-GENSYM*",
        print_array "*PRINT-ARRAY*", read_base "*READ-BASE*", read_default_float
        "*READ-DEFAULT-FLOAT-FORMAT*", read_eval "*READ-EVAL*", read_suppress "*READ-SUPPRESS*",
        gensym_counter "*GENSYM-COUNTER*", load_pathname "*LOAD-PATHNAME*", load_truename
        "*LOAD-TRUENAME*", eq "EQ", equal "EQUAL", equalp "EQUALP", tagbody "TAGBODY", eval
        "EVAL";
    keyword: k_test "TEST", k_test_not "TEST-NOT", k_key "KEY", k_start "START", k_end "END",
        k_start1 "START1", k_end1 "END1", k_start2 "START2", k_end2 "END2", k_from_end "FROM-END",
        k_count "COUNT", k_initial_value "INITIAL-VALUE", k_allow_other_keys "ALLOW-OTHER-KEYS",
        k_execute "EXECUTE", k_upcase "UPCASE", k_downcase "DOWNCASE", k_capitalize "CAPITALIZE",
        k_internal "INTERNAL", k_external "EXTERNAL", k_inherited "INHERITED", k_and "AND", k_or
        "OR", k_not "NOT";
    si: host_locked "*HOST-LOCKED*", named_lambda "NAMED-LAMBDA";
    host: comma "%COMMA", comma_at "%COMMA-AT", comma_dot "%COMMA-DOT", setf_expander
        "%SETF-EXPANDER", compiler_macro "%COMPILER-MACRO", type_expander "%TYPE-EXPANDER",
        documentation "%DOCUMENTATION", symbol_macro "%SYMBOL-MACRO", struct_info "%STRUCT-INFO";
}

impl WellKnown {
    /// The first packages (`common-lisp`, `keyword`, `si` in front), with the
    /// standard's 978 symbols in the first.
    pub(crate) fn create() -> (&'static WellKnown, Vec<&'static Package>) {
        let cl = Package::make("COMMON-LISP", &["CL"], false);
        let keyword = Package::make("KEYWORD", &[], true);
        let si = Package::make("SI", &["SYSTEM-INTERNALS"], false);
        let user = Package::make("COMMON-LISP-USER", &["CL-USER", "USER"], false);
        // What the evaluator has for itself stays out of the world's packages.
        let host = Package::make("HOST-LISP", &["HOST"], false);
        let mut packages = vec![cl, keyword, si, host, user];
        for (name, nicknames) in [
            ("COMPILER", &[][..]),
            ("SYSTEM", &["SYS"][..]),
            ("EXCL", &[][..]),
            ("TOP-LEVEL", &["TPL"][..]),
            ("MULTIPROCESSING", &["MP"][..]),
            ("CCL", &[][..]),
        ] {
            let p = Package::make(name, nicknames, false);
            p.use_package(cl);
            if name == "COMPILER" {
                p.set_born_external();
            }
            packages.push(p);
        }
        si.use_package(cl);
        si.set_born_external();
        host.use_package(cl);
        user.use_package(cl);
        let nil = Sym::make("NIL", true);
        cl.add(nil);
        cl.export(nil);
        nil.set_value(Obj::Nil);
        nil.add(CONSTANT | SPECIAL);
        for name in include_str!("cl_symbols.txt").lines() {
            if name != "NIL" {
                cl.export(cl.intern(name));
            }
        }
        let w = WellKnown::make(
            nil,
            &First {
                cl,
                keyword,
                si,
                host,
            },
        );
        w.t.set_value(Obj::Sym(w.t));
        w.t.add(CONSTANT | SPECIAL);
        (Box::leak(Box::new(w)), packages)
    }
}
