//! `uasm`: the micro-assembler as a command.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use uasm::{HostLisp, Object, Options, Source};

/// Micro-assembler and disassembler for the Lambda.
#[derive(Debug, Parser)]
#[command(name = "uasm", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Assemble sources, in the order given, into one object file.
    Asm {
        /// Source files.
        #[arg(required = true)]
        sources: Vec<PathBuf>,
        /// The object file.
        #[arg(short, long)]
        output: Option<PathBuf>,
        /// Print a listing: address, octal word, source line.
        #[arg(long)]
        listing: bool,
        /// A table of macroinstructions, `(name opcode …)`.
        #[arg(long)]
        opcodes: Vec<PathBuf>,
        /// A table of constants, `(name value)`.
        #[arg(long)]
        constants: Vec<PathBuf>,
    },
    /// Disassemble an object file.
    Dis {
        /// The object file.
        object: PathBuf,
    },
}

fn main() -> ExitCode {
    let command = Arguments::parse().command;
    // Macros may recurse deeply.
    let result = host_lisp::with_large_stack(|| match command {
        Command::Asm {
            sources,
            output,
            listing,
            opcodes,
            constants,
        } => assemble(&sources, output.as_deref(), listing, &opcodes, &constants),
        Command::Dis { object } => disassemble(&object),
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprint!("{message}");
            ExitCode::from(4)
        }
    }
}

fn read(path: &Path) -> Result<Source, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}\n", path.display()))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        format!(
            "{}: byte {} is not UTF-8 text\n",
            path.display(),
            error.utf8_error().valid_up_to()
        )
    })?;
    Ok(Source {
        name: path.display().to_string(),
        text,
    })
}

fn assemble(
    paths: &[PathBuf],
    output: Option<&Path>,
    wants_listing: bool,
    opcodes: &[PathBuf],
    constants: &[PathBuf],
) -> Result<(), String> {
    let mut options = Options::default();
    for path in opcodes {
        let table = read(path)?;
        let table = uasm::macro_opcodes(&table.name, &table.text).map_err(|e| format!("{e}\n"))?;
        options.macro_opcodes.extend(table);
    }
    for path in constants {
        let table = read(path)?;
        let table = uasm::constants(&table.name, &table.text).map_err(|e| format!("{e}\n"))?;
        options.constants.push(table);
    }
    let sources: Vec<Source> = paths
        .iter()
        .map(|path| read(path))
        .collect::<Result<_, _>>()?;
    let mut lisp = HostLisp::new();
    options.evaluator = Some(&mut lisp);
    let assembled = uasm::assemble(&sources, options);
    let Some(object) = assembled.object else {
        return Err(format!(
            "{}{} errors\n",
            assembled.report,
            assembled.report.errors().count()
        ));
    };
    eprint!("{}", assembled.report);
    if wants_listing {
        print!("{}", uasm::listing(&object, &sources));
    }
    if let Some(output) = output {
        object.write(output).map_err(|error| format!("{error}\n"))?;
    }
    Ok(())
}

fn disassemble(path: &Path) -> Result<(), String> {
    let object = Object::read(path).map_err(|error| format!("{error}\n"))?;
    print!("{}", uasm::listing(&object, &[]));
    Ok(())
}
