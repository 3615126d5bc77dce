//! The door to Lisp, with a stand-in for the Lisp: what goes through it and what
//! becomes of what comes back.

use uasm::{Form, MacroError, MacroEvaluator, Options, Position, Source, assemble};

/// Remembers what it is asked and answers from a list.
#[derive(Default)]
struct StandIn {
    asked: Vec<String>,
    answers: Vec<Result<&'static str, &'static str>>,
}

impl StandIn {
    fn answer(&mut self) -> Result<Form, MacroError> {
        match self.answers.remove(0) {
            Ok(text) => Ok(uasm::read(text, 0, &[]).0.remove(0)),
            Err(text) => Err(MacroError(text.to_string())),
        }
    }
}

impl MacroEvaluator for StandIn {
    fn evaluate(&mut self, form: &Form) -> Result<Form, MacroError> {
        self.asked.push(form.to_string());
        self.answer()
    }

    fn expand(&mut self, call: &Form) -> Result<Form, MacroError> {
        self.asked.push(call.to_string());
        self.answer()
    }
}

fn run(
    text: &str,
    answers: &[Result<&'static str, &'static str>],
) -> (Vec<String>, uasm::Assembled) {
    let mut lisp = StandIn {
        answers: answers.to_vec(),
        ..StandIn::default()
    };
    let sources = [Source {
        name: "x".to_string(),
        text: text.to_string(),
    }];
    let options = Options {
        evaluator: Some(&mut lisp),
        ..Options::default()
    };
    let assembled = assemble(&sources, options);
    (lisp.asked, assembled)
}

#[test]
fn an_expansion_stands_where_the_call_stood() {
    let (asked, assembled) = run(
        "(defmacro two (x) `((call ,x) (no-op)))\nfoo\n  (two foo)",
        &[Ok("two"), Ok("((call foo) bar (no-op))")],
    );
    assert_eq!(
        asked,
        [
            "(defmacro two (x) (backquote ((call (unquote x)) (no-op))))",
            "(two foo)"
        ]
    );
    let object = assembled.object.expect("good");
    assert_eq!(object.control.len(), 2);
    assert_eq!(object.symbols.labels["bar"].address, 1);
    assert!(
        object
            .symbols
            .control_lines
            .values()
            .all(|line| line.line == 3)
    );
}

#[test]
fn errors_in_an_expansion_point_to_the_call() {
    let (_, assembled) = run(
        "(defmacro m ())\n   (m)",
        &[Ok("m"), Ok("((call nowhere))")],
    );
    let report = assembled.report.to_string();
    assert!(
        report.contains("x:2:4: error: nowhere is not defined"),
        "{report}"
    );
}

#[test]
fn one_instruction_is_no_list_of_instructions() {
    let (_, assembled) = run("(defmacro m ())\nfoo\n(m)", &[Ok("m"), Ok("(call foo)")]);
    let report = assembled.report.to_string();
    assert!(
        report.contains("where call would be a label") && report.contains("progn"),
        "{report}"
    );
    let (_, assembled) = run(
        "(defmacro m ())\nfoo\n(m)",
        &[Ok("m"), Ok("(progn (call foo))")],
    );
    assert!(assembled.object.is_some());
}

#[test]
fn lisp_errors_name_the_call() {
    let (_, assembled) = run(
        "(defmacro m ())\n(m)",
        &[Ok("m"), Err("unbound variable X")],
    );
    let report = assembled.report.to_string();
    assert!(
        report.contains("x:2:1: error: in the macro m: unbound variable X"),
        "{report}"
    );
    assert!(report.contains("defined at x:1"), "{report}");
}

#[test]
fn eval_goes_to_lisp_when_it_is_no_arithmetic() {
    let (asked, assembled) = run(
        "(locality a-mem) a-x ((eval (length '(1 2 10)))) a-y ((eval (+ 1 10.)))",
        &[Ok("3")],
    );
    assert_eq!(asked, ["(length (quote (1 2 10)))"]);
    let object = assembled.object.expect("good");
    assert_eq!(object.a_memory[&0o100], 3);
    assert_eq!(object.a_memory[&0o101], 11);
}

#[test]
fn constants_are_numbers_of_the_assembler_too() {
    let (_, assembled) = run("(defconstant size 20)\n(loc size) here", &[Ok("size")]);
    assert_eq!(
        assembled.object.expect("good").symbols.labels["here"].address,
        0o20
    );
}

#[test]
fn a_macro_that_expands_for_ever_is_stopped() {
    let mut answers = vec![Ok("m")];
    answers.extend(std::iter::repeat_n(Ok("((m))"), 200));
    let (_, assembled) = run("(defmacro m ())\n(m)", &answers);
    assert!(assembled.report.to_string().contains("expands for ever"));
}

#[test]
fn without_lisp_macros_are_errors() {
    let sources = [Source {
        name: "x".to_string(),
        text: "(defmacro m () nil)".to_string(),
    }];
    let report = assemble(&sources, Options::default()).report;
    assert!(
        report
            .to_string()
            .contains("has no Lisp to run macros with"),
        "{report}"
    );
    assert_eq!(Position::default().line, 0);
}
