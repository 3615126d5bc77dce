//! Builds what the emulator carries in itself: the boot PROM, and the default disk with the
//! microcode, its symbols and the Lisp world.
//!
//! Nothing here is linked into the emulator; what is wrong with a source is said with its
//! file and line, and the build stops.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use genband::microcode::{assemble_project, assemble_prom};
use genband::{disk, world};
use tables::Tables;
use uasm::{Assembled, Object};

/// The version that the bands carry.
const BAND_VERSION: u32 = 1;
/// How hard the disk is compressed: it is mostly zeros and repetition.
const COMPRESSION: i32 = 12;

fn main() -> ExitCode {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    for sources in ["build.rs", "lisp", "microcode", "roms", "tables"] {
        println!("cargo:rerun-if-changed={sources}");
    }
    match build(&root, &out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn build(root: &Path, out: &Path) -> Result<(), String> {
    let tables = Tables::load().map_err(|e| e.to_string())?;
    let prom = object(assemble_prom(root, &tables).map_err(|e| e.to_string())?)?;
    let microcode = object(assemble_project(root, &tables).map_err(|e| e.to_string())?)?;
    let plan = world::Plan {
        root: root.join("lisp"),
        listing: false,
        features: Vec::new(),
        error_table: microcode.symbols.error_table.clone(),
    };
    let world = world::build(&plan).and_then(world::World::without_warnings);
    let world = world.map_err(|e| e.to_string())?;
    let map = world.map();
    let band = world.band;
    let band: Vec<u8> = band.iter().flat_map(|word| word.to_le_bytes()).collect();
    let disk = disk::standard(&microcode, &band, BAND_VERSION)
        .ok_or("microcode: found no label START, expected one where the PROM may begin")?;
    let disk = zstd::encode_all(disk.as_slice(), COMPRESSION).map_err(|e| e.to_string())?;
    for (name, bytes) in [
        ("prom.object", prom.to_bytes()),
        ("disk.img.zst", disk),
        ("functions.map", map.into_bytes()),
    ] {
        let path = out.join(name);
        std::fs::write(&path, bytes).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    Ok(())
}

fn object(assembled: Assembled) -> Result<Object, String> {
    assembled.object.ok_or_else(|| assembled.report.to_string())
}
