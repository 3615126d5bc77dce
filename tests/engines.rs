//! The two engines leave the same state, history and cycle count, whatever the microprogram.

#[path = "engines/bus.rs"]
mod bus;
#[path = "engines/generate.rs"]
mod generate;

use bus::TestBus;
use generate::Case;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use runlight::processor::{Breakpoints, Engine, EngineKind, State, Stop};
use std::cell::RefCell;

/// Two machines that ought to stay equal.
struct Pair {
    reference: Box<dyn Engine>,
    fast: Box<dyn Engine>,
    executed: u64,
    programs: u64,
}

impl Pair {
    fn new() -> Pair {
        Pair {
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
    assert!(
        average >= 40,
        "programs end too early to be a test: {average} cycles on average"
    );
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
