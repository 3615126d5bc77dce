//! The reader: standard syntax, with the place of every list.

mod backquote;
mod dispatch;
mod token;

use crate::interp::{Exit, Lisp, Res};
use crate::object::{ListBuilder, Obj};
use crate::stream::{Input, Stream};
use std::rc::Rc;

/// Reads the forms of one text.
pub struct Reader {
    pub(crate) stream: Rc<Stream>,
}

impl Reader {
    pub(crate) fn new(stream: Rc<Stream>) -> Reader {
        Reader { stream }
    }
}

/// What one step of the reader found.
enum Item {
    Form(Obj),
    /// A comment, or a form that a feature expression hid.
    Nothing,
    Close,
    Dot,
    End,
}

/// State of one top-level read.
#[derive(Default)]
pub(crate) struct State {
    /// How many backquotes are open, commas subtracted.
    backquotes: u32,
    /// `#1=` labels.
    labels: Vec<(u64, Obj)>,
    /// Inside a form that is skipped.
    suppress: bool,
}

pub(crate) fn is_whitespace(c: char) -> bool {
    matches!(c, ' ' | '\n' | '\t' | '\r' | '\x0c')
}

pub(crate) fn is_terminating(c: char) -> bool {
    is_whitespace(c) || matches!(c, '(' | ')' | '"' | '\'' | '`' | ',' | ';')
}

impl Lisp {
    /// An error in the text, at the reader's present place or the one given.
    pub(crate) fn reader_error(&mut self, input: &Input, at: Option<u32>, message: &str) -> Exit {
        self.site = match at {
            Some(p) => p,
            None => self.new_place(input.file, input.line(), input.column().max(2) - 1),
        };
        self.signal_named("READER-ERROR", message)
    }

    fn here(&mut self, input: &Input) -> u32 {
        self.new_place(input.file, input.line(), input.column())
    }

    /// The next form, or `None` at the end.
    pub(crate) fn read_toplevel(&mut self, stream: &Rc<Stream>) -> Result<Option<Obj>, Exit> {
        let Some(input) = stream.as_input() else {
            return Err(self.error("READ wants an input stream"));
        };
        let mut st = State {
            suppress: self.s.read_suppress.value().is_some_and(|v| v.is_true()),
            ..State::default()
        };
        loop {
            match self.read_item(input, &mut st)? {
                Item::Form(o) => return Ok(Some(o)),
                Item::Nothing => {}
                Item::End => return Ok(None),
                Item::Close => {
                    return Err(self.reader_error(input, None, "unbalanced closing parenthesis"));
                }
                Item::Dot => return Err(self.reader_error(input, None, "a dot stands alone")),
            }
        }
    }

    /// A form that must be there.
    fn read_form(&mut self, input: &Input, st: &mut State, after: &str) -> Res {
        let start = self.here(input);
        loop {
            match self.read_item(input, st)? {
                Item::Form(o) => return Ok(o),
                Item::Nothing => {}
                Item::End => {
                    let m = format!("the text ends after {after}, where a form was expected");
                    self.site = start;
                    return Err(self.signal_named("END-OF-FILE", &m));
                }
                Item::Close | Item::Dot => {
                    let m = format!("a form was expected after {after}");
                    return Err(self.reader_error(input, None, &m));
                }
            }
        }
    }

    fn read_item(&mut self, input: &Input, st: &mut State) -> Result<Item, Exit> {
        self.check_stack()?;
        while input.peek().is_some_and(is_whitespace) {
            input.next();
        }
        let at = self.here(input);
        let Some(c) = input.peek() else {
            return Ok(Item::End);
        };
        match c {
            '(' => {
                input.next();
                let l = self.read_list(input, st, at)?;
                Ok(Item::Form(l))
            }
            ')' => {
                input.next();
                Ok(Item::Close)
            }
            ';' => {
                while let Some(c) = input.next() {
                    if c == '\n' {
                        break;
                    }
                }
                Ok(Item::Nothing)
            }
            '"' => {
                input.next();
                let s = self.read_string(input, at)?;
                Ok(Item::Form(s))
            }
            '\'' => {
                input.next();
                let f = self.read_form(input, st, "a quote")?;
                Ok(Item::Form(Obj::list([Obj::Sym(self.s.quote), f]).at(at)))
            }
            '`' => {
                input.next();
                st.backquotes += 1;
                let f = self.read_form(input, st, "a backquote")?;
                st.backquotes -= 1;
                let f = self.expand_backquote(&f, at)?;
                Ok(Item::Form(f))
            }
            ',' => {
                input.next();
                let op = match input.peek() {
                    Some('@') => self.s.comma_at,
                    Some('.') => self.s.comma_dot,
                    _ => self.s.comma,
                };
                if op != self.s.comma {
                    input.next();
                }
                if st.backquotes == 0 && !st.suppress {
                    return Err(self.reader_error(input, Some(at), "a comma outside of backquote"));
                }
                let depth = st.backquotes;
                st.backquotes = depth.saturating_sub(1);
                let f = self.read_form(input, st, "a comma")?;
                st.backquotes = depth;
                Ok(Item::Form(Obj::list([Obj::Sym(op), f]).at(at)))
            }
            '#' => {
                input.next();
                self.read_dispatch(input, st, at)
            }
            _ => self.read_token(input, st, at),
        }
    }

    fn read_list(&mut self, input: &Input, st: &mut State, at: u32) -> Res {
        let mut b = ListBuilder::default();
        loop {
            match self.read_item(input, st)? {
                Item::Form(o) => b.push(o),
                Item::Nothing => {}
                Item::Close => return Ok(b.finish().at(at)),
                Item::End => {
                    self.site = at;
                    return Err(self.signal_named(
                        "END-OF-FILE",
                        "the text ends inside the list that begins here",
                    ));
                }
                Item::Dot => {
                    let tail = self.read_form(input, st, "a dot")?;
                    loop {
                        match self.read_item(input, st)? {
                            Item::Close => return Ok(b.finish_with(tail).at(at)),
                            Item::Nothing => {}
                            _ => {
                                let m = "more than one form after the dot of a list";
                                return Err(self.reader_error(input, None, m));
                            }
                        }
                    }
                }
            }
        }
    }

    fn read_string(&mut self, input: &Input, at: u32) -> Res {
        let mut chars = Vec::new();
        loop {
            match input.next() {
                Some('"') => break,
                Some('\\') => match input.next() {
                    Some(c) => chars.push(c),
                    None => continue,
                },
                Some(c) => chars.push(c),
                None => {
                    self.site = at;
                    return Err(self.signal_named(
                        "END-OF-FILE",
                        "the text ends inside the string that begins here",
                    ));
                }
            }
        }
        Ok(Obj::Str(Rc::new(crate::array::StrObj::new(chars))))
    }
}
