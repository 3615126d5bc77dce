//! Input from a file or pipe, a line at a time, and output to the host's two streams.

use super::{Front, Inbox, Waited};
use crate::bus::{ConsoleInput, Output};
use std::io::{self, BufRead, Write};
use std::time::Duration;

/// The front of a machine whose input is no terminal.
pub struct Pipe {
    inbox: Inbox,
    /// Nobody reads yet: a machine that never looks for input leaves it to whoever
    /// reads next.
    unread: bool,
    /// The end has been handed on: nothing but a break can still come.
    ended: bool,
    /// Can the user interrupt?
    interruptible: bool,
}

impl Pipe {
    /// Reads standard input, on a thread of its own, from when the machine first looks for
    /// input. `inbox` may be fed with breaks too.
    pub fn standard_input(inbox: Inbox) -> Pipe {
        Pipe {
            inbox,
            unread: true,
            ended: false,
            interruptible: true,
        }
    }

    /// Reads a text; nothing else will ever come.
    pub fn text(text: &str) -> Pipe {
        let inbox = Inbox::default();
        read_lines(text.as_bytes(), &inbox);
        Pipe {
            inbox,
            unread: false,
            ended: false,
            interruptible: false,
        }
    }

    fn read_if(&mut self, hungry: bool) {
        if hungry && std::mem::take(&mut self.unread) {
            let reader = self.inbox.clone();
            std::thread::spawn(move || read_lines(io::stdin().lock(), &reader));
        }
    }

    fn note(&mut self, input: Option<ConsoleInput>) -> Option<ConsoleInput> {
        self.ended |= input == Some(ConsoleInput::End);
        input
    }
}

/// Leaves lines in `inbox` until the input ends. Bytes that are not UTF-8 become U+FFFD.
fn read_lines(mut from: impl BufRead, inbox: &Inbox) {
    let mut line = Vec::new();
    loop {
        line.clear();
        match from.read_until(b'\n', &mut line) {
            Ok(0) => break,
            Ok(_) => inbox.put(ConsoleInput::Text(
                String::from_utf8_lossy(&line).into_owned(),
            )),
            Err(error) => {
                tracing::warn!("standard input: {error}");
                break;
            }
        }
    }
    inbox.put(ConsoleInput::End);
}

/// Writes output to the host's two streams.
pub(super) fn write_outputs(outputs: Vec<Output>) -> io::Result<()> {
    let (mut out, mut err) = (io::stdout().lock(), io::stderr().lock());
    for output in outputs {
        match output {
            Output::Console(text) => {
                out.write_all(text.as_bytes())?;
                out.flush()?;
            }
            // A lost error message must not end the run.
            Output::Error(text) | Output::Sdu(text) => drop(err.write_all(text.as_bytes())),
            Output::File(_) | Output::Completions(_) => {}
        }
    }
    Ok(())
}

impl Front for Pipe {
    fn show(&mut self, outputs: Vec<Output>) -> io::Result<()> {
        write_outputs(outputs)
    }

    fn live(&self) -> bool {
        false
    }

    fn poll(&mut self, hungry: bool) -> Option<ConsoleInput> {
        self.read_if(hungry);
        let input = self.inbox.take(hungry);
        self.note(input)
    }

    fn wait(&mut self, limit: Option<Duration>, hungry: bool) -> Waited {
        let nothing_comes = self.ended || !hungry;
        if nothing_comes && limit.is_none() || self.ended && !self.interruptible {
            return self.poll(hungry).map_or(Waited::Never, Waited::Input);
        }
        self.read_if(hungry);
        let input = self.inbox.wait(limit, hungry);
        self.note(input).map_or(Waited::TimedOut, Waited::Input)
    }
}
