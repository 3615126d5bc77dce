//! `runlight dis`: an object file as text.

use super::{Failure, Outcome, print};
use clap::Args;
use std::path::PathBuf;
use uasm::Object;

/// Disassemble an object file of microcode.
#[derive(Debug, Args)]
pub struct Dis {
    /// The object file, as `runlight asm` writes it
    file: PathBuf,
}

impl Dis {
    /// Does it.
    pub fn run(&self) -> Outcome {
        let object = Object::read(&self.file).map_err(Failure::file)?;
        print(&uasm::listing(&object, &[]))?;
        Ok(0)
    }
}
