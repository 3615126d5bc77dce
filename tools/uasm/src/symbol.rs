//! The symbol table. A symbol's value is a small program; most are one of a few
//! shapes that need no interpretation (a number, a place in a memory, a
//! functional source and destination).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diagnostic::nearest;
use crate::form::{Form, Position};

/// The memories that labels live in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Memory {
    /// Control memory, locality `i-mem`.
    Control,
    /// A memory, locality `a-mem`.
    A,
    /// M memory, locality `m-mem`.
    M,
    /// Dispatch tables (which lie in A memory), locality `d-mem`.
    Dispatch,
}

impl Memory {
    /// The locality of this name.
    pub fn from_locality(name: &str) -> Option<Memory> {
        Some(match name {
            "i-mem" => Memory::Control,
            "a-mem" => Memory::A,
            "m-mem" => Memory::M,
            "d-mem" => Memory::Dispatch,
            _ => return None,
        })
    }

    /// The locality's name.
    pub const fn locality(self) -> &'static str {
        match self {
            Memory::Control => "i-mem",
            Memory::A => "a-mem",
            Memory::M => "m-mem",
            Memory::Dispatch => "d-mem",
        }
    }
}

/// What a symbol stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum Program {
    /// A program of the language, run where the symbol is used.
    Form(Form),
    /// A number.
    Number(i128),
    /// A place in a memory.
    Location(Memory, u32),
    /// A word of a dispatch table: the table, and how far into it. Tables get their
    /// addresses when all are known.
    Table(usize, u32),
    /// A functional source, a functional destination, or both, by their codes.
    Functional(Option<u8>, Option<u8>),
}

/// Who defined a symbol; later ones may replace earlier ones where [`SymbolTable::define`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The microword tables.
    Hardware,
    /// A convenience that a source may define for itself.
    Default,
    /// A word of the language.
    Language,
    /// A table of constants that was given to the assembler.
    Constant,
    /// A source file.
    Source,
}

/// A symbol.
#[derive(Debug, Clone)]
pub struct Symbol {
    /// Its value.
    pub program: Program,
    /// Who defined it.
    pub origin: Origin,
    /// Where.
    pub at: Position,
}

/// All symbols of an assembly.
#[derive(Debug, Default)]
pub struct SymbolTable {
    symbols: BTreeMap<String, Symbol>,
}

/// Why a definition was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is a word of the language.
    Language,
    /// It has another value, given there.
    Twice(Position),
}

impl SymbolTable {
    /// Defines a symbol. The language may redefine what the hardware tables say, sources may
    /// redefine defaults; saying the same thing twice is no error.
    pub fn define(
        &mut self,
        name: &str,
        program: Program,
        origin: Origin,
        at: Position,
    ) -> Result<(), Refused> {
        if let Some(old) = self.symbols.get(name) {
            if same(&old.program, &program) {
                return Ok(());
            }
            let replaces = match old.origin {
                Origin::Default => origin > Origin::Default,
                Origin::Hardware => origin <= Origin::Language,
                Origin::Language | Origin::Constant | Origin::Source => false,
            };
            if !replaces {
                // A default never displaces anything.
                if origin == Origin::Default {
                    return Ok(());
                }
                return Err(match old.origin {
                    Origin::Hardware | Origin::Language => Refused::Language,
                    _ => Refused::Twice(old.at),
                });
            }
        }
        self.symbols.insert(
            name.to_string(),
            Symbol {
                program,
                origin,
                at,
            },
        );
        Ok(())
    }

    /// The symbol of this name.
    pub fn get(&self, name: &str) -> Option<&Symbol> {
        self.symbols.get(name)
    }

    /// The defined name that is spelled most like this one.
    pub fn nearest(&self, name: &str) -> Option<&str> {
        nearest(name, self.symbols.keys().map(String::as_str))
    }

    /// All symbols, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Symbol)> {
        self.symbols
            .iter()
            .map(|(name, symbol)| (name.as_str(), symbol))
    }
}

/// Equal but for places in the source.
fn same(a: &Program, b: &Program) -> bool {
    match (a, b) {
        (Program::Form(a), Program::Form(b)) => a.plain() == b.plain(),
        _ => a == b,
    }
}

/// Names that need no definition: `5@m`, `1234@a`, `1234@d` (a table), `1234@c` (control
/// memory), as the debuggers of the time wrote places.
pub fn place_name(name: &str) -> Option<(Memory, u32)> {
    let (digits, memory) = name.split_once('@')?;
    let address = u32::from_str_radix(digits, 8).ok()?;
    let (memory, size) = match memory {
        "m" => (Memory::M, 0o100),
        "a" => (Memory::A, 0o10000),
        "d" => (Memory::Dispatch, 0o10000),
        "c" => (Memory::Control, 0o200000),
        _ => return None,
    };
    (address < size && !digits.starts_with('+')).then_some((memory, address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_redefine_what() {
        let mut table = SymbolTable::default();
        let nowhere = Position::default();
        let mut define = |name, n, origin| table.define(name, Program::Number(n), origin, nowhere);
        assert_eq!(define("sub", 0, Origin::Hardware), Ok(()));
        assert_eq!(define("sub", 1, Origin::Language), Ok(()));
        assert_eq!(define("sub", 2, Origin::Source), Err(Refused::Language));
        assert_eq!(define("q-pointer", 1, Origin::Default), Ok(()));
        assert_eq!(define("q-pointer", 2, Origin::Source), Ok(()));
        assert_eq!(define("q-pointer", 2, Origin::Source), Ok(()));
        assert_eq!(define("q-pointer", 1, Origin::Default), Ok(()));
        assert_eq!(
            define("q-pointer", 3, Origin::Source),
            Err(Refused::Twice(nowhere))
        );
        assert_eq!(
            table.get("q-pointer").map(|s| s.program.clone()),
            Some(Program::Number(2))
        );
    }

    #[test]
    fn place_names() {
        assert_eq!(place_name("5@m"), Some((Memory::M, 5)));
        assert_eq!(place_name("7777@a"), Some((Memory::A, 0o7777)));
        assert_eq!(place_name("100@m"), None);
        assert_eq!(place_name("9@a"), None);
        assert_eq!(place_name("foo@a"), None);
    }
}
