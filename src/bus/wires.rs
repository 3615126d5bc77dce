//! What a board can do besides answer a cycle: know the time, reach main memory,
//! interrupt a processor, say something to the outside.
//!
//! On the Lambda these were the lines of the NuBus itself — clock, address and
//! data for a board that had become master, and the cables out of the cabinet. Here
//! they are one struct, lent to a board for as long as it acts, so that no board
//! holds a reference to another or to the host.

use super::{MainMemory, hostfile::FileRequest};

/// Cycles of bus time in a microsecond: a cycle is 200 ns.
pub const CYCLES_PER_MICROSECOND: u64 = 5;

/// What leaves the machine for the outside world. Nothing comes back this way:
/// answers enter as events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Text for the terminal.
    Console(String),
    /// Text for the host's standard error.
    Error(String),
    /// Text on the SDU's own console.
    Sdu(String),
    /// A command for the host's files.
    File(FileRequest),
    /// The answer to a request for completions: candidates, a line each.
    Completions(String),
}

/// Why the boards want the machine to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoardStop {
    /// The guest asked to exit with this status.
    Exit(u8),
    /// The watchdog was not reset in time.
    Watchdog {
        /// Its period in microseconds.
        period: u32,
    },
}

/// The lines of the bus.
#[derive(Debug, Default)]
pub struct Wires {
    /// Bus time, in cycles.
    pub now: u64,
    /// Main memory, when no engine has borrowed it.
    pub memory: MainMemory,
    /// Addresses to which boards have posted interrupts, in order.
    pub interrupts: Vec<u32>,
    /// What has been said to the outside and not been collected.
    pub outputs: Vec<Output>,
    /// The machine should look at the boards before the processor goes on.
    pub attention: bool,
    /// The processor has nothing to do until the next event.
    pub idle: bool,
    /// Has the input of the console been looked for, in vain, since this was cleared?
    pub input_wanted: bool,
    /// The machine should stop.
    pub stop: Option<BoardStop>,
    /// Events that have reached the boards, modulo 2²⁴.
    pub event_count: u32,
}

impl Wires {
    /// Bus time in microseconds.
    pub fn microseconds(&self) -> u64 {
        self.now / CYCLES_PER_MICROSECOND
    }

    /// Posts an interrupt: a bus write of 1 to `address`, done when the board has ended.
    pub fn interrupt(&mut self, address: u32) {
        self.interrupts.push(address);
    }

    /// Counts an event, which ends a wait.
    pub fn happened(&mut self) {
        self.event_count = (self.event_count + 1) & 0x00ff_ffff;
        self.idle = false;
    }

    /// Says something to the outside. Text joins the text before it.
    pub fn say(&mut self, output: Output) {
        match (self.outputs.last_mut(), output) {
            (Some(Output::Console(before)), Output::Console(text))
            | (Some(Output::Error(before)), Output::Error(text))
            | (Some(Output::Sdu(before)), Output::Sdu(text)) => before.push_str(&text),
            (_, output) => self.outputs.push(output),
        }
    }
}

/// A device's interrupt: which conditions are enabled, where to post, and which
/// enabled conditions have been posted already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct InterruptLine {
    /// The enable bits, as the device's CONTROL register has them.
    pub control: u32,
    /// Bus byte address to write.
    pub address: u32,
    active: u32,
}

impl InterruptLine {
    /// Posts if a condition that is enabled was not both true and enabled before.
    pub fn settle(&mut self, conditions: u32, wires: &mut Wires) {
        let active = conditions & self.control;
        if active & !self.active != 0 {
            wires.interrupt(self.address);
        }
        self.active = active;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_posted_once_until_it_ends() {
        let mut wires = Wires::default();
        let mut line = InterruptLine {
            control: 1,
            address: 0xf000_0010,
            ..Default::default()
        };
        line.settle(1, &mut wires);
        line.settle(3, &mut wires);
        assert_eq!(wires.interrupts, [0xf000_0010]);
        line.settle(0, &mut wires);
        line.settle(1, &mut wires);
        assert_eq!(wires.interrupts.len(), 2);
        line.control = 3;
        line.settle(3, &mut wires);
        assert_eq!(wires.interrupts.len(), 3, "enabled while true");
    }

    #[test]
    fn text_is_gathered() {
        let mut wires = Wires::default();
        for c in ["a", "b"] {
            wires.say(Output::Console(c.into()));
        }
        wires.say(Output::Error("e".into()));
        wires.say(Output::Console("c".into()));
        assert_eq!(wires.outputs.len(), 3);
        assert_eq!(wires.outputs[0], Output::Console("ab".into()));
    }
}
