//! The examples of the manual are microcode that assembles.

#![cfg(feature = "macros")]

use uasm::{HostLisp, Options, Source, assemble};

/// What the examples take for granted.
const AROUND: &str = "(locality m-mem) m-garbage (0) (0) m-zero (0) m-minus-one (-1) m-1 (0) m-2 (0) m-t (0) m-fields (0)
    (locality a-mem) a-foo (0) a-tag (0)
    (def-next-bit m-flag m-fields)
    (def-next-field m-field 3 m-fields)
    (locality d-mem) (start-dispatch 5) d-other (repeat 40 (trap inhibit-xct-next-bit)) (end-dispatch)
    (locality i-mem) trap there (no-op)\n";

fn blocks(manual: &str, fence: &str) -> Vec<String> {
    let mut parts = manual.split(fence);
    parts.next();
    parts
        .filter_map(|part| part.split("```").next())
        .map(str::to_string)
        .collect()
}

fn check(text: &str) {
    let mut lisp = HostLisp::new();
    let options = Options {
        evaluator: Some(&mut lisp),
        ..Options::default()
    };
    let sources = [Source {
        name: "manual".to_string(),
        text: text.to_string(),
    }];
    let assembled = assemble(&sources, options);
    assert!(
        assembled.report.diagnostics.is_empty(),
        "{text}\n{}",
        assembled.report
    );
}

#[test]
fn examples() {
    let manual = include_str!("../../../docs/micro-assembler.md");
    let blocks = blocks(manual, "```lisp\n");
    assert!(blocks.len() >= 3, "the manual has lost its examples");
    for block in blocks {
        // The first example stands by itself; the others stand among registers.
        if block.contains("m-garbage") {
            check(&block);
        } else {
            check(&format!("{AROUND}{block}(locality i-mem)"));
        }
    }
}

#[test]
fn indented_examples() {
    let manual = include_str!("../../../docs/micro-assembler.md");
    let mut text = AROUND.replace("d-other", "d-table d-other");
    let mut fenced = false;
    for line in manual.lines() {
        fenced ^= line.starts_with("```");
        if fenced || !line.starts_with("   ") || !line.trim_start().starts_with('(') {
            continue;
        }
        // Several instructions may share a line.
        text.push_str(line);
        text.push('\n');
    }
    text.push_str("foo pgf-r-i (no-op)");
    check(&text);
}
