//! What can go wrong when a band is built.

use std::path::{Path, PathBuf};

/// Why no band was built. Texts name the file and the line where they are known.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A table is wrong.
    #[error(transparent)]
    Table(#[from] tables::TableError),
    /// The build-time evaluator stopped.
    #[error("{file}: {message}")]
    Lisp {
        /// The file being read or compiled.
        file: String,
        /// Its report.
        message: String,
    },
    /// A file of definitions does not say what it should.
    #[error("{file}: found {found}, expected {expected}")]
    Form {
        /// The file.
        file: String,
        /// What is there.
        found: String,
        /// What should be there.
        expected: &'static str,
    },
    /// A constant or a load action that no band can hold.
    #[error("{file}: {message}")]
    Link {
        /// The file whose code it is in.
        file: String,
        /// What is wrong.
        message: String,
    },
    /// Warnings of the compiler, in a build that allows none.
    #[error("{} warnings:\n{}", .0.len(), .0.join("\n"))]
    Warnings(Vec<String>),
}

impl BuildError {
    pub(crate) fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File {
            path: path.into(),
            source,
        }
    }

    pub(crate) fn lisp(file: &str, error: &host_lisp::Error) -> Self {
        Self::Lisp {
            file: file.into(),
            message: error.to_string(),
        }
    }
}
