//! The reader: text to forms.
//!
//! Lisp syntax as LMI's microcode files used it. Symbols fold to lower case.
//! Numbers are octal unless they end in a point; `1_19.` is 1 shifted left by 19;
//! `#x`, `#o`, `#b`, `#d` and `#8r` choose a radix. `#+lambda` and `#-lambda`
//! choose forms. Backquote is kept as `(backquote …)`, `(unquote …)` and
//! `(unquote-splicing …)`; `macros` expands it when a form goes to Lisp.

use crate::diagnostic::{Diagnostic, Severity};
use crate::form::{Datum, Form, Position};

/// Reads all of `text`, source file number `file`. Errors are collected and
/// reading goes on after them where it can.
pub fn read(text: &str, file: u32, features: &[String]) -> (Vec<Form>, Vec<Diagnostic>) {
    read_radix(text, file, features, 8)
}

/// Reads a file of tables, whose numbers are decimal.
pub(crate) fn read_decimal(text: &str) -> (Vec<Form>, Vec<Diagnostic>) {
    read_radix(text, 0, &[], 10)
}

fn read_radix(
    text: &str,
    file: u32,
    features: &[String],
    radix: u32,
) -> (Vec<Form>, Vec<Diagnostic>) {
    let mut reader = Reader {
        text: text.chars().collect(),
        place: 0,
        at: Position {
            file,
            line: 1,
            column: 1,
        },
        features,
        radix,
        diagnostics: Vec::new(),
        depth: 0,
    };
    let mut forms = Vec::new();
    loop {
        reader.skip_blanks();
        let at = reader.at;
        match reader.peek() {
            None => break,
            Some(')') => {
                reader.next();
                reader.error(
                    at,
                    "unbalanced close parenthesis",
                    "an earlier form closed too soon",
                );
            }
            Some(_) => {
                if let Some(form) = reader.form() {
                    forms.push(form);
                }
            }
        }
    }
    (forms, reader.diagnostics)
}

/// Nesting deeper than this is an error rather than a deep recursion.
const DEEPEST: u32 = 500;

struct Reader<'a> {
    text: Vec<char>,
    place: usize,
    at: Position,
    features: &'a [String],
    /// Radix of numbers that do not say theirs.
    radix: u32,
    diagnostics: Vec<Diagnostic>,
    depth: u32,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.place).copied()
    }

    fn peek_second(&self) -> Option<char> {
        self.text.get(self.place + 1).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.place += 1;
        if c == '\n' {
            self.at.line += 1;
            self.at.column = 1;
        } else {
            self.at.column += 1;
        }
        Some(c)
    }

    fn error(&mut self, at: Position, message: &str, help: &str) {
        self.diagnostics.push(Diagnostic {
            severity: Severity::Error,
            at,
            form: String::new(),
            message: message.to_string(),
            help: help.to_string(),
        });
    }

    /// Skips white space and comments.
    fn skip_blanks(&mut self) {
        while let Some(c) = self.peek() {
            if c.is_whitespace() {
                self.next();
            } else if c == ';' {
                while self.peek().is_some_and(|c| c != '\n') {
                    self.next();
                }
            } else if c == '#' && self.peek_second() == Some('|') {
                self.skip_block_comment();
            } else {
                break;
            }
        }
    }

    fn skip_block_comment(&mut self) {
        let at = self.at;
        self.next();
        self.next();
        let mut depth = 1;
        while depth > 0 {
            match (self.peek(), self.peek_second()) {
                (Some('|'), Some('#')) => {
                    self.next();
                    depth -= 1;
                }
                (Some('#'), Some('|')) => {
                    self.next();
                    depth += 1;
                }
                (None, _) => {
                    self.error(at, "comment #| is never closed", "close it with |#");
                    return;
                }
                _ => {}
            }
            self.next();
        }
    }

    /// One form, or none where the text held no form (an error, or `#-lambda x`).
    fn form(&mut self) -> Option<Form> {
        let at = self.at;
        if self.depth > DEEPEST {
            self.error(at, "forms nest too deep", "");
            self.place = self.text.len();
            return None;
        }
        self.depth += 1;
        let form = self.form_at(at);
        self.depth -= 1;
        form
    }

    fn form_at(&mut self, at: Position) -> Option<Form> {
        match self.peek()? {
            '(' => {
                self.next();
                self.list(at)
            }
            '\'' => self.prefixed("quote", at),
            '`' => self.prefixed("backquote", at),
            ',' => {
                if self.peek_second() == Some('@') {
                    self.next();
                    self.prefixed("unquote-splicing", at)
                } else {
                    self.prefixed("unquote", at)
                }
            }
            '"' => self.string(at),
            '#' => self.sharp(at),
            _ => Some(self.token(at)),
        }
    }

    /// The form that must follow here, skipping what reads as nothing.
    fn required(&mut self, after: &str) -> Option<Form> {
        loop {
            self.skip_blanks();
            let at = self.at;
            match self.peek() {
                None | Some(')') => {
                    self.error(at, &format!("a form must follow {after}"), "");
                    return None;
                }
                Some(_) => {
                    if let Some(form) = self.form() {
                        return Some(form);
                    }
                }
            }
        }
    }

    fn prefixed(&mut self, operator: &str, at: Position) -> Option<Form> {
        self.next();
        let form = self.required(operator)?;
        Some(Form::list(vec![Form::symbol(operator, at), form], at))
    }

    fn list(&mut self, open: Position) -> Option<Form> {
        let mut items = Vec::new();
        let mut tail = None;
        loop {
            self.skip_blanks();
            let at = self.at;
            match self.peek() {
                None => {
                    self.error(
                        open,
                        "this parenthesis is never closed",
                        "the file ends inside it",
                    );
                    return Some(Form::list(items, open));
                }
                Some(')') => {
                    self.next();
                    break;
                }
                Some('.') if self.peek_second().is_none_or(is_delimiter) => {
                    self.next();
                    tail = self.required("the dot");
                }
                Some(_) => {
                    if let Some(form) = self.form() {
                        if tail.is_some() {
                            self.error(at, "only one form may follow the dot", "");
                        }
                        items.push(form);
                    }
                }
            }
        }
        Some(match tail {
            None => Form::list(items, open),
            Some(tail) => match tail.datum {
                Datum::List(rest) => {
                    items.extend(rest);
                    Form::list(items, open)
                }
                _ => Form {
                    datum: Datum::Dotted(items, Box::new(tail)),
                    at: open,
                },
            },
        })
    }

    fn string(&mut self, at: Position) -> Option<Form> {
        self.next();
        let mut text = String::new();
        loop {
            match self.next() {
                None => {
                    self.error(at, "this string is never closed", "");
                    return None;
                }
                Some('"') => break,
                Some('\\') => text.extend(self.next()),
                Some(c) => text.push(c),
            }
        }
        Some(Form {
            datum: Datum::String(text),
            at,
        })
    }

    fn sharp(&mut self, at: Position) -> Option<Form> {
        self.next();
        let mut argument = String::new();
        while let Some(c) = self.peek().filter(char::is_ascii_digit) {
            argument.push(c);
            self.next();
        }
        let Some(c) = self.next() else {
            self.error(at, "the file ends after #", "");
            return None;
        };
        match c.to_ascii_lowercase() {
            '+' => self.conditional(true),
            '-' => self.conditional(false),
            '\'' => {
                let form = self.required("#'")?;
                Some(Form::list(vec![Form::symbol("function", at), form], at))
            }
            '.' => {
                let form = self.required("#.")?;
                Some(Form::list(vec![Form::symbol("eval", at), form], at))
            }
            '\\' => self.character(at),
            'x' => self.radix(16, at),
            'o' => self.radix(8, at),
            'b' => self.radix(2, at),
            'd' => self.radix(10, at),
            'r' => match argument.parse() {
                Ok(radix @ 2..=36) => self.radix(radix, at),
                _ => {
                    self.error(at, "the radix of #r must be 2 to 36", "as in #10r99");
                    None
                }
            },
            other => {
                self.error(
                    at,
                    &format!("#{other} is not known here"),
                    "known are #+ #- #' #. #\\ #| #x #o #b #d #r",
                );
                None
            }
        }
    }

    /// `#+feature form` and `#-feature form`: the form, or nothing.
    fn conditional(&mut self, wanted: bool) -> Option<Form> {
        let test = self.required(if wanted { "#+" } else { "#-" })?;
        let holds = self.feature(&test);
        let form = self.required("the feature")?;
        (holds == wanted).then_some(form)
    }

    fn feature(&mut self, test: &Form) -> bool {
        match &test.datum {
            Datum::Symbol(name) => {
                let name = name.trim_start_matches(':');
                self.features.iter().any(|feature| feature == name)
            }
            Datum::List(items) => {
                let tests: Vec<bool> = items
                    .iter()
                    .skip(1)
                    .map(|item| self.feature(item))
                    .collect();
                match test.head() {
                    Some("or" | ":or") => tests.contains(&true),
                    Some("and" | ":and") => !tests.contains(&false),
                    Some("not" | ":not") => tests.first() == Some(&false),
                    _ => {
                        self.error(
                            test.at,
                            "not a feature test",
                            "use a name, (or …), (and …), (not …)",
                        );
                        false
                    }
                }
            }
            _ => {
                self.error(
                    test.at,
                    "not a feature test",
                    "use a name, (or …), (and …), (not …)",
                );
                false
            }
        }
    }

    fn character(&mut self, at: Position) -> Option<Form> {
        let mut text = String::new();
        text.extend(self.next());
        while let Some(c) = self.peek().filter(|c| !is_delimiter(*c)) {
            text.push(c);
            self.next();
        }
        let mut chars = text.chars();
        let c = match (chars.next(), chars.next()) {
            (Some(c), None) => c,
            _ => match text.to_ascii_lowercase().as_str() {
                "space" => ' ',
                "newline" | "return" => '\n',
                "tab" => '\t',
                "rubout" => '\u{7f}',
                _ => {
                    self.error(at, &format!("no character is named {text}"), "");
                    return None;
                }
            },
        };
        Some(Form {
            datum: Datum::Character(c),
            at,
        })
    }

    fn radix(&mut self, radix: u32, at: Position) -> Option<Form> {
        let text = self.atom_text();
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.as_str()),
        };
        match i128::from_str_radix(digits, radix) {
            Ok(value) if !digits.starts_with('+') => Some(Form::integer(sign * value, at)),
            _ => {
                self.error(at, &format!("{text} is not a number of radix {radix}"), "");
                None
            }
        }
    }

    fn atom_text(&mut self) -> String {
        let mut text = String::new();
        while let Some(c) = self.peek().filter(|c| !is_delimiter(*c)) {
            text.push(c);
            self.next();
        }
        text
    }

    /// A symbol or a number.
    fn token(&mut self, at: Position) -> Form {
        let mut text = String::new();
        let mut quoted = false;
        while let Some(c) = self.peek() {
            if c == '|' {
                quoted = true;
                self.next();
                while let Some(c) = self.peek().filter(|c| *c != '|') {
                    text.push(c);
                    self.next();
                }
                if self.next().is_none() {
                    self.error(at, "the | of this symbol is never closed", "");
                }
            } else if is_delimiter(c) {
                break;
            } else {
                text.extend(c.to_lowercase());
                self.next();
            }
        }
        if !quoted {
            if let Some(value) = number(&text, self.radix) {
                return Form::integer(value, at);
            }
            if looks_decimal(&text) {
                self.error(
                    at,
                    &format!("{text} has a digit that is not octal"),
                    &format!("numbers are octal; write {text}. for the decimal number"),
                );
                return Form::integer(0, at);
            }
        }
        Form::symbol(&text, at)
    }
}

fn is_delimiter(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')' | '"' | ';' | '\'' | '`' | ',')
}

/// The number that `text` spells, if it spells one: octal, decimal with a point, or `n_shift`.
fn number(text: &str, radix: u32) -> Option<i128> {
    if let Some((value, shift)) = text.split_once('_') {
        let (value, shift) = (simple_number(value, radix)?, simple_number(shift, radix)?);
        return match shift {
            0..=64 => value.checked_mul(1 << shift),
            -64..=-1 => Some(value >> -shift),
            _ => None,
        };
    }
    simple_number(text, radix)
}

/// Numbers stay well within i128, so that sums of them cannot overflow.
const LARGEST: i128 = 1 << 80;

fn simple_number(text: &str, radix: u32) -> Option<i128> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    if !digits.as_bytes().first()?.is_ascii_digit() {
        return None;
    }
    // LMI's sources write 8 and 9 without a point; they can mean nothing else.
    if matches!(digits, "8" | "9") {
        return digits.parse().ok().map(|value: i128| sign * value);
    }
    let value = match digits.strip_suffix('.') {
        Some(decimal) => decimal.parse().ok()?,
        None => i128::from_str_radix(digits, radix).ok()?,
    };
    (value <= LARGEST).then_some(sign * value)
}

/// Digits only, but not octal ones: a decimal number without its point.
fn looks_decimal(text: &str) -> bool {
    let digits = text.trim_start_matches(['-', '+']);
    !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(text: &str) -> String {
        let (forms, diagnostics) = read(text, 0, &["lambda".to_string()]);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        forms
            .iter()
            .map(Form::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn numbers() {
        assert_eq!(
            text_of("17 19. 8 -5 +7 1_19. 3_5 #x1F #10r64 #b101"),
            "17 23 10 -5 7 2000000 140 37 100 5"
        );
        let (_, diagnostics) = read("(foo 19)", 0, &[]);
        assert_eq!((diagnostics[0].at.line, diagnostics[0].at.column), (1, 6));
        assert!(diagnostics[0].help.contains("19."));
    }

    #[test]
    fn symbols_comments_features() {
        assert_eq!(
            text_of("((M-T) ADD m-1 A-2) ; no\n#| no #| no |# |# 1+ m+a+1 5@m"),
            "((m-t) add m-1 a-2) 1+ m+a+1 5@m"
        );
        assert_eq!(
            text_of("(a #+lambda b #-lambda c #+(or exp lambda) d #+exp e)"),
            "(a b d)"
        );
        assert_eq!(text_of("#-lambda (begin) |Case|"), "Case");
    }

    #[test]
    fn quotes() {
        assert_eq!(
            text_of("'a `(b ,c ,@d) (e . f) (g . (h))"),
            "(quote a) (backquote (b (unquote c) (unquote-splicing d))) (e . f) (g h)"
        );
    }

    #[test]
    fn errors_are_collected() {
        let (forms, diagnostics) = read("foo) (bar \"baz", 0, &[]);
        assert_eq!(forms.len(), 2);
        let messages: Vec<_> = diagnostics.iter().map(|d| d.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "unbalanced close parenthesis",
                "this string is never closed",
                "this parenthesis is never closed"
            ]
        );
    }

    #[test]
    fn positions() {
        let (forms, _) = read("a\n  (b c)", 3, &[]);
        assert_eq!(
            forms[1].at,
            Position {
                file: 3,
                line: 2,
                column: 3
            }
        );
        assert_eq!(forms[1].as_list().map(|items| items[1].at.column), Some(6));
    }
}
