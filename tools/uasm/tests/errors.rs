//! What the assembler rejects and warns about: where, what, and what would be right.

use uasm::{Options, Report, Severity, Source, assemble};

/// Registers and a table that the cases use.
const PRELUDE: &str = "(locality m-mem) m-garbage (0) (0) m-zero (0) m-minus-one (-1) m-1 (0) m-2 (0) m-t (0) \
    (locality a-mem) a-foo (0) a-bar (0) \
    (locality d-mem) (start-dispatch 1) d-two (start) (start) (end-dispatch) (locality i-mem) start\n";

fn report(text: &str) -> Report {
    let sources = [Source {
        name: "x.lisp".to_string(),
        text: format!("{PRELUDE}{text}"),
    }];
    assemble(&sources, Options::default()).report
}

/// The report has exactly one message, of this severity, in line 2 of the file at `column`,
/// with these words in it.
fn one(severity: Severity, text: &str, column: u32, words: &[&str]) {
    let report = report(text);
    assert_eq!(report.diagnostics.len(), 1, "{text}:\n{report}");
    let found = &report.diagnostics[0];
    assert_eq!(found.severity, severity, "{text}:\n{report}");
    assert_eq!(
        (found.at.line, found.at.column),
        (2, column),
        "{text}:\n{report}"
    );
    let said = report.to_string();
    for word in words {
        assert!(said.contains(word), "{text}: no «{word}» in\n{said}");
    }
}

fn error(text: &str, column: u32, words: &[&str]) {
    one(Severity::Error, text, column, words);
}

fn warning(text: &str, column: u32, words: &[&str]) {
    one(Severity::Warning, text, column, words);
}

fn fine(text: &str) {
    let report = report(text);
    assert!(report.diagnostics.is_empty(), "{text}:\n{report}");
}

#[test]
fn names() {
    error(
        "((m-t) m-minus-onr)",
        8,
        &[
            "x.lisp:2:8: error: m-minus-onr is not defined",
            "did you mean m-minus-one?",
        ],
    );
    error("(jmup start)", 2, &["jmup", "did you mean jump?"]);
    error("(no-op) start", 9, &["start is defined twice", "x.lisp:1:"]);
    error("vma", 1, &["word of the language"]);
    error(
        "((field a-sorce 3))",
        2,
        &["no field of the word", "did you mean a-source?"],
    );
    error("(field a-source 3)", 1, &["a program, not an instruction"]);
}

#[test]
fn operands() {
    error(
        "((m-t) add a-foo a-bar)",
        18,
        &["two A operands, a-foo and a-bar"],
    );
    error(
        "((m-t) sub m-1 md)",
        16,
        &[
            "md cannot be the second operand",
            "move md to an M register first",
        ],
    );
    error("((m-t) add vma md)", 16, &["both functional sources"]);
    error(
        "((m-t) add m-1 m-2 a-foo)",
        20,
        &["m-2 needs the A place too"],
    );
    error("((m-t) add m-1)", 1, &["add needs an A operand"]);
    error("((m-t) setm a-foo)", 1, &["setm needs an M operand"]);
    error("((m-t) m-1 a-foo)", 1, &["nothing says what to do"]);
    error(
        "((m-t) start)",
        1,
        &["start makes this a JUMP", "destination"],
    );
    warning(
        "((m-t) sub a-foo m-1)",
        1,
        &["M and then A, m-1 and then a-foo"],
    );
    warning(
        "((m-t) seta m-1 a-foo)",
        1,
        &["ignores one of its operands"],
    );
    fine("((m-t) add m-1 m-2) ((m-t) sub m-1 m-2) ((m-t) add m-1 md) ((m-t) add a-foo m-1)");
}

#[test]
fn commuting_operands_change_places() {
    let text = format!("{PRELUDE}((m-t) add m-1 md) ((m-t) add md a-1)");
    let sources = [Source {
        name: "x".to_string(),
        text,
    }];
    let object = assemble(&sources, Options::default()).object.expect("good");
    assert_eq!(object.control.get(&0), object.control.get(&1));
}

#[test]
fn destinations() {
    error(
        "((md-start-write) md-start-write)",
        19,
        &["md-start-write can only be a destination"],
    );
    error(
        "((pdl-pop) m-1)",
        3,
        &["can only be a source, not a destination"],
    );
    error(
        "((vma a-foo) m-1)",
        1,
        &["functional destination can only be joined by M memory"],
    );
    error(
        "((vma md) m-1)",
        1,
        &["md and vma want different things of DEST-FUNCTIONAL"],
    );
    error("((m-t m-1) m-1)", 1, &["want different things of DEST-M"]);
    error("((start) m-1)", 1, &["start cannot be a destination"]);
    warning("((a-1) m-2)", 1, &["writes A memory alone"]);
    fine("((vma-start-read m-t) m-1) ((q-r m-t) add m-1 a-foo) ((md) vma)");
}

#[test]
fn kinds() {
    error(
        "((m-t) add m-1 q-pointer a-foo)",
        1,
        &["cannot take a byte"],
    );
    error("((m-t) ldb m-1)", 1, &["which byte?"]);
    error(
        "((m-t) dispatch q-data-type m-1 d-two)",
        1,
        &["one instruction is of one kind"],
    );
    error("(jump add m-1 a-foo start)", 1, &["makes this"]);
    error(
        "((m-t) add sub m-1 a-foo)",
        1,
        &["sub and add want different things of FUNCTION"],
    );
}

#[test]
fn jumps() {
    error("(jump-equal m-1 start)", 1, &["needs an A operand"]);
    error("(jump)", 1, &["where to?"]);
    error("(jump-conditional start)", 1, &["on what condition?"]);
    error("(jump-if-bit-set m-1 start)", 1, &["which bit?"]);
    error(
        "(jump-if-bit-set q-data-type m-1 start)",
        1,
        &["one bit, not 5"],
    );
    error(
        "(jump-if-bit-set boxed-sign-bit a-foo start)",
        1,
        &["no M operand"],
    );
    warning(
        "(jump-less-than a-foo m-1 start)",
        1,
        &["write the M operand first"],
    );
    fine("(jump-equal a-foo m-1 start) (jump-if-bit-clear boxed-sign-bit m-1 start)");
}

#[test]
fn dispatches() {
    error(
        "(dispatch (byte-field 1 0) a-foo d-two)",
        28,
        &["the A field of a dispatch names its table"],
    );
    error(
        "(dispatch (byte-field 1 0) m-1)",
        1,
        &["through which table?"],
    );
    error("(dispatch (byte-field 1 0) m-1 start)", 1, &["start"]);
    error(
        "(dispatch oldspace-meta (byte-field 1 0) m-1 7777@d)",
        1,
        &["odd address"],
    );
    error(
        "(dispatch oldspace-meta volatility-meta (byte-field 1 0) m-1 d-two)",
        1,
        &["both meta bits"],
    );
    warning(
        "(dispatch q-data-type m-1 d-two)",
        1,
        &["5 bits through a table of 1 bits"],
    );
    error(
        "(dispatch (byte-field 1 0) m-1 (i-arg 10000) d-two)",
        32,
        &["10000 does not fit in CONSTANT", "0 to 7777"],
    );
}

#[test]
fn tables() {
    error(
        "(locality d-mem) (start-dispatch 1) (start) (start) (start) (end-dispatch)",
        53,
        &["more entries than the 2"],
    );
    warning(
        "(locality d-mem) (start-dispatch 2) (start) (end-dispatch)",
        45,
        &["has 1 entries of 4", "(repeat 3 (…))"],
    );
    error(
        "(locality d-mem) (start-dispatch 0) (p-bit) (end-dispatch)",
        37,
        &["where to?"],
    );
    error(
        "(locality d-mem) (start-dispatch 0) (jump start) (end-dispatch)",
        37,
        &["jump has no place in a dispatch table"],
    );
    error(
        "(locality d-mem) (start)",
        18,
        &["outside of any dispatch table"],
    );
    error(
        "(locality d-mem) (start-dispatch 1)",
        18,
        &["no end-dispatch"],
    );
}

#[test]
fn numbers() {
    error(
        "((m-t) (a-constant 40000000000))",
        8,
        &["does not fit in a word"],
    );
    error(
        "((m-t) (a-constant m-1))",
        20,
        &["m-1 is not a number", "m-mem-loc"],
    );
    error("((m-t) (byte-field 41 0) m-1)", 8, &["33 bits"]);
    error(
        "((m-t) (a-constant (byte-value q-data-type 40)))",
        20,
        &["40 does not fit in a byte of 5 bits"],
    );
    error("((m-t) (a-constant 19))", 20, &["write 19."]);
    error("(loc 200000)", 1, &["no address 200000"]);
    error("(locality m-mem) (loc 77) (0) (0)", 31, &["m-mem is full"]);
    error(
        "(loc 10) (no-op) (loc 10) (no-op)",
        27,
        &["already holds an instruction"],
    );
}

#[test]
fn slots() {
    warning(
        "(jump-equal-xct-next m-1 a-foo start) (popj)",
        39,
        &["a return in the delay slot of a conditional transfer"],
    );
    warning(
        "(dispatch-xct-next (byte-field 1 0) m-1 d-two) (no-op) (jump-xct-next start) (jump start)",
        78,
        &["replaces it"],
    );
    warning(
        "(popj-after-next) (popj-after-next)",
        19,
        &["popj-after-next in the delay slot"],
    );
    error(
        "(popj-after-next) (dispatch push-own-address (byte-field 1 0) m-1 d-two)",
        19,
        &["cannot follow popj-after-next"],
    );
    fine("(jump-equal-xct-next m-1 a-foo start) (slot-ok-here) (popj)");
    warning(
        "(dispatch (byte-field 1 0) m-1 d-two) (call start)",
        39,
        &[
            "an entry jumps to start after executing it",
            "inhibit-xct-next-bit",
        ],
    );
    fine("(jump-xct-next start) (call start)");
    fine("(popj-after-next) (call start)");
}

#[test]
fn decode() {
    let spec =
        "(macro-ir-dispatch-spec (op macro-ir-op ((a b) (dest macro-ir-dest ((x y z w) nil))))) ";
    error(
        &format!("{spec}(macro-ir-decode (c *))"),
        106,
        &["c is no name"],
    );
    error(
        &format!("{spec}(macro-ir-decode (a x)) (no-op) (macro-ir-decode (a *))"),
        120,
        &["given twice", "x.lisp:2"],
    );
    error("(misc-inst-entry car)", 18, &["car is no macroinstruction"]);
    error(
        "(macro-ir-decode (a *))",
        1,
        &["without a macro-ir-dispatch-spec"],
    );
}

#[test]
fn many_in_one_run() {
    let report = report("(jump nowhere)\n((m-t) add a-foo a-bar)\n((m-t) m-3)\n(foo)\n");
    let lines: Vec<u32> = report.errors().map(|d| d.at.line).collect();
    assert_eq!(lines, [2, 3, 4, 5], "{report}");
}

#[test]
fn fixed_places() {
    let sources = [Source {
        name: "x".to_string(),
        text: "(locality m-mem) (loc 2) m-x (5)".to_string(),
    }];
    let report = assemble(&sources, Options::default()).report;
    assert!(
        report
            .to_string()
            .contains("M 2 must hold 0, but m-x is there with 5"),
        "{report}"
    );
}

#[test]
fn full_memories() {
    let report =
        report("(m-constant-limit 12) (repeat 4 ((md) (m-constant (plus 100 repeat-count))))");
    let messages: Vec<_> = report.errors().map(|d| d.message.as_str()).collect();
    assert_eq!(
        messages,
        ["M memory has no word left for a constant"],
        "{report}"
    );
}
