//! Booting a machine: the listener, `run` and `eval`.

use super::options::MachineOptions;
use super::{CRASHED, Failure, INTERRUPTED, Outcome, history_file, state_directory};
use crate::bus::{Backplane, ConsoleInput, Date, Medium};
use crate::crash::{self, Dump};
use crate::image::{Image, PROM};
use crate::machine::hostfiles::universal_time;
use crate::machine::{Directory, Gate, Halt, HostFiles, Input, Machine, Settings};
use crate::processor::ProcessorConfig;
use crate::sdu::report::Names;
use crate::sdu::{Request, power_up, report};
use crate::terminal::pipe::Pipe;
use crate::terminal::{Ended, Front, Inbox, drive, standard_front};
use boards::sdu as reg;
use diskimage::{BLOCK_BYTES, Kind, Label, Name};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;
use uasm::Object;

/// Instructions of history in a crash report.
const HISTORY: usize = 100;

/// Boots to a listener.
pub fn listener(options: &MachineOptions) -> Outcome {
    boot(options, reg::REQUEST_LISTENER, Vec::new(), None)
}

/// Runs a Lisp program.
pub fn run(options: &MachineOptions, file: &Path, arguments: Vec<String>) -> Outcome {
    let named = |error| Failure::file(format!("{}: {error}", file.display()));
    let path = std::path::absolute(file).map_err(named)?;
    if !std::fs::metadata(&path).map_err(named)?.is_file() {
        return Err(Failure::file(format!("{}: not a file", file.display())));
    }
    let text = path
        .to_str()
        .ok_or_else(|| Failure::file(format!("{}: its name is not UTF-8", file.display())))?;
    let mut strings = vec![text.to_string()];
    strings.extend(arguments);
    boot(options, reg::REQUEST_RUN, strings, path.parent())
}

/// Evaluates an expression.
pub fn eval(options: &MachineOptions, expression: String) -> Outcome {
    boot(options, reg::REQUEST_EVAL, vec![expression], None)
}

/// A disk, its label, and the symbols of the microcode on it.
struct Drive {
    label: Label,
    medium: Medium,
    symbols: Option<Vec<u8>>,
}

fn boot(
    options: &MachineOptions,
    kind: u32,
    arguments: Vec<String>,
    readable: Option<&Path>,
) -> Outcome {
    let (settings, directory) = options.settings()?;
    let files = host_files(&settings, readable)?;
    let drive_unit = open_drive(directory.as_ref(), &settings)?;
    let prom = boot_prom(options.prom.as_deref())?;

    let mut bus = Backplane::new(settings.memory);
    bus.disk.medium = drive_unit.medium;
    bus.sdu.bands = (
        settings.microcode.unwrap_or(drive_unit.label.microcode).0,
        settings.load.unwrap_or(drive_unit.label.load).0,
    );
    if let Some(words) = directory
        .as_ref()
        .map(Directory::nvram)
        .transpose()
        .map_err(Failure::file)?
    {
        bus.sdu.nvram = words.unwrap_or(bus.sdu.nvram);
    }
    power_up::self_test(&mut bus).map_err(|error| Failure {
        message: error.to_string(),
        status: CRASHED,
    })?;

    let config = ProcessorConfig::default();
    let mut machine = Machine::new(settings.engine, config, bus, Gate::live(false), files);
    machine.set_cycle_limit(settings.max_cycles);
    power_up::load(&mut machine.state, &prom).map_err(Failure::file)?;
    machine.admit(Input::Request(Request {
        kind,
        arguments,
        torture: settings.gc_torture,
        heap_limit: settings.heap_limit * 1024,
        flags: u32::from(options.no_init) * reg::FLAG_NO_INIT,
    }));
    let (universal_time, microseconds) = universal_time(SystemTime::now());
    machine.admit(Input::Date(Date {
        universal_time,
        microseconds,
    }));
    tracing::info!(
        memory = settings.memory,
        engine = machine.engine().name(),
        "the clocks run"
    );

    let inbox = Inbox::default();
    interrupts_to(&inbox, kind == reg::REQUEST_LISTENER)?;
    let mut front: Box<dyn Front> = if kind == reg::REQUEST_LISTENER {
        standard_front(inbox, history_file())
    } else {
        Box::new(Pipe::standard_input(inbox))
    };
    let ended = drive(&mut machine, &mut *front, options.speed);
    if let Some(directory) = &directory {
        directory
            .keep_nvram(&machine.bus.sdu.nvram)
            .map_err(Failure::file)?;
    }
    let crashes = options.crash_dir.clone();
    let crashes = crashes.or_else(|| directory.as_ref().map(Directory::crashes));
    let crashes = crashes.or_else(|| Some(state_directory()?.join("crashes")));
    let symbols = drive_unit.symbols.as_deref();
    Ok(conclude(
        &machine,
        ended,
        &prom,
        symbols,
        crashes.as_deref(),
    ))
}

/// The exit status of a run; a crash is reported and dumped first.
fn conclude(
    machine: &Machine,
    ended: Ended,
    prom: &Object,
    symbols: Option<&[u8]>,
    crashes: Option<&Path>,
) -> u8 {
    let halt = match ended {
        Ended::Halted(Halt::Exit(status)) => return status,
        Ended::OutputClosed => return 0,
        Ended::Stalled => {
            eprintln!("runlight: the machine waits for something that can never happen");
            return CRASHED;
        }
        Ended::Halted(halt) => halt,
    };
    // Until the PROM has handed over, its names are the right ones.
    let pc = machine.state.sequencer.pc;
    let in_prom = prom.control.get(&pc) == Some(&machine.state.control.fetch(pc));
    let read = |bytes| match Object::from_bytes(bytes, Path::new("the microcode's symbols")) {
        Ok(object) => Some(object),
        Err(error) => {
            eprintln!("runlight: {error}");
            None
        }
    };
    let on_disk = if in_prom {
        None
    } else {
        symbols.and_then(read)
    };
    let object = if in_prom {
        Some(prom)
    } else {
        on_disk.as_ref()
    };
    let reason = report::reason(&halt, &Names::new(object));
    let text = report::full(&halt, &machine.state, object, HISTORY);
    eprint!("{text}");
    if halt != Halt::CycleLimit {
        let dump = Dump::of(machine, reason, text, object.map(Object::to_bytes));
        keep_dump(&dump, crashes);
    }
    CRASHED
}

/// Writes a dump and says where it is. That it cannot be written must not hide the crash.
fn keep_dump(dump: &Dump, directory: Option<&Path>) {
    let Some(directory) = directory else {
        eprintln!("runlight: no dump written: there is no directory for it; see --crash-dir");
        return;
    };
    let written =
        crash::free_name(directory).map_err(|error| format!("{}: {error}", directory.display()));
    match written.and_then(|path| dump.write(&path).map(|()| path).map_err(|e| e.to_string())) {
        Ok(path) => eprintln!("runlight: the machine's state is in {}", path.display()),
        Err(error) => eprintln!("runlight: no dump written: {error}"),
    }
}

fn open_drive(directory: Option<&Directory>, settings: &Settings) -> Result<Drive, Failure> {
    let (image, file) = match directory {
        Some(directory) => {
            let (image, medium) = directory.disk(Image::embedded).map_err(Failure::file)?;
            (image, Some(medium))
        }
        None => (Image::embedded().map_err(Failure::file)?, None),
    };
    let label = image.label.clone();
    let bands = [
        (settings.microcode, Kind::Microcode),
        (settings.load, Kind::Load),
    ];
    for (name, kind) in bands
        .into_iter()
        .filter_map(|(name, kind)| Some((name?, kind)))
    {
        let band = label
            .partition(name)
            .filter(|band| band.kind == kind && band.length != 0);
        if band.is_none() {
            let there: Vec<String> = label
                .partitions
                .iter()
                .filter(|band| band.kind == kind && band.length != 0)
                .map(|band| band.name.to_string())
                .collect();
            let there = there.join(", ");
            return Err(Failure::usage(format!(
                "the disk has no {kind} band {name}; it has {there}"
            )));
        }
    }
    let microcode = settings.microcode.unwrap_or(label.microcode);
    let symbols = symbols_of(&label, microcode, &image.stored);
    let medium = file.unwrap_or_else(|| image.into_medium());
    Ok(Drive {
        label,
        medium,
        symbols,
    })
}

/// The symbols of a microcode band, as they are on the disk; only a report reads them.
fn symbols_of(label: &Label, microcode: Name, stored: &[u8]) -> Option<Vec<u8>> {
    let band = label.symbols_of(microcode)?;
    let start = band.first as usize * BLOCK_BYTES;
    Some(stored.get(start..start + band.length as usize)?.to_vec())
}

fn boot_prom(file: Option<&Path>) -> Result<Object, Failure> {
    if let Some(path) = file {
        return Object::read(path).map_err(Failure::file);
    }
    if PROM.is_empty() {
        return Err(Failure::file(
            "this build of runlight has no boot PROM in it",
        ));
    }
    Object::from_bytes(PROM, Path::new("the boot PROM")).map_err(Failure::file)
}

/// The host's files, as the settings grant them; `readable` is granted for reading.
fn host_files(settings: &Settings, readable: Option<&Path>) -> Result<HostFiles, Failure> {
    let working = std::env::current_dir()
        .map_err(|error| Failure::file(format!("the working directory: {error}")))?;
    let mut files = HostFiles::new(working);
    for grant in &settings.grants {
        files
            .grant(&grant.path, grant.writable)
            .map_err(Failure::file)?;
    }
    if let Some(path) = readable {
        files.grant(path, false).map_err(Failure::file)?;
    }
    Ok(files)
}

/// Control-C: a listener gets it as a break; a program that runs alone ends. A machine
/// that does not hear three of them ends too.
fn interrupts_to(inbox: &Inbox, listening: bool) -> Result<(), Failure> {
    static UNHEARD: AtomicU32 = AtomicU32::new(0);
    let inbox = inbox.clone();
    ctrlc::set_handler(move || {
        let waiting = if inbox.breaks_waiting() {
            UNHEARD.fetch_add(1, Ordering::Relaxed)
        } else {
            0
        };
        if !listening || waiting >= 2 {
            std::process::exit(i32::from(INTERRUPTED));
        }
        inbox.put(ConsoleInput::Break);
    })
    .map_err(|error| Failure::file(format!("control-C: {error}")))
}
