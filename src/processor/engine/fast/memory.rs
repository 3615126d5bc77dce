//! Memory cycles: main memory directly, everything else the reference engine's way.

use super::Context;
use super::translation::{self, READ, WRITE};
use crate::processor::State;
use crate::processor::engine::reference::Processor;
use crate::processor::map::{ADDRESS_MASK, Access};
use crate::processor::state::place;

impl Context<'_> {
    /// Does the stack window answer for `address`?
    #[inline(always)]
    fn in_window(&self, state: &State, address: u32) -> bool {
        (address & ADDRESS_MASK).wrapping_sub(state.file[place::WINDOW_LOW]) < self.window_span
    }

    /// VMA ← `address`, then an unforced read.
    #[inline(always)]
    pub(super) fn start_read(&mut self, state: &mut State, address: u32) {
        state.file[place::VMA] = address;
        let entry = self.translation.entry(address);
        if self.in_window(state, address) {
            self.window_cycle(state, address, Access::Read);
        } else if entry & READ != 0
            && let Some(word) = self
                .memory
                .words
                .get(translation::word_index(entry, address))
        {
            state.file[place::MD] = *word;
            state.volatility_latch = translation::volatility(entry);
            state.page_fault = false;
        } else {
            self.any_cycle(state, Access::Read, false);
        }
    }

    /// An unforced write of MD at VMA.
    #[inline(always)]
    pub(super) fn start_write(&mut self, state: &mut State) {
        let address = state.file[place::VMA];
        let entry = self.translation.entry(address);
        if self.in_window(state, address) {
            self.window_cycle(state, address, Access::Write);
        } else if entry & WRITE != 0
            && let Some(word) = self
                .memory
                .words
                .get_mut(translation::word_index(entry, address))
        {
            *word = state.file[place::MD];
            state.volatility_latch = translation::volatility(entry);
            state.page_fault = false;
        } else {
            self.any_cycle(state, Access::Write, false);
        }
    }

    #[inline(never)]
    fn window_cycle(&mut self, state: &mut State, address: u32, access: Access) {
        state.volatility_latch = state.map.control(address).volatility_complement() as u8;
        state.page_fault = false;
        let index = state.stack_window_index(address);
        match access {
            Access::Read => state.file[place::MD] = state.pdl[index],
            Access::Write => state.pdl[index] = state.file[place::MD],
        }
    }

    /// Any cycle at VMA, as the reference engine makes it.
    #[cold]
    #[inline(never)]
    pub(super) fn any_cycle(&mut self, state: &mut State, access: Access, forced: bool) {
        state.cycles = self.cycles;
        self.bus.return_memory(std::mem::take(&mut self.memory));
        let mut processor = Processor::resume(state, self.bus);
        processor.start(access, forced);
        self.stop |= processor.attention();
        self.memory = self.bus.lend_memory();
    }

    /// Advance the macroinstruction stream.
    #[inline(always)]
    pub(super) fn advance_stream(&mut self, state: &mut State) {
        let lc = state.file[place::LC];
        if lc & 2 == 0 || state.lc_written {
            state.lc_written = false;
            state.suppress = false;
            self.start_read(state, lc >> 2);
        } else {
            state.page_fault = false;
            state.suppress = true;
        }
        state.set_lc(lc + 2);
    }
}
