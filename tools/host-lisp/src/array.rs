//! Strings, vectors and arrays.
//!
//! Element types are kept as the program wrote them (upgraded), because
//! `array-element-type` must answer; storage is general all the same.

use crate::object::Obj;
use std::cell::{Cell, RefCell};
use std::fmt;

/// A string, with or without a fill pointer.
pub struct StrObj {
    pub(crate) chars: RefCell<Vec<char>>,
    /// The fill pointer; `usize::MAX` when there is none.
    pub(crate) fill: Cell<usize>,
    pub(crate) adjustable: bool,
}

impl StrObj {
    pub(crate) fn new(chars: Vec<char>) -> StrObj {
        StrObj {
            chars: RefCell::new(chars),
            fill: Cell::new(usize::MAX),
            adjustable: false,
        }
    }
    /// The active length.
    pub fn len(&self) -> usize {
        self.chars.borrow().len().min(self.fill.get())
    }
    /// Has it no characters?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The active characters.
    pub fn to_chars(&self) -> Vec<char> {
        self.chars.borrow()[..self.len()].to_vec()
    }
    /// Does it have exactly these characters?
    pub fn is(&self, s: &str) -> bool {
        let c = self.chars.borrow();
        s.chars().eq(c[..self.len()].iter().copied())
    }
}

impl fmt::Display for StrObj {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s: String = self.chars.borrow()[..self.len()].iter().collect();
        f.write_str(&s)
    }
}

/// The element type of an array.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ElementType {
    /// Anything.
    T,
    /// Bits.
    Bit,
    /// `(unsigned-byte n)`.
    Unsigned(u16),
    /// `(signed-byte n)`.
    Signed(u16),
    /// Fixnums of the target.
    Fixnum,
    /// Single floats.
    Single,
    /// Double floats.
    Double,
    /// Characters (arrays of a rank other than one).
    Character,
}

impl ElementType {
    pub(crate) fn initial(self) -> Obj {
        match self {
            ElementType::T => Obj::Nil,
            ElementType::Single => Obj::Single(0.0),
            ElementType::Double => Obj::Double(0.0),
            ElementType::Character => Obj::Char('\0'),
            _ => Obj::Fix(0),
        }
    }
}

/// A vector.
pub struct VecObj {
    pub(crate) items: RefCell<Vec<Obj>>,
    /// The fill pointer; `usize::MAX` when there is none.
    pub(crate) fill: Cell<usize>,
    pub(crate) adjustable: bool,
    pub(crate) element_type: ElementType,
}

impl VecObj {
    pub(crate) fn new(items: Vec<Obj>) -> VecObj {
        VecObj {
            items: RefCell::new(items),
            fill: Cell::new(usize::MAX),
            adjustable: false,
            element_type: ElementType::T,
        }
    }
    /// The active length.
    pub fn len(&self) -> usize {
        self.items.borrow().len().min(self.fill.get())
    }
    /// Has it no elements?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The active elements.
    pub fn to_vec(&self) -> Vec<Obj> {
        self.items.borrow()[..self.len()].to_vec()
    }
    /// The element at an index, if there is one.
    pub fn get(&self, i: usize) -> Option<Obj> {
        self.items.borrow().get(i).cloned()
    }
}

/// An array whose rank is not one.
pub struct ArrayObj {
    pub(crate) dims: RefCell<Vec<usize>>,
    pub(crate) items: RefCell<Vec<Obj>>,
    pub(crate) adjustable: bool,
    pub(crate) element_type: ElementType,
}

impl ArrayObj {
    /// The dimensions.
    pub fn dimensions(&self) -> Vec<usize> {
        self.dims.borrow().clone()
    }
    /// The elements in row-major order.
    pub fn to_vec(&self) -> Vec<Obj> {
        self.items.borrow().clone()
    }
}
