//! The reference engine: the micro-architecture, written to be read.
//!
//! It decodes each word each time it is executed, and does one effect in one
//! function: [`sources`], [`arithmetic`], [`destinations`], [`memory`],
//! [`transfers`], [`stream`]. `docs/micro-architecture.md` is the text beside
//! it. The fast engine is tested against it and never the other way round.

mod arithmetic;
mod destinations;
mod memory;
mod sources;
mod stream;
mod transfers;

pub use arithmetic::{alu, byte, byte_mask};
pub(super) use sources::functional_source;

use super::{Breakpoints, Engine, Stop};
use crate::bus::Bus;
use crate::processor::State;
use microword::{Destination, Microword, Opcode, Undefined, classify};
use transfers::Way;

/// The engine that reads like the manual.
#[derive(Debug, Default)]
pub struct ReferenceEngine {
    breakpoints: Breakpoints,
}

impl Engine for ReferenceEngine {
    fn name(&self) -> &'static str {
        "reference"
    }

    fn run(&mut self, state: &mut State, bus: &mut dyn Bus, until: u64) -> Stop {
        let mut processor = Processor::new(state, bus);
        let mut first = true;
        while processor.state.cycles < until {
            let sequencer = &processor.state.sequencer;
            if !first && !sequencer.inhibit && self.breakpoints.contains(sequencer.pc) {
                return Stop::Breakpoint {
                    address: sequencer.pc,
                };
            }
            if let Some(stop) = processor.step() {
                return stop;
            }
            first = false;
        }
        Stop::Budget
    }

    fn set_breakpoints(&mut self, breakpoints: Breakpoints) {
        self.breakpoints = breakpoints;
    }
}

/// A state and its bus, while instructions are executed.
pub struct Processor<'a> {
    pub(crate) state: &'a mut State,
    bus: &'a mut dyn Bus,
    /// A bus cycle of this instruction asked for attention.
    attention: bool,
}

impl<'a> Processor<'a> {
    /// Put the two together. Vectors that wait on the bus become pending;
    /// attention asked before the run is forgotten.
    pub fn new(state: &'a mut State, bus: &'a mut dyn Bus) -> Processor<'a> {
        let mut processor = Processor {
            state,
            bus,
            attention: false,
        };
        processor.take_vectors();
        processor.bus.take_attention();
        processor
    }

    /// Put the two together in the middle of a run.
    pub(super) fn resume(state: &'a mut State, bus: &'a mut dyn Bus) -> Processor<'a> {
        Processor {
            state,
            bus,
            attention: false,
        }
    }

    /// Did a bus cycle ask for attention?
    pub(super) fn attention(&self) -> bool {
        self.attention
    }

    /// Execute one instruction, or let an inhibited one take its cycle.
    pub fn step(&mut self) -> Option<Stop> {
        if self.state.sequencer.inhibit {
            self.skip_inhibited();
            return self.attend();
        }
        let address = self.state.sequencer.pc;
        let word = Microword(self.state.control.fetch(address) | self.state.imod);
        if let Err(rule) = self.check(word) {
            return Some(Stop::Undefined {
                address,
                word,
                rule,
            });
        }
        self.state.imod = 0;
        self.state.history.record(address);
        self.count_instruction(word);

        let a = self.state.a(word.a_source() as u32);
        let m = self.read_m_source(word);
        let own_way = match word.opcode() {
            Opcode::Alu => {
                self.alu_instruction(word, a, m);
                Way::Straight
            }
            Opcode::Byte => {
                self.write_destination(word, byte(word, a, m));
                Way::Straight
            }
            Opcode::Jump => self.jump(word, a, m),
            Opcode::Dispatch => self.dispatch(word, m),
        };
        if word.source_to_macro_ir() != 0 {
            self.source_to_macro_ir(m);
        }
        if word.macro_stream_advance() != 0 {
            self.advance_stream();
        }
        let sequenced = self.sequence(word, own_way);
        self.take_cycles(cost(word));

        if let Err(rule) = sequenced {
            return Some(Stop::Undefined {
                address,
                word,
                rule,
            });
        }
        if word.halt() != 0 {
            return Some(Stop::Halt { address });
        }
        self.attend()
    }

    /// Stop when a bus cycle asked for attention.
    fn attend(&mut self) -> Option<Stop> {
        std::mem::take(&mut self.attention).then_some(Stop::Attention)
    }

    /// May the word be executed here? What depends on the place or on memory is
    /// asked too, without any side effect.
    fn check(&self, word: Microword) -> Result<(), Undefined> {
        let opcode = classify(word, self.state.config.boards)?;
        if opcode == Opcode::Dispatch && word.lpc() != 0 {
            if self.state.sequencer.popped.is_some() {
                return Err(Undefined::LpcInPopjSlot);
            }
            let m = self.peek_m_source(word);
            if self.dispatch_word(word, m).transfer() == microword::Transfer::CallXctNext {
                return Err(Undefined::LpcCallXctNext);
            }
        }
        Ok(())
    }

    /// An ALU instruction: function, destination, Q.
    fn alu_instruction(&mut self, word: Microword, a: u32, m: u32) {
        let outcome = alu(word, a, m, self.state.q(), self.divisor_sign());
        if let Some(sign) = outcome.divisor_sign {
            self.latch_divisor_sign(sign);
        }
        self.write_destination(word, outcome.result);
        self.state.set_q(outcome.q);
    }

    /// The sign that DFSTEP latched: DP-MODE<7>.
    fn divisor_sign(&self) -> bool {
        self.state.dp_mode() & 0x80 != 0
    }

    fn latch_divisor_sign(&mut self, sign: bool) {
        let mode = self.state.dp_mode() & 0x7f;
        self.state.set_dp_mode(mode | u32::from(sign) << 7);
    }

    /// An inhibited instruction does nothing but take its cycle.
    fn skip_inhibited(&mut self) {
        let sequencer = &mut self.state.sequencer;
        let advance = sequencer.advance_at_next;
        sequencer.pc = sequencer.next_pc;
        sequencer.next_pc = sequencer.pc.wrapping_add(1);
        sequencer.inhibit = false;
        sequencer.advance_at_next = false;
        sequencer.popped = None;
        if advance {
            self.advance_stream();
        }
        self.take_cycles(1);
    }

    /// Let time pass; an auxiliary counter of microseconds sees it.
    fn take_cycles(&mut self, cycles: u64) {
        let before = self.state.cycles;
        self.state.cycles += cycles;
        if self.state.rg_mode_stored() & 7 == 6 {
            let microseconds =
                self.state.cycles / CYCLES_PER_MICROSECOND - before / CYCLES_PER_MICROSECOND;
            self.state
                .set_stat_aux(self.state.stat_aux().wrapping_add(microseconds as u32));
        }
    }

    /// The statistics counters see that an instruction is executed.
    fn count_instruction(&mut self, word: Microword) {
        if word.stat() != 0 {
            self.count(0);
        }
        self.count(7);
    }

    /// Count an event in each counter that counts events of this kind.
    fn count(&mut self, event: u32) {
        let mode = self.state.rg_mode_stored();
        if mode >> 20 & 7 == event {
            self.state.set_stat(self.state.stat().wrapping_add(1));
        }
        if mode & 7 == event {
            self.state
                .set_stat_aux(self.state.stat_aux().wrapping_add(1));
        }
    }
}

/// 200 ns a cycle, nominally.
pub const CYCLES_PER_MICROSECOND: u64 = 5;

/// How many cycles an executed instruction takes.
pub fn cost(word: Microword) -> u64 {
    1 + word.ilong() + word.slow_dest() + u64::from(writes_control_memory(word))
}

/// Does the instruction write control memory or its map?
pub fn writes_control_memory(word: Microword) -> bool {
    matches!(word.opcode(), Opcode::Alu | Opcode::Byte)
        && word.dest_a() == 0
        && Destination::from_code(word.dest_functional())
            .is_some_and(Destination::writes_control_memory)
}

#[cfg(test)]
mod tests;
