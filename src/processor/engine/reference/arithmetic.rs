//! The ALU and the byte shifter: pure functions of operands and Q.

use microword::{AluFunction, Microword, OutputSelector, QControl};

/// What an ALU instruction computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AluOutcome {
    /// What goes to the destination.
    pub result: u32,
    /// Q afterwards.
    pub q: u32,
    /// The divisor's sign, when the function latches it.
    pub divisor_sign: Option<bool>,
}

/// The ALU instruction `word` on its operands. The adder is 33 bits wide with
/// sign-extended operands; for logical functions bit 32 is bit 31.
pub fn alu(word: Microword, a: u32, m: u32, q: u32, divisor_sign: bool) -> AluOutcome {
    use AluFunction as F;
    let function = F::from_code(word.function_bits()).unwrap_or(F::Setz);
    let carry = word.carry() as i64;
    let (wide_a, wide_m) = (i64::from(a as i32), i64::from(m as i32));
    let q_odd = q & 1 != 0;
    let magnitude = |negative: bool| if negative { -wide_a } else { wide_a };

    let sum: i64 = match function {
        F::Setz => 0,
        F::And => wide_m & wide_a,
        F::Andca => wide_m & !wide_a,
        F::Setm => wide_m,
        F::Andcm => !wide_m & wide_a,
        F::Seta => wide_a,
        F::Xor => wide_m ^ wide_a,
        F::Ior => wide_m | wide_a,
        F::Andcb => !wide_m & !wide_a,
        F::Eqv => !(wide_m ^ wide_a),
        F::Setca => !wide_a,
        F::Orca => wide_m | !wide_a,
        F::Setcm => !wide_m,
        F::Orcm => !wide_m | wide_a,
        F::Orcb => !wide_m | !wide_a,
        F::Seto => -1,
        F::Mstep => wide_m + if q_odd { wide_a } else { 0 },
        F::Dfstep => wide_m - magnitude(wide_a < 0),
        F::Dstep if q_odd => wide_m - magnitude(divisor_sign),
        F::Dstep => wide_m + magnitude(divisor_sign),
        F::Rstep => wide_m + if q_odd { 0 } else { magnitude(divisor_sign) },
        F::Sub => wide_m - wide_a - 1 + carry,
        F::Add => wide_m + wide_a + carry,
        F::MPlus => wide_m + carry,
        F::MPlusM => wide_m + wide_m + carry,
    };
    let low = sum as u32;

    let unmasked =
        match OutputSelector::from_code(word.output_bits()).unwrap_or(OutputSelector::Alu) {
            OutputSelector::Alu0 | OutputSelector::Alu if word.mask() != 0 => {
                low & POINTER | a & !POINTER
            }
            OutputSelector::Alu0 | OutputSelector::Alu => low,
            OutputSelector::RightOne => (sum >> 1) as u32,
            OutputSelector::Extend25 => ((low << 7) as i32 >> 7) as u32,
            OutputSelector::Mask11 => low & 0x7ff,
            OutputSelector::LeftOne => low << 1 | q >> 31,
            OutputSelector::Mirror => low.reverse_bits(),
        };
    let new_q = match QControl::from_code(word.q_control_bits()).unwrap_or(QControl::Hold) {
        QControl::Hold => q,
        QControl::Left => q << 1 | (!low >> 31),
        QControl::Right => q >> 1 | low << 31,
        QControl::Load => low,
    };
    AluOutcome {
        result: unmasked,
        q: new_q,
        divisor_sign: (function == F::Dfstep).then_some(wide_a < 0),
    }
}

/// Bits 24:0, the pointer of a word; a mask takes the rest from A.
const POINTER: u32 = 0x01ff_ffff;

/// The BYTE instruction `word` on its operands.
pub fn byte(word: Microword, a: u32, m: u32) -> u32 {
    let position = word.byte_position() as u32;
    let rotated = if word.rotate_source() != 0 {
        m.rotate_left(position % 32)
    } else {
        m
    };
    let mask = byte_mask(word);
    rotated & mask | a & !mask
}

/// The ones that a BYTE instruction takes from M: bits `right` to `left`, none
/// when `left` is less than `right`.
pub fn byte_mask(word: Microword) -> u32 {
    let right = if word.rotate_mask() != 0 {
        word.byte_position() as u32
    } else {
        0
    };
    let left = (right + word.byte_length() as u32) % 32;
    if left < right {
        0
    } else {
        (u32::MAX >> (31 - left)) & (u32::MAX << right)
    }
}
