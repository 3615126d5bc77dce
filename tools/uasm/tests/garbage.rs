//! Nothing that is fed to the assembler makes it panic, hang or forget an error.

use proptest::prelude::*;
use uasm::{Object, Options, Source, assemble};

/// Words that mean something, in random company.
const WORDS: &[&str] = &[
    "(",
    "(",
    "(",
    ")",
    ")",
    ")",
    "'",
    "`",
    ",",
    ",@",
    "\"text\"",
    "#+lambda",
    "#-lambda",
    "#x",
    "1_19.",
    "-1",
    "0",
    "5",
    "25.",
    "77777777777777777777777",
    "nil",
    "foo",
    "m-t",
    "a-foo",
    "md",
    "vma",
    "locality",
    "m-mem",
    "a-mem",
    "i-mem",
    "d-mem",
    "start-dispatch",
    "end-dispatch",
    "repeat",
    "loc",
    "modulo",
    "assign",
    "assign-eval",
    "plus",
    "difference",
    "or",
    "not",
    "field",
    "byte-field",
    "byte-value",
    "byte-mask",
    "lisp-byte",
    "all-but-lisp-byte",
    "eval",
    "ash",
    "expt",
    "dpb",
    "ldb",
    "add",
    "sub",
    "jump",
    "call-xct-next",
    "popj-after-next",
    "dispatch",
    "i-arg",
    "arg-call",
    "a-constant",
    "m-constant",
    "i-mem-loc",
    "d-mem-loc",
    "oa-low-context",
    "macro-ir-decode",
    "macro-ir-dispatch-spec",
    "misc-inst-entry",
    "macro-ir-op",
    "macro-ir-dest",
    "*",
    "defmacro",
    "defconst",
    "if",
    "progn",
    "begin-comment",
    "end-comment",
    "error-table",
    "declare",
    "register-kind",
    "register-width",
    "def-next-field",
    "def-bit-field-in-reg",
    "def-data-field",
    "reset-bit-pointer",
    "begin-pagable-ucode",
    "force-alu",
    "source-p",
    "destination-p",
    "byte-instruction-p",
    "a-constant-limit",
    "m-constant-limit",
    "define-transfers",
    "7777@a",
    "10@m",
    ".",
    "macro-ir-decode-area",
    "micro-code-illegal-entry-here",
    "functional-source",
    "condition",
    "quote",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn tokens(words in proptest::collection::vec(0..WORDS.len(), 0..60)) {
        let text: Vec<&str> = words.iter().map(|word| WORDS[*word]).collect();
        check(&text.join(" "));
    }

    #[test]
    fn balanced(forms in proptest::collection::vec(proptest::collection::vec(0..WORDS.len(), 1..7), 0..20)) {
        // Lists of words, some of them lists again.
        let mut text = String::new();
        for form in forms {
            text.push('(');
            for word in form {
                let word = WORDS[word];
                match word {
                    "(" => text.push_str("(m-t) "),
                    ")" => text.push_str("(plus 1 foo) "),
                    _ => { text.push_str(word); text.push(' '); }
                }
            }
            text.push_str(")\n");
        }
        check(&text);
    }

    #[test]
    fn bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn damaged_objects(bytes in proptest::collection::vec(any::<u8>(), 0..100), place in 0usize..200, bit in 0u32..8) {
        let path = std::path::Path::new("x");
        prop_assert!(Object::from_bytes(&bytes, path).is_err());
        let source = Source { name: "x".to_string(), text: "(no-op) foo ((md) vma)".to_string() };
        let object = assemble(&[source], Options::default()).object.expect("good");
        let mut bytes = object.to_bytes();
        let place = place % bytes.len();
        bytes[place] ^= 1 << bit;
        prop_assert!(Object::from_bytes(&bytes, path).is_err());
    }
}

fn check(text: &str) {
    let source = Source {
        name: "x".to_string(),
        text: text.to_string(),
    };
    let assembled = assemble(&[source], Options::default());
    assert_eq!(assembled.object.is_none(), assembled.report.has_errors());
    // The report can always be printed, and so can what came out.
    let _ = assembled.report.to_string();
    if let Some(object) = assembled.object {
        let _ = uasm::listing(&object, &[]);
    }
}
