//! The terminal's modes, kept to be put back.

/// The modes of the terminal on standard input, if it is one.
#[cfg(unix)]
#[derive(Debug)]
pub struct Modes(Option<rustix::termios::Termios>);

#[cfg(unix)]
impl Modes {
    /// The modes as they are.
    pub fn save() -> Modes {
        Modes(rustix::termios::tcgetattr(rustix::stdio::stdin()).ok())
    }

    /// Puts them back, and ends what a line editor may have begun: a line, and
    /// bracketed paste.
    pub fn restore(&self) {
        use std::io::Write;
        let Some(modes) = &self.0 else { return };
        let now = rustix::termios::OptionalActions::Now;
        if let Err(error) = rustix::termios::tcsetattr(rustix::stdio::stdin(), now, modes) {
            tracing::warn!("terminal: {error}");
        }
        let mut out = std::io::stdout().lock();
        drop(out.write_all(b"\x1b[?2004l\r\n").and_then(|()| out.flush()));
    }
}

/// Elsewhere the host puts the modes back itself.
#[cfg(not(unix))]
#[derive(Debug)]
pub struct Modes;

#[cfg(not(unix))]
impl Modes {
    /// Nothing to keep.
    pub fn save() -> Modes {
        Modes
    }

    /// Nothing to put back.
    pub fn restore(&self) {}
}
