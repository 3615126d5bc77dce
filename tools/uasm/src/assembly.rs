//! The state of one assembly, and the order of its passes.
//!
//! The first pass (`walk`) expands macros, gives every word its memory and
//! address, and defines symbols. Then dispatch tables and constants get their
//! places, and the second pass (`emit`) assembles each word. `slot` looks over
//! the finished control memory for suspicious delay slots.

use std::collections::BTreeMap;

use crate::constant::Constants;
use crate::diagnostic::{Diagnostic, Report, Severity};
use crate::form::{Form, Position};
use crate::macros::MacroEvaluator;
use crate::object::{Object, SourceLine};
use crate::reader::read;
use crate::symbol::{Memory, Origin, Program, Refused, SymbolTable};

/// The symbol definitions of the language.
const LANGUAGE: &str = include_str!("../../../microcode/lambda-symbols.lisp");
/// What messages call that file.
const LANGUAGE_FILE: &str = "lambda-symbols.lisp";

/// A source file.
#[derive(Debug, Clone)]
pub struct Source {
    /// The name that messages and the symbol file give it.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// A table of constants for the assembly: Lisp layout constants, device registers and the like.
#[derive(Debug, Clone, Default)]
pub struct ConstantTable {
    /// What messages call it.
    pub name: String,
    /// Names (lower case) and values, in order.
    pub values: Vec<(String, i64)>,
}

/// What an assembly is given besides its sources.
pub struct Options<'o> {
    /// Features for `#+` and `#-`; `lambda` by default.
    pub features: Vec<String>,
    /// Opcodes of macroinstructions, for `misc-inst-entry` and `macro-ir-misc-decode`. Names are
    /// lower case.
    pub macro_opcodes: BTreeMap<String, u32>,
    /// For macroinstructions that occupy other or more words of decode memory than a MISC
    /// opcode's one: name and indices, for `misc-inst-entry`. These come before `macro_opcodes`.
    pub macro_entries: BTreeMap<String, std::ops::Range<u16>>,
    /// Tables of constants.
    pub constants: Vec<ConstantTable>,
    /// The Lisp that runs macros; without one a macro is an error.
    pub evaluator: Option<&'o mut dyn MacroEvaluator>,
    /// Boards of the processor that the microcode is for: their sources and destinations are
    /// words of the language.
    pub boards: microword::Boards,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options {
            features: vec!["lambda".to_string()],
            macro_opcodes: BTreeMap::new(),
            macro_entries: BTreeMap::new(),
            constants: Vec::new(),
            evaluator: None,
            boards: microword::Boards::all(),
        }
    }
}

/// What an assembly gives back: the object unless there were errors, and everything it had to say.
#[derive(Debug)]
pub struct Assembled {
    /// The object file's contents; none when there were errors.
    pub object: Option<Object>,
    /// Errors and warnings.
    pub report: Report,
}

/// Assembles `sources`, one after another as if they were one file.
pub fn assemble(sources: &[Source], options: Options<'_>) -> Assembled {
    let files: Vec<String> = sources
        .iter()
        .map(|source| source.name.clone())
        .chain([LANGUAGE_FILE.to_string()])
        .collect();
    let mut assembly = Assembly::new(options, sources.len() as u32);
    assembly.object.symbols.files = files[..sources.len()].to_vec();
    for (file, source) in sources.iter().enumerate() {
        let (forms, problems) = read(&source.text, file as u32, &assembly.features);
        assembly.diagnostics.extend(problems);
        for form in &forms {
            assembly.walk(form);
        }
        assembly.end_of_file();
    }
    assembly.place_tables();
    assembly.emit();
    assembly.check_slots();
    assembly.count_undefined();
    let mut report = Report {
        files,
        diagnostics: assembly.diagnostics,
    };
    report.arrange();
    let object = if report.has_errors() {
        None
    } else {
        Some(assembly.object)
    };
    Assembled { object, report }
}

/// Assembles single instructions, as the debugger does. Names of the language and place names
/// such as `5@m` are known, and those of an object.
pub struct LineAssembler {
    assembly: Assembly<'static>,
}

impl LineAssembler {
    /// One that knows the labels, registers and numbers of `object`.
    pub fn new(object: Option<&Object>) -> LineAssembler {
        let mut assembly = Assembly::new(Options::default(), 1);
        if let Some(object) = object {
            for (name, label) in &object.symbols.labels {
                let program = Program::Location(label.memory, u32::from(label.address));
                let _ = assembly
                    .symbols
                    .define(name, program, Origin::Source, Position::default());
            }
            assembly.constants.know(&object.symbols.constants);
            for (name, number) in &object.symbols.numbers {
                let program = Program::Number(i128::from(*number));
                let _ = assembly
                    .symbols
                    .define(name, program, Origin::Source, Position::default());
            }
        }
        LineAssembler { assembly }
    }

    /// The word that the instruction in `text` assembles to.
    pub fn assemble(&mut self, text: &str) -> Result<u64, Report> {
        let assembly = &mut self.assembly;
        assembly.diagnostics.clear();
        assembly.undefined.clear();
        let (forms, problems) = read(text, 0, &assembly.features);
        assembly.diagnostics.extend(problems);
        let mut word = None;
        match forms.as_slice() {
            [form] => {
                assembly.current = Some(form.clone());
                word = assembly.instruction(form);
            }
            _ => assembly.error(
                Position::default(),
                "one instruction is wanted".to_string(),
                "",
            ),
        }
        assembly.current = None;
        let files = vec!["instruction".to_string(), LANGUAGE_FILE.to_string()];
        let report = Report {
            files,
            diagnostics: std::mem::take(&mut assembly.diagnostics),
        };
        match word {
            Some(word) if !report.has_errors() => Ok(word),
            _ => Err(report),
        }
    }
}

/// A word to be assembled in the second pass.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    pub form: Form,
    pub memory: Memory,
    /// Address; for a word of a dispatch table its place in the table.
    pub address: u32,
    /// The dispatch table it belongs to.
    pub table: usize,
    /// The value of REPEAT-COUNT.
    pub repeat_count: i128,
    /// The one-word tables of its ARG-CALLs.
    pub argument_tables: Vec<usize>,
    /// The author has looked at its delay slot.
    pub slot_ok: bool,
}

/// A dispatch table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub name: String,
    pub at: Position,
    /// 2 to this power words.
    pub bits: u32,
    /// Added to every entry.
    pub options: Vec<Form>,
    /// How many entries were written.
    pub used: u32,
    /// Set by LOC, otherwise by the assembler.
    pub fixed: bool,
    pub address: u32,
}

/// A request to fill decode memory.
#[derive(Debug, Clone)]
pub(crate) struct Decode {
    pub form: Form,
    pub address: u32,
    pub area: u32,
}

/// The state of one assembly.
pub(crate) struct Assembly<'o> {
    pub features: Vec<String>,
    pub macro_entries: BTreeMap<String, std::ops::Range<u16>>,
    pub macro_opcodes: BTreeMap<String, u32>,
    pub evaluator: Option<&'o mut dyn MacroEvaluator>,
    pub boards: microword::Boards,
    pub symbols: SymbolTable,
    pub diagnostics: Vec<Diagnostic>,
    /// Names that were found undefined: the message about each, and how many more uses.
    pub undefined: BTreeMap<String, (usize, u32)>,
    /// How many errors there were, discarded ones included.
    pub error_count: u32,
    /// Messages are discarded while this is not 0.
    pub quiet: u32,
    /// The word of the instruction that is being evaluated, for messages.
    pub component: Option<String>,
    /// The form being assembled, for messages.
    pub current: Option<Form>,
    pub depth: u32,
    /// How deep macro calls nest.
    pub macro_depth: u32,
    pub repeat_count: i128,
    /// Repetitions so far, of all REPEATs.
    pub repetitions: u32,
    /// Nesting of `begin-comment`.
    pub comment_depth: u32,
    pub comment_at: Position,
    /// The definitions of the language are being read.
    pub origin: Origin,

    pub locality: Memory,
    /// Location counters of control, A and M memory.
    pub control_location: u32,
    pub pagable_location: u32,
    pub pagable: bool,
    /// None until the first word or label of A memory, which decides where it begins.
    pub a_location: Option<u32>,
    pub m_location: u32,
    pub words: Vec<Word>,
    pub tables: Vec<Table>,
    pub open_table: Option<usize>,
    pub pending_labels: Vec<(String, Position)>,
    pub bit_pointers: BTreeMap<String, u32>,
    pub macros: BTreeMap<String, Position>,
    pub slot_ok: bool,
    pub dispatch_spec: Option<Form>,
    pub decode_area: u32,
    pub decodes: Vec<Decode>,
    pub misc_decodes: Vec<Decode>,
    pub illegal_entry: Option<u32>,
    pub constants: Constants,
    /// One-word tables of the word being assembled, and the next of them to use.
    pub argument_tables: Vec<usize>,
    pub argument_next: usize,
    pub object: Object,
}

impl<'o> Assembly<'o> {
    fn new(options: Options<'o>, language_file: u32) -> Assembly<'o> {
        let mut assembly = Assembly {
            features: options.features,
            macro_entries: options.macro_entries,
            macro_opcodes: options.macro_opcodes,
            evaluator: options.evaluator,
            boards: options.boards,
            symbols: SymbolTable::default(),
            diagnostics: Vec::new(),
            undefined: BTreeMap::new(),
            error_count: 0,
            quiet: 0,
            component: None,
            current: None,
            depth: 0,
            macro_depth: 0,
            repeat_count: 0,
            repetitions: 0,
            comment_depth: 0,
            comment_at: Position::default(),
            origin: Origin::Language,
            locality: Memory::Control,
            control_location: 0,
            pagable_location: 0o40000,
            pagable: false,
            a_location: None,
            m_location: 0,
            words: Vec::new(),
            tables: Vec::new(),
            open_table: None,
            pending_labels: Vec::new(),
            bit_pointers: BTreeMap::new(),
            macros: BTreeMap::new(),
            slot_ok: false,
            dispatch_spec: None,
            decode_area: 0,
            decodes: Vec::new(),
            misc_decodes: Vec::new(),
            illegal_entry: None,
            constants: Constants::default(),
            argument_tables: Vec::new(),
            argument_next: 0,
            object: Object::default(),
        };
        assembly.define_hardware();
        let (forms, problems) = read(LANGUAGE, language_file, &assembly.features);
        assembly.diagnostics.extend(problems);
        for form in &forms {
            assembly.walk(form);
        }
        assembly.origin = Origin::Constant;
        for table in options.constants {
            for (name, value) in table.values {
                let value = i128::from(value);
                let at = Position {
                    file: language_file,
                    line: 0,
                    column: 0,
                };
                assembly.current = Some(Form::symbol(&format!("constants of {}", table.name), at));
                assembly.define(&name, Program::Number(value), at);
            }
        }
        assembly.current = None;
        assembly.origin = Origin::Source;
        assembly
    }

    /// Names that come straight from the microword tables: functional sources and destinations,
    /// ALU functions, data types, cdr codes.
    fn define_hardware(&mut self) {
        let mut functional: BTreeMap<String, (Option<u8>, Option<u8>, bool)> = BTreeMap::new();
        for row in microword::SOURCES {
            for (place, name) in [row.name].iter().chain(row.aliases).enumerate() {
                let entry = functional.entry(name.to_ascii_lowercase()).or_default();
                entry.0 = Some(row.codes[0]);
                entry.2 |= place == 0;
            }
        }
        for row in microword::DESTINATIONS {
            for (place, name) in [row.name].iter().chain(row.aliases).enumerate() {
                let entry = functional.entry(name.to_ascii_lowercase()).or_default();
                entry.1 = Some(row.code);
                entry.2 |= place == 0;
            }
        }
        let nowhere = Position::default();
        for (name, (source, destination, primary)) in functional {
            // Short aliases such as Q and PP give way to a source's own names.
            let origin = if primary {
                Origin::Hardware
            } else {
                Origin::Default
            };
            let _ = self.symbols.define(
                &name,
                Program::Functional(source, destination),
                origin,
                nowhere,
            );
        }
        for function in microword::ALU_FUNCTIONS {
            let name = function.name().to_ascii_lowercase();
            let program = vec![
                Form::symbol("alu-function", nowhere),
                Form::symbol(&name, nowhere),
            ];
            let program = Program::Form(Form::list(program, nowhere));
            let _ = self
                .symbols
                .define(&name, program, Origin::Hardware, nowhere);
        }
        let codes = microword::DATA_TYPES
            .iter()
            .map(|code| (code.name(), code.code()))
            .chain(
                microword::CDR_CODES
                    .iter()
                    .map(|code| (code.name(), code.code())),
            );
        for (name, code) in codes {
            let name = name.to_ascii_lowercase();
            let program = Program::Number(i128::from(code));
            let _ = self
                .symbols
                .define(&name, program, Origin::Default, nowhere);
        }
    }

    /// An error about the current form.
    pub(crate) fn error(&mut self, at: Position, message: String, help: &str) {
        self.say(Severity::Error, at, message, help);
    }

    /// A warning about the current form.
    pub(crate) fn warning(&mut self, at: Position, message: String, help: &str) {
        self.say(Severity::Warning, at, message, help);
    }

    fn say(&mut self, severity: Severity, at: Position, message: String, help: &str) {
        self.error_count += u32::from(severity == Severity::Error);
        if self.quiet > 0 {
            return;
        }
        let form = self
            .current
            .as_ref()
            .map(Form::to_string)
            .unwrap_or_default();
        let at = if at.line == 0 {
            self.current.as_ref().map_or(at, |form| form.at)
        } else {
            at
        };
        let form = if form.len() > 200 {
            format!("{}…", form.chars().take(200).collect::<String>())
        } else {
            form
        };
        self.diagnostics.push(Diagnostic {
            severity,
            at,
            form,
            message,
            help: help.to_string(),
        });
    }

    /// Says that a name is not defined: once for each name, with the number of other uses.
    pub(crate) fn undefined_name(&mut self, name: &str, at: Position) {
        if self.quiet == 0
            && let Some((_, uses)) = self.undefined.get_mut(name)
        {
            *uses += 1;
            self.error_count += 1;
            return;
        }
        let help = match self.symbols.nearest(name) {
            Some(near) => format!("did you mean {near}?"),
            None => "define it with a label, assign, or a table of constants".to_string(),
        };
        self.error(at, format!("{name} is not defined"), &help);
        if self.quiet == 0 {
            let place = self.diagnostics.len() - 1;
            self.undefined.insert(name.to_string(), (place, 0));
        }
    }

    /// Adds to the messages about undefined names how often else they are used.
    fn count_undefined(&mut self) {
        for (place, uses) in std::mem::take(&mut self.undefined).into_values() {
            if uses > 0 {
                let plural = if uses == 1 { "" } else { "s" };
                self.diagnostics[place].message +=
                    &format!(" (used at {uses} other place{plural} too)");
            }
        }
    }

    /// Defines a symbol for whoever is speaking now, saying so when that is refused.
    pub(crate) fn define(&mut self, name: &str, program: Program, at: Position) {
        let origin = self.origin;
        match self.symbols.define(name, program, origin, at) {
            Ok(()) => {}
            Err(Refused::Language) => self.error(
                at,
                format!("{name} is a word of the language and cannot be defined again"),
                "choose another name",
            ),
            Err(Refused::Twice(first)) => {
                let help = if first.line == 0 {
                    "the first value is in a table of constants".to_string()
                } else {
                    let file = self.object.symbols.files.get(first.file as usize);
                    let file = file.cloned().unwrap_or_else(|| LANGUAGE_FILE.to_string());
                    format!(
                        "the first definition is at {file}:{}:{}",
                        first.line, first.column
                    )
                };
                self.error(
                    at,
                    format!("{name} is defined twice, with different values"),
                    &help,
                );
            }
        }
    }

    /// The word of the source that a program came from, for messages: the element of the instruction
    /// that is being evaluated, or else the program itself.
    pub(crate) fn component_name(&self, form: &Form) -> String {
        self.component.clone().unwrap_or_else(|| form.to_string())
    }

    /// Where a form stands, for the symbol file.
    pub(crate) fn line_of(&self, form: &Form) -> SourceLine {
        SourceLine {
            file: form.at.file as u16,
            line: form.at.line,
        }
    }
}
