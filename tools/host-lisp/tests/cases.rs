//! Runs every `tests/cases/*.lisp` and compares what it prints with the
//! `.out` file beside it. With `HOST_LISP_ACCEPT=1` in the environment the
//! output is written instead.

use host_lisp::{Lisp, with_large_stack};
use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

fn run(path: &Path) -> String {
    let text = Rc::new(RefCell::new(String::new()));
    let mut lisp = Lisp::new();
    for errors in [false, true] {
        let t = text.clone();
        let f = Box::new(move |s: &str| t.borrow_mut().push_str(s));
        if errors {
            lisp.set_error_output(f);
        } else {
            lisp.set_output(f);
        }
    }
    let source = std::fs::read_to_string(path).unwrap();
    let name = path.file_name().unwrap().to_string_lossy().to_string();
    if let Err(e) = lisp.eval_str(&name, &source) {
        text.borrow_mut().push_str(&format!("\n{e}\n"));
    }
    drop(lisp);
    Rc::try_unwrap(text).map_or_else(|t| t.borrow().clone(), RefCell::into_inner)
}

#[test]
fn cases_print_what_they_should() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut paths: Vec<_> = std::fs::read_dir(&dir)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "lisp"))
        .collect();
    paths.sort();
    assert!(paths.len() >= 20, "the cases are missing");
    let accept = std::env::var_os("HOST_LISP_ACCEPT").is_some();
    let mut wrong = Vec::new();
    for p in &paths {
        let got = with_large_stack(|| run(p));
        let out = p.with_extension("out");
        if accept {
            std::fs::write(&out, got).unwrap();
            continue;
        }
        let want = std::fs::read_to_string(&out).unwrap_or_default();
        if got != want {
            let line = got
                .lines()
                .zip(want.lines())
                .position(|(g, w)| g != w)
                .unwrap_or_else(|| got.lines().count().min(want.lines().count()));
            wrong.push(format!(
                "{}: line {}:\n  got  {}\n  want {}",
                p.display(),
                line + 1,
                got.lines().nth(line).unwrap_or("(end)"),
                want.lines().nth(line).unwrap_or("(end)")
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
