//! What a symbol's program comes to: a number, fields of the word, operands, a byte.

use microword::{Class, DISPATCH_WORD, FIELDS, Field, Microword};

use crate::form::Position;

/// The four kinds of microinstruction, as far as the assembler has been told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// ALU.
    Alu,
    /// BYTE.
    Byte,
    /// JUMP.
    Jump,
    /// DISPATCH.
    Dispatch,
}

impl Kind {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Alu => "an ALU instruction",
            Kind::Byte => "a BYTE instruction",
            Kind::Jump => "a JUMP",
            Kind::Dispatch => "a DISPATCH",
        }
    }
}

/// A demand on the kind of the instruction: any of those with their bit set.
#[derive(Debug, Clone, PartialEq)]
pub struct Force {
    /// The kinds it allows.
    pub kinds: Vec<Kind>,
    /// The word of the source that makes the demand.
    pub by: String,
}

/// A field of the word with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The field's name.
    pub field: &'static str,
    /// Which bits it says something about. Bit 64 is the start-read bit of dispatch words.
    pub mask: u128,
    /// What it says.
    pub bits: u128,
    /// The word of the source that says it.
    pub by: String,
}

/// A byte of a word: width and distance from the right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Byte {
    /// How many bits.
    pub size: u32,
    /// The number of its lowest bit.
    pub position: u32,
}

/// An operand that is not yet in its field.
#[derive(Debug, Clone, PartialEq)]
pub struct Operand {
    /// Which.
    pub place: Place,
    /// The source's name for it.
    pub name: String,
    /// Where it is written.
    pub at: Position,
}

/// Where an operand is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A memory.
    A(u32),
    /// M memory, and A memory at the same address.
    M(u32),
    /// A functional source, 100–177.
    Functional(u32),
    /// Control memory.
    Control(u32),
    /// A dispatch table; and its size in bits when the label is a whole table's.
    Table(u32, Option<u32>),
}

/// What a program comes to. Every part may be absent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Value {
    /// A number.
    pub number: Option<i128>,
    /// Fields of the word.
    pub parts: Vec<Part>,
    /// Operands.
    pub operands: Vec<Operand>,
    /// A byte.
    pub byte: Option<Byte>,
    /// Demands on the kind of instruction.
    pub forces: Vec<Force>,
}

impl Value {
    /// A plain number.
    pub fn number(value: i128) -> Value {
        Value {
            number: Some(value),
            ..Value::default()
        }
    }

    /// A byte.
    pub fn byte(size: u32, position: u32) -> Value {
        Value {
            byte: Some(Byte { size, position }),
            ..Value::default()
        }
    }

    /// An operand.
    pub fn operand(place: Place, name: &str) -> Value {
        Value {
            operands: vec![Operand {
                place,
                name: name.to_string(),
                at: Position::default(),
            }],
            ..Value::default()
        }
    }

    /// A field. The caller has seen that the value fits.
    pub fn field(field: &Field, value: u128, by: &str) -> Value {
        let mut result = Value::default();
        result.add_field(field, value, by);
        result
    }

    /// Adds a field, and the demand on the kind of instruction that it makes.
    pub fn add_field(&mut self, field: &Field, value: u128, by: &str) {
        let low = if field.name == START_READ {
            64
        } else {
            field.low
        };
        self.parts.push(Part {
            field: field.name,
            mask: u128::from(field.max()) << low,
            bits: value << low,
            by: by.to_string(),
        });
        let kinds: &[Kind] = match field.class {
            Class::Common | Class::Other => return,
            Class::Destination => &[Kind::Alu, Kind::Byte],
            Class::Alu => &[Kind::Alu],
            Class::Byte => &[Kind::Byte],
            Class::Jump => &[Kind::Jump],
            Class::Dispatch => &[Kind::Dispatch],
        };
        self.forces.push(Force {
            kinds: kinds.to_vec(),
            by: by.to_string(),
        });
    }

    /// Joins another value to this one: numbers add, the rest accumulates. Answers false when
    /// both hold a byte and the bytes differ.
    pub fn join(&mut self, other: Value) -> bool {
        self.number = match (self.number, other.number) {
            (Some(a), Some(b)) => Some(a.saturating_add(b)),
            (a, b) => a.or(b),
        };
        self.parts.extend(other.parts);
        self.operands.extend(other.operands);
        self.forces.extend(other.forces);
        match (self.byte, other.byte) {
            (Some(a), Some(b)) if a != b => return false,
            (None, b) => self.byte = b,
            _ => {}
        }
        true
    }

    /// Is there nothing in it but a number (or nothing at all)?
    pub fn is_plain(&self) -> bool {
        self.parts.is_empty() && self.operands.is_empty() && self.byte.is_none()
    }
}

const START_READ: &str = "START-READ";

/// Fields with names that the word's table does not have: the three bits of R-P-N, the one
/// of dispatch words, and the names LMI's sources give to fields of the word.
const SUB_FIELDS: [(&str, Field); 3] = [
    ("r-bit", bit(Microword::JUMP_TRANSFER, 2)),
    ("p-bit", bit(Microword::JUMP_TRANSFER, 1)),
    ("n-bit", bit(Microword::JUMP_TRANSFER, 0)),
];

const fn bit(field: Field, place: u32) -> Field {
    Field {
        name: field.name,
        class: field.class,
        high: field.low + place,
        low: field.low + place,
        meaning: field.meaning,
    }
}

/// The field that the assembler calls `name` (lower case).
pub fn field_named(name: &str) -> Option<Field> {
    if name == "start-read" {
        return DISPATCH_WORD
            .iter()
            .find(|field| field.name == START_READ)
            .copied();
    }
    if let Some((_, field)) = SUB_FIELDS.iter().find(|(sub, _)| *sub == name) {
        return Some(*field);
    }
    FIELDS
        .iter()
        .find(|field| field.name.eq_ignore_ascii_case(name))
        .copied()
}

/// The names that [`field_named`] knows.
pub fn field_names() -> Vec<String> {
    let mut names: Vec<String> = FIELDS.iter().map(|f| f.name.to_ascii_lowercase()).collect();
    names.extend(SUB_FIELDS.iter().map(|(name, _)| (*name).to_string()));
    names.push("start-read".to_string());
    names
}
