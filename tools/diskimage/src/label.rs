//! The label: reading, checking, writing.

use crate::{BLOCK_BYTES, BLOCK_WORDS, MAGIC, MAXIMUM_PARTITIONS, VERSION, checksum};
use std::fmt;
use thiserror::Error;

/// A partition's name: four ASCII characters, held as the label's word.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(pub u32);

impl Name {
    /// The name with these characters, as in `Name::new(b"LOD1")`.
    pub const fn new(characters: &[u8; 4]) -> Name {
        Name(u32::from_le_bytes(*characters))
    }

    /// The name that a person typed; `None` unless it is four printable ASCII characters.
    pub fn parse(text: &str) -> Option<Name> {
        let characters: [u8; 4] = text.to_ascii_uppercase().into_bytes().try_into().ok()?;
        characters
            .iter()
            .all(u8::is_ascii_graphic)
            .then(|| Name::new(&characters))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .to_le_bytes()
            .iter()
            .try_for_each(|b| write!(f, "{}", b.escape_ascii()))
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// What a partition is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Kind {
    /// Nothing yet; a band may be written here.
    Spare = 0,
    /// Microcode, in the form of [`crate::microcode`].
    Microcode = 1,
    /// A Lisp world.
    Load = 2,
    /// The paging area.
    Page = 3,
    /// The symbols of a microcode band, for people; the machine never reads it.
    Symbols = 4,
}

impl Kind {
    fn from_word(word: u32) -> Option<Kind> {
        [
            Kind::Spare,
            Kind::Microcode,
            Kind::Load,
            Kind::Page,
            Kind::Symbols,
        ]
        .into_iter()
        .find(|kind| *kind as u32 == word)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Kind::Spare => "spare",
            Kind::Microcode => "microcode",
            Kind::Load => "load",
            Kind::Page => "page",
            Kind::Symbols => "symbols",
        })
    }
}

/// One partition, as the label has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Its name.
    pub name: Name,
    /// What it is for.
    pub kind: Kind,
    /// Its first block.
    pub first: u32,
    /// How many blocks it has.
    pub blocks: u32,
    /// Bytes of contents; 0 when it is empty.
    pub length: u32,
    /// Version of the contents, counted by whoever makes them.
    pub version: u32,
    /// Checksum of the contents.
    pub checksum: u32,
    /// A comment: at most 32 characters of ASCII.
    pub comment: String,
}

/// The label of a disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Blocks on the disk.
    pub blocks: u32,
    /// The microcode partition to boot.
    pub microcode: Name,
    /// The load partition to boot.
    pub load: Name,
    /// A comment: at most 32 characters of ASCII.
    pub comment: String,
    /// The partitions, in the order of their blocks.
    pub partitions: Vec<Partition>,
}

/// What is wrong with a label or a band. `at` is a byte offset in the disk.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LabelError {
    /// Not even a label fits.
    #[error("the file is {found} bytes long; a disk has at least {BLOCK_BYTES}")]
    Short {
        /// Its length.
        found: u64,
    },
    /// No disk of ours.
    #[error(
        "not a Runlight disk: at offset 0 the bytes {:02x?}, expected \"RLDK\"",
        found.to_le_bytes()
    )]
    Foreign {
        /// The first word.
        found: u32,
    },
    /// Another version of the layout.
    #[error("at offset 4: disk layout version {found}, this program knows version {VERSION}")]
    Version {
        /// The version.
        found: u32,
    },
    /// The label does not add up.
    #[error("at offset 16: label checksum {found:#010x}, its contents give {expected:#010x}")]
    LabelChecksum {
        /// As written.
        found: u32,
        /// As computed.
        expected: u32,
    },
    /// A field that cannot be.
    #[error("at offset {at}: {what} is {found}, expected {expected}")]
    Field {
        /// Byte offset of the field.
        at: u64,
        /// What the field is.
        what: String,
        /// What it holds.
        found: u64,
        /// What it may hold.
        expected: String,
    },
    /// The disk ends too soon.
    #[error("the file is {found} bytes long, but its label says {expected}")]
    Truncated {
        /// Its length.
        found: u64,
        /// The length by its label.
        expected: u64,
    },
    /// A band does not add up.
    #[error(
        "at offset {at}: the contents of partition {name} have checksum {found:#010x}, \
         the label expects {expected:#010x}"
    )]
    Contents {
        /// Byte offset of the partition.
        at: u64,
        /// Its name.
        name: Name,
        /// As computed.
        found: u32,
        /// As the label has it.
        expected: u32,
    },
}

const HEADER_WORDS: usize = 16;
const ENTRY_WORDS: usize = 16;
const COMMENT_WORDS: std::ops::Range<usize> = 8..16;

impl Label {
    /// Reads the label from the first block of a disk and checks everything that
    /// the block alone can tell.
    pub fn read(disk: &[u8]) -> Result<Label, LabelError> {
        let block = disk.get(..BLOCK_BYTES).ok_or(LabelError::Short {
            found: disk.len() as u64,
        })?;
        let words: Vec<u32> = block
            .chunks_exact(4)
            .map(|w| u32::from_le_bytes(w.try_into().expect("four bytes")))
            .collect();
        if words[0] != MAGIC {
            return Err(LabelError::Foreign { found: words[0] });
        }
        if words[1] != VERSION {
            return Err(LabelError::Version { found: words[1] });
        }
        let mut unsigned = block.to_vec();
        unsigned[16..20].fill(0);
        let expected = checksum(&unsigned);
        if words[4] != expected {
            return Err(LabelError::LabelChecksum {
                found: words[4],
                expected,
            });
        }
        let field = |word: usize, what: String, expected: String| LabelError::Field {
            at: 4 * word as u64,
            what,
            found: u64::from(words[word]),
            expected,
        };
        let count = words[3] as usize;
        if count > MAXIMUM_PARTITIONS {
            let most = format!("at most {MAXIMUM_PARTITIONS}");
            return Err(field(3, "the number of partitions".into(), most));
        }
        let mut partitions = Vec::with_capacity(count);
        let mut free = 1u64;
        for i in 0..count {
            let at = HEADER_WORDS + i * ENTRY_WORDS;
            let entry = &words[at..at + ENTRY_WORDS];
            let name = Name(entry[0]);
            let kind = Kind::from_word(entry[1]).ok_or_else(|| {
                field(
                    at + 1,
                    format!("the kind of partition {name}"),
                    "0 to 4".into(),
                )
            })?;
            if u64::from(entry[2]) < free {
                let what = format!("the first block of partition {name}");
                return Err(field(at + 2, what, format!("at least {free}")));
            }
            free = u64::from(entry[2]) + u64::from(entry[3]);
            if free > u64::from(words[2]) {
                let what = format!("the size of partition {name} in blocks");
                let most = words[2].saturating_sub(entry[2]);
                return Err(field(at + 3, what, format!("at most {most}")));
            }
            if u64::from(entry[4]) > u64::from(entry[3]) * BLOCK_BYTES as u64 {
                let what = format!("the length of partition {name} in bytes");
                let most = u64::from(entry[3]) * BLOCK_BYTES as u64;
                return Err(field(at + 4, what, format!("at most {most}")));
            }
            partitions.push(Partition {
                name,
                kind,
                first: entry[2],
                blocks: entry[3],
                length: entry[4],
                version: entry[5],
                checksum: entry[6],
                comment: comment(&entry[COMMENT_WORDS]),
            });
        }
        Ok(Label {
            blocks: words[2],
            microcode: Name(words[5]),
            load: Name(words[6]),
            comment: comment(&words[COMMENT_WORDS]),
            partitions,
        })
    }

    /// The label as block 0 of the disk.
    pub fn to_block(&self) -> [u8; BLOCK_BYTES] {
        assert!(
            self.partitions.len() <= MAXIMUM_PARTITIONS,
            "more partitions than a label holds"
        );
        let mut words = [0u32; BLOCK_WORDS];
        words[0] = MAGIC;
        words[1] = VERSION;
        words[2] = self.blocks;
        words[3] = self.partitions.len() as u32;
        words[5] = self.microcode.0;
        words[6] = self.load.0;
        write_comment(&mut words[COMMENT_WORDS], &self.comment);
        for (i, partition) in self.partitions.iter().enumerate() {
            let at = HEADER_WORDS + i * ENTRY_WORDS;
            let entry = &mut words[at..at + ENTRY_WORDS];
            entry[0] = partition.name.0;
            entry[1] = partition.kind as u32;
            entry[2] = partition.first;
            entry[3] = partition.blocks;
            entry[4] = partition.length;
            entry[5] = partition.version;
            entry[6] = partition.checksum;
            write_comment(&mut entry[COMMENT_WORDS], &partition.comment);
        }
        let bytes = |words: &[u32; BLOCK_WORDS]| {
            let mut block = [0; BLOCK_BYTES];
            for (to, word) in block.chunks_exact_mut(4).zip(words) {
                to.copy_from_slice(&word.to_le_bytes());
            }
            block
        };
        words[4] = checksum(&bytes(&words));
        bytes(&words)
    }

    /// The partition of this name.
    pub fn partition(&self, name: Name) -> Option<&Partition> {
        self.partitions
            .iter()
            .find(|partition| partition.name == name)
    }

    /// The partition of symbols that belongs to a microcode partition: `SYMn` for `MCRn`.
    pub fn symbols_of(&self, microcode: Name) -> Option<&Partition> {
        let number = microcode.0 & 0xff00_0000;
        self.partition(Name(Name::new(b"SYM\0").0 | number))
            .filter(|partition| partition.kind == Kind::Symbols && partition.length != 0)
    }

    /// Blocks up to the end of the last contents; those after are 0 on a fresh disk.
    pub fn stored_blocks(&self) -> u32 {
        let ends = self.partitions.iter().filter(|p| p.length != 0);
        ends.map(|p| p.first + p.length.div_ceil(BLOCK_BYTES as u32))
            .max()
            .unwrap_or(1)
    }
}

/// Checks every band of `disk`, which begins with `label` and may lack blocks after
/// [`Label::stored_blocks`].
pub fn check_contents(label: &Label, disk: &[u8]) -> Result<(), LabelError> {
    let expected = u64::from(label.stored_blocks()) * BLOCK_BYTES as u64;
    if (disk.len() as u64) < expected {
        return Err(LabelError::Truncated {
            found: disk.len() as u64,
            expected,
        });
    }
    for partition in label.partitions.iter().filter(|p| p.length != 0) {
        let start = partition.first as usize * BLOCK_BYTES;
        let found = checksum(&disk[start..start + partition.length as usize]);
        if found != partition.checksum {
            return Err(LabelError::Contents {
                at: start as u64,
                name: partition.name,
                found,
                expected: partition.checksum,
            });
        }
    }
    Ok(())
}

fn comment(words: &[u32]) -> String {
    let bytes = words.iter().flat_map(|w| w.to_le_bytes());
    bytes
        .take_while(|b| *b != 0)
        .map(|b| if b.is_ascii() { b as char } else { '?' })
        .collect()
}

fn write_comment(words: &mut [u32], text: &str) {
    for (i, byte) in text.bytes().take(4 * words.len()).enumerate() {
        words[i / 4] |= u32::from(byte) << (8 * (i % 4));
    }
}
