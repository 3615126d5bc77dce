//! The two engines leave the same state, history and cycle count, whatever the microprogram.

#[path = "engines/bus.rs"]
mod bus;
#[path = "engines/generate.rs"]
mod generate;
#[path = "engines/hazards.rs"]
mod hazards;

use bus::TestBus;
use generate::Case;
use microword::{
    ALU_FUNCTIONS, AluFunction, DESTINATIONS, Destination, JUMP_CONDITIONS, JumpCondition,
    Microword, Opcode, SOURCES, Source, Transfer,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use runlight::processor::{Boards, Breakpoints, Engine, EngineKind, State, Stop};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// What the programs that were executed consisted of.
#[derive(Default)]
struct Coverage {
    seen: BTreeSet<&'static str>,
    destinations: BTreeSet<&'static str>,
    slots: BTreeSet<(Opcode, Opcode)>,
}

impl Coverage {
    /// Note the instructions in the history, newest first.
    fn note(&mut self, state: &State) {
        let executed = usize::from(state.history.pointer()).min(100);
        let mut after: Option<Opcode> = None;
        for age in 0..executed {
            let address = state.history.recent(age);
            let word = Microword(state.control.fetch(address));
            let Ok(opcode) = microword::classify(word, Boards::all()) else {
                continue;
            };
            self.note_word(word, opcode);
            if let Some(after) = after.replace(opcode) {
                self.slots.insert((opcode, after));
            }
        }
    }

    fn note_word(&mut self, word: Microword, opcode: Opcode) {
        self.seen.insert(opcode.name());
        self.seen
            .extend(Source::from_code(word.m_source()).map(Source::name));
        for (flag, name) in [
            (word.popj_after_next(), "POPJ"),
            (word.macro_stream_advance(), "MSA"),
            (word.source_to_macro_ir(), "S2MIR"),
            (word.macro_ir_dispatch(), "MID"),
            (word.stat(), "STAT"),
        ] {
            self.seen.extend((flag != 0).then_some(name));
        }
        match opcode {
            Opcode::Alu => self
                .seen
                .extend(AluFunction::from_code(word.function_bits()).map(AluFunction::name)),
            Opcode::Byte => {}
            Opcode::Jump => {
                self.seen
                    .insert(Transfer::from_bits(word.jump_transfer_bits()).name());
                let condition =
                    JumpCondition::from_code(word.condition()).filter(|_| word.test() != 0);
                self.seen
                    .insert(condition.map_or("BIT", JumpCondition::name));
            }
            Opcode::Dispatch => {
                for (flag, name) in [
                    (word.lpc(), "LPC"),
                    (word.write_vma(), "WRITE-VMA"),
                    (word.meta_from_space(), "FROM-SPACE"),
                    (word.meta_volatility(), "VOLATILITY"),
                ] {
                    self.seen.extend((flag != 0).then_some(name));
                }
            }
        }
        if matches!(opcode, Opcode::Alu | Opcode::Byte) && word.dest_a() == 0 {
            self.destinations
                .extend(Destination::from_code(word.dest_functional()).map(Destination::name));
        }
    }

    /// What was never executed.
    fn missing(&self) -> Vec<&'static str> {
        let sources = SOURCES.iter().map(|row| row.name);
        let destinations = DESTINATIONS
            .iter()
            .map(|row| row.name)
            .filter(|name| !self.destinations.contains(name));
        let functions = ALU_FUNCTIONS.iter().map(|f| f.name());
        let conditions = JUMP_CONDITIONS.iter().map(|c| c.name());
        let rest = [
            "ALU",
            "BYTE",
            "JUMP",
            "DISPATCH",
            "POPJ",
            "MSA",
            "S2MIR",
            "MID",
            "STAT",
            "BIT",
            "LPC",
            "WRITE-VMA",
        ];
        let transfers = Transfer::ALL
            .into_iter()
            .filter(|t| t.transfers())
            .map(Transfer::name);
        sources
            .chain(functions)
            .chain(conditions)
            .chain(transfers)
            .chain(rest)
            .chain(["FROM-SPACE", "VOLATILITY"])
            .filter(|name| !self.seen.contains(name))
            .chain(destinations)
            .collect()
    }
}

/// Two machines that ought to stay equal.
struct Pair {
    coverage: Coverage,
    reference: Box<dyn Engine>,
    fast: Box<dyn Engine>,
    executed: u64,
    programs: u64,
}

impl Pair {
    fn new() -> Pair {
        Pair {
            coverage: Coverage::default(),
            reference: EngineKind::Reference.build(),
            fast: EngineKind::Fast.build(),
            executed: 0,
            programs: 0,
        }
    }

    /// Run the case on both engines, in bursts, comparing after each.
    fn run(&mut self, case: &Case) -> Result<(), String> {
        let (mut state_1, mut bus_1) = case.build();
        let (mut state_2, mut bus_2) = (state_1.clone(), bus_1.clone());
        let mut breakpoints = Breakpoints::default();
        case.breakpoints
            .iter()
            .for_each(|address| breakpoints.insert(*address));
        self.reference.set_breakpoints(breakpoints.clone());
        self.fast.set_breakpoints(breakpoints);
        self.programs += 1;
        let full = self.programs.is_multiple_of(16);
        for (number, burst) in case.bursts.iter().enumerate() {
            let until = state_1.cycles + u64::from(*burst);
            let stop_1 = self.reference.run(&mut state_1, &mut bus_1, until);
            let stop_2 = self.fast.run(&mut state_2, &mut bus_2, until);
            if stop_1 != stop_2 {
                return Err(format!(
                    "burst {number}: reference {stop_1:?} at {state_1:?}\nfast {stop_2:?} at {state_2:?}"
                ));
            }
            if let Some(difference) = difference(&state_1, &state_2, full) {
                return Err(format!(
                    "burst {number} ({stop_1:?}): {difference}\n{state_1:?}\n{state_2:?}"
                ));
            }
            if bus_1 != bus_2 {
                return Err(format!(
                    "burst {number}: the buses differ\n{bus_1:?}\n{bus_2:?}"
                ));
            }
            if matches!(stop_1, Stop::Undefined { .. }) {
                break;
            }
        }
        if full {
            self.coverage.note(&state_1);
        }
        self.executed += state_1.cycles;
        Ok(())
    }
}

/// The first difference. Control memory has half a million bytes: outside the
/// programs' area it is compared only when `full`.
fn difference(one: &State, other: &State, full: bool) -> Option<String> {
    for (name, equal) in [
        ("cycles", one.cycles == other.cycles),
        ("sequencer", one.sequencer == other.sequencer),
        ("history", one.history == other.history),
        ("micro-stack", one.micro_stack == other.micro_stack),
        (
            "micro-stack pointer",
            one.micro_stack_pointer == other.micro_stack_pointer,
        ),
        ("PDL buffer", one.pdl == other.pdl),
        ("decode memory", one.mid == other.mid),
        ("map", one.map == other.map),
        ("IMOD", one.imod == other.imod),
        ("page-fault latch", one.page_fault == other.page_fault),
        (
            "volatility latch",
            one.volatility_latch == other.volatility_latch,
        ),
        ("LC-written latch", one.lc_written == other.lc_written),
        ("SUPPRESS", one.suppress == other.suppress),
        ("interrupts", one.interrupts == other.interrupts),
        ("accelerator", one.accelerator == other.accelerator),
        (
            "control memory",
            (0..1024).all(|address| {
                one.control.get_physical(address) == other.control.get_physical(address)
            }),
        ),
        (
            "control memory, all of it",
            !full || one.control == other.control,
        ),
        ("the whole state", !full || one == other),
    ] {
        if !equal {
            return Some(name.to_string());
        }
    }
    let place = (0..one.file.len()).find(|place| one.file[*place] != other.file[*place])?;
    Some(format!(
        "register file at {place:o}: {:o} and {:o}",
        one.file[place], other.file[place]
    ))
}

/// How many random programs: `ENGINE_CASES` overrides.
fn cases() -> u32 {
    let default = if cfg!(debug_assertions) {
        4_000
    } else {
        100_000
    };
    std::env::var("ENGINE_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(default)
}

#[test]
fn random_microprograms() {
    let pair = RefCell::new(Pair::new());
    let config = Config {
        cases: cases(),
        failure_persistence: None,
        max_shrink_iters: 4_000,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, generate::fixed_rng());
    let result = runner.run(&generate::cases(), |case| {
        pair.borrow_mut().run(&case).map_err(TestCaseError::fail)
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
    let pair = pair.into_inner();
    let average = pair.executed / pair.programs.max(1);
    assert_eq!(
        pair.coverage.missing(),
        Vec::<&str>::new(),
        "never executed"
    );
    assert_eq!(pair.coverage.slots.len(), 16, "every kind after every kind");
    assert!(
        average >= 40,
        "programs end too early to be a test: {average} cycles on average"
    );
}

/// Known hazards, in many worlds each.
#[test]
fn hazards() {
    let mut pair = Pair::new();
    for (name, program) in hazards::programs() {
        for world in 0..40 {
            let words = program
                .iter()
                .enumerate()
                .map(|(address, word)| (address as u16, word.0));
            let case = Case {
                program: vec![0; 8],
                words: words.collect(),
                world,
                bursts: vec![1, 2, 50, 30],
                breakpoints: Vec::new(),
            };
            if let Err(difference) = pair.run(&case) {
                panic!("{name}, world {world}: {difference}");
            }
        }
    }
}

proptest! {
    #![proptest_config(Config { cases: 64, failure_persistence: None, ..Config::default() })]

    /// Many short bursts end where one long one does.
    #[test]
    fn bursts_do_not_matter(case in generate::cases(), burst in 1u16..7) {
        let (mut state_1, mut bus_1) = case.build();
        let (mut state_2, mut bus_2) = (state_1.clone(), bus_1.clone());
        let mut engine = EngineKind::Fast.build();
        let stop_1 = engine.run(&mut state_1, &mut bus_1, 150);
        let mut stop_2 = Stop::Budget;
        while state_2.cycles < 150 && stop_2 == Stop::Budget {
            let until = (state_2.cycles + u64::from(burst)).min(150);
            stop_2 = engine.run(&mut state_2, &mut bus_2, until);
        }
        prop_assert_eq!(stop_1, stop_2);
        prop_assert_eq!(difference(&state_1, &state_2, true), None);
    }
}
