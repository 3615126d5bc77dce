//! Crash dumps: a machine that has stopped, in a file.
//!
//! | bytes | hold |
//! |---|---|
//! | 0–3 | `RLCD` |
//! | 4–7 | version, 1 |
//! | 8–11 | CRC-32 of what follows |
//! | 12– | [`Dump`], in postcard's form, compressed with zstd |
//!
//! Numbers are little-endian. A dump has all that a debugger can ask of the stopped
//! machine: the processor's state, memory, NVRAM, and the symbols of its microcode.

use crate::files::write_atomically;
use crate::machine::Machine;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

const MAGIC: &[u8; 4] = b"RLCD";
const VERSION: u32 = 1;
const HEADER: usize = 12;

/// A stopped machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dump {
    /// The version of the program that wrote it.
    pub program: String,
    /// Why the machine stopped, in one line.
    pub reason: String,
    /// The report that was printed.
    pub report: String,
    /// Bus time in cycles.
    pub now: u64,
    /// The processor, as [`State::save`](crate::processor::State::save) has it.
    pub processor: Vec<u8>,
    /// Physical page at which main memory begins.
    pub memory_page: u32,
    /// Words of main memory.
    pub memory_words: u32,
    /// Their bytes, without the zeros at the end.
    pub memory: Vec<u8>,
    /// The words of the NVRAM.
    pub nvram: Vec<u32>,
    /// The object file with the microcode's symbols, if there is one.
    pub symbols: Option<Vec<u8>>,
}

/// What is wrong with a dump file.
#[derive(Debug, Error)]
pub enum DumpError {
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

impl Dump {
    /// A stopped machine as a dump.
    pub fn of(machine: &Machine, reason: String, report: String, symbols: Option<Vec<u8>>) -> Dump {
        let memory = &machine.bus.wires.memory;
        let used = memory
            .words
            .iter()
            .rposition(|word| *word != 0)
            .map_or(0, |last| last + 1);
        Dump {
            program: env!("CARGO_PKG_VERSION").into(),
            reason,
            report,
            now: machine.now(),
            processor: machine.state.save(),
            memory_page: memory.base_page,
            memory_words: memory.words.len() as u32,
            memory: memory.words[..used]
                .iter()
                .flat_map(|word| word.to_le_bytes())
                .collect(),
            nvram: machine.bus.sdu.nvram.clone(),
            symbols,
        }
    }

    /// Writes it: aside first, then renamed.
    pub fn write(&self, path: &Path) -> Result<(), DumpError> {
        let failed = |error| DumpError::Io {
            path: path.into(),
            error,
        };
        let plain = postcard::to_stdvec(self).map_err(|error| failed(io::Error::other(error)))?;
        let packed = zstd::encode_all(&plain[..], 1).map_err(failed)?;
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend(crc32fast::hash(&packed).to_le_bytes());
        bytes.extend(packed);
        write_atomically(path, &bytes).map_err(failed)
    }

    /// Reads one, checking all of it.
    pub fn read(path: &Path) -> Result<Dump, DumpError> {
        let bytes = std::fs::read(path).map_err(|error| DumpError::Io {
            path: path.into(),
            error,
        })?;
        let bad = |at, what, found: String, expected: String| DumpError::Bad {
            path: path.into(),
            at,
            what,
            found,
            expected,
        };
        if bytes.len() < HEADER || &bytes[..4] != MAGIC {
            let found = format!("{:02x?}", &bytes[..bytes.len().min(4)]);
            return Err(bad(0, "the magic number", found, "\"RLCD\"".into()));
        }
        let word =
            |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
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
            let (found, sum) = (format!("{:#010x}", word(8)), format!("{sum:#010x}"));
            return Err(bad(8, "the checksum", found, sum));
        }
        let unreadable = |why: String| bad(HEADER, "the contents", why, "a compressed dump".into());
        let plain =
            zstd::decode_all(&bytes[HEADER..]).map_err(|error| unreadable(error.to_string()))?;
        postcard::from_bytes(&plain).map_err(|error| unreadable(error.to_string()))
    }
}

/// A name in `directory` that no dump has yet.
pub fn free_name(directory: &Path) -> io::Result<PathBuf> {
    std::fs::create_dir_all(directory)?;
    for number in 1..=9999 {
        let path = directory.join(format!("crash-{number:04}.dump"));
        if !path.try_exists()? {
            return Ok(path);
        }
    }
    Err(io::Error::other("it has 9999 crash dumps already"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bus::Backplane;
    use crate::machine::{Gate, HostFiles};
    use crate::processor::{EngineKind, ProcessorConfig};

    #[test]
    fn a_dump_reads_back_and_damage_is_told() {
        let mut bus = Backplane::new(1);
        bus.wires.memory.words[1000] = 77;
        let gate = Gate::live(false);
        let files = HostFiles::new("/".into());
        let config = ProcessorConfig::default();
        let machine = Machine::new(EngineKind::Reference, config, bus, gate, files);
        let dump = Dump::of(&machine, "HALT".into(), "a report".into(), Some(vec![1, 2]));
        assert_eq!(dump.memory.len(), 4 * 1001);
        let directory = tempfile::tempdir().expect("a directory");
        let path = free_name(&directory.path().join("crashes")).expect("free");
        dump.write(&path).expect("written");
        assert_eq!(Dump::read(&path).expect("good"), dump);
        assert_ne!(
            free_name(&directory.path().join("crashes")).expect("free"),
            path
        );
        let good = std::fs::read(&path).expect("read");
        let with = |bytes: &[u8]| {
            std::fs::write(&path, bytes).expect("written");
            Dump::read(&path).expect_err("bad").to_string()
        };
        assert!(with(&good[..good.len() - 1]).contains("at offset 8: the checksum"));
        assert!(with(b"RLCD").contains("magic"));
        let mut other = good.clone();
        other[4] = 2;
        assert!(with(&other).contains("the version is 2, expected 1"));
    }
}
