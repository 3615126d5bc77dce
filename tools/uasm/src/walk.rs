//! The first pass: what each top-level form is, where each word goes.
//!
//! A symbol is a label, a list is a pseudo-op, a macro call or one word of the
//! current locality.

use crate::assembly::{Assembly, Decode, Table, Word};
use crate::evaluate::OPERATORS;
use crate::form::{Datum, Form, Position, number};
use crate::object::{Declaration, ErrorEntry};
use crate::symbol::{Memory, Origin, Program};

/// All the repetitions of an assembly together: no memory has more words.
const MOST_REPETITIONS: u32 = 0o400000;

impl Assembly<'_> {
    /// Takes one top-level form.
    pub(crate) fn walk(&mut self, form: &Form) {
        let before = self.current.replace(form.clone());
        if self.comment_depth > 0 {
            match form.head() {
                Some("begin-comment") => self.comment_depth += 1,
                Some("end-comment") => self.comment_depth -= 1,
                _ => {}
            }
        } else {
            match &form.datum {
                Datum::Symbol(name) => self.label(name, form.at),
                Datum::List(items) if items.is_empty() => {}
                Datum::List(items) => self.list(form, items),
                _ => self.error(
                    form.at,
                    format!("{form} is neither a label nor a word"),
                    "a word is a list, such as (0) or ((m-t) md)",
                ),
            }
        }
        self.current = before;
    }

    /// A file may not end inside a table or a comment.
    pub(crate) fn end_of_file(&mut self) {
        if self.comment_depth > 0 {
            self.error(
                self.comment_at,
                "begin-comment without end-comment".to_string(),
                "",
            );
            self.comment_depth = 0;
        }
        if let Some(table) = self.open_table.take() {
            let table = &self.tables[table];
            let (at, name) = (table.at, table.name.clone());
            self.error(
                at,
                format!("the dispatch table {name} has no end-dispatch"),
                "",
            );
        }
        if let Some((name, at)) = self.pending_labels.pop() {
            self.error(
                at,
                format!("no dispatch table follows the label {name}"),
                "",
            );
            self.pending_labels.clear();
        }
    }

    fn list(&mut self, form: &Form, items: &[Form]) {
        let Some(head) = items[0].as_symbol() else {
            self.word(form);
            return;
        };
        let arguments = &items[1..];
        if self.macros.contains_key(head) {
            self.expand(form, head);
            return;
        }
        if !self.pseudo_op(head, form, arguments) {
            self.word(form);
        }
    }

    fn label(&mut self, name: &str, at: Position) {
        let program = match self.locality {
            Memory::Control => Program::Location(Memory::Control, self.control_location),
            Memory::A => {
                let address = self.a_address(Some(name));
                Program::Location(Memory::A, address)
            }
            Memory::M => Program::Location(Memory::M, self.m_location),
            Memory::Dispatch => match self.open_table {
                Some(table) => {
                    let used = self.tables[table].used;
                    if used == 0 && self.tables[table].name.is_empty() {
                        self.tables[table].name = name.to_string();
                    }
                    Program::Table(table, used)
                }
                None => {
                    self.pending_labels.push((name.to_string(), at));
                    return;
                }
            },
        };
        let mirror = match (&program, name.strip_prefix("m-")) {
            (Program::Location(Memory::M, address), Some(rest)) => {
                Some((format!("a-{rest}"), *address))
            }
            _ => None,
        };
        self.define(name, program, at);
        // M memory is also A memory: A-FOO names the other face of M-FOO, unless the source
        // has something else of that name.
        if let Some((name, address)) = mirror {
            let program = Program::Location(Memory::A, address);
            let _ = self.symbols.define(&name, program, Origin::Default, at);
        }
    }

    /// The next address of A memory. The first 100 words are the other face of M memory; a
    /// source that begins by naming that face, as LMI's do, begins at 0, any other at 100.
    fn a_address(&mut self, label: Option<&str>) -> u32 {
        if let Some(address) = self.a_location {
            return address;
        }
        let face = label
            .and_then(|name| name.strip_prefix("a-"))
            .and_then(|rest| self.symbols.get(&format!("m-{rest}")))
            .is_some_and(|symbol| symbol.program == Program::Location(Memory::M, 0));
        let address = if face { 0 } else { 0o100 };
        self.a_location = Some(address);
        address
    }

    /// A word of the current locality.
    fn word(&mut self, form: &Form) {
        let mut word = Word {
            form: form.clone(),
            memory: self.locality,
            address: 0,
            table: 0,
            repeat_count: self.repeat_count,
            argument_tables: Vec::new(),
            slot_ok: std::mem::take(&mut self.slot_ok),
        };
        let full = |address: u32, size: u32| (address >= size).then_some(size);
        let overflow = match self.locality {
            Memory::Control => {
                self.argument_calls(form, &mut word.argument_tables);
                word.address = self.control_location;
                self.control_location += 1;
                full(word.address, 0o200000)
            }
            Memory::A => {
                word.address = self.a_address(None);
                self.a_location = Some(word.address + 1);
                full(word.address, 0o10000)
            }
            Memory::M => {
                word.address = self.m_location;
                self.m_location += 1;
                full(word.address, 0o100)
            }
            Memory::Dispatch => {
                let Some(table) = self.open_table else {
                    self.error(
                        form.at,
                        "a word of d-mem outside of any dispatch table".to_string(),
                        "begin the table with (start-dispatch bits)",
                    );
                    return;
                };
                word.table = table;
                word.address = self.tables[table].used;
                self.tables[table].used += 1;
                if word.address == 1 << self.tables[table].bits {
                    let bits = self.tables[table].bits;
                    self.error(
                        form.at,
                        format!(
                            "the table has more entries than the {:o} that {bits} bits select",
                            1 << bits
                        ),
                        "",
                    );
                }
                if word.address >= 1 << self.tables[table].bits {
                    return;
                }
                None
            }
        };
        if let Some(size) = overflow {
            if word.address == size {
                let memory = self.locality.locality();
                self.error(
                    form.at,
                    format!("{memory} is full: it has {size:o} words"),
                    "",
                );
            }
            return;
        }
        self.words.push(word);
    }

    /// Does the pseudo-op `head`; false when there is none of that name.
    fn pseudo_op(&mut self, head: &str, form: &Form, arguments: &[Form]) -> bool {
        match head {
            "locality" => self.set_locality(form, arguments),
            "assign" | "assign-default" => self.assign(head, form, arguments),
            "assign-eval" => {
                if let Some([name, value]) = self.arguments(form, arguments)
                    && let Some(name) = self.name(name)
                    && let Some(value) = self.number(value)
                {
                    self.define(&name, Program::Number(value), form.at);
                }
            }
            "define-transfers" => self.define_transfers(form, arguments),
            "def-data-field" | "def-data-field-default" => self.data_field(head, form, arguments),
            "def-bit-field-in-reg" => {
                if let Some([name, size, position, register]) = self.arguments(form, arguments)
                    && let Some(name) = self.name(name)
                    && let Some(size) = self.number(size)
                    && let Some(position) = self.number(position)
                {
                    self.register_byte(&name, size, position, register, form.at);
                }
            }
            "def-next-bit" => {
                if let Some([name, register]) = self.arguments(form, arguments) {
                    self.next_field(name, 1, register, form.at);
                }
            }
            "def-next-field" => {
                if let Some([name, size, register]) = self.arguments(form, arguments)
                    && let Some(size) = self.number(size)
                {
                    self.next_field(name, size, register, form.at);
                }
            }
            "reset-bit-pointer" => {
                if let Some([register]) = self.arguments(form, arguments) {
                    self.bit_pointers.remove(&register.to_string());
                }
            }
            "start-dispatch" => self.start_dispatch(form, arguments),
            "end-dispatch" => self.end_dispatch(form),
            "loc" | "modulo" => self.set_location(head, form, arguments),
            "repeat" => self.repeat(form, arguments),
            "if" => self.choose(form, arguments),
            "progn" => arguments.iter().for_each(|argument| self.walk(argument)),
            "comment" => {}
            "begin-comment" => {
                self.comment_depth = 1;
                self.comment_at = form.at;
            }
            "end-comment" => {
                self.error(form.at, "end-comment without begin-comment".to_string(), "");
            }
            "error-table" | "error-table-after-next" => self.error_table(head, form, arguments),
            "declare" => {
                let entry = Declaration {
                    address: self.control_location as u16,
                    form: arguments.iter().map(Form::plain).collect(),
                };
                self.object.symbols.declarations.push(entry);
            }
            "register-kind" | "register-width" => self.register(head, form, arguments),
            "misc-inst-entry" | "macro-ir-misc-decode" => self.misc_decodes.push(self.decode(form)),
            "macro-ir-decode" => self.decodes.push(self.decode(form)),
            "macro-ir-dispatch-spec" => match arguments {
                [spec] => self.dispatch_spec = Some(spec.clone()),
                _ => self.error(form.at, "the specification is one list".to_string(), ""),
            },
            "macro-ir-decode-area" => {
                if let Some([area]) = self.arguments(form, arguments)
                    && let Some(area) = self.number(area)
                {
                    if (0..4).contains(&area) {
                        self.decode_area = area as u32;
                    } else {
                        self.error(
                            form.at,
                            format!("there is no decode area {}", number(area)),
                            "areas are 0 to 3",
                        );
                    }
                }
            }
            "micro-code-illegal-entry-here" => self.illegal_entry = Some(self.control_location),
            "a-constant-limit" | "m-constant-limit" => {
                if let Some([limit]) = self.arguments(form, arguments)
                    && let Some(limit) = self.number(limit)
                {
                    let limit = limit.clamp(0, 0o10000) as u32;
                    if head == "a-constant-limit" {
                        self.constants.a_limit = Some(limit);
                    } else {
                        self.constants.m_limit = limit;
                    }
                }
            }
            // All of control memory is resident here: paging only chooses a place.
            "begin-pagable-ucode" | "end-pagable-ucode" => {
                let begins = head == "begin-pagable-ucode";
                if self.pagable == begins {
                    self.error(form.at, format!("{head} where that is so already"), "");
                } else {
                    self.pagable = begins;
                    std::mem::swap(&mut self.control_location, &mut self.pagable_location);
                }
            }
            "micro-fault-ok-here" | "slot-ok-here" => self.slot_ok = true,
            "mc-linkage" => {}
            "call-return" => self.call_return(form, arguments),
            "defmacro" => self.define_macro(form, arguments),
            // LMI's files hold their microcode as the value of a variable.
            "defconst" | "defvar" | "setq" if wrapped(arguments).is_some() => {
                wrapped(arguments)
                    .unwrap_or_default()
                    .iter()
                    .for_each(|form| self.walk(form));
            }
            "defun" | "defvar" | "defparameter" | "defconstant" | "defconst" | "eval-when"
            | "deff" => {
                self.lisp_definition(head, form, arguments);
            }
            _ => return false,
        }
        true
    }

    fn decode(&self, form: &Form) -> Decode {
        Decode {
            form: form.clone(),
            address: self.control_location,
            area: self.decode_area,
        }
    }

    /// The symbol that a definition defines.
    pub(crate) fn name(&mut self, form: &Form) -> Option<String> {
        match form.as_symbol() {
            Some(name) if !OPERATORS.contains(&name) || self.origin != Origin::Source => {
                Some(name.to_string())
            }
            Some(name) => {
                self.error(
                    form.at,
                    format!("{name} is an operator of the language"),
                    "choose another name",
                );
                None
            }
            None => {
                self.error(form.at, format!("{form} is not a name"), "");
                None
            }
        }
    }

    fn set_locality(&mut self, form: &Form, arguments: &[Form]) {
        if self.open_table.is_some() {
            self.error(
                form.at,
                "a dispatch table is still open".to_string(),
                "close it with (end-dispatch)",
            );
            self.open_table = None;
        }
        match arguments
            .first()
            .and_then(Form::as_symbol)
            .and_then(Memory::from_locality)
        {
            Some(memory) => self.locality = memory,
            None => self.error(
                form.at,
                "no such locality".to_string(),
                "localities are i-mem, a-mem, m-mem and d-mem",
            ),
        }
    }

    fn set_location(&mut self, head: &str, form: &Form, arguments: &[Form]) {
        let Some([argument]) = self.arguments(form, arguments) else {
            return;
        };
        let Some(value) = self.number(argument) else {
            return;
        };
        let here = match self.locality {
            Memory::Control => self.control_location,
            Memory::A => self.a_location.unwrap_or(0o100),
            Memory::M => self.m_location,
            Memory::Dispatch => 0,
        };
        let size = match self.locality {
            Memory::Control => 0o200000,
            Memory::M => 0o100,
            Memory::A | Memory::Dispatch => 0o10000,
        };
        let there = if head == "modulo" {
            if value < 1 {
                self.error(form.at, "modulo wants a positive number".to_string(), "");
                return;
            }
            (i128::from(here) + value - 1) / value * value
        } else {
            value
        };
        if !(0..i128::from(size)).contains(&there) {
            let memory = self.locality.locality();
            self.error(
                form.at,
                format!("{memory} has no address {}", number(there)),
                &format!("it has {size:o} words"),
            );
            return;
        }
        let there = there as u32;
        match self.locality {
            Memory::Control => self.control_location = there,
            Memory::A => self.a_location = Some(there),
            Memory::M => self.m_location = there,
            Memory::Dispatch => {
                let table = self.tables.len();
                let labels = std::mem::take(&mut self.pending_labels);
                self.tables.push(Table {
                    name: String::new(),
                    at: form.at,
                    bits: 0,
                    options: Vec::new(),
                    used: 0,
                    fixed: true,
                    address: there,
                });
                self.open_table = Some(table);
                for (name, at) in labels {
                    self.define(&name, Program::Table(table, 0), at);
                }
            }
        }
    }

    fn repeat(&mut self, form: &Form, arguments: &[Form]) {
        let Some((count, body)) = arguments.split_first() else {
            self.error(
                form.at,
                "repeat what?".to_string(),
                "as in (repeat 4 (trap p-bit))",
            );
            return;
        };
        let Some(count) = self.number(count) else {
            return;
        };
        if !(0..=0o200000).contains(&count) {
            self.error(
                form.at,
                format!("cannot repeat {} times", number(count)),
                "",
            );
            return;
        }
        let outer = self.repeat_count;
        for repetition in 0..count {
            self.repetitions += 1;
            if self.repetitions > MOST_REPETITIONS {
                self.error(
                    form.at,
                    "repeats nest to more words than there is memory".to_string(),
                    "",
                );
                break;
            }
            self.repeat_count = repetition;
            for item in body {
                match item.datum {
                    // An atom here is a word of one symbol, not a label: a label cannot repeat.
                    Datum::Symbol(_) | Datum::Integer(_) => {
                        let word = Form::list(vec![item.clone()], item.at);
                        self.walk(&word);
                    }
                    _ => self.walk(item),
                }
            }
        }
        self.repeat_count = outer;
    }

    /// `(if test then else…)`.
    fn choose(&mut self, form: &Form, arguments: &[Form]) {
        let [test, then, otherwise @ ..] = arguments else {
            self.error(
                form.at,
                "if what?".to_string(),
                "as in (if test then else…)",
            );
            return;
        };
        let holds = match test.as_symbol() {
            Some("t") => Some(true),
            Some("nil") => Some(false),
            _ => self.lisp_number(test).map(|number| number != 0),
        };
        match holds {
            Some(true) => self.walk(then),
            Some(false) => otherwise.iter().for_each(|form| self.walk(form)),
            None => {}
        }
    }

    /// `(call-return routine then)`: calls ROUTINE, which returns to THEN. A jump with a call in
    /// its slot: the call pushes the jump's target.
    fn call_return(&mut self, form: &Form, arguments: &[Form]) {
        if let Some([routine, then]) = self.arguments(form, arguments) {
            for (verb, label) in [("jump-xct-next", then), ("call", routine)] {
                let word = vec![Form::symbol(verb, form.at), label.clone()];
                self.word(&Form::list(word, form.at));
            }
        }
    }

    fn error_table(&mut self, head: &str, form: &Form, arguments: &[Form]) {
        let here = self.control_location;
        let address = if head == "error-table" {
            here.checked_sub(1)
        } else {
            Some(here)
        };
        match address {
            Some(address) => self.object.symbols.error_table.push(ErrorEntry {
                address: address as u16,
                form: arguments.iter().map(Form::plain).collect(),
            }),
            None => self.error(
                form.at,
                "no instruction stands before this error-table entry".to_string(),
                "it belongs after the instruction that traps",
            ),
        }
    }
}

/// The forms in `uc-name '(form…)`, as the arguments of a definition.
fn wrapped(arguments: &[Form]) -> Option<&[Form]> {
    let [name, value, ..] = arguments else {
        return None;
    };
    let quoted = value.as_list().filter(|_| value.head() == Some("quote"))?;
    name.as_symbol()?
        .strip_prefix("uc-")
        .and(quoted.get(1)?.as_list())
}
