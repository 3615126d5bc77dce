//! A machine: a processor, its boards, and the order in which things happen.
//!
//! [`Machine`] owns everything that the guest can see and is driven by one thread. Its
//! time is bus time. [`Machine::burst`] lets the processor run up to the next thing
//! that will happen — an event at the gate, a device that comes due, the end of
//! the burst — so that each falls on exactly its cycle, whatever engine runs and
//! wherever bursts begin and end. What the host has to do in between (terminal,
//! waiting) is done by [`crate::terminal`], which only ever calls [`Machine::admit`].

pub mod config;
pub mod directory;
pub mod gate;
pub mod hostfiles;

pub use config::{ConfigError, GrantSetting, Settings};
pub use directory::{Directory, DirectoryError};
pub use gate::{Event, Gate, Input};
pub use hostfiles::{GrantError, HostFiles};

use crate::bus::wires::{BoardStop, CYCLES_PER_MICROSECOND};
use crate::bus::{Backplane, Bus, ConsoleInput, Output};
use crate::processor::{Engine, EngineKind, ProcessorConfig, State, Stop};

/// Cycles of a burst: 0.1 s of bus time, a few milliseconds of the host's.
pub const BURST_CYCLES: u64 = 500_000;

/// Bus time that a command to the host-file device takes.
const FILE_CYCLES: u64 = 20 * CYCLES_PER_MICROSECOND;

/// Why a machine has stopped for good, or until somebody lets it go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
    /// The guest asked for the end, with this exit status.
    Exit(u8),
    /// The processor stopped: HALT, an undefined microinstruction, a breakpoint.
    Processor(Stop),
    /// The watchdog was not reset within so many microseconds.
    Watchdog {
        /// Its period.
        period: u32,
    },
    /// The processor has used the cycles that it was given.
    CycleLimit,
}

/// What a burst came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The processor has more to do.
    Running,
    /// The processor waits. Without an event from outside, the next thing happens at
    /// this bus time — or never.
    Idle(Option<u64>),
    /// It has stopped.
    Halted(Halt),
}

/// A machine.
pub struct Machine {
    /// The processor's state.
    pub state: State,
    /// The boards.
    pub bus: Backplane,
    /// The gate.
    pub gate: Gate,
    engine: Box<dyn Engine>,
    files: HostFiles,
    outputs: Vec<Output>,
    cycle_limit: Option<u64>,
}

impl Machine {
    /// A machine just after reset: nothing in control memory yet. Everything from
    /// outside comes through `gate`; `files` obeys the host-file device, except in a replay.
    pub fn new(
        engine: EngineKind,
        config: ProcessorConfig,
        bus: Backplane,
        gate: Gate,
        files: HostFiles,
    ) -> Machine {
        Machine {
            state: State::new(config),
            bus,
            gate,
            engine: engine.build(),
            files,
            outputs: Vec::new(),
            cycle_limit: None,
        }
    }

    /// Stops the machine when the processor has run so many cycles.
    pub fn set_cycle_limit(&mut self, limit: Option<u64>) {
        self.cycle_limit = limit;
    }

    /// The engine, to set breakpoints.
    pub fn engine(&mut self) -> &mut dyn Engine {
        &mut *self.engine
    }

    /// Bus time, in cycles.
    pub fn now(&self) -> u64 {
        self.bus.wires.now
    }

    /// Lets something in from outside, to arrive at once.
    pub fn admit(&mut self, input: Input) {
        if matches!(
            input,
            Input::Console(ConsoleInput::Text(_) | ConsoleInput::End)
        ) {
            // What was looked for is on its way.
            self.bus.wires.input_wanted = false;
        }
        self.gate.admit(self.now(), input);
    }

    /// Lets bus time pass while the processor waits; it never passes what is due.
    pub fn wait_until(&mut self, time: u64) {
        let due = [self.gate.due(), self.bus.due()]
            .into_iter()
            .flatten()
            .min();
        self.bus.jump_to(due.map_or(time, |due| due.min(time)));
    }

    /// What has been said to the outside since the last call: text and completions.
    pub fn take_outputs(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.outputs)
    }

    /// Does the guest look for input that has not come?
    pub fn wants_input(&self) -> bool {
        self.bus.wires.input_wanted && self.bus.console.hungry()
    }

    /// Runs until something stops the processor, it waits, or `cycles` have passed.
    pub fn burst(&mut self, cycles: u64) -> Progress {
        self.bus.set_time(self.state.cycles);
        let end = self.now() + cycles;
        loop {
            self.deliver();
            match self.bus.take_stop() {
                Some(BoardStop::Exit(status)) => return Progress::Halted(Halt::Exit(status)),
                Some(BoardStop::Watchdog { period }) => {
                    return Progress::Halted(Halt::Watchdog { period });
                }
                None => {}
            }
            let due = [self.gate.due(), self.bus.due()]
                .into_iter()
                .flatten()
                .min();
            if self.bus.wires.idle {
                return Progress::Idle(due);
            }
            if self.now() >= end {
                return Progress::Running;
            }
            let ahead = due.map_or(end, |due| due.min(end)) - self.now();
            let until = self.state.cycles + ahead;
            let limit = self.cycle_limit.unwrap_or(u64::MAX);
            if self.state.cycles >= limit {
                return Progress::Halted(Halt::CycleLimit);
            }
            let stop = self
                .engine
                .run(&mut self.state, &mut self.bus, until.min(limit));
            self.bus.set_time(self.state.cycles);
            self.obey();
            if !matches!(stop, Stop::Budget | Stop::Attention) {
                return Progress::Halted(Halt::Processor(stop));
            }
        }
    }

    /// Brings to the boards what has arrived, and lets happen what has come due.
    fn deliver(&mut self) {
        while let Some(event) = self.gate.take(self.now()) {
            let wires = &mut self.bus.wires;
            match &event.input {
                Input::Request(request) => self.bus.sdu.receive(request),
                Input::Date(date) => self.bus.clock.receive(*date),
                Input::Console(input) => self.bus.console.receive(input, wires),
                Input::File(answer) => self.bus.hostfile.receive(answer, wires),
            }
            self.bus.wires.happened();
        }
        self.bus.advance();
        while let Some(vector) = self.bus.take_vector() {
            self.state.post_interrupt(vector);
        }
    }

    /// Sends what the boards have said where it belongs.
    fn obey(&mut self) {
        for output in self.bus.take_outputs() {
            match output {
                Output::File(request) if self.gate.replaying() => drop(request),
                Output::File(request) => {
                    let answer = self.files.execute(&request);
                    self.gate
                        .admit(request.at + FILE_CYCLES, Input::File(answer));
                }
                other => self.outputs.push(other),
            }
        }
    }

    /// A hash of everything that the guest can see: equal for equal runs.
    pub fn state_hash(&self) -> u64 {
        let processor = crc32fast::hash(&self.state.save());
        u64::from(processor) << 32 | u64::from(self.bus.state_hash())
    }
}
