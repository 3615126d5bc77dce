//! Streams: text in, text out.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// A stream.
pub struct Stream {
    pub(crate) kind: Kind,
    pub(crate) open: Cell<bool>,
}

/// Takes text to the embedding program.
type SinkFn = Box<dyn FnMut(&str)>;

pub(crate) enum Kind {
    Input(Input),
    /// Collects text.
    Text(RefCell<String>),
    /// Passes text on to the embedding program.
    Sink(RefCell<SinkFn>, Cell<bool>),
    /// Gives text to several streams.
    Broadcast(Vec<Rc<Stream>>),
    /// Adds to a string with a fill pointer.
    IntoString(Rc<crate::array::StrObj>),
}

/// Text being read, with the place where the reader stands.
pub(crate) struct Input {
    pub(crate) file: u32,
    text: Vec<char>,
    at: Cell<usize>,
    line: Cell<u32>,
    column: Cell<u32>,
}

impl Input {
    pub(crate) fn new(file: u32, text: &str) -> Input {
        Input {
            file,
            text: text.chars().collect(),
            at: Cell::new(0),
            line: Cell::new(1),
            column: Cell::new(1),
        }
    }
    pub(crate) fn peek(&self) -> Option<char> {
        self.text.get(self.at.get()).copied()
    }
    pub(crate) fn next(&self) -> Option<char> {
        let c = self.peek()?;
        self.at.set(self.at.get() + 1);
        if c == '\n' {
            self.line.set(self.line.get() + 1);
            self.column.set(1);
        } else {
            self.column.set(self.column.get() + 1);
        }
        Some(c)
    }
    pub(crate) fn unread(&self) {
        let at = self.at.get();
        if at == 0 {
            return;
        }
        self.at.set(at - 1);
        if self.text[at - 1] == '\n' {
            self.line.set(self.line.get() - 1);
            let start = self.text[..at - 1]
                .iter()
                .rposition(|c| *c == '\n')
                .map_or(0, |i| i + 1);
            self.column.set((at - 1 - start) as u32 + 1);
        } else {
            self.column.set(self.column.get() - 1);
        }
    }
    pub(crate) fn offset(&self) -> usize {
        self.at.get()
    }
    pub(crate) fn line(&self) -> u32 {
        self.line.get()
    }
    pub(crate) fn column(&self) -> u32 {
        self.column.get()
    }
}

impl Stream {
    pub(crate) fn new(kind: Kind) -> Rc<Stream> {
        Rc::new(Stream {
            kind,
            open: Cell::new(true),
        })
    }
    /// A stream that reads text; `file` is an index of the interpreter's file table.
    pub(crate) fn input(file: u32, text: &str) -> Rc<Stream> {
        Stream::new(Kind::Input(Input::new(file, text)))
    }
    pub(crate) fn text() -> Rc<Stream> {
        Stream::new(Kind::Text(RefCell::default()))
    }
    pub(crate) fn sink(f: SinkFn) -> Rc<Stream> {
        Stream::new(Kind::Sink(RefCell::new(f), Cell::new(true)))
    }
    pub(crate) fn as_input(&self) -> Option<&Input> {
        match &self.kind {
            Kind::Input(i) => Some(i),
            _ => None,
        }
    }
    /// Writes text; false when the stream does not take any.
    pub(crate) fn write(&self, s: &str) -> bool {
        if s.is_empty() {
            return !matches!(self.kind, Kind::Input(_));
        }
        match &self.kind {
            Kind::Input(_) => return false,
            Kind::Text(t) => t.borrow_mut().push_str(s),
            Kind::Sink(f, bol) => {
                bol.set(s.ends_with('\n'));
                f.borrow_mut()(s);
            }
            Kind::Broadcast(v) => {
                for x in v {
                    x.write(s);
                }
            }
            Kind::IntoString(o) => {
                let mut chars = o.chars.borrow_mut();
                let fill = o.fill.get().min(chars.len());
                chars.truncate(fill);
                chars.extend(s.chars());
                o.fill.set(chars.len());
            }
        }
        true
    }
    /// Is the next character the first of a line?
    pub(crate) fn at_line_start(&self) -> bool {
        match &self.kind {
            Kind::Text(t) => {
                let t = t.borrow();
                t.is_empty() || t.ends_with('\n')
            }
            Kind::Sink(_, bol) => bol.get(),
            Kind::Broadcast(v) => v.first().is_none_or(|x| x.at_line_start()),
            Kind::IntoString(o) => {
                let n = o.len();
                n == 0 || o.chars.borrow()[n - 1] == '\n'
            }
            Kind::Input(_) => true,
        }
    }
    /// The column after the last line break, as far as it is known.
    pub(crate) fn column(&self) -> Option<usize> {
        match &self.kind {
            Kind::Text(t) => {
                let t = t.borrow();
                Some(t.chars().rev().take_while(|c| *c != '\n').count())
            }
            _ => None,
        }
    }
}
