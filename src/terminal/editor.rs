//! A terminal: line editing, history, completion, control-C.
//!
//! The editor runs on a thread of its own and edits a line when the machine looks for
//! one. What the machine last wrote without a newline is its prompt. A form that is
//! open at the end of a line goes on to the next; an empty line hands over what
//! there is. Completions are asked of the machine: [`ConsoleInput::Complete`] goes in, and
//! [`Output::Completions`] comes out.

use super::modes::Modes;
use super::{Front, Inbox, Waited, balance, pipe::write_outputs};
use crate::bus::{ConsoleInput, Output};
use parking_lot::{Condvar, Mutex};
use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Editor, ExternalPrinter, Helper};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long the editor waits for the machine's completions.
const COMPLETION_LIMIT: Duration = Duration::from_millis(500);

/// What passes between the machine's thread and the editor's.
#[derive(Default)]
struct Desk {
    /// The prompt of the line that is wanted.
    wanted: Option<String>,
    /// A line is being edited.
    editing: bool,
    candidates: Option<Vec<String>>,
}

type Shared = Arc<(Mutex<Desk>, Condvar)>;

/// The front of a machine that a person talks to.
pub struct Terminal {
    inbox: Inbox,
    desk: Shared,
    /// Prints while a line is being edited.
    printer: Option<Box<dyn ExternalPrinter + Send>>,
    /// What was written since the last newline.
    partial: String,
    modes: Modes,
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // The editor may be in the middle of a line, with the terminal in its own modes.
        if self.editing() {
            self.modes.restore();
        }
    }
}

impl Terminal {
    /// Takes the terminal over. `inbox` receives what is typed; `history` is where
    /// lines are remembered, if anywhere.
    pub fn new(inbox: Inbox, history: Option<PathBuf>) -> Result<Terminal, ReadlineError> {
        let modes = Modes::save();
        let config = Config::builder()
            .completion_type(CompletionType::List)
            .auto_add_history(true)
            .max_history_size(10_000)?
            .build();
        let mut editor = Editor::with_config(config)?;
        if let Some(path) = &history {
            // A history that cannot be read is no reason not to start.
            if let Err(error) = editor.load_history(path) {
                tracing::debug!("history {}: {error}", path.display());
            }
        }
        if let Some((width, height)) = editor.dimensions() {
            let (width, height) = (u32::from(width), u32::from(height));
            inbox.put(ConsoleInput::Size { width, height });
        }
        let printer = editor.create_external_printer().ok();
        let printer = printer.map(|p| Box::new(p) as Box<dyn ExternalPrinter + Send>);
        let desk = Shared::default();
        editor.set_helper(Some(Assistant {
            inbox: inbox.clone(),
            desk: desk.clone(),
        }));
        let (thread_inbox, thread_desk) = (inbox.clone(), desk.clone());
        std::thread::spawn(move || edit(editor, &thread_inbox, &thread_desk, history.as_deref()));
        Ok(Terminal {
            inbox,
            desk,
            printer,
            partial: String::new(),
            modes,
        })
    }

    /// Asks for a line, unless one is being edited.
    fn ask(&mut self) {
        let (desk, changed) = &*self.desk;
        let mut desk = desk.lock();
        // A line may have been finished since the caller looked.
        if desk.editing || desk.wanted.is_some() || self.inbox.has_text() {
            return;
        }
        // The editor writes the prompt itself, so what stands there goes first.
        let mut out = io::stdout().lock();
        let _ = out.write_all(b"\r\x1b[K").and_then(|()| out.flush());
        desk.wanted = Some(std::mem::take(&mut self.partial));
        desk.editing = true;
        changed.notify_all();
    }

    fn editing(&self) -> bool {
        self.desk.0.lock().editing
    }
}

impl Front for Terminal {
    fn show(&mut self, outputs: Vec<Output>) -> io::Result<()> {
        for output in outputs {
            match output {
                Output::Completions(text) => {
                    let (desk, changed) = &*self.desk;
                    desk.lock().candidates = Some(text.lines().map(str::to_string).collect());
                    changed.notify_all();
                }
                Output::Console(text) | Output::Error(text) | Output::Sdu(text)
                    if self.printer.is_some() && self.editing() =>
                {
                    let printer = self.printer.as_mut().map(|p| p.print(text));
                    if let Some(Err(error)) = printer {
                        tracing::warn!("terminal: {error}");
                    }
                }
                output => {
                    if let Output::Console(text) = &output {
                        match text.rfind('\n') {
                            Some(newline) => self.partial = text[newline + 1..].to_string(),
                            None => self.partial.push_str(text),
                        }
                    }
                    write_outputs(vec![output])?;
                }
            }
        }
        Ok(())
    }

    fn live(&self) -> bool {
        true
    }

    fn poll(&mut self, hungry: bool) -> Option<ConsoleInput> {
        let input = self.inbox.take(hungry);
        if input.is_none() && hungry {
            self.ask();
        }
        input
    }

    fn wait(&mut self, limit: Option<Duration>, hungry: bool) -> Waited {
        if let Some(input) = self.poll(hungry) {
            return Waited::Input(input);
        }
        self.inbox
            .wait(limit, hungry)
            .map_or(Waited::TimedOut, Waited::Input)
    }
}

/// The editor's thread: a line each time that one is wanted.
fn edit(
    mut editor: Editor<Assistant, FileHistory>,
    inbox: &Inbox,
    desk: &Shared,
    history: Option<&Path>,
) {
    let (desk, changed) = &**desk;
    loop {
        let prompt = {
            let mut desk = desk.lock();
            loop {
                if let Some(prompt) = desk.wanted.take() {
                    break prompt;
                }
                changed.wait(&mut desk);
            }
        };
        let read = editor.readline(&prompt);
        let input = match &read {
            Ok(line) => ConsoleInput::Text(format!("{line}\n")),
            Err(ReadlineError::Interrupted) => ConsoleInput::Break,
            Err(error) => {
                if !matches!(error, ReadlineError::Eof) {
                    tracing::warn!("terminal: {error}");
                }
                ConsoleInput::End
            }
        };
        {
            // Together, so that nobody asks for a line while this one is on its way.
            let mut desk = desk.lock();
            inbox.put(input);
            desk.editing = false;
        }
        if let (Ok(_), Some(path)) = (&read, history)
            && let Err(error) = editor.append_history(path)
        {
            tracing::debug!("history {}: {error}", path.display());
        }
    }
}

/// Completes, and says when a line is whole.
struct Assistant {
    inbox: Inbox,
    desk: Shared,
}

/// Where the name under the cursor begins.
fn name_start(before: &str) -> usize {
    let ends = |c: char| c.is_whitespace() || "()'`,\";".contains(c);
    before.rfind(ends).map_or(0, |at| {
        at + before[at..].chars().next().map_or(1, char::len_utf8)
    })
}

impl Completer for Assistant {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &rustyline::Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let start = name_start(&line[..position]);
        let prefix = &line[start..position];
        if prefix.is_empty() {
            return Ok((position, Vec::new()));
        }
        let (desk, changed) = &*self.desk;
        let mut desk = desk.lock();
        desk.candidates = None;
        self.inbox.put(ConsoleInput::Complete(prefix.to_string()));
        let deadline = Instant::now() + COMPLETION_LIMIT;
        while desk.candidates.is_none() {
            if changed.wait_until(&mut desk, deadline).timed_out() {
                break;
            }
        }
        let candidates = desk.candidates.take().unwrap_or_default();
        let pair = |text: String| Pair {
            display: text.clone(),
            replacement: text,
        };
        Ok((start, candidates.into_iter().map(pair).collect()))
    }
}

impl Validator for Assistant {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let text = context.input();
        let given_up = text
            .lines()
            .last()
            .is_some_and(|line| line.trim().is_empty());
        let whole = given_up || !balance::is_open(text);
        Ok(if whole {
            ValidationResult::Valid(None)
        } else {
            ValidationResult::Incomplete
        })
    }
}

impl Hinter for Assistant {
    type Hint = String;
}

impl Highlighter for Assistant {}

impl Helper for Assistant {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_under_the_cursor_is_found() {
        assert_eq!(name_start("(mapc"), 1);
        assert_eq!(name_start("(foo 'cl:ca"), 6);
        assert_eq!(name_start("ab"), 0);
        assert_eq!(name_start("(λ\u{3000}x"), 6);
        assert_eq!(name_start("( "), 2);
    }
}
