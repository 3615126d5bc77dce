//! Random microprograms: mostly valid words in a small area, with everything
//! that they can reach set up to be interesting.

use super::TestBus;
use super::bus::{BOARD_PAGE, MEMORY_PAGE, MEMORY_PAGES};
use microword::{
    ALU_FUNCTIONS, DESTINATIONS, Destination, DispatchWord, JUMP_CONDITIONS, Microword,
    OUTPUT_SELECTORS, Opcode, SOURCES, Transfer,
};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng};
use runlight::processor::{Boards, ProcessorConfig, State};

/// Programs live at micro-addresses below this, and jump only there.
pub const AREA: u64 = 96;
/// Dispatch tables live in A memory from here on.
const TABLES: u32 = 0o1000;

/// A program, what it starts with, and how it is run.
#[derive(Debug, Clone)]
pub struct Case {
    /// A seed for each instruction; 0 is NO-OP.
    pub program: Vec<u64>,
    /// Words that the seeds do not say: for regressions.
    pub words: Vec<(u16, u64)>,
    /// A seed for everything else.
    pub world: u64,
    /// Cycles of each burst.
    pub bursts: Vec<u8>,
    /// Where to stop.
    pub breakpoints: Vec<u16>,
}

/// Random cases that shrink to short programs of NO-OPs.
pub fn cases() -> impl Strategy<Value = Case> {
    (
        prop::collection::vec(any::<u64>(), 8..40),
        any::<u64>(),
        prop::collection::vec(1u8..120, 1..4),
        prop_oneof![4 => Just(Vec::new()), 1 => prop::collection::vec(0..AREA as u16, 1..3)],
    )
        .prop_map(|(program, world, bursts, breakpoints)| Case {
            program,
            words: Vec::new(),
            world,
            bursts,
            breakpoints,
        })
}

/// The same programs every time: a failure is a failure for everybody.
/// `ENGINE_SEED`, a number below 256, makes others.
pub fn fixed_rng() -> TestRng {
    let seed = std::env::var("ENGINE_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(7);
    TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32])
}

/// A small generator of numbers, for everything that need not shrink.
pub struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// True once in `n` times.
    fn once_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len() as u64) as usize]
    }

    /// A word that is an address, a fixnum, a tagged pointer, a field of an instruction, or anything.
    fn word(&mut self) -> u32 {
        match self.below(10) {
            0 => 0,
            1 => u32::MAX,
            2 | 3 => self.below(16 * 256) as u32,
            4 => 5 << 25 | self.below(64) as u32,
            5 => 14 << 25 | self.below(16 * 256) as u32,
            6 => 1 << self.below(32),
            7 => (self.below(AREA) as u32) << 14,
            8 => self.below(2048) as u32,
            _ => self.next() as u32,
        }
    }

    fn dispatch_word(&mut self) -> DispatchWord {
        let transfer = Transfer::from_bits(self.next());
        let word = DispatchWord::new(self.below(AREA) as u16, transfer);
        if self.once_in(6) {
            word.with_start_read()
        } else {
            word
        }
    }

    fn decode_word(&mut self) -> u32 {
        let transfer = *self.pick(&[0, 0, 1, 1, 2, 3, 6, 6, 6, 4, 5, 7]);
        self.below(AREA) as u32 | transfer << 16 | u32::from(self.once_in(40)) << 19
    }

    fn micro_stack_word(&mut self) -> u32 {
        self.below(AREA) as u32
            | u32::from(self.once_in(3)) << 18
            | u32::from(self.once_in(9)) << 17
    }
}

/// The instruction that a seed stands for.
pub fn instruction(seed: u64) -> Microword {
    if seed == 0 {
        return Microword::NO_OP;
    }
    let mut random = Numbers(seed);
    let word = match random.below(20) {
        0..8 => alu(&mut random),
        8..11 => byte(&mut random),
        11..16 => jump(&mut random),
        16..19 => dispatch(&mut random),
        _ if random.once_in(8) => return Microword(random.next()),
        _ => alu(&mut random),
    };
    flags(word, &mut random)
}

fn flags(word: Microword, random: &mut Numbers) -> Microword {
    let mut once_in = |n| u64::from(random.once_in(n));
    word.with_parity(once_in(9) * 5)
        .with_clobbers(once_in(20))
        .with_popj_after_next(once_in(9))
        .with_macro_stream_advance(once_in(16))
        .with_source_to_macro_ir(once_in(16))
        .with_macro_ir_dispatch(once_in(20))
        .with_ilong(once_in(25))
        .with_slow_dest(once_in(25))
        .with_stat(once_in(25))
        .with_halt(once_in(250))
}

fn sources(word: Microword, random: &mut Numbers) -> Microword {
    let m = if random.once_in(2) {
        random.below(64)
    } else {
        let rows = random_source(random.next());
        u64::from(random.pick(rows).codes[0])
    };
    let a = match random.below(4) {
        0 => u64::from(TABLES) + random.below(64),
        1 => 0o2000 + random.below(64),
        _ => random.below(64),
    };
    word.with_m_source(m).with_a_source(a)
}

/// One row of the table, as a slice to pick from; the PDL and memory more often than the rest.
fn random_source(number: u64) -> &'static [microword::SourceInfo] {
    let often = [
        "C-PDL-BUFFER-POINTER-POP",
        "C-PDL-BUFFER-POINTER",
        "MD",
        "MICRO-STACK-PNTR-AND-DATA-POP",
        "RG-MODE",
    ];
    if number.is_multiple_of(3) {
        let name = often[(number / 3 % often.len() as u64) as usize];
        let place = SOURCES.iter().position(|row| row.name == name).unwrap_or(0);
        &SOURCES[place..=place]
    } else {
        SOURCES
    }
}

fn destination(word: Microword, random: &mut Numbers) -> Microword {
    match random.below(8) {
        0 => word.with_dest_a(1).with_dest_a_address(random.below(64)),
        1 => word
            .with_dest_a(1)
            .with_dest_a_address(0o2000 + random.below(64)),
        2 | 3 => word.with_dest_m(random.below(64)),
        4 => {
            let often = [
                Destination::PdlPush,
                Destination::VmaStartRead,
                Destination::VmaStartWrite,
                Destination::MdStartWrite,
                Destination::Lc,
                Destination::MicroStackPush,
                Destination::Md,
            ];
            word.with_dest_m(random.below(64))
                .with_dest_functional(random.pick(&often).code())
        }
        _ => {
            let row = random.pick(DESTINATIONS);
            let dear = row.destination.writes_control_memory()
                || matches!(
                    row.destination,
                    Destination::DpMode
                        | Destination::RgMode
                        | Destination::ImodLow
                        | Destination::ImodHigh
                );
            if dear && !random.once_in(3) {
                return word.with_dest_m(random.below(64));
            }
            word.with_dest_m(random.below(64))
                .with_dest_functional(u64::from(row.code))
        }
    }
}

fn alu(random: &mut Numbers) -> Microword {
    let word = sources(Microword::new(Opcode::Alu), random);
    let output = if random.once_in(3) {
        random.pick(OUTPUT_SELECTORS).code()
    } else {
        1
    };
    let function = if random.once_in(2) {
        random.pick(ALU_FUNCTIONS).code()
    } else {
        *random.pick(&[3, 5, 0o26, 0o31])
    };
    destination(word, random)
        .with_function_bits(function)
        .with_output_bits(output)
        .with_mask(random.below(2))
        .with_carry(random.below(2))
        .with_q_control_bits(if random.once_in(3) {
            random.below(4)
        } else {
            0
        })
}

fn byte(random: &mut Numbers) -> Microword {
    let word = sources(Microword::new(Opcode::Byte), random);
    let range = if random.once_in(12) { 64 } else { 32 };
    destination(word, random)
        .with_rotate_mask(random.below(2))
        .with_rotate_source(random.below(2))
        .with_byte_length(random.below(range))
        .with_byte_position(random.below(range))
}

fn jump(random: &mut Numbers) -> Microword {
    let word = sources(Microword::new(Opcode::Jump), random)
        .with_jump_address(random.below(AREA))
        .with_jump_transfer_bits(random.below(6))
        .with_invert(u64::from(random.once_in(3)));
    if random.once_in(3) {
        word.with_condition(random.below(32))
    } else {
        word.with_test(1)
            .with_condition(random.pick(JUMP_CONDITIONS).code())
    }
}

fn dispatch(random: &mut Numbers) -> Microword {
    let word = sources(Microword::new(Opcode::Dispatch), random)
        .with_a_source(u64::from(TABLES) + (random.below(32) & !1))
        .with_dispatch_length(random.below(6))
        .with_dispatch_position(random.below(32))
        .with_constant(random.below(4096))
        .with_write_vma(u64::from(random.once_in(4)))
        .with_lpc(u64::from(random.once_in(4)));
    match random.below(6) {
        0 => word.with_meta_from_space(1),
        1 => word.with_meta_volatility(1),
        _ => word,
    }
}

impl Case {
    /// The machine that the case starts with.
    pub fn build(&self) -> (State, TestBus) {
        let mut random = Numbers(self.world);
        let boards = if random.once_in(4) {
            Boards::from_bits_truncate(random.below(8) as u32)
        } else {
            Boards::all()
        };
        let mut state = State::new(ProcessorConfig { slot: 6, boards });
        let mut bus = TestBus::new();
        bus.fill(|| random.word());
        self.map(&mut state, &mut random);
        self.control(&mut state);
        self.memories(&mut state, &mut random);
        self.registers(&mut state, &mut random);
        (state, bus)
    }

    /// Sixteen virtual pages with accesses of all kinds, to memory, the board and nowhere.
    fn map(&self, state: &mut State, random: &mut Numbers) {
        for block in 0..2u32 {
            state.map.set_level_1(
                block << 13,
                (3 + block) | (random.below(4) as u32) << 7 | u32::from(random.once_in(9)) << 9,
            );
        }
        for page in 0..16u32 {
            let address = page << 8;
            let access = *random.pick(&[3, 3, 3, 2, 1, 0]);
            let control =
                random.next() as u32 & 0x3f | access << 8 | (random.below(2) as u32) << 10;
            let byte = u32::from(random.once_in(8));
            state.map.set_control(address, control | byte << 11);
            let physical = match random.below(8) {
                0 => BOARD_PAGE,
                1 if random.once_in(4) => 5,
                _ => MEMORY_PAGE + random.below(u64::from(MEMORY_PAGES)) as u32,
            };
            state
                .map
                .set_page(address, physical | byte << (22 + random.below(2)));
        }
    }

    fn control(&self, state: &mut State) {
        state.control.map_identity();
        for (address, seed) in self.program.iter().enumerate() {
            state.control.store(address as u16, instruction(*seed).0);
        }
        // What follows goes back to the beginning, executing the next first.
        let last = self.program.len() as u64;
        let back = Microword::new(Opcode::Jump).with_test(1).with_condition(7);
        for address in last..AREA + 32 {
            let target = (address * 7) % last.max(1);
            state.control.store(
                address as u16,
                back.with_jump_address(target)
                    .with_jump_transfer_bits(address & 1)
                    .0,
            );
        }
        for (address, word) in &self.words {
            state.control.store(*address, *word);
        }
    }

    fn memories(&self, state: &mut State, random: &mut Numbers) {
        for address in 0..64 {
            state.set_m(address, random.word());
            state.set_a(0o2000 + address, random.word());
            state.set_a(TABLES + address, random.dispatch_word().0);
            if random.once_in(8) {
                state.set_a(address, random.word());
            }
        }
        state
            .pdl
            .iter_mut()
            .for_each(|word| *word = random.next() as u32 & 0x0fff_0fff);
        state
            .micro_stack
            .iter_mut()
            .for_each(|word| *word = random.micro_stack_word());
        for word in state.mid.iter_mut() {
            *word = random.decode_word();
        }
    }

    fn registers(&self, state: &mut State, random: &mut Numbers) {
        state.write_dp_mode(if random.once_in(8) { 0 } else { 1 });
        let counters = if random.once_in(6) {
            random.next() as u32 & 0x0170_0017
        } else {
            0
        };
        state.set_rg_mode(counters | (random.below(64) as u32) << 25);
        state.set_md(random.word());
        state.set_vma(random.word());
        state.set_q(random.word());
        state.set_pp(random.word());
        state.set_pi(random.word());
        state.set_macro_ir(random.next() as u32);
        state.write_lc(random.below(16 * 1024) as u32);
        state.lc_written = random.once_in(2);
        state.suppress = random.once_in(4);
        state.page_fault = random.once_in(4);
        state.micro_stack_pointer = random.next() as u8;
        if random.once_in(4) {
            state.set_interrupt_pending(random.next() as u8);
        }
        if boards_have_window(state) && random.once_in(4) {
            state.set_window_base(random.word());
            state.set_window_low(random.below(8 * 256) as u32);
            state.set_window_high(random.below(16 * 256) as u32);
        }
        state.cycles = random.below(40);
    }
}

fn boards_have_window(state: &State) -> bool {
    state.config.boards.contains(Boards::STACK_WINDOW)
}
