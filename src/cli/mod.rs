//! The command line: what can be asked, and the exit status of the answer.
//!
//! | status | means |
//! |---|---|
//! | 0 | done |
//! | 1 | an unhandled Lisp error in `run` or `eval` |
//! | 2 | wrong usage |
//! | 3 | the machine crashed |
//! | 4 | an image, configuration or source is bad or missing |
//! | 130 | interrupted |

mod asm;
mod boot;
mod dis;
mod info;
mod micro;
mod options;

use clap::{Parser, Subcommand};
use options::MachineOptions;
use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// The machine crashed.
const CRASHED: u8 = 3;
/// An image, configuration or source is bad or missing.
const BAD_FILE: u8 = 4;
/// Wrong usage, where clap does not see it.
const USAGE: u8 = 2;
/// Interrupted by the user.
const INTERRUPTED: u8 = 130;

/// A command's end: a status, or why it could not do its work and the status for that.
type Outcome = Result<u8, Failure>;

/// A message for the person, and the exit status that goes with it.
#[derive(Debug)]
struct Failure {
    message: String,
    status: u8,
}

impl Failure {
    /// Something in a file is bad, or it is missing.
    fn file(error: impl Display) -> Failure {
        Failure {
            message: error.to_string(),
            status: BAD_FILE,
        }
    }

    /// The command line makes no sense.
    fn usage(error: impl Display) -> Failure {
        Failure {
            message: error.to_string(),
            status: USAGE,
        }
    }
}

/// A microcoded Lisp machine: an emulated LMI Lambda and the Common Lisp that runs on it.
///
/// Without a command it boots to a Lisp listener in this terminal. Input that is no terminal is
/// read by the same listener, which exits at its end.
#[derive(Debug, Parser)]
#[command(name = "runlight", version, after_long_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    machine: MachineOptions,
}

const EXAMPLES: &str = "\
Examples:
  runlight                                   boot to a listener
  echo '(+ 1 2)' | runlight                  the listener reads a pipe
  runlight eval '(factorial 20)'             print the value of an expression
  runlight run tak.lisp 18 12 6              run a program; its arguments follow its name
  runlight --grant ~/work:rw                 let the machine read and write files under ~/work
  runlight --machine ~/lambda                a machine that keeps its disk and NVRAM there
  runlight micro blink.lisp --trace          assemble and run a microprogram, showing every step
  runlight asm blink.lisp -o blink.mcr --listing

Exit status:
  0 done   1 a Lisp error in run or eval   2 wrong usage   3 the machine crashed
  4 a file is bad or missing   130 interrupted";

#[derive(Debug, Subcommand)]
enum Command {
    /// Boot to a Lisp listener (as without a command).
    Repl,
    /// Run a Lisp program, then exit.
    ///
    /// The machine may read the directory that the file is in. An unhandled error prints a
    /// backtrace on standard error and exits with status 1.
    Run {
        /// The program.
        file: PathBuf,
        /// Its arguments.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Evaluate Lisp forms, print the values of the last, and exit.
    Eval {
        /// The forms, as in '(+ 1 2)'.
        #[arg(allow_hyphen_values = true)]
        expression: String,
    },
    /// Assemble microcode.
    Asm(asm::Asm),
    /// Disassemble an object file of microcode.
    Dis(dis::Dis),
    /// Run a microprogram without disk or Lisp, and show what became of it.
    Micro(micro::Micro),
    /// Show what this machine is made of: disk, bands, boards.
    Info,
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    run(arguments)
}

/// Runs a command line given as words, the program's name first; for tests.
pub fn run_words(words: impl IntoIterator<Item = OsString>) -> Result<ExitCode, clap::Error> {
    Arguments::try_parse_from(words).map(run)
}

fn run(arguments: Arguments) -> ExitCode {
    let Arguments { command, machine } = arguments;
    let outcome = start_log(&machine).and_then(|()| match command {
        None | Some(Command::Repl) => boot::listener(&machine),
        Some(Command::Run { file, arguments }) => boot::run(&machine, &file, arguments),
        Some(Command::Eval { expression }) => boot::eval(&machine, expression),
        Some(Command::Asm(asm)) => asm.run(),
        Some(Command::Dis(dis)) => dis.run(),
        Some(Command::Micro(micro)) => micro.run(&machine),
        Some(Command::Info) => info::run(&machine),
    });
    match outcome {
        Ok(status) => ExitCode::from(status),
        Err(Failure { message, status }) => {
            eprintln!("runlight: {}", message.trim_end());
            ExitCode::from(status)
        }
    }
}

fn start_log(options: &MachineOptions) -> Result<(), Failure> {
    let Some(directives) = &options.log else {
        return Ok(());
    };
    let filter = EnvFilter::try_new(directives).map_err(|error| {
        Failure::usage(format!(
            "--log {directives}: {error}; expected a level or module=level,…"
        ))
    })?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr);
    // Already started: only in tests that run several commands.
    drop(log.try_init());
    Ok(())
}

/// Writes to standard output; nobody reading it is the end, not an error.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::file(format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Where this program keeps what is the user's and no machine's: `$XDG_STATE_HOME/runlight`,
/// else `~/.local/state/runlight`.
fn state_directory() -> Option<PathBuf> {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let base = from("XDG_STATE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let base = base.or_else(|| Some(Path::new(&from("HOME")?).join(".local/state")))?;
    Some(base.join("runlight"))
}

/// Where typed lines are remembered, if there is a place.
fn history_file() -> Option<PathBuf> {
    let directory = state_directory()?;
    if let Err(error) = std::fs::create_dir_all(&directory) {
        tracing::debug!("{}: {error}", directory.display());
        return None;
    }
    Some(directory.join("history"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_programs_arguments_are_its_own() {
        let words = [
            "runlight", "--memory", "16", "run", "x.lisp", "-v", "--memory", "3",
        ];
        let arguments = Arguments::try_parse_from(words).expect("good");
        assert_eq!(arguments.machine.memory, Some(16));
        let Some(Command::Run { arguments, .. }) = arguments.command else {
            panic!("run")
        };
        assert_eq!(arguments, ["-v", "--memory", "3"]);
    }
}
