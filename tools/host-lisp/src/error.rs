//! Errors as the embedding program sees them.

use std::fmt;

/// A place in a source text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The file, as it was named when it was loaded.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// A Lisp condition that nobody handled.
#[derive(Clone, Debug)]
pub struct Report {
    /// The name of the condition's type.
    pub condition: String,
    /// What it says.
    pub message: String,
    /// The innermost form whose place is known.
    pub position: Option<Position>,
    /// The calls under way, innermost first: function, and where it was called.
    pub backtrace: Vec<(String, Option<Position>)>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(p) = &self.position {
            write!(f, "{p}: ")?;
        }
        f.write_str(&self.message)?;
        for (name, site) in &self.backtrace {
            write!(f, "\n  in {name}")?;
            if let Some(p) = site {
                write!(f, ", called at {p}")?;
            }
        }
        Ok(())
    }
}

/// Why an evaluation failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// A condition that the program did not handle.
    #[error("{0}")]
    Lisp(Box<Report>),
    /// A package that does not exist.
    #[error("there is no package named {0}")]
    NoSuchPackage(String),
    /// A text without a form, where one was wanted.
    #[error("the text holds no form")]
    Empty,
    /// Control left through a construct that had ended.
    #[error("a non-local exit found no target")]
    StrayExit,
}

impl Error {
    /// The report of a Lisp condition.
    pub fn report(&self) -> Option<&Report> {
        match self {
            Error::Lisp(r) => Some(r),
            _ => None,
        }
    }
}
