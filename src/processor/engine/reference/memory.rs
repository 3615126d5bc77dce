//! Memory cycles: volatility latch, stack window, map, bus.

use super::Processor;
use crate::bus::Reply;
use crate::processor::BUS_ERROR_VECTOR;
use crate::processor::map::{Access, Place};

impl Processor<'_> {
    /// Start a memory cycle at VMA. A read has MD ready for the next
    /// instruction; a write takes MD as it is.
    pub(in crate::processor::engine) fn start(&mut self, access: Access, forced: bool) {
        self.count(1);
        let address = self.state.vma();
        self.state.volatility_latch = self.state.map.control(address).volatility_complement() as u8;
        if !forced && self.state.in_stack_window(address) {
            self.state.page_fault = false;
            self.stack_window_cycle(address, access);
            return;
        }
        let place = self.state.map.translate(address, access, forced);
        self.state.page_fault = place.is_none();
        if let Some(place) = place {
            self.bus_cycle(place, access);
        }
    }

    /// The reference is answered from the PDL buffer.
    fn stack_window_cycle(&mut self, address: u32, access: Access) {
        let index = self.state.stack_window_index(address);
        match access {
            Access::Read => self.state.set_md(self.state.pdl[index]),
            Access::Write => self.state.pdl[index] = self.state.md(),
        }
    }

    fn bus_cycle(&mut self, place: Place, access: Access) {
        let (data, cycle) = (self.state.md(), self.state.cycles);
        let reply = match (place, access) {
            (Place::Word(address), Access::Read) => self.bus.read_word(address, cycle),
            (Place::Word(address), Access::Write) => self.bus.write_word(address, data, cycle),
            (Place::Byte(address), Access::Read) => self.bus.read_byte(address, cycle),
            (Place::Byte(address), Access::Write) => self.bus.write_byte(address, data, cycle),
        };
        match (reply, access) {
            (Reply::Ok(data), Access::Read) => self.state.set_md(data),
            (Reply::Ok(_), Access::Write) => {}
            (Reply::NoAnswer, _) => self.bus_error(),
        }
        self.take_vectors();
        self.attention |= self.bus.take_attention();
    }

    /// Nothing answered: MD is all ones and the bus-error vector is pending.
    fn bus_error(&mut self) {
        self.state.set_md(u32::MAX);
        self.state.set_interrupt_pending(BUS_ERROR_VECTOR);
    }

    /// Vectors posted on the bus reach the processor.
    pub(super) fn take_vectors(&mut self) {
        while let Some(vector) = self.bus.take_vector() {
            self.state.post_interrupt(vector);
        }
    }
}
