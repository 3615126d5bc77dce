//! How fast it runs. Not a test of CI: `--ignored --nocapture` prints it.

use host_lisp::{Lisp, with_large_stack};
use std::time::Instant;

#[test]
#[ignore = "a measurement"]
fn calls_a_second() {
    with_large_stack(|| {
        let mut l = Lisp::new();
        let fib = "(defun fib (n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))";
        l.eval_str("fib", fib).unwrap();
        let start = Instant::now();
        let v = l.eval_str("fib", "(fib 27)").unwrap();
        let t = start.elapsed().as_secs_f64();
        // (fib n) makes 2·fib(n + 1) − 1 calls.
        println!("fib: {:.1} million calls a second", 635_621.0 / t / 1e6);
        assert_eq!(v.as_i64(), Some(196_418));
    });
}
