//! What is printed reads back as the same, and arithmetic keeps its laws.

use host_lisp::{Lisp, Obj, eql, equal};
use proptest::prelude::*;
use std::cell::RefCell;

thread_local! {
    static LISP: RefCell<Lisp> = RefCell::new(Lisp::new());
}

fn again(o: &Obj) -> Obj {
    LISP.with_borrow_mut(|l| {
        let text = l.print(o);
        l.read_str(&text).unwrap()
    })
}

fn call(f: &str, args: &[Obj]) -> Obj {
    LISP.with_borrow_mut(|l| l.call_named("CL", f, args).unwrap())
}

fn integer() -> impl Strategy<Value = Obj> {
    prop_oneof![
        any::<i64>().prop_map(Obj::from),
        (-100i64..100).prop_map(Obj::from),
        any::<i128>().prop_map(|i| Obj::int(i.into())),
    ]
}

fn atom() -> impl Strategy<Value = Obj> {
    prop_oneof![
        integer(),
        (integer(), 1i64..1000).prop_map(
            |(n, d)| LISP.with_borrow_mut(|l| l.call_named("CL", "/", &[n, d.into()]).unwrap())
        ),
        any::<f32>()
            .prop_filter("finite", |f| f.is_finite())
            .prop_map(Obj::Single),
        any::<f64>()
            .prop_filter("finite", |f| f.is_finite())
            .prop_map(Obj::Double),
        any::<char>().prop_map(Obj::Char),
        ".{0,12}".prop_map(|s| Obj::string(&s)),
        "[ -~]{0,8}"
            .prop_map(|s| LISP.with_borrow_mut(|l| l.intern("CL-USER", &s).unwrap().into())),
        "[A-Za-z0-9+.:/-]{1,6}"
            .prop_map(|s| LISP.with_borrow_mut(|l| l.intern("CL-USER", &s).unwrap().into())),
        "[a-zA-Z]{1,6}".prop_map(|s| LISP.with_borrow_mut(|l| l.keyword(&s))),
        Just(Obj::Nil),
    ]
}

fn tree() -> impl Strategy<Value = Obj> {
    atom().prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Obj::list),
            (inner.clone(), inner).prop_map(|(a, b)| Obj::cons(a, b)),
        ]
    })
}

proptest! {
    #[test]
    fn atoms_read_back(o in atom()) {
        let b = again(&o);
        prop_assert!(equal(&o, &b), "{o:?} came back as {b:?}");
    }

    #[test]
    fn trees_read_back(o in tree()) {
        let b = again(&o);
        prop_assert!(equal(&o, &b), "{o:?} came back as {b:?}");
    }

    #[test]
    fn sums_and_products(a in integer(), b in integer(), c in integer()) {
        let sum = call("+", &[a.clone(), b.clone()]);
        prop_assert!(eql(&call("-", &[sum.clone(), b.clone()]), &a));
        let left = call("*", &[sum, c.clone()]);
        let right = call("+", &[call("*", &[a, c.clone()]), call("*", &[b, c])]);
        prop_assert!(eql(&left, &right));
    }

    #[test]
    fn quotients_and_remainders(n in integer(), d in integer()) {
        prop_assume!(!matches!(d, Obj::Fix(0)));
        for (q, r) in [("FLOOR", "MOD"), ("TRUNCATE", "REM")] {
            let quotient = call(q, &[n.clone(), d.clone()]);
            let remainder = call(r, &[n.clone(), d.clone()]);
            let back = call("+", &[call("*", &[quotient, d.clone()]), remainder]);
            prop_assert!(eql(&back, &n));
        }
    }

    #[test]
    fn bytes_deposit_and_load(n in integer(), v in 0i64..1 << 20, size in 20i64..40, at in 0i64..80) {
        let byte = call("BYTE", &[size.into(), at.into()]);
        let with = call("DPB", &[v.into(), byte.clone(), n.clone()]);
        prop_assert!(eql(&call("LDB", &[byte.clone(), with.clone()]), &v.into()));
        let old = call("LDB", &[byte.clone(), n.clone()]);
        prop_assert!(eql(&call("DPB", &[old, byte, with]), &n));
    }

    #[test]
    fn floats_are_what_they_are_made_of(x in any::<f64>().prop_filter("finite", |f| f.is_finite())) {
        let exact = call("RATIONAL", &[Obj::Double(x)]);
        let back = call("COERCE", &[exact, LISP.with_borrow_mut(|l| l.intern("CL", "DOUBLE-FLOAT").unwrap().into())]);
        prop_assert!(matches!(back, Obj::Double(y) if y == x));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[ -~\n]{0,40}") {
        LISP.with_borrow_mut(|l| {
            let r = l.reader("t", &text);
            while let Ok(Some(_)) = l.read(&r) {}
        });
    }

    #[test]
    fn parentheses_of_any_kind_are_read_or_refused(text in "[()'`,@#.;|\"\\\\ab1+:-]{0,40}") {
        LISP.with_borrow_mut(|l| {
            let r = l.reader("t", &text);
            while let Ok(Some(_)) = l.read(&r) {}
        });
    }
}
