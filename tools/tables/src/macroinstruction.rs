//! `tables/macroinstructions.lisp`: the macroinstruction set.

use crate::form::{Datum, Form, read};
use crate::{TableError, expect};

/// How a macroinstruction is laid out in its halfword.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Opcode <15:6>, displacement <5:0>.
    Slot,
    /// Opcode <15:9>, signed offset <8:0>.
    Branch,
    /// Number <8:0> under 0015 or 0035 in <15:9>.
    Misc,
    /// Operation of the `long` prefix, operand in the next halfword.
    Long,
}

/// One macroinstruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Macroinstruction {
    /// Its name.
    pub name: String,
    /// Its format.
    pub format: Format,
    /// Opcode or number, by format.
    pub code: u16,
    /// Stack effect as documented: `(x y -- z)`.
    pub effect: String,
    /// Words taken from the stack, where fixed.
    pub args: Option<u8>,
    /// Words left on the stack, where fixed.
    pub results: Option<u8>,
    /// Control does not simply go on.
    pub flow: bool,
    /// The Lisp function it open-codes.
    pub function: Option<String>,
    /// The result is T or NIL.
    pub predicate: bool,
    /// The Lisp function called outside the fast path.
    pub escape: Option<String>,
    /// Meaning.
    pub meaning: String,
}

const LONG_OPCODE: &str = "long";

impl Macroinstruction {
    /// The halfword, or for the long format the two halfwords, with this operand.
    /// `None` when the operand does not fit.
    pub fn encode(&self, operand: i32, long_opcode: u16) -> Option<Vec<u16>> {
        let fits = |bits: u32| {
            u16::try_from(operand)
                .ok()
                .filter(|o| u32::from(*o) >> bits == 0)
        };
        match self.format {
            Format::Slot => fits(6).map(|o| vec![self.code << 6 | o]),
            Format::Branch => (-256..256)
                .contains(&operand)
                .then(|| vec![self.code << 9 | (operand & 0x1ff) as u16]),
            Format::Misc => {
                (operand == 0).then(|| vec![self.misc_prefix() << 9 | (self.code & 0x1ff)])
            }
            Format::Long => (-0x8000..0x1_0000)
                .contains(&operand)
                .then(|| vec![long_opcode << 6 | self.code, operand as u16]),
        }
    }

    /// The code in <15:9> of a misc instruction.
    pub fn misc_prefix(&self) -> u16 {
        if self.code < 0x200 { 0o15 } else { 0o35 }
    }

    /// The entries of the decode memory this instruction occupies (of the 4096; long operations none).
    pub fn decode_entries(&self) -> std::ops::Range<u16> {
        match self.format {
            Format::Slot => self.code..self.code + 1,
            Format::Branch => self.code << 3..(self.code + 1) << 3,
            Format::Misc => 0o6000 + self.code..0o6001 + self.code,
            Format::Long => 0..0,
        }
    }
}

pub(crate) fn parse(file: &str, text: &str) -> Result<Vec<Macroinstruction>, TableError> {
    let mut all: Vec<Macroinstruction> = Vec::new();
    for form in read(file, text)? {
        let items = expect(file, &form, form.list(), "(define-macroinstruction …)")?;
        let one = instruction(file, &form, items)?;
        let clash = all.iter().find(|other| {
            other.name == one.name
                || (other.format == Format::Long
                    && one.format == Format::Long
                    && other.code == one.code)
                || overlap(&other.decode_entries(), &one.decode_entries())
        });
        if let Some(other) = clash {
            let found = format!("{} with the name or code of {}", one.name, other.name);
            return Err(TableError::new(
                file,
                form.line,
                &found,
                "a name and code of its own",
            ));
        }
        all.push(one);
    }
    if !all
        .iter()
        .any(|i| i.name == LONG_OPCODE && i.format == Format::Slot)
    {
        return Err(TableError::new(file, 1, "no slot instruction LONG", "one"));
    }
    Ok(all)
}

fn overlap(a: &std::ops::Range<u16>, b: &std::ops::Range<u16>) -> bool {
    a.start.max(b.start) < a.end.min(b.end)
}

fn instruction(file: &str, form: &Form, items: &[Form]) -> Result<Macroinstruction, TableError> {
    const SHAPE: &str = "(define-macroinstruction name format code \"effect\" keys… \"meaning\")";
    let bad = |found: &str| TableError::new(file, form.line, found, SHAPE);
    let symbol = |i: usize| items.get(i).and_then(Form::symbol);
    if symbol(0) != Some("define-macroinstruction") || items.len() < 6 {
        return Err(bad(symbol(0).unwrap_or("another form")));
    }
    let (format, limit) = match symbol(2) {
        Some("slot") => (Format::Slot, 1 << 10),
        Some("branch") => (Format::Branch, 1 << 7),
        Some("misc") => (Format::Misc, 1 << 10),
        Some("long") => (Format::Long, 1 << 6),
        _ => return Err(bad("another format")),
    };
    let code = items[3].integer().filter(|c| (0..limit).contains(c));
    let mut one = Macroinstruction {
        name: symbol(1).ok_or_else(|| bad("no name"))?.to_string(),
        format,
        code: expect(file, form, code, "a code that fits the format")? as u16,
        effect: items[4]
            .text()
            .ok_or_else(|| bad("no stack effect"))?
            .to_string(),
        args: None,
        results: None,
        flow: false,
        function: None,
        predicate: false,
        escape: None,
        meaning: items[items.len() - 1]
            .text()
            .ok_or_else(|| bad("no meaning"))?
            .to_string(),
    };
    for pair in items[5..items.len() - 1].chunks(2) {
        let [key, value] = pair else {
            return Err(bad("a key without a value"));
        };
        let small = || value.integer().and_then(|n| u8::try_from(n).ok());
        match (key.symbol(), &value.datum) {
            (Some(":args"), _) => one.args = Some(expect(file, form, small(), "a count")?),
            (Some(":results"), _) => one.results = Some(expect(file, form, small(), "a count")?),
            (Some(":flow"), _) => one.flow = true,
            (Some(":predicate"), _) => one.predicate = true,
            (Some(":function"), Datum::Symbol(name)) => one.function = Some(name.clone()),
            (Some(":escape"), Datum::Symbol(name)) => one.escape = Some(name.clone()),
            _ => return Err(bad("an unknown key")),
        }
    }
    if one.function.is_some() && one.args.is_none() {
        return Err(bad("a :function without :args"));
    }
    Ok(one)
}
