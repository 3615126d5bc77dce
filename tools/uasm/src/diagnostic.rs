//! What the assembler has to say: errors and warnings with file, line, column,
//! the form, and what would be right. A run collects them all.

use std::fmt;

use crate::form::Position;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Assembled, but probably not what was meant.
    Warning,
    /// Not assembled.
    Error,
}

/// One message.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// Where.
    pub at: Position,
    /// The form it is about; empty when there is none.
    pub form: String,
    /// What is wrong.
    pub message: String,
    /// What would be right; empty when that is plain.
    pub help: String,
}

/// Everything a run had to say, with the names of the files it speaks of.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Names of the source files, indexed by [`Position::file`].
    pub files: Vec<String>,
    /// The messages, in the order of the sources.
    pub diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// Is there an error in it?
    pub fn has_errors(&self) -> bool {
        self.errors().next().is_some()
    }

    /// The errors.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics
            .iter()
            .filter(|d| d.severity == Severity::Error)
    }

    /// The warnings.
    pub fn warnings(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics
            .iter()
            .filter(|d| d.severity == Severity::Warning)
    }

    /// In the order of files, lines and columns, repetitions removed.
    pub(crate) fn arrange(&mut self) {
        self.diagnostics.sort_by_key(|d| d.at);
        self.diagnostics.dedup();
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for diagnostic in &self.diagnostics {
            let file = self
                .files
                .get(diagnostic.at.file as usize)
                .map_or("?", String::as_str);
            let severity = match diagnostic.severity {
                Severity::Warning => "warning",
                Severity::Error => "error",
            };
            if diagnostic.at.line == 0 {
                writeln!(f, "{severity}: {}", diagnostic.message)?;
            } else {
                let at = diagnostic.at;
                writeln!(
                    f,
                    "{file}:{}:{}: {severity}: {}",
                    at.line, at.column, diagnostic.message
                )?;
            }
            if !diagnostic.form.is_empty() {
                writeln!(f, "    in {}", diagnostic.form)?;
            }
            if !diagnostic.help.is_empty() {
                writeln!(f, "    {}", diagnostic.help)?;
            }
        }
        Ok(())
    }
}

/// The candidate that is spelled most like `name`, if any is near enough to be a slip.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.len() / 4).clamp(1, 3);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate.len().abs_diff(name.len()) > limit || candidate == name {
            continue;
        }
        let distance = distance(name, candidate);
        let better = match best {
            None => distance <= limit,
            Some((least, chosen)) => distance < least || (distance == least && candidate < chosen),
        };
        if better {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Insertions, deletions, replacements and exchanges of neighbours that turn `a` into `b`.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut next = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            next[j] = (row[j - 1] + change).min(row[j] + 1).min(next[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                next[j] = next[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut row, next);
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses() {
        let names = ["vma-start-read", "vma-start-write", "m-tem", "jump-equal"];
        let near = |name| nearest(name, names.iter().copied());
        assert_eq!(near("vma-start-raed"), Some("vma-start-read"));
        assert_eq!(near("m-ten"), Some("m-tem"));
        assert_eq!(near("jmup-equal"), Some("jump-equal"));
        assert_eq!(near("totally-else"), None);
    }
}
