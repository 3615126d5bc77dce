//! The functions that programs call, by subject.

pub(crate) mod args;
mod arrays;
mod bits;
mod chars;
mod conditions;
mod control;
mod floats;
mod hashes;
mod io;
mod lists;
mod numbers;
mod packages;
mod search;
mod sequences;
mod sorting;
mod strings;
mod structures;
mod symbols;

pub(crate) use arrays::{element_type, is_simple_vector, parse_type};
pub(crate) use io::{output, put};
pub(crate) use numbers::is_fixnum;

use crate::function::Builtin;
use crate::object::Obj;

pub(crate) const TABLES: &[&[Builtin]] = &[
    arrays::TABLE,
    bits::TABLE,
    chars::TABLE,
    conditions::TABLE,
    control::TABLE,
    floats::TABLE,
    hashes::TABLE,
    io::TABLE,
    lists::TABLE,
    numbers::TABLE,
    packages::TABLE,
    search::TABLE,
    sequences::TABLE,
    sorting::TABLE,
    strings::TABLE,
    structures::TABLE,
    symbols::TABLE,
    crate::format::TABLE,
    crate::types::TABLE,
];

/// The elements of a sequence; `None` if it is not a proper one.
pub(crate) fn sequence_items(o: &Obj) -> Option<Vec<Obj>> {
    match o {
        Obj::Nil | Obj::Cons(_) => o.proper_list(),
        Obj::Str(s) => Some(s.to_chars().into_iter().map(Obj::Char).collect()),
        Obj::Vector(v) => Some(v.to_vec()),
        _ => None,
    }
}
