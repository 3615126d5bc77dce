//! `runlight micro`: a microprogram on the bare machine, with boards and without disk.

use super::asm::{self, Tables};
use super::options::MachineOptions;
use super::{CRASHED, Failure, Outcome, print};
use crate::bus::{Backplane, Date};
use crate::machine::hostfiles::universal_time;
use crate::machine::{Gate, Halt, HostFiles, Input, Machine, Progress};
use crate::processor::state::{A_BASE, FILE_SIZE, M_BASE, REGISTERS, Sequencer};
use crate::processor::{ProcessorConfig, State, Stop};
use crate::sdu::report::{self, Names};
use crate::sdu::{Request, power_up};
use crate::terminal::{Ended, Front, Inbox, Waited, drive, standard_front};
use clap::Args;
use std::fmt::Write;
use std::path::PathBuf;
use std::time::SystemTime;
use uasm::{Memory, Object};

/// Run a microprogram without disk or Lisp, and show what became of it.
///
/// The program begins at its label `start`, else at `begin`, else at its lowest address, with
/// control memory mapped one to one and everything else as after reset. HALT ends it with
/// status 0, an undefined microinstruction with status 3.
#[derive(Debug, Args)]
pub struct Micro {
    /// Sources to assemble, or one object file
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Show every instruction as it is executed, and what it changed
    #[arg(long)]
    trace: bool,
    /// Print the listing before the program runs
    #[arg(long)]
    listing: bool,
    /// Begin at this label or octal address instead
    #[arg(long, value_name = "LABEL")]
    start: Option<String>,
    /// How many instructions of the history to show at the end
    #[arg(long, value_name = "N", default_value_t = 20)]
    history: usize,
    /// Say nothing at the end
    #[arg(short, long)]
    quiet: bool,
    /// A string that the program can read from the SDU; may be given several times
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    argument: Vec<String>,
    #[command(flatten)]
    tables: Tables,
}

impl Micro {
    /// Does it.
    pub fn run(&self, options: &MachineOptions) -> Outcome {
        let object = self.object()?;
        let settings = options.settings_without_directory();
        let mut bus = Backplane::new(settings.memory);
        power_up::self_test(&mut bus).map_err(|error| Failure {
            message: error.to_string(),
            status: CRASHED,
        })?;
        let working = std::env::current_dir()
            .map_err(|error| Failure::file(format!("the working directory: {error}")))?;
        let mut files = HostFiles::new(working);
        for grant in &settings.grants {
            files
                .grant(&grant.path, grant.writable)
                .map_err(Failure::file)?;
        }
        let config = ProcessorConfig::default();
        let mut machine = Machine::new(settings.engine, config, bus, Gate::live(false), files);
        machine.set_cycle_limit(settings.max_cycles);
        power_up::load(&mut machine.state, &object).map_err(Failure::file)?;
        if let Some(start) = &self.start {
            machine.state.start_at(address_of(start, &object)?);
        }
        let request = Request {
            arguments: self.argument.clone(),
            ..Request::default()
        };
        machine.admit(Input::Request(request));
        let (universal_time, microseconds) = universal_time(SystemTime::now());
        machine.admit(Input::Date(Date {
            universal_time,
            microseconds,
        }));

        let mut front = standard_front(Inbox::default(), None);
        let ended = if self.trace {
            trace(&mut machine, &mut *front, &object)?
        } else {
            drive(&mut machine, &mut *front, options.speed)
        };
        self.conclude(&machine, ended, &object)
    }

    fn object(&self) -> Result<Object, Failure> {
        let read = |path: &PathBuf| {
            std::fs::read(path).map_err(|e| Failure::file(format!("{}: {e}", path.display())))
        };
        if let [path] = &self.files[..] {
            let bytes = read(path)?;
            if bytes.starts_with(&uasm::MAGIC) {
                let object = Object::from_bytes(&bytes, path).map_err(Failure::file)?;
                if self.listing {
                    print(&uasm::listing(&object, &[]))?;
                }
                return Ok(object);
            }
        }
        let sources = asm::read_sources(&self.files)?;
        let object = asm::assemble(&sources, &self.tables)?;
        if self.listing {
            print(&uasm::listing(&object, &sources))?;
        }
        Ok(object)
    }

    fn conclude(&self, machine: &Machine, ended: Ended, object: &Object) -> Outcome {
        let halt = match ended {
            Ended::Halted(Halt::Exit(status)) => return Ok(status),
            Ended::OutputClosed => return Ok(0),
            Ended::Stalled => {
                eprintln!("runlight: the machine waits for something that can never happen");
                return Ok(CRASHED);
            }
            Ended::Halted(halt) => halt,
        };
        let good = matches!(halt, Halt::Processor(Stop::Halt { .. }));
        let text = report::full(&halt, &machine.state, Some(object), self.history);
        if !good {
            eprint!("{text}");
        } else if !self.quiet {
            print(&text)?;
        }
        Ok(if good { 0 } else { CRASHED })
    }
}

/// The address that a person means by a label or an octal number.
fn address_of(text: &str, object: &Object) -> Result<u16, Failure> {
    let label = object.symbols.labels.get(&text.to_lowercase());
    if let Some(label) = label.filter(|label| label.memory == Memory::Control) {
        return Ok(label.address);
    }
    u16::from_str_radix(text, 8).map_err(|_| {
        Failure::usage(format!(
            "--start {text}: no label of control memory, and no octal address"
        ))
    })
}

/// Runs an instruction at a time, and shows each with what it changed.
fn trace(machine: &mut Machine, front: &mut dyn Front, object: &Object) -> Result<Ended, Failure> {
    let names = Names::new(Some(object));
    let labels = register_names(object);
    loop {
        while let Some(input) = front.poll(machine.wants_input()) {
            machine.admit(Input::Console(input));
        }
        let before = Before::of(&machine.state);
        let progress = machine.burst(1);
        if machine.state.cycles != before.cycles {
            let at = before.sequencer;
            let text = if at.inhibit {
                "(inhibited)".into()
            } else {
                uasm::disassemble(microword::Microword(before.word), Some(object))
            };
            let changes = changes(&before, &machine.state, &labels);
            print(&format!(
                "{:>8} {:>6o} {:<20} {:<44}{}\n",
                before.cycles,
                at.pc,
                names.place(at.pc),
                text,
                if changes.is_empty() {
                    changes
                } else {
                    format!(" ;{changes}")
                }
            ))?;
        }
        if front.show(machine.take_outputs()).is_err() {
            return Ok(Ended::OutputClosed);
        }
        match progress {
            Progress::Halted(halt) => return Ok(Ended::Halted(halt)),
            Progress::Running => {}
            Progress::Idle(Some(due)) => machine.wait_until(due),
            Progress::Idle(None) => {
                let ended = idle(machine, front);
                if let Some(ended) = ended {
                    return Ok(ended);
                }
            }
        }
    }
}

/// Waits for input; how the run ended if none can come.
fn idle(machine: &mut Machine, front: &mut dyn Front) -> Option<Ended> {
    match front.wait(None, machine.wants_input()) {
        Waited::Input(input) => {
            machine.admit(Input::Console(input));
            None
        }
        _ => Some(Ended::Stalled),
    }
}

/// A name for every word of the register file that has one.
fn register_names(object: &Object) -> Vec<(usize, String)> {
    let mut names: Vec<(usize, String)> = REGISTERS
        .iter()
        .map(|(name, place)| (*place, (*name).to_string()))
        .collect();
    names.extend((0..64).map(|i| {
        let name = object
            .name_of(Memory::M, i)
            .map_or(format!("M[{i:o}]"), str::to_uppercase);
        (M_BASE + usize::from(i), name)
    }));
    names.extend((64..4096).map(|i| {
        let name = object
            .name_of(Memory::A, i)
            .map_or(format!("A[{i:o}]"), str::to_uppercase);
        (A_BASE + usize::from(i), name)
    }));
    names
}

/// What can be seen to change, before an instruction.
struct Before {
    cycles: u64,
    sequencer: Sequencer,
    word: u64,
    file: Box<[u32; FILE_SIZE]>,
    pdl: Box<[u32; 2048]>,
    micro_stack_pointer: u8,
}

impl Before {
    fn of(state: &State) -> Before {
        Before {
            cycles: state.cycles,
            sequencer: state.sequencer,
            word: state.control.fetch(state.sequencer.pc) | state.imod,
            file: Box::new(state.file),
            pdl: Box::new(state.pdl),
            micro_stack_pointer: state.micro_stack_pointer,
        }
    }
}

/// What an instruction changed.
fn changes(before: &Before, after: &State, names: &[(usize, String)]) -> String {
    let mut text = String::new();
    for (place, name) in names {
        if before.file[*place] != after.file[*place] {
            let _ = write!(text, " {name}={:o}", after.file[*place]);
        }
    }
    for (index, (old, new)) in before.pdl.iter().zip(after.pdl.iter()).enumerate() {
        if old != new {
            let _ = write!(text, " PDL[{index:o}]={new:o}");
        }
    }
    if before.micro_stack_pointer != after.micro_stack_pointer {
        let _ = write!(text, " micro-stack depth {:o}", after.micro_stack_pointer);
    }
    text
}
