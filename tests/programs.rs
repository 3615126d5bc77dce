//! Ordinary Common Lisp programs (`tests/programs/NAME.lisp`), run by the command as a user
//! runs them: what they print is in `NAME.expected`, what they print when asked to be small
//! in `NAME.small.expected` where that differs.
//!
//! `RUNLIGHT_ONLY=boyer cargo test --release --test programs` runs one;
//! `RUNLIGHT_ACCEPT=1` writes what is printed now into the files, to be looked at.

mod support;

use std::path::Path;
use support::{KnownFailures, Tally, accepting, head, names, runlight, same, tests, wanted};

/// A program that has not ended after so many microinstructions will not.
const LONGEST: &str = "30000000000";

fn run(directory: &Path, name: &str, options: &[&str], small: bool) -> Result<(), String> {
    let file = directory.join(format!("{name}.lisp"));
    let mut expected = directory.join(format!("{name}.expected"));
    let mut words = vec!["--max-cycles", LONGEST];
    words.extend(options);
    words.extend(["run", file.to_str().expect("UTF-8")]);
    if small {
        words.push("small");
        let small = directory.join(format!("{name}.small.expected"));
        if small.exists() {
            expected = small;
        }
    }
    let done = runlight(&words, "");
    if done.status != 0 {
        return Err(format!(
            "  exit status {}\n  standard error:\n{}  output:\n{}",
            done.status,
            head(&done.err, 20),
            head(&done.out, 10)
        ));
    }
    if accepting() {
        std::fs::write(&expected, &done.out).expect("written");
        return Ok(());
    }
    let text = std::fs::read_to_string(&expected)
        .map_err(|error| format!("  {}: {error}", expected.display()))?;
    same(&text, &done.out)
}

/// Every program at its full size.
#[test]
fn programs() {
    let directory = tests("programs");
    if support::untried(&directory) {
        return;
    }
    let mut tally = Tally::default();
    for name in names(&directory, "lisp").iter().filter(|name| wanted(name)) {
        tally.note(name, run(&directory, name, &[], false));
    }
    tally.judge(&KnownFailures::read(&directory));
}

/// Every program at its small size, with a collection at every fiftieth allocation. Those
/// that run out of storage on purpose would take for ever.
#[test]
fn programs_under_torture() {
    let directory = tests("programs");
    if support::untried(&directory) {
        return;
    }
    let mut tally = Tally::default();
    for name in names(&directory, "lisp") {
        let case = format!("torture/{name}");
        if name != "runaway-list" && wanted(&case) {
            let outcome = run(&directory, &name, &["--gc-torture=50"], true);
            tally.note(&case, outcome);
        }
    }
    tally.judge(&KnownFailures::read(&directory));
}

/// 200 million conses; a minute or more.
#[test]
#[ignore = "takes minutes"]
fn two_hundred_million_conses() {
    let file = tests("programs").join("conses.lisp");
    let done = runlight(&["run", file.to_str().expect("UTF-8"), "200000000"], "");
    assert_eq!(done.status, 0, "{}", done.err);
    assert_eq!(done.out, "200,000,000 conses\n");
}
