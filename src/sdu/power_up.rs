//! What the SDU does before there is a running processor: tests what it can reach,
//! loads a microprogram into the processor's memories, and chooses where it begins.
//!
//! On the Lambda the SDU did this over the spy paths, word by word, from its own
//! ROM and tape. The test here is of what can be wrong in an emulated machine: that
//! the boards answer where they should and memory is as large as it says.

use crate::bus::{Backplane, Bus, Reply};
use crate::processor::State;
use boards::{BOARDS, config, config_base, memory, slot_base};
use thiserror::Error;
use uasm::{Memory, Object};

/// The labels at which a microprogram begins, the first that there is; without any
/// it begins at its lowest address.
pub const START_LABELS: [&str; 2] = ["start", "begin"];

/// Why the SDU does not start the clocks.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PowerUpError {
    /// A board is not what it should be.
    #[error("SDU self-test: {board} at {address:#010x}: found {found}, expected {expected}")]
    SelfTest {
        /// The board.
        board: &'static str,
        /// Bus byte address.
        address: u32,
        /// What was read.
        found: String,
        /// What should have been.
        expected: String,
    },
    /// There is nothing to run.
    #[error("the microprogram has no instruction")]
    Empty,
}

/// Asks every board who it is, and writes and reads the ends of memory. Memory is
/// left as it was.
pub fn self_test(bus: &mut Backplane) -> Result<(), PowerUpError> {
    let failed = |board, address, found: Reply, expected: u32| PowerUpError::SelfTest {
        board,
        address,
        found: match found {
            Reply::Ok(word) => format!("{word:#x}"),
            Reply::NoAnswer => "no answer".into(),
        },
        expected: format!("{expected:#x}"),
    };
    for board in BOARDS.iter().filter(|board| board.kind != 0) {
        for (word, expected) in [
            (config::MAGIC, config::MAGIC_NUMBER),
            (config::KIND, board.kind),
        ] {
            let address = config_base(board.slot) + 4 * word;
            let found = bus.read_word(address, 0);
            if found != Reply::Ok(expected) {
                return Err(failed(board.name, address, found, expected));
            }
        }
    }
    let mut register = |number: u32| {
        let address = slot_base(memory::BOARD.slot) + 4 * number;
        match bus.read_word(address, 0) {
            Reply::Ok(word) => Ok(word),
            found => Err(failed(memory::BOARD.name, address, found, 1)),
        }
    };
    let first = register(memory::BASE_PAGE)? * 1024;
    let last = first + register(memory::PAGES)? * 1024 - 4;
    for address in [first, last] {
        for pattern in [0x5555_5555, 0xaaaa_aaaa, 0] {
            bus.write_word(address, pattern, 0);
            let found = bus.read_word(address, 0);
            if found != Reply::Ok(pattern) {
                return Err(failed(memory::BOARD.name, address, found, pattern));
            }
        }
    }
    Ok(())
}

/// Loads a microprogram into control, A, M and decode memory, maps control memory
/// one to one, and sets the processor to its start.
pub fn load(state: &mut State, program: &Object) -> Result<(), PowerUpError> {
    let start = start_address(program).ok_or(PowerUpError::Empty)?;
    state.control.map_identity();
    for (address, word) in &program.control {
        state.control.store(*address, *word);
    }
    for (address, word) in &program.a_memory {
        state.set_a(u32::from(*address), *word);
    }
    for (address, word) in &program.m_memory {
        state.set_m(u32::from(*address), *word);
    }
    for (address, word) in &program.mid {
        state.mid[usize::from(*address) % state.mid.len()] = *word;
    }
    state.start_at(start);
    Ok(())
}

/// Where a microprogram begins.
pub fn start_address(program: &Object) -> Option<u16> {
    let label = |name: &str| {
        let label = program.symbols.labels.get(name)?;
        (label.memory == Memory::Control).then_some(label.address)
    };
    let named = START_LABELS.into_iter().find_map(label);
    named.or_else(|| {
        program
            .control
            .first_key_value()
            .map(|(address, _)| *address)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::processor::ProcessorConfig;

    #[test]
    fn a_good_machine_passes_and_a_bad_one_is_told() {
        let mut bus = Backplane::new(1);
        assert_eq!(self_test(&mut bus), Ok(()));
        bus.wires.memory.words.clear();
        let error = self_test(&mut bus).expect_err("no memory").to_string();
        assert!(
            error.contains("memory at 0x40000000: found no answer"),
            "{error}"
        );
    }

    #[test]
    fn a_program_is_loaded_and_started() {
        let mut program = Object::default();
        let mut state = State::new(ProcessorConfig::default());
        assert_eq!(load(&mut state, &program), Err(PowerUpError::Empty));
        program.control.insert(0o200, 5);
        program.m_memory.insert(3, 33);
        program.a_memory.insert(0o1000, 44);
        program.mid.insert(7, 55);
        load(&mut state, &program).expect("loaded");
        assert_eq!(state.sequencer.pc, 0o200);
        assert_eq!(state.control.fetch(0o200), 5);
        assert_eq!(
            (state.m(3), state.a(3), state.a(0o1000), state.mid[7]),
            (33, 33, 44, 55)
        );
        let begin = uasm::Label {
            memory: Memory::Control,
            address: 0o100,
        };
        program.symbols.labels.insert("begin".into(), begin);
        assert_eq!(start_address(&program), Some(0o100));
    }
}
