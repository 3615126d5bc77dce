//! Decoded instructions, kept until control memory changes under them.

use super::operation::Operation;
use crate::processor::State;
use crate::processor::engine::Breakpoints;
use crate::processor::engine::fast::operation::Control;
use crate::processor::state::{Change, ControlPlace, Seen};
use microword::{Boards, Microword};

/// The decoded instruction at each micro-address.
pub(super) struct Decoded {
    pub(super) operations: Box<[Operation; 65536]>,
    /// Pages of 16 micro-addresses that may hold a decoded instruction.
    pages: Box<[bool; 4096]>,
    seen: Seen,
    boards: Boards,
}

impl Default for Decoded {
    fn default() -> Decoded {
        Decoded {
            operations: crate::processor::state::boxed(),
            pages: crate::processor::state::boxed(),
            seen: Seen::default(),
            boards: Boards::empty(),
        }
    }
}

impl Decoded {
    /// Forget what control memory no longer says.
    #[inline]
    pub(super) fn refresh(&mut self, state: &State) {
        let change = state.control.generation.change(&mut self.seen);
        if change != Change::None || self.boards != state.config.boards {
            self.forget(change, state);
        }
    }

    #[cold]
    fn forget(&mut self, mut change: Change<ControlPlace>, state: &State) {
        if self.boards != state.config.boards {
            self.boards = state.config.boards;
            change = Change::Any;
        }
        match change {
            Change::None => {}
            Change::One(ControlPlace::Word(physical)) => {
                for (page, entry) in state.control.raw_map().iter().enumerate() {
                    if *entry == physical >> 4 {
                        self.operations[page << 4 | usize::from(physical & 15)] =
                            Operation::UNKNOWN;
                    }
                }
            }
            Change::One(ControlPlace::Page(page)) => self.forget_page(usize::from(page)),
            Change::Any => self.forget_all(),
        }
    }

    fn forget_page(&mut self, page: usize) {
        if std::mem::take(&mut self.pages[page]) {
            self.operations[page << 4..(page + 1) << 4].fill(Operation::UNKNOWN);
        }
    }

    pub(super) fn forget_all(&mut self) {
        (0..4096).for_each(|page| self.forget_page(page));
    }

    /// Decode the instruction at `address`. One with a breakpoint is for the reference engine.
    #[cold]
    pub(super) fn decode(&mut self, state: &State, address: u16, breakpoints: &Breakpoints) {
        let operation = super::decode::decode(Microword(state.control.fetch(address)), self.boards);
        let control = if breakpoints.contains(address) {
            Control::Slow
        } else {
            operation.control
        };
        self.pages[usize::from(address >> 4)] = true;
        self.operations[usize::from(address)] = Operation {
            control,
            ..operation
        };
    }
}
