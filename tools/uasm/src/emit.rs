//! The second pass: every word to its place.

use crate::assembly::{Assembly, Word};
use crate::diagnostic::Severity;
use crate::evaluate::{Context, OPERATORS};
use crate::form::{Form, number};
use crate::object::{DispatchTable, Label};
use crate::symbol::{Memory, Origin, Program};

impl Assembly<'_> {
    /// Assembles every word that the first pass found.
    pub(crate) fn emit(&mut self) {
        self.find_constant_places();
        for (name, symbol) in self.symbols.iter() {
            let (memory, address) = match symbol.program {
                Program::Location(memory, address) => (memory, address),
                Program::Table(table, offset) => {
                    (Memory::Dispatch, self.tables[table].address + offset)
                }
                Program::Number(value) if symbol.origin == Origin::Source => {
                    self.object
                        .symbols
                        .numbers
                        .insert(name.to_string(), value as i64);
                    continue;
                }
                _ => continue,
            };
            let label = Label {
                memory,
                address: address as u16,
            };
            self.object.symbols.labels.insert(name.to_string(), label);
        }
        for table in &self.tables {
            self.object.tables.push(DispatchTable {
                name: table.name.clone(),
                address: table.address as u16,
                bits: table.bits as u8,
            });
        }
        let words = std::mem::take(&mut self.words);
        self.m_constants_first(&words);
        for word in &words {
            self.current = Some(word.form.clone());
            self.repeat_count = word.repeat_count;
            match word.memory {
                Memory::Control => self.emit_control(word),
                Memory::A | Memory::M => self.emit_storage(word),
                Memory::Dispatch => self.emit_entry(word),
            }
        }
        self.words = words;
        self.current = None;
        self.fixed_constants();
        self.decode_memory();
        self.check_registers();
        self.current = None;
    }

    /// Gives M constants their places before any A constant of the same value gets one.
    fn m_constants_first(&mut self, words: &[Word]) {
        fn find<'f>(form: &'f Form, found: &mut Vec<&'f Form>) {
            if form.head() == Some("m-constant") {
                found.push(form);
            } else {
                form.as_list()
                    .unwrap_or_default()
                    .iter()
                    .for_each(|form| find(form, found));
            }
        }
        // What is wrong with them is said when their word is assembled.
        self.quiet += 1;
        for word in words.iter().filter(|word| word.memory == Memory::Control) {
            let mut found = Vec::new();
            find(&word.form, &mut found);
            self.repeat_count = word.repeat_count;
            for form in found {
                self.evaluate(form, &mut Context::default());
            }
        }
        self.quiet -= 1;
    }

    fn emit_control(&mut self, word: &Word) {
        self.argument_tables.clone_from(&word.argument_tables);
        let assembled = self.instruction(&word.form);
        // An error about a name is said once; but something must have been said.
        if assembled.is_none()
            && !self
                .diagnostics
                .iter()
                .any(|d| d.severity == Severity::Error)
        {
            self.error(
                word.form.at,
                "this instruction cannot be assembled".to_string(),
                "",
            );
        }
        let line = self.line_of(&word.form);
        let address = word.address as u16;
        if let Some(other) = self.object.symbols.control_lines.insert(address, line) {
            let file = self
                .object
                .symbols
                .files
                .get(other.file as usize)
                .cloned()
                .unwrap_or_default();
            self.error(
                word.form.at,
                format!("address {address:o} already holds an instruction"),
                &format!("it is from {file}:{}", other.line),
            );
        }
        self.object.control.insert(address, assembled.unwrap_or(0));
    }

    fn emit_storage(&mut self, word: &Word) {
        let value = match word.form.head() {
            Some(head) if OPERATORS.contains(&head) => self.number(&word.form),
            _ => {
                let mut total = Some(0);
                for item in word.form.as_list().unwrap_or_default() {
                    let item = self.number(item);
                    total = total
                        .zip(item)
                        .map(|(a, b): (i128, i128)| a.saturating_add(b));
                }
                total
            }
        };
        let Some(value) = value else { return };
        if !(-(1i128 << 31)..1i128 << 32).contains(&value) {
            self.error(
                word.form.at,
                format!("{} does not fit in a word of 32 bits", number(value)),
                "",
            );
            return;
        }
        let (address, value) = (word.address as u16, value as u32);
        let taken = if word.memory == Memory::M {
            self.object.a_memory.insert(address, value);
            self.object.m_memory.insert(address as u8, value).is_some()
        } else if address < 0o100 {
            // The other face of M memory: M's contents count.
            let m = self.object.m_memory.get(&(address as u8)).copied();
            if m.is_some_and(|m| m != value && value != 0) {
                self.warning(
                    word.form.at,
                    format!(
                        "A {address:o} is the other face of M {address:o}, which has other contents"
                    ),
                    "M's contents are loaded",
                );
            }
            self.object.a_memory.entry(address).or_insert(value);
            false
        } else {
            self.object.a_memory.insert(address, value).is_some()
        };
        if taken {
            let memory = word.memory.locality();
            self.error(
                word.form.at,
                format!("address {address:o} of {memory} already has contents"),
                "",
            );
        }
    }

    /// Registers that are declared should exist.
    fn check_registers(&mut self) {
        let missing: Vec<String> = self
            .object
            .symbols
            .registers
            .keys()
            .filter(|name| self.symbols.get(name).is_none())
            .cloned()
            .collect();
        for name in missing {
            let help = self
                .symbols
                .nearest(&name)
                .map_or_else(String::new, |near| format!("did you mean {near}?"));
            self.error(
                Default::default(),
                format!("{name} is declared but not defined"),
                &help,
            );
        }
    }
}
