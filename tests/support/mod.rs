//! What the tests that run Lisp share: running the command, known failures, comparing texts.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Set to accept what the machine does now as what is expected.
pub const ACCEPT: &str = "RUNLIGHT_ACCEPT";
/// Set to a part of a case's name to run only such cases.
pub const ONLY: &str = "RUNLIGHT_ONLY";

/// A directory under `tests/`.
pub fn tests(directory: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(directory)
}

/// The names, without extension, of the files in a directory that have that extension.
pub fn names(directory: &Path, extension: &str) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(directory)
        .unwrap_or_else(|error| panic!("{}: {error}", directory.display()))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into())
        .collect();
    names.sort();
    names
}

/// What a command did.
pub struct Done {
    /// Its exit status.
    pub status: i32,
    /// Its standard output.
    pub out: String,
    /// Its standard error.
    pub err: String,
}

/// Runs `runlight` with an input.
pub fn runlight(words: &[&str], input: &str) -> Done {
    let dumps = tempfile::tempdir().expect("a directory");
    let mut child = Command::new(env!("CARGO_BIN_EXE_runlight"))
        .arg("--crash-dir")
        .arg(dumps.path())
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("runlight starts");
    // It may have ended before it has read anything.
    let _ = child
        .stdin
        .take()
        .expect("piped")
        .write_all(input.as_bytes());
    let output = child.wait_with_output().expect("it ends");
    Done {
        status: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into(),
        err: String::from_utf8_lossy(&output.stderr).into(),
    }
}

/// The failures that are known: lines `CASE  reason` of a file. A name that ends in `*`
/// stands for all cases that begin so, of which some may pass.
pub struct KnownFailures {
    path: PathBuf,
    entries: Vec<(usize, String)>,
}

impl KnownFailures {
    /// Reads the list of a directory; every entry must have a reason.
    pub fn read(directory: &Path) -> KnownFailures {
        let path = directory.join("known-failures.txt");
        let text = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut entries = Vec::new();
        for (line, text) in text.lines().enumerate() {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let Some((name, _reason)) = text.split_once(char::is_whitespace) else {
                panic!("{}:{}: no reason given", path.display(), line + 1);
            };
            entries.push((line + 1, name.to_string()));
        }
        KnownFailures { path, entries }
    }

    fn covers(entry: &str, case: &str) -> bool {
        match entry.strip_suffix('*') {
            Some(start) => case.starts_with(start),
            None => entry == case,
        }
    }
}

/// Whether the cases of a directory have not been tried on the machine yet: its list of known
/// failures says so with the line `*  reason`. They are skipped then, and the test says why.
pub fn untried(directory: &Path) -> bool {
    let known = KnownFailures::read(directory);
    let untried = known.entries.iter().any(|(_, name)| name == "*");
    if untried {
        eprintln!(
            "skipped: {} says that its cases have not been tried",
            known.path.display()
        );
    }
    untried && std::env::var_os(ONLY).is_none()
}

/// How the cases of a run went.
#[derive(Default)]
pub struct Tally {
    passed: BTreeSet<String>,
    failed: Vec<(String, String)>,
}

impl Tally {
    /// A case passed, or failed for a reason.
    pub fn note(&mut self, case: &str, outcome: Result<(), String>) {
        match outcome {
            Ok(()) => drop(self.passed.insert(case.into())),
            Err(reason) => self.failed.push((case.into(), reason)),
        }
    }

    /// Panics if a case failed that is not known to fail, or if a failure is known that is
    /// none any more.
    pub fn judge(&self, known: &KnownFailures) {
        let mut report = String::new();
        let (mut fresh, mut old) = (0, 0);
        for (case, reason) in &self.failed {
            let known = known
                .entries
                .iter()
                .any(|(_, e)| KnownFailures::covers(e, case));
            if known {
                old += 1;
                continue;
            }
            fresh += 1;
            let _ = writeln!(report, "\n{case}: FAILED\n{}", reason.trim_end());
        }
        for (line, entry) in &known.entries {
            let fails = self
                .failed
                .iter()
                .any(|(case, _)| KnownFailures::covers(entry, case));
            let passes = self
                .passed
                .iter()
                .any(|case| KnownFailures::covers(entry, case));
            if passes && !fails {
                fresh += 1;
                let _ = writeln!(
                    report,
                    "\n{entry}: PASSES NOW; delete line {line} of {}",
                    known.path.display()
                );
            }
        }
        println!(
            "{} passed, {old} known failures, {fresh} surprises",
            self.passed.len()
        );
        assert!(fresh == 0, "{report}");
    }
}

/// Is the case wanted in this run?
pub fn wanted(case: &str) -> bool {
    std::env::var(ONLY).map_or(true, |part| case.contains(&part))
}

/// Are new outputs to be accepted?
pub fn accepting() -> bool {
    std::env::var_os(ACCEPT).is_some_and(|value| !value.is_empty())
}

/// Compares texts line by line; the first difference with what is around it.
pub fn same(expected: &str, found: &str) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    let (e, f): (Vec<_>, Vec<_>) = (expected.lines().collect(), found.lines().collect());
    let at = (0..e.len().max(f.len()))
        .find(|&i| e.get(i) != f.get(i))
        .unwrap_or(e.len());
    let show = |lines: &[&str]| -> String {
        let from = at.saturating_sub(2).min(lines.len());
        let to = (at + 6).min(lines.len());
        lines[from..to]
            .iter()
            .map(|line| format!("    {line}\n"))
            .collect()
    };
    Err(format!(
        "  differs from line {}\n  expected:\n{}  found:\n{}",
        at + 1,
        show(&e),
        show(&f)
    ))
}

/// The first lines of a text, for a report.
pub fn head(text: &str, lines: usize) -> String {
    text.lines()
        .take(lines)
        .map(|line| format!("    {line}\n"))
        .collect()
}
