//! What a user types and sees in the listener (`tests/transcripts/NAME.txt`), and the
//! language form by form (`tests/transcripts/conformance/AREA.txt`).
//!
//! A transcript is what a terminal would show: lines with a prompt carry what is typed after
//! it, the lines that go on from one (indented by three spaces, with `...` before) are typed
//! too, all others are what the machine prints. A line of `conformance` is a form, on one
//! line or more, then `=> ` and its values as PRIN1 prints them, or `=> error TYPE`.
//!
//! `RUNLIGHT_ONLY=NAME` runs what has NAME in its name; `RUNLIGHT_ACCEPT=1` writes what is
//! seen now into the files, to be looked at.

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use support::{KnownFailures, Tally, accepting, head, names, runlight, same, tests, wanted};

/// What takes longer does not end.
const LONGEST: &str = "10000000000";

/// Where a prompt ends: it is `package(N): `, perhaps with `[level] ` before it.
fn prompt_end(line: &str) -> Option<usize> {
    let rest = match line.strip_prefix('[') {
        Some(level) => level.split_once("] ")?.1,
        None => line,
    };
    let (package, after) = rest.split_once('(')?;
    let (number, _) = after.split_once("):")?;
    let is_name = |c: char| c.is_ascii_lowercase() || "-.".contains(c) || c.is_ascii_digit();
    if package.is_empty() || !package.chars().all(is_name) {
        return None;
    }
    if number.is_empty() || !number.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let end = line.len() - rest.len() + package.len() + 1 + number.len() + 2;
    Some(line.len().min(end + 1))
}

/// What is typed in a transcript, and what is seen when the machine does not echo it.
fn split(transcript: &str) -> (String, String) {
    let (mut typed, mut seen) = (String::new(), String::new());
    for line in transcript.lines() {
        if let Some(more) = line.strip_prefix("...") {
            typed.push_str(more);
            typed.push('\n');
            continue;
        }
        match prompt_end(line) {
            Some(end) => {
                let input = &line[end..];
                if !input.is_empty() {
                    typed.push_str(input);
                    typed.push('\n');
                }
                seen.push_str(&line[..end]);
                // The newline after what is typed is the terminal's.
                if input.is_empty() {
                    seen.push('\n');
                }
            }
            None => {
                seen.push_str(line);
                seen.push('\n');
            }
        }
    }
    (typed, seen)
}

/// The transcript that belongs to what was seen, given what was typed: after each prompt
/// stand the lines that it read, of which only the transcript before can tell how many.
fn weave(old: &str, seen: &str) -> String {
    let mut inputs: Vec<String> = Vec::new();
    for line in old.lines() {
        if line.starts_with("...") {
            if let Some(last) = inputs.last_mut() {
                let _ = write!(last, "\n{line}");
            }
        } else if let Some(end) = prompt_end(line) {
            inputs.push(line[end..].into());
        }
    }
    let (mut inputs, mut woven) = (inputs.into_iter(), String::new());
    for line in seen.lines() {
        let mut rest = line;
        while let Some(end) = prompt_end(rest) {
            woven.push_str(&rest[..end]);
            woven.push_str(&inputs.next().unwrap_or_default());
            rest = &rest[end..];
            woven.push('\n');
        }
        if !rest.is_empty() || prompt_end(line).is_none() {
            woven.push_str(rest);
            woven.push('\n');
        }
    }
    woven
}

fn transcript(directory: &Path, name: &str) -> Result<(), String> {
    let path = directory.join(format!("{name}.txt"));
    let text = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let (typed, _) = split(&text);
    let done = runlight(&["--no-init", "--max-cycles", LONGEST], &typed);
    let found = weave(&text, &done.out);
    let status = if name.ends_with("-status-7") { 7 } else { 0 };
    if done.status != status {
        return Err(format!(
            "  exit status {}\n{}  output:\n{}",
            done.status,
            head(&done.err, 10),
            head(&found, 10)
        ));
    }
    if accepting() {
        std::fs::write(&path, &found).expect("written");
        return Ok(());
    }
    same(text.trim_end(), found.trim_end())
}

/// Sessions with the listener.
#[test]
fn transcripts() {
    let directory = tests("transcripts");
    if support::untried(&directory) {
        return;
    }
    let mut tally = Tally::default();
    for name in names(&directory, "txt") {
        if name != "known-failures" && wanted(&name) {
            tally.note(&name, transcript(&directory, &name));
        }
    }
    tally.judge(&KnownFailures::read(&directory));
}

/// A form and what it should give.
struct Case {
    form: String,
    expected: String,
}

fn cases(text: &str) -> Vec<Case> {
    let (mut cases, mut form) = (Vec::new(), String::new());
    for line in text.lines() {
        match line.strip_prefix("=> ") {
            Some(expected) => cases.push(Case {
                form: std::mem::take(&mut form),
                expected: expected.into(),
            }),
            None => {
                if !form.is_empty() {
                    form.push('\n');
                }
                form.push_str(line);
            }
        }
    }
    assert!(form.is_empty(), "a form without result: {form}");
    cases
}

/// Evaluates forms, from one on; the results, by number. A machine that stops is started
/// again after the form that stopped it.
fn evaluate(driver: &str, cases: &[Case]) -> (BTreeMap<usize, String>, String) {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("area.lisp");
    let (mut results, mut from, mut trouble) = (BTreeMap::new(), 0, String::new());
    for _ in 0..8 {
        let mut program = driver.to_string();
        for (number, case) in cases.iter().enumerate().skip(from) {
            let form = case.form.replace('\\', "\\\\").replace('"', "\\\"");
            let _ = writeln!(program, "(conform {} \"{form}\")", number + 1);
        }
        std::fs::write(&file, program).expect("written");
        let words = [
            "--max-cycles",
            LONGEST,
            "run",
            file.to_str().expect("UTF-8"),
        ];
        let done = runlight(&words, "");
        for line in done.out.lines() {
            if let Some((number, result)) = line.split_once(" => ")
                && let Ok(number) = number.parse::<usize>()
            {
                results.insert(number, result.to_string());
            }
        }
        if done.status == 0 {
            break;
        }
        let next = results.last_key_value().map_or(0, |(&number, _)| number);
        trouble = format!("  exit status {}\n{}", done.status, head(&done.err, 4));
        if next < from || next + 1 >= cases.len() {
            break;
        }
        from = next + 1;
    }
    (results, trouble)
}

fn agrees(expected: &str, found: &str) -> bool {
    // Where the standard leaves the type of an error open, any will do.
    found == expected || (expected == "error ERROR" && found.starts_with("error "))
}

/// The language, area by area.
#[test]
fn conformance() {
    let directory = tests("transcripts/conformance");
    if support::untried(&directory) {
        return;
    }
    let driver = std::fs::read_to_string(directory.join("driver.lisp")).expect("the driver");
    let mut tally = Tally::default();
    for area in names(&directory, "txt") {
        if area == "known-failures" || !wanted(&area) {
            continue;
        }
        let path = directory.join(format!("{area}.txt"));
        let cases = cases(&std::fs::read_to_string(&path).expect("cases"));
        let (results, trouble) = evaluate(&driver, &cases);
        let mut accepted = String::new();
        for (number, case) in (1..).zip(&cases) {
            let found = results.get(&number);
            let outcome = match found {
                Some(found) if agrees(&case.expected, found) => Ok(()),
                Some(found) => Err(format!(
                    "  {}\n  expected {}\n  found    {found}",
                    case.form, case.expected
                )),
                None => Err(format!("  {}\n  no result\n{trouble}", case.form)),
            };
            let kept = found.filter(|_| outcome.is_err()).unwrap_or(&case.expected);
            let _ = write!(accepted, "{}\n=> {kept}\n", case.form);
            tally.note(&format!("{area}:{number}"), outcome);
        }
        if accepting() {
            std::fs::write(&path, accepted).expect("written");
        }
    }
    tally.judge(&KnownFailures::read(&directory));
}

#[test]
fn prompts_are_found() {
    assert_eq!(prompt_end("cl-user(1): (+ 1 2)"), Some(12));
    assert_eq!(prompt_end("[1] cl-user(12): "), Some(17));
    assert_eq!(prompt_end("[1c] cl-user(2): x"), Some(17));
    assert_eq!(prompt_end("cl-user(1):"), Some(11));
    assert_eq!(prompt_end("(fact 3): no"), None);
    assert_eq!(prompt_end("Error: f(x): no"), None);
}

#[test]
fn transcripts_are_taken_apart_and_put_together() {
    let text = "cl-user(1): (+ 1\n...2)\n3\ncl-user(2): (car 5)\nError: no\n[1] cl-user(3): :pop\ncl-user(4): \n";
    let (typed, seen) = split(text);
    assert_eq!(typed, "(+ 1\n2)\n(car 5)\n:pop\n");
    assert_eq!(
        seen,
        "cl-user(1): 3\ncl-user(2): Error: no\n[1] cl-user(3): cl-user(4): \n"
    );
    assert_eq!(weave(text, &seen), text);
}
