//! What the threads of the host leave for the machine's thread.

use crate::bus::ConsoleInput;
use parking_lot::{Condvar, Mutex};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Characters that may wait before a reader has to.
const CAPACITY: usize = 1 << 20;

#[derive(Debug, Default)]
struct Contents {
    /// Breaks, sizes, requests for completions: they go before text.
    urgent: VecDeque<ConsoleInput>,
    text: VecDeque<String>,
    length: usize,
    ended: bool,
}

/// A queue of input with two ends: a reader's and the machine's.
#[derive(Clone, Debug, Default)]
pub struct Inbox {
    shared: Arc<(Mutex<Contents>, Condvar)>,
}

impl Inbox {
    /// Leaves something. Text waits until there is room for it.
    pub fn put(&self, input: ConsoleInput) {
        let (contents, changed) = &*self.shared;
        let mut contents = contents.lock();
        match input {
            ConsoleInput::Text(text) => {
                while contents.length > CAPACITY {
                    changed.wait(&mut contents);
                }
                contents.length += text.len();
                contents.text.push_back(text);
            }
            ConsoleInput::End => contents.ended = true,
            urgent => contents.urgent.push_back(urgent),
        }
        changed.notify_all();
    }

    /// Takes what there is: what is urgent, and text or its end when `hungry`.
    pub fn take(&self, hungry: bool) -> Option<ConsoleInput> {
        let (contents, changed) = &*self.shared;
        let taken = Inbox::take_from(&mut contents.lock(), hungry);
        changed.notify_all();
        taken
    }

    /// The same, but waits, at most for `limit`.
    pub fn wait(&self, limit: Option<Duration>, hungry: bool) -> Option<ConsoleInput> {
        let (contents, changed) = &*self.shared;
        let deadline = limit.and_then(|limit| Instant::now().checked_add(limit));
        let mut contents = contents.lock();
        loop {
            if let Some(taken) = Inbox::take_from(&mut contents, hungry) {
                changed.notify_all();
                return Some(taken);
            }
            match deadline {
                None => changed.wait(&mut contents),
                Some(deadline) => {
                    if changed.wait_until(&mut contents, deadline).timed_out() {
                        return Inbox::take_from(&mut contents, hungry);
                    }
                }
            }
        }
    }

    /// Is there text, or its end, that nobody has taken?
    pub fn has_text(&self) -> bool {
        let contents = self.shared.0.lock();
        contents.ended || !contents.text.is_empty()
    }

    /// Has a break been put that nobody has taken?
    pub fn breaks_waiting(&self) -> bool {
        self.shared.0.lock().urgent.contains(&ConsoleInput::Break)
    }

    fn take_from(contents: &mut Contents, hungry: bool) -> Option<ConsoleInput> {
        if let Some(urgent) = contents.urgent.pop_front() {
            return Some(urgent);
        }
        if !hungry {
            return None;
        }
        match contents.text.pop_front() {
            Some(text) => {
                contents.length -= text.len();
                Some(ConsoleInput::Text(text))
            }
            None if contents.ended => {
                contents.ended = false;
                Some(ConsoleInput::End)
            }
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urgent_things_go_first_and_text_only_to_the_hungry() {
        let inbox = Inbox::default();
        inbox.put(ConsoleInput::Text("a\n".into()));
        inbox.put(ConsoleInput::End);
        inbox.put(ConsoleInput::Break);
        assert_eq!(inbox.take(false), Some(ConsoleInput::Break));
        assert_eq!(inbox.take(false), None);
        assert_eq!(inbox.take(true), Some(ConsoleInput::Text("a\n".into())));
        assert_eq!(inbox.take(true), Some(ConsoleInput::End));
        assert_eq!(inbox.wait(Some(Duration::ZERO), true), None);
    }

    #[test]
    fn waiting_ends_when_something_is_put() {
        let inbox = Inbox::default();
        let other = inbox.clone();
        let putter = std::thread::spawn(move || other.put(ConsoleInput::Break));
        assert_eq!(inbox.wait(None, false), Some(ConsoleInput::Break));
        putter.join().expect("ended");
    }
}
