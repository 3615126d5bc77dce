//! The microcode band: what the boot PROM loads.
//!
//! A sequence of words that microcode reads from front to back:
//!
//! | word | holds |
//! |---|---|
//! | 0 | [`MAGIC`] (the bytes `RLMC`) |
//! | 1 | [`VERSION`] |
//! | 2 | micro-address at which to start |
//! | 3 | words in all, this header included |
//! | 4 … | sections |
//!
//! A section is three words — [`Memory`], first address, count — and its data: one
//! word an entry, or for control memory two, low half first. A section of kind 0
//! ends the band; its address and count are 0. Sections come in the order of [`Memory`]:
//! a loader that keeps its variables in M memory can do so until the last.

use thiserror::Error;

/// The first word of a microcode band: the bytes `RLMC`.
pub const MAGIC: u32 = u32::from_le_bytes(*b"RLMC");

/// The version of the band's layout.
pub const VERSION: u32 = 1;

/// The memory that a section is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Memory {
    /// Control memory; two words an entry.
    Control = 1,
    /// The decode memory.
    Mid = 4,
    /// A memory, dispatch tables included.
    A = 2,
    /// M memory (loading it writes A memory too, as the hardware does).
    M = 3,
}

impl Memory {
    /// How many entries the memory has.
    pub fn size(self) -> usize {
        match self {
            Memory::Control => 1 << 16,
            Memory::A | Memory::Mid => 4096,
            Memory::M => 64,
        }
    }

    fn words_each(self) -> usize {
        if self == Memory::Control { 2 } else { 1 }
    }

    /// In the order of loading.
    const ALL: [Memory; 4] = [Memory::Control, Memory::Mid, Memory::A, Memory::M];

    fn from_word(word: u32) -> Option<Memory> {
        Memory::ALL
            .into_iter()
            .find(|memory| *memory as u32 == word)
    }

    fn rank(self) -> usize {
        Memory::ALL
            .iter()
            .position(|memory| *memory == self)
            .expect("all are there")
    }
}

/// A microcode band, in pieces.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Band {
    /// Where to start.
    pub start: u16,
    /// Sections; [`Band::encode`] puts them in the order of loading.
    pub sections: Vec<Section>,
}

/// Successive entries of one memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Which memory.
    pub memory: Memory,
    /// The first address.
    pub address: u16,
    /// The words: two an entry for control memory, low half first.
    pub words: Vec<u32>,
}

/// What is wrong with a microcode band. `word` counts from 0.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("microcode band, word {word}: {what} is {found:#x}, expected {expected}")]
pub struct BandError {
    /// Where.
    pub word: usize,
    /// What the word is.
    pub what: &'static str,
    /// What it holds.
    pub found: u32,
    /// What it may hold.
    pub expected: String,
}

impl Band {
    /// Adds entries to a memory, cut into sections where entries are missing.
    /// `entries` go up by address; a word for other than control memory is its low half.
    pub fn add(&mut self, memory: Memory, entries: impl IntoIterator<Item = (u16, u64)>) {
        let mut next = None;
        for (address, value) in entries {
            if next != Some(usize::from(address)) {
                self.sections.push(Section {
                    memory,
                    address,
                    words: Vec::new(),
                });
            }
            let section = self.sections.last_mut().expect("just pushed");
            section.words.push(value as u32);
            if memory == Memory::Control {
                section.words.push((value >> 32) as u32);
            }
            next = Some(usize::from(address) + 1);
        }
    }

    /// The band as bytes for the disk.
    pub fn encode(&self) -> Vec<u8> {
        let mut words = vec![MAGIC, VERSION, u32::from(self.start), 0];
        let mut sections: Vec<&Section> = self.sections.iter().collect();
        sections.sort_by_key(|section| section.memory.rank());
        for section in sections {
            let count = section.words.len() / section.memory.words_each();
            words.extend([
                section.memory as u32,
                u32::from(section.address),
                count as u32,
            ]);
            words.extend(&section.words);
        }
        words.extend([0, 0, 0]);
        words[3] = words.len() as u32;
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// Reads a band, checking every number in it.
    pub fn decode(bytes: &[u8]) -> Result<Band, BandError> {
        let words: Vec<u32> = bytes
            .chunks_exact(4)
            .map(|word| u32::from_le_bytes(word.try_into().expect("four bytes")))
            .collect();
        let bad = |word: usize, what, expected: String| BandError {
            word,
            what,
            found: words.get(word).copied().unwrap_or(0),
            expected,
        };
        let word_at = |at: usize, what| {
            words
                .get(at)
                .copied()
                .ok_or_else(|| bad(at, what, "the band to go on".into()))
        };
        if word_at(0, "the magic number")? != MAGIC {
            return Err(bad(0, "the magic number", format!("{MAGIC:#x}")));
        }
        if word_at(1, "the version")? != VERSION {
            return Err(bad(1, "the version", format!("{VERSION:#x}")));
        }
        let start = u16::try_from(word_at(2, "the start address")?)
            .map_err(|_| bad(2, "the start address", "at most 0xffff".into()))?;
        if word_at(3, "the length")? as usize != words.len() {
            return Err(bad(3, "the length", format!("{:#x}", words.len())));
        }
        let mut band = Band {
            start,
            sections: Vec::new(),
        };
        let mut at = 4;
        while word_at(at, "a section's memory")? != 0 {
            let memory = Memory::from_word(words[at])
                .ok_or_else(|| bad(at, "a section's memory", "0 to 4".into()))?;
            let address = word_at(at + 1, "a section's address")? as usize;
            if address >= memory.size() {
                let most = format!("less than {:#x}", memory.size());
                return Err(bad(at + 1, "a section's address", most));
            }
            let count = word_at(at + 2, "a section's count")? as usize;
            let data = at + 3..at + 3 + count.saturating_mul(memory.words_each());
            if count > memory.size() - address || data.end > words.len() {
                return Err(bad(
                    at + 2,
                    "a section's count",
                    "entries that exist".into(),
                ));
            }
            let rank = |section: &Section| section.memory.rank();
            if band
                .sections
                .last()
                .is_some_and(|before| rank(before) > memory.rank())
            {
                return Err(bad(
                    at,
                    "a section's memory",
                    "one not loaded before".into(),
                ));
            }
            at = data.end;
            band.sections.push(Section {
                memory,
                address: address as u16,
                words: words[data].to_vec(),
            });
        }
        Ok(band)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn band() -> Band {
        let mut band = Band {
            start: 0o100,
            ..Band::default()
        };
        band.add(
            Memory::Control,
            [(0o100, 1 << 40 | 5), (0o101, 7), (0o200, 9)],
        );
        band.add(Memory::A, [(4095, 0xffff_ffff)]);
        band
    }

    #[test]
    fn a_band_reads_back() {
        let band = band();
        assert_eq!(band.sections.len(), 3);
        assert_eq!(band.sections[0].words, [5, 1 << 8, 7, 0]);
        assert_eq!(Band::decode(&band.encode()), Ok(band));
    }

    #[test]
    fn a_bad_band_is_told_with_its_word() {
        let good = band().encode();
        let with = |word: usize, value: u32| {
            let mut bytes = good.clone();
            bytes[4 * word..4 * word + 4].copy_from_slice(&value.to_le_bytes());
            Band::decode(&bytes).expect_err("damaged").to_string()
        };
        assert!(with(0, 0).contains("magic"));
        assert!(with(2, 0x10000).contains("word 2"));
        assert!(with(4, 9).contains("word 4: a section's memory is 0x9"));
        assert!(with(6, 60000).contains("word 6"));
        assert!(Band::decode(&good[..20]).is_err());
        assert!(Band::decode(&[]).is_err());
    }
}
