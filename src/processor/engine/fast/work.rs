//! The work of instructions, specialised by function, source and destination.
//!
//! Each combination that microcode uses often is a function of its own, made
//! by const generics; operands are places in the register file, resolved when
//! the instruction was decoded. What is rare goes through the reference
//! engine's functions.

use super::Context;
use super::operation::{Operation, Work};
use super::translation;
use crate::processor::State;
use crate::processor::engine::reference::{Processor, alu, functional_source};
use crate::processor::state::{A_BASE, FILE_SIZE, M_BASE, PDL_MASK, place};
use microword::{Destination, DispatchWord, JumpCondition, Microword, Source, Transfer};

/// A word of the register file.
#[inline(always)]
fn file(state: &State, index: u16) -> u32 {
    state.file[index as usize & (FILE_SIZE - 1)]
}

#[inline(always)]
fn set_file(state: &mut State, index: u16, value: u32) {
    state.file[index as usize & (FILE_SIZE - 1)] = value;
}

/// Kinds of M source.
pub(super) mod source {
    /// A word of the register file.
    pub const FILE: usize = 0;
    /// PDL[PP], then PP − 1.
    pub const POP: usize = 1;
    /// PDL[PP].
    pub const TOP: usize = 2;
    /// PDL[PI].
    pub const INDEX: usize = 3;
    /// The displacement of the current macroinstruction.
    pub const DISPLACEMENT: usize = 4;
    /// Any other functional source; its code is in `m`.
    pub const OTHER: usize = 5;
}

/// Kinds of destination.
pub(super) mod destination {
    /// M memory (and A).
    pub const M: usize = 0;
    /// A memory.
    pub const A: usize = 1;
    /// M memory, and a register of the file.
    pub const REGISTER: usize = 2;
    /// M memory, PP + 1, then PDL[PP].
    pub const PUSH: usize = 3;
    /// M memory, VMA, start a read.
    pub const READ: usize = 4;
    /// M memory, VMA, start a write.
    pub const WRITE: usize = 5;
    /// M memory, MD, start a write.
    pub const MD_WRITE: usize = 6;
    /// M memory, and any other functional destination; its code is in `register`.
    pub const OTHER: usize = 7;
    /// M memory, and PP or PI.
    pub const POINTER: usize = 8;
    /// M memory, and PDL[PP].
    pub const TOP: usize = 9;
}

/// Functions beyond the plain ones, whose number is the ALU function's code.
pub(super) mod function {
    /// M + A + 1.
    pub const ADD_1: usize = 0o40;
    /// M − A.
    pub const SUB_1: usize = 0o41;
    /// M + 1.
    pub const M_1: usize = 0o42;
    /// M + M + 1.
    pub const M_M_1: usize = 0o43;
    /// Added to a function: the tag comes from A.
    pub const TAGGED: usize = 0o100;
    /// A BYTE instruction.
    pub const BYTE: usize = 0o200;
    /// M goes to the destination and to Q.
    pub const LOAD_Q: usize = 0o201;
    /// Any other ALU instruction.
    pub const ANY: usize = 0o202;
}

#[inline(always)]
fn read_source<const S: usize>(state: &mut State, operation: &Operation) -> u32 {
    match S {
        source::FILE => file(state, operation.m),
        source::POP => {
            let pointer = state.file[place::PP];
            state.file[place::PP] = pointer.wrapping_sub(1) & PDL_MASK;
            state.pdl[(pointer & PDL_MASK) as usize]
        }
        source::TOP => state.pdl[(state.file[place::PP] & PDL_MASK) as usize],
        source::INDEX => state.pdl[(state.file[place::PI] & PDL_MASK) as usize],
        source::DISPLACEMENT => state.half_word() & 0o77,
        _ => other_source(state, operation),
    }
}

#[inline(never)]
fn other_source(state: &mut State, operation: &Operation) -> u32 {
    let Some(source) = Source::from_code(u64::from(operation.m)) else {
        return 0;
    };
    match source {
        Source::MacroIr => state.half_word(),
        Source::MicroStackPop => {
            let value = state.micro_stack_pointer_and_data();
            state.pop_micro_stack();
            value
        }
        source => functional_source(state, source),
    }
}

#[inline(always)]
fn write<const D: usize>(
    state: &mut State,
    context: &mut Context<'_>,
    operation: &Operation,
    value: u32,
) {
    if D == destination::A {
        set_file(state, operation.destination, value);
        return;
    }
    let m = operation.destination as usize & 0o77;
    state.file[M_BASE + m] = value;
    state.file[A_BASE + m] = value;
    match D {
        destination::M => {}
        destination::REGISTER => set_file(state, operation.register, value),
        destination::POINTER => set_file(state, operation.register, value & PDL_MASK),
        destination::PUSH => {
            let pointer = (state.file[place::PP] + 1) & PDL_MASK;
            state.file[place::PP] = pointer;
            state.pdl[pointer as usize] = value;
        }
        destination::TOP => state.pdl[(state.file[place::PP] & PDL_MASK) as usize] = value,
        destination::READ => context.start_read(state, value),
        destination::WRITE => {
            state.file[place::VMA] = value;
            context.start_write(state);
        }
        destination::MD_WRITE => {
            state.file[place::MD] = value;
            context.start_write(state);
        }
        _ => other_destination(state, context, operation, value),
    }
}

#[inline(never)]
fn other_destination(
    state: &mut State,
    context: &mut Context<'_>,
    operation: &Operation,
    value: u32,
) {
    let Some(destination) = Destination::from_code(u64::from(operation.register)) else {
        return;
    };
    match destination {
        Destination::PdlAtIndex => state.pdl[(state.pi() & PDL_MASK) as usize] = value,
        Destination::Lc => state.write_lc(value),
        Destination::MicroStackPush => state.push_micro_stack(value),
        Destination::VmaStartReadForce => {
            state.set_vma(value);
            context.any_cycle(state, crate::processor::map::Access::Read, true);
        }
        Destination::VmaStartWriteForce => {
            state.set_vma(value);
            context.any_cycle(state, crate::processor::map::Access::Write, true);
        }
        Destination::MdStartWriteForce => {
            state.set_md(value);
            context.any_cycle(state, crate::processor::map::Access::Write, true);
        }
        destination => {
            Processor::resume(state, context.bus).write_functional(destination, value);
            context.refresh(state);
        }
    }
}

/// An ALU or BYTE instruction. The answer is the M operand.
fn compute<const F: usize, const S: usize, const D: usize>(
    state: &mut State,
    context: &mut Context<'_>,
    operation: &Operation,
) -> u32 {
    let m = read_source::<S>(state, operation);
    let a = file(state, operation.a);
    if F == function::ANY {
        let word = Microword(operation.word);
        let outcome = alu(word, a, m, state.q(), state.dp_mode() & 0x80 != 0);
        if let Some(sign) = outcome.divisor_sign {
            state.set_dp_mode(state.dp_mode() & 0x7f | u32::from(sign) << 7);
        }
        write::<D>(state, context, operation, outcome.result);
        state.set_q(outcome.q);
        return m;
    }
    let result = match F & 0o77 {
        _ if F == function::BYTE => {
            m.rotate_left(u32::from(operation.rotation)) & operation.mask | a & !operation.mask
        }
        _ if F == function::LOAD_Q => m,
        0o00 => 0,
        0o01 => m & a,
        0o02 => m & !a,
        0o03 => m,
        0o04 => !m & a,
        0o05 => a,
        0o06 => m ^ a,
        0o07 => m | a,
        0o12 => !a,
        0o13 => m | !a,
        0o14 => !m,
        0o15 => !m | a,
        0o17 => u32::MAX,
        0o26 => m.wrapping_sub(a).wrapping_sub(1),
        0o31 => m.wrapping_add(a),
        0o34 => m,
        0o37 => m.wrapping_add(m),
        function::ADD_1 => m.wrapping_add(a).wrapping_add(1),
        function::SUB_1 => m.wrapping_sub(a),
        function::M_1 => m.wrapping_add(1),
        function::M_M_1 => m.wrapping_add(m).wrapping_add(1),
        _ => unreachable!("the decoder asks for no other function"),
    };
    let result = if F & function::TAGGED != 0 && F < function::BYTE {
        result & 0x01ff_ffff | a & 0xfe00_0000
    } else {
        result
    };
    write::<D>(state, context, operation, result);
    if F == function::LOAD_Q {
        state.file[place::Q] = m;
    }
    m
}

/// A JUMP's test. 1 when it is taken.
fn test<const C: usize, const S: usize>(
    state: &mut State,
    _: &mut Context<'_>,
    operation: &Operation,
) -> u32 {
    let m = read_source::<S>(state, operation);
    let a = file(state, operation.a);
    let succeeds = if C == BIT {
        m & operation.mask != 0
    } else if C == JumpCondition::Less as usize {
        (m as i32) < a as i32
    } else if C == JumpCondition::LessOrEqual as usize {
        m as i32 <= a as i32
    } else if C == JumpCondition::NotEqual as usize {
        m != a
    } else if C == JumpCondition::NoPageFault as usize {
        !state.page_fault
    } else if C == JumpCondition::PageFaultOrInterrupt as usize {
        interrupt(state) | state.page_fault
    } else if C == JumpCondition::PageFaultOrInterruptOrSequenceBreak as usize {
        interrupt(state) | state.page_fault | (state.file[place::RG_MODE] & 1 << 26 == 0)
    } else if C == JumpCondition::DataTypeNotEqual as usize {
        (m ^ a) & 0x3e00_0000 != 0
    } else {
        true
    };
    u32::from(succeeds) ^ u32::from(operation.rotation)
}

/// The test of a bit has no condition code.
const BIT: usize = 0;

#[inline(always)]
fn interrupt(state: &mut State) -> bool {
    let [a, b, c, d] = state.interrupts;
    if a | b | c | d == 0 {
        return false;
    }
    if let Some(vector) = state.lowest_interrupt() {
        state.set_interrupt_pointer(u32::from(vector));
    }
    true
}

/// Kinds of DISPATCH.
pub(super) mod meta {
    /// On bits of M alone.
    pub const NONE: usize = 0;
    /// With the from-space answer.
    pub const FROM_SPACE: usize = 1;
    /// With the volatility answer.
    pub const VOLATILITY: usize = 2;
}

/// What a DISPATCH answers when it must not be executed here.
pub(super) const REFUSED: u32 = u32::MAX;

/// A DISPATCH up to the transfer. The answer is the table word.
fn dispatch<const META: usize, const S: usize>(
    state: &mut State,
    context: &mut Context<'_>,
    operation: &Operation,
) -> u32 {
    let pointer = state.file[place::PP];
    let m = read_source::<S>(state, operation);
    let mut index = m.rotate_left(u32::from(operation.rotation)) & operation.mask;
    if META != meta::NONE {
        let entry = context.translation.entry(state.file[place::MD]);
        let answer = if META == meta::FROM_SPACE {
            translation::from_space_answer(entry)
        } else {
            translation::volatility_answer(entry, state.volatility_latch)
        };
        index = index & !1 | answer;
    }
    let word = DispatchWord(state.file[(u32::from(operation.a) | index) as usize & 0xfff]);
    let microword = Microword(operation.word);
    if microword.lpc() != 0 && word.transfer() == Transfer::CallXctNext {
        state.file[place::PP] = pointer;
        return REFUSED;
    }
    state.file[place::DISPATCH_CONSTANT] = u32::from(operation.target);
    if word.start_read() {
        context.start_read(state, m);
    } else if microword.write_vma() != 0 {
        state.file[place::VMA] = m;
    }
    word.0 & 0x7_ffff
}

/// Picks a function for a number known only when decoding.
macro_rules! choose {
    ($value:expr, [$($choice:expr),* $(,)?], |$name:ident| $body:expr) => {
        match $value {
            $(value if value == $choice => { const $name: usize = $choice; Some($body) })*
            _ => None,
        }
    };
}

fn compute_from<const F: usize, const D: usize>(source: usize) -> Option<Work> {
    choose!(source, [0, 1, 2, 3, 4, 5], |S| compute::<F, S, D> as Work)
}

fn compute_with<const F: usize>(source: usize, destination: usize) -> Option<Work> {
    choose!(destination, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], |D| {
        compute_from::<F, D>(source)
    })?
}

/// The work of an ALU or BYTE instruction, if the combination is worth a
/// function of its own: functions that microcode uses everywhere have one for
/// every source and destination, the others from a register to a memory.
pub(super) fn compute_work(function: usize, source: usize, destination: usize) -> Option<Work> {
    let common = choose!(
        function,
        [
            0o00, 0o03, 0o05, 0o26, 0o31, 0o41, 0o42, 0o103, 0o131, 0o200, 0o202
        ],
        |F| compute_with::<F>(source, destination)
    );
    if let Some(work) = common {
        return work;
    }
    if source != source::FILE || destination > destination::A {
        return None;
    }
    choose!(
        function,
        [
            0o01, 0o02, 0o04, 0o06, 0o07, 0o12, 0o13, 0o14, 0o15, 0o17, 0o37, 0o40, 0o43, 0o100,
            0o105, 0o126, 0o140, 0o141, 0o142, 0o201
        ],
        |F| choose!(destination, [0, 1], |D| compute::<F, { source::FILE }, D>
            as Work)
    )?
}

fn test_from<const C: usize>(source: usize) -> Option<Work> {
    choose!(source, [0, 1, 2, 3, 4, 5], |S| test::<C, S> as Work)
}

/// The work of a JUMP: 0 tests a bit, anything else is a condition code.
pub(super) fn test_work(condition: usize, source: usize) -> Option<Work> {
    choose!(condition, [0, 1, 2, 3, 4, 5, 6, 7, 9], |C| test_from::<C>(
        source
    ))?
}

fn dispatch_from<const META: usize>(source: usize) -> Option<Work> {
    choose!(source, [0, 1, 2, 3, 4, 5], |S| dispatch::<META, S> as Work)
}

/// The work of a DISPATCH.
pub(super) fn dispatch_work(meta: usize, source: usize) -> Option<Work> {
    choose!(meta, [0, 1, 2], |META| dispatch_from::<META>(source))?
}
