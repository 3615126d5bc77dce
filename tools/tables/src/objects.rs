//! `tables/objects.lisp`: constants and byte fields.

use crate::form::{Form, read};
use crate::{TableError, expect};

/// A named number: a code, an offset, an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constant {
    /// Full name, with its prefix: `header-type-fef`, `symbol-value`.
    pub name: String,
    /// The number.
    pub value: i64,
    /// Meaning, possibly empty.
    pub meaning: String,
}

/// A byte field of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Full name, with its prefix: `q-data-type`, `array-header-length`.
    pub name: String,
    /// Lowest bit.
    pub position: u32,
    /// Number of bits.
    pub width: u32,
    /// Meaning, possibly empty.
    pub meaning: String,
}

/// Everything that `tables/objects.lisp` declares, in its order.
#[derive(Debug, Clone, Default)]
pub struct Objects {
    /// Codes, layout offsets, addresses.
    pub constants: Vec<Constant>,
    /// Byte fields.
    pub fields: Vec<Field>,
}

impl Objects {
    /// The value of a constant.
    ///
    /// # Panics
    /// When the table has no such constant: the name is written in our own sources.
    pub fn constant(&self, name: &str) -> i64 {
        self.constants
            .iter()
            .find(|c| c.name == name)
            .unwrap_or_else(|| panic!("tables/objects.lisp declares no constant {name}"))
            .value
    }

    /// The field of that name.
    ///
    /// # Panics
    /// When the table has no such field.
    pub fn field(&self, name: &str) -> &Field {
        self.fields
            .iter()
            .find(|f| f.name == name)
            .unwrap_or_else(|| panic!("tables/objects.lisp declares no field {name}"))
    }

    pub(crate) fn parse(file: &str, text: &str) -> Result<Self, TableError> {
        let mut objects = Self::default();
        for form in read(file, text)? {
            let items = expect(file, &form, form.list(), "a declaration")?;
            let head = expect(
                file,
                &form,
                items.first().and_then(Form::symbol),
                "a declaration",
            )?;
            match head {
                "define-constants" => objects.constants(file, "", &items[1..])?,
                "define-codes" | "define-layout" => {
                    let prefix =
                        expect(file, &form, items.get(1).and_then(Form::symbol), "a name")?;
                    objects.constants(file, &format!("{prefix}-"), &items[2..])?;
                }
                "define-fields" => {
                    let prefix =
                        expect(file, &form, items.get(1).and_then(Form::symbol), "a name")?;
                    for item in &items[2..] {
                        objects.field_entry(file, prefix, item)?;
                    }
                }
                _ => {
                    return Err(TableError::new(
                        file,
                        form.line,
                        head,
                        "define-constants, define-codes, define-layout or define-fields",
                    ));
                }
            }
        }
        Ok(objects)
    }

    fn constants(&mut self, file: &str, prefix: &str, items: &[Form]) -> Result<(), TableError> {
        for item in items {
            let parts = expect(file, item, item.list(), "(name value \"meaning\")")?;
            let name = parts.first().and_then(Form::symbol);
            // A code may be written as a number-like name (art 1b reads as a symbol).
            let name = format!("{prefix}{}", expect(file, item, name, "a name")?);
            let value = expect(file, item, parts.get(1).and_then(Form::integer), "a number")?;
            let meaning = parts
                .get(2)
                .and_then(Form::text)
                .unwrap_or_default()
                .to_string();
            if self.constants.iter().any(|c| c.name == name) {
                return Err(TableError::new(
                    file,
                    item.line,
                    &name,
                    "a name not yet declared",
                ));
            }
            self.constants.push(Constant {
                name,
                value,
                meaning,
            });
        }
        Ok(())
    }

    fn field_entry(&mut self, file: &str, prefix: &str, item: &Form) -> Result<(), TableError> {
        const SHAPE: &str = "(name position width \"meaning\") within 32 bits";
        let parts = expect(file, item, item.list(), SHAPE)?;
        let name = expect(file, item, parts.first().and_then(Form::symbol), SHAPE)?;
        let number = |i: usize| {
            parts
                .get(i)
                .and_then(Form::integer)
                .and_then(|n| u32::try_from(n).ok())
        };
        let position = expect(file, item, number(1), SHAPE)?;
        let width = expect(
            file,
            item,
            number(2).filter(|w| *w >= 1 && w + position <= 32),
            SHAPE,
        )?;
        let meaning = parts
            .get(3)
            .and_then(Form::text)
            .unwrap_or_default()
            .to_string();
        self.fields.push(Field {
            name: format!("{prefix}-{name}"),
            position,
            width,
            meaning,
        });
        Ok(())
    }
}
