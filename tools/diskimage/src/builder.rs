//! Making a disk.

use crate::{BLOCK_BYTES, Kind, Label, Name, Partition, checksum};

/// Lays partitions out one after another. The bytes it makes depend on nothing but
/// what it is given.
#[derive(Clone, Debug)]
pub struct Builder {
    label: Label,
    bytes: Vec<u8>,
}

impl Builder {
    /// An empty disk that boots `microcode` and `load`.
    pub fn new(microcode: Name, load: Name, comment: &str) -> Builder {
        let label = Label {
            blocks: 1,
            microcode,
            load,
            comment: comment.to_string(),
            partitions: Vec::new(),
        };
        Builder {
            label,
            bytes: vec![0; BLOCK_BYTES],
        }
    }

    /// Adds a partition of at least `blocks` blocks holding `contents` (which may be
    /// empty), and returns the builder.
    #[must_use]
    pub fn partition(
        mut self,
        name: Name,
        kind: Kind,
        blocks: u32,
        version: u32,
        comment: &str,
        contents: &[u8],
    ) -> Builder {
        let first = self.label.blocks;
        let length = u32::try_from(contents.len()).expect("contents of less than 4 GB");
        let blocks = blocks.max(length.div_ceil(BLOCK_BYTES as u32));
        if !contents.is_empty() {
            self.bytes.resize(first as usize * BLOCK_BYTES, 0);
            self.bytes.extend_from_slice(contents);
            self.bytes
                .resize(self.bytes.len().next_multiple_of(BLOCK_BYTES), 0);
        }
        self.label.partitions.push(Partition {
            name,
            kind,
            first,
            blocks,
            length,
            version,
            checksum: checksum(contents),
            comment: comment.to_string(),
        });
        self.label.blocks = first + blocks;
        self
    }

    /// The disk, without the blocks after its last contents.
    pub fn build(mut self) -> Vec<u8> {
        self.bytes[..BLOCK_BYTES].copy_from_slice(&self.label.to_block());
        self.bytes
    }
}

const MICROCODE_BLOCKS: u32 = 1024;
const SYMBOL_BLOCKS: u32 = 1024;
const LOAD_BLOCKS: u32 = 24 * 1024;
const PAGE_BLOCKS: u32 = 64 * 1024;

/// The standard disk: microcode in `MCR1` (a band made by [`crate::microcode`]), its
/// symbols in `SYM1` (empty when there are none), a Lisp world in `LOD1`; `MCR2`,
/// `SYM2` and `LOD2` spare, and `PAGE`.
pub fn build(microcode: &[u8], symbols: &[u8], load: &[u8], version: u32) -> Vec<u8> {
    Builder::new(
        Name::new(b"MCR1"),
        Name::new(b"LOD1"),
        "Runlight standard disk",
    )
    .partition(
        Name::new(b"MCR1"),
        Kind::Microcode,
        MICROCODE_BLOCKS,
        version,
        "microcode",
        microcode,
    )
    .partition(
        Name::new(b"SYM1"),
        Kind::Symbols,
        SYMBOL_BLOCKS,
        version,
        "symbols of MCR1",
        symbols,
    )
    .partition(
        Name::new(b"LOD1"),
        Kind::Load,
        LOAD_BLOCKS,
        version,
        "Lisp world",
        load,
    )
    .partition(
        Name::new(b"MCR2"),
        Kind::Spare,
        MICROCODE_BLOCKS,
        0,
        "",
        &[],
    )
    .partition(Name::new(b"SYM2"), Kind::Spare, SYMBOL_BLOCKS, 0, "", &[])
    .partition(Name::new(b"LOD2"), Kind::Spare, LOAD_BLOCKS, 0, "", &[])
    .partition(Name::new(b"PAGE"), Kind::Page, PAGE_BLOCKS, 0, "", &[])
    .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LabelError, check_contents};

    fn disk() -> Vec<u8> {
        build(&[1, 2, 3, 4, 5, 6, 7, 8], b"names", &[9; 3000], 7)
    }

    #[test]
    fn a_disk_says_what_is_on_it() {
        let disk = disk();
        let label = Label::read(&disk).expect("a label");
        check_contents(&label, &disk).expect("good contents");
        let load = label.partition(Name::new(b"LOD1")).expect("a load band");
        assert_eq!(
            (load.kind, load.length, load.version),
            (Kind::Load, 3000, 7)
        );
        let start = load.first as usize * BLOCK_BYTES;
        assert_eq!(disk[start..start + 3000], [9; 3000]);
        assert_eq!(disk.len(), label.stored_blocks() as usize * BLOCK_BYTES);
        assert_eq!(label.symbols_of(label.microcode).map(|p| p.length), Some(5));
        assert_eq!(label.to_block()[..], disk[..BLOCK_BYTES]);
    }

    #[test]
    fn building_twice_gives_the_same_bytes() {
        assert_eq!(disk(), disk());
    }

    #[test]
    fn damage_is_told_with_its_place() {
        let good = disk();
        let read =
            |disk: &[u8]| -> Result<(), LabelError> { check_contents(&Label::read(disk)?, disk) };
        assert!(matches!(
            read(&good[..500]),
            Err(LabelError::Short { found: 500 })
        ));
        let with = |at: usize, byte: u8| {
            let mut disk = good.clone();
            disk[at] ^= byte;
            read(&disk)
        };
        assert!(matches!(with(0, 1), Err(LabelError::Foreign { .. })));
        assert!(matches!(with(4, 2), Err(LabelError::Version { found: 3 })));
        assert!(matches!(with(70, 1), Err(LabelError::LabelChecksum { .. })));
        let contents = with(BLOCK_BYTES + 3, 4);
        let Err(LabelError::Contents { at: 1024, name, .. }) = contents else {
            panic!("{contents:?}")
        };
        assert_eq!(name.to_string(), "MCR1");
        let short = &good[..good.len() - BLOCK_BYTES];
        assert!(matches!(read(short), Err(LabelError::Truncated { .. })));
    }

    #[test]
    fn a_label_that_lies_is_refused() {
        let mut label = Label::read(&disk()).expect("a label");
        label.partitions[2].first = 5;
        let error = Label::read(&label.to_block()).expect_err("overlapping partitions");
        assert!(
            error.to_string().contains("first block of partition LOD1"),
            "{error}"
        );
        let mut label = Label::read(&disk()).expect("a label");
        label.partitions[6].blocks += 1;
        assert!(Label::read(&label.to_block()).is_err());
    }
}
