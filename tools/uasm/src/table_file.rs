//! Tables that come from elsewhere: opcodes of macroinstructions and Lisp constants.
//!
//! Both are Lisp-syntax text. An opcode table holds `(name number …)`; what
//! follows the number is for others. A table of constants holds `(name value)`,
//! `(defconstant name value)` or `(name . value)`, the value a number, `(byte
//! width position)` or arithmetic on names before it. Unlike microcode, these
//! files belong to Common Lisp too: their numbers are decimal.

use std::collections::BTreeMap;

use crate::assembly::ConstantTable;
use crate::form::{Datum, Form};

/// A table file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct TableError {
    /// The file.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
    /// What is wrong.
    pub message: String,
}

fn forms(file: &str, text: &str) -> Result<Vec<Form>, TableError> {
    let (forms, problems) = crate::reader::read_decimal(text);
    match problems.into_iter().next() {
        None => Ok(forms),
        Some(problem) => Err(TableError {
            file: file.to_string(),
            line: problem.at.line,
            column: problem.at.column,
            message: problem.message,
        }),
    }
}

fn wrong(file: &str, form: &Form, message: &str) -> TableError {
    TableError {
        file: file.to_string(),
        line: form.at.line,
        column: form.at.column,
        message: format!("{message}: {form}"),
    }
}

/// Reads a table of macroinstructions: names and opcodes.
pub fn macro_opcodes(file: &str, text: &str) -> Result<BTreeMap<String, u32>, TableError> {
    let mut opcodes = BTreeMap::new();
    for form in forms(file, text)? {
        let Some([name, opcode, ..]) = form.as_list() else {
            return Err(wrong(file, &form, "an entry is (name opcode …)"));
        };
        let (Some(name), Some(opcode)) = (name.as_symbol(), opcode.as_integer()) else {
            return Err(wrong(file, &form, "an entry is (name opcode …)"));
        };
        let Ok(opcode) = u32::try_from(opcode) else {
            return Err(wrong(file, &form, "the opcode is no opcode"));
        };
        if opcodes
            .insert(name.to_string(), opcode)
            .is_some_and(|other| other != opcode)
        {
            return Err(wrong(file, &form, "a second opcode for one name"));
        }
    }
    Ok(opcodes)
}

/// Reads a table of constants.
pub fn constants(file: &str, text: &str) -> Result<ConstantTable, TableError> {
    let mut table = ConstantTable {
        name: file.to_string(),
        values: Vec::new(),
    };
    for form in forms(file, text)? {
        if form.head() == Some("in-package") {
            continue;
        }
        let (name, value) = match &form.datum {
            Datum::List(items) => match items.as_slice() {
                [define, name, value, ..]
                    if define.as_symbol().is_some_and(|d| d.starts_with("def")) =>
                {
                    (name, value.clone())
                }
                [name, value, ..] => (name, value.clone()),
                _ => return Err(wrong(file, &form, "an entry is (name value)")),
            },
            Datum::Dotted(items, value) if items.len() == 1 => (&items[0], (**value).clone()),
            _ => return Err(wrong(file, &form, "an entry is (name value)")),
        };
        let Some(name) = name.as_symbol() else {
            return Err(wrong(file, &form, "the name is not a symbol"));
        };
        let known = |symbol: &str| {
            table
                .values
                .iter()
                .rev()
                .find(|(name, _)| name == symbol)
                .map(|(_, value)| i128::from(*value))
        };
        let value = crate::lisp::constant(&value, &known)
            .and_then(|value| i64::try_from(value).ok())
            .ok_or_else(|| {
                wrong(
                    file,
                    &form,
                    "the value is not a number that can be computed",
                )
            })?;
        table.values.push((name.to_string(), value));
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables() {
        let opcodes = macro_opcodes("m", "; opcodes\n(car 10 :args 1)\n(cdr #o13)").expect("good");
        assert_eq!(opcodes.get("car"), Some(&10));
        assert_eq!(opcodes.get("cdr"), Some(&11));
        let table = constants(
            "c",
            "(a 10) (defconstant b (+ a 1)) (%%f (byte 5 25)) (c . 8)",
        );
        let values: Vec<i64> = table
            .expect("good")
            .values
            .iter()
            .map(|(_, v)| *v)
            .collect();
        assert_eq!(values, [10, 11, 25 << 6 | 5, 8]);
        let error = constants("c", "(a 1)\n  (b \"x\")").expect_err("bad");
        assert_eq!((error.line, error.column), (2, 3));
        assert!(macro_opcodes("m", "(car 1) (car 2)").is_err());
    }
}
