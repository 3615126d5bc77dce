//! The disassembler: a word back to what a programmer would have written.
//!
//! What it prints assembles to the same word again, for every defined
//! instruction. Where a word has something that no ordinary form says (a bit in
//! a field that the instruction ignores), it prints the field itself.

use std::collections::BTreeMap;

use microword::{
    AluFunction, Destination, DispatchWord, Field, JumpCondition, Microword, Opcode,
    OutputSelector, QControl, Source, Transfer,
};

use crate::constant::ZERO;
use crate::object::Object;
use crate::overlay::{uses_a, uses_m};
use crate::symbol::Memory;

/// The text of a microinstruction. With an object, places have the names that its sources gave
/// them; without one they are written `5@m`, `1234@a`, `1234@d`, `1234@c`.
///
/// Whoever disassembles many words makes a [`Disassembler`] once.
pub fn disassemble(word: Microword, object: Option<&Object>) -> String {
    Disassembler::new(object).word(word)
}

/// The text of a word of a dispatch table or of decode memory.
pub fn disassemble_dispatch_word(word: DispatchWord, object: Option<&Object>) -> String {
    Disassembler::new(object).dispatch_word(word)
}

/// The names of an object's places, for disassembling many words.
#[derive(Debug)]
pub struct Disassembler<'a> {
    names: Names<'a>,
}

impl<'a> Disassembler<'a> {
    /// One that uses the names of `object`, if there is one.
    pub fn new(object: Option<&'a Object>) -> Disassembler<'a> {
        let mut names = Names::default();
        if let Some(object) = object {
            names.constants = Some(&object.symbols.constants);
            for (name, label) in &object.symbols.labels {
                // The alphabetically first name of a place stands for it.
                names
                    .places
                    .entry((label.memory, label.address))
                    .or_insert(name);
            }
        }
        Disassembler { names }
    }

    /// The text of a microinstruction.
    pub fn word(&self, word: Microword) -> String {
        let names = &self.names;
        let mut out = Vec::new();
        if word.popj_after_next() != 0 {
            out.push("popj-after-next".to_string());
        }
        match word.opcode() {
            Opcode::Alu => alu(word, names, &mut out),
            Opcode::Byte => byte(word, names, &mut out),
            Opcode::Jump => jump(word, names, &mut out),
            Opcode::Dispatch => dispatch(word, names, &mut out),
        }
        for (bit, name) in [
            (word.macro_ir_dispatch(), "macro-ir-dispatch"),
            (word.source_to_macro_ir(), "source-to-macro-ir"),
            (word.macro_stream_advance(), "macro-stream-advance"),
            (word.halt(), "halt-bit"),
            (word.stat(), "stat-bit"),
            (word.ilong(), "i-long"),
            (word.slow_dest(), "slow-dest"),
            (word.clobbers(), "clobbers-mem-subr"),
        ] {
            if bit != 0 {
                out.push(name.to_string());
            }
        }
        raw_unless_zero(word, &Microword::PARITY, &mut out);
        if out.is_empty() {
            out.push("no-op".to_string());
        }
        format!("({})", out.join(" "))
    }

    /// The text of a word of a dispatch table or of decode memory.
    pub fn dispatch_word(&self, word: DispatchWord) -> String {
        let mut out = Vec::new();
        let bits = word.transfer().bits();
        if !word.transfer().is_return() && word.transfer().transfers() {
            out.push(self.names.place(Memory::Control, u64::from(word.address())));
        } else if word.address() != 0 {
            out.push(format!("(field jump-address {:o})", word.address()));
        }
        for (bit, name) in [(4, "r-bit"), (2, "p-bit"), (1, "inhibit-xct-next-bit")] {
            if bits & bit != 0 {
                out.push(name.to_string());
            }
        }
        if word.start_read() {
            out.push("start-read".to_string());
        }
        format!("({})", out.join(" "))
    }
}

#[derive(Debug, Default)]
struct Names<'a> {
    places: BTreeMap<(Memory, u16), &'a String>,
    constants: Option<&'a BTreeMap<u16, u32>>,
}

impl Names<'_> {
    fn place(&self, memory: Memory, address: u64) -> String {
        let address = address as u16;
        if let Some(name) = self.places.get(&(memory, address)) {
            return (*name).clone();
        }
        if let Some(value) = self.constants.and_then(|constants| constants.get(&address)) {
            match memory {
                Memory::A => return format!("(a-constant {value:o})"),
                Memory::M => return format!("(m-constant {value:o})"),
                Memory::Control | Memory::Dispatch => {}
            }
        }
        let letter = match memory {
            Memory::Control => 'c',
            Memory::A => 'a',
            Memory::M => 'm',
            Memory::Dispatch => 'd',
        };
        format!("{address:o}@{letter}")
    }
}

fn raw(word: Microword, field: &Field) -> String {
    format!(
        "(field {} {:o})",
        field.name.to_ascii_lowercase(),
        field.get(word.0)
    )
}

fn raw_unless_zero(word: Microword, field: &Field, out: &mut Vec<String>) {
    if field.get(word.0) != 0 {
        out.push(raw(word, field));
    }
}

/// A number, decimal with a point from 8 on.
fn decimal(value: u64) -> String {
    if value < 8 {
        value.to_string()
    } else {
        format!("{value}.")
    }
}

fn m_operand(word: Microword, names: &Names<'_>) -> String {
    let code = word.m_source();
    if code < 0o100 {
        return names.place(Memory::M, code);
    }
    match Source::from_code(code) {
        Some(source) if source.code() == code => source.name().to_ascii_lowercase(),
        _ => raw(word, &Microword::M_SOURCE),
    }
}

fn a_operand(word: Microword, names: &Names<'_>) -> String {
    names.place(Memory::A, word.a_source())
}

fn destination(word: Microword, names: &Names<'_>, out: &mut Vec<String>) {
    let mut list = Vec::new();
    let mut rest = Vec::new();
    if word.dest_a() != 0 {
        list.push(names.place(Memory::A, word.dest_a_address()));
    } else {
        let code = word.dest_functional();
        match Destination::from_code(code) {
            Some(destination) => list.push(destination.name().to_ascii_lowercase()),
            None => raw_unless_zero(word, &Microword::DEST_FUNCTIONAL, &mut rest),
        }
        if word.dest_m() != 0 {
            list.push(names.place(Memory::M, word.dest_m()));
        }
    }
    if !list.is_empty() {
        out.push(format!("({})", list.join(" ")));
    }
    out.append(&mut rest);
    raw_unless_zero(word, &Microword::MISC, out);
}

fn alu(word: Microword, names: &Names<'_>, out: &mut Vec<String>) {
    let before = out.len();
    destination(word, names, out);
    let has_destination = out.len() > before;
    let function = AluFunction::from_code(word.function_bits());
    let output = OutputSelector::from_code(word.output_bits());
    let q = QControl::from_code(word.q_control_bits());
    // What the chosen name already says.
    let (mut says_carry, mut says_output, mut says_q) = (false, false, false);
    let mut name = match function {
        Some(AluFunction::Sub) => {
            says_carry = true;
            Some(if word.carry() != 0 { "sub" } else { "m-a-1" }.to_string())
        }
        Some(function) if function.uses_carry() && word.carry() != 0 => {
            says_carry = true;
            Some(
                match function {
                    AluFunction::Add => "m+a+1",
                    AluFunction::MPlus => "m+1",
                    _ => "m+m+1",
                }
                .to_string(),
            )
        }
        Some(function) => {
            let step = match (function, output, q) {
                (AluFunction::Mstep, Some(OutputSelector::RightOne), Some(QControl::Right)) => {
                    Some("multiply-step")
                }
                (AluFunction::Dfstep, Some(OutputSelector::LeftOne), Some(QControl::Left)) => {
                    Some("divide-first-step")
                }
                (AluFunction::Dstep, Some(OutputSelector::LeftOne), Some(QControl::Left)) => {
                    Some("divide-step")
                }
                (AluFunction::Dstep, Some(OutputSelector::Alu), Some(QControl::Left)) => {
                    Some("divide-last-step")
                }
                _ => None,
            };
            says_output = step.is_some();
            says_q = step.is_some();
            Some(step.map_or_else(|| function.name().to_ascii_lowercase(), str::to_string))
        }
        None => None,
    };
    let (m, a) = (word.m_source(), word.a_source());
    // A move says no function.
    let moves = match function {
        Some(AluFunction::Setz) => m == 0 && a == 0,
        Some(AluFunction::Setm) => a == 0,
        Some(AluFunction::Seta) => m == 0,
        _ => false,
    };
    // SETZ into a destination is said; the bare word is NO-OP.
    if moves && (function != Some(AluFunction::Setz) || !has_destination) {
        name = None;
    } else if function.is_none() {
        name = Some(raw(word, &Microword::FUNCTION));
    }
    out.extend(name);
    match function {
        Some(function) => {
            if uses_m(function) {
                out.push(m_operand(word, names));
            }
            if uses_a(function) {
                out.push(a_operand(word, names));
            }
            if !uses_m(function) {
                raw_unless_zero(word, &Microword::M_SOURCE, out);
            }
            if !uses_a(function) {
                raw_unless_zero(word, &Microword::A_SOURCE, out);
            }
        }
        None => {
            out.push(m_operand(word, names));
            out.push(a_operand(word, names));
        }
    }
    if !says_output {
        match output {
            Some(OutputSelector::Alu0) => {}
            Some(OutputSelector::Alu) => out.push("output-selector-normal".to_string()),
            Some(OutputSelector::RightOne) => out.push("output-selector-rightshift-1".to_string()),
            Some(OutputSelector::Extend25) => out.push("output-selector-extend-25".to_string()),
            Some(OutputSelector::Mask11) => out.push("output-selector-mask-11".to_string()),
            Some(OutputSelector::LeftOne) => out.push("output-selector-leftshift-1".to_string()),
            Some(OutputSelector::Mirror) => out.push("output-selector-bit-mirror".to_string()),
            None => out.push(raw(word, &Microword::OUTPUT)),
        }
    }
    if word.mask() != 0 {
        out.push("output-selector-mask-25".to_string());
    }
    if !says_carry && word.carry() != 0 {
        out.push("alu-carry-in-one".to_string());
    }
    if !says_q {
        match q {
            Some(QControl::Left) => out.push("shift-q-left".to_string()),
            Some(QControl::Right) => out.push("shift-q-right".to_string()),
            Some(QControl::Load) => out.push("load-q".to_string()),
            _ => {}
        }
    }
    raw_unless_zero(word, &Microword::ALU_RESERVED, out);
}

/// The position from the right of the bit that a left rotation brings to place 0.
fn turned_back(rotation: u64) -> u64 {
    (32 - rotation) % 32
}

fn byte(word: Microword, names: &Names<'_>, out: &mut Vec<String>) {
    destination(word, names, out);
    let (name, deposits) = match (word.rotate_mask(), word.rotate_source()) {
        (0, 1) => ("ldb", false),
        (1, 1) => ("dpb", true),
        (1, _) => ("selective-deposit", true),
        _ => ("byte-inst (field rotate-source 0)", false),
    };
    out.push(name.to_string());
    out.push(m_operand(word, names));
    let (length, position) = (word.byte_length(), word.byte_position());
    if length < 32 && position < 32 {
        let position = if deposits {
            position
        } else {
            turned_back(position)
        };
        out.push(format!(
            "(byte-field {} {})",
            decimal(length + 1),
            decimal(position)
        ));
    } else {
        out.push(raw(word, &Microword::BYTE_LENGTH));
        out.push(raw(word, &Microword::BYTE_POSITION));
    }
    if word.a_source() != u64::from(ZERO) {
        out.push(a_operand(word, names));
    }
    raw_unless_zero(word, &Microword::BYTE_RESERVED, out);
}

fn jump(word: Microword, names: &Names<'_>, out: &mut Vec<String>) {
    let transfer = Transfer::from_bits(word.jump_transfer_bits());
    let verb = match transfer {
        Transfer::JumpXctNext | Transfer::Jump => "jump",
        Transfer::CallXctNext | Transfer::Call => "call",
        _ => "popj",
    };
    let xct_next = if transfer.inhibits_next() {
        ""
    } else {
        "-xct-next"
    };
    let inverted = word.invert() != 0;
    let condition = JumpCondition::from_code(word.condition());
    // The suffix of the verb, or a condition of its own for the CONDITIONAL verbs.
    let (suffix, own) = if word.test() == 0 {
        (
            if inverted {
                "-if-bit-clear"
            } else {
                "-if-bit-set"
            },
            None,
        )
    } else {
        match (condition, inverted) {
            (Some(JumpCondition::Less), false) => ("-less-than", None),
            (Some(JumpCondition::Less), true) => ("-greater-or-equal", None),
            (Some(JumpCondition::LessOrEqual), false) => ("-less-or-equal", None),
            (Some(JumpCondition::LessOrEqual), true) => ("-greater-than", None),
            (Some(JumpCondition::NotEqual), false) => ("-not-equal", None),
            (Some(JumpCondition::NotEqual), true) => ("-equal", None),
            (Some(JumpCondition::DataTypeNotEqual), false) => ("-data-type-not-equal", None),
            (Some(JumpCondition::DataTypeNotEqual), true) => ("-data-type-equal", None),
            (Some(JumpCondition::Always), false) => ("", None),
            (Some(JumpCondition::Always), true) => ("-conditional", Some("jump-never")),
            (Some(JumpCondition::NoPageFault), false) => ("-conditional", Some("no-pg-fault")),
            (Some(JumpCondition::NoPageFault), true) => ("-conditional", Some("pg-fault")),
            (Some(JumpCondition::PageFaultOrInterrupt), false) => {
                ("-conditional", Some("pg-fault-or-interrupt"))
            }
            (Some(JumpCondition::PageFaultOrInterrupt), true) => {
                ("-conditional", Some("no-pg-fault-or-interrupt"))
            }
            (Some(JumpCondition::PageFaultOrInterruptOrSequenceBreak), false) => {
                ("-conditional", Some("pg-fault-interrupt-or-sequence-break"))
            }
            (Some(JumpCondition::PageFaultOrInterruptOrSequenceBreak), true) => (
                "-conditional",
                Some("no-pg-fault-interrupt-or-sequence-break"),
            ),
            (None, _) => ("-conditional", Some("(field test 1)")),
        }
    };
    out.push(format!("{verb}{suffix}{xct_next}"));
    out.extend(own.map(str::to_string));
    if word.test() == 0 {
        out.push(format!(
            "(byte-field 1 {})",
            decimal(turned_back(word.condition()))
        ));
        out.push(m_operand(word, names));
        raw_unless_zero(word, &Microword::A_SOURCE, out);
    } else if own.is_some() || suffix.is_empty() {
        if condition.is_none() {
            out.push(raw(word, &Microword::CONDITION));
            if inverted {
                out.push("invert-jump-sense".to_string());
            }
        }
        raw_unless_zero(word, &Microword::M_SOURCE, out);
        raw_unless_zero(word, &Microword::A_SOURCE, out);
    } else {
        out.push(m_operand(word, names));
        out.push(a_operand(word, names));
    }
    if transfer.is_return() || !transfer.transfers() {
        raw_unless_zero(word, &Microword::JUMP_ADDRESS, out);
    } else {
        out.push(names.place(Memory::Control, word.jump_address()));
    }
    raw_unless_zero(word, &Microword::JUMP_RESERVED, out);
    raw_unless_zero(word, &Microword::JUMP_RESERVED_5, out);
    raw_unless_zero(word, &Microword::LC_INCREMENT, out);
}

fn dispatch(word: Microword, names: &Names<'_>, out: &mut Vec<String>) {
    out.push(
        if word.write_vma() != 0 {
            "dispatch-write-vma"
        } else {
            "dispatch"
        }
        .to_string(),
    );
    for (bit, name) in [
        (word.lpc(), "push-own-address"),
        (word.meta_from_space(), "oldspace-meta"),
        (word.meta_volatility(), "gc-volatility-meta"),
    ] {
        if bit != 0 {
            out.push(name.to_string());
        }
    }
    if word.constant() != 0 {
        out.push(format!("(i-arg {:o})", word.constant()));
    }
    let (length, position) = (word.dispatch_length(), word.dispatch_position());
    if length == 0 && position == 0 {
        raw_unless_zero(word, &Microword::M_SOURCE, out);
        if word.m_source() != 0 {
            // A source that only VMA or start-read uses is an operand, not a bare field.
            out.pop();
            out.push(m_operand(word, names));
        }
    } else {
        if length <= 12 && position < 32 {
            out.push(format!(
                "(byte-field {} {})",
                decimal(length),
                decimal(turned_back(position))
            ));
        } else {
            raw_unless_zero(word, &Microword::DISPATCH_LENGTH, out);
            raw_unless_zero(word, &Microword::DISPATCH_POSITION, out);
        }
        out.push(m_operand(word, names));
    }
    out.push(names.place(Memory::Dispatch, word.a_source()));
    raw_unless_zero(word, &Microword::DISPATCH_RESERVED, out);
}
