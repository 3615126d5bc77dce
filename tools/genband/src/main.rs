//! `genband`: builds the load band from the Lisp world.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use genband::error::BuildError;
use genband::world::{Plan, build};

/// Compiles the Lisp world and lays it out as a load band.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The directory with load-order.lisp and packages.lisp
    #[arg(default_value = "lisp")]
    root: PathBuf,
    /// Where to write the band
    #[arg(short, long)]
    output: Option<PathBuf>,
    /// Where to write the map of functions: address, length, name
    #[arg(long)]
    map: Option<PathBuf>,
    /// Where to write all functions as text
    #[arg(long)]
    listing: Option<PathBuf>,
    /// A keyword for *features*
    #[arg(long = "feature", value_name = "NAME")]
    features: Vec<String>,
    /// Build although the compiler warns
    #[arg(long)]
    allow_warnings: bool,
}

fn write(path: Option<&Path>, bytes: &[u8]) -> Result<(), BuildError> {
    let Some(path) = path else { return Ok(()) };
    let aside = path.with_extension("new");
    std::fs::write(&aside, bytes)
        .and_then(|()| std::fs::rename(&aside, path))
        .map_err(|source| BuildError::File {
            path: path.into(),
            source,
        })
}

fn run(arguments: &Arguments) -> Result<(), BuildError> {
    let plan = Plan {
        root: arguments.root.clone(),
        listing: arguments.listing.is_some(),
        features: arguments.features.clone(),
        error_table: Vec::new(),
    };
    let mut world = build(&plan)?;
    if arguments.allow_warnings {
        for warning in &world.warnings {
            eprintln!("{warning}");
        }
    } else {
        world = world.without_warnings()?;
    }
    let bytes: Vec<u8> = world.band.iter().flat_map(|w| w.to_le_bytes()).collect();
    write(arguments.output.as_deref(), &bytes)?;
    write(arguments.map.as_deref(), world.map().as_bytes())?;
    write(arguments.listing.as_deref(), world.listing.as_bytes())?;
    println!(
        "{} functions, {} words, {} warnings",
        world.functions.len(),
        world.band.len(),
        world.warnings.len()
    );
    Ok(())
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("genband: {e}");
            ExitCode::from(4)
        }
    }
}
