//! The listing: every word with its address, its octal and the line it came from.

use std::collections::BTreeMap;
use std::fmt::Write;

use microword::{DispatchWord, Microword};

use crate::assembly::Source;
use crate::disassemble::Disassembler;
use crate::object::{Object, SourceLine};
use crate::symbol::Memory;

/// The listing of an object. Sources that are at hand show their lines; words whose source is not
/// are disassembled.
pub fn listing(object: &Object, sources: &[Source]) -> String {
    let mut out = String::new();
    let lines: Vec<Vec<&str>> = sources
        .iter()
        .map(|source| source.text.lines().collect())
        .collect();
    let text = |line: Option<&SourceLine>| -> Option<(String, &str)> {
        let line = line?;
        let file = object.symbols.files.get(line.file as usize)?;
        let place = sources.iter().position(|source| source.name == *file)?;
        let text = lines[place].get(line.line.checked_sub(1)? as usize)?;
        Some((format!("{file}:{}", line.line), text.trim_end()))
    };
    let disassembler = Disassembler::new(Some(object));
    let mut labels: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for (name, label) in &object.symbols.labels {
        if label.memory == Memory::Control {
            labels.entry(label.address).or_default().push(name);
        }
    }
    // Writing to a string cannot fail.
    let _ = writeln!(out, ";;; Control memory");
    for (address, word) in &object.control {
        for name in labels.get(address).into_iter().flatten() {
            let _ = writeln!(out, "{name}");
        }
        let _ = write!(out, "{address:06o}  {word:022o}  ");
        let _ = match text(object.symbols.control_lines.get(address)) {
            Some((place, line)) => writeln!(out, "{place:<24} {line}"),
            None => writeln!(out, "{}", disassembler.word(Microword(*word))),
        };
    }
    let in_table = |address: u16| {
        object
            .tables
            .iter()
            .any(|table| (table.address..table.address + (1 << table.bits)).contains(&address))
    };
    for (title, memory) in [("M memory", Memory::M), ("A memory", Memory::A)] {
        let _ = writeln!(out, "\n;;; {title}");
        let words: Vec<(u16, u32)> = match memory {
            Memory::M => object
                .m_memory
                .iter()
                .map(|(a, w)| (u16::from(*a), *w))
                .collect(),
            _ => object.a_memory.iter().map(|(a, w)| (*a, *w)).collect(),
        };
        for (address, word) in words {
            if memory == Memory::A && (in_table(address) || address < 0o100) {
                continue;
            }
            let name = match object.name_of(memory, address) {
                Some(name) => name,
                None if object.symbols.constants.contains_key(&address) => "constant",
                None => "",
            };
            let _ = writeln!(out, "{address:06o}  {word:011o}  {name}");
        }
    }
    let mut tables: Vec<_> = object.tables.iter().collect();
    tables.sort_by_key(|table| table.address);
    for table in tables {
        let _ = writeln!(out, "\n;;; Dispatch table {}", table.name);
        for address in table.address..table.address + (1 << table.bits) {
            let word = object.a_memory.get(&address).copied().unwrap_or(0);
            let entry = disassembler.dispatch_word(DispatchWord(word));
            let _ = writeln!(out, "{address:06o}  {word:011o}  {entry}");
        }
    }
    if !object.mid.is_empty() {
        let _ = writeln!(out, "\n;;; Decode memory");
        for (index, word) in &object.mid {
            let entry = disassembler.dispatch_word(DispatchWord(*word));
            let _ = writeln!(out, "{index:06o}  {word:011o}  {entry}");
        }
    }
    if !object.symbols.error_table.is_empty() {
        let _ = writeln!(out, "\n;;; Error table");
        for entry in &object.symbols.error_table {
            let form: Vec<String> = entry.form.iter().map(ToString::to_string).collect();
            let _ = writeln!(out, "{:06o}  ({})", entry.address, form.join(" "));
        }
    }
    out
}
