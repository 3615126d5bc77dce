//! The object file: what the machine loads, and the symbol file beside it.
//!
//! Magic, version, length, checksum, then the contents. Everything is kept in
//! ordered maps, so that the same sources give the same bytes.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::form::Plain;
use crate::symbol::Memory;

/// The first bytes of an object file.
pub const MAGIC: [u8; 8] = *b"RLMICRO\n";
/// The version of the format.
pub const VERSION: u32 = 1;

/// An assembled microprogram.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Control memory: words by address.
    pub control: BTreeMap<u16, u64>,
    /// A memory: initial contents, dispatch tables and constants included.
    pub a_memory: BTreeMap<u16, u32>,
    /// M memory: initial contents. Loading M memory also loads A memory at the same address.
    pub m_memory: BTreeMap<u8, u32>,
    /// Decode memory (MID).
    pub mid: BTreeMap<u16, u32>,
    /// Where dispatch tables are.
    pub tables: Vec<DispatchTable>,
    /// Names, lines and declarations.
    pub symbols: SymbolFile,
}

/// A dispatch table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DispatchTable {
    /// Its first label.
    pub name: String,
    /// Its address in A memory.
    pub address: u16,
    /// It has 2 to this power words.
    pub bits: u8,
}

/// What debuggers, listings and checkers need to know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SymbolFile {
    /// Names of the source files.
    pub files: Vec<String>,
    /// Labels and registers by name.
    pub labels: BTreeMap<String, Label>,
    /// Symbols of the sources whose value is a number.
    pub numbers: BTreeMap<String, i64>,
    /// Bytes of registers: name to register, width, position.
    pub register_bytes: BTreeMap<String, RegisterByte>,
    /// What the sources declare about registers.
    pub registers: BTreeMap<String, RegisterDeclaration>,
    /// The source line of every word of control memory.
    pub control_lines: BTreeMap<u16, SourceLine>,
    /// The source line of every word of decode memory.
    pub mid_lines: BTreeMap<u16, SourceLine>,
    /// The error table, in the order of the sources.
    pub error_table: Vec<ErrorEntry>,
    /// Declarations, in the order of the sources.
    pub declarations: Vec<Declaration>,
    /// Entries of macroinstructions: name and opcode to address.
    pub entries: BTreeMap<String, Entry>,
    /// Addresses of constants that the assembler put into A or M memory.
    pub constants: BTreeMap<u16, u32>,
}

/// A place with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// The memory.
    pub memory: Memory,
    /// The address.
    pub address: u16,
}

/// A byte of a register that has a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterByte {
    /// The register's name.
    pub register: String,
    /// Width in bits.
    pub size: u8,
    /// The lowest bit.
    pub position: u8,
}

/// What is declared about a register.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterDeclaration {
    /// What it holds, in the checker's words: `boxed`, `unboxed`, ….
    pub kind: Option<String>,
    /// How many bits of it are used.
    pub width: Option<u8>,
}

/// A line of a source file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceLine {
    /// Index into [`SymbolFile::files`].
    pub file: u16,
    /// The line, from 1.
    pub line: u32,
}

/// An entry of the error table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorEntry {
    /// The address of the instruction before the entry (of the one after, for
    /// `error-table-after-next`).
    pub address: u16,
    /// What the entry says.
    pub form: Vec<Plain>,
}

/// A declaration about the routine that begins at an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaration {
    /// The address of the instruction after the declaration.
    pub address: u16,
    /// What it says: lists such as `(args m-t)`, `(values m-t)`, `(clobbers m-1)`.
    pub form: Vec<Plain>,
}

/// Where a macroinstruction begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its opcode.
    pub opcode: u32,
    /// The address in control memory.
    pub address: u16,
}

/// Why an object file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// The file cannot be read or written.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// It is something else.
    #[error("{path}: not an object file of microcode: it begins with {found:?}, not {MAGIC:?}")]
    Magic {
        /// The file.
        path: PathBuf,
        /// Its first bytes.
        found: Vec<u8>,
    },
    /// It was written by another version.
    #[error("{path}: version {found} of the object format; this program reads version {VERSION}")]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// It is cut short, or longer than it says.
    #[error("{path}: {found} bytes of contents where the header says {expected}")]
    Length {
        /// The file.
        path: PathBuf,
        /// What the header says.
        expected: u64,
        /// What there is.
        found: u64,
    },
    /// Its contents changed.
    #[error(
        "{path}: checksum {found:08x} where the header says {expected:08x}: the file is damaged"
    )]
    Checksum {
        /// The file.
        path: PathBuf,
        /// What the header says.
        expected: u32,
        /// What the contents come to.
        found: u32,
    },
    /// The contents make no sense.
    #[error("{path}: the contents cannot be decoded: {error}")]
    Contents {
        /// The file.
        path: PathBuf,
        /// Why.
        error: postcard::Error,
    },
}

const HEADER: usize = 24;

impl Object {
    /// The bytes of the object file.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Serialising maps and vectors into memory cannot fail.
        let contents = postcard::to_stdvec(self).unwrap_or_default();
        let mut bytes = Vec::with_capacity(HEADER + contents.len());
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&crc32fast::hash(&contents).to_le_bytes());
        bytes.extend_from_slice(&(contents.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&contents);
        bytes
    }

    /// The object in `bytes`; `path` is for messages.
    pub fn from_bytes(bytes: &[u8], path: &Path) -> Result<Object, ObjectError> {
        let path = path.to_path_buf();
        if bytes.get(..8) != Some(&MAGIC) {
            return Err(ObjectError::Magic {
                path,
                found: bytes.iter().take(8).copied().collect(),
            });
        }
        let (Some(header), Some(contents)) = (bytes.get(..HEADER), bytes.get(HEADER..)) else {
            return Err(ObjectError::Length {
                path,
                expected: HEADER as u64,
                found: bytes.len() as u64,
            });
        };
        let word = |at: usize| {
            u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
        };
        if word(8) != VERSION {
            return Err(ObjectError::Version {
                path,
                found: word(8),
            });
        }
        let expected = u64::from(word(16)) | u64::from(word(20)) << 32;
        if expected != contents.len() as u64 {
            return Err(ObjectError::Length {
                path,
                expected,
                found: contents.len() as u64,
            });
        }
        let found = crc32fast::hash(contents);
        if found != word(12) {
            return Err(ObjectError::Checksum {
                path,
                expected: word(12),
                found,
            });
        }
        postcard::from_bytes(contents).map_err(|error| ObjectError::Contents { path, error })
    }

    /// Reads an object file.
    pub fn read(path: &Path) -> Result<Object, ObjectError> {
        let bytes = std::fs::read(path).map_err(|error| ObjectError::Io {
            path: path.to_path_buf(),
            error,
        })?;
        Object::from_bytes(&bytes, path)
    }

    /// Writes an object file: aside first, then renamed into place.
    pub fn write(&self, path: &Path) -> Result<(), ObjectError> {
        write_aside(path, &self.to_bytes()).map_err(|error| ObjectError::Io {
            path: path.to_path_buf(),
            error,
        })
    }

    /// The name of a place, if it has one: the alphabetically first of its names, a label of the
    /// place itself before any other.
    pub fn name_of(&self, memory: Memory, address: u16) -> Option<&str> {
        self.symbols
            .labels
            .iter()
            .find(|(_, label)| label.memory == memory && label.address == address)
            .map(|(name, _)| name.as_str())
    }

    /// The last label of control memory at or before `address`, and how far it is.
    pub fn nearest_label(&self, address: u16) -> Option<(&str, u16)> {
        self.symbols
            .labels
            .iter()
            .filter(|(_, label)| label.memory == Memory::Control && label.address <= address)
            .max_by_key(|(_, label)| label.address)
            .map(|(name, label)| (name.as_str(), address - label.address))
    }
}

/// Writes a file under a temporary name and renames it, so that nobody sees half of it.
pub(crate) fn write_aside(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".new");
    let aside = path.with_file_name(name);
    let mut file = std::fs::File::create(&aside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&aside, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_is_found_and_named() {
        let mut object = Object::default();
        object.control.insert(0o1234, 0o777);
        let bytes = object.to_bytes();
        let path = Path::new("x.mcr");
        assert_eq!(Object::from_bytes(&bytes, path).ok(), Some(object));
        let error = |bytes: &[u8]| {
            Object::from_bytes(bytes, path)
                .err()
                .map(|e| e.to_string())
                .unwrap_or_default()
        };
        assert!(error(b"PK garbage").contains("not an object file"));
        assert!(error(&bytes[..bytes.len() - 1]).contains("bytes of contents"));
        assert!(error(&bytes[..10]).contains("bytes of contents"));
        let mut damaged = bytes.clone();
        *damaged.last_mut().expect("not empty") ^= 1;
        assert!(error(&damaged).contains("damaged"));
        let mut newer = bytes;
        newer[8] = 9;
        assert!(error(&newer).contains("version 9"));
    }
}
