//! The arithmetic accelerator: an optional board that the Lambda did not have.
//!
//! Microcode writes operands X and Y (64 bits each, by halves) through
//! functional destinations, starts an operation by writing its code, and reads
//! result, remainder and status in the next instruction. The board knows
//! integers and IEEE 754 numbers; what a Lisp number looks like is microcode's
//! business. What it leaves out: rounding modes other than to nearest even,
//! and traps: exceptions are status bits. A result that is not a number is
//! always the same quiet one, so that every host gives the same bits.

/// Operation codes (see the table in `docs/micro-architecture.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Operation {
    /// X<31:0> × Y<31:0>, unsigned: 64-bit result.
    MultiplyUnsigned = 0o00,
    /// X<31:0> × Y<31:0>, signed: 64-bit result.
    MultiplySigned = 0o01,
    /// X ÷ Y<31:0>, unsigned: 64-bit quotient, 32-bit remainder.
    Divide = 0o02,
    /// How many leading zeros X<31:0> has, 0 to 32.
    CountLeadingZeros = 0o03,
    /// Single-precision X + Y.
    SingleAdd = 0o10,
    /// Single-precision X − Y.
    SingleSubtract = 0o11,
    /// Single-precision X × Y.
    SingleMultiply = 0o12,
    /// Single-precision X ÷ Y.
    SingleDivide = 0o13,
    /// Single-precision square root of X.
    SingleSquareRoot = 0o14,
    /// Single-precision comparison of X with Y: status only.
    SingleCompare = 0o15,
    /// Double-precision X + Y.
    DoubleAdd = 0o20,
    /// Double-precision X − Y.
    DoubleSubtract = 0o21,
    /// Double-precision X × Y.
    DoubleMultiply = 0o22,
    /// Double-precision X ÷ Y.
    DoubleDivide = 0o23,
    /// Double-precision square root of X.
    DoubleSquareRoot = 0o24,
    /// Double-precision comparison of X with Y: status only.
    DoubleCompare = 0o25,
    /// The signed integer X<31:0> as a double.
    IntegerToDouble = 0o30,
    /// The double X as a signed 32-bit integer, truncated.
    DoubleToInteger = 0o31,
    /// The single X as a double.
    SingleToDouble = 0o32,
    /// The double X as a single.
    DoubleToSingle = 0o33,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Operation; 20] = [
        Operation::MultiplyUnsigned,
        Operation::MultiplySigned,
        Operation::Divide,
        Operation::CountLeadingZeros,
        Operation::SingleAdd,
        Operation::SingleSubtract,
        Operation::SingleMultiply,
        Operation::SingleDivide,
        Operation::SingleSquareRoot,
        Operation::SingleCompare,
        Operation::DoubleAdd,
        Operation::DoubleSubtract,
        Operation::DoubleMultiply,
        Operation::DoubleDivide,
        Operation::DoubleSquareRoot,
        Operation::DoubleCompare,
        Operation::IntegerToDouble,
        Operation::DoubleToInteger,
        Operation::SingleToDouble,
        Operation::DoubleToSingle,
    ];

    /// The operation with this code, if there is one.
    pub fn from_code(code: u32) -> Option<Operation> {
        Operation::ALL
            .into_iter()
            .find(|operation| *operation as u32 == code)
    }
}

/// Status: X < Y.
pub const LESS: u32 = 1 << 0;
/// Status: X = Y.
pub const EQUAL: u32 = 1 << 1;
/// Status: X > Y.
pub const GREATER: u32 = 1 << 2;
/// Status: X or Y is not a number.
pub const UNORDERED: u32 = 1 << 3;
/// Status: the result was rounded.
pub const INEXACT: u32 = 1 << 4;
/// Status: the result is too small for full precision, and was rounded.
pub const UNDERFLOW: u32 = 1 << 5;
/// Status: the result is too large.
pub const OVERFLOW: u32 = 1 << 6;
/// Status: division by zero.
pub const DIVIDE_BY_ZERO: u32 = 1 << 7;
/// Status: the operation has no answer.
pub const INVALID: u32 = 1 << 8;
/// Status: there is no operation with the code written.
pub const NO_SUCH_OPERATION: u32 = 1 << 9;

const SINGLE_NAN: u64 = 0x7fc0_0000;
const DOUBLE_NAN: u64 = 0x7ff8_0000_0000_0000;

/// The board's registers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Accelerator {
    /// Operand X.
    pub x: u64,
    /// Operand Y.
    pub y: u64,
    /// The last result.
    pub result: u64,
    /// The remainder of the last division.
    pub remainder: u32,
    /// Flags of the last operation.
    pub status: u32,
}

/// `register` with its low half replaced.
pub fn with_low(register: u64, value: u32) -> u64 {
    register & !0xffff_ffff | u64::from(value)
}

/// `register` with its high half replaced.
pub fn with_high(register: u64, value: u32) -> u64 {
    register & 0xffff_ffff | u64::from(value) << 32
}

impl Accelerator {
    /// Do the operation with this code.
    pub fn start(&mut self, code: u32) {
        let (x, y) = (self.x as u32, self.y as u32);
        let (single_x, single_y) = (f32::from_bits(x), f32::from_bits(y));
        let (double_x, double_y) = (f64::from_bits(self.x), f64::from_bits(self.y));
        let Some(operation) = Operation::from_code(code) else {
            (self.result, self.status) = (0, NO_SUCH_OPERATION);
            return;
        };
        (self.result, self.status) = match operation {
            Operation::MultiplyUnsigned => (u64::from(x) * u64::from(y), 0),
            Operation::MultiplySigned => ((i64::from(x as i32) * i64::from(y as i32)) as u64, 0),
            Operation::Divide if y == 0 => (u64::MAX, DIVIDE_BY_ZERO),
            Operation::Divide => {
                self.remainder = (self.x % u64::from(y)) as u32;
                (self.x / u64::from(y), 0)
            }
            Operation::CountLeadingZeros => (u64::from(x.leading_zeros()), 0),
            Operation::SingleAdd => single(
                single_x + single_y,
                two_sum_single(single_x, single_y),
                &[single_x, single_y],
            ),
            Operation::SingleSubtract => single(
                single_x - single_y,
                two_sum_single(single_x, -single_y),
                &[single_x, single_y],
            ),
            Operation::SingleMultiply => {
                let result = single_x * single_y;
                single(
                    result,
                    f64::from(single_x) * f64::from(single_y) == f64::from(result),
                    &[single_x, single_y],
                )
            }
            Operation::SingleDivide if single_y == 0.0 => divide_by_zero_single(single_x, single_y),
            Operation::SingleDivide => {
                let result = single_x / single_y;
                let exact = f64::from(result) * f64::from(single_y) == f64::from(single_x);
                single(
                    result,
                    exact || single_y.is_infinite(),
                    &[single_x, single_y],
                )
            }
            Operation::SingleSquareRoot => {
                let result = single_x.sqrt();
                single(
                    result,
                    f64::from(result) * f64::from(result) == f64::from(single_x),
                    &[single_x],
                )
            }
            Operation::SingleCompare => (self.result, compare(single_x.partial_cmp(&single_y))),
            Operation::DoubleAdd => double(
                double_x + double_y,
                two_sum(double_x, double_y),
                &[double_x, double_y],
            ),
            Operation::DoubleSubtract => double(
                double_x - double_y,
                two_sum(double_x, -double_y),
                &[double_x, double_y],
            ),
            Operation::DoubleMultiply => {
                let result = double_x * double_y;
                double(
                    result,
                    is_product(double_x, double_y, result),
                    &[double_x, double_y],
                )
            }
            Operation::DoubleDivide if double_y == 0.0 => divide_by_zero(double_x, double_y),
            Operation::DoubleDivide => {
                let result = double_x / double_y;
                let exact = is_product(result, double_y, double_x) || double_y.is_infinite();
                double(result, exact, &[double_x, double_y])
            }
            Operation::DoubleSquareRoot => {
                let result = double_x.sqrt();
                double(result, is_product(result, result, double_x), &[double_x])
            }
            Operation::DoubleCompare => (self.result, compare(double_x.partial_cmp(&double_y))),
            Operation::IntegerToDouble => (f64::from(x as i32).to_bits(), 0),
            Operation::DoubleToInteger => double_to_integer(double_x),
            Operation::SingleToDouble if single_x.is_nan() => (DOUBLE_NAN, 0),
            Operation::SingleToDouble => (f64::from(single_x).to_bits(), 0),
            Operation::DoubleToSingle if double_x.is_nan() => (SINGLE_NAN, 0),
            Operation::DoubleToSingle => {
                let result = double_x as f32;
                let mut status = 0;
                if f64::from(result) != double_x {
                    status |= INEXACT;
                    status |= if result.is_infinite() { OVERFLOW } else { 0 };
                    status |= if result.abs() < f32::MIN_POSITIVE {
                        UNDERFLOW
                    } else {
                        0
                    };
                }
                (u64::from(result.to_bits()), status)
            }
        };
    }
}

/// Result bits and flags of a single-precision operation on `operands`.
fn single(result: f32, exact: bool, operands: &[f32]) -> (u64, u32) {
    let operands_nan = operands.iter().any(|operand| operand.is_nan());
    let operands_finite = operands.iter().all(|operand| operand.is_finite());
    if result.is_nan() {
        return (SINGLE_NAN, if operands_nan { 0 } else { INVALID });
    }
    let flags = flags(
        operands_finite,
        result.is_infinite(),
        exact,
        result.abs() < f32::MIN_POSITIVE,
    );
    (u64::from(result.to_bits()), flags)
}

/// Result bits and flags of a double-precision operation on `operands`.
fn double(result: f64, exact: bool, operands: &[f64]) -> (u64, u32) {
    let operands_nan = operands.iter().any(|operand| operand.is_nan());
    let operands_finite = operands.iter().all(|operand| operand.is_finite());
    if result.is_nan() {
        return (DOUBLE_NAN, if operands_nan { 0 } else { INVALID });
    }
    (
        result.to_bits(),
        flags(
            operands_finite,
            result.is_infinite(),
            exact,
            result.abs() < f64::MIN_POSITIVE,
        ),
    )
}

fn flags(operands_finite: bool, infinite: bool, exact: bool, tiny: bool) -> u32 {
    match (operands_finite, infinite, exact) {
        (false, _, _) => 0,
        (true, true, _) => OVERFLOW | INEXACT,
        (true, false, true) => 0,
        (true, false, false) => INEXACT | if tiny { UNDERFLOW } else { 0 },
    }
}

fn divide_by_zero_single(x: f32, y: f32) -> (u64, u32) {
    if x.is_nan() {
        (SINGLE_NAN, 0)
    } else if x == 0.0 {
        (SINGLE_NAN, INVALID)
    } else {
        (
            u64::from((x / y).to_bits()),
            if x.is_finite() { DIVIDE_BY_ZERO } else { 0 },
        )
    }
}

fn divide_by_zero(x: f64, y: f64) -> (u64, u32) {
    if x.is_nan() {
        (DOUBLE_NAN, 0)
    } else if x == 0.0 {
        (DOUBLE_NAN, INVALID)
    } else {
        (
            (x / y).to_bits(),
            if x.is_finite() { DIVIDE_BY_ZERO } else { 0 },
        )
    }
}

/// Is x + y exactly the rounded sum? (The error of a sum is always a number of the same format.)
fn two_sum(x: f64, y: f64) -> bool {
    let sum = x + y;
    let y_part = sum - x;
    let error = (x - (sum - y_part)) + (y - y_part);
    error == 0.0
}

fn two_sum_single(x: f32, y: f32) -> bool {
    let sum = x + y;
    let y_part = sum - x;
    let error = (x - (sum - y_part)) + (y - y_part);
    error == 0.0
}

/// Is `product` exactly x × y? All finite, else false.
fn is_product(x: f64, y: f64, product: f64) -> bool {
    if !(x.is_finite() && y.is_finite() && product.is_finite()) {
        return false;
    }
    let ((mx, ex), (my, ey), (mp, ep)) = (odd_part(x), odd_part(y), odd_part(product));
    if mx == 0 || my == 0 || mp == 0 {
        return (mx == 0 || my == 0) == (mp == 0);
    }
    // A product of odd numbers is odd: the representation is unique.
    u128::from(mx) * u128::from(my) == u128::from(mp) && ex + ey == ep
}

/// |x| as an odd integer times a power of two; 0 is (0, 0).
fn odd_part(x: f64) -> (u64, i32) {
    let bits = x.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i32;
    let fraction = bits & ((1 << 52) - 1);
    let (mantissa, exponent) = if exponent == 0 {
        (fraction, -1074)
    } else {
        (fraction | 1 << 52, exponent - 1075)
    };
    if mantissa == 0 {
        return (0, 0);
    }
    let zeros = mantissa.trailing_zeros();
    (mantissa >> zeros, exponent + zeros as i32)
}

fn compare(order: Option<std::cmp::Ordering>) -> u32 {
    match order {
        Some(std::cmp::Ordering::Less) => LESS,
        Some(std::cmp::Ordering::Equal) => EQUAL,
        Some(std::cmp::Ordering::Greater) => GREATER,
        None => UNORDERED,
    }
}

fn double_to_integer(x: f64) -> (u64, u32) {
    let truncated = x.trunc();
    if truncated.is_nan() || !(-2_147_483_648.0..2_147_483_648.0).contains(&truncated) {
        (0, INVALID)
    } else {
        (
            u64::from(truncated as i32 as u32),
            if truncated == x { 0 } else { INEXACT },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(operation: Operation, x: u64, y: u64) -> (u64, u32) {
        let mut board = Accelerator {
            x,
            y,
            ..Accelerator::default()
        };
        board.start(operation as u32);
        (board.result, board.status)
    }

    fn doubles(operation: Operation, x: f64, y: f64) -> (f64, u32) {
        let (result, status) = run(operation, x.to_bits(), y.to_bits());
        (f64::from_bits(result), status)
    }

    fn singles(operation: Operation, x: f32, y: f32) -> (f32, u32) {
        let (result, status) = run(operation, u64::from(x.to_bits()), u64::from(y.to_bits()));
        (f32::from_bits(result as u32), status)
    }

    #[test]
    fn integers() {
        assert_eq!(
            run(Operation::MultiplyUnsigned, 0xffff_ffff, 0xffff_ffff),
            (0xffff_fffe_0000_0001, 0)
        );
        assert_eq!(
            run(Operation::MultiplySigned, 0xffff_ffff, 2),
            ((-2i64) as u64, 0)
        );
        assert_eq!(run(Operation::CountLeadingZeros, 0, 0).0, 32);
        assert_eq!(run(Operation::CountLeadingZeros, 0xff, 0).0, 24);
        let mut board = Accelerator {
            x: (7 << 32) | 5,
            y: 10,
            ..Accelerator::default()
        };
        board.start(Operation::Divide as u32);
        assert_eq!(
            board.result * 10 + u64::from(board.remainder),
            (7 << 32) | 5
        );
        assert_eq!(run(Operation::Divide, 1, 0), (u64::MAX, DIVIDE_BY_ZERO));
        assert_eq!(
            run(Operation::Divide, 1, 1 << 32),
            (u64::MAX, DIVIDE_BY_ZERO),
            "Y<63:32> does not count"
        );
    }

    #[test]
    fn flags_of_doubles() {
        assert_eq!(doubles(Operation::DoubleAdd, 1.0, 2.0), (3.0, 0));
        assert_eq!(doubles(Operation::DoubleAdd, 1.0, 1e-30), (1.0, INEXACT));
        assert_eq!(
            doubles(Operation::DoubleSubtract, 1e308, -1e308),
            (f64::INFINITY, OVERFLOW | INEXACT)
        );
        assert_eq!(doubles(Operation::DoubleMultiply, 1.5, 2.0), (3.0, 0));
        assert_eq!(doubles(Operation::DoubleMultiply, 0.1, 0.1).1, INEXACT);
        assert_eq!(
            doubles(Operation::DoubleMultiply, 1e-200, 1e-200),
            (0.0, INEXACT | UNDERFLOW)
        );
        assert_eq!(
            doubles(Operation::DoubleMultiply, 2f64.powi(-1074), 0.5),
            (0.0, INEXACT | UNDERFLOW)
        );
        assert_eq!(
            doubles(Operation::DoubleMultiply, 2f64.powi(-1000), 2f64.powi(-50)).1,
            0
        );
        assert_eq!(doubles(Operation::DoubleDivide, 6.0, 3.0), (2.0, 0));
        assert_eq!(doubles(Operation::DoubleDivide, 1.0, 3.0).1, INEXACT);
        assert_eq!(
            doubles(Operation::DoubleDivide, 1.0, 0.0),
            (f64::INFINITY, DIVIDE_BY_ZERO)
        );
        assert_eq!(
            doubles(Operation::DoubleDivide, 1.0, f64::INFINITY),
            (0.0, 0)
        );
        assert_eq!(doubles(Operation::DoubleDivide, 0.0, 5.0), (0.0, 0));
        assert_eq!(run(Operation::DoubleDivide, 0, 0), (DOUBLE_NAN, INVALID));
        assert_eq!(doubles(Operation::DoubleSquareRoot, 9.0, 0.0), (3.0, 0));
        assert_eq!(
            doubles(Operation::DoubleSquareRoot, 2.0, 0.0),
            (2f64.sqrt(), INEXACT)
        );
        assert_eq!(
            run(Operation::DoubleSquareRoot, (-1f64).to_bits(), 0),
            (DOUBLE_NAN, INVALID)
        );
        assert_eq!(
            run(Operation::DoubleAdd, f64::NAN.to_bits() | 5, 0),
            (DOUBLE_NAN, 0)
        );
    }

    #[test]
    fn flags_of_singles() {
        assert_eq!(singles(Operation::SingleAdd, 1.0, 2.0), (3.0, 0));
        assert_eq!(
            singles(Operation::SingleSubtract, 1.0, 1e-20),
            (1.0, INEXACT)
        );
        assert_eq!(
            singles(Operation::SingleMultiply, 1e30, 1e30),
            (f32::INFINITY, OVERFLOW | INEXACT)
        );
        assert_eq!(singles(Operation::SingleDivide, 1.0, 3.0).1, INEXACT);
        assert_eq!(
            singles(Operation::SingleDivide, 1.0, -0.0),
            (f32::NEG_INFINITY, DIVIDE_BY_ZERO)
        );
        assert_eq!(singles(Operation::SingleSquareRoot, 16.0, 0.0), (4.0, 0));
    }

    #[test]
    fn comparisons_and_conversions() {
        assert_eq!(doubles(Operation::DoubleCompare, 1.0, 2.0).1, LESS);
        assert_eq!(doubles(Operation::DoubleCompare, -0.0, 0.0).1, EQUAL);
        assert_eq!(
            doubles(Operation::DoubleCompare, f64::NAN, 0.0).1,
            UNORDERED
        );
        assert_eq!(singles(Operation::SingleCompare, 3.0, 2.0).1, GREATER);
        assert_eq!(
            run(Operation::IntegerToDouble, 0xffff_ffff, 0),
            ((-1f64).to_bits(), 0)
        );
        assert_eq!(
            run(Operation::DoubleToInteger, (-3.5f64).to_bits(), 0),
            (0xffff_fffd, INEXACT)
        );
        assert_eq!(
            run(Operation::DoubleToInteger, 2_147_483_648f64.to_bits(), 0),
            (0, INVALID)
        );
        assert_eq!(
            run(Operation::DoubleToInteger, (-2_147_483_648f64).to_bits(), 0),
            (0x8000_0000, 0)
        );
        assert_eq!(
            run(Operation::SingleToDouble, u64::from(0.5f32.to_bits()), 0),
            (0.5f64.to_bits(), 0)
        );
        assert_eq!(
            run(Operation::DoubleToSingle, 0.1f64.to_bits(), 0),
            (u64::from(0.1f32.to_bits()), INEXACT)
        );
        assert_eq!(
            run(Operation::DoubleToSingle, 1e300f64.to_bits(), 0).1,
            INEXACT | OVERFLOW
        );
    }

    #[test]
    fn unknown_operation() {
        let mut board = Accelerator {
            result: 5,
            ..Accelerator::default()
        };
        board.start(0o77);
        assert_eq!((board.result, board.status), (0, NO_SUCH_OPERATION));
        for operation in Operation::ALL {
            assert_eq!(Operation::from_code(operation as u32), Some(operation));
        }
    }
}
