//! Assembles the project's microcode and PROM, and says what is wrong with them: the quick
//! check while writing microcode. `microcode [ROOT] [--listing]`; ROOT is the project's root.

use std::path::PathBuf;
use std::process::ExitCode;

use genband::microcode::{assemble_project, assemble_prom};
use tables::Tables;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let listing = arguments.iter().any(|a| a == "--listing");
    let root = arguments
        .iter()
        .find(|a| !a.starts_with("--"))
        .map_or(".", String::as_str);
    match check(&PathBuf::from(root), listing) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn check(root: &std::path::Path, listing: bool) -> Result<(), String> {
    let tables = Tables::load().map_err(|e| e.to_string())?;
    for (name, assembled) in [
        ("microcode", assemble_project(root, &tables)),
        ("boot PROM", assemble_prom(root, &tables)),
    ] {
        let assembled = assembled.map_err(|e| e.to_string())?;
        eprint!("{}", assembled.report);
        let object = assembled
            .object
            .ok_or_else(|| format!("{name}: there are errors"))?;
        let (words, entries) = (object.control.len(), object.symbols.entries.len());
        println!("{name}: {words} words, {entries} macroinstructions");
        if listing {
            println!("{}", uasm::listing(&object, &[]));
        }
    }
    Ok(())
}
