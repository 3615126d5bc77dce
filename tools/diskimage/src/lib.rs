//! The disk of a Runlight machine: a label and partitions, some of which hold bands.
//!
//! On the Lambda a disk began with a label that named its partitions: microcode
//! bands (`MCR1` …), load bands (`LOD1` …, a saved Lisp world each), the paging
//! area. This crate keeps that, with a layout of our own that microcode can read
//! with word cycles alone. The build uses it to make the default disk, the
//! emulator to check one, and the tests to damage one.
//!
//! A disk is an array of *blocks* of 256 little-endian 32-bit words. Block 0 is
//! the label:
//!
//! | word | holds |
//! |---|---|
//! | 0 | magic number [`MAGIC`] (the bytes `RLDK`) |
//! | 1 | version of the layout, [`VERSION`] |
//! | 2 | blocks on the disk |
//! | 3 | number of partitions, at most [`MAXIMUM_PARTITIONS`] |
//! | 4 | [`checksum`] of the label, taken with this word 0 |
//! | 5 | name of the microcode partition to boot |
//! | 6 | name of the load partition to boot |
//! | 8–15 | comment, 32 bytes of ASCII, padded with 0 |
//! | 16 + 16 i | partition i |
//!
//! and a partition's entry is
//!
//! | word | holds |
//! |---|---|
//! | 0 | name, four ASCII characters, the first in bits 7:0 |
//! | 1 | [`Kind`] |
//! | 2 | first block |
//! | 3 | blocks |
//! | 4 | length of the contents in bytes; 0: empty |
//! | 5 | version of the contents |
//! | 6 | [`checksum`] of the contents, padded with 0 to a whole word |
//! | 8–15 | comment, as above |
//!
//! A disk may be given without its last blocks when they are all 0 (the embedded
//! one is); [`Label::stored_blocks`] says how many must be there.

mod builder;
mod label;
pub mod microcode;

pub use builder::{Builder, build};
pub use label::{Kind, Label, LabelError, Name, Partition, check_contents};

/// Bytes in a block.
pub const BLOCK_BYTES: usize = 1024;

/// Words in a block.
pub const BLOCK_WORDS: usize = 256;

/// The first word of a disk: the bytes `RLDK`.
pub const MAGIC: u32 = u32::from_le_bytes(*b"RLDK");

/// The version of the label's layout.
pub const VERSION: u32 = 1;

/// Partitions that a label has room for.
pub const MAXIMUM_PARTITIONS: usize = 15;

/// The checksum of labels and bands, over little-endian words: rotate the sum left
/// by one, add the word, for each word in turn, from 0. Microcode can do it in
/// three instructions a word; it notices any one damaged bit, and words that
/// changed places. `bytes` is taken as padded with 0 to a whole word.
pub fn checksum(bytes: &[u8]) -> u32 {
    let mut words = bytes.chunks_exact(4);
    let mut sum = 0u32;
    for word in &mut words {
        sum = sum
            .rotate_left(1)
            .wrapping_add(u32::from_le_bytes(word.try_into().expect("four")));
    }
    let rest = words.remainder();
    if !rest.is_empty() {
        let mut last = [0; 4];
        last[..rest.len()].copy_from_slice(rest);
        sum = sum.rotate_left(1).wrapping_add(u32::from_le_bytes(last));
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_checksum_notices_any_one_bit(
            bytes in proptest::collection::vec(any::<u8>(), 1..400),
            at in any::<prop::sample::Index>(), bit in 0..8u8,
        ) {
            let mut damaged = bytes.clone();
            let at = at.index(bytes.len());
            damaged[at] ^= 1 << bit;
            prop_assert_ne!(checksum(&bytes), checksum(&damaged));
        }
    }

    #[test]
    fn the_checksum_notices_exchanged_words() {
        assert_ne!(
            checksum(&[1, 0, 0, 0, 2, 0, 0, 0]),
            checksum(&[2, 0, 0, 0, 1, 0, 0, 0])
        );
        assert_eq!(checksum(&[1, 0, 0, 0, 2, 0, 0, 0]), 4);
    }
}
