//! A machine that lasts: a directory with its disk, NVRAM, configuration and crash dumps.
//!
//! | file | holds |
//! |---|---|
//! | `disk.img` | the disk; made from the embedded one when it is missing |
//! | `nvram.bin` | the NVRAM; made when the machine stops |
//! | `config.toml` | settings, if the user wrote any |
//! | `crashes/` | crash dumps |
//! | `lock` | locked by the machine that runs |
//!
//! Every file is written aside and renamed, but for the disk's blocks, which are
//! written in place as on any disk.

use crate::bus::Medium;
use crate::image::{self, Image, ImageError};
use crate::sdu::nvram::{self, NvramError};
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// What is wrong with a machine's directory.
#[derive(Debug, Error)]
pub enum DirectoryError {
    /// The host could not read or write in it.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the host says.
        error: io::Error,
    },
    /// A machine runs in it already.
    #[error("{}: another runlight is running this machine", path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
    },
    /// Its disk is bad.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// Its NVRAM is bad.
    #[error(transparent)]
    Nvram(#[from] NvramError),
}

/// A machine's directory, locked.
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
    /// Held for as long as the machine runs.
    _lock: File,
}

impl Directory {
    /// Opens a machine's directory, making it if there is none, and locks it.
    pub fn open(path: &Path) -> Result<Directory, DirectoryError> {
        let failed = |path: &Path, error| DirectoryError::Io {
            path: path.into(),
            error,
        };
        std::fs::create_dir_all(path).map_err(|error| failed(path, error))?;
        let lock_path = path.join("lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(|error| failed(&lock_path, error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Directory {
                path: path.into(),
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(DirectoryError::Locked { path: lock_path }),
            Err(TryLockError::Error(error)) => Err(failed(&lock_path, error)),
        }
    }

    /// Where its settings are, if the user wrote any.
    pub fn config_path(&self) -> PathBuf {
        self.path.join("config.toml")
    }

    /// Where its crash dumps go.
    pub fn crashes(&self) -> PathBuf {
        self.path.join("crashes")
    }

    /// Opens its disk, making it from `fresh` if there is none.
    pub fn disk(
        &self,
        fresh: impl FnOnce() -> Result<Image, ImageError>,
    ) -> Result<(Image, Medium), DirectoryError> {
        let path = self.path.join("disk.img");
        if !path.try_exists().map_err(|error| DirectoryError::Io {
            path: path.clone(),
            error,
        })? {
            fresh()?.create(&path)?;
        }
        Ok(image::open(&path)?)
    }

    /// Reads its NVRAM; `None` when there is none yet.
    pub fn nvram(&self) -> Result<Option<Vec<u32>>, DirectoryError> {
        Ok(nvram::read(&self.path.join("nvram.bin"))?)
    }

    /// Writes its NVRAM.
    pub fn keep_nvram(&self, words: &[u32]) -> Result<(), DirectoryError> {
        Ok(nvram::write(&self.path.join("nvram.bin"), words)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bus::Backplane;

    fn fresh() -> Result<Image, ImageError> {
        Image::check(
            diskimage::build(&[0; 4], &[], &[0; 4], 1),
            Path::new("test"),
        )
    }

    #[test]
    fn a_machine_lasts_and_is_not_shared() {
        let root = tempfile::tempdir().expect("a directory");
        let path = root.path().join("m");
        let directory = Directory::open(&path).expect("made");
        let second = Directory::open(&path).expect_err("locked").to_string();
        assert!(
            second.contains("another runlight is running this machine"),
            "{second}"
        );
        assert_eq!(directory.nvram().expect("none yet"), None);
        let mut words = Backplane::new(1).sdu.nvram;
        words[5] = 55;
        directory.keep_nvram(&words).expect("kept");
        directory.disk(fresh).expect("made");
        drop(directory);
        let directory = Directory::open(&path).expect("there");
        assert_eq!(directory.nvram().expect("good"), Some(words));
        directory
            .disk(|| panic!("the disk is there"))
            .expect("good");
    }
}
