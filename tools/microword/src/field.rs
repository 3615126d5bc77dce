//! A field of a hardware word: name, place, meaning.

/// Which overlay of the microinstruction (or other word) a field belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// In every microinstruction.
    Common,
    /// ALU and BYTE: where the result goes.
    Destination,
    /// ALU instructions.
    Alu,
    /// BYTE instructions.
    Byte,
    /// JUMP instructions.
    Jump,
    /// DISPATCH instructions.
    Dispatch,
    /// A field of some other word (map entry, mode register, …).
    Other,
}

/// One field of a word, bits `high` down to `low`, bit 0 the least significant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Field {
    /// The field's name, as the hardware's papers and the assembler write it.
    pub name: &'static str,
    /// The overlay that has it.
    pub class: Class,
    /// The most significant bit.
    pub high: u32,
    /// The least significant bit.
    pub low: u32,
    /// What it means, in one line.
    pub meaning: &'static str,
}

impl Field {
    /// How many bits it has.
    pub const fn width(&self) -> u32 {
        self.high - self.low + 1
    }

    /// The largest value it can hold.
    pub const fn max(&self) -> u64 {
        (1u64 << self.width()) - 1
    }

    /// Ones in the field's place, zeros elsewhere.
    pub const fn mask(&self) -> u64 {
        self.max() << self.low
    }

    /// The field's value in `word`.
    pub const fn get(&self, word: u64) -> u64 {
        (word >> self.low) & self.max()
    }

    /// `word` with the field replaced by the low bits of `value`.
    pub const fn set(&self, word: u64, value: u64) -> u64 {
        (word & !self.mask()) | ((value & self.max()) << self.low)
    }
}
