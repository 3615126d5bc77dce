//! What a machine is made of and how it is run: settings from `config.toml` and the
//! command line, checked once.

use crate::processor::EngineKind;
use diskimage::Name;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Megabytes of main memory when nobody says.
pub const DEFAULT_MEMORY: u32 = 128;

/// A directory of the host that the guest may reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantSetting {
    /// The directory.
    pub path: PathBuf,
    /// May it be written?
    pub writable: bool,
}

impl std::str::FromStr for GrantSetting {
    type Err = String;

    fn from_str(text: &str) -> Result<GrantSetting, String> {
        let (path, writable) = match text.strip_suffix(":rw") {
            Some(path) => (path, true),
            None => (text.strip_suffix(":ro").unwrap_or(text), false),
        };
        if path.is_empty() {
            return Err("expected a directory, or a directory and `:rw`".into());
        }
        Ok(GrantSetting {
            path: path.into(),
            writable,
        })
    }
}

/// The settings of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Megabytes of main memory, 1 to 128.
    pub memory: u32,
    /// Which engine runs it.
    pub engine: EngineKind,
    /// What it may reach.
    pub grants: Vec<GrantSetting>,
    /// Flip at every n-th allocation; 0 is off.
    pub gc_torture: u32,
    /// Megabytes that the heap may grow to; 0 is no limit.
    pub heap_limit: u32,
    /// Stop after so many cycles.
    pub max_cycles: Option<u64>,
    /// The microcode band to boot, if not the one that the disk names.
    pub microcode: Option<Name>,
    /// The load band to boot, if not the one that the disk names.
    pub load: Option<Name>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            memory: DEFAULT_MEMORY,
            engine: EngineKind::default(),
            grants: Vec::new(),
            gc_torture: 0,
            heap_limit: 0,
            max_cycles: None,
            microcode: None,
            load: None,
        }
    }
}

/// What is wrong with a configuration file.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The host could not read it.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the host says.
        error: std::io::Error,
    },
    /// It is not TOML, or says what nobody understands.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// A value that cannot be.
    #[error("{}: {key}: found {found}, expected {expected}", path.display())]
    Value {
        /// The file.
        path: PathBuf,
        /// The setting.
        key: &'static str,
        /// What it says.
        found: String,
        /// What it may say.
        expected: &'static str,
    },
}

/// `config.toml`, as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    memory: Option<u32>,
    engine: Option<String>,
    grants: Option<Vec<String>>,
    heap_limit: Option<u32>,
    microcode: Option<String>,
    load: Option<String>,
}

impl Settings {
    /// Takes over what `config.toml` at `path` says, if there is one.
    pub fn read_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => {
                return Err(ConfigError::Io {
                    path: path.into(),
                    error,
                });
            }
        };
        let file: File = toml::from_str(&text).map_err(|error| {
            let before = &text[..error.span().map_or(0, |span| span.start).min(text.len())];
            ConfigError::Syntax {
                path: path.into(),
                line: before.matches('\n').count() + 1,
                column: before.chars().rev().take_while(|c| *c != '\n').count() + 1,
                message: error.message().to_string(),
            }
        })?;
        let value = |key, found: String, expected| ConfigError::Value {
            path: path.into(),
            key,
            found,
            expected,
        };
        if let Some(memory) = file.memory {
            if !(1..=128).contains(&memory) {
                return Err(value("memory", memory.to_string(), "1 to 128 (megabytes)"));
            }
            self.memory = memory;
        }
        if let Some(engine) = file.engine {
            self.engine = engine_named(&engine)
                .ok_or_else(|| value("engine", engine, "\"reference\" or \"fast\""))?;
        }
        for grant in file.grants.unwrap_or_default() {
            let grant = grant
                .parse()
                .map_err(|_| value("grants", grant, "directories, with \":rw\" to write"))?;
            self.grants.push(grant);
        }
        if let Some(limit) = file.heap_limit {
            self.heap_limit = limit;
        }
        for (key, setting, place) in [
            ("microcode", file.microcode, &mut self.microcode),
            ("load", file.load, &mut self.load),
        ] {
            if let Some(text) = setting {
                let name = Name::parse(&text)
                    .ok_or_else(|| value(key, text, "a band's name of four characters"))?;
                *place = Some(name);
            }
        }
        Ok(())
    }
}

/// The engine of this name.
pub fn engine_named(name: &str) -> Option<EngineKind> {
    match name {
        "reference" => Some(EngineKind::Reference),
        "fast" => Some(EngineKind::Fast),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, String> {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("config.toml");
        std::fs::write(&path, text).expect("written");
        let mut settings = Settings::default();
        settings
            .read_file(&path)
            .map_err(|error| error.to_string())?;
        Ok(settings)
    }

    #[test]
    fn a_configuration_is_taken_over() {
        let settings = read(
            "memory = 16\nengine = \"reference\"\ngrants = [\"/a\", \"/b:rw\"]\nload = \"lod2\"\n",
        )
        .expect("good");
        assert_eq!(
            (settings.memory, settings.engine),
            (16, EngineKind::Reference)
        );
        assert!(!settings.grants[0].writable && settings.grants[1].writable);
        assert_eq!(settings.load, Name::parse("LOD2"));
        assert_eq!(read(""), Ok(Settings::default()));
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let error = |text: &str| read(text).expect_err("bad");
        assert!(error("memory = 0").contains("memory: found 0, expected 1 to 128"));
        assert!(error("\nmemory = [").contains("config.toml:2:"));
        assert!(error("memroy = 3").contains("config.toml:1:1: unknown field"));
        assert!(error("engine = \"slow\"").contains("found slow, expected"));
        assert!(error("load = \"L\"").contains("load: found L"));
    }
}
