//! The load band: what the microcode's start-up copies from disk into memory.
//!
//! Words of 32 bits, pages of 256 words. Page 0 is the header: magic, version, number of
//! pages, number of runs, then from word 8 three words a run: virtual page, number of
//! pages, first page in the band. The pages of the runs follow.

/// Magic number of a load band: `RLB1`, little-endian.
pub const MAGIC: u32 = u32::from_le_bytes(*b"RLB1");
/// Version of the layout.
pub const VERSION: u32 = 1;
/// Words in a page.
pub const PAGE_WORDS: usize = 256;
const FIRST_RUN: usize = 8;
const RUN_WORDS: usize = 3;

/// A contiguous piece of virtual memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Virtual address of the first word; a multiple of the page size.
    pub address: u32,
    /// Contents, padded to whole pages when written.
    pub words: Vec<u32>,
}

/// What is wrong with a band.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BandError {
    /// The header or a run does not lie within the words given.
    #[error("word {word}: found the end of the band, expected {expected}")]
    Truncated {
        /// Where.
        word: usize,
        /// What should be there.
        expected: &'static str,
    },
    /// Another value in the header.
    #[error("word {word}: found {found:#x}, expected {expected}")]
    Header {
        /// Where.
        word: usize,
        /// What is there.
        found: u32,
        /// What should be there.
        expected: String,
    },
}

/// The band of these runs, as words.
pub fn write(runs: &[Run]) -> Vec<u32> {
    let mut words = vec![0; PAGE_WORDS];
    assert!(
        FIRST_RUN + RUN_WORDS * runs.len() <= PAGE_WORDS,
        "the header holds all runs"
    );
    for (i, run) in runs.iter().enumerate() {
        assert_eq!(
            run.address as usize % PAGE_WORDS,
            0,
            "a run begins at a page"
        );
        let pages = run.words.len().div_ceil(PAGE_WORDS);
        let first = words.len() / PAGE_WORDS;
        let at = FIRST_RUN + RUN_WORDS * i;
        words[at] = run.address / PAGE_WORDS as u32;
        words[at + 1] = pages as u32;
        words[at + 2] = first as u32;
        words.extend_from_slice(&run.words);
        words.resize((first + pages) * PAGE_WORDS, 0);
    }
    words[0] = MAGIC;
    words[1] = VERSION;
    words[2] = (words.len() / PAGE_WORDS) as u32;
    words[3] = runs.len() as u32;
    words
}

/// The runs of a band.
pub fn read(words: &[u32]) -> Result<Vec<Run>, BandError> {
    if words.len() < PAGE_WORDS {
        return Err(BandError::Truncated {
            word: words.len(),
            expected: "a header page",
        });
    }
    let header = |word: usize, expected: u32| {
        let found = words[word];
        let wrong = BandError::Header {
            word,
            found,
            expected: format!("{expected:#x}"),
        };
        if found == expected {
            Ok(())
        } else {
            Err(wrong)
        }
    };
    header(0, MAGIC)?;
    header(1, VERSION)?;
    header(2, (words.len() / PAGE_WORDS) as u32)?;
    let most = ((PAGE_WORDS - FIRST_RUN) / RUN_WORDS) as u32;
    if words[3] > most {
        let expected = format!("at most {most} runs");
        return Err(BandError::Header {
            word: 3,
            found: words[3],
            expected,
        });
    }
    (0..words[3] as usize)
        .map(|i| {
            let at = FIRST_RUN + RUN_WORDS * i;
            let first = words[at + 2] as usize * PAGE_WORDS;
            let end = first + words[at + 1] as usize * PAGE_WORDS;
            let body = words.get(first..end).ok_or(BandError::Truncated {
                word: end,
                expected: "the pages of a run",
            })?;
            Ok(Run {
                address: words[at].wrapping_mul(PAGE_WORDS as u32),
                words: body.to_vec(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip_and_damage() {
        let runs = vec![
            Run {
                address: 0,
                words: vec![1; 256],
            },
            Run {
                address: 0o2000000,
                words: vec![2; 512],
            },
        ];
        let words = write(&runs);
        assert_eq!(read(&words).unwrap(), runs);
        assert!(matches!(
            read(&words[..100]),
            Err(BandError::Truncated { .. })
        ));
        assert!(matches!(
            read(&words[..512]),
            Err(BandError::Header { word: 2, .. })
        ));
        let mut other = words.clone();
        other[0] = 7;
        assert!(
            read(&other)
                .unwrap_err()
                .to_string()
                .contains("word 0: found 0x7")
        );
    }
}
