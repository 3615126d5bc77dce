//! The fast engine: each word decoded once, operands resolved, main memory direct.
//!
//! The straight way (instructions one after another, delay slots that hold
//! ordinary instructions, the PDL buffer on, no event counted) is done here.
//! Everything else is one step of the reference engine on the same state:
//! transfers in delay slots, IMOD, control-memory writes, modes, undefined words,
//! and the last few cycles before a limit, so that both stop at the same boundary.
//! What was decoded is forgotten when control memory or its map changes.

mod decode;
mod decoded;
mod memory;
mod operation;
mod straight;
mod translation;
mod work;

use super::reference::Processor;
use super::{Breakpoints, Engine, Stop};
use crate::bus::{Bus, MainMemory};
use crate::processor::State;
use decoded::Decoded;
use straight::{End, on_the_straight_way, straight_way};
use translation::Translation;

/// The engine to use.
#[derive(Default)]
pub struct FastEngine {
    decoded: Decoded,
    translation: Translation,
    breakpoints: Breakpoints,
    reference_steps: u64,
}

impl FastEngine {
    /// How many instructions were left to the reference engine so far.
    pub fn reference_steps(&self) -> u64 {
        self.reference_steps
    }
}

/// No way through the loop takes more cycles than this before it looks at the limit.
const SLACK: u64 = 16;

/// What an operation may touch besides the state.
struct Context<'a> {
    translation: &'a mut Translation,
    memory: MainMemory,
    bus: &'a mut dyn Bus,
    /// STACK-WINDOW-HIGH − STACK-WINDOW-LOW, 0 when the window is shut.
    window_span: u32,
    /// The cycle count before the instruction, for bus cycles.
    cycles: u64,
    /// A bus cycle asked for attention.
    stop: bool,
}

impl Context<'_> {
    /// Bring what is derived from maps and registers up to date.
    #[inline]
    fn refresh(&mut self, state: &State) {
        self.translation.refresh(&state.map, &self.memory);
        self.window_span = state.window_high().saturating_sub(state.window_low());
    }
}

impl Engine for FastEngine {
    fn name(&self) -> &'static str {
        "fast"
    }

    fn run(&mut self, state: &mut State, bus: &mut dyn Bus, until: u64) -> Stop {
        let FastEngine {
            decoded,
            translation,
            breakpoints,
            reference_steps,
        } = self;
        // Vectors that wait on the bus become pending as every run begins.
        Processor::new(state, bus);
        let memory = bus.lend_memory();
        let mut context = Context {
            translation,
            memory,
            bus,
            window_span: 0,
            cycles: 0,
            stop: false,
        };
        decoded.refresh(state);
        context.refresh(state);
        let mut first = true;
        let stop = loop {
            if state.cycles >= until {
                break Stop::Budget;
            }
            if state.cycles + SLACK < until && on_the_straight_way(state) {
                let before = state.cycles;
                let end = straight_way(decoded, breakpoints, state, &mut context, until - SLACK);
                first &= state.cycles == before;
                if let End::Stop(stop) = end {
                    break stop;
                }
            }
            let sequencer = &state.sequencer;
            if !first && !sequencer.inhibit && breakpoints.contains(sequencer.pc) {
                break Stop::Breakpoint {
                    address: sequencer.pc,
                };
            }
            first = false;
            *reference_steps += 1;
            let stop = reference_step(state, &mut context);
            decoded.refresh(state);
            context.refresh(state);
            if let Some(stop) = stop {
                break stop;
            }
        };
        let Context { memory, bus, .. } = context;
        bus.return_memory(memory);
        stop
    }

    fn set_breakpoints(&mut self, breakpoints: Breakpoints) {
        self.breakpoints = breakpoints;
        self.decoded.forget_all();
    }
}

/// One step of the reference engine.
#[inline(never)]
fn reference_step(state: &mut State, context: &mut Context<'_>) -> Option<Stop> {
    context
        .bus
        .return_memory(std::mem::take(&mut context.memory));
    let stop = Processor::resume(state, context.bus).step();
    context.memory = context.bus.lend_memory();
    stop
}
