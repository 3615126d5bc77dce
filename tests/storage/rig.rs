//! A machine with the storage microcode in it, and nothing else: routines are called one by one.

use std::path::Path;
use std::sync::OnceLock;

use genband::image::ImageBuilder;
use runlight::bus::{Backplane, Medium};
use runlight::machine::{Gate, Halt, HostFiles, Input, Machine, Progress};
use runlight::processor::{Breakpoints, EngineKind, ProcessorConfig, Stop};
use runlight::sdu::{Request, power_up};
use uasm::{Memory, Object, Source};

/// The microcode with the tests' own routines at its end, assembled once a process.
pub fn object() -> &'static Object {
    static OBJECT: OnceLock<Object> = OnceLock::new();
    OBJECT.get_or_init(|| {
        let tables = tables::Tables::load().expect("the tables are right");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut sources = genband::microcode::sources(root).expect("the sources are there");
        sources.push(Source {
            name: "driver.lisp".into(),
            text: include_str!("driver.lisp").into(),
        });
        let mut evaluator = uasm::HostLisp::new();
        let assembled = genband::microcode::assemble(&tables, sources, &mut evaluator);
        let report = assembled.report;
        assembled.object.unwrap_or_else(|| panic!("{report}"))
    })
}

/// Routines that are not let go on.
const LEAVES: &[&str] = &["trap", "illop", "escape-1", "escape-2", "escape-3"];

/// A machine.
pub struct Rig {
    /// The machine.
    pub machine: Machine,
    /// What is in its control memory.
    pub object: &'static Object,
}

impl Rig {
    /// A machine of so many megabytes after start-up, the band being what `image` makes.
    pub fn new(megabytes: u32, request: Request, image: ImageBuilder) -> Rig {
        let object = object();
        let band = genband::band::write(&image.finish());
        let band: Vec<u8> = band.iter().flat_map(|w| w.to_le_bytes()).collect();
        let disk = diskimage::build(&[0; 4], &[], &band, 1);
        let mut bus = Backplane::new(megabytes);
        bus.disk.medium = Medium::memory(disk.len() as u32 / 1024 + 16, disk);
        let gate = Gate::live(false);
        let config = ProcessorConfig::default();
        let files = HostFiles::new("/".into());
        let mut machine = Machine::new(EngineKind::Fast, config, bus, gate, files);
        machine.admit(Input::Request(request));
        power_up::load(&mut machine.state, object).expect("loaded");
        let mut rig = Rig { machine, object };
        // Where a routine goes that does not do what it was asked for.
        let mut breakpoints = Breakpoints::default();
        for name in LEAVES {
            breakpoints.insert(rig.address(Memory::Control, name));
        }
        breakpoints.insert(rig.address(Memory::Control, "test-done"));
        rig.machine.engine().set_breakpoints(breakpoints);
        rig.run("test-start");
        rig
    }

    fn address(&self, memory: Memory, name: &str) -> u16 {
        let label = self.object.symbols.labels.get(name);
        let label = label.unwrap_or_else(|| panic!("no label {name}"));
        assert_eq!(label.memory, memory, "{name}");
        label.address
    }

    /// Calls a micro-routine; it must come back. Answers the cycles it took.
    pub fn run(&mut self, label: &str) -> u64 {
        let start = self.machine.state.cycles;
        match self.try_run(label) {
            Ok(()) => self.machine.state.cycles - start,
            Err(address) => panic!("{label}: {}", self.report(address)),
        }
    }

    /// Executes a macroinstruction of the MISC kind: operands pushed, results on the stack.
    pub fn execute(&mut self, name: &str, operands: &[u32]) -> u64 {
        for operand in operands {
            self.push(*operand);
        }
        let start = self.machine.state.cycles;
        let entry = self.object.symbols.entries.get(name);
        let entry = entry
            .unwrap_or_else(|| panic!("no macroinstruction {name}"))
            .address;
        match self.run_at(entry, name) {
            Ok(()) => self.machine.state.cycles - start,
            Err(address) => panic!("{name} {operands:x?}: {}", self.report(address)),
        }
    }

    /// The same, with one result, which is popped.
    pub fn value(&mut self, name: &str, operands: &[u32]) -> u32 {
        let depth = self.machine.state.pp();
        self.execute(name, operands);
        assert_eq!(
            self.machine.state.pp(),
            (depth + 1) & 2047,
            "{name} leaves one result"
        );
        self.pop()
    }

    /// The name of the routine in which it halts instead, stack as before.
    pub fn stop(&mut self, name: &str, operands: &[u32]) -> String {
        let pp = self.machine.state.pp();
        for operand in operands {
            self.push(*operand);
        }
        let entry = self.object.symbols.entries[name].address;
        let address = self.run_at(entry, name).expect_err("should not come back");
        self.machine.state.set_pp(pp);
        self.reason(address)
    }

    /// The same of a routine, leaving the stack as it is then.
    pub fn leave(&mut self, label: &str) -> String {
        let address = self.try_run(label).expect_err("should not come back");
        self.reason(address)
    }

    /// The error-table entry of the call that led to `address`, or the routine there.
    fn reason(&self, address: u16) -> String {
        let state = &self.machine.state;
        let call =
            (state.micro_stack[usize::from(state.micro_stack_pointer)] as u16).wrapping_sub(1);
        let table = &self.object.symbols.error_table;
        let (name, _) = self.object.nearest_label(address).expect("a label");
        match table.iter().find(|e| e.address == call) {
            Some(error) if name == "trap" || name == "illop" => error.form[0].to_string(),
            _ => name.to_string(),
        }
    }

    /// The same; where it halted when it did not come back.
    pub fn try_run(&mut self, label: &str) -> Result<(), u16> {
        let start = self.address(Memory::Control, label);
        self.run_at(start, label)
    }

    fn run_at(&mut self, start: u16, label: &str) -> Result<(), u16> {
        let done = self.address(Memory::Control, "test-done");
        let state = &mut self.machine.state;
        state.push_micro_stack(done.into());
        state.start_at(start);
        for _ in 0..20_000 {
            match self.machine.burst(100_000) {
                Progress::Halted(Halt::Processor(Stop::Breakpoint { address }))
                    if address == done =>
                {
                    return Ok(());
                }
                Progress::Halted(Halt::Processor(Stop::Breakpoint { address })) => {
                    return Err(address);
                }
                Progress::Halted(halt) => panic!("{label}: {halt:?}"),
                Progress::Running | Progress::Idle(_) => {}
            }
        }
        let state = &self.machine.state;
        let name = self.object.nearest_label(state.sequencer.pc);
        panic!("{label} runs for ever, now at {name:?}")
    }

    /// What went wrong at a HALT.
    pub fn report(&self, address: u16) -> String {
        let state = &self.machine.state;
        let mut text = format!("halted at {:?}", self.object.nearest_label(address));
        let mut pointer = state.micro_stack_pointer;
        for _ in 0..8 {
            let back = (state.micro_stack[usize::from(pointer)] & 0xffff) as u16;
            let call = back.wrapping_sub(1);
            let entry = self
                .object
                .symbols
                .error_table
                .iter()
                .find(|e| e.address == call);
            let line = self.object.symbols.control_lines.get(&call);
            text += &format!(
                "\n  called from {:?} line {:?}: {:?}",
                self.object.nearest_label(call),
                line.map(|l| l.line),
                entry.map(|e| e.form.iter().map(ToString::to_string).collect::<Vec<_>>())
            );
            pointer = pointer.wrapping_sub(1);
        }
        for name in self.object.symbols.labels.iter() {
            if name.1.memory == Memory::M {
                text += &format!("\n  {} = {:o}", name.0, state.m(name.1.address.into()));
            }
        }
        text += &format!("\n  vma = {:o} md = {:o}", state.vma(), state.md());
        text
    }

    /// A register of M or A memory.
    pub fn register(&self, name: &str) -> u32 {
        let label = self.object.symbols.labels[name];
        match label.memory {
            Memory::M => self.machine.state.m(label.address.into()),
            _ => self.machine.state.a(label.address.into()),
        }
    }

    /// Sets a register of M or A memory.
    pub fn set_register(&mut self, name: &str, value: u32) {
        let label = self.object.symbols.labels[name];
        match label.memory {
            Memory::M => self.machine.state.set_m(label.address.into(), value),
            _ => self.machine.state.set_a(label.address.into(), value),
        }
    }

    /// Pushes a word on the stack.
    pub fn push(&mut self, word: u32) {
        let state = &mut self.machine.state;
        state.set_pp(state.pp() + 1);
        let top = state.pp();
        state.pdl[top as usize] = word;
    }

    /// Pops one.
    pub fn pop(&mut self) -> u32 {
        let state = &mut self.machine.state;
        let word = state.pdl[state.pp() as usize];
        state.set_pp(state.pp().wrapping_sub(1));
        word
    }

    fn physical(&self, address: u32) -> Option<usize> {
        let entry = 0o400000 + (address >> 8);
        let table = self.machine.state.map.page(entry);
        let memory = &self.machine.bus.wires.memory;
        let entry = memory.words[memory.index(table << 10 | (entry & 255) << 2)?];
        (entry != 0).then_some(())?;
        memory.index((entry & 0x3f_ffff) << 10 | (address & 255) << 2)
    }

    /// The word at a virtual address, if its page has a frame.
    pub fn word(&self, address: u32) -> Option<u32> {
        Some(self.machine.bus.wires.memory.words[self.physical(address & 0x1ff_ffff)?])
    }
}
