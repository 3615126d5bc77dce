//! The four overlays of the word: how each kind of instruction takes its operands
//! and its byte, and what it cannot do.

use microword::{AluFunction, JumpCondition, Microword};

use crate::assembly::Assembly;
use crate::constant::ZERO;
use crate::form::{Form, Position};
use crate::instruction::Draft;
use crate::value::{Byte, Operand, Place, Value};

impl Assembly<'_> {
    /// Puts operands into the A and M fields; false when they do not go there.
    pub(crate) fn operands(
        &mut self,
        form: &Form,
        word: &mut Draft,
        operands: &[Operand],
        commutes: bool,
    ) -> bool {
        let chosen = match choose(operands, commutes) {
            Ok(chosen) => chosen,
            Err(trouble) => {
                self.error(trouble.at, trouble.message, &trouble.help);
                return false;
            }
        };
        if let (Some(m), Some(a)) = (chosen.m, chosen.a)
            && chosen.a_first
            && !commutes
        {
            let (m, a) = (&m.name, &a.name);
            self.warning(
                form.at,
                format!("this works on M and then A, {m} and then {a}, whatever the order they are written in"),
                "write the M operand first",
            );
        }
        for (field, operand) in [
            (&Microword::M_SOURCE, chosen.m),
            (&Microword::A_SOURCE, chosen.a),
        ] {
            if let Some(operand) = operand {
                let (Place::A(code) | Place::M(code) | Place::Functional(code)) = operand.place
                else {
                    continue;
                };
                self.put(form, word, field, u64::from(code), &operand.name);
            }
        }
        true
    }

    pub(crate) fn alu(&mut self, form: &Form, word: &mut Draft, value: &Value) {
        if value.byte.is_some() {
            self.error(
                form.at,
                "an ALU instruction cannot take a byte".to_string(),
                "use LDB or DPB, in an instruction of its own",
            );
        }
        let function = word
            .given(&Microword::FUNCTION)
            .then(|| Microword(word.bits as u64).function_bits());
        let function = function.and_then(AluFunction::from_code);
        if !self.operands(form, word, &value.operands, function.is_none_or(commutes)) {
            return;
        }
        let (m, a) = (
            word.given(&Microword::M_SOURCE),
            word.given(&Microword::A_SOURCE),
        );
        match function {
            None => {
                let code = match (m, a) {
                    (false, false) => AluFunction::Setz,
                    (true, false) => AluFunction::Setm,
                    (false, true) => AluFunction::Seta,
                    (true, true) => {
                        self.error(
                            form.at,
                            "an A and an M operand, but nothing says what to do with them"
                                .to_string(),
                            "as ADD, SUB or AND would",
                        );
                        return;
                    }
                };
                self.put(
                    form,
                    word,
                    &Microword::FUNCTION,
                    code.code(),
                    "the default function",
                );
            }
            Some(function) => {
                let name = function.name().to_ascii_lowercase();
                if uses_m(function) && !m {
                    let help = if a {
                        "its operand is an A register: move it to M first, or use the function of A"
                    } else {
                        ""
                    };
                    self.error(form.at, format!("{name} needs an M operand"), help);
                } else if uses_a(function) && !a {
                    self.error(form.at, format!("{name} needs an A operand"), "");
                } else if (m && !uses_m(function) || a && !uses_a(function))
                    && !value.operands.is_empty()
                    && !word.given(&Microword::SOURCE_TO_MACRO_IR)
                {
                    self.warning(form.at, format!("{name} ignores one of its operands"), "");
                }
            }
        }
    }

    pub(crate) fn byte(&mut self, form: &Form, word: &mut Draft, value: &Value) {
        if !self.operands(form, word, &value.operands, false) {
            return;
        }
        let dpb =
            word.given(&Microword::ROTATE_MASK) && word.bits >> Microword::ROTATE_MASK.low & 1 != 0;
        let rotates = !word.given(&Microword::ROTATE_SOURCE)
            || word.bits >> Microword::ROTATE_SOURCE.low & 1 != 0;
        if rotates {
            self.put(form, word, &Microword::ROTATE_SOURCE, 1, "ldb");
        }
        if !word.given(&Microword::M_SOURCE) {
            self.error(
                form.at,
                "no M operand to take the byte from".to_string(),
                "bytes are taken from the M operand only",
            );
        }
        if !word.given(&Microword::A_SOURCE) {
            self.put(
                form,
                word,
                &Microword::A_SOURCE,
                u64::from(ZERO),
                "the default background",
            );
        }
        let raw = word.given(&Microword::BYTE_LENGTH) && word.given(&Microword::BYTE_POSITION);
        match value.byte {
            Some(Byte { size, position }) => {
                if size + position > 32 {
                    self.warning(
                        form.at,
                        format!("the byte of {size} bits at bit {position} reaches past bit 31"),
                        "",
                    );
                }
                // Width 0 is written where IMOD will supply the width.
                let length = size.max(1) - 1;
                let position = if dpb { position } else { turned(position) };
                self.put(
                    form,
                    word,
                    &Microword::BYTE_LENGTH,
                    u64::from(length),
                    "the byte",
                );
                self.put(
                    form,
                    word,
                    &Microword::BYTE_POSITION,
                    u64::from(position),
                    "the byte",
                );
            }
            None if raw => {}
            None => self.error(
                form.at,
                "which byte?".to_string(),
                "name a field, or say (byte-field width position)",
            ),
        }
    }

    pub(crate) fn jump(&mut self, form: &Form, word: &mut Draft, value: &Value) {
        let mut target = false;
        let mut rest = Vec::new();
        for operand in &value.operands {
            match operand.place {
                Place::Control(address) => {
                    target = true;
                    let name = operand.name.clone();
                    self.put(
                        form,
                        word,
                        &Microword::JUMP_ADDRESS,
                        u64::from(address),
                        &name,
                    );
                }
                _ => rest.push(operand.clone()),
            }
        }
        let now = Microword(word.bits as u64);
        let condition = JumpCondition::from_code(now.condition());
        let symmetric = matches!(
            condition,
            Some(JumpCondition::NotEqual | JumpCondition::DataTypeNotEqual)
        );
        if !self.operands(form, word, &rest, symmetric || now.test() == 0) {
            return;
        }
        let returns = now.jump_transfer_bits() & 4 != 0;
        if !target && !returns && !word.given(&Microword::JUMP_ADDRESS) {
            self.error(form.at, "where to?".to_string(), "a jump names a label");
        }
        if target && returns {
            self.warning(
                form.at,
                "a return goes where the micro-stack says; the label is not used".to_string(),
                "",
            );
        }
        if !word.given(&Microword::TEST) {
            self.error(
                form.at,
                "on what condition?".to_string(),
                "as jump-equal, jump-if-bit-set or (jump-conditional pg-fault …) say",
            );
            return;
        }
        if now.test() == 0 {
            match value.byte {
                Some(Byte { size: 1, position }) => {
                    self.put(
                        form,
                        word,
                        &Microword::CONDITION,
                        u64::from(turned(position)),
                        "the bit",
                    );
                }
                Some(Byte { size, .. }) => {
                    self.error(
                        form.at,
                        format!("a jump can test one bit, not {size}"),
                        "take the byte out with LDB first, or dispatch on it",
                    );
                }
                None if word.given(&Microword::CONDITION) => {}
                None => self.error(
                    form.at,
                    "which bit?".to_string(),
                    "name a one-bit field, or say (byte-field 1 position)",
                ),
            }
            if !word.given(&Microword::M_SOURCE) {
                self.error(
                    form.at,
                    "no M operand to test a bit of".to_string(),
                    "bits are tested in the M operand only",
                );
            }
            return;
        }
        if value.byte.is_some() {
            self.error(
                form.at,
                "this condition does not look at a byte".to_string(),
                "jump-if-bit-set looks at one bit; dispatch looks at more",
            );
        }
        let compares = matches!(
            condition,
            Some(
                JumpCondition::Less
                    | JumpCondition::LessOrEqual
                    | JumpCondition::NotEqual
                    | JumpCondition::DataTypeNotEqual
            )
        );
        let (m, a) = (
            word.given(&Microword::M_SOURCE),
            word.given(&Microword::A_SOURCE),
        );
        if compares && !(m && a) {
            let missing = if m { "an A" } else { "an M" };
            self.error(
                form.at,
                format!("the comparison needs {missing} operand"),
                "it compares an M with an A operand",
            );
        } else if !compares && !rest.is_empty() && now.0 >> 51 & 0o17 == 0 {
            self.warning(
                form.at,
                "this condition does not look at the operands".to_string(),
                "",
            );
        }
    }

    pub(crate) fn dispatch(&mut self, form: &Form, word: &mut Draft, value: &Value) {
        let mut table_bits = None;
        let errors = self.error_count;
        for operand in &value.operands {
            let name = operand.name.clone();
            match operand.place {
                Place::Table(address, bits) => {
                    table_bits = bits;
                    self.put(form, word, &Microword::A_SOURCE, u64::from(address), &name);
                }
                Place::M(code) | Place::Functional(code) => {
                    if word.given(&Microword::M_SOURCE) {
                        self.error(
                            operand.at,
                            format!("{name} is a second M operand"),
                            "a dispatch looks at one word, in the M operand",
                        );
                    } else {
                        self.put(form, word, &Microword::M_SOURCE, u64::from(code), &name);
                    }
                }
                Place::A(_) => self.error(
                    operand.at,
                    format!(
                        "{name} is an A operand, and the A field of a dispatch names its table"
                    ),
                    "dispatch on an M register or a functional source",
                ),
                Place::Control(_) => self.error(
                    operand.at,
                    format!(
                        "{name} is a label of control memory, and a dispatch goes through a table"
                    ),
                    "name a dispatch table, or use ((arg-call label) …)",
                ),
            }
        }
        if self.error_count != errors {
            return;
        }
        if !word.given(&Microword::A_SOURCE) {
            self.error(
                form.at,
                "through which table?".to_string(),
                "a dispatch names a dispatch table",
            );
        }
        if let Some(Byte { size, position }) = value.byte {
            if size > 12 {
                self.error(
                    form.at,
                    format!("a dispatch on {size} bits: the table would be larger than A memory"),
                    "",
                );
                return;
            }
            if let Some(bits) = table_bits
                && bits != size
            {
                self.warning(
                    form.at,
                    format!("a dispatch on {size} bits through a table of {bits} bits"),
                    "the widths should agree",
                );
            }
            if size > 0 && !word.given(&Microword::M_SOURCE) {
                self.error(form.at, "no M operand to dispatch on".to_string(), "");
            }
            self.put(
                form,
                word,
                &Microword::DISPATCH_LENGTH,
                u64::from(size),
                "the byte",
            );
            self.put(
                form,
                word,
                &Microword::DISPATCH_POSITION,
                u64::from(turned(position)),
                "the byte",
            );
        }
    }
}

/// The operands by the side they go to.
#[derive(Default)]
struct Chosen<'a> {
    m: Option<&'a Operand>,
    a: Option<&'a Operand>,
    /// The A operand is written before the M operand.
    a_first: bool,
}

/// Operands that the hardware cannot take.
struct Trouble {
    at: Position,
    message: String,
    help: String,
}

/// Sides for the operands. M memory is readable in A memory too, so of two M registers one goes
/// there.
fn choose(operands: &[Operand], commutes: bool) -> Result<Chosen<'_>, Trouble> {
    let mut chosen = Chosen::default();
    for operand in operands {
        let name = &operand.name;
        let trouble = |message: String, help: &str| {
            Err(Trouble {
                at: operand.at,
                message,
                help: help.to_string(),
            })
        };
        match (operand.place, chosen.m, chosen.a) {
            (Place::Control(_), ..) => {
                return trouble(
                    format!("the label {name} is no operand here"),
                    "(i-mem-loc …) gives its address as a number",
                );
            }
            (Place::Table(..), ..) => {
                return trouble(format!("the dispatch table {name} is no operand here"), "");
            }
            (Place::A(_), m, None) => {
                chosen.a_first = m.is_none();
                chosen.a = Some(operand);
            }
            (Place::A(_), m, Some(other)) => {
                let help = match (m, other.place) {
                    (Some(m), Place::M(_)) => {
                        format!(
                            "{} is the M operand; {} needs the A place too",
                            m.name, other.name
                        )
                    }
                    _ => "move one of them to an M register first".to_string(),
                };
                return trouble(format!("two A operands, {} and {name}", other.name), &help);
            }
            (_, None, _) => chosen.m = Some(operand),
            (_, Some(first), Some(second)) => {
                return trouble(
                    format!("three operands, {}, {} and {name}", first.name, second.name),
                    "the hardware has one M and one A operand",
                );
            }
            (Place::M(_), Some(_), None) => chosen.a = Some(operand),
            (Place::Functional(_), Some(first), None) => match first.place {
                Place::M(_) if commutes => {
                    chosen.a = Some(first);
                    chosen.m = Some(operand);
                }
                Place::M(_) => {
                    return trouble(
                        format!("{name} cannot be the second operand: it is no part of A memory"),
                        &format!(
                            "the hardware computes M with A: move {name} to an M register first"
                        ),
                    );
                }
                _ => {
                    return trouble(
                        format!(
                            "{} and {name} are both functional sources, and only one can be read at a time",
                            first.name
                        ),
                        "move one of them to an M register first",
                    );
                }
            },
        }
    }
    Ok(chosen)
}

/// The rotation to the left that brings the bit at `position` to place 0.
fn turned(position: u32) -> u32 {
    (32 - position) % 32
}

/// Does the function look at M?
pub(crate) fn uses_m(function: AluFunction) -> bool {
    use AluFunction::{Seta, Setca, Seto, Setz};
    !matches!(function, Setz | Seto | Seta | Setca)
}

/// Does the function look at A?
pub(crate) fn uses_a(function: AluFunction) -> bool {
    use AluFunction::{MPlus, MPlusM, Setcm, Setm, Seto, Setz};
    !matches!(function, Setz | Seto | Setm | Setcm | MPlus | MPlusM)
}

/// Is it the same with M and A exchanged?
fn commutes(function: AluFunction) -> bool {
    use AluFunction::{Add, And, Andcb, Eqv, Ior, Orcb, Xor};
    matches!(function, And | Xor | Ior | Andcb | Eqv | Orcb | Add)
        || !(uses_m(function) && uses_a(function))
}
