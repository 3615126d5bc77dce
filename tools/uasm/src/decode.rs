//! Decode memory (MID): where each macroinstruction begins.
//!
//! `macro-ir-dispatch-spec` describes the macroinstruction word as a tree: a
//! field, then groups of names for its values in order, each group with the
//! description of the rest. `macro-ir-decode` gives a pattern along one path of
//! the tree; every half-word that it matches decodes to the current address.

use microword::Transfer;

use crate::assembly::{Assembly, Decode};

use crate::form::{Form, number};
use crate::object::{Entry, SourceLine};
use crate::value::Value;

/// The decode areas of the two MISC opcodes: opcodes 0–777 and 1000–1777.
const MISC_AREAS: u32 = 0o6000;

/// A level of the specification, its field resolved to a byte of the half-word.
#[derive(Debug)]
struct Level {
    size: u32,
    position: u32,
    /// For each value: its name, and which of `rest` describes what follows.
    names: Vec<(String, Option<usize>)>,
    rest: Vec<Level>,
    /// The rest when the values have no names.
    unnamed: Option<usize>,
}

impl Assembly<'_> {
    /// Fills decode memory as the sources asked.
    pub(crate) fn decode_memory(&mut self) {
        let spec = self.dispatch_spec.take();
        let decodes = std::mem::take(&mut self.decodes);
        if let Some(first) = decodes.first() {
            match &spec {
                None => {
                    self.current = Some(first.form.clone());
                    self.error(
                        first.form.at,
                        "macro-ir-decode without a macro-ir-dispatch-spec".to_string(),
                        "the specification says what the pattern means",
                    );
                }
                Some(spec) => {
                    self.current = Some(spec.clone());
                    if let Some(level) = self.level(spec) {
                        for decode in &decodes {
                            self.decode_pattern(&level, decode);
                        }
                    }
                }
            }
        }
        for decode in std::mem::take(&mut self.misc_decodes) {
            self.misc_decode(&decode);
        }
        if let Some(address) = self.illegal_entry {
            for index in (0..0o2000).chain(MISC_AREAS..0o10000) {
                self.object.mid.entry(index as u16).or_insert(address);
            }
        }
    }

    fn level(&mut self, spec: &Form) -> Option<Level> {
        let Some([_, field, groups, ..]) = spec.as_list() else {
            self.error(
                spec.at,
                format!("{spec} is not a level of the specification"),
                "a level is (name field (names rest names rest …))",
            );
            return None;
        };
        let value = self.something(field)?;
        let Some(byte) = value.byte else {
            self.error(
                field.at,
                format!("{field} is not a byte of the macroinstruction"),
                "",
            );
            return None;
        };
        if byte.position < 6 || byte.position + byte.size > 16 {
            self.error(
                field.at,
                format!("{field} is not within bits 15 to 6 of the macroinstruction"),
                "those bits address decode memory",
            );
            return None;
        }
        let mut level = Level {
            size: byte.size,
            position: byte.position,
            names: Vec::new(),
            rest: Vec::new(),
            unnamed: None,
        };
        let groups = groups.as_list().unwrap_or_default();
        for group in groups.chunks(2) {
            let rest = match group.get(1) {
                Some(rest) if !rest.is_nil() => {
                    level.rest.push(self.level(rest)?);
                    Some(level.rest.len() - 1)
                }
                _ => None,
            };
            if group[0].is_nil() {
                level.unnamed = rest;
            }
            let names = if group[0].is_nil() {
                &[]
            } else {
                group[0].as_list().unwrap_or_default()
            };
            for name in names {
                level.names.push((name.to_string(), rest));
            }
        }
        if level.names.len() > 1 << level.size {
            self.error(
                field.at,
                format!(
                    "{} names for the {} values of {field}",
                    level.names.len(),
                    1u32 << level.size
                ),
                "",
            );
        }
        Some(level)
    }

    fn decode_pattern(&mut self, level: &Level, decode: &Decode) {
        self.current = Some(decode.form.clone());
        let items = decode.form.as_list().unwrap_or_default();
        let Some(pattern) = items.get(1).and_then(Form::as_list) else {
            self.error(
                decode.form.at,
                "the pattern is a list".to_string(),
                "as in (macro-ir-decode (call * local))",
            );
            return;
        };
        let Some(word) = self.decode_word(decode, &items[2..]) else {
            return;
        };
        if !self.check_pattern(level, pattern) {
            return;
        }
        let mut any = false;
        for index in 0..0o2000u32 {
            if matches(level, pattern, index << 6) {
                any = true;
                if !self.fill(decode, decode.area << 10 | index, word) {
                    return;
                }
            }
        }
        if !any {
            self.error(
                decode.form.at,
                "no macroinstruction matches this pattern".to_string(),
                "see the macro-ir-dispatch-spec",
            );
        }
    }

    /// The decode word: the current address, with options for the kind of transfer.
    fn decode_word(&mut self, decode: &Decode, options: &[Form]) -> Option<u32> {
        let mut total = Value::field(
            &microword::Microword::JUMP_ADDRESS,
            u128::from(decode.address),
            "the current address",
        );
        for option in options {
            total.join(self.something(option)?);
        }
        let word = self.dispatch_word(&decode.form, &total)?;
        if matches!(
            word.transfer(),
            Transfer::ReturnXctNext | Transfer::Return | Transfer::DropThroughInhibit
        ) || word.start_read()
        {
            self.error(
                decode.form.at,
                "decode memory cannot ask for that".to_string(),
                "it can jump and call, and drop through",
            );
            return None;
        }
        Some(word.0)
    }

    /// Every name of the pattern must be one of the specification.
    fn check_pattern(&mut self, level: &Level, pattern: &[Form]) -> bool {
        for item in pattern {
            let names: &[Form] = item.as_list().unwrap_or(std::slice::from_ref(item));
            for name in names {
                let Some(symbol) = name.as_symbol() else {
                    continue;
                };
                if symbol != "*" && !known(level, symbol) {
                    self.error(
                        name.at,
                        format!("{symbol} is no name of the macro-ir-dispatch-spec"),
                        "",
                    );
                    return false;
                }
            }
        }
        true
    }

    fn misc_decode(&mut self, decode: &Decode) {
        self.current = Some(decode.form.clone());
        let items = decode.form.as_list().unwrap_or_default();
        let Some(what) = items.get(1) else {
            self.error(
                decode.form.at,
                "which instruction?".to_string(),
                "as in (misc-inst-entry car)",
            );
            return;
        };
        let is_entry = decode.form.head() == Some("misc-inst-entry");
        let Some(word) = self.decode_word(decode, &items[2..]) else {
            return;
        };
        if what.as_symbol() == Some("*") {
            for index in MISC_AREAS..0o10000 {
                self.object.mid.entry(index as u16).or_insert(word);
            }
            return;
        }
        let names: &[Form] = what.as_list().unwrap_or(std::slice::from_ref(what));
        for name in names {
            let entries = name
                .as_symbol()
                .and_then(|name| self.macro_entries.get(name).cloned());
            if let Some(entries) = entries {
                for index in entries.clone() {
                    self.fill(decode, u32::from(index), word);
                }
                let entry = Entry {
                    opcode: u32::from(entries.start),
                    address: decode.address as u16,
                };
                self.object.symbols.entries.insert(name.to_string(), entry);
                continue;
            }
            let opcode = match name.as_symbol() {
                Some(symbol) => match self.macro_opcodes.get(symbol) {
                    Some(opcode) => *opcode,
                    None => {
                        let known = self.macro_opcodes.keys().chain(self.macro_entries.keys());
                        let near = crate::diagnostic::nearest(symbol, known.map(String::as_str));
                        let help = near.map_or_else(
                            || {
                                "the table of macroinstructions gives opcodes their names"
                                    .to_string()
                            },
                            |near| format!("did you mean {near}?"),
                        );
                        self.error(name.at, format!("{symbol} is no macroinstruction"), &help);
                        continue;
                    }
                },
                None => match name.as_integer() {
                    Some(opcode @ 0..=0o1777) => opcode as u32,
                    _ => {
                        self.error(name.at, format!("{name} is not an opcode"), "");
                        continue;
                    }
                },
            };
            if opcode > 0o1777 {
                self.error(
                    name.at,
                    format!(
                        "{name} has opcode {}, and MISC opcodes end at 1777",
                        number(i128::from(opcode))
                    ),
                    "",
                );
                continue;
            }
            self.fill(decode, MISC_AREAS + opcode, word);
            if is_entry {
                let entry = Entry {
                    opcode,
                    address: decode.address as u16,
                };
                self.object.symbols.entries.insert(name.to_string(), entry);
            }
        }
    }

    fn fill(&mut self, decode: &Decode, index: u32, word: u32) -> bool {
        let line = self.line_of(&decode.form);
        let index = index as u16;
        if let Some(other) = self.object.mid.get(&index)
            && *other != word
        {
            let other: Option<&SourceLine> = self.object.symbols.mid_lines.get(&index);
            let place = other.map_or_else(String::new, |line| {
                let file = self.object.symbols.files.get(line.file as usize);
                format!(
                    "the other is at {}:{}",
                    file.map_or("?", String::as_str),
                    line.line
                )
            });
            self.error(
                decode.form.at,
                format!(
                    "decode word {index:o} (half-words {:o} to {:o}) is given twice",
                    (index & 0o1777) << 6,
                    (index & 0o1777) << 6 | 0o77
                ),
                &place,
            );
            return false;
        }
        self.object.mid.insert(index, word);
        self.object.symbols.mid_lines.insert(index, line);
        true
    }
}

fn known(level: &Level, name: &str) -> bool {
    level.names.iter().any(|(known, _)| known == name)
        || level.rest.iter().any(|rest| known(rest, name))
}

fn matches(level: &Level, pattern: &[Form], half: u32) -> bool {
    let Some((first, rest)) = pattern.split_first() else {
        return true;
    };
    let value = half >> level.position & ((1 << level.size) - 1);
    let named = level.names.get(value as usize);
    let fits = |item: &Form| match item.as_symbol() {
        Some("*") => true,
        Some(name) => named.is_some_and(|(known, _)| known == name),
        None => item.as_integer() == Some(i128::from(value)),
    };
    let fits_here = match first.as_list() {
        Some(any) => any.iter().any(fits),
        None => fits(first),
    };
    if !fits_here {
        return false;
    }
    let next = named.and_then(|(_, rest)| *rest).or(level.unnamed);
    match next {
        Some(next) => matches(&level.rest[next], rest, half),
        None => rest.iter().all(|item| item.as_symbol() == Some("*")),
    }
}
