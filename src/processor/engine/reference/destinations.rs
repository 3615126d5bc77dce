//! Where the result of an ALU or BYTE instruction goes.

use super::Processor;
use crate::processor::accelerator::{with_high, with_low};
use crate::processor::map::Access;
use microword::{Destination, Microword};

impl Processor<'_> {
    /// A memory; or M memory, then the functional destination.
    pub(super) fn write_destination(&mut self, word: Microword, value: u32) {
        if word.dest_a() != 0 {
            self.state.set_a(word.dest_a_address() as u32, value);
            return;
        }
        self.state.set_m(word.dest_m() as u32, value);
        if let Some(destination) = Destination::from_code(word.dest_functional()) {
            self.write_functional(destination, value);
        }
    }

    pub(in crate::processor::engine) fn write_functional(
        &mut self,
        destination: Destination,
        value: u32,
    ) {
        let state = &mut *self.state;
        match destination {
            Destination::Lc => state.write_lc(value),
            Destination::DpMode => state.write_dp_mode(value),
            Destination::StatCounterAux => state.set_stat_aux(value),
            Destination::Mid => {
                let index = state.mid_index();
                state.mid[index] = value & 0xf_ffff;
            }
            Destination::CramHigh => {
                let address = state.sequencer.next_pc;
                let low = state.control.fetch(address) & 0xffff_ffff;
                state.control.store(address, low | u64::from(value) << 32);
            }
            Destination::CramLow => {
                let address = state.sequencer.next_pc;
                let high = state.control.fetch(address) & !0xffff_ffff;
                state.control.store(address, high | u64::from(value));
            }
            Destination::PdlTop => state.set_pdl_word(state.pp(), value),
            Destination::PdlPush => {
                state.set_pp(state.pp() + 1);
                state.set_pdl_word(state.pp(), value);
            }
            Destination::PdlAtIndex => state.set_pdl_word(state.pi(), value),
            Destination::PdlPointer => state.set_pp(value),
            Destination::MicroStackPush => state.push_micro_stack(value),
            Destination::ImodLow => state.imod = u64::from(value),
            Destination::ImodHigh => state.imod = u64::from(value) << 32,
            Destination::Vma => state.set_vma(value),
            Destination::VmaStartRead => self.start_at(value, Access::Read, false),
            Destination::VmaStartWrite => self.start_at(value, Access::Write, false),
            Destination::Level1Map => state.map.set_level_1(state.md(), value),
            Destination::Level2Control => state.map.set_control(state.md(), value),
            Destination::CramMap => state.control.set_map_entry(state.sequencer.next_pc, value),
            Destination::Md => state.set_md(value),
            Destination::MdStartWrite => {
                state.set_md(value);
                self.start(Access::Write, false);
            }
            Destination::PdlIndexIncrement => {
                state.set_pi(state.pi() + 1);
                state.set_pdl_word(state.pi(), value);
            }
            Destination::PdlIndexDecrement => {
                state.set_pi(state.pi().wrapping_sub(1));
                state.set_pdl_word(state.pi(), value);
            }
            Destination::Multiplier => state.set_product((value & 0xffff) * (value >> 16)),
            Destination::InterruptClear => state.clear_interrupt(state.interrupt_pointer() as u8),
            Destination::RgMode => state.set_rg_mode(value),
            Destination::StatCounter => state.set_stat(value),
            Destination::AcceleratorXLow => {
                state.accelerator.x = with_low(state.accelerator.x, value)
            }
            Destination::AcceleratorXHigh => {
                state.accelerator.x = with_high(state.accelerator.x, value)
            }
            Destination::AcceleratorYLow => {
                state.accelerator.y = with_low(state.accelerator.y, value)
            }
            Destination::AcceleratorYHigh => {
                state.accelerator.y = with_high(state.accelerator.y, value)
            }
            Destination::AcceleratorOperation => state.accelerator.start(value),
            Destination::PdlIndex => state.set_pi(value),
            Destination::WindowBase => state.set_window_base(value),
            Destination::WindowLow => state.set_window_low(value),
            Destination::WindowHigh => state.set_window_high(value),
            Destination::VmaStartReadForce => self.start_at(value, Access::Read, true),
            Destination::VmaStartWriteForce => self.start_at(value, Access::Write, true),
            Destination::Level2Page => state.map.set_page(state.md(), value),
            Destination::MdStartWriteForce => {
                state.set_md(value);
                self.start(Access::Write, true);
            }
        }
    }

    fn start_at(&mut self, address: u32, access: Access, forced: bool) {
        self.state.set_vma(address);
        self.start(access, forced);
    }
}
