//! The example programs: each assembles without a word of complaint, to the
//! listing that is kept beside it. `ACCEPT=1 cargo test -p uasm` keeps new ones.

#![cfg(feature = "macros")]

use std::path::Path;

use uasm::{HostLisp, Options, Source, assemble, listing};

fn check(program: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let text = std::fs::read_to_string(folder.join(format!("{program}.lisp"))).expect("source");
    let sources = [Source {
        name: format!("{program}.lisp"),
        text,
    }];
    let mut options = Options::default();
    if let Ok(text) = std::fs::read_to_string(folder.join(format!("{program}.opcodes"))) {
        options.macro_opcodes = uasm::macro_opcodes("opcodes", &text).expect("opcodes");
    }
    let opcodes = options.macro_opcodes.clone();
    let mut lisp = HostLisp::new();
    options.evaluator = Some(&mut lisp);
    let assembled = assemble(&sources, options);
    assert!(
        assembled.report.diagnostics.is_empty(),
        "\n{}",
        assembled.report
    );
    let object = assembled.object.expect("no errors");
    let found = format!(
        "{}\n\n;;; Disassembled\n\n{}",
        listing(&object, &sources),
        listing(&object, &[])
    );
    let kept = folder.join(format!("{program}.listing"));
    if std::env::var_os("ACCEPT").is_some() {
        std::fs::write(&kept, &found).expect("written");
    }
    let expected = std::fs::read_to_string(&kept).unwrap_or_default();
    assert!(
        found == expected,
        "{program}.listing differs; ACCEPT=1 keeps the new one:\n{found}"
    );
    // The same sources give the same bytes, and the bytes come back as they were.
    let bytes = object.to_bytes();
    let mut lisp = HostLisp::new();
    let again = Options {
        evaluator: Some(&mut lisp),
        macro_opcodes: opcodes,
        ..Options::default()
    };
    let again = assemble(&sources, again).object.expect("no errors");
    assert!(
        again.to_bytes() == bytes,
        "{program}: other bytes the second time"
    );
    let again = uasm::Object::from_bytes(&bytes, Path::new(program)).expect("good");
    assert!(again == object);
    // What the disassembler prints assembles to the same words, by the sources' names.
    let mut line = uasm::LineAssembler::new(Some(&object));
    for (address, word) in &object.control {
        let text = uasm::disassemble(microword::Microword(*word), Some(&object));
        match line.assemble(&text) {
            Ok(again) => assert_eq!(again, *word, "{address:o}: {text}"),
            Err(report) => panic!("{address:o}: {text}\n{report}"),
        }
    }
}

#[test]
fn count() {
    check("count");
}

#[test]
fn multiply() {
    check("multiply");
}

#[test]
fn types() {
    check("types");
}

#[test]
fn decode() {
    check("decode");
}

#[test]
fn macros() {
    host_lisp::with_large_stack(|| check("macros"));
}

#[test]
fn the_language_itself_is_sound() {
    let assembled = assemble(&[], Options::default());
    assert!(
        assembled.report.diagnostics.is_empty(),
        "\n{}",
        assembled.report
    );
}

/// The habits of LMI's files: capitals, microcode as the value of a variable, A memory that
/// begins with the other face of M memory, `call-return`, symbols made of symbols.
#[test]
fn old_style() {
    let text = "(DEFCONST UC-SMALL '(
        (LOCALITY M-MEM) M-JUNK (0) M-SPARE (0) M-NOUGHT (0) M-ONES (-1) M-X (0)
        (LOCALITY A-MEM) A-JUNK (0) A-SPARE (0) (LOC 100) A-Y (8)
        (ASSIGN LOW-BYTE-OF-X (PLUS (BYTE-FIELD 8 0) M-X))
        (LOCALITY I-MEM)
        FIRST ((A-Y) LOW-BYTE-OF-X)
        #-LAMBDA(BEGIN-COMMENT)
        (CALL-RETURN SECOND FIRST)
        #-LAMBDA(END-COMMENT)
        SECOND (POPJ-AFTER-NEXT NO-OP) ((M-X) A-Y)))";
    let sources = [Source {
        name: "x".to_string(),
        text: text.to_string(),
    }];
    let assembled = assemble(&sources, Options::default());
    assert!(
        assembled.report.diagnostics.is_empty(),
        "\n{}",
        assembled.report
    );
    let object = assembled.object.expect("no errors");
    let words: Vec<String> = object
        .control
        .values()
        .map(|word| uasm::disassemble(microword::Microword(*word), Some(&object)))
        .collect();
    assert_eq!(
        words,
        [
            "((a-y) ldb m-x (byte-field 8. 0))",
            "(jump-xct-next first)",
            "(call second)",
            "(popj-after-next)",
            "((m-x) a-y)"
        ]
    );
    assert_eq!(object.a_memory[&0o100], 8);
}

/// One word for each value, also when its first use is in A's place and a later one in M's.
#[test]
fn constants_are_shared() {
    let text = "((md) (a-constant 1)) ((md) (a-constant 1)) ((md) sub vma (a-constant -1))
        ((md) sub (m-constant 1) (a-constant 5)) ((vma) (m-constant -1)) ((md) (a-constant 5))";
    let sources = [Source {
        name: "x".to_string(),
        text: text.to_string(),
    }];
    let object = assemble(&sources, Options::default())
        .object
        .expect("no errors");
    let constants: Vec<_> = object.symbols.constants.iter().collect();
    assert_eq!(constants, [(&4, &1), (&0o100, &5)]);
}
