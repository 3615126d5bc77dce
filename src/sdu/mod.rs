//! The system diagnostic unit.
//!
//! On the Lambda the SDU was a computer of its own, an 8088 with a console line:
//! it tested the machine, loaded the boot PROM into control memory, started the
//! processor's clocks, kept a non-volatile memory and watched that the processor
//! still lived. [`Sdu`] is the part of it that the processor sees as a board;
//! [`power_up`] is what it does before there is a running processor, [`report`]
//! what it says when there is one no longer. Left out: its Multibus, its tape and its
//! own programs.

pub mod nvram;
pub mod power_up;
pub mod report;

use crate::bus::wires::{BoardStop, CYCLES_PER_MICROSECOND};
use crate::bus::{Output, Wires};
use boards::sdu as reg;
use diskimage::Name;
use serde::{Deserialize, Serialize};

/// What the machine is to do, as the person who started it said: it reaches the
/// SDU as the first event of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// `sdu-request-…`.
    pub kind: u32,
    /// The strings that go with it.
    pub arguments: Vec<String>,
    /// Flip at every n-th allocation; 0 is off.
    pub torture: u32,
    /// Pages that the heap may grow to; 0 is no limit.
    pub heap_limit: u32,
    /// `sdu-flag-…` bits.
    pub flags: u32,
}

impl Default for Request {
    fn default() -> Self {
        Request {
            kind: reg::REQUEST_LISTENER,
            arguments: Vec::new(),
            torture: 0,
            heap_limit: 0,
            flags: 0,
        }
    }
}

/// The board.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sdu {
    request: Request,
    argument: u32,
    /// The characters of the chosen argument, and how many have been read.
    characters: Vec<u32>,
    taken: usize,
    watchdog_period: u32,
    /// Bus time, in cycles, at which the watchdog bites.
    watchdog_end: Option<u64>,
    latched_high: u32,
    /// Names of the microcode and load band to boot.
    pub bands: (u32, u32),
    /// The words of the NVRAM.
    pub nvram: Vec<u32>,
}

impl Default for Sdu {
    fn default() -> Self {
        Sdu {
            request: Request::default(),
            argument: 0,
            characters: Vec::new(),
            taken: 0,
            watchdog_period: 0,
            watchdog_end: None,
            latched_high: 0,
            bands: (Name::new(b"MCR1").0, Name::new(b"LOD1").0),
            nvram: vec![0; reg::STANDARD_NVRAM_WORDS as usize],
        }
    }
}

impl Sdu {
    /// Reads a register.
    pub fn read(&mut self, register: u32, wires: &mut Wires) -> u32 {
        let value = self.inspect(register, wires);
        match register {
            reg::ARGUMENT_NEXT if value != reg::ARGUMENT_END => self.taken += 1,
            reg::CYCLE_LOW => self.latched_high = (wires.now >> 32) as u32,
            _ => {}
        }
        value
    }

    /// Writes a register.
    pub fn write(&mut self, register: u32, data: u32, wires: &mut Wires) {
        match register {
            reg::ARGUMENT => self.choose(data),
            reg::EXIT => {
                wires.stop = Some(BoardStop::Exit(data as u8));
                wires.attention = true;
            }
            reg::IDLE if data == wires.event_count => {
                wires.idle = true;
                wires.attention = true;
            }
            reg::WATCHDOG_PERIOD => {
                self.watchdog_period = data;
                self.start_watchdog(wires);
                wires.attention = true;
            }
            reg::WATCHDOG_RESET => self.start_watchdog(wires),
            reg::CONSOLE_OUT => {
                let character = char::from_u32(data).unwrap_or(char::REPLACEMENT_CHARACTER);
                wires.say(Output::Sdu(character.into()));
            }
            _ => {}
        }
    }

    /// Looks at a register.
    pub fn inspect(&self, register: u32, wires: &Wires) -> u32 {
        match register {
            reg::REQUEST => self.request.kind,
            reg::ARGUMENT_COUNT => self.request.arguments.len() as u32,
            reg::ARGUMENT => self.argument,
            reg::ARGUMENT_NEXT => self
                .characters
                .get(self.taken)
                .copied()
                .unwrap_or(reg::ARGUMENT_END),
            reg::EVENT_COUNT => wires.event_count,
            reg::WATCHDOG_PERIOD => self.watchdog_period,
            reg::NVRAM_PAGE => reg::STANDARD_NVRAM_PAGE,
            reg::NVRAM_WORDS => reg::STANDARD_NVRAM_WORDS,
            reg::TORTURE => self.request.torture,
            reg::HEAP_LIMIT => self.request.heap_limit,
            reg::CYCLE_LOW => wires.now as u32,
            reg::CYCLE_HIGH => self.latched_high,
            reg::MICROCODE_BAND => self.bands.0,
            reg::BOOT_BAND => self.bands.1,
            reg::FLAGS => self.request.flags,
            _ => 0,
        }
    }

    /// Takes the request.
    pub fn receive(&mut self, request: &Request) {
        self.request = request.clone();
        self.choose(0);
    }

    fn choose(&mut self, argument: u32) {
        let text = self.request.arguments.get(argument as usize);
        self.characters = text
            .map(|t| t.chars().map(u32::from).collect())
            .unwrap_or_default();
        (self.argument, self.taken) = (argument, 0);
    }

    fn start_watchdog(&mut self, wires: &Wires) {
        let length = u64::from(self.watchdog_period) * CYCLES_PER_MICROSECOND;
        self.watchdog_end = (self.watchdog_period != 0).then_some(wires.now + length);
    }

    /// When the watchdog will bite, in cycles of bus time.
    pub fn due(&self) -> Option<u64> {
        self.watchdog_end
    }

    /// Lets the watchdog bite if its time has come.
    pub fn advance(&mut self, wires: &mut Wires) {
        if self.watchdog_end.is_some_and(|end| end <= wires.now) {
            self.watchdog_end = None;
            wires.stop = Some(BoardStop::Watchdog {
                period: self.watchdog_period,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read_a_character_at_a_time() {
        let (mut sdu, mut wires) = (Sdu::default(), Wires::default());
        sdu.receive(&Request {
            kind: reg::REQUEST_RUN,
            arguments: vec!["é.lisp".into(), "".into()],
            ..Request::default()
        });
        assert_eq!(sdu.read(reg::ARGUMENT_COUNT, &mut wires), 2);
        let mut text = String::new();
        loop {
            let next = sdu.read(reg::ARGUMENT_NEXT, &mut wires);
            if next == reg::ARGUMENT_END {
                break;
            }
            text.extend(char::from_u32(next));
        }
        assert_eq!(text, "é.lisp");
        for argument in [1, 2] {
            sdu.write(reg::ARGUMENT, argument, &mut wires);
            assert_eq!(sdu.read(reg::ARGUMENT_NEXT, &mut wires), reg::ARGUMENT_END);
        }
    }

    #[test]
    fn idling_needs_the_event_count_of_now() {
        let (mut sdu, mut wires) = (Sdu::default(), Wires::default());
        wires.happened();
        sdu.write(reg::IDLE, 0, &mut wires);
        assert!(!wires.idle, "an event came in between");
        let count = sdu.read(reg::EVENT_COUNT, &mut wires);
        sdu.write(reg::IDLE, count, &mut wires);
        assert!(wires.idle && wires.attention);
        wires.happened();
        assert!(!wires.idle);
    }

    #[test]
    fn the_watchdog_bites_unless_it_is_reset() {
        let (mut sdu, mut wires) = (Sdu::default(), Wires::default());
        sdu.write(reg::WATCHDOG_PERIOD, 10, &mut wires);
        wires.now = 49;
        sdu.write(reg::WATCHDOG_RESET, 1, &mut wires);
        wires.now = 50;
        sdu.advance(&mut wires);
        assert_eq!(wires.stop, None);
        wires.now = 99;
        sdu.advance(&mut wires);
        assert_eq!(wires.stop, Some(BoardStop::Watchdog { period: 10 }));
    }

    #[test]
    fn exit_carries_a_status() {
        let (mut sdu, mut wires) = (Sdu::default(), Wires::default());
        sdu.write(reg::EXIT, 3, &mut wires);
        assert_eq!(wires.stop, Some(BoardStop::Exit(3)));
    }
}
