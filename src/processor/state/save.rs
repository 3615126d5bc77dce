//! A processor's state as bytes, for machine directories, crash dumps and comparisons.
//!
//! The bytes are the state's words in a fixed order, little-endian, without a
//! header: whoever stores them adds magic number, version and checksum.

use super::{ControlMemory, FILE_SIZE, ProcessorConfig, Sequencer, State};
use crate::processor::accelerator::Accelerator;
use crate::processor::history::HISTORY_SIZE;
use microword::Boards;

/// Why bytes are not a saved processor state.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum StateError {
    /// There are too few or too many bytes.
    #[error("a processor state has {expected} bytes, found {found}")]
    Length {
        /// Bytes that a state has.
        expected: usize,
        /// Bytes that were given.
        found: usize,
    },
    /// A word has a value that no state has.
    #[error("{what} has the impossible value {value:#x} (byte offset {offset})")]
    Value {
        /// What the word is.
        what: &'static str,
        /// What was found there.
        value: u64,
        /// Where.
        offset: usize,
    },
}

/// Words of 64 bits that are neither memories nor registers.
const SCALARS: usize = 20;
/// Bytes of a saved state.
const LENGTH: usize =
    SCALARS * 8 + 65536 * 8 + 4 * (FILE_SIZE + 2048 + 256 + 4096 + 4096 + 3 * 4096 + HISTORY_SIZE);

impl State {
    /// The whole state as bytes.
    pub fn save(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(LENGTH);
        for scalar in self.scalars() {
            bytes.extend_from_slice(&scalar.to_le_bytes());
        }
        for word in self.control.words.iter() {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        let mut put = |words: &mut dyn Iterator<Item = u32>| {
            for word in words {
                bytes.extend_from_slice(&word.to_le_bytes());
            }
        };
        let (level_1, control, page) = self.map.raw();
        put(&mut self.file.iter().copied());
        put(&mut self.pdl.iter().copied());
        put(&mut self.micro_stack.iter().copied());
        put(&mut self.mid.iter().copied());
        put(&mut self.control.map.iter().map(|word| u32::from(*word)));
        put(&mut level_1.iter().map(|word| u32::from(*word)));
        put(&mut control.iter().map(|word| u32::from(*word)));
        put(&mut page.iter().copied());
        put(&mut self.history.ring.iter().map(|word| u32::from(*word)));
        bytes
    }

    /// The state that [`State::save`] wrote.
    ///
    /// # Errors
    /// When the bytes are too few, too many, or hold a value that no state has.
    pub fn load(bytes: &[u8]) -> Result<State, StateError> {
        if bytes.len() != LENGTH {
            return Err(StateError::Length {
                expected: LENGTH,
                found: bytes.len(),
            });
        }
        let longs = |offset: usize, count: usize| -> Vec<u64> {
            bytes[offset..offset + count * 8]
                .chunks_exact(8)
                .map(|c| u64::from_le_bytes(array(c)))
                .collect()
        };
        let scalars = longs(0, SCALARS);
        let words = longs(SCALARS * 8, 65536);
        let mut rest = bytes[(SCALARS + 65536) * 8..]
            .chunks_exact(4)
            .map(|c| u32::from_le_bytes(array(c)));
        let mut take = |count: usize| -> Vec<u32> { rest.by_ref().take(count).collect() };

        let config = ProcessorConfig {
            slot: checked(&scalars, 0, 15, "slot")? as u8,
            boards: Boards::from_bits_truncate(checked(
                &scalars,
                1,
                u64::from(Boards::all().bits()),
                "boards",
            )? as u32),
        };
        let mut state = State::new(config);
        state.file.copy_from_slice(&take(FILE_SIZE));
        state.pdl.copy_from_slice(&take(2048));
        state.micro_stack.copy_from_slice(&take(256));
        state.mid.copy_from_slice(&take(4096));
        state.control = ControlMemory::new();
        state.control.words.copy_from_slice(&words);
        for (entry, word) in state.control.map.iter_mut().zip(take(4096)) {
            *entry = word as u16 & 0xfff;
        }
        let (level_1, control, page) = (take(4096), take(4096), take(4096));
        state.map.replace(&level_1, &control, &page);
        for (entry, word) in state.history.ring.iter_mut().zip(take(HISTORY_SIZE)) {
            *entry = word as u16;
        }
        state.history.pointer =
            checked(&scalars, 2, HISTORY_SIZE as u64 - 1, "history pointer")? as u16;
        state.micro_stack_pointer = checked(&scalars, 3, 255, "micro-stack pointer")? as u8;
        let flags = checked(&scalars, 4, 63, "latches")?;
        let popped = checked(
            &scalars,
            5,
            u64::from(super::MICRO_STACK_MASK),
            "popped word",
        )? as u32;
        state.sequencer = Sequencer {
            pc: checked(&scalars, 6, 0xffff, "micro-PC")? as u16,
            next_pc: checked(&scalars, 7, 0xffff, "next micro-PC")? as u16,
            inhibit: flags & 1 != 0,
            advance_at_next: flags & 2 != 0,
            popped: (flags & 4 != 0).then_some(popped),
        };
        state.page_fault = flags & 8 != 0;
        state.lc_written = flags & 16 != 0;
        state.suppress = flags & 32 != 0;
        state.volatility_latch = checked(&scalars, 8, 3, "volatility latch")? as u8;
        state.imod = scalars[9];
        state.cycles = scalars[10];
        state.interrupts.copy_from_slice(&scalars[11..15]);
        state.accelerator = Accelerator {
            x: scalars[15],
            y: scalars[16],
            result: scalars[17],
            remainder: checked(&scalars, 18, u64::from(u32::MAX), "accelerator remainder")? as u32,
            status: checked(&scalars, 19, u64::from(u32::MAX), "accelerator status")? as u32,
        };
        Ok(state)
    }

    /// A number that differs, but for rare chance, when two states differ.
    pub fn digest(&self) -> u64 {
        self.save()
            .iter()
            .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
                (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
            })
    }

    fn scalars(&self) -> [u64; SCALARS] {
        let s = &self.sequencer;
        let flags = [
            s.inhibit,
            s.advance_at_next,
            s.popped.is_some(),
            self.page_fault,
            self.lc_written,
            self.suppress,
        ];
        let flags = flags
            .iter()
            .enumerate()
            .map(|(bit, flag)| u64::from(*flag) << bit)
            .sum();
        let acc = &self.accelerator;
        [
            u64::from(self.config.slot),
            u64::from(self.config.boards.bits()),
            u64::from(self.history.pointer),
            u64::from(self.micro_stack_pointer),
            flags,
            u64::from(s.popped.unwrap_or(0)),
            u64::from(s.pc),
            u64::from(s.next_pc),
            u64::from(self.volatility_latch),
            self.imod,
            self.cycles,
            self.interrupts[0],
            self.interrupts[1],
            self.interrupts[2],
            self.interrupts[3],
            acc.x,
            acc.y,
            acc.result,
            u64::from(acc.remainder),
            u64::from(acc.status),
        ]
    }
}

fn array<const N: usize>(chunk: &[u8]) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.copy_from_slice(chunk);
    bytes
}

fn checked(scalars: &[u64], index: usize, max: u64, what: &'static str) -> Result<u64, StateError> {
    let value = scalars[index];
    if value > max {
        Err(StateError::Value {
            what,
            value,
            offset: index * 8,
        })
    } else {
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saved_and_loaded_is_the_same() {
        let mut state = State::new(ProcessorConfig {
            slot: 5,
            boards: Boards::ACCELERATOR,
        });
        state.control.map_identity();
        state.control.store(0o1234, 0x1234_5678_9abc_def0);
        state.map.set_level_1(0o40000, 7);
        state.map.set_control(0o40000, 0o1777);
        state.set_md(99);
        state.set_pdl_word(2047, 7);
        state.history.record(0o777);
        state.sequencer.popped = Some(0o1000012);
        state.page_fault = true;
        state.interrupts[2] = 6;
        state.accelerator.x = u64::MAX;
        state.cycles = 1 << 40;
        let bytes = state.save();
        let loaded = State::load(&bytes).unwrap();
        assert!(loaded == state);
        assert_eq!(loaded.digest(), state.digest());
        assert!(State::new(state.config).digest() != state.digest());
    }

    #[test]
    fn damage_is_reported() {
        let bytes = State::new(ProcessorConfig::default()).save();
        assert_eq!(
            State::load(&bytes[1..]).err(),
            Some(StateError::Length {
                expected: LENGTH,
                found: LENGTH - 1
            })
        );
        let mut damaged = bytes;
        damaged[7] = 1;
        assert!(matches!(
            State::load(&damaged),
            Err(StateError::Value { what: "slot", .. })
        ));
    }
}
