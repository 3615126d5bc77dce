//! Assembles the project's microcode with the project's tables.

use std::path::Path;

use microword::{CDR_CODES, DATA_TYPES};
use tables::{Format, Tables};
use uasm::{Assembled, MacroEvaluator, Options, Source};

/// What is wrong with the sources before they reach the assembler.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A file cannot be read.
    #[error("{path}: {error}")]
    Read {
        /// The file.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// The order file is not what it should be.
    #[error("{path}:{line}: found {found}, expected (file \"what it holds\")")]
    Order {
        /// The file.
        path: String,
        /// The line, from 1.
        line: u32,
        /// What is there.
        found: String,
    },
}

/// The tables as a microcode source: bytes of words, codes, offsets, slots of the support vector.
pub fn prelude(tables: &Tables) -> Source {
    let mut text = String::from(";;; From the tables of the machine. Numbers are decimal.\n");
    for field in &tables.objects.fields {
        let (name, width, position) = (&field.name, field.width, field.position);
        text += &format!("(def-data-field {name} {width}. {position}.)\n");
    }
    for constant in &tables.objects.constants {
        text += &format!("(assign {} {}.)\n", constant.name, constant.value);
    }
    for (slot, support) in tables.support.iter().enumerate() {
        text += &format!("(assign svc-{} {slot}.)\n", support.name);
    }
    for instruction in tables
        .macroinstructions
        .iter()
        .filter(|i| i.format == Format::Long)
    {
        text += &format!(
            "(assign operation-{} {}.)\n",
            instruction.name, instruction.code
        );
    }
    // The assembler's language has the codes of the words themselves.
    debug_assert!(DATA_TYPES.len() == 32 && CDR_CODES.len() == 4);
    Source {
        name: "tables".into(),
        text,
    }
}

/// The board registers as a microcode source.
pub fn boards_prelude() -> Source {
    let text = boards::symbols()
        .into_iter()
        .map(|(name, value)| format!("(assign {name} {value}.)\n"))
        .collect();
    Source {
        name: "boards".into(),
        text,
    }
}

/// Reads a source.
pub fn source(root: &Path, path: &str) -> Result<Source, SourceError> {
    let text = std::fs::read_to_string(root.join(path)).map_err(|error| SourceError::Read {
        path: path.into(),
        error,
    })?;
    Ok(Source {
        name: path.into(),
        text,
    })
}

/// The files that `microcode/boot-order.lisp` names, in its order.
pub fn sources(root: &Path) -> Result<Vec<Source>, SourceError> {
    const ORDER: &str = "microcode/boot-order.lisp";
    let order = source(root, ORDER)?;
    let wrong = |line: usize, found: &str| SourceError::Order {
        path: ORDER.into(),
        line: line as u32 + 1,
        found: found.into(),
    };
    let mut all = Vec::new();
    for (number, line) in order.text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(';') {
            continue;
        }
        let name = line.strip_prefix('(').and_then(|rest| rest.split_once(' '));
        let (name, _) = name.ok_or_else(|| wrong(number, line))?;
        all.push(source(root, &format!("microcode/{name}.lisp"))?);
    }
    Ok(all)
}

/// Assembles sources with the tables; `evaluator` runs their macros.
pub fn assemble(
    tables: &Tables,
    sources: Vec<Source>,
    evaluator: &mut dyn MacroEvaluator,
) -> Assembled {
    let mut all = vec![prelude(tables), boards_prelude()];
    all.extend(sources);
    let options = Options {
        macro_entries: tables
            .macroinstructions
            .iter()
            .filter(|i| i.format != Format::Long)
            .map(|i| (i.name.clone(), i.decode_entries()))
            .collect(),
        evaluator: Some(evaluator),
        ..Options::default()
    };
    uasm::assemble(&all, options)
}

/// Assembles the microcode of the project whose root this is.
pub fn assemble_project(root: &Path, tables: &Tables) -> Result<Assembled, SourceError> {
    let sources = sources(root)?;
    Ok(host_lisp::with_large_stack(|| {
        assemble(tables, sources, &mut uasm::HostLisp::default())
    }))
}

/// Assembles the boot PROM.
pub fn assemble_prom(root: &Path, tables: &Tables) -> Result<Assembled, SourceError> {
    let sources = vec![source(root, "roms/prom.lisp")?];
    Ok(host_lisp::with_large_stack(|| {
        assemble(tables, sources, &mut uasm::HostLisp::default())
    }))
}
