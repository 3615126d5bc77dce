//! The second pass: every word to its place.

use microword::{DispatchWord, Transfer};

use crate::assembly::{Assembly, Word};
use crate::evaluate::{Context, OPERATORS};
use crate::form::{Form, number};
use crate::object::{DispatchTable, Label};
use crate::symbol::{Memory, Origin, Program};
use crate::value::{Place, Value};

impl Assembly<'_> {
    /// Gives dispatch tables their places: the largest first, from the top of A memory down, so
    /// that each lies at a multiple of its size and nothing is lost between them.
    pub(crate) fn place_tables(&mut self) {
        let mut taken = vec![false; 0o10000];
        taken[..0o100].fill(true);
        for word in self.words.iter().filter(|word| word.memory == Memory::A) {
            taken[word.address as usize] = true;
        }
        for table in self.tables.iter().filter(|table| table.fixed) {
            taken[table.address as usize] = true;
        }
        let mut order: Vec<usize> = (0..self.tables.len())
            .filter(|table| !self.tables[*table].fixed)
            .collect();
        order.sort_by_key(|table| std::cmp::Reverse(self.tables[*table].bits));
        for table in order {
            let size = 1usize << self.tables[table].bits;
            let place = (0..0o10000 / size)
                .rev()
                .map(|n| n * size)
                .find(|start| !taken[*start..start + size].contains(&true));
            match place {
                Some(start) => {
                    taken[start..start + size].fill(true);
                    self.tables[table].address = start as u32;
                }
                None => {
                    let (at, name) = (self.tables[table].at, self.tables[table].name.clone());
                    self.current = None;
                    self.error(
                        at,
                        format!(
                            "A memory has no room for the dispatch table {name} of {size:o} words"
                        ),
                        "registers, constants and dispatch tables share its 10000 words",
                    );
                }
            }
        }
    }

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

    fn emit_control(&mut self, word: &Word) {
        self.argument_tables.clone_from(&word.argument_tables);
        let assembled = self.instruction(&word.form);
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

    /// A word of a dispatch table.
    fn emit_entry(&mut self, word: &Word) {
        let table = &self.tables[word.table];
        let (address, options) = (table.address + word.address, table.options.clone());
        let mut total = Value::default();
        let errors = self.error_count;
        for item in word
            .form
            .as_list()
            .unwrap_or_default()
            .iter()
            .chain(&options)
        {
            self.component = Some(item.to_string());
            if let Some(value) = self.evaluate(item, &mut Context::default()) {
                total.join(value);
            }
        }
        self.component = None;
        if self.error_count != errors {
            return;
        }
        if let Some(entry) = self.dispatch_word(&word.form, &total) {
            self.object.a_memory.insert(address as u16, entry.0);
        }
    }

    /// The dispatch or decode word that a value describes: where to and how.
    pub(crate) fn dispatch_word(&mut self, form: &Form, value: &Value) -> Option<DispatchWord> {
        let transfer_field = microword::Microword::JUMP_TRANSFER;
        let address_field = microword::Microword::JUMP_ADDRESS;
        let mut bits = 0u128;
        let mut address = None;
        for part in &value.parts {
            bits |= part.bits;
            if part.mask == u128::from(address_field.mask()) {
                address = Some((part.bits >> address_field.low) as u16);
            }
            let known = u128::from(transfer_field.mask() | address_field.mask()) | 1 << 64;
            if part.mask & !known != 0 {
                self.error(
                    form.at,
                    format!("{} has no place in a dispatch table", part.by),
                    "an entry is a label with p-bit, r-bit, inhibit-xct-next-bit and start-read as wanted",
                );
                return None;
            }
        }
        for operand in &value.operands {
            match operand.place {
                Place::Control(place) if address.is_none() => address = Some(place as u16),
                _ => {
                    self.error(
                        form.at,
                        format!("{} has no place in a dispatch table", operand.name),
                        "an entry names one label of control memory",
                    );
                    return None;
                }
            }
        }
        let transfer = Transfer::from_bits(transfer_field.get(bits as u64));
        let needs = !transfer.is_return() && transfer.transfers();
        if needs && address.is_none() {
            self.error(
                form.at,
                "where to?".to_string(),
                "an entry names a label, or returns (r-bit), or drops through (p-bit r-bit)",
            );
            return None;
        }
        if !needs
            && value
                .operands
                .iter()
                .any(|operand| matches!(operand.place, Place::Control(_)))
        {
            self.warning(
                form.at,
                "the label is not used: with r-bit the entry returns or drops through".to_string(),
                "",
            );
        }
        let word = DispatchWord::new(address.unwrap_or(0), transfer);
        Some(if bits >> 64 & 1 != 0 {
            word.with_start_read()
        } else {
            word
        })
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
