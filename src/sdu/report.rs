//! What the SDU says when the processor runs no longer: why, where, with what in its
//! registers, and the way it took, with the names of its microprogram.
//!
//! On the Lambda the SDU's operator had a program that read the stopped
//! processor over the spy paths. Reading changes nothing, so the processor can go on.

use crate::machine::Halt;
use crate::processor::state::{REGISTERS, State};
use crate::processor::{Stop, history::HISTORY_SIZE};
use microword::DataType;
use std::fmt::Write;
use uasm::{Memory, Object, Plain};

/// Control addresses with their names, made once for a report.
pub struct Names<'a> {
    object: Option<&'a Object>,
    labels: Vec<(u16, &'a str)>,
}

impl<'a> Names<'a> {
    /// The names of a microprogram; without one, addresses are shown as numbers.
    pub fn new(object: Option<&'a Object>) -> Names<'a> {
        let labels = object.into_iter().flat_map(|object| &object.symbols.labels);
        let mut labels: Vec<_> = labels
            .filter(|(_, label)| label.memory == Memory::Control)
            .map(|(name, label)| (label.address, name.as_str()))
            .collect();
        labels.sort_unstable();
        // Of several names for a place the first is as good as any.
        labels.dedup_by_key(|(address, _)| *address);
        Names { object, labels }
    }

    /// `label`, `label+3`, or nothing when no label comes before.
    pub fn place(&self, address: u16) -> String {
        let after = self.labels.partition_point(|(at, _)| *at <= address);
        let Some((at, name)) = after.checked_sub(1).map(|i| self.labels[i]) else {
            return String::new();
        };
        if at == address {
            name.to_string()
        } else {
            format!("{name}+{:o}", address - at)
        }
    }

    /// `file:line` of an instruction.
    pub fn line(&self, address: u16) -> String {
        let line = self.object.and_then(|object| {
            let line = object.symbols.control_lines.get(&address)?;
            let file = object.symbols.files.get(usize::from(line.file))?;
            Some(format!("{file}:{}", line.line))
        });
        line.unwrap_or_default()
    }

    fn instruction(&self, state: &State, address: u16) -> String {
        let word = microword::Microword(state.control.fetch(address));
        uasm::disassemble(word, self.object)
    }
}

/// Why a machine stopped, in one line.
pub fn reason(halt: &Halt, names: &Names<'_>) -> String {
    let at = |address: u16| {
        let place = names.place(address);
        format!(
            "{address:o}{}",
            if place.is_empty() {
                place
            } else {
                format!(" ({place})")
            }
        )
    };
    match halt {
        Halt::Exit(status) => format!("the machine exited with status {status}"),
        Halt::CycleLimit => "the processor has used the cycles that --max-cycles gave it".into(),
        Halt::Watchdog { period } => {
            format!("the processor did not reset the watchdog within {period} microseconds")
        }
        Halt::Processor(Stop::Halt { address }) => format!("HALT at {}", at(*address)),
        Halt::Processor(Stop::Undefined {
            address,
            word,
            rule,
        }) => {
            format!(
                "undefined microinstruction {:022o} at {}: {rule}",
                word.0,
                at(*address)
            )
        }
        Halt::Processor(Stop::Breakpoint { address }) => format!("breakpoint at {}", at(*address)),
        Halt::Processor(Stop::Budget | Stop::Attention) => "the processor was interrupted".into(),
    }
}

/// What the error table says about where a processor has stopped: the entry beside the
/// instruction itself, or beside the call that the top of the micro-stack returns from — as
/// a failed sanity check calls ILLOP, which halts. Registers that the entry names are shown.
pub fn error_entry(state: &State, stopped: u16, object: &Object) -> Option<String> {
    let top = state.micro_stack[usize::from(state.micro_stack_pointer)] as u16;
    let caller = (state.micro_stack_pointer != 0).then_some(top.wrapping_sub(1));
    let entry = [Some(stopped), caller]
        .into_iter()
        .flatten()
        .find_map(|address| {
            object
                .symbols
                .error_table
                .iter()
                .find(|entry| entry.address == address)
        })?;
    let mut text = String::new();
    for (i, part) in entry.form.iter().enumerate() {
        let gap = if i == 0 { "" } else { " " };
        let _ = match part {
            Plain::String(words) => write!(text, "{gap}{words}"),
            part => write!(text, "{gap}{part}"),
        };
        let register = part
            .as_symbol()
            .and_then(|name| object.symbols.labels.get(name));
        let word = register.and_then(|label| match label.memory {
            Memory::M => Some(state.m(u32::from(label.address))),
            Memory::A => Some(state.a(u32::from(label.address))),
            _ => None,
        });
        if let Some(word) = word {
            let _ = write!(text, "={word:o} ({})", tagged(word));
        }
    }
    Some(text)
}

/// A word as Lisp would take it: `DTP-FIX 12`.
pub fn tagged(word: u32) -> String {
    let pointer = word & 0x01ff_ffff;
    let data_type = DataType::from_code(u64::from(word >> 25 & 31));
    let name = data_type.map_or_else(
        || format!("type {:o}", word >> 25 & 31),
        |t| t.name().into(),
    );
    if data_type == Some(DataType::Fix) {
        // Sign-extended from 25 bits.
        return format!("{name} {}", (pointer << 7) as i32 >> 7);
    }
    format!("{name} {pointer:o}")
}

/// The registers: the single ones, and every M register that has a name or is not 0.
pub fn registers(state: &State, object: Option<&Object>) -> String {
    let mut text = String::new();
    let single = REGISTERS
        .iter()
        .map(|(name, place)| (*name, state.file[*place]));
    for (i, (name, word)) in single.enumerate() {
        let end = if i % 3 == 2 { "\n" } else { "  " };
        let _ = write!(text, "{name:>18} {word:011o}{end}");
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let _ = writeln!(
        text,
        "page fault {}  volatility latch {}  SUPPRESS {}  interrupts pending {}",
        u8::from(state.page_fault),
        state.volatility_latch,
        u8::from(state.suppress),
        state
            .lowest_interrupt()
            .map_or("none".into(), |v| format!("from {v:o}")),
    );
    for number in 0..64u16 {
        let word = state.m(u32::from(number));
        let name = object.and_then(|object| object.name_of(Memory::M, number));
        if word == 0 && name.is_none() {
            continue;
        }
        let _ = writeln!(
            text,
            "  M {number:>2o} {word:011o}  {:<24} {}",
            tagged(word),
            name.unwrap_or_default()
        );
    }
    text
}

/// The micro-stack, newest first.
fn micro_stack(state: &State, names: &Names<'_>) -> String {
    let mut text = String::new();
    let depth = state.micro_stack_pointer;
    for level in (1..=depth).rev().take(32) {
        let word = state.micro_stack[usize::from(level)];
        let flag = if word & crate::processor::state::MICRO_STACK_FLAG != 0 {
            " stream"
        } else {
            ""
        };
        let address = word as u16;
        let _ = writeln!(
            text,
            "  {level:>3o} {address:>6o}{flag}  {}",
            names.place(address)
        );
    }
    if text.is_empty() {
        "  empty\n".into()
    } else {
        text
    }
}

/// Words of the PDL buffer that a report shows.
const PDL_WORDS: u32 = 96;

/// The words on top of the PDL buffer, newest first, as Lisp would take them.
fn pdl(state: &State, count: u32) -> String {
    let top = state.pp();
    (0..count)
        .map(|depth| {
            let index = top.wrapping_sub(depth) & crate::processor::state::PDL_MASK;
            let word = state.pdl_word(index);
            format!("  {index:>4o} {word:011o}  {}\n", tagged(word))
        })
        .collect()
}

/// The last `count` instructions executed, the last one last. Runs of the same few
/// instructions are shown once with how often they ran.
pub fn history(state: &State, names: &Names<'_>, count: usize) -> String {
    let executed = usize::try_from(state.cycles).unwrap_or(usize::MAX);
    let count = count.min(HISTORY_SIZE).min(executed);
    let addresses: Vec<u16> = (0..count)
        .rev()
        .map(|age| state.history.recent(age))
        .collect();
    let mut text = String::new();
    let mut at = 0;
    while at < addresses.len() {
        let (length, times) = repetition(&addresses[at..]);
        for address in &addresses[at..at + length] {
            let _ = writeln!(
                text,
                "  {address:>6o} {:<28} {}{}",
                names.place(*address),
                names.instruction(state, *address),
                match names.line(*address) {
                    line if line.is_empty() => line,
                    line => format!("  ; {line}"),
                }
            );
        }
        if times > 1 {
            let _ = writeln!(text, "         … these {length} executed {times} times");
        }
        at += length * times;
    }
    text
}

/// How many instructions the sequence at the beginning of `addresses` repeats, and how
/// often: the repetition that saves most lines, at least two; else one instruction, once.
fn repetition(addresses: &[u16]) -> (usize, usize) {
    let mut best = (1, 1);
    for length in 1..=16.min(addresses.len() / 2) {
        let (first, rest) = addresses.split_at(length);
        let times = 1 + rest
            .chunks_exact(length)
            .take_while(|chunk| *chunk == first)
            .count();
        let saved = |(length, times): (usize, usize)| length * (times - 1);
        if times > 1 && saved((length, times)) > saved(best).max(1) {
            best = (length, times);
        }
    }
    best
}

/// The whole report: reason, registers, micro-stack, the last `count` instructions.
pub fn full(halt: &Halt, state: &State, object: Option<&Object>, count: usize) -> String {
    let names = Names::new(object);
    let pc = state.sequencer.pc;
    let place = names.place(pc);
    let entry = match (halt, object) {
        (Halt::Processor(Stop::Halt { address }), Some(object)) => {
            error_entry(state, *address, object).map(|entry| format!("{entry}\n"))
        }
        _ => None,
    };
    format!(
        "runlight: {}\n{}\nnext {pc:o}{} after {} cycles\n\nregisters\n{}\nmicro-stack\n{}\nPDL buffer, the top first\n{}\nmicro-history, the last instruction last\n{}",
        reason(halt, &names),
        entry.unwrap_or_default(),
        if place.is_empty() {
            place
        } else {
            format!(" ({place})")
        },
        state.cycles,
        registers(state, object),
        micro_stack(state, &names),
        pdl(state, PDL_WORDS),
        history(state, &names, count),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::processor::ProcessorConfig;

    fn program() -> Object {
        let mut object = Object::default();
        for (name, memory, address) in [
            ("start", Memory::Control, 0o100),
            ("loop", Memory::Control, 0o102),
            ("m-t", Memory::M, 5),
        ] {
            object
                .symbols
                .labels
                .insert(name.into(), uasm::Label { memory, address });
        }
        object.symbols.files.push("x.lisp".into());
        object
            .symbols
            .control_lines
            .insert(0o103, uasm::SourceLine { file: 0, line: 12 });
        object
    }

    #[test]
    fn places_are_named() {
        let object = program();
        let names = Names::new(Some(&object));
        assert_eq!(names.place(0o77), "");
        assert_eq!(names.place(0o101), "start+1");
        assert_eq!(names.place(0o102), "loop");
        assert_eq!(names.place(0o120), "loop+16");
        assert_eq!(names.line(0o103), "x.lisp:12");
    }

    #[test]
    fn words_are_shown_as_lisp_takes_them() {
        assert_eq!(tagged(5 << 25 | 7), "DTP-FIX 7");
        assert_eq!(tagged(5 << 25 | 0x01ff_ffff), "DTP-FIX -1");
        assert_eq!(tagged(3 << 30 | 14 << 25 | 0o1234), "DTP-LIST 1234");
    }

    #[test]
    fn loops_are_told_once() {
        assert_eq!(repetition(&[1, 2, 3]), (1, 1));
        assert_eq!(repetition(&[1, 2, 1, 2, 1, 2, 3]), (2, 3));
        assert_eq!(repetition(&[7, 7, 7, 7]), (1, 4));
    }

    #[test]
    fn a_failed_check_says_what_it_checked() {
        let mut object = program();
        let plain = |name: &str| Plain::Symbol(name.into());
        let form = vec![
            plain("illop"),
            Plain::String("no band".into()),
            plain("m-t"),
        ];
        object.symbols.error_table.push(uasm::ErrorEntry {
            address: 0o107,
            form,
        });
        let mut state = State::new(ProcessorConfig::default());
        state.set_m(5, 7);
        assert_eq!(error_entry(&state, 0o200, &object), None);
        state.push_micro_stack(0o110);
        let entry = error_entry(&state, 0o200, &object).expect("the caller's");
        assert_eq!(entry, "illop no band m-t=7 (DTP-TRAP 7)");
        let halt = Halt::Processor(Stop::Halt { address: 0o200 });
        assert!(full(&halt, &state, Some(&object), 10).contains("illop no band"));
    }

    #[test]
    fn a_report_says_why_where_and_how() {
        let object = program();
        let mut state = State::new(ProcessorConfig::default());
        state.set_m(5, 5 << 25 | 42);
        for address in [0o100, 0o101, 0o102, 0o103, 0o102, 0o103, 0o102, 0o103] {
            state.history.record(address);
            state.cycles += 1;
        }
        let halt = Halt::Processor(Stop::Halt { address: 0o103 });
        let text = full(&halt, &state, Some(&object), 100);
        assert!(text.contains("HALT at 103 (loop+1)"), "{text}");
        assert!(text.contains("DTP-FIX 42"), "{text}");
        assert!(text.contains("m-t"), "{text}");
        assert!(text.contains("x.lisp:12"), "{text}");
        assert!(text.contains("these 2 executed 3 times"), "{text}");
    }
}
