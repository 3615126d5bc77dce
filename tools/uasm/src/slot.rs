//! A look at delay slots. The hardware executes what stands there in every
//! combination; most combinations are still mistakes.

use microword::{DispatchWord, Microword, Opcode, Transfer};

use crate::assembly::Assembly;
use crate::form::{Form, Position};
use crate::symbol::Memory;

impl Assembly<'_> {
    /// Warns about instructions that stand in a delay slot and probably should not.
    pub(crate) fn check_slots(&mut self) {
        let words: Vec<(u32, Form, bool)> = self
            .words
            .iter()
            .filter(|word| word.memory == Memory::Control)
            .map(|word| (word.address, word.form.clone(), word.slot_ok))
            .collect();
        for (address, form, slot_ok) in words {
            let Some(before) = address.checked_sub(1) else {
                continue;
            };
            let (Some(owner), Some(slot)) = (
                self.object.control.get(&(before as u16)).copied(),
                self.object.control.get(&(address as u16)).copied(),
            ) else {
                continue;
            };
            let (owner, slot) = (Microword(owner), Microword(slot));
            let found = suspicious(owner, slot).or_else(|| self.after_dispatch(owner, slot));
            if let Some((severe, message, help)) = found {
                if slot_ok && !severe {
                    continue;
                }
                self.current = Some(form);
                if severe {
                    self.error(Position::default(), message, help);
                } else {
                    self.warning(Position::default(), message, help);
                }
                self.current = None;
            }
        }
    }

    /// A transfer after a dispatch with an entry that executes it before going elsewhere.
    fn after_dispatch(
        &self,
        owner: Microword,
        slot: Microword,
    ) -> Option<(bool, String, &'static str)> {
        if owner.opcode() != Opcode::Dispatch
            || !(slot.opcode() == Opcode::Jump || slot.opcode() == Opcode::Dispatch)
        {
            return None;
        }
        let entries = 0..1u64 << owner.dispatch_length().min(12);
        let entry = entries
            .map(|index| (owner.a_source() | index) & 0o7777)
            .filter_map(|address| self.object.a_memory.get(&(address as u16)))
            .map(|word| DispatchWord(*word))
            .find(|word| word.transfer().transfers() && !word.transfer().inhibits_next())?;
        let label = self
            .object
            .name_of(Memory::Control, entry.address())
            .map_or_else(|| format!("{:o}", entry.address()), str::to_string);
        let what = match entry.transfer() {
            Transfer::CallXctNext => format!("calls {label}"),
            Transfer::ReturnXctNext => "returns".to_string(),
            _ => format!("jumps to {label}"),
        };
        Some((
            false,
            format!(
                "a transfer in the delay slot of a dispatch: an entry {what} after executing it"
            ),
            "give the entry inhibit-xct-next-bit, or say (slot-ok-here) before this",
        ))
    }
}

/// What to say when it may be meant.
const OK: &str = "if this is meant, say (slot-ok-here) before it";

/// Is it an unconditional JUMP?
fn always(word: Microword) -> bool {
    word.test() == 1
        && word.condition() == microword::JumpCondition::Always.code()
        && word.invert() == 0
}

/// What is wrong with `slot` after `owner`, if anything: whether it cannot work at all, what, and
/// what to do.
fn suspicious(owner: Microword, slot: Microword) -> Option<(bool, String, &'static str)> {
    let owner_jump = owner.opcode() == Opcode::Jump;
    let owner_transfer = Transfer::from_bits(owner.jump_transfer_bits());
    let jump_slot = owner_jump && !owner_transfer.inhibits_next();
    let popj_slot = owner.popj_after_next() != 0;
    let decode_slot = owner.macro_ir_dispatch() != 0;
    if !(jump_slot || popj_slot || decode_slot) {
        return None;
    }
    if popj_slot && slot.opcode() == Opcode::Dispatch && slot.lpc() != 0 {
        return Some((
            true,
            "a dispatch that pushes its own address cannot follow popj-after-next".to_string(),
            "return with a popj after the dispatch",
        ));
    }
    let conditional = jump_slot && !always(owner);
    let transfer = Transfer::from_bits(slot.jump_transfer_bits());
    if slot.popj_after_next() != 0 && (popj_slot || jump_slot) {
        return Some((
            false,
            "popj-after-next in the delay slot of another transfer".to_string(),
            OK,
        ));
    }
    if slot.opcode() == Opcode::Jump {
        if conditional {
            let kind = if transfer.is_return() {
                "a return"
            } else if transfer.is_call() {
                "a call"
            } else {
                "a jump"
            };
            return Some((
                false,
                format!(
                    "{kind} in the delay slot of a conditional transfer happens whether or not that one is taken"
                ),
                OK,
            ));
        }
        if decode_slot {
            return Some((
                false,
                "a transfer in the delay slot of macro-ir-dispatch".to_string(),
                OK,
            ));
        }
        // A call in the slot of a jump, or after popj-after-next, is the ordinary tail call.
        if jump_slot && !transfer.is_call() {
            return Some((
                false,
                "a jump in the delay slot of a jump replaces it".to_string(),
                OK,
            ));
        }
    }
    if slot.opcode() == Opcode::Dispatch && (jump_slot || decode_slot) {
        return Some((
            false,
            "a dispatch in a delay slot may replace the transfer before it".to_string(),
            OK,
        ));
    }
    None
}
