//! Whole machines without Lisp: microprograms that use the boards, run live and
//! again from a recording, in bursts of any length, on every engine. Same events, same
//! state, bit for bit.

use runlight::bus::{Backplane, ConsoleInput, Date, Medium, Output};
use runlight::machine::{Event, Gate, Halt, HostFiles, Input, Machine, Progress};
use runlight::processor::{EngineKind, ProcessorConfig, Stop};
use runlight::sdu::{Request, power_up};
use std::path::Path;
use uasm::{ConstantTable, Object, Options, Source};

const ENGINES: [EngineKind; 2] = [EngineKind::Reference, EngineKind::Fast];
const BURSTS: [u64; 4] = [1, 7, 100, 1_000_000];

fn assemble(program: &str) -> Object {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/microprograms");
    let source = |name: &str| Source {
        name: name.into(),
        text: std::fs::read_to_string(directory.join(name)).expect(name),
    };
    let sources = [source("boards.lisp"), source(program)];
    let values = boards::symbols()
        .into_iter()
        .map(|(n, value)| (n, i64::from(value)))
        .collect();
    let constants = vec![ConstantTable {
        name: "boards".into(),
        values,
    }];
    let assembled = uasm::assemble(
        &sources,
        Options {
            constants,
            ..Options::default()
        },
    );
    assembled
        .object
        .unwrap_or_else(|| panic!("{}", assembled.report))
}

fn machine(program: &Object, engine: EngineKind, gate: Gate, files: HostFiles) -> Machine {
    let mut bus = Backplane::new(1);
    let disk = diskimage::build(&[1, 2, 3, 4], &[], &[], 1);
    bus.disk.medium = Medium::memory(1000, disk);
    power_up::self_test(&mut bus).expect("good boards");
    let mut machine = Machine::new(engine, ProcessorConfig::default(), bus, gate, files);
    machine.set_cycle_limit(Some(10_000_000));
    power_up::load(&mut machine.state, program).expect("loaded");
    machine
}

fn no_files() -> HostFiles {
    HostFiles::new("/".into())
}

/// What a run came to.
#[derive(Debug, PartialEq, Eq)]
struct Course {
    halt: Halt,
    output: String,
    cycles: u64,
    now: u64,
    hash: u64,
}

/// Runs to the end. When the machine waits and nothing is due, the next of `typed` arrives,
/// some time later.
fn run(machine: &mut Machine, burst: u64, typed: &[ConsoleInput]) -> Course {
    let mut typed = typed.iter();
    let mut output = String::new();
    loop {
        let progress = machine.burst(burst);
        for said in machine.take_outputs() {
            if let Output::Console(text) = said {
                output += &text;
            }
        }
        match progress {
            Progress::Running => {}
            Progress::Idle(Some(due)) => machine.wait_until(due),
            Progress::Idle(None) => {
                machine.wait_until(machine.now() + 12_345);
                let input = typed.next().expect("the machine waits for ever").clone();
                machine.admit(Input::Console(input));
            }
            Progress::Halted(halt) => {
                return Course {
                    halt,
                    output,
                    cycles: machine.state.cycles,
                    now: machine.now(),
                    hash: machine.state_hash(),
                };
            }
        }
    }
}

/// Runs a recording on every engine with bursts of several lengths, and wants the same course.
fn replays_to(expected: &Course, program: &Object, recording: &[Event]) {
    for engine in ENGINES {
        for burst in BURSTS {
            let mut machine = machine(program, engine, Gate::replay(recording), no_files());
            let course = run(&mut machine, burst, &[]);
            assert_eq!(course, *expected, "{engine:?}, bursts of {burst}");
        }
    }
}

#[test]
fn input_is_echoed_and_replayed() {
    let program = assemble("echo.lisp");
    let typed = [
        ConsoleInput::Text("hé".into()),
        ConsoleInput::Size {
            width: 80,
            height: 24,
        },
        ConsoleInput::Text("llo\n".into()),
        ConsoleInput::End,
    ];
    let mut live = machine(
        &program,
        EngineKind::Reference,
        Gate::live(true),
        no_files(),
    );
    live.admit(Input::Date(Date {
        universal_time: 4_000_000_000,
        microseconds: 5,
    }));
    let course = run(&mut live, 50, &typed);
    assert_eq!(
        (course.halt, course.output.as_str()),
        (Halt::Exit(6), "héllo\n")
    );
    assert!(course.now > 4 * 12_345, "waiting takes bus time");
    assert!(course.cycles < 2_000, "and no cycles");
    let recording = live.gate.recording().expect("kept").to_vec();
    assert_eq!(recording.len(), 5);
    replays_to(&course, &program, &recording);

    // Another stamp is another run: the hash would notice.
    let mut later = recording.clone();
    later.last_mut().expect("the end").at += 1;
    let mut machine = machine(
        &program,
        EngineKind::Reference,
        Gate::replay(&later),
        no_files(),
    );
    assert_ne!(run(&mut machine, 50, &[]).hash, course.hash);
}

#[test]
fn timer_interrupts_fall_on_the_same_cycle_everywhere() {
    let program = assemble("ticks.lisp");
    let mut live = machine(
        &program,
        EngineKind::Reference,
        Gate::live(false),
        no_files(),
    );
    let course = run(&mut live, 1_000, &[]);
    assert!(
        matches!(course.halt, Halt::Processor(Stop::Halt { .. })),
        "{:?}",
        course.halt
    );
    let counts = &live.bus.wires.memory.words[..10];
    assert!(counts.is_sorted() && counts[0] > 0, "{counts:?}");
    // 7 microseconds are 35 cycles, a third of them counted away by each turn of the loop.
    assert!(course.now >= 350 && course.now < 500, "{}", course.now);
    replays_to(&course, &program, &[]);
}

#[test]
fn the_disk_is_read_and_written() {
    let program = assemble("disk.lisp");
    let mut live = machine(
        &program,
        EngineKind::Reference,
        Gate::live(false),
        no_files(),
    );
    let course = run(&mut live, 1_000, &[]);
    assert_eq!(course.halt, Halt::Exit(0));
    let memory = &live.bus.wires.memory.words;
    assert_eq!(memory[256..512], memory[512..768]);
    replays_to(&course, &program, &[]);
}

#[test]
fn a_file_is_read_and_its_replay_needs_no_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("poem.txt");
    let text = "Ποίημα\n".repeat(40);
    std::fs::write(&path, &text).expect("written");
    let program = assemble("type.lisp");
    let mut files = no_files();
    files.grant(directory.path(), false).expect("granted");
    let mut live = machine(&program, EngineKind::Reference, Gate::live(true), files);
    live.admit(Input::Request(Request {
        arguments: vec![path.to_str().expect("UTF-8").into()],
        ..Request::default()
    }));
    let course = run(&mut live, 1_000, &[]);
    assert_eq!(course.halt, Halt::Exit(0));
    // The program sends bytes; each is a character of its own.
    let latin: String = text.bytes().map(char::from).collect();
    assert_eq!(course.output, latin);
    let recording = live.gate.recording().expect("kept").to_vec();
    drop(directory);
    replays_to(&course, &program, &recording);
}

#[test]
fn a_machine_that_may_not_read_is_told_so() {
    let program = assemble("type.lisp");
    let mut live = machine(
        &program,
        EngineKind::Reference,
        Gate::live(false),
        no_files(),
    );
    live.admit(Input::Request(Request {
        arguments: vec!["/etc/passwd".into()],
        ..Request::default()
    }));
    let course = run(&mut live, 1_000, &[]);
    assert_eq!(
        course.halt,
        Halt::Exit(boards::hostfile::ERROR_NOT_GRANTED as u8)
    );
    assert_eq!(course.output, "");
}

#[test]
fn the_cycle_limit_stops_a_machine_where_it_says() {
    let program = assemble("ticks.lisp");
    for engine in ENGINES {
        for burst in BURSTS {
            let mut machine = machine(&program, engine, Gate::live(false), no_files());
            machine.set_cycle_limit(Some(100));
            let course = run(&mut machine, burst, &[]);
            assert_eq!((course.halt, course.cycles), (Halt::CycleLimit, 100));
        }
    }
}

#[test]
fn an_undefined_instruction_stops_a_machine_before_it_is_executed() {
    // A jump with return and call at once.
    let undefined = 2 << 30 | 3 << 9;
    let mut program = Object::default();
    program.control.extend([(0, 0), (1, undefined)]);
    for engine in ENGINES {
        let mut machine = machine(&program, engine, Gate::live(false), no_files());
        let course = run(&mut machine, 1_000, &[]);
        let Halt::Processor(Stop::Undefined {
            address: 1, word, ..
        }) = course.halt
        else {
            panic!("{:?}", course.halt)
        };
        assert_eq!((word.0, course.cycles), (undefined, 1));
    }
}

/// A machine whose SDU has loaded the boot PROM, with this microprogram on its disk.
fn booting(program: &Object) -> Machine {
    let tables = tables::Tables::load().expect("the tables are sound");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let assembled = genband::microcode::assemble_prom(root, &tables).expect("the PROM is there");
    let prom = assembled
        .object
        .unwrap_or_else(|| panic!("{}", assembled.report));
    let disk = genband::disk::standard(program, &[], 1).expect("it has a start");
    let blocks = diskimage::Label::read(&disk).map_or(1000, |label| label.blocks);
    let mut machine = machine(&prom, EngineKind::Fast, Gate::live(false), no_files());
    machine.bus.disk.medium = Medium::memory(blocks, disk);
    machine
}

#[test]
fn the_prom_boots_the_microcode_band() {
    let mut program = assemble("echo.lisp");
    // More of everything than the program needs.
    program
        .control
        .extend((0o1000..0o1100).map(|address| (address, u64::from(address) << 33 | 5)));
    program
        .a_memory
        .extend((0o3000..0o4100).map(|address| (address, u32::from(address) * 3)));
    program.a_memory.insert(0o7777, 0xffff_fff0);
    program
        .m_memory
        .extend((0o40..0o100).map(|address| (address, u32::from(address) << 20)));
    program
        .mid
        .extend([(0, 1), (0o1777, 2), (0o2000, 3), (0o7777, 0o12345)]);
    let mut machine = booting(&program);
    let typed = [ConsoleInput::Text("booted".into()), ConsoleInput::End];
    let course = run(&mut machine, 10_000, &typed);
    assert_eq!(
        (course.halt, course.output.as_str()),
        (Halt::Exit(6), "booted")
    );
    let state = &machine.state;
    for (address, word) in &program.control {
        assert_eq!(state.control.fetch(*address), *word, "control {address:o}");
    }
    for address in 0o100..0o10000u16 {
        let wanted = program.a_memory.get(&address).copied().unwrap_or(0);
        assert_eq!(state.a(u32::from(address)), wanted, "A {address:o}");
    }
    for address in 0o40..0o100u8 {
        let wanted = program.m_memory[&address];
        assert_eq!(state.m(u32::from(address)), wanted, "M {address:o}");
        assert_eq!(state.a(u32::from(address)), wanted, "A {address:o}");
    }
    for (address, word) in &program.mid {
        assert_eq!(state.mid[usize::from(*address)], *word, "MID {address:o}");
    }
    assert!(course.cycles < 500_000, "{} cycles", course.cycles);
}

#[test]
fn completions_are_asked_of_the_machine() {
    let program = assemble("complete.lisp");
    for engine in ENGINES {
        let mut machine = machine(&program, engine, Gate::live(false), no_files());
        assert_eq!(machine.burst(10_000), Progress::Idle(None));
        machine.admit(Input::Console(ConsoleInput::Complete("λa".into())));
        assert_eq!(machine.burst(10_000), Progress::Idle(None));
        assert_eq!(
            machine.take_outputs(),
            [Output::Completions("λaxy\nλaxyz\n".into())]
        );
    }
}
