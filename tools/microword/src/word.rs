//! The microinstruction word: every field of its four overlays.
//!
//! ```text
//!  63    60 59   58   57   56    55    54  53    52  51   50      39 38    32 31 30
//! | parity |HALT|clob|STAT|ILONG|SLOW |MSA|S→MIR|MID|POPJ|  A source | M source| op |
//!
//!          29  28   27   26          14 13 12 11    9 8    7      3  2    1 0
//! ALU     | 0   0    0 |  destination  | misc |output|mask|function|carry| Q  |
//! BYTE    |rm  rs    0 |  destination  | misc |   length 11:6   | position 5:0 |
//! JUMP    |     address 29:14          | 0  0 |LC+ |R P N|inv|test| 0 |condition|
//! DISPATCH|fs  vol wvma LPC| constant  | 0  0   0  |  length 10:6  |position 5:0|
//! ```

use crate::field::{Class, Field};

/// One microinstruction, 64 bits of control memory.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Microword(pub u64);

/// Declares the fields: a constant, a getter and a setter each, and the table of all.
macro_rules! fields {
    ($($konst:ident $get:ident $with:ident $name:literal $class:ident $high:literal $low:literal $meaning:literal;)*) => {
        /// Every field of the microinstruction, in the order of the drawing.
        pub const FIELDS: &[Field] = &[$(Microword::$konst),*];

        impl Microword {
            $(
                #[doc = concat!("Field ", $name, " (", $high, ":", $low, "): ", $meaning)]
                pub const $konst: Field = Field {
                    name: $name, class: Class::$class, high: $high, low: $low, meaning: $meaning,
                };
                #[doc = concat!("The value of ", $name, ": ", $meaning)]
                pub const fn $get(self) -> u64 {
                    Self::$konst.get(self.0)
                }
                #[doc = concat!("This word with ", $name, " replaced by the low bits of `value`.")]
                #[must_use]
                pub const fn $with(self, value: u64) -> Microword {
                    Microword(Self::$konst.set(self.0, value))
                }
            )*
        }
    };
}

fields! {
    PARITY parity with_parity "PARITY" Common 63 60 "ignored";
    HALT halt with_halt "HALT" Common 59 59 "stop after this instruction";
    CLOBBERS clobbers with_clobbers "CLOBBERS-MEM-SUBR" Common 58 58 "a note for tools; ignored";
    STAT stat with_stat "STAT" Common 57 57 "counts in the statistics counters";
    ILONG ilong with_ilong "ILONG" Common 56 56 "one more cycle";
    SLOW_DEST slow_dest with_slow_dest "SLOW-DEST" Common 55 55 "one more cycle";
    MACRO_STREAM_ADVANCE macro_stream_advance with_macro_stream_advance "MACRO-STREAM-ADVANCE" Common 54 54
        "advance LC to the next macroinstruction, fetching its word when needed";
    SOURCE_TO_MACRO_IR source_to_macro_ir with_source_to_macro_ir "SOURCE-TO-MACRO-IR" Common 53 53
        "load macro-IR from the M source unless SUPPRESS";
    MACRO_IR_DISPATCH macro_ir_dispatch with_macro_ir_dispatch "MACRO-IR-DISPATCH" Common 52 52
        "after the next instruction, go where decode memory says for the current macroinstruction";
    POPJ_AFTER_NEXT popj_after_next with_popj_after_next "POPJ-AFTER-NEXT" Common 51 51
        "after the next instruction, return";
    A_SOURCE a_source with_a_source "A-SOURCE" Common 50 39 "address in A memory";
    M_SOURCE m_source with_m_source "M-SOURCE" Common 38 32 "M memory 0-77, functional source 100-177";
    OPCODE opcode_bits with_opcode_bits "OPCODE" Common 31 30 "0 ALU, 1 BYTE, 2 JUMP, 3 DISPATCH";

    DEST_A dest_a with_dest_a "DEST-A" Destination 26 26 "1: the destination is A memory";
    DEST_A_ADDRESS dest_a_address with_dest_a_address "DEST-A-ADDRESS" Destination 25 14 "A memory address, when DEST-A is 1";
    DEST_FUNCTIONAL dest_functional with_dest_functional "DEST-FUNCTIONAL" Destination 25 20 "functional destination, when DEST-A is 0";
    DEST_M dest_m with_dest_m "DEST-M" Destination 19 14 "M memory address (written in A too), when DEST-A is 0";
    MISC misc with_misc "MISC" Destination 13 12 "must be 0";

    ALU_RESERVED alu_reserved with_alu_reserved "ALU-RESERVED" Alu 29 27 "must be 0";
    OUTPUT output_bits with_output_bits "OUTPUT" Alu 11 9 "output selector";
    MASK mask with_mask "MASK" Alu 8 8 "with outputs 0 and 1: bits 31:25 of the result come from A";
    FUNCTION function_bits with_function_bits "FUNCTION" Alu 7 3 "ALU function";
    CARRY carry with_carry "CARRY-IN" Alu 2 2 "carry into the adder";
    Q_CONTROL q_control_bits with_q_control_bits "Q-CONTROL" Alu 1 0 "0 hold, 1 shift left, 2 shift right, 3 load";

    ROTATE_MASK rotate_mask with_rotate_mask "ROTATE-MASK" Byte 29 29 "the mask's right edge is POSITION instead of 0";
    ROTATE_SOURCE rotate_source with_rotate_source "ROTATE-SOURCE" Byte 28 28 "rotate M left by POSITION";
    BYTE_RESERVED byte_reserved with_byte_reserved "BYTE-RESERVED" Byte 27 27 "must be 0";
    BYTE_LENGTH byte_length with_byte_length "BYTE-LENGTH" Byte 11 6 "width of the byte minus 1";
    BYTE_POSITION byte_position with_byte_position "BYTE-POSITION" Byte 5 0 "rotation, and right edge of the mask with ROTATE-MASK";

    JUMP_ADDRESS jump_address with_jump_address "JUMP-ADDRESS" Jump 29 14 "where the transfer goes";
    JUMP_RESERVED jump_reserved with_jump_reserved "JUMP-RESERVED" Jump 13 12 "must be 0";
    LC_INCREMENT lc_increment with_lc_increment "LC-INCREMENT" Jump 11 11 "undefined if set";
    JUMP_TRANSFER jump_transfer_bits with_jump_transfer_bits "R-P-N" Jump 10 8 "kind of transfer: R return, P call, N inhibit the next";
    INVERT invert with_invert "INVERT" Jump 7 7 "transfer when the test fails";
    TEST test with_test "TEST" Jump 6 6 "0: test a bit of M; 1: test the condition";
    JUMP_RESERVED_5 jump_reserved_5 with_jump_reserved_5 "JUMP-RESERVED-5" Jump 5 5 "must be 0";
    CONDITION condition with_condition "CONDITION" Jump 4 0 "TEST 0: left rotation that brings the bit to place 0; TEST 1: condition code";

    META_FROM_SPACE meta_from_space with_meta_from_space "META-FROM-SPACE" Dispatch 29 29
        "bit 0 of the index is the map's from-space answer about MD";
    META_VOLATILITY meta_volatility with_meta_volatility "META-VOLATILITY" Dispatch 28 28
        "bit 0 of the index is the map's volatility answer about MD";
    WRITE_VMA write_vma with_write_vma "WRITE-VMA" Dispatch 27 27 "VMA is loaded from the M source, unrotated";
    LPC lpc with_lpc "LPC" Dispatch 26 26 "a call pushes the dispatch's own address";
    CONSTANT constant with_constant "CONSTANT" Dispatch 25 14 "latched as the dispatch constant";
    DISPATCH_RESERVED dispatch_reserved with_dispatch_reserved "DISPATCH-RESERVED" Dispatch 13 11 "must be 0";
    DISPATCH_LENGTH dispatch_length with_dispatch_length "DISPATCH-LENGTH" Dispatch 10 6 "width of the byte of M";
    DISPATCH_POSITION dispatch_position with_dispatch_position "DISPATCH-POSITION" Dispatch 5 0 "left rotation that brings the byte to place 0";
}

/// The four kinds of microinstruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Opcode {
    /// Arithmetic and logic on the A and M sources.
    Alu = 0,
    /// Byte extraction and deposit.
    Byte = 1,
    /// Conditional transfer of control.
    Jump = 2,
    /// Transfer of control through a table in A memory.
    Dispatch = 3,
}

impl Opcode {
    /// The four, in the order of their codes.
    pub const ALL: [Opcode; 4] = [Opcode::Alu, Opcode::Byte, Opcode::Jump, Opcode::Dispatch];

    /// The name as the hardware's papers write it.
    pub const fn name(self) -> &'static str {
        match self {
            Opcode::Alu => "ALU",
            Opcode::Byte => "BYTE",
            Opcode::Jump => "JUMP",
            Opcode::Dispatch => "DISPATCH",
        }
    }
}

impl Microword {
    /// The word that does nothing.
    pub const NO_OP: Microword = Microword(0);

    /// A word of kind `opcode`, every other field 0.
    pub const fn new(opcode: Opcode) -> Microword {
        Microword(0).with_opcode_bits(opcode as u64)
    }

    /// Which kind of microinstruction this is.
    pub const fn opcode(self) -> Opcode {
        Opcode::ALL[self.opcode_bits() as usize]
    }
}

impl std::fmt::Debug for Microword {
    /// Octal, as listings print it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Microword(0o{:022o})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fields of one overlay never overlap, save the two faces of the destination.
    #[test]
    fn fields_of_an_overlay_do_not_overlap() {
        for class in [Class::Alu, Class::Byte, Class::Jump, Class::Dispatch] {
            let with_destination = matches!(class, Class::Alu | Class::Byte);
            let mut seen = 0u64;
            for field in FIELDS {
                let belongs = field.class == class
                    || field.class == Class::Common
                    || (with_destination
                        && field.class == Class::Destination
                        && field.name != "DEST-A-ADDRESS");
                if belongs {
                    assert_eq!(seen & field.mask(), 0, "{} overlaps", field.name);
                    seen |= field.mask();
                }
            }
            assert_eq!(seen, u64::MAX, "{class:?} leaves bits without a field");
        }
    }

    #[test]
    fn setters_and_getters_agree() {
        for field in FIELDS {
            let word = field.set(0, field.max());
            assert_eq!(word, field.mask());
            assert_eq!(field.get(word), field.max());
            assert_eq!(field.set(u64::MAX, 0), !field.mask());
        }
        let word = Microword::new(Opcode::Jump)
            .with_jump_address(0o1234)
            .with_condition(7)
            .with_test(1);
        assert_eq!(word.0, (2 << 30) | (0o1234 << 14) | (1 << 6) | 7);
        assert_eq!(word.opcode(), Opcode::Jump);
    }
}
