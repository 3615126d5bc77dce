//! The file that keeps the NVRAM of a machine that lasts.
//!
//! | bytes | hold |
//! |---|---|
//! | 0–3 | `RLNV` |
//! | 4–7 | version, 1 |
//! | 8–11 | CRC-32 of what follows |
//! | 12– | the words, little-endian |

use boards::sdu::STANDARD_NVRAM_WORDS as WORDS;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

const MAGIC: &[u8; 4] = b"RLNV";
const VERSION: u32 = 1;
const HEADER: usize = 12;

/// What is wrong with an NVRAM file.
#[derive(Debug, Error)]
pub enum NvramError {
    /// The host could not read or write it.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the host says.
        error: io::Error,
    },
    /// It is not what it should be.
    #[error("{}: at offset {at}: {what} is {found}, expected {expected}", path.display())]
    Bad {
        /// The file.
        path: PathBuf,
        /// Byte offset.
        at: usize,
        /// What is there.
        what: &'static str,
        /// What it holds.
        found: String,
        /// What it should hold.
        expected: String,
    },
}

/// Reads an NVRAM file; `None` when there is none.
pub fn read(path: &Path) -> Result<Option<Vec<u32>>, NvramError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(NvramError::Io {
                path: path.into(),
                error,
            });
        }
    };
    let bad = |at, what, found: String, expected: String| NvramError::Bad {
        path: path.into(),
        at,
        what,
        found,
        expected,
    };
    let length = HEADER + 4 * WORDS as usize;
    if bytes.len() < 4 || &bytes[..4] != MAGIC {
        let found = bytes
            .get(..4)
            .map_or("cut short".into(), |b| format!("{b:02x?}"));
        return Err(bad(0, "the magic number", found, "\"RLNV\"".into()));
    }
    if bytes.len() != length {
        let found = bytes.len().to_string();
        return Err(bad(
            bytes.len(),
            "the end of the file",
            found,
            length.to_string(),
        ));
    }
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    if word(4) != VERSION {
        return Err(bad(
            4,
            "the version",
            word(4).to_string(),
            VERSION.to_string(),
        ));
    }
    let sum = crc32fast::hash(&bytes[HEADER..]);
    if word(8) != sum {
        return Err(bad(
            8,
            "the checksum",
            format!("{:#010x}", word(8)),
            format!("{sum:#010x}"),
        ));
    }
    Ok(Some((HEADER..length).step_by(4).map(word).collect()))
}

/// Writes an NVRAM file: aside first, then renamed.
pub fn write(path: &Path, words: &[u32]) -> Result<(), NvramError> {
    let data: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let mut bytes = MAGIC.to_vec();
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend(crc32fast::hash(&data).to_le_bytes());
    bytes.extend(data);
    crate::files::write_atomically(path, &bytes).map_err(|error| NvramError::Io {
        path: path.into(),
        error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_nvram_file_reads_back_and_damage_is_told() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("nvram.bin");
        assert!(read(&path).expect("absent is fine").is_none());
        let words: Vec<u32> = (0..WORDS).map(|i| i * i).collect();
        write(&path, &words).expect("written");
        assert_eq!(read(&path).expect("good"), Some(words));
        let good = std::fs::read(&path).expect("bytes");
        let with = |bytes: &[u8]| {
            std::fs::write(&path, bytes).expect("written");
            read(&path).expect_err("damaged").to_string()
        };
        let mut damaged = good.clone();
        damaged[100] ^= 1;
        assert!(with(&damaged).contains("at offset 8: the checksum is"));
        assert!(with(&good[..500]).contains("the end of the file is 500, expected"));
        assert!(with(b"hello world").contains("magic"));
        assert!(with(b"").contains("magic"));
    }
}
