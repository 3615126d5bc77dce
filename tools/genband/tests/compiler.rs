//! The compiler's cases (`tests/compiler`), run on the build-time evaluator: each form is
//! compiled, simulated instruction by instruction, and compared with its value.

use std::path::{Path, PathBuf};

use genband::world::evaluator;
use host_lisp::{Lisp, Obj};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn with_compiler(test: impl FnOnce(&mut Lisp) + Send) {
    host_lisp::with_large_stack(|| {
        let mut lisp = evaluator(&root().join("lisp")).unwrap();
        for file in ["simulator.lisp", "runner.lisp"] {
            lisp.load(&root().join("tests/compiler").join(file))
                .unwrap();
        }
        test(&mut lisp);
    });
}

#[test]
fn cases() {
    with_compiler(|lisp| {
        let path = root().join("tests/compiler/cases.lisp");
        let path = Obj::string(&path.display().to_string());
        let result = lisp.call_named("COMPILER", "RUN-CASES", &[path]).unwrap();
        let mut items = result.iter();
        let count = items.next().and_then(|n| n.as_i64()).unwrap();
        assert!(count > 200, "only {count} cases ran");
        let failures: Vec<String> = items.filter_map(|f| f.as_string()).collect();
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    });
}

#[test]
fn golden_code() {
    with_compiler(|lisp| {
        let path = root().join("tests/compiler/golden.lisp");
        let path = Obj::string(&path.display().to_string());
        let lines = lisp
            .call_named("COMPILER", "GOLDEN-LINES", &[path])
            .unwrap();
        let text: String = lines
            .iter()
            .filter_map(|l| l.as_string())
            .map(|l| l + "\n")
            .collect();
        let golden = root().join("tests/compiler/golden.txt");
        if std::env::var_os("ACCEPT").is_some() {
            std::fs::write(&golden, &text).unwrap();
        }
        let expected = std::fs::read_to_string(&golden).unwrap();
        assert!(
            text == expected,
            "the code of tests/compiler/golden.lisp has changed; \
             ACCEPT=1 writes the new one to golden.txt. Now:\n{text}"
        );
    });
}
