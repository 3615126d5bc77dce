//! Constants in A and M memory. The assembler gives each value one word and
//! everybody who wants that value uses it.
//!
//! By LMI's convention 2 holds 0 and 3 holds all ones, in M and A memory alike:
//! a load-byte reads its background of zeros there.

use std::collections::BTreeMap;

use crate::assembly::Assembly;
use crate::form::{Form, number};
use crate::symbol::Memory;
use crate::value::{Place, Value};

/// Where 0 is kept.
pub const ZERO: u32 = 2;
/// Where all ones are kept.
pub const ONES: u32 = 3;

/// The constants given out so far, and the free places left.
#[derive(Debug)]
pub(crate) struct Constants {
    pub m_limit: u32,
    pub a_limit: Option<u32>,
    /// By value.
    in_m: BTreeMap<u32, u32>,
    in_a: BTreeMap<u32, u32>,
    /// Free addresses, the next to use last.
    m_free: Vec<u32>,
    a_free: Vec<u32>,
    /// Said once that memory is full.
    full: [bool; 2],
}

impl Default for Constants {
    fn default() -> Self {
        Constants {
            m_limit: 0o100,
            a_limit: None,
            in_m: BTreeMap::from([(0, ZERO), (u32::MAX, ONES)]),
            in_a: BTreeMap::new(),
            m_free: Vec::new(),
            a_free: Vec::new(),
            full: [false; 2],
        }
    }
}

impl Constants {
    /// Takes the constants of an assembly that is over.
    pub fn know(&mut self, constants: &BTreeMap<u16, u32>) {
        for (address, value) in constants {
            let places = if *address < 0o100 {
                &mut self.in_m
            } else {
                &mut self.in_a
            };
            places.insert(*value, u32::from(*address));
        }
    }
}

impl Assembly<'_> {
    /// Finds the places that registers and tables leave free.
    pub(crate) fn find_constant_places(&mut self) {
        let mut a_used = vec![false; 0o10000];
        let mut m_used = [false; 0o100];
        for word in &self.words {
            match word.memory {
                Memory::A => a_used[word.address as usize] = true,
                Memory::M => m_used[word.address as usize] = true,
                Memory::Control | Memory::Dispatch => {}
            }
        }
        // Registers may be named without being given contents.
        for (_, symbol) in self.symbols.iter() {
            match symbol.program {
                crate::symbol::Program::Location(Memory::A, address) => {
                    a_used[address as usize] = true
                }
                crate::symbol::Program::Location(Memory::M, address) => {
                    m_used[address as usize] = true
                }
                _ => {}
            }
        }
        for table in &self.tables {
            let start = table.address as usize;
            a_used[start..start + (1 << table.bits)].fill(true);
        }
        let m_limit = self.constants.m_limit.min(0o100);
        let a_limit = self.constants.a_limit.unwrap_or(0o10000).min(0o10000);
        // 0 and 1 are left alone: an instruction without a destination writes M 0.
        self.constants.m_free = (4..m_limit)
            .rev()
            .filter(|address| !m_used[*address as usize])
            .collect();
        self.constants.a_free = (0o100..a_limit)
            .rev()
            .filter(|address| !a_used[*address as usize])
            .collect();
    }

    /// The operand that holds `value`.
    pub(crate) fn constant(&mut self, form: &Form, value: i128, in_m: bool) -> Option<Value> {
        if !(-(1i128 << 31)..1i128 << 32).contains(&value) {
            self.error(
                form.at,
                format!(
                    "the constant {} does not fit in a word of 32 bits",
                    number(value)
                ),
                "",
            );
            return None;
        }
        let bits = value as u32;
        let name = form.to_string();
        if let Some(address) = self.constants.in_m.get(&bits) {
            // M is also A.
            let place = if in_m {
                Place::M(*address)
            } else {
                Place::A(*address)
            };
            return Some(Value::operand(place, &name));
        }
        if !in_m && let Some(address) = self.constants.in_a.get(&bits) {
            return Some(Value::operand(Place::A(*address), &name));
        }
        let free = if in_m {
            &mut self.constants.m_free
        } else {
            &mut self.constants.a_free
        };
        let Some(address) = free.pop() else {
            // Said once: all later constants would fail for the same reason.
            let which = usize::from(in_m);
            if self.constants.full[which] {
                self.error_count += 1;
                return None;
            }
            self.constants.full[which] = self.quiet == 0;
            let memory = if in_m { "M" } else { "A" };
            self.error(
                form.at,
                format!("{memory} memory has no word left for a constant"),
                "use an A constant, drop a register, or raise the limit",
            );
            return None;
        };
        self.object.symbols.constants.insert(address as u16, bits);
        if in_m {
            self.constants.in_m.insert(bits, address);
            self.object.m_memory.insert(address as u8, bits);
            self.object.a_memory.insert(address as u16, bits);
            Some(Value::operand(Place::M(address), &name))
        } else {
            self.constants.in_a.insert(bits, address);
            self.object.a_memory.insert(address as u16, bits);
            Some(Value::operand(Place::A(address), &name))
        }
    }

    /// Puts the two fixed constants in their places, unless the sources did.
    pub(crate) fn fixed_constants(&mut self) {
        for (address, bits) in [(ZERO, 0), (ONES, u32::MAX)] {
            match self.object.m_memory.get(&(address as u8)) {
                Some(found) if *found != bits => {
                    let line = self
                        .object
                        .name_of(Memory::M, address as u16)
                        .unwrap_or("a register");
                    self.current = None;
                    let message = format!(
                        "M {address} must hold {bits:o}, but {line} is there with {found:o}"
                    );
                    self.error(
                        Default::default(),
                        message,
                        "a load-byte takes its zeros from A 2; (m-constant 0) is M 2 and (m-constant -1) M 3",
                    );
                }
                _ => {
                    self.object.m_memory.insert(address as u8, bits);
                    self.object.a_memory.insert(address as u16, bits);
                }
            }
        }
    }
}
