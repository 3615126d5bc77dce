//! The tables of the machine, read from `tables/*.lisp`: object layouts, macroinstructions, support vector.
//!
//! Builder, micro-assembler, compiler and inspector take their numbers from here and
//! nowhere else. The files are part of this crate, so that no path is needed at run time.

mod form;
mod macroinstruction;
mod objects;

pub use form::{Datum, Form};
pub use macroinstruction::{Format, Macroinstruction};
pub use objects::{Constant, Field, Objects};

/// What is wrong with a table file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: found {found}, expected {expected}")]
pub struct TableError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// What is there.
    pub found: String,
    /// What should be.
    pub expected: String,
}

impl TableError {
    fn new(file: &str, line: u32, found: &str, expected: &str) -> Self {
        Self {
            file: file.into(),
            line,
            found: found.into(),
            expected: expected.into(),
        }
    }
}

fn expect<T>(file: &str, form: &Form, value: Option<T>, what: &str) -> Result<T, TableError> {
    value.ok_or_else(|| TableError::new(file, form.line, "something else", what))
}

/// A slot of the support vector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Support {
    /// Name in microcode, without the prefix `svc-`.
    pub name: String,
    /// The Lisp symbol in the slot, with package: `si:%trap`, `quote`.
    pub symbol: String,
    /// Use.
    pub meaning: String,
}

/// All tables.
#[derive(Debug, Clone)]
pub struct Tables {
    /// Layouts, codes, fields, addresses.
    pub objects: Objects,
    /// Macroinstructions, in the order of the file.
    pub macroinstructions: Vec<Macroinstruction>,
    /// The support vector, by slot.
    pub support: Vec<Support>,
}

impl Tables {
    /// The project's own tables.
    pub fn load() -> Result<Self, TableError> {
        Self::parse(
            include_str!("../../../tables/objects.lisp"),
            include_str!("../../../tables/macroinstructions.lisp"),
            include_str!("../../../tables/support-vector.lisp"),
        )
    }

    /// Tables from texts.
    pub fn parse(objects: &str, instructions: &str, support: &str) -> Result<Self, TableError> {
        let objects = Objects::parse("tables/objects.lisp", objects)?;
        let instructions = macroinstruction::parse("tables/macroinstructions.lisp", instructions)?;
        let support = support_vector("tables/support-vector.lisp", support, &instructions)?;
        Ok(Self {
            objects,
            macroinstructions: instructions,
            support,
        })
    }

    /// The macroinstruction of that name.
    pub fn instruction(&self, name: &str) -> Option<&Macroinstruction> {
        self.macroinstructions.iter().find(|i| i.name == name)
    }

    /// The opcode of the `long` prefix.
    pub fn long_opcode(&self) -> u16 {
        self.instruction("long").map_or(0, |i| i.code)
    }

    /// The halfwords of an instruction with its operand (0 where it takes none).
    pub fn encode(&self, name: &str, operand: i32) -> Option<Vec<u16>> {
        self.instruction(name)?.encode(operand, self.long_opcode())
    }

    /// The slot of a support-vector entry.
    pub fn support_slot(&self, name: &str) -> Option<usize> {
        self.support.iter().position(|s| s.name == name)
    }
}

fn support_vector(
    file: &str,
    text: &str,
    instructions: &[Macroinstruction],
) -> Result<Vec<Support>, TableError> {
    let mut slots: Vec<Support> = Vec::new();
    for form in form::read(file, text)? {
        let items = expect(file, &form, form.list(), "(define-support-vector …)")?;
        if items.first().and_then(Form::symbol) != Some("define-support-vector") {
            return Err(TableError::new(
                file,
                form.line,
                "another form",
                "(define-support-vector …)",
            ));
        }
        for item in &items[1..] {
            const SHAPE: &str = "(name symbol \"use\")";
            let parts = expect(file, item, item.list(), SHAPE)?;
            let name = expect(file, item, parts.first().and_then(Form::symbol), SHAPE)?;
            let symbol = expect(file, item, parts.get(1).and_then(Form::symbol), SHAPE)?;
            let meaning = parts.get(2).and_then(Form::text).unwrap_or_default();
            slots.push(Support {
                name: name.into(),
                symbol: symbol.into(),
                meaning: meaning.into(),
            });
        }
    }
    for instruction in instructions {
        if let Some(escape) = &instruction.escape
            && !slots
                .iter()
                .any(|s| s.symbol == *escape && s.name.starts_with("escape-"))
        {
            slots.push(Support {
                name: format!("escape-{}", escape_name(escape)),
                symbol: escape.clone(),
                meaning: format!("slow path of {}", instruction.name),
            });
        }
    }
    Ok(slots)
}

/// `si:%add-slow` is `add-slow`.
fn escape_name(symbol: &str) -> &str {
    symbol
        .rsplit(':')
        .next()
        .unwrap_or(symbol)
        .trim_start_matches('%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_tables_are_sound() {
        let tables = Tables::load().unwrap();
        assert_eq!(tables.objects.constant("t-address"), 8);
        assert_eq!(tables.objects.field("q-data-type").position, 25);
        assert_eq!(tables.encode("push-local", 3), Some(vec![0o103]));
        assert_eq!(tables.encode("push-local", 64), None);
        assert_eq!(tables.encode("branch", -1), Some(vec![0o40 << 9 | 0o777]));
        assert_eq!(tables.encode("car", 0), Some(vec![0o15 << 9]));
        assert_eq!(
            tables.encode("long-push-local", 300),
            Some(vec![0o35 << 6 | 1, 300])
        );
        assert!(tables.support_slot("trap") == Some(0));
        let pages = tables.objects.constant("support-vector") as usize + tables.support.len();
        assert!(
            pages <= 0o2000,
            "the support vector ends below the resident area's free part"
        );
        for i in &tables.macroinstructions {
            let decode = i.decode_entries();
            if i.format == Format::Slot || i.format == Format::Branch {
                // <15:6> of the misc instructions: 0015 and 0035 in <15:9>
                assert!(!(0o150..0o160).contains(&decode.start), "{}", i.name);
                assert!(!(0o350..0o360).contains(&decode.start), "{}", i.name);
            }
        }
    }

    #[test]
    fn mistakes_name_file_and_line() {
        let one = r#"(define-macroinstruction long slot 1 "(--)" "x")
                     (define-macroinstruction b slot 1 "(--)" "x")"#;
        let error = Tables::parse("", one, "").unwrap_err();
        assert_eq!(error.line, 2);
        assert!(
            error
                .to_string()
                .starts_with("tables/macroinstructions.lisp:2: found b ")
        );
        let error = Tables::parse("(define-codes x (a))", "", "").unwrap_err();
        assert!(error.to_string().contains("expected a number"), "{error}");
    }
}
