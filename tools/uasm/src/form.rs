//! Source forms: what the reader makes of a microcode file, each with its place.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A place in a source file. Lines and columns count from 1; 0 means "nowhere"
/// (a form that no file holds, such as the assembler's own definitions).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, PartialOrd, Ord)]
pub struct Position {
    /// Index into the list of source files of the run.
    pub file: u32,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
}

/// A form and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// What it is.
    pub datum: Datum,
    /// Where it begins.
    pub at: Position,
}

/// The kinds of form. Symbols are lower case, as the reader folds them.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    /// A symbol.
    Symbol(String),
    /// An integer.
    Integer(i128),
    /// A string.
    String(String),
    /// A character, `#\a`.
    Character(char),
    /// A proper list; the empty one is NIL.
    List(Vec<Form>),
    /// A list with a tail that is not a list: `(a b . c)`.
    Dotted(Vec<Form>, Box<Form>),
}

impl Form {
    /// A symbol at `at`.
    pub fn symbol(name: &str, at: Position) -> Form {
        Form {
            datum: Datum::Symbol(name.to_string()),
            at,
        }
    }

    /// An integer at `at`.
    pub fn integer(value: i128, at: Position) -> Form {
        Form {
            datum: Datum::Integer(value),
            at,
        }
    }

    /// A list at `at`.
    pub fn list(items: Vec<Form>, at: Position) -> Form {
        Form {
            datum: Datum::List(items),
            at,
        }
    }

    /// The symbol's name, if it is one.
    pub fn as_symbol(&self) -> Option<&str> {
        match &self.datum {
            Datum::Symbol(name) => Some(name),
            _ => None,
        }
    }

    /// The list's elements, if it is one.
    pub fn as_list(&self) -> Option<&[Form]> {
        match &self.datum {
            Datum::List(items) => Some(items),
            _ => None,
        }
    }

    /// The integer's value, if it is one.
    pub fn as_integer(&self) -> Option<i128> {
        match self.datum {
            Datum::Integer(value) => Some(value),
            _ => None,
        }
    }

    /// Is it NIL, written `nil` or `()`?
    pub fn is_nil(&self) -> bool {
        match &self.datum {
            Datum::Symbol(name) => name == "nil",
            Datum::List(items) => items.is_empty(),
            _ => false,
        }
    }

    /// The symbol at the head of a list.
    pub fn head(&self) -> Option<&str> {
        self.as_list()?.first()?.as_symbol()
    }

    /// The same form with every part of it placed at `at`: what a macro call expands to
    /// stands where the call stood.
    #[must_use]
    pub fn placed(self, at: Position) -> Form {
        let datum = match self.datum {
            Datum::List(items) => {
                Datum::List(items.into_iter().map(|item| item.placed(at)).collect())
            }
            Datum::Dotted(items, tail) => Datum::Dotted(
                items.into_iter().map(|item| item.placed(at)).collect(),
                Box::new(tail.placed(at)),
            ),
            other => other,
        };
        Form { datum, at }
    }

    /// Its text without places, for the symbol file.
    pub fn plain(&self) -> Plain {
        match &self.datum {
            Datum::Symbol(name) => Plain::Symbol(name.clone()),
            Datum::Integer(value) => Plain::Integer(*value as i64),
            Datum::String(text) => Plain::String(text.clone()),
            Datum::Character(c) => Plain::Integer(*c as i64),
            Datum::List(items) => Plain::List(items.iter().map(Form::plain).collect()),
            Datum::Dotted(items, tail) => {
                let mut items: Vec<Plain> = items.iter().map(Form::plain).collect();
                items.push(tail.plain());
                Plain::List(items)
            }
        }
    }
}

/// A form without its places, as error tables and declarations are kept in the symbol file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Plain {
    /// A symbol.
    Symbol(String),
    /// An integer.
    Integer(i64),
    /// A string.
    String(String),
    /// A list.
    List(Vec<Plain>),
}

impl Plain {
    /// The symbol's name, if it is one.
    pub fn as_symbol(&self) -> Option<&str> {
        match self {
            Plain::Symbol(name) => Some(name),
            _ => None,
        }
    }

    /// The list's elements, if it is one.
    pub fn as_list(&self) -> Option<&[Plain]> {
        match self {
            Plain::List(items) => Some(items),
            _ => None,
        }
    }
}

fn sequence<T: fmt::Display>(f: &mut fmt::Formatter<'_>, items: &[T]) -> fmt::Result {
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            write!(f, " ")?;
        }
        write!(f, "{item}")?;
    }
    Ok(())
}

/// An integer as microcode writes it: octal, or with a point when it is small and decimal reads
/// no longer.
pub fn number(value: i128) -> String {
    if value < 0 {
        format!("-{:o}", -value)
    } else {
        format!("{value:o}")
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.datum {
            Datum::Symbol(name) => write!(f, "{name}"),
            Datum::Integer(value) => write!(f, "{}", number(*value)),
            Datum::String(text) => write!(f, "{text:?}"),
            Datum::Character(c) => write!(f, "#\\{c}"),
            Datum::List(items) => {
                write!(f, "(")?;
                sequence(f, items)?;
                write!(f, ")")
            }
            Datum::Dotted(items, tail) => {
                write!(f, "(")?;
                sequence(f, items)?;
                write!(f, " . {tail})")
            }
        }
    }
}

impl fmt::Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Plain::Symbol(name) => write!(f, "{name}"),
            Plain::Integer(value) => write!(f, "{}", number(*value as i128)),
            Plain::String(text) => write!(f, "{text:?}"),
            Plain::List(items) => {
                write!(f, "(")?;
                sequence(f, items)?;
                write!(f, ")")
            }
        }
    }
}
