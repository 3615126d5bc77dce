//! What an instruction is decoded into.

use super::Context;
use crate::processor::State;

/// The work of one instruction: operands, function, destination. For an ALU or
/// BYTE instruction the answer is the M operand; for a JUMP, whether it is
/// taken; for a DISPATCH, the table word.
pub(super) type Work = fn(&mut State, &mut Context<'_>, &Operation) -> u32;

/// How control goes on after the work. The order counts: what is up to
/// `Memory` goes straight on, what is up to `Always` may stand in a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Control {
    /// To the next instruction; one cycle.
    Simple,
    /// To the next instruction; may have gone to the bus, may cost more.
    Memory,
    /// A JUMP that may be taken.
    Jump,
    /// A JUMP taken on a page fault, and nothing else: one cycle.
    IfFault,
    /// A JUMP that is always taken, without work.
    Always,
    /// As the flags say: stream, decode, POPJ-AFTER-NEXT.
    Flagged,
    /// A DISPATCH.
    Dispatch,
    /// Let the reference engine do it.
    Slow,
    /// Not decoded yet.
    Unknown,
}

/// A decoded instruction.
#[derive(Clone, Copy)]
pub(super) struct Operation {
    /// What to do.
    pub work: Work,
    /// The instruction.
    pub word: u64,
    /// A operand: place in the register file.
    pub a: u16,
    /// M operand: place in the register file.
    pub m: u16,
    /// Destination: place in the register file, or M address.
    pub destination: u16,
    /// Functional destination: place in the register file, or its code.
    pub register: u16,
    /// A mask: of a byte, of a bit tested, of a dispatch's byte.
    pub mask: u32,
    /// Where a JUMP goes.
    pub target: u16,
    /// How control goes on.
    pub control: Control,
    /// R P N of a JUMP, or the flags of a flagged instruction.
    pub way: u8,
    /// How far M is rotated left.
    pub rotation: u8,
    /// Cycles it takes.
    pub cost: u8,
}

/// Flags of a flagged instruction, in [`Operation::way`].
pub(super) mod flag {
    /// SOURCE-TO-MACRO-IR.
    pub const SOURCE_TO_MACRO_IR: u8 = 1;
    /// MACRO-STREAM-ADVANCE.
    pub const ADVANCE: u8 = 2;
    /// MACRO-IR-DISPATCH.
    pub const DECODE: u8 = 4;
    /// POPJ-AFTER-NEXT.
    pub const POPJ: u8 = 8;
}

/// The work of an instruction that is not decoded, or has none.
pub(super) fn no_work(_: &mut State, _: &mut Context<'_>, _: &Operation) -> u32 {
    0
}

impl Operation {
    /// An instruction that nobody has looked at.
    pub(super) const UNKNOWN: Operation = Operation {
        work: no_work,
        word: 0,
        a: 0,
        m: 0,
        destination: 0,
        register: 0,
        mask: 0,
        target: 0,
        control: Control::Unknown,
        way: 0,
        rotation: 0,
        cost: 1,
    };
}

impl Default for Operation {
    fn default() -> Operation {
        Operation::UNKNOWN
    }
}
