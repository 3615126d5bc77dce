//! Disk images: the one inside this program, and those in files.
//!
//! What a disk looks like is the business of the crate `diskimage`; this module
//! finds one, checks every number in it before anything is booted from it, and never
//! writes over a file that it does not understand.

use crate::bus::Medium;
use diskimage::{BLOCK_BYTES, Label, LabelError, check_contents};
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The default disk as the build left it: compressed, or empty when this build has none.
static EMBEDDED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/disk.img.zst"));

/// The boot PROM as the build left it: an object file, or empty when this build has none.
pub static PROM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/prom.object"));

/// Where the embedded disk is, in messages.
const EMBEDDED_NAME: &str = "the embedded disk";

/// What is wrong with a disk image.
#[derive(Debug, Error)]
pub enum ImageError {
    /// This program was built without one.
    #[error("this build of runlight has no disk in it")]
    NoneEmbedded,
    /// The host could not read or write it.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the host says.
        error: io::Error,
    },
    /// It is not a disk, or a damaged one.
    #[error("{}: {error}", path.display())]
    Bad {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        error: LabelError,
    },
}

/// A disk that has been checked: its label and its bytes up to the last contents.
#[derive(Clone, Debug)]
pub struct Image {
    /// The label.
    pub label: Label,
    /// The first blocks; all others are 0.
    pub stored: Vec<u8>,
}

impl Image {
    /// Checks the bytes of a disk. `path` is for messages.
    pub fn check(stored: Vec<u8>, path: &Path) -> Result<Image, ImageError> {
        let bad = |error| ImageError::Bad {
            path: path.into(),
            error,
        };
        let label = Label::read(&stored).map_err(bad)?;
        check_contents(&label, &stored).map_err(bad)?;
        Ok(Image { label, stored })
    }

    /// The disk inside this program.
    pub fn embedded() -> Result<Image, ImageError> {
        if EMBEDDED.is_empty() {
            return Err(ImageError::NoneEmbedded);
        }
        let path = Path::new(EMBEDDED_NAME);
        let stored = zstd::decode_all(EMBEDDED).map_err(|error| ImageError::Io {
            path: path.into(),
            error,
        })?;
        Image::check(stored, path)
    }

    /// A disk in memory that begins as this one.
    pub fn into_medium(self) -> Medium {
        Medium::memory(self.label.blocks, self.stored)
    }

    /// Makes a file that holds this disk; it must not exist.
    pub fn create(&self, path: &Path) -> Result<(), ImageError> {
        let failed = |error| ImageError::Io {
            path: path.into(),
            error,
        };
        let make = || -> io::Result<()> {
            let parent = path.parent().unwrap_or(Path::new("."));
            let mut file = tempfile::Builder::new()
                .prefix(".runlight-")
                .tempfile_in(parent)?;
            io::Write::write_all(&mut file, &self.stored)?;
            file.as_file().set_len(disk_bytes(&self.label))?;
            file.as_file().sync_all()?;
            file.persist_noclobber(path)
                .map(|_| ())
                .map_err(|error| error.error)
        };
        make().map_err(failed)
    }
}

fn disk_bytes(label: &Label) -> u64 {
    u64::from(label.blocks) * BLOCK_BYTES as u64
}

/// Opens the disk in a file, for reading and writing, after checking all of it.
pub fn open(path: &Path) -> Result<(Image, Medium), ImageError> {
    let failed = |error| ImageError::Io {
        path: path.into(),
        error,
    };
    let bad = |error| ImageError::Bad {
        path: path.into(),
        error,
    };
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .map_err(failed)?;
    let image = read_stored(&mut file, path)?;
    let found = file.metadata().map_err(failed)?.len();
    let expected = disk_bytes(&image.label);
    if found != expected {
        return Err(bad(LabelError::Truncated { found, expected }));
    }
    let medium = Medium::File {
        blocks: image.label.blocks,
        file,
    };
    Ok((image, medium))
}

/// Reads and checks the disk in a file without meaning to write it.
pub fn inspect(path: &Path) -> Result<Image, ImageError> {
    let failed = |error| ImageError::Io {
        path: path.into(),
        error,
    };
    read_stored(&mut File::open(path).map_err(failed)?, path)
}

fn read_stored(file: &mut File, path: &Path) -> Result<Image, ImageError> {
    let failed = |error| ImageError::Io {
        path: path.into(),
        error,
    };
    let bad = |error| ImageError::Bad {
        path: path.into(),
        error,
    };
    let mut stored = Vec::new();
    file.take(BLOCK_BYTES as u64)
        .read_to_end(&mut stored)
        .map_err(failed)?;
    let label = Label::read(&stored).map_err(bad)?;
    let rest = u64::from(label.stored_blocks() - 1) * BLOCK_BYTES as u64;
    file.take(rest).read_to_end(&mut stored).map_err(failed)?;
    check_contents(&label, &stored).map_err(|error| match error {
        // What is short is the file, not only what was asked of it.
        LabelError::Truncated { found, .. } => bad(LabelError::Truncated {
            found,
            expected: disk_bytes(&label),
        }),
        error => bad(error),
    })?;
    Ok(Image { label, stored })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image() -> Image {
        let bytes = diskimage::build(&[1; 8], &[], &[2; 5000], 1);
        Image::check(bytes, Path::new("test")).expect("a disk")
    }

    #[test]
    fn a_disk_lasts_in_a_file() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("disk.img");
        image().create(&path).expect("made");
        assert!(
            image().create(&path).is_err(),
            "never over an existing file"
        );
        let last = image().label.blocks - 1;
        let (_, mut medium) = open(&path).expect("a disk");
        medium.write(last, &[7; BLOCK_BYTES]).expect("written");
        drop(medium);
        let (_, mut medium) = open(&path).expect("a disk");
        let mut block = [0; BLOCK_BYTES];
        medium.read(last, &mut block).expect("read");
        assert_eq!(block, [7; BLOCK_BYTES]);
    }

    #[test]
    fn a_bad_file_is_named_with_what_is_wrong() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("disk.img");
        let error = |bytes: &[u8]| {
            std::fs::write(&path, bytes).expect("written");
            let error = open(&path).expect_err("bad").to_string();
            assert!(error.starts_with(&path.display().to_string()), "{error}");
            assert_eq!(std::fs::read(&path).expect("read"), bytes, "left as it was");
            error
        };
        let good = image().stored;
        assert!(error(b"").contains("0 bytes long"));
        assert!(error(&[b'x'; 4096]).contains("not a Runlight disk"));
        assert!(error(&good[..2048]).contains("2048 bytes long, but its label says"));
        assert!(
            error(&good).contains("bytes long, but its label says"),
            "not all its blocks"
        );
        let mut damaged = good.clone();
        damaged[BLOCK_BYTES] ^= 8;
        assert!(error(&damaged).contains("partition MCR1 have checksum"));
        assert!(open(&directory.path().join("none")).is_err());
    }
}
