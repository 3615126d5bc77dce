//! Macros. They are Lisp, run by whatever Lisp the assembler is given.

use std::fmt;

use crate::assembly::Assembly;
use crate::form::{Form, Position};
use crate::symbol::{Origin, Program};

/// What went wrong in a macro, in the words of the Lisp that ran it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MacroError(pub String);

impl fmt::Display for MacroError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl std::error::Error for MacroError {}

/// A Lisp that runs macros.
pub trait MacroEvaluator {
    /// Evaluates a definition or an expression; `(defmacro …)` and `(defun …)` among them. The
    /// value comes back as a form whose places do not matter.
    fn evaluate(&mut self, form: &Form) -> Result<Form, MacroError>;

    /// Expands the call of a macro once.
    fn expand(&mut self, call: &Form) -> Result<Form, MacroError>;
}

impl Assembly<'_> {
    pub(crate) fn define_macro(&mut self, form: &Form, arguments: &[Form]) {
        let Some(name) = arguments.first().and_then(Form::as_symbol) else {
            self.error(
                form.at,
                "a macro has a name".to_string(),
                "as in (defmacro name (arguments) …)",
            );
            return;
        };
        if self
            .symbols
            .get(name)
            .is_some_and(|symbol| matches!(symbol.origin, Origin::Hardware | Origin::Language))
        {
            self.warning(
                form.at,
                format!("{name} was a symbol; as the head of a word it is now a macro"),
                "",
            );
        }
        if self.lisp(form).is_some() {
            self.macros.insert(name.to_string(), form.at);
        }
    }

    /// DEFUN, DEFCONST and their like: to Lisp, and a constant is also a symbol of the assembly.
    pub(crate) fn lisp_definition(&mut self, head: &str, form: &Form, arguments: &[Form]) {
        let constant = head.starts_with("defcon") || head == "defparameter" || head == "defvar";
        if constant
            && let [name, value, ..] = arguments
            && let Some(name) = name.as_symbol()
        {
            self.quiet += 1;
            let number = self.lisp_number(value);
            self.quiet -= 1;
            if let Some(number) = number {
                self.define(name, Program::Number(number), form.at);
                if self.evaluator.is_none() {
                    return;
                }
            }
        }
        self.lisp(form);
    }

    fn lisp(&mut self, form: &Form) -> Option<Form> {
        let result = match &mut self.evaluator {
            Some(evaluator) => evaluator.evaluate(form),
            None => Err(MacroError(
                "this program has no Lisp to run macros with; the command uasm has".to_string(),
            )),
        };
        result
            .map_err(|problem| self.error(form.at, problem.to_string(), ""))
            .ok()
    }

    /// Expands a call and takes what it comes to: a list of top-level forms, or one `(progn …)`.
    pub(crate) fn expand(&mut self, form: &Form, name: &str) {
        let defined = self.macros.get(name).copied().unwrap_or_default();
        if self.macro_depth > 100 {
            self.error(form.at, format!("the macro {name} expands for ever"), "");
            return;
        }
        let result = match &mut self.evaluator {
            Some(evaluator) => evaluator.expand(form),
            None => Err(MacroError(
                "this program has no Lisp to run macros with; the command uasm has".to_string(),
            )),
        };
        let expansion = match result {
            Ok(expansion) => expansion.placed(form.at),
            Err(problem) => {
                self.error(
                    form.at,
                    format!("in the macro {name}: {problem}"),
                    &self.defined_at(defined),
                );
                return;
            }
        };
        let forms = match expansion.as_list() {
            Some([progn, forms @ ..]) if progn.as_symbol() == Some("progn") => forms,
            Some(forms) => forms,
            None => {
                self.error(
                    form.at,
                    format!("the macro {name} came to {expansion}"),
                    "a macro's value is a list of instructions and labels",
                );
                return;
            }
        };
        if let Some(first) = forms.first().and_then(Form::as_symbol)
            && self
                .symbols
                .get(first)
                .is_some_and(|symbol| symbol.origin < Origin::Source)
        {
            self.error(
                form.at,
                format!("the macro {name} came to {expansion}, where {first} would be a label"),
                "a macro's value is a list of instructions: put one instruction in a list, or say (progn …)",
            );
            return;
        }
        let forms = forms.to_vec();
        self.macro_depth += 1;
        for form in &forms {
            self.walk(form);
        }
        self.macro_depth -= 1;
    }

    fn defined_at(&self, at: Position) -> String {
        let file = self
            .object
            .symbols
            .files
            .get(at.file as usize)
            .map_or("?", String::as_str);
        format!("the macro is defined at {file}:{}", at.line)
    }
}

/// Rewrites backquotes into calls of LIST, APPEND and QUOTE, for a Lisp that is handed forms
/// and not text.
pub fn without_backquote(form: &Form) -> Form {
    match form.as_list() {
        Some([operator, body]) if operator.as_symbol() == Some("backquote") => quasi(body, 1),
        Some(items) => Form::list(items.iter().map(without_backquote).collect(), form.at),
        None => form.clone(),
    }
}

fn call(operator: &str, arguments: Vec<Form>, at: Position) -> Form {
    let mut items = vec![Form::symbol(operator, at)];
    items.extend(arguments);
    Form::list(items, at)
}

fn quasi(form: &Form, depth: u32) -> Form {
    let at = form.at;
    let Some(items) = form.as_list() else {
        return call("quote", vec![form.clone()], at);
    };
    match items {
        [operator, body] if operator.as_symbol() == Some("unquote") => {
            if depth == 1 {
                without_backquote(body)
            } else {
                call(
                    "list",
                    vec![
                        call("quote", vec![operator.clone()], at),
                        quasi(body, depth - 1),
                    ],
                    at,
                )
            }
        }
        [operator, body] if operator.as_symbol() == Some("backquote") => call(
            "list",
            vec![
                call("quote", vec![operator.clone()], at),
                quasi(body, depth + 1),
            ],
            at,
        ),
        _ => {
            let parts = items
                .iter()
                .map(|item| match item.as_list() {
                    Some([operator, body])
                        if depth == 1 && operator.as_symbol() == Some("unquote-splicing") =>
                    {
                        without_backquote(body)
                    }
                    _ => call("list", vec![quasi(item, depth)], item.at),
                })
                .collect();
            call("append", parts, at)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::read;

    #[test]
    fn backquote() {
        let (forms, _) = read("`((m-t) ,x ,@y (z ,w))", 0, &[]);
        assert_eq!(
            without_backquote(&forms[0]).to_string(),
            "(append (list (append (list (quote m-t)))) (list x) y (list (append (list (quote z)) (list w))))"
        );
    }
}
