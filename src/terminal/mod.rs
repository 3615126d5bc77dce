//! The host's side of the console line, and the loop that joins it to the machine.
//!
//! One thread owns the machine ([`drive`]). Standard input is read by another, which
//! leaves what it has read in an [`Inbox`]; the loop looks there between bursts and
//! when the machine waits. Nothing of what happens here is seen by the machine but
//! what [`Machine::admit`](crate::machine::Machine::admit) stamps.
//!
//! There are two fronts. A *pipe* ([`pipe`]) gives a line when the machine looks for
//! input and has none, so that reading a file takes the same course however fast the
//! file arrives. A *terminal* ([`editor`]) edits lines, keeps a history and asks the
//! machine for completions; echo is its business.

mod balance;
pub mod editor;
mod inbox;
mod modes;
pub mod pipe;

pub use inbox::Inbox;

use crate::bus::wires::CYCLES_PER_MICROSECOND;
use crate::bus::{ConsoleInput, Output};
use crate::machine::{BURST_CYCLES, Halt, Input, Machine, Progress};
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How bus time keeps to the host's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Speed {
    /// As fast as possible; waits take as long as the machine thinks.
    #[default]
    Fast,
    /// 5 MHz, the speed of the real machine.
    Authentic,
    /// As fast as possible; waits take no time unless for input.
    Free,
}

/// What came of waiting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waited {
    /// Something arrived.
    Input(ConsoleInput),
    /// The time is over.
    TimedOut,
    /// Nothing can ever arrive.
    Never,
}

/// Where the machine's output goes and its input comes from.
pub trait Front {
    /// Shows what the machine has said. An error means that nobody listens any more.
    fn show(&mut self, outputs: Vec<Output>) -> io::Result<()>;

    /// What has arrived, without waiting. Text only when `hungry`: the machine
    /// looks for input and has none.
    fn poll(&mut self, hungry: bool) -> Option<ConsoleInput>;

    /// Is there a person at the other end, whose time counts? What a file gives
    /// arrives when it is looked for.
    fn live(&self) -> bool;

    /// Waits for something to arrive, at most for `limit`.
    fn wait(&mut self, limit: Option<Duration>, hungry: bool) -> Waited;
}

/// The front that fits this process's standard input and output: a terminal, where
/// lines are remembered in `history`, or a pipe.
pub fn standard_front(inbox: Inbox, history: Option<PathBuf>) -> Box<dyn Front> {
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        match editor::Terminal::new(inbox.clone(), history) {
            Ok(terminal) => return Box::new(terminal),
            Err(error) => tracing::warn!("no line editing: {error}"),
        }
    }
    Box::new(pipe::Pipe::standard_input(inbox))
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The machine stopped.
    Halted(Halt),
    /// The machine waits, and nothing can ever happen.
    Stalled,
    /// The output has been closed.
    OutputClosed,
}

/// Runs a machine until it stops.
pub fn drive(machine: &mut Machine, front: &mut dyn Front, speed: Speed) -> Ended {
    let burst = if speed == Speed::Authentic {
        BURST_CYCLES / 10
    } else {
        BURST_CYCLES
    };
    let (began, began_at) = (Instant::now(), machine.now());
    loop {
        while let Some(input) = front.poll(machine.wants_input()) {
            machine.admit(Input::Console(input));
        }
        let progress = machine.burst(burst);
        if front.show(machine.take_outputs()).is_err() {
            return Ended::OutputClosed;
        }
        match progress {
            Progress::Halted(halt) => return Ended::Halted(halt),
            Progress::Running if speed == Speed::Authentic => {
                let ahead = duration(machine.now() - began_at).saturating_sub(began.elapsed());
                std::thread::sleep(ahead);
            }
            Progress::Running => {}
            Progress::Idle(due) => {
                if !wait(machine, front, speed, due) {
                    return Ended::Stalled;
                }
            }
        }
    }
}

/// Lets time pass until something happens; false when nothing ever will.
fn wait(machine: &mut Machine, front: &mut dyn Front, speed: Speed, due: Option<u64>) -> bool {
    let now = machine.now();
    let limit = due.map(|due| match speed {
        Speed::Free => Duration::ZERO,
        Speed::Fast | Speed::Authentic => duration(due - now),
    });
    let began = Instant::now();
    match front.wait(limit, machine.wants_input()) {
        Waited::Input(input) => {
            if front.live() && speed != Speed::Free {
                machine.wait_until(now + cycles(began.elapsed()));
            }
            machine.admit(Input::Console(input));
            true
        }
        Waited::TimedOut => {
            machine.wait_until(due.unwrap_or(now));
            true
        }
        Waited::Never => match (due, limit) {
            (Some(due), Some(limit)) => {
                std::thread::sleep(limit.saturating_sub(began.elapsed()));
                machine.wait_until(due);
                true
            }
            _ => false,
        },
    }
}

/// Bus cycles as the host's time.
fn duration(cycles: u64) -> Duration {
    Duration::from_nanos(cycles.saturating_mul(1000 / CYCLES_PER_MICROSECOND))
}

/// The host's time as bus cycles.
fn cycles(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros())
        .unwrap_or(u64::MAX)
        .saturating_mul(CYCLES_PER_MICROSECOND)
}
