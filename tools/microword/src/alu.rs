//! ALU functions, output selectors and Q controls.

/// Declares an enumeration of hardware codes with its table.
macro_rules! codes {
    ($(#[$doc:meta])* $type:ident $table:ident { $($variant:ident = $code:literal, $name:literal, $meaning:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum $type {
            $(#[doc = $meaning] $variant = $code,)*
        }

        #[doc = concat!("Every [`", stringify!($type), "`], in the order of the codes.")]
        pub const $table: &[$type] = &[$($type::$variant),*];

        impl $type {
            /// The one with this code, if the code is defined.
            pub const fn from_code(code: u64) -> Option<$type> {
                match code {
                    $($code => Some($type::$variant),)*
                    _ => None,
                }
            }

            /// The number that stands for it in the word.
            pub const fn code(self) -> u64 {
                self as u64
            }

            /// The name as listings print it.
            pub const fn name(self) -> &'static str {
                match self {
                    $($type::$variant => $name,)*
                }
            }

            /// What it means, in one line.
            pub const fn meaning(self) -> &'static str {
                match self {
                    $($type::$variant => $meaning,)*
                }
            }
        }
    };
}
pub(crate) use codes;

codes! {
    /// What the ALU computes. M is the first operand, A the second.
    AluFunction ALU_FUNCTIONS {
        Setz = 0o00, "SETZ", "0";
        And = 0o01, "AND", "M and A";
        Andca = 0o02, "ANDCA", "M and not A";
        Setm = 0o03, "SETM", "M";
        Andcm = 0o04, "ANDCM", "not M and A";
        Seta = 0o05, "SETA", "A";
        Xor = 0o06, "XOR", "M xor A";
        Ior = 0o07, "IOR", "M or A";
        Andcb = 0o10, "ANDCB", "not M and not A";
        Eqv = 0o11, "EQV", "not (M xor A)";
        Setca = 0o12, "SETCA", "not A";
        Orca = 0o13, "ORCA", "M or not A";
        Setcm = 0o14, "SETCM", "not M";
        Orcm = 0o15, "ORCM", "not M or A";
        Orcb = 0o16, "ORCB", "not M or not A";
        Seto = 0o17, "SETO", "all ones";
        Mstep = 0o20, "MSTEP", "multiply step: Q<0> ? M + A : M";
        Dfstep = 0o22, "DFSTEP", "first divide step: M - |A|, latching the sign of A";
        Dstep = 0o23, "DSTEP", "divide step: Q<0> ? M - |A| : M + |A|";
        Rstep = 0o24, "RSTEP", "remainder step: Q<0> ? M : M + |A|";
        Sub = 0o26, "SUB", "M - A - 1 + carry";
        Add = 0o31, "ADD", "M + A + carry";
        MPlus = 0o34, "M+", "M + carry";
        MPlusM = 0o37, "M+M", "M + M + carry";
    }
}

codes! {
    /// What of the ALU's answer reaches the destination.
    OutputSelector OUTPUT_SELECTORS {
        Alu0 = 0, "ALU-0", "the ALU";
        Alu = 1, "ALU", "the ALU";
        RightOne = 2, "RIGHT-1", "ALU bits 32:1";
        Extend25 = 3, "EXTEND-25", "the ALU sign-extended from bit 24";
        Mask11 = 5, "MASK-11", "ALU bits 10:0, zero-extended";
        LeftOne = 6, "LEFT-1", "the ALU shifted left by one, the old Q<31> entering";
        Mirror = 7, "MIRROR", "the ALU, bits mirrored";
    }
}

codes! {
    /// What happens to Q at the end of the instruction.
    QControl Q_CONTROLS {
        Hold = 0, "HOLD", "Q stays";
        Left = 1, "SHIFT-Q-LEFT", "Q shifts left, not ALU<31> entering";
        Right = 2, "SHIFT-Q-RIGHT", "Q shifts right, ALU<0> entering";
        Load = 3, "LOAD-Q", "Q takes the unmasked ALU";
    }
}

impl AluFunction {
    /// Does the answer depend on the carry-in? For every other function the field is ignored.
    pub const fn uses_carry(self) -> bool {
        matches!(
            self,
            AluFunction::Sub | AluFunction::Add | AluFunction::MPlus | AluFunction::MPlusM
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_round_trip() {
        for f in ALU_FUNCTIONS {
            assert_eq!(AluFunction::from_code(f.code()), Some(*f));
        }
        assert_eq!(AluFunction::from_code(0o21), None);
        assert_eq!(OutputSelector::from_code(4), None);
        assert_eq!(ALU_FUNCTIONS.len(), 24);
    }
}
