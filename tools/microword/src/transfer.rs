//! Transfers of control: the R P N bits, dispatch-table words and decode-memory words.

use crate::layout::DISPATCH_WORD;

/// What the R, P and N bits of a jump, a dispatch word or a decode word ask.
/// N inhibits the instruction that follows in the delay slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Transfer {
    /// Jump, executing the next instruction first.
    JumpXctNext = 0,
    /// Jump.
    Jump = 1,
    /// Call, executing the next instruction first.
    CallXctNext = 2,
    /// Call.
    Call = 3,
    /// Return, executing the next instruction first.
    ReturnXctNext = 4,
    /// Return.
    Return = 5,
    /// Drop through (dispatch and decode words only; undefined in a JUMP).
    DropThrough = 6,
    /// Drop through, inhibiting the next instruction (dispatch words only).
    DropThroughInhibit = 7,
}

impl Transfer {
    /// All eight, in the order of their codes.
    pub const ALL: [Transfer; 8] = [
        Transfer::JumpXctNext,
        Transfer::Jump,
        Transfer::CallXctNext,
        Transfer::Call,
        Transfer::ReturnXctNext,
        Transfer::Return,
        Transfer::DropThrough,
        Transfer::DropThroughInhibit,
    ];

    /// The transfer with these R P N bits (the low three bits count).
    pub const fn from_bits(bits: u64) -> Transfer {
        Self::ALL[(bits & 7) as usize]
    }

    /// The R P N bits.
    pub const fn bits(self) -> u64 {
        self as u64
    }

    /// Does it inhibit the next instruction?
    pub const fn inhibits_next(self) -> bool {
        self as u8 & 1 != 0
    }

    /// Is it one of the two calls?
    pub const fn is_call(self) -> bool {
        matches!(self, Transfer::Call | Transfer::CallXctNext)
    }

    /// Is it one of the two returns?
    pub const fn is_return(self) -> bool {
        matches!(self, Transfer::Return | Transfer::ReturnXctNext)
    }

    /// Does control leave the straight line at all?
    pub const fn transfers(self) -> bool {
        !matches!(self, Transfer::DropThrough | Transfer::DropThroughInhibit)
    }

    /// The name as listings print it.
    pub const fn name(self) -> &'static str {
        match self {
            Transfer::JumpXctNext => "JUMP-XCT-NEXT",
            Transfer::Jump => "JUMP",
            Transfer::CallXctNext => "CALL-XCT-NEXT",
            Transfer::Call => "CALL",
            Transfer::ReturnXctNext => "RETURN-XCT-NEXT",
            Transfer::Return => "RETURN",
            Transfer::DropThrough => "DROP-THROUGH",
            Transfer::DropThroughInhibit => "DROP-THROUGH-INHIBIT",
        }
    }
}

/// A word of a dispatch table in A memory, or of decode memory (MID): where to go and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct DispatchWord(pub u32);

impl DispatchWord {
    /// A word that transfers to `address` as `transfer` says.
    pub const fn new(address: u16, transfer: Transfer) -> DispatchWord {
        DispatchWord(address as u32 | (transfer as u32) << 16)
    }

    /// The micro-address, bits 15:0.
    pub const fn address(self) -> u16 {
        self.0 as u16
    }

    /// R P N, bits 18:16.
    pub const fn transfer(self) -> Transfer {
        Transfer::from_bits((self.0 >> 16) as u64)
    }

    /// Start-read, bit 19: VMA is loaded from the M source and a read starts.
    pub const fn start_read(self) -> bool {
        DISPATCH_WORD[2].get(self.0 as u64) != 0
    }

    /// This word with the start-read bit set.
    #[must_use]
    pub const fn with_start_read(self) -> DispatchWord {
        DispatchWord(self.0 | 1 << 19)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dispatch_word_parts() {
        let word = DispatchWord::new(0o4321, Transfer::Call).with_start_read();
        assert_eq!(word.address(), 0o4321);
        assert_eq!(word.transfer(), Transfer::Call);
        assert!(word.start_read());
        for transfer in Transfer::ALL {
            assert_eq!(Transfer::from_bits(transfer.bits()), transfer);
        }
    }
}
