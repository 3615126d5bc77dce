//! The straight way: one decoded operation after another, transfers and their
//! slots, with the micro-address and the cycle count in the host's registers.

use super::operation::{Control, Operation, flag};
use super::{Context, Decoded};
use crate::processor::State;
use crate::processor::engine::{Breakpoints, Stop};
use crate::processor::history::HISTORY_SIZE;
use crate::processor::state::{MICRO_STACK_FLAG, Sequencer, place};
use microword::{DispatchWord, Microword, Transfer};

/// Is the processor in a state that the decoded operations take for granted?
pub(super) fn on_the_straight_way(state: &State) -> bool {
    let sequencer = &state.sequencer;
    let straight = sequencer.next_pc == sequencer.pc.wrapping_add(1)
        && !sequencer.inhibit
        && !sequencer.advance_at_next
        && sequencer.popped.is_none();
    // Counters: events, advances, microseconds and instructions are counted by the reference engine.
    let mode = state.rg_mode_stored();
    let counting = matches!(mode & 7, 1 | 3 | 6 | 7) || matches!(mode >> 20 & 7, 1 | 3 | 7);
    straight && state.imod == 0 && state.dp_mode() & 1 != 0 && !counting
}

/// How the straight way ended.
pub(super) enum End {
    /// The next instruction is for the reference engine, or the limit is near.
    Step,
    /// The run is over.
    Stop(Stop),
}

/// Execute decoded operations until the cycle count reaches `limit` or something
/// comes that is not for them.
pub(super) fn straight_way(
    decoded: &mut Decoded,
    breakpoints: &Breakpoints,
    state: &mut State,
    context: &mut Context<'_>,
    limit: u64,
) -> End {
    let mut pc = state.sequencer.pc;
    let mut cycles = state.cycles;
    let mut history = state.history.pointer as usize;

    /// Note in the history RAM that an instruction is executed.
    macro_rules! record {
        ($address:expr) => {
            state.history.ring[history % HISTORY_SIZE] = $address;
            history += 1;
        };
    }
    /// Put the state together and leave.
    macro_rules! leave {
        ($end:expr, $sequencer:expr) => {{
            state.sequencer = $sequencer;
            state.cycles = cycles;
            state.history.pointer = (history % HISTORY_SIZE) as u16;
            context.stop = false;
            return $end;
        }};
        ($end:expr) => {
            leave!(
                $end,
                Sequencer {
                    pc,
                    next_pc: pc.wrapping_add(1),
                    ..Sequencer::default()
                }
            )
        };
    }
    macro_rules! attend {
        () => {
            if context.stop {
                leave!(End::Stop(Stop::Attention));
            }
        };
    }
    /// Leave before the instruction in the slot, the transfer pending.
    macro_rules! leave_in_slot {
        ($end:expr, $target:expr, $flag:expr, $inhibit:expr, $popped:expr) => {
            leave!(
                $end,
                Sequencer {
                    pc: pc.wrapping_add(1),
                    next_pc: $target,
                    inhibit: $inhibit,
                    advance_at_next: $flag,
                    popped: $popped,
                }
            )
        };
    }
    /// Execute the instruction in the slot, then go on at the target.
    macro_rules! slot {
        ($target:expr, $flag:expr, $popped:expr) => {{
            let (target, flag, popped): (u16, bool, Option<u32>) = ($target, $flag, $popped);
            if context.stop {
                leave_in_slot!(End::Stop(Stop::Attention), target, flag, false, popped);
            }
            let next = pc.wrapping_add(1);
            let slot = &decoded.operations[usize::from(next)];
            if slot.control <= Control::Memory {
                record!(next);
                context.cycles = cycles;
                (slot.work)(state, context, slot);
                cycles += u64::from(slot.cost);
            } else if slot.control <= Control::Always && slot.way & flag::POPJ == 0 {
                record!(next);
                context.cycles = cycles;
                cycles += u64::from(slot.cost);
                if (slot.work)(state, context, slot) != 0 {
                    context.cycles = cycles;
                    let pending = Pending {
                        target,
                        flag,
                        popped,
                    };
                    match transfer_in_slot(state, context, slot, pending) {
                        AfterSlot::At(address) => {
                            pc = address;
                            cycles += 1;
                            attend!();
                            continue;
                        }
                        AfterSlot::Leave(sequencer) => leave!(End::Step, sequencer),
                        AfterSlot::Stop(sequencer) => leave!(End::Stop(Stop::Attention), sequencer),
                    }
                }
            } else {
                if slot.control == Control::Unknown {
                    decoded.decode(state, next, breakpoints);
                }
                leave_in_slot!(End::Step, target, flag, false, popped);
            }
            pc = target;
            if flag {
                context.advance_stream(state);
            }
            attend!();
        }};
    }
    /// Return after the next instruction.
    macro_rules! popj {
        () => {{
            let popped = state.pop_micro_stack();
            slot!(popped as u16, popped & MICRO_STACK_FLAG != 0, Some(popped));
        }};
    }
    /// Take a transfer.
    macro_rules! transfer {
        ($transfer:expr, $target:expr, $own_address:expr, $popj:expr) => {{
            let target: u16 = $target;
            match $transfer {
                Transfer::Jump => {
                    inhibit!(target, false);
                }
                Transfer::JumpXctNext => slot!(target, false, None),
                Transfer::Call => {
                    let back = if $own_address { pc } else { pc.wrapping_add(1) };
                    state.push_micro_stack(u32::from(back));
                    inhibit!(target, false);
                }
                Transfer::CallXctNext => {
                    state.push_micro_stack(u32::from(pc.wrapping_add(2)));
                    slot!(target, false, None);
                }
                Transfer::Return => {
                    let word = state.pop_micro_stack();
                    inhibit!(word as u16, word & MICRO_STACK_FLAG != 0);
                }
                Transfer::ReturnXctNext => {
                    let word = state.pop_micro_stack();
                    slot!(word as u16, word & MICRO_STACK_FLAG != 0, None);
                }
                Transfer::DropThrough if $popj => popj!(),
                Transfer::DropThrough => {
                    pc = pc.wrapping_add(1);
                    attend!();
                }
                Transfer::DropThroughInhibit if $popj => {
                    let popped = state.pop_micro_stack();
                    let (target, flag) = (popped as u16, popped & MICRO_STACK_FLAG != 0);
                    if context.stop {
                        leave_in_slot!(
                            End::Stop(Stop::Attention),
                            target,
                            flag,
                            true,
                            Some(popped)
                        );
                    }
                    inhibit!(target, flag);
                }
                Transfer::DropThroughInhibit => {
                    inhibit!(pc.wrapping_add(2), false);
                }
            }
        }};
    }
    /// The next instruction takes its cycle; then control is at the target.
    macro_rules! inhibit {
        ($target:expr, $flag:expr) => {
            if context.stop {
                leave_in_slot!(End::Stop(Stop::Attention), $target, $flag, true, None);
            }
            if $flag {
                context.cycles = cycles;
                context.advance_stream(state);
            }
            cycles += 1;
            pc = $target;
            if $flag {
                attend!();
            }
        };
    }

    while cycles < limit {
        let operation = &decoded.operations[usize::from(pc)];
        match operation.control {
            Control::Simple => {
                record!(pc);
                (operation.work)(state, context, operation);
                pc = pc.wrapping_add(1);
                cycles += 1;
            }
            Control::Memory => {
                record!(pc);
                context.cycles = cycles;
                (operation.work)(state, context, operation);
                pc = pc.wrapping_add(1);
                cycles += u64::from(operation.cost);
                attend!();
            }
            Control::Jump => {
                record!(pc);
                cycles += u64::from(operation.cost);
                if (operation.work)(state, context, operation) != 0 {
                    transfer!(
                        Transfer::from_bits(u64::from(operation.way)),
                        operation.target,
                        false,
                        false
                    );
                } else if operation.way & flag::POPJ != 0 {
                    popj!();
                } else {
                    pc = pc.wrapping_add(1);
                }
            }
            Control::IfFault if !state.page_fault => {
                record!(pc);
                pc = pc.wrapping_add(1);
                cycles += 1;
            }
            Control::Always | Control::IfFault => {
                record!(pc);
                cycles += u64::from(operation.cost);
                transfer!(
                    Transfer::from_bits(u64::from(operation.way)),
                    operation.target,
                    false,
                    false
                );
            }
            Control::Dispatch => {
                context.cycles = cycles;
                let answer = (operation.work)(state, context, operation);
                if answer == super::work::REFUSED {
                    leave!(End::Step);
                }
                record!(pc);
                cycles += u64::from(operation.cost);
                let word = DispatchWord(answer);
                transfer!(
                    word.transfer(),
                    word.address(),
                    operation.way & 1 != 0,
                    operation.way & flag::POPJ != 0
                );
            }
            Control::Flagged => {
                record!(pc);
                context.cycles = cycles;
                let flags = operation.way;
                let word = Microword(operation.word);
                let m = (operation.work)(state, context, operation);
                if flags & flag::SOURCE_TO_MACRO_IR != 0 {
                    if !state.suppress {
                        state.file[place::MACRO_IR] = m;
                    }
                    state.suppress = false;
                }
                if flags & flag::ADVANCE != 0 {
                    context.advance_stream(state);
                }
                cycles += u64::from(operation.cost);
                let mut decode_word = DispatchWord::new(0, Transfer::DropThrough);
                let mut undefined = None;
                if flags & flag::DECODE != 0 {
                    decode_word = DispatchWord(state.decode_word());
                    undefined = super::decode::decode_word_rule(decode_word);
                }
                if let Some(rule) = undefined {
                    let stop = End::Stop(Stop::Undefined {
                        address: pc,
                        word,
                        rule,
                    });
                    if flags & flag::POPJ != 0 {
                        let popped = state.pop_micro_stack();
                        leave_in_slot!(
                            stop,
                            popped as u16,
                            popped & MICRO_STACK_FLAG != 0,
                            false,
                            Some(popped)
                        );
                    }
                    pc = pc.wrapping_add(1);
                    leave!(stop);
                }
                let popj = flags & flag::POPJ != 0;
                transfer!(decode_word.transfer(), decode_word.address(), false, popj);
            }
            Control::Slow => leave!(End::Step),
            Control::Unknown => decoded.decode(state, pc, breakpoints),
        }
    }
    leave!(End::Step)
}

/// The transfer in whose slot a JUMP stands.
struct Pending {
    target: u16,
    flag: bool,
    popped: Option<u32>,
}

/// Where a JUMP taken in a slot leads.
enum AfterSlot {
    /// There, when the inhibited cycle has passed.
    At(u16),
    /// One instruction at the first target, then on: for the reference engine.
    Leave(Sequencer),
    /// The same, but a bus cycle asked for attention.
    Stop(Sequencer),
}

/// Take the JUMP `slot` in the slot of a pending transfer. The context has the
/// cycle count after the JUMP.
#[inline(never)]
fn transfer_in_slot(
    state: &mut State,
    context: &mut Context<'_>,
    slot: &Operation,
    pending: Pending,
) -> AfterSlot {
    let transfer = Transfer::from_bits(u64::from(slot.way));
    let inhibits = transfer.inhibits_next();
    let mut arrives = !inhibits;
    let (mut target, mut flag) = (slot.target, false);
    if transfer.is_call() {
        arrives &= pending.popped.is_none();
        let after = pending.target.wrapping_add(u16::from(!inhibits));
        state.push_micro_stack(pending.popped.unwrap_or(u32::from(after)));
    } else if transfer.is_return() {
        let word = state.pop_micro_stack();
        (target, flag) = (word as u16, word & MICRO_STACK_FLAG != 0);
    }
    if inhibits {
        if flag {
            context.advance_stream(state);
        }
        return AfterSlot::At(target);
    }
    if arrives && pending.flag {
        // The fetch is part of the JUMP's instruction.
        context.cycles -= u64::from(slot.cost);
        context.advance_stream(state);
    }
    let sequencer = Sequencer {
        pc: pending.target,
        next_pc: target,
        inhibit: false,
        advance_at_next: flag,
        popped: None,
    };
    if context.stop {
        AfterSlot::Stop(sequencer)
    } else {
        AfterSlot::Leave(sequencer)
    }
}
