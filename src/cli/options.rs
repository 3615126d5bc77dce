//! Options that make a machine what it is, common to all commands that run one.

use super::Failure;
use crate::machine::config::engine_named;
use crate::machine::{Directory, GrantSetting, Settings};
use crate::processor::EngineKind;
use crate::terminal::Speed;
use clap::Args;
use diskimage::Name;
use std::path::PathBuf;

/// The options.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "The machine")]
pub struct MachineOptions {
    /// Keep the machine in this directory: disk, NVRAM, configuration, crash dumps
    #[arg(long, value_name = "DIR", global = true)]
    pub machine: Option<PathBuf>,
    /// Main memory, 1 to 128 megabytes
    #[arg(long, value_name = "MB", global = true, value_parser = clap::value_parser!(u32).range(1..=128))]
    pub memory: Option<u32>,
    /// The engine that runs the microcode: `fast`, or `reference`, the one to read
    #[arg(long, value_name = "ENGINE", global = true, value_parser = engine)]
    pub engine: Option<EngineKind>,
    /// Let the machine read this directory of the host, with `:rw` write it too
    #[arg(long, value_name = "DIR[:rw]", global = true)]
    pub grant: Vec<GrantSetting>,
    /// Stop after so many cycles of the processor
    #[arg(long, value_name = "N", global = true)]
    pub max_cycles: Option<u64>,
    /// Test the collector: flip at every Nth allocation (1 if not said)
    #[arg(long, value_name = "N", global = true, num_args = 0..=1, require_equals = true,
          default_missing_value = "1", value_parser = clap::value_parser!(u32).range(1..))]
    pub gc_torture: Option<u32>,
    /// Let the Lisp heap grow to this size and no further
    #[arg(long, value_name = "MB", global = true, value_parser = clap::value_parser!(u32).range(1..=128))]
    pub heap_limit: Option<u32>,
    /// How bus time keeps to the host's clock
    #[arg(long, value_name = "SPEED", global = true, value_enum, default_value_t)]
    pub speed: Speed,
    /// Boot this microcode band instead of the one that the disk names
    #[arg(long, value_name = "NAME", global = true, value_parser = band)]
    pub microcode: Option<Name>,
    /// Boot this load band instead of the one that the disk names
    #[arg(long, value_name = "NAME", global = true, value_parser = band)]
    pub band: Option<Name>,
    /// Power up with this PROM (an object file, as `runlight asm` writes it) instead of the built-in one
    #[arg(long, value_name = "FILE", global = true)]
    pub prom: Option<PathBuf>,
    /// Write crash dumps here instead of in the machine's or the user's own directory
    #[arg(long, value_name = "DIR", global = true)]
    pub crash_dir: Option<PathBuf>,
    /// Do not load the initialisation file
    #[arg(long, global = true)]
    pub no_init: bool,
    /// Log to standard error: a level (`info`, `debug`, `trace`) or module=level,…
    #[arg(long, value_name = "FILTER", global = true)]
    pub log: Option<String>,
}

fn engine(name: &str) -> Result<EngineKind, String> {
    engine_named(name).ok_or_else(|| "expected `reference` or `fast`".into())
}

fn band(name: &str) -> Result<Name, String> {
    Name::parse(name).ok_or_else(|| "expected a band's name, as LOD1".into())
}

impl MachineOptions {
    /// Opens the machine's directory, if there is to be one, and joins its
    /// configuration with the options, which count more.
    pub fn settings(&self) -> Result<(Settings, Option<Directory>), Failure> {
        let directory = self
            .machine
            .as_deref()
            .map(Directory::open)
            .transpose()
            .map_err(Failure::file)?;
        let mut settings = Settings::default();
        if let Some(directory) = &directory {
            settings
                .read_file(&directory.config_path())
                .map_err(Failure::file)?;
        }
        self.apply(&mut settings);
        Ok((settings, directory))
    }

    /// The settings of a machine that has no directory.
    pub fn settings_without_directory(&self) -> Settings {
        let mut settings = Settings::default();
        self.apply(&mut settings);
        settings
    }

    fn apply(&self, settings: &mut Settings) {
        settings.memory = self.memory.unwrap_or(settings.memory);
        settings.engine = self.engine.unwrap_or(settings.engine);
        settings.grants.extend(self.grant.iter().cloned());
        settings.gc_torture = self.gc_torture.unwrap_or(settings.gc_torture);
        settings.heap_limit = self.heap_limit.unwrap_or(settings.heap_limit);
        settings.max_cycles = self.max_cycles.or(settings.max_cycles);
        settings.microcode = self.microcode.or(settings.microcode);
        settings.load = self.band.or(settings.load);
    }
}
