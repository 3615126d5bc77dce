//! The one gate through which everything from outside enters the machine.
//!
//! An event is stamped with the bus time at which it reaches its board. Live, the
//! stamp is given here; in a replay it comes from the recording, and nothing else is
//! let in. Everything that a board ever learns of the host has passed here.

use crate::bus::{ConsoleInput, Date, FileAnswer};
use crate::sdu::Request;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Something from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Input {
    /// For the SDU: what the machine is to do.
    Request(Request),
    /// For the clock: the date at power-up.
    Date(Date),
    /// For the console line.
    Console(ConsoleInput),
    /// For the host-file device.
    File(FileAnswer),
}

/// Something from outside and when it arrives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Bus time in cycles.
    pub at: u64,
    /// What arrives.
    pub input: Input,
}

/// The gate.
#[derive(Debug, Default)]
pub struct Gate {
    /// Events that have been stamped and not delivered, by time and order of arrival.
    waiting: BTreeMap<(u64, u64), Input>,
    arrived: u64,
    recording: Option<Vec<Event>>,
    replaying: bool,
}

impl Gate {
    /// A gate that keeps a recording when `record` is true.
    pub fn live(record: bool) -> Gate {
        Gate {
            recording: record.then(Vec::new),
            ..Gate::default()
        }
    }

    /// A gate that lets in what is recorded, when it is recorded, and nothing else.
    pub fn replay(recording: &[Event]) -> Gate {
        let mut gate = Gate::default();
        for event in recording {
            gate.admit(event.at, event.input.clone());
        }
        gate.replaying = true;
        gate
    }

    /// Is this a replay?
    pub fn replaying(&self) -> bool {
        self.replaying
    }

    /// Lets something in, to arrive at bus time `at`. A replay does not listen.
    pub fn admit(&mut self, at: u64, input: Input) {
        if self.replaying {
            return;
        }
        self.waiting.insert((at, self.arrived), input);
        self.arrived += 1;
    }

    /// When the next event arrives.
    pub fn due(&self) -> Option<u64> {
        self.waiting.first_key_value().map(|((at, _), _)| *at)
    }

    /// The next event that has arrived by `now`. It is recorded as it leaves.
    pub fn take(&mut self, now: u64) -> Option<Event> {
        let entry = self
            .waiting
            .first_entry()
            .filter(|entry| entry.key().0 <= now)?;
        let ((at, _), input) = entry.remove_entry();
        let event = Event { at, input };
        if let Some(recording) = &mut self.recording {
            recording.push(event.clone());
        }
        Some(event)
    }

    /// What has been delivered so far, when a recording is kept.
    pub fn recording(&self) -> Option<&[Event]> {
        self.recording.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Input {
        Input::Console(ConsoleInput::Text(text.into()))
    }

    #[test]
    fn events_leave_by_their_stamps_and_are_recorded() {
        let mut gate = Gate::live(true);
        for (at, text) in [(20, "c"), (10, "a"), (10, "b")] {
            gate.admit(at, typed(text));
        }
        assert_eq!(gate.due(), Some(10));
        assert_eq!(gate.take(9), None);
        let taken: Vec<_> = std::iter::from_fn(|| gate.take(30)).collect();
        let stamps: Vec<_> = taken.iter().map(|event| event.at).collect();
        assert_eq!(stamps, [10, 10, 20]);
        assert_eq!(taken[0].input, typed("a"));
        assert_eq!(gate.recording(), Some(&taken[..]));

        let mut replay = Gate::replay(&taken);
        replay.admit(0, typed("not heard"));
        let again: Vec<_> = std::iter::from_fn(|| replay.take(30)).collect();
        assert_eq!(again, taken);
    }
}
