//! `runlight info`: what a machine is made of.

use super::options::MachineOptions;
use super::{Failure, Outcome, print};
use crate::image::{self, Image, ImageError, PROM};
use boards::BOARDS;
use std::fmt::Write;
use std::path::Path;
use uasm::Object;

/// Shows the disk, the PROM, the boards and the settings.
pub fn run(options: &MachineOptions) -> Outcome {
    // Looking at a machine must not make one.
    let disk = options
        .machine
        .as_ref()
        .map(|directory| directory.join("disk.img"));
    let image = match &disk {
        Some(path) => Some(image::inspect(path).map_err(Failure::file)?),
        None => match Image::embedded() {
            Ok(image) => Some(image),
            Err(ImageError::NoneEmbedded) => None,
            Err(error) => return Err(Failure::file(error)),
        },
    };
    let mut text = format!("runlight {}\n", env!("CARGO_PKG_VERSION"));
    let place = disk
        .as_deref()
        .map_or("embedded".to_string(), |path| path.display().to_string());
    match &image {
        Some(image) => text += &describe(image, &place),
        None => text += "disk: this build has none\n",
    }
    if PROM.is_empty() {
        text += "boot PROM: this build has none\n";
    } else {
        let prom = Object::from_bytes(PROM, Path::new("the boot PROM")).map_err(Failure::file)?;
        let _ = writeln!(text, "boot PROM: {} instructions", prom.control.len());
    }
    text += "boards:\n";
    for board in BOARDS.iter().filter(|board| board.kind != 0) {
        let _ = writeln!(
            text,
            "  slot {:X}  kind {}  {:<9} {} registers",
            board.slot,
            board.kind,
            board.name,
            board.registers.len()
        );
    }
    let memory = options
        .memory
        .unwrap_or(crate::machine::config::DEFAULT_MEMORY);
    let _ = writeln!(text, "memory: {memory} MB unless configured otherwise");
    print(&text)?;
    Ok(0)
}

fn describe(image: &Image, place: &str) -> String {
    let label = &image.label;
    let mut text = format!(
        "disk: {place}, {} blocks, \"{}\"\n  boots microcode {} and world {}\n",
        label.blocks, label.comment, label.microcode, label.load
    );
    for p in &label.partitions {
        let _ = writeln!(
            text,
            "  {}  {:<9}  blocks {:>6} to {:>6}  {:>9} bytes  version {}  checksum {:#010x}  {}",
            p.name,
            p.kind,
            p.first,
            p.first + p.blocks.saturating_sub(1),
            p.length,
            p.version,
            p.checksum,
            p.comment
        );
    }
    text
}
