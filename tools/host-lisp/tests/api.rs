//! The interface that the micro-assembler and the cold-load builder use.

use host_lisp::{Error, Lisp, Obj, with_large_stack};

#[test]
fn a_macro_given_as_objects_expands_to_objects() {
    with_large_stack(|| {
        let mut l = Lisp::new();
        l.define_package("uasm", &[], &["cl"]).unwrap();
        let p = l.find_package("UASM").unwrap();
        l.set_current_package(p);
        let reader = l.reader(
            "m.lisp",
            "(defmacro twice (x)\n `(progn ,x ,x))\n(twice (foo 1))",
        );
        let definition = l.read(&reader).unwrap().unwrap();
        l.eval(&definition).unwrap();
        let call = l.read(&reader).unwrap().unwrap();
        assert_eq!(l.position_of(&call).unwrap().to_string(), "m.lisp:3:1");
        let x = l.macroexpand_1(&call).unwrap().unwrap();
        assert_eq!(l.print(&x), "(PROGN (FOO 1) (FOO 1))");
        // The expansion stands where the call stood.
        assert_eq!(l.position_of(&x).unwrap().line, 3);
        assert!(l.read(&reader).unwrap().is_none());
        let not_a_macro = l.read_str("(foo 1)").unwrap();
        assert!(l.macroexpand_1(&not_a_macro).unwrap().is_none());
    });
}

#[test]
fn functions_in_rust_are_called_and_may_call_back() {
    with_large_stack(|| {
        let mut l = Lisp::new();
        l.define_function("si", "apply-twice", 2, Some(2), |l, a| {
            let x = l.funcall(&a[0], &a[1..2])?;
            l.funcall(&a[0], &[x])
        })
        .unwrap();
        let v = l
            .eval_str("t", "(si:apply-twice (lambda (x) (* x x)) 3)")
            .unwrap();
        assert_eq!(v.as_i64(), Some(81));
        let e = l.eval_str("t", "(si:apply-twice 1)").unwrap_err();
        assert!(
            e.to_string()
                .contains("APPLY-TWICE was called with 1 arguments")
        );
    });
}

#[test]
fn errors_carry_position_and_calls() {
    with_large_stack(|| {
        let mut l = Lisp::new();
        let text = "(defun inner (x)\n  (+ 1\n     (car x)))\n(defun outer (x) (list (inner x)))\n(outer 5)";
        let e = l.eval_str("a.lisp", text).unwrap_err();
        let r = e.report().unwrap();
        assert_eq!(r.condition, "TYPE-ERROR");
        assert_eq!(r.position.as_ref().unwrap().to_string(), "a.lisp:3:6");
        let names: Vec<&str> = r.backtrace.iter().map(|b| b.0.as_str()).collect();
        assert_eq!(names, ["INNER", "OUTER"]);
        // The interpreter is as good as new.
        assert_eq!(l.eval_str("b", "(+ 1 2)").unwrap().as_i64(), Some(3));
    });
}

#[test]
fn deep_recursion_is_an_error() {
    with_large_stack(|| {
        let mut l = Lisp::new();
        let e = l
            .eval_str("d", "(defun down (n) (+ 1 (down n))) (down 1)")
            .unwrap_err();
        assert_eq!(e.report().unwrap().condition, "STORAGE-CONDITION");
        assert_eq!(l.eval_str("b", "(+ 1 2)").unwrap().as_i64(), Some(3));
    });
    // And on a thread with an ordinary stack.
    let mut l = Lisp::new();
    let e = l
        .eval_str("d", "(defun down (n) (+ 1 (down n))) (down 1)")
        .unwrap_err();
    assert_eq!(e.report().unwrap().condition, "STORAGE-CONDITION");
}

#[test]
fn objects_convert() {
    let mut l = Lisp::new();
    let v = l.eval_str("t", "(list 1 \"two\" 'three #\\4)").unwrap();
    let items = v.proper_list().unwrap();
    assert_eq!(items[0].as_i64(), Some(1));
    assert_eq!(items[1].as_string().as_deref(), Some("two"));
    assert!(matches!(items[2], Obj::Sym(s) if s.name() == "THREE"));
    assert!(matches!(items[3], Obj::Char('4')));
    assert!(matches!(l.read_str("  "), Err(Error::Empty)));
}
