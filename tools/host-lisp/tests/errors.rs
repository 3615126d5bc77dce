//! What a faulty program is told: place, text, calls.

use host_lisp::{Lisp, with_large_stack};
use std::cell::RefCell;
use std::rc::Rc;

/// Text of a program, and what the error must contain.
const CASES: &[(&str, &[&str])] = &[
    ("(car 5)", &["f:1:1: the value 5 is not of type LIST"]),
    (
        "\n  (list (undefined-thing 1))",
        &["f:2:9: the function UNDEFINED-THING is undefined"],
    ),
    (
        "(defclass a () ((x)))",
        &["f:1:1: DEFCLASS is not provided by the build-time evaluator"],
    ),
    (
        "(list nowhere)",
        &["f:1:1: the variable NOWHERE is unbound"],
    ),
    (
        "(defun f (x) x)\n(f)",
        &["f:2:1: F was called with 0 arguments; it takes 1"],
    ),
    (
        "(cons 1)",
        &["f:1:1: CONS was called with 1 arguments; it takes 2"],
    ),
    ("(error \"bad ~a\" 'thing)", &["f:1:1: bad THING"]),
    (
        "(list\n (quote a)",
        &["f:1:1: the text ends inside the list that begins here"],
    ),
    (
        "(list \"abc",
        &["f:1:7: the text ends inside the string that begins here"],
    ),
    (
        "#| open",
        &["f:1:1: the text ends inside the comment that begins here"],
    ),
    ("(list 1))", &["f:1:9: unbalanced closing parenthesis"]),
    ("(list ,a)", &["f:1:7: a comma outside of backquote"]),
    ("(a . b c)", &["more than one form after the dot"]),
    ("#\\nonsuch", &["f:1:1: no character is named nonsuch"]),
    (
        "nopackage:x",
        &["f:1:1: there is no package named NOPACKAGE"],
    ),
    ("cl:nosuch", &["f:1:1: there is no symbol NOSUCH in CL"]),
    ("#<thing>", &["f:1:1: this is no readable syntax"]),
    ("#p\"x\"", &["f:1:1: #p is not provided by this reader"]),
    ("1/0", &["f:1:1: the ratio 1/0 has a denominator of zero"]),
    ("(setq t 1)", &["f:1:1: T is a constant"]),
    ("(let ((1 2)) 3)", &["1 is not a variable"]),
    ("(go away)", &["f:1:1: no tag AWAY here"]),
    ("(return-from nowhere 1)", &["no block named NOWHERE here"]),
    ("(if)", &["IF wants a test"]),
    (
        "(defmacro m (a b) (list a b))\n(m 1)",
        &["f:2:1: too few arguments for the macro M"],
    ),
    (
        "(defmacro m (a) a)\n(m 1 2)",
        &["f:2:1: too many arguments for the macro M: (2) is left over"],
    ),
    (
        "(aref (vector 1 2) 2)",
        &["f:1:1: the index 2 is out of bounds for 2 elements"],
    ),
    ("(/ 5 0)", &["f:1:1: division by zero"]),
    (
        "(funcall (block nil (lambda () (return 1))))",
        &["has been left already"],
    ),
    ("(throw 'x 1)", &["no catch for the tag X"]),
    (
        "(make-array 3 :displaced-to (vector 1 2 3))",
        &["displaced arrays are not provided"],
    ),
    (
        "(open \"x\" :direction :output)",
        &["only files for input are provided"],
    ),
    (
        "(open \"/no/such/file\")",
        &["the file /no/such/file cannot be read"],
    ),
    ("(format nil \"~a\")", &["FORMAT: too few arguments"]),
    (
        "(format nil \"~q\" 1)",
        &["FORMAT: the directive ~q is not provided"],
    ),
    ("(format nil \"~{~a\" '(1))", &["FORMAT: ~} is missing"]),
    ("(loop for x)", &["LOOP: for X lacks"]),
    ("(defstruct s a a)", &["two slots have the same name"]),
    (
        "(defstruct s a)\n(s-a 5)",
        &["f:2:1: the value 5 is not of type S"],
    ),
    (
        "(typep 1 'nonsense)",
        &["NONSENSE is not a type known here"],
    ),
    (
        "(labels ((f (x) (g x)) (g (x) (car x))) (f 1))",
        &["not of type LIST", "in G", "in F"],
    ),
    (
        "(defun f (x)\n (g x))\n(defun g (x)\n (h x))\n(f 1)",
        &["f:4:2: the function H is undefined\n  in G, called at f:2:2\n  in F, called at f:5:1"],
    ),
    (
        "(handler-bind ((error (lambda (c) c))) (error \"through\"))",
        &["through"],
    ),
    (
        "(unwind-protect (error \"kept\") (ignore-errors (error \"inner\")))",
        &["kept"],
    ),
    (
        "((lambda (x) x))",
        &["an anonymous function was called with 0 arguments"],
    ),
    (
        "(defun k (&key a) a)\n(k :b 1)",
        &["f:2:1: :B is not a keyword argument of K"],
    ),
    (
        "(intern \"X\" \"NOPACK\")",
        &["there is no package named NOPACK"],
    ),
    ("(coerce 1 'string)", &["the value 1 is not of type STRING"]),
    (
        "(let ((x nil)) (dotimes (i 3000000) (setq x (list x))) (equal x (copy-list x)) (equalp x (list (car x))) (copy-tree x))",
        &["the recursion is too deep"],
    ),
];

#[test]
fn errors_say_where_and_what() {
    with_large_stack(|| {
        let mut wrong = Vec::new();
        for (text, wanted) in CASES {
            let mut l = Lisp::new();
            match l.eval_str("f", text) {
                Ok(v) => wrong.push(format!("{text}: no error, but {}", l.print(&v))),
                Err(e) => {
                    let m = e.to_string();
                    for w in *wanted {
                        if !m.contains(w) {
                            wrong.push(format!("{text}\n  says {m}\n  not  {w}"));
                        }
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn built_in_names_are_kept_unless_asked() {
    let mut l = Lisp::new();
    let text = Rc::new(RefCell::new(String::new()));
    let t = text.clone();
    l.set_error_output(Box::new(move |s| t.borrow_mut().push_str(s)));
    let run = |l: &mut Lisp, s: &str| {
        let v = l.eval_str("f", s).unwrap();
        l.print(&v)
    };
    assert_eq!(
        run(&mut l, "(defun car (x) (list :mine x)) (car '(1 2))"),
        "1"
    );
    assert!(
        text.borrow()
            .contains("f:1:1: warning: the built-in function CAR keeps")
    );
    assert_eq!(
        run(&mut l, "(defmacro when (x) `(list :mine ,x)) (when 1 2)"),
        "2"
    );
    assert!(text.borrow().contains("the built-in macro WHEN keeps"));
    let changed = "(let ((si:*host-locked* nil)) (defun car (x) (list :mine x))) (car '(1 2))";
    assert_eq!(run(&mut l, changed), "(:MINE (1 2))");
    let changed = "(setq si:*host-locked* nil) (defmacro when (x) `(list :mine ,x)) (when 1)";
    assert_eq!(run(&mut l, changed), "(:MINE 1)");
}

#[test]
fn positions_are_known_to_programs() {
    let mut l = Lisp::new();
    let text = "(defvar f '(a\n   (b c)))\n(list (multiple-value-list (si:source-position f))\n \
                (multiple-value-list (si:source-position (second f)))\n \
                (multiple-value-list (si:source-position (list 1))))";
    let v = l.eval_str("src.lisp", text).unwrap();
    assert_eq!(
        l.print(&v),
        "((\"src.lisp\" 1 12) (\"src.lisp\" 2 4) (NIL NIL NIL))"
    );
}

#[test]
fn features_are_the_embedding_programs() {
    let mut l = Lisp::new();
    let text = "'(#+runlight yes #-runlight no #+(and runlight (not other)) both)";
    let v = l.eval_str("f", text).unwrap();
    assert_eq!(l.print(&v), "(NO)");
    l.set_features(&["runlight", "lambda"]);
    let v = l.eval_str("f", text).unwrap();
    assert_eq!(l.print(&v), "(YES BOTH)");
}

#[test]
fn two_interpreters_give_the_same_names_and_orders() {
    let program = "(let ((h (make-hash-table :test 'eq)) (l nil))
        (dotimes (i 50) (setf (gethash (gensym) h) i))
        (maphash (lambda (k v) (push (cons (symbol-name k) v) l)) h)
        (do-external-symbols (s :cl) (push (symbol-name s) l))
        (push (sxhash '(a \"b\" 3)) l)
        l)";
    let once = || {
        let mut l = Lisp::new();
        let v = l.eval_str("f", program).unwrap();
        l.print(&v)
    };
    assert_eq!(once(), once());
}

#[test]
fn a_long_list_is_let_go_without_recursion() {
    let mut l = Lisp::new();
    let v = l
        .eval_str(
            "f",
            "(let ((x nil)) (dotimes (i 1000000) (push i x)) (length x))",
        )
        .unwrap();
    assert_eq!(v.as_i64(), Some(1_000_000));
}
