//! Is a word a defined microinstruction?
//!
//! The hardware did something for every bit pattern; microcode never depended on
//! it. Here an encoding without a defined meaning stops the processor, with the
//! address, the word and the rule that it breaks.

use crate::{
    AluFunction, Boards, Destination, JumpCondition, Microword, Opcode, OutputSelector, Source,
    Transfer,
};

/// The rule that an undefined microinstruction breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Undefined {
    /// A field that must be 0 is not; the field's name.
    Reserved(&'static str),
    /// The M source is a functional code that no source has.
    Source(u8),
    /// The M source belongs to a board that is not there.
    SourceBoard(Source),
    /// The destination is a functional code that no destination has.
    Destination(u8),
    /// The destination belongs to a board that is not there.
    DestinationBoard(Destination),
    /// No ALU function has this code.
    AluFunction(u8),
    /// No output selector has this code.
    Output(u8),
    /// No jump condition has this code.
    Condition(u8),
    /// R and P together in a JUMP.
    JumpReturnAndCall,
    /// LC-INCREMENT in a JUMP.
    LcIncrement,
    /// Both meta bits in a DISPATCH.
    BothMetaBits,
    /// A meta dispatch whose table begins at an odd address.
    OddMetaTable,
    /// An LPC dispatch took a call that executes the next instruction (found when it happens).
    LpcCallXctNext,
    /// An LPC dispatch in the slot of a POPJ-AFTER-NEXT (found when it happens).
    LpcInPopjSlot,
    /// A decode word asks for a return or an inhibiting drop through (found when it happens).
    DecodeTransfer(Transfer),
    /// A decode word has its start-read bit set (found when it happens).
    DecodeStartRead,
}

impl std::fmt::Display for Undefined {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Undefined::Reserved(name) => write!(f, "reserved field {name} is not 0"),
            Undefined::Source(code) => write!(f, "no functional source has code {code:o}"),
            Undefined::SourceBoard(source) => {
                write!(
                    f,
                    "source {} needs a board that is not present",
                    source.name()
                )
            }
            Undefined::Destination(code) => {
                write!(f, "no functional destination has code {code:o}")
            }
            Undefined::DestinationBoard(destination) => {
                write!(
                    f,
                    "destination {} needs a board that is not present",
                    destination.name()
                )
            }
            Undefined::AluFunction(code) => write!(f, "no ALU function has code {code:o}"),
            Undefined::Output(code) => write!(f, "no output selector has code {code:o}"),
            Undefined::Condition(code) => write!(f, "no jump condition has code {code:o}"),
            Undefined::JumpReturnAndCall => write!(f, "R and P together in a JUMP"),
            Undefined::LcIncrement => write!(f, "LC-INCREMENT in a JUMP"),
            Undefined::BothMetaBits => write!(f, "both meta bits in a DISPATCH"),
            Undefined::OddMetaTable => {
                write!(f, "a meta dispatch whose table begins at an odd address")
            }
            Undefined::LpcCallXctNext => {
                write!(
                    f,
                    "an LPC dispatch took a call that executes the next instruction"
                )
            }
            Undefined::LpcInPopjSlot => {
                write!(f, "an LPC dispatch in the slot of a POPJ-AFTER-NEXT")
            }
            Undefined::DecodeTransfer(transfer) => {
                write!(f, "a decode word asks for {}", transfer.name())
            }
            Undefined::DecodeStartRead => write!(f, "a decode word has its start-read bit set"),
        }
    }
}

/// The kind of `word` if it is a defined microinstruction on a processor with
/// `boards`, otherwise the first rule it breaks.
pub fn classify(word: Microword, boards: Boards) -> Result<Opcode, Undefined> {
    let opcode = word.opcode();
    let m_source = word.m_source();
    if m_source >= 0o100 {
        let source = Source::from_code(m_source).ok_or(Undefined::Source(m_source as u8))?;
        if !boards.contains(source.board()) {
            return Err(Undefined::SourceBoard(source));
        }
    }
    match opcode {
        Opcode::Alu => {
            reserved(word.alu_reserved(), &Microword::ALU_RESERVED)?;
            destination(word, boards)?;
            let function = word.function_bits();
            AluFunction::from_code(function).ok_or(Undefined::AluFunction(function as u8))?;
            let output = word.output_bits();
            OutputSelector::from_code(output).ok_or(Undefined::Output(output as u8))?;
        }
        Opcode::Byte => {
            reserved(word.byte_reserved(), &Microword::BYTE_RESERVED)?;
            destination(word, boards)?;
        }
        Opcode::Jump => {
            reserved(word.jump_reserved(), &Microword::JUMP_RESERVED)?;
            reserved(word.jump_reserved_5(), &Microword::JUMP_RESERVED_5)?;
            if word.lc_increment() != 0 {
                return Err(Undefined::LcIncrement);
            }
            if !Transfer::from_bits(word.jump_transfer_bits()).transfers() {
                return Err(Undefined::JumpReturnAndCall);
            }
            let condition = word.condition();
            if word.test() != 0 && JumpCondition::from_code(condition).is_none() {
                return Err(Undefined::Condition(condition as u8));
            }
        }
        Opcode::Dispatch => {
            reserved(word.dispatch_reserved(), &Microword::DISPATCH_RESERVED)?;
            if word.meta_from_space() != 0 && word.meta_volatility() != 0 {
                return Err(Undefined::BothMetaBits);
            }
            if (word.meta_from_space() != 0 || word.meta_volatility() != 0)
                && word.a_source() & 1 != 0
            {
                return Err(Undefined::OddMetaTable);
            }
        }
    }
    Ok(opcode)
}

fn reserved(value: u64, field: &crate::Field) -> Result<(), Undefined> {
    if value == 0 {
        Ok(())
    } else {
        Err(Undefined::Reserved(field.name))
    }
}

/// The destination of an ALU or BYTE word; MISC has no defined meaning.
fn destination(word: Microword, boards: Boards) -> Result<(), Undefined> {
    reserved(word.misc(), &Microword::MISC)?;
    let code = word.dest_functional();
    if word.dest_a() == 0 && code != 0 {
        let destination = Destination::from_code(code).ok_or(Undefined::Destination(code as u8))?;
        if !boards.contains(destination.board()) {
            return Err(Undefined::DestinationBoard(destination));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defined_words() {
        let none = Boards::empty();
        assert_eq!(classify(Microword::NO_OP, none), Ok(Opcode::Alu));
        let jump = Microword::new(Opcode::Jump)
            .with_test(1)
            .with_condition(7)
            .with_jump_transfer_bits(1);
        assert_eq!(classify(jump, none), Ok(Opcode::Jump));
        let dispatch = Microword::new(Opcode::Dispatch)
            .with_meta_from_space(1)
            .with_a_source(2);
        assert_eq!(classify(dispatch, none), Ok(Opcode::Dispatch));
    }

    #[test]
    fn each_rule_is_found() {
        let none = Boards::empty();
        let jump = Microword::new(Opcode::Jump).with_test(1).with_condition(7);
        let dispatch = Microword::new(Opcode::Dispatch);
        let rules = [
            (
                Microword::NO_OP.with_alu_reserved(1),
                Undefined::Reserved("ALU-RESERVED"),
            ),
            (Microword::NO_OP.with_misc(2), Undefined::Reserved("MISC")),
            (
                Microword::NO_OP.with_m_source(0o177),
                Undefined::Source(0o177),
            ),
            (
                Microword::NO_OP.with_m_source(0o150),
                Undefined::SourceBoard(Source::AcceleratorLow),
            ),
            (
                Microword::NO_OP.with_dest_functional(0o77),
                Undefined::Destination(0o77),
            ),
            (
                Microword::NO_OP.with_dest_functional(0o55),
                Undefined::DestinationBoard(Destination::WindowLow),
            ),
            (
                Microword::NO_OP.with_function_bits(0o21),
                Undefined::AluFunction(0o21),
            ),
            (Microword::NO_OP.with_output_bits(4), Undefined::Output(4)),
            (jump.with_condition(0), Undefined::Condition(0)),
            (jump.with_condition(8), Undefined::Condition(8)),
            (
                jump.with_jump_transfer_bits(6),
                Undefined::JumpReturnAndCall,
            ),
            (jump.with_lc_increment(1), Undefined::LcIncrement),
            (
                jump.with_jump_reserved(1),
                Undefined::Reserved("JUMP-RESERVED"),
            ),
            (
                jump.with_jump_reserved_5(1),
                Undefined::Reserved("JUMP-RESERVED-5"),
            ),
            (
                dispatch.with_dispatch_reserved(4),
                Undefined::Reserved("DISPATCH-RESERVED"),
            ),
            (
                dispatch.with_meta_from_space(1).with_meta_volatility(1),
                Undefined::BothMetaBits,
            ),
            (
                dispatch.with_meta_volatility(1).with_a_source(1),
                Undefined::OddMetaTable,
            ),
        ];
        for (word, rule) in rules {
            assert_eq!(classify(word, none), Err(rule), "{word:?}: {rule}");
        }
        let window = Microword::NO_OP.with_dest_functional(0o55);
        assert_eq!(classify(window, Boards::STACK_WINDOW), Ok(Opcode::Alu));
    }
}
