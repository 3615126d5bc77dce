//! Each effect of the micro-architecture: a value before, an instruction, a value after.

mod control;
mod data;
mod storage;

use super::*;
use crate::bus::{BareBus, MainMemory, Reply};
use crate::processor::{ProcessorConfig, State};

/// A processor with identity control map, PDL buffer on, program counter at
/// 100, virtual page 0 mapped to physical page 0 for reading and writing.
struct Bench {
    state: State,
    bus: TestBus,
}

/// Main memory of two pages, and a device at 4000000 (hex): writes post the
/// data as a vector, reads ask for attention.
struct TestBus {
    bare: BareBus,
    vectors: Vec<u8>,
    attention: bool,
}

impl Bus for TestBus {
    fn read_word(&mut self, address: u32, cycle: u64) -> Reply {
        if address == 0x400_0000 {
            self.attention = true;
            return Reply::Ok(cycle as u32);
        }
        self.bare.read_word(address, cycle)
    }
    fn write_word(&mut self, address: u32, data: u32, cycle: u64) -> Reply {
        if address == 0x400_0000 {
            self.vectors.push(data as u8);
            return Reply::Ok(0);
        }
        self.bare.write_word(address, data, cycle)
    }
    fn read_byte(&mut self, address: u32, cycle: u64) -> Reply {
        self.bare.read_byte(address, cycle)
    }
    fn write_byte(&mut self, address: u32, data: u32, cycle: u64) -> Reply {
        self.bare.write_byte(address, data, cycle)
    }
    fn inspect(&self, address: u32) -> Option<u32> {
        self.bare.inspect(address)
    }
    fn lend_memory(&mut self) -> MainMemory {
        self.bare.lend_memory()
    }
    fn return_memory(&mut self, memory: MainMemory) {
        self.bare.return_memory(memory);
    }
    fn take_vector(&mut self) -> Option<u8> {
        (!self.vectors.is_empty()).then(|| self.vectors.remove(0))
    }
    fn take_attention(&mut self) -> bool {
        std::mem::take(&mut self.attention)
    }
}

const START: u16 = 0o100;

impl Bench {
    /// `words` at 100 and on.
    fn new(words: &[Microword]) -> Bench {
        let mut state = State::new(ProcessorConfig::default());
        state.control.map_identity();
        state.write_dp_mode(1);
        for (offset, word) in words.iter().enumerate() {
            state.control.store(START + offset as u16, word.0);
        }
        state.start_at(START);
        let mut bench = Bench {
            state,
            bus: TestBus {
                bare: BareBus::new(2),
                vectors: Vec::new(),
                attention: false,
            },
        };
        bench.map_page(0, 0, 3 << 8 | 1 << 5);
        bench
    }

    fn map_page(&mut self, address: u32, physical: u32, control: u32) {
        self.state.map.set_level_1(address, 1);
        self.state.map.set_control(address, control);
        self.state.map.set_page(address, physical);
    }

    fn at(&mut self, address: u16, word: Microword) -> &mut Bench {
        self.state.control.store(address, word.0);
        self
    }

    /// Execute `count` instructions or inhibited cycles, expecting no stop.
    fn steps(&mut self, count: usize) -> &mut Bench {
        for _ in 0..count {
            let stop = self.step();
            assert_eq!(stop, None, "at {:o}", self.state.sequencer.pc);
        }
        self
    }

    fn step(&mut self) -> Option<Stop> {
        Processor::new(&mut self.state, &mut self.bus).step()
    }

    fn pc(&self) -> u16 {
        self.state.sequencer.pc
    }
}

/// (M-dest, functional dest) ← M source.
fn move_m(m_source: u64) -> Microword {
    Microword::new(Opcode::Alu)
        .with_function_bits(3)
        .with_output_bits(1)
        .with_m_source(m_source)
}

/// A functional destination ← M memory 2.
fn to(destination: Destination) -> Microword {
    move_m(2).with_dest_functional(destination.code())
}

/// M memory 3 ← functional source.
fn from(source: microword::Source) -> Microword {
    move_m(source.code()).with_dest_m(3)
}

fn jump(address: u16, transfer: microword::Transfer) -> Microword {
    Microword::new(Opcode::Jump)
        .with_test(1)
        .with_condition(7)
        .with_jump_address(u64::from(address))
        .with_jump_transfer_bits(transfer.bits())
}

fn nop() -> Microword {
    Microword::NO_OP
}
