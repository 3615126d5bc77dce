//! Arithmetic of Lisp, as `eval`, byte specifiers and constants use it.
//!
//! What is not plain arithmetic goes to the Lisp evaluator that runs macros.

use crate::assembly::Assembly;
use crate::form::{Datum, Form};

impl Assembly<'_> {
    /// The integer that a Lisp expression comes to. Symbols are constants of the tables that the
    /// assembler was given, or symbols of the assembly whose value is a number.
    pub(crate) fn lisp_number(&mut self, form: &Form) -> Option<i128> {
        match &form.datum {
            Datum::List(items) if !items.is_empty() => {
                let operator = items[0].as_symbol().unwrap_or_default().to_string();
                if operator == "quote" && items.len() == 2 {
                    return self.lisp_number(&items[1]);
                }
                if !ARITHMETIC.contains(&operator.as_str()) {
                    if crate::evaluate::OPERATORS.contains(&operator.as_str()) {
                        return self.number(form);
                    }
                    return self.lisp_eval(form);
                }
                let mut numbers = Vec::new();
                for item in &items[1..] {
                    numbers.push(self.lisp_number(item)?);
                }
                let result = arithmetic(&operator, &numbers);
                if result.is_none() {
                    self.error(form.at, format!("{form} cannot be computed"), "");
                }
                result
            }
            _ => self.number(form),
        }
    }

    /// Runs an expression in Lisp proper.
    fn lisp_eval(&mut self, form: &Form) -> Option<i128> {
        let result = match &mut self.evaluator {
            Some(evaluator) => evaluator.evaluate(form),
            None => {
                self.error(
                    form.at,
                    format!("{form} needs a Lisp evaluator, and this assembler was given none"),
                    "",
                );
                return None;
            }
        };
        match result {
            Ok(value) => match value.as_integer() {
                Some(number) => Some(number),
                None => {
                    self.error(
                        form.at,
                        format!("{form} came to {value}"),
                        "a number is wanted",
                    );
                    None
                }
            },
            Err(problem) => {
                self.error(form.at, format!("{form}: {problem}"), "");
                None
            }
        }
    }
}

/// The operators computed here. Their values are the same in Lisp proper.
const ARITHMETIC: &[&str] = &[
    "+",
    "plus",
    "-",
    "difference",
    "*",
    "times",
    "1+",
    "1-",
    "ash",
    "lsh",
    "logand",
    "logior",
    "logxor",
    "lognot",
    "byte",
    "floor",
    "ceiling",
    "max",
    "min",
    "expt",
    "dpb",
    "ldb",
];

fn arithmetic(operator: &str, numbers: &[i128]) -> Option<i128> {
    Some(match (operator, numbers) {
        ("+" | "plus", _) => sum(numbers)?,
        ("*" | "times", _) => numbers.iter().try_fold(1i128, |a, b| a.checked_mul(*b))?,
        ("-" | "difference", [a]) => a.checked_neg()?,
        ("-" | "difference", [a, rest @ ..]) => a.checked_sub(sum(rest)?)?,
        ("1+", [a]) => a.checked_add(1)?,
        ("1-", [a]) => a.checked_sub(1)?,
        ("ash" | "lsh", [a, by @ 0..=64]) => a.checked_mul(1 << by)?,
        ("ash" | "lsh", [a, by @ -64..=-1]) => a >> -by,
        ("logand", _) => numbers.iter().fold(-1, |a, b| a & b),
        ("logior", _) => numbers.iter().fold(0, |a, b| a | b),
        ("logxor", _) => numbers.iter().fold(0, |a, b| a ^ b),
        ("lognot", [a]) => !a,
        ("byte", [size @ 0..=63, position @ 0..=63]) => position << 6 | size,
        ("floor", [a, b]) if *b != 0 => floor(*a, *b),
        ("ceiling", [a, b]) if *b != 0 => -floor(-*a, *b),
        ("max", [a, rest @ ..]) => rest.iter().fold(*a, |a, b| a.max(*b)),
        ("min", [a, rest @ ..]) => rest.iter().fold(*a, |a, b| a.min(*b)),
        ("expt", [a, b @ 0..=126]) => a.checked_pow(*b as u32)?,
        ("ldb", [byte @ 0..=0o7777, a]) => (a >> (byte >> 6)) & ((1 << (byte & 0o77)) - 1),
        ("dpb", [value, byte @ 0..=0o7777, a]) => {
            let mask = ((1i128 << (byte & 0o77)) - 1) << (byte >> 6);
            (a & !mask) | ((value << (byte >> 6)) & mask)
        }
        _ => return None,
    })
}

/// The value of an expression over known names, without an assembly around it.
pub(crate) fn constant(form: &Form, known: &dyn Fn(&str) -> Option<i128>) -> Option<i128> {
    match &form.datum {
        Datum::Integer(value) => Some(*value),
        Datum::Character(c) => Some(i128::from(u32::from(*c))),
        Datum::Symbol(name) => known(name),
        Datum::List(items) => {
            let (operator, arguments) = items.split_first()?;
            let numbers: Option<Vec<i128>> = arguments
                .iter()
                .map(|argument| constant(argument, known))
                .collect();
            arithmetic(operator.as_symbol()?, &numbers?)
        }
        _ => None,
    }
}

fn sum(numbers: &[i128]) -> Option<i128> {
    numbers.iter().try_fold(0i128, |a, b| a.checked_add(*b))
}

fn floor(a: i128, b: i128) -> i128 {
    let quotient = a / b;
    if a % b != 0 && (a < 0) != (b < 0) {
        quotient - 1
    } else {
        quotient
    }
}

#[cfg(test)]
mod tests {
    use super::arithmetic;

    #[test]
    fn values() {
        assert_eq!(arithmetic("-", &[10, 3, 2]), Some(5));
        assert_eq!(arithmetic("lsh", &[1, 25]), Some(1 << 25));
        assert_eq!(arithmetic("lsh", &[0o100, -6]), Some(1));
        assert_eq!(arithmetic("byte", &[5, 25]), Some(0o3105));
        assert_eq!(arithmetic("ldb", &[0o3105, 0o16 << 25]), Some(0o16));
        assert_eq!(arithmetic("dpb", &[0o16, 0o3105, 7]), Some(0o16 << 25 | 7));
        assert_eq!(arithmetic("floor", &[-7, 2]), Some(-4));
        assert_eq!(arithmetic("ceiling", &[7, 2]), Some(4));
        assert_eq!(arithmetic("floor", &[7, 0]), None);
    }
}
