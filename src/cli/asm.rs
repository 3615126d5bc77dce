//! `runlight asm` and what `runlight micro` shares with it: sources to an object.

use super::{Failure, Outcome, print};
use clap::Args;
use std::path::{Path, PathBuf};
use uasm::{ConstantTable, Object, Options, Source};

/// Assemble microcode.
#[derive(Debug, Args)]
pub struct Asm {
    /// The sources, assembled in this order as if they were one file
    #[arg(required = true, value_name = "SOURCE")]
    sources: Vec<PathBuf>,
    /// The object file to write
    #[arg(short, long, value_name = "FILE", required_unless_present = "listing")]
    output: Option<PathBuf>,
    /// Print a listing: address, octal word, source line
    #[arg(long)]
    listing: bool,
    #[command(flatten)]
    tables: Tables,
}

/// Tables of numbers that the sources may use.
#[derive(Debug, Default, Args)]
pub struct Tables {
    /// A table of macroinstructions, `(name opcode …)` a line
    #[arg(long, value_name = "FILE")]
    opcodes: Vec<PathBuf>,
    /// A table of constants, `(name value)` a line; the boards' registers are always there
    #[arg(long, value_name = "FILE")]
    constants: Vec<PathBuf>,
}

impl Asm {
    /// Does it.
    pub fn run(&self) -> Outcome {
        let sources = read_sources(&self.sources)?;
        let object = assemble(&sources, &self.tables)?;
        if self.listing {
            print(&uasm::listing(&object, &sources))?;
        }
        if let Some(output) = &self.output {
            object.write(output).map_err(Failure::file)?;
        }
        Ok(0)
    }
}

/// Reads source files.
pub fn read_sources(paths: &[PathBuf]) -> Result<Vec<Source>, Failure> {
    paths.iter().map(|path| read_source(path)).collect()
}

fn read_source(path: &Path) -> Result<Source, Failure> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| Failure::file(format!("{name}: {error}")))?;
    source(name, bytes)
}

/// A source from the bytes of a file.
pub fn source(name: String, bytes: Vec<u8>) -> Result<Source, Failure> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source { name, text }),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            Err(Failure::file(format!(
                "{name}: at offset {at}: not UTF-8 text"
            )))
        }
    }
}

/// Assembles sources; warnings and errors go to standard error.
pub fn assemble(sources: &[Source], tables: &Tables) -> Result<Object, Failure> {
    let mut options = Options::default();
    for path in &tables.opcodes {
        let table = read_source(path)?;
        let table = uasm::macro_opcodes(&table.name, &table.text).map_err(Failure::file)?;
        options.macro_opcodes.extend(table);
    }
    options.constants.push(ConstantTable {
        name: "the boards' registers".into(),
        values: boards::symbols()
            .into_iter()
            .map(|(n, value)| (n, i64::from(value)))
            .collect(),
    });
    for path in &tables.constants {
        let table = read_source(path)?;
        options
            .constants
            .push(uasm::constants(&table.name, &table.text).map_err(Failure::file)?);
    }
    let assembled = uasm::assemble(sources, options);
    match assembled.object {
        Some(object) => {
            eprint!("{}", assembled.report);
            Ok(object)
        }
        None => {
            let count = assembled.report.errors().count();
            let noun = if count == 1 { "error" } else { "errors" };
            Err(Failure::file(format!(
                "{count} {noun} in microcode\n{}",
                assembled.report
            )))
        }
    }
}
