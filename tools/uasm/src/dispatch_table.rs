//! Dispatch tables: declared in `d-mem`, placed in A memory by the assembler.

use microword::{DispatchWord, Transfer};

use crate::assembly::{Assembly, Table, Word};
use crate::evaluate::Context;
use crate::form::{Form, number};
use crate::symbol::{Memory, Program};
use crate::value::{Place, Value};

impl Assembly<'_> {
    pub(crate) fn start_dispatch(&mut self, form: &Form, arguments: &[Form]) {
        if self.locality != Memory::Dispatch {
            self.error(
                form.at,
                "start-dispatch outside of d-mem".to_string(),
                "say (locality d-mem) first",
            );
            return;
        }
        if self.open_table.is_some() {
            self.error(
                form.at,
                "the dispatch table before this one is still open".to_string(),
                "close it with (end-dispatch)",
            );
        }
        let bits = match arguments.first() {
            Some(bits) => self.number(bits),
            None => {
                self.error(
                    form.at,
                    "how many bits?".to_string(),
                    "as in (start-dispatch 5)",
                );
                None
            }
        };
        let bits = match bits {
            Some(bits @ 0..=12) => bits as u32,
            Some(bits) => {
                self.error(
                    form.at,
                    format!(
                        "a dispatch table of {} bits does not fit in A memory",
                        number(bits)
                    ),
                    "",
                );
                0
            }
            None => 0,
        };
        let table = self.tables.len();
        let labels = std::mem::take(&mut self.pending_labels);
        self.tables.push(Table {
            name: labels
                .first()
                .map(|(name, _)| name.clone())
                .unwrap_or_default(),
            at: form.at,
            bits,
            options: arguments.get(1..).unwrap_or_default().to_vec(),
            used: 0,
            fixed: false,
            address: 0,
        });
        self.open_table = Some(table);
        for (name, at) in labels {
            self.define(&name, Program::Table(table, 0), at);
        }
    }

    pub(crate) fn end_dispatch(&mut self, form: &Form) {
        let Some(table) = self.open_table.take() else {
            self.error(
                form.at,
                "end-dispatch without start-dispatch".to_string(),
                "",
            );
            return;
        };
        let (used, size) = (self.tables[table].used, 1u32 << self.tables[table].bits);
        if used < size {
            let name = self.tables[table].name.clone();
            self.warning(
                form.at,
                format!("the dispatch table {name} has {used:o} entries of {size:o}"),
                &format!(
                    "write the rest, as with (repeat {:o} (…)); missing entries jump to address 0",
                    size - used
                ),
            );
        }
    }

    /// Makes the one-word tables that ARG-CALL and its like dispatch through.
    pub(crate) fn argument_calls(&mut self, form: &Form, tables: &mut Vec<usize>) {
        let Some(items) = form.as_list() else { return };
        if matches!(
            form.head(),
            Some("arg-call" | "arg-call-xct-next" | "arg-jump" | "arg-jump-xct-next")
        ) {
            tables.push(self.tables.len());
            self.tables.push(Table {
                name: String::new(),
                at: form.at,
                bits: 0,
                options: Vec::new(),
                used: 1,
                fixed: false,
                address: 0,
            });
            return;
        }
        for item in items {
            self.argument_calls(item, tables);
        }
    }

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

    /// A word of a dispatch table.
    pub(crate) fn emit_entry(&mut self, word: &Word) {
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
}
