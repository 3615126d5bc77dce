//! Runs macroinstructions on the project's microcode, without the Lisp world.
//!
//! A test makes an image (symbols, lists, functions from instruction names), boots it
//! on a whole machine — the boards, the disk with the load band, the reference engine —
//! and looks at the stack when the processor halts. The boot PROM is left out: the SDU
//! loads the microcode as it would load a PROM.

use std::path::Path;
use std::sync::OnceLock;

use genband::image::{Function, ImageBuilder, Word, fixnum};
use genband::{band, microcode};
use runlight::bus::{Backplane, ConsoleInput, Medium};
use runlight::machine::{Gate, Halt, HostFiles, Input, Machine, Progress};
use runlight::processor::{EngineKind, ProcessorConfig, Stop};
use runlight::sdu::{Request, power_up};
use tables::Tables;
use uasm::{Memory, Object};

/// The tables.
pub fn tables() -> Tables {
    Tables::load().expect("the tables are sound")
}

/// The microcode, assembled once a process.
pub fn object() -> &'static Object {
    static OBJECT: OnceLock<Object> = OnceLock::new();
    OBJECT.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let assembled =
            microcode::assemble_project(root, &tables()).expect("the sources are there");
        let report = assembled.report;
        assembled.object.unwrap_or_else(|| panic!("{report}"))
    })
}

/// How a run is set up.
#[derive(Clone)]
pub struct Setup {
    /// The engine.
    pub engine: EngineKind,
    /// The processor.
    pub config: ProcessorConfig,
    /// Megabytes of memory.
    pub megabytes: u32,
    /// Cycles after which a run has failed.
    pub limit: u64,
    /// A flip at every so many allocations, from-space unreadable; 0 is off.
    pub torture: u32,
    /// What arrives on the console line before the machine starts.
    pub console: Vec<ConsoleInput>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            engine: EngineKind::Reference,
            config: ProcessorConfig::default(),
            megabytes: 32,
            limit: 50_000_000,
            torture: 0,
            console: Vec::new(),
        }
    }
}

/// A machine that has stopped.
pub struct Outcome {
    /// The machine.
    pub machine: Machine,
    /// Why it stopped.
    pub halt: Halt,
}

impl Setup {
    /// Boots an image and runs it until it stops.
    ///
    /// # Panics
    /// When it does not stop within the limit.
    pub fn run(&self, image: ImageBuilder) -> Outcome {
        self.run_disk(disk(image))
    }

    /// The same from a disk that [`disk`] has made.
    pub fn run_disk(&self, disk: Vec<u8>) -> Outcome {
        let mut bus = Backplane::new(self.megabytes);
        bus.disk.medium = Medium::memory(bus.disk.medium.blocks().max(128 * 1024), disk);
        let files = HostFiles::new(".".into());
        let gate = Gate::live(false);
        let mut machine = Machine::new(self.engine, self.config, bus, gate, files);
        machine.set_cycle_limit(Some(self.limit));
        machine.admit(Input::Request(Request {
            kind: 0,
            arguments: Vec::new(),
            torture: self.torture,
            heap_limit: 0,
            flags: 0,
        }));
        for input in &self.console {
            machine.admit(Input::Console(input.clone()));
        }
        power_up::load(&mut machine.state, object()).expect("the microcode has a start");
        loop {
            match machine.burst(1_000_000) {
                Progress::Running => {}
                Progress::Idle(Some(time)) => machine.wait_until(time),
                Progress::Idle(None) => panic!("the machine waits for ever"),
                Progress::Halted(halt) => return Outcome { machine, halt },
            }
        }
    }

    /// Runs one function without arguments; it ends with the instruction `%halt`.
    pub fn run_code(&self, mut image: ImageBuilder, code: &[(&str, i32)]) -> Outcome {
        let halfwords = image.assemble(code);
        let name = image.named_symbol("si:%cold-boot");
        let main = Function {
            name,
            halfwords,
            ..function(&image)
        };
        let main = image.function(&main);
        image.set_function(name, main);
        self.run(image)
    }
}

/// A disk with the image as its load band.
pub fn disk(image: ImageBuilder) -> Vec<u8> {
    let words = band::write(&image.finish());
    let bytes: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
    diskimage::build(&[], &[], &bytes, 1)
}

/// A function with NIL wherever a word is needed.
pub fn function(image: &ImageBuilder) -> Function {
    let nil = image.nil();
    Function {
        name: nil,
        debug_info: nil,
        liveness: nil,
        ..Function::default()
    }
}

impl Outcome {
    /// Words on the stack, the top last.
    ///
    /// # Panics
    /// When the machine stopped for another reason than a HALT instruction.
    pub fn stack(&self, count: u32) -> Vec<Word> {
        assert!(
            matches!(self.halt, Halt::Processor(Stop::Halt { .. })),
            "stopped by {:?} at {}",
            self.halt,
            self.place()
        );
        let state = &self.machine.state;
        (0..count)
            .rev()
            .map(|depth| state.pdl_word(state.pp().wrapping_sub(depth) & 2047))
            .collect()
    }

    /// The last few micro-addresses, with names.
    pub fn place(&self) -> String {
        let state = &self.machine.state;
        let names = state
            .history
            .oldest_first()
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .take(24)
            .map(|address| {
                object().nearest_label(address).map_or_else(
                    || format!("{address:o}"),
                    |(name, offset)| format!("{name}+{offset:o}"),
                )
            });
        names.collect::<Vec<_>>().join(" < ")
    }

    /// The contents of an A-memory register.
    pub fn register(&self, name: &str) -> u32 {
        let label = &object().symbols.labels[name];
        assert_eq!(label.memory, Memory::A, "{name} is in A memory");
        self.machine.state.a(u32::from(label.address))
    }
}

/// Fixnums as words.
pub fn fixnums(numbers: &[i64]) -> Vec<Word> {
    numbers.iter().map(|n| fixnum(*n)).collect()
}
