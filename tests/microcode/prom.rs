//! The boot PROM: it loads what the SDU would have loaded, or says what is wrong.

use std::path::Path;
use std::sync::OnceLock;

use diskimage::microcode::{Band, Memory};
use diskimage::{Builder, Kind, Name};
use genband::microcode;
use runlight::bus::{Backplane, Medium};
use runlight::machine::{Gate, Halt, HostFiles, Machine, Progress};
use runlight::processor::{Breakpoints, EngineKind, ProcessorConfig, Stop};
use runlight::sdu::power_up;
use uasm::Object;

use crate::harness::{object, tables};

fn prom() -> &'static Object {
    static PROM: OnceLock<Object> = OnceLock::new();
    PROM.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let assembled = microcode::assemble_prom(root, &tables()).expect("the source is there");
        let report = assembled.report;
        assembled.object.unwrap_or_else(|| panic!("{report}"))
    })
}

/// The microcode as a band.
fn band() -> Vec<u8> {
    let object = object();
    let start = power_up::start_address(object).expect("a start");
    let mut band = Band {
        start,
        ..Band::default()
    };
    band.add(
        Memory::A,
        object.a_memory.iter().map(|(a, w)| (*a, u64::from(*w))),
    );
    band.add(
        Memory::M,
        object
            .m_memory
            .iter()
            .map(|(a, w)| (u16::from(*a), u64::from(*w))),
    );
    band.add(
        Memory::Mid,
        object.mid.iter().map(|(a, w)| (*a, u64::from(*w))),
    );
    band.add(
        Memory::Control,
        object.control.iter().map(|(a, w)| (*a, *w)),
    );
    band.encode()
}

/// A machine that has run the PROM from this disk: up to the microcode's first
/// instruction, or to a halt, whose label comes back.
fn boot(disk: Vec<u8>) -> (Machine, Option<String>) {
    let mut bus = Backplane::new(4);
    bus.disk.medium = Medium::memory(4096, disk);
    bus.sdu.bands = (Name::new(b"MCR1").0, Name::new(b"LOD1").0);
    let gate = Gate::live(false);
    let files = HostFiles::new(".".into());
    let mut machine = Machine::new(
        EngineKind::Reference,
        ProcessorConfig::default(),
        bus,
        gate,
        files,
    );
    machine.set_cycle_limit(Some(60_000_000));
    let start = power_up::start_address(object()).expect("a start");
    let mut breakpoints = Breakpoints::default();
    breakpoints.insert(start);
    machine.engine().set_breakpoints(breakpoints);
    power_up::load(&mut machine.state, prom()).expect("the PROM has a start");
    let halt = loop {
        match machine.burst(1_000_000) {
            Progress::Running => {}
            Progress::Idle(Some(time)) => machine.wait_until(time),
            Progress::Idle(None) => panic!("the machine waits for ever"),
            Progress::Halted(halt) => break halt,
        }
    };
    match halt {
        Halt::Processor(Stop::Breakpoint { .. }) => (machine, None),
        Halt::Processor(Stop::Halt { address }) => {
            let label = prom()
                .nearest_label(address)
                .map(|(name, _)| name.to_string());
            (machine, label)
        }
        other => panic!("{other:?}"),
    }
}

fn disk(contents: &[u8]) -> Vec<u8> {
    Builder::new(Name::new(b"MCR1"), Name::new(b"LOD1"), "test")
        .partition(Name::new(b"PAGE"), Kind::Page, 3, 1, "", &[])
        .partition(Name::new(b"MCR1"), Kind::Microcode, 1, 1, "", contents)
        .build()
}

#[test]
fn it_loads_what_the_band_holds() {
    let (machine, halt) = boot(disk(&band()));
    assert_eq!(halt, None);
    let state = &machine.state;
    for (address, word) in &object().control {
        assert_eq!(
            state.control.fetch(*address),
            *word,
            "control memory {address:o}"
        );
    }
    // M 0 is garbage: every instruction without a destination writes it.
    for (address, word) in object().m_memory.iter().filter(|(a, _)| **a != 0) {
        assert_eq!(state.m(u32::from(*address)), *word, "M {address:o}");
    }
    for (address, word) in object().a_memory.iter().filter(|(a, _)| **a != 0) {
        assert_eq!(state.a(u32::from(*address)), *word, "A {address:o}");
    }
    for (address, word) in &object().mid {
        assert_eq!(
            state.mid[usize::from(*address)],
            *word,
            "decode memory {address:o}"
        );
    }
}

#[test]
fn it_says_what_is_wrong() {
    let halted = |disk| boot(disk).1;
    assert_eq!(halted(vec![0; 4096]).as_deref(), Some("disk-has-no-label"));
    let good = disk(&band());
    let mut damaged = good.clone();
    let at = 5 * 1024 + 4000;
    damaged[at] ^= 4;
    assert_eq!(
        halted(damaged).as_deref(),
        Some("microcode-band-is-damaged")
    );
    let other = Builder::new(Name::new(b"MCR1"), Name::new(b"LOD1"), "test")
        .partition(Name::new(b"MCR2"), Kind::Microcode, 1, 1, "", &band())
        .build();
    assert_eq!(halted(other).as_deref(), Some("no-such-microcode-band"));
    assert_eq!(
        halted(disk(&[7; 100])).as_deref(),
        Some("band-holds-no-microcode")
    );
}
