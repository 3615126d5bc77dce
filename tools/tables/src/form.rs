//! A reader for the table files: lists, symbols, strings, integers, comments.

use crate::TableError;

/// One datum of a table file, with the line it begins on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Line in the file, from 1.
    pub line: u32,
    /// What it is.
    pub datum: Datum,
}

/// The kinds of datum a table file may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Datum {
    /// A symbol or keyword, in lower case as written.
    Symbol(String),
    /// A string.
    String(String),
    /// An integer.
    Integer(i64),
    /// A list.
    List(Vec<Form>),
}

impl Form {
    /// The elements of a list form.
    pub fn list(&self) -> Option<&[Form]> {
        match &self.datum {
            Datum::List(items) => Some(items),
            _ => None,
        }
    }
    /// The name of a symbol form.
    pub fn symbol(&self) -> Option<&str> {
        match &self.datum {
            Datum::Symbol(name) => Some(name),
            _ => None,
        }
    }
    /// The value of an integer form.
    pub fn integer(&self) -> Option<i64> {
        match self.datum {
            Datum::Integer(value) => Some(value),
            _ => None,
        }
    }
    /// The text of a string form.
    pub fn text(&self) -> Option<&str> {
        match &self.datum {
            Datum::String(text) => Some(text),
            _ => None,
        }
    }
}

struct Reader<'a> {
    file: &'a str,
    chars: std::iter::Peekable<std::str::Chars<'a>>,
    line: u32,
}

/// Reads every form of a table file.
pub fn read(file: &str, text: &str) -> Result<Vec<Form>, TableError> {
    let mut reader = Reader {
        file,
        chars: text.chars().peekable(),
        line: 1,
    };
    let mut forms = Vec::new();
    while let Some(form) = reader.form()? {
        forms.push(form);
    }
    Ok(forms)
}

impl Reader<'_> {
    fn error(&self, line: u32, found: impl Into<String>, expected: &str) -> TableError {
        TableError {
            file: self.file.to_string(),
            line,
            found: found.into(),
            expected: expected.to_string(),
        }
    }

    fn next(&mut self) -> Option<char> {
        let c = self.chars.next();
        if c == Some('\n') {
            self.line += 1;
        }
        c
    }

    fn skip_blank(&mut self) {
        while let Some(&c) = self.chars.peek() {
            if c == ';' {
                while self.chars.peek().is_some_and(|&c| c != '\n') {
                    self.next();
                }
            } else if c.is_whitespace() {
                self.next();
            } else {
                break;
            }
        }
    }

    fn form(&mut self) -> Result<Option<Form>, TableError> {
        self.skip_blank();
        let line = self.line;
        let Some(c) = self.chars.peek().copied() else {
            return Ok(None);
        };
        let datum = match c {
            '(' => {
                self.next();
                Datum::List(self.elements(line)?)
            }
            ')' => return Err(self.error(line, "an unmatched )", "a form")),
            '"' => {
                self.next();
                Datum::String(self.string(line)?)
            }
            _ => self.atom(line)?,
        };
        Ok(Some(Form { line, datum }))
    }

    fn elements(&mut self, open: u32) -> Result<Vec<Form>, TableError> {
        let mut items = Vec::new();
        loop {
            self.skip_blank();
            match self.chars.peek() {
                Some(')') => {
                    self.next();
                    return Ok(items);
                }
                None => return Err(self.error(open, "the end of the file", "a ) for this (")),
                Some(_) => items.extend(self.form()?),
            }
        }
    }

    fn string(&mut self, open: u32) -> Result<String, TableError> {
        let mut text = String::new();
        loop {
            match self.next() {
                Some('"') => return Ok(text),
                Some('\\') => text.extend(self.next()),
                Some(c) => text.push(c),
                None => {
                    return Err(self.error(open, "the end of the file", "a \" for this string"));
                }
            }
        }
    }

    fn atom(&mut self, line: u32) -> Result<Datum, TableError> {
        let mut text = String::new();
        while let Some(&c) = self.chars.peek() {
            if c.is_whitespace() || "()\";".contains(c) {
                break;
            }
            text.push(c);
            self.next();
        }
        if let Some(octal) = text.strip_prefix("#o") {
            return i64::from_str_radix(octal, 8)
                .map(Datum::Integer)
                .map_err(|_| self.error(line, text.clone(), "an octal number"));
        }
        Ok(text.parse().map_or(Datum::Symbol(text), Datum::Integer))
    }
}
