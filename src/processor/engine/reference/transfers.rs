//! JUMP, DISPATCH, decode and POPJ-AFTER-NEXT: where control goes.
//!
//! Two addresses are enough: `pc`, the next instruction, and `next_pc`, the one
//! after it. A transfer replaces `next_pc` and leaves `pc` to the instruction
//! in the slot; N inhibits that one.

use super::{Processor, writes_control_memory};
use crate::processor::map::Access;
use crate::processor::state::{MICRO_STACK_FLAG, Sequencer};
use microword::{DispatchWord, JumpCondition, Microword, Opcode, Transfer, Undefined};

/// Which way a JUMP or DISPATCH wants to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// On with the next instruction.
    Straight,
    /// On, inhibiting the next instruction.
    Inhibit,
    /// A transfer to this address.
    To(u16, Transfer),
}

impl Way {
    fn of(word: DispatchWord) -> Way {
        match word.transfer() {
            Transfer::DropThrough => Way::Straight,
            Transfer::DropThroughInhibit => Way::Inhibit,
            transfer => Way::To(word.address(), transfer),
        }
    }
}

impl Processor<'_> {
    /// A JUMP: the transfer is taken when the test succeeds.
    pub(super) fn jump(&mut self, word: Microword, a: u32, m: u32) -> Way {
        let succeeds = match (word.test(), JumpCondition::from_code(word.condition())) {
            (1, Some(condition)) => self.condition(condition, a, m),
            _ => m.rotate_left(word.condition() as u32) & 1 != 0,
        };
        if succeeds != (word.invert() != 0) {
            Way::To(
                word.jump_address() as u16,
                Transfer::from_bits(word.jump_transfer_bits()),
            )
        } else {
            Way::Straight
        }
    }

    fn condition(&mut self, condition: JumpCondition, a: u32, m: u32) -> bool {
        match condition {
            JumpCondition::Less => (m as i32) < a as i32,
            JumpCondition::LessOrEqual => m as i32 <= a as i32,
            JumpCondition::NotEqual => m != a,
            JumpCondition::NoPageFault => !self.state.page_fault,
            JumpCondition::PageFaultOrInterrupt => self.interrupt_test() | self.state.page_fault,
            JumpCondition::PageFaultOrInterruptOrSequenceBreak => {
                let sequence_break = self.state.rg_mode_stored() & 1 << 26 == 0;
                self.interrupt_test() | self.state.page_fault | sequence_break
            }
            JumpCondition::Always => true,
            JumpCondition::DataTypeNotEqual => (m ^ a) & 0x3e00_0000 != 0,
        }
    }

    /// Is an interrupt pending? The lowest vector goes to the interrupt pointer.
    fn interrupt_test(&mut self) -> bool {
        match self.state.lowest_interrupt() {
            Some(vector) => {
                self.state.set_interrupt_pointer(u32::from(vector));
                true
            }
            None => false,
        }
    }

    /// A DISPATCH: constant, table word, VMA, start-read.
    pub(super) fn dispatch(&mut self, word: Microword, m: u32) -> Way {
        self.state.set_dispatch_constant(word.constant() as u32);
        let table_word = self.dispatch_word(word, m);
        if word.write_vma() != 0 || table_word.start_read() {
            self.state.set_vma(m);
        }
        if table_word.start_read() {
            self.start(Access::Read, false);
        }
        Way::of(table_word)
    }

    /// The word of the dispatch table that M, or the map, selects.
    pub(super) fn dispatch_word(&self, word: Microword, m: u32) -> DispatchWord {
        let position = word.dispatch_position() as u32 % 32;
        let mut index = m.rotate_left(position) & ((1 << word.dispatch_length()) - 1);
        if word.meta_from_space() != 0 {
            index = index & !1 | self.state.map.from_space_answer(self.state.md());
        }
        if word.meta_volatility() != 0 {
            let latched = u32::from(self.state.volatility_latch);
            index = index & !1 | self.state.map.volatility_answer(self.state.md(), latched);
        }
        DispatchWord(self.state.a(word.a_source() as u32 | index))
    }

    /// Decide what is executed next. The instruction's own transfer goes before
    /// its MACRO-IR-DISPATCH, and that before its POPJ-AFTER-NEXT; a drop
    /// through of the one leaves the field to the next.
    pub(super) fn sequence(&mut self, word: Microword, own: Way) -> Result<(), Undefined> {
        let here = self.state.sequencer;
        let mut next = Sequencer {
            pc: here.next_pc,
            next_pc: here.next_pc.wrapping_add(1),
            inhibit: own == Way::Inhibit,
            advance_at_next: false,
            popped: None,
        };
        // Control arrives at the target of a return that advances the stream.
        let mut arrival = here.advance_at_next;

        let mut outcome = Ok(());
        let mut way = own;
        if !matches!(own, Way::To(..)) && word.macro_ir_dispatch() != 0 {
            match self.decode() {
                Ok(decoded) => way = decoded,
                Err(rule) => outcome = Err(rule),
            }
        }
        let own_address =
            matches!(own, Way::To(..)) && word.opcode() == Opcode::Dispatch && word.lpc() != 0;
        if let Way::To(address, transfer) = way {
            arrival &= self.transfer(here, &mut next, address, transfer, own_address);
        } else if word.popj_after_next() != 0 {
            let popped = self.state.pop_micro_stack();
            let (target, advance) = return_word(popped);
            if writes_control_memory(word) {
                // The dead cycle was the following instruction.
                next.pc = target;
                next.next_pc = target.wrapping_add(1);
                arrival = advance;
            } else {
                next.next_pc = target;
                next.advance_at_next = advance;
                next.popped = Some(popped);
            }
        }
        self.state.sequencer = next;
        if arrival {
            self.advance_stream();
        }
        outcome
    }

    /// Take a transfer; with `own_address` a call pushes the address of this
    /// instruction. False when the pending target is not arrived at: it is
    /// inhibited, or goes back on the micro-stack.
    fn transfer(
        &mut self,
        here: Sequencer,
        next: &mut Sequencer,
        address: u16,
        transfer: Transfer,
        own_address: bool,
    ) -> bool {
        let mut arrives = !transfer.inhibits_next();
        next.inhibit = transfer.inhibits_next();
        next.next_pc = address;
        if transfer.is_call() {
            let return_to = match here.popped {
                Some(popped) => {
                    arrives = false;
                    popped
                }
                None if own_address => u32::from(here.pc),
                None if transfer.inhibits_next() => u32::from(here.next_pc),
                None => u32::from(here.next_pc.wrapping_add(1)),
            };
            self.state.push_micro_stack(return_to);
        }
        if transfer.is_return() {
            let (target, advance) = return_word(self.state.pop_micro_stack());
            next.next_pc = target;
            next.advance_at_next = advance;
        }
        arrives
    }

    /// What decode memory says about the current macroinstruction.
    fn decode(&self) -> Result<Way, Undefined> {
        let word = DispatchWord(self.state.decode_word());
        if word.start_read() {
            return Err(Undefined::DecodeStartRead);
        }
        match word.transfer() {
            transfer if transfer.is_return() || transfer == Transfer::DropThroughInhibit => {
                Err(Undefined::DecodeTransfer(transfer))
            }
            _ => Ok(Way::of(word)),
        }
    }
}

/// Address and flag of a micro-stack word.
fn return_word(word: u32) -> (u16, bool) {
    (word as u16, word & MICRO_STACK_FLAG != 0)
}
