//! The M source: M memory or a functional source.

use super::Processor;
use crate::processor::State;
use microword::{Microword, Source};

impl Processor<'_> {
    /// The M operand; sources that pop do so.
    pub(super) fn read_m_source(&mut self, word: Microword) -> u32 {
        let value = self.peek_m_source(word);
        let state = &mut *self.state;
        match functional(word) {
            Some(Source::PdlPop) => state.set_pp(state.pp().wrapping_sub(1)),
            Some(Source::MicroStackPop) => {
                state.pop_micro_stack();
            }
            Some(Source::CycleLow) => state.set_cycle_high_latch((state.cycles >> 32) as u32),
            _ => {}
        }
        value
    }

    /// The M operand, without what reading it does.
    pub(super) fn peek_m_source(&self, word: Microword) -> u32 {
        match functional(word) {
            Some(source) => functional_source(self.state, source),
            None => self.state.m(word.m_source() as u32),
        }
    }
}

/// The functional source that the M source names; `None` for M memory.
fn functional(word: Microword) -> Option<Source> {
    Source::from_code(word.m_source())
}

/// What a functional source reads.
pub(crate) fn functional_source(state: &State, source: Source) -> u32 {
    match source {
        Source::InterruptPointer => state.interrupt_pointer(),
        Source::MacroIrDisplacement => state.half_word() & 0o77,
        Source::StatCounter => state.stat(),
        Source::MacroIr => state.half_word(),
        Source::MidRam => state.mid[state.mid_index()],
        Source::Spy => state.spy(),
        Source::Product => state.product(),
        Source::RgMode => state.rg_mode(),
        Source::DispatchConstant => state.dispatch_constant(),
        Source::MicroStack | Source::MicroStackPop => state.micro_stack_pointer_and_data(),
        Source::CramMap => u32::from(state.control.map_entry(state.sequencer.next_pc)),
        Source::CacheAddress => 0,
        Source::Md => state.md(),
        Source::Vma => state.vma(),
        Source::Level1Map => u32::from(state.map.level_1(state.md())),
        Source::Level2Control => u32::from(state.map.control(state.md()).0),
        Source::Level2Page => state.map.page(state.md()),
        Source::Lc => state.lc(),
        Source::PdlIndex => state.pi(),
        Source::Q => state.q(),
        Source::PdlPointer => state.pp(),
        Source::DpMode => state.dp_mode(),
        Source::PdlPop | Source::PdlTop => state.pdl_word(state.pp()),
        Source::PdlAtIndex => state.pdl_word(state.pi()),
        Source::StatCounterAux => state.stat_aux(),
        Source::MidRamMisc => state.mid[state.mid_index_misc()],
        Source::AcceleratorLow => state.accelerator.result as u32,
        Source::AcceleratorHigh => (state.accelerator.result >> 32) as u32,
        Source::AcceleratorRemainder => state.accelerator.remainder,
        Source::AcceleratorStatus => state.accelerator.status,
        Source::CycleLow => state.cycles as u32,
        Source::CycleHigh => state.cycle_high_latch(),
        Source::WindowBase => state.window_base(),
        Source::WindowLow => state.window_low(),
        Source::WindowHigh => state.window_high(),
        Source::BoardsPresent => state.boards_register(),
    }
}
