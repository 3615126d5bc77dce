//! The four overlays of the word: how each kind of instruction takes its operands
//! and its byte, and what it cannot do.

use microword::{AluFunction, JumpCondition, Microword};

use crate::assembly::Assembly;
use crate::constant::ZERO;
use crate::form::Form;
use crate::instruction::Draft;
use crate::value::{Byte, Operand, Place, Value};

impl Assembly<'_> {
    /// Puts operands into the A and M fields. M memory is readable in A memory too, so of two M
    /// registers one goes there.
    pub(crate) fn operands(
        &mut self,
        form: &Form,
        word: &mut Draft,
        operands: &[Operand],
        commutes: bool,
    ) -> bool {
        let mut m: Option<&Operand> = None;
        let mut a: Option<&Operand> = None;
        let mut a_first = false;
        for operand in operands {
            match operand.place {
                Place::A(_) => {
                    if let Some(other) = a {
                        let help = match (other.place, operand.place) {
                            (Place::M(_), _) => format!(
                                "{} is the M operand; {} needs the A place too",
                                m.map_or("", |m| &m.name),
                                other.name
                            ),
                            _ => "move one of them to an M register first".to_string(),
                        };
                        self.error(
                            form.at,
                            format!("two A operands, {} and {}", other.name, operand.name),
                            &help,
                        );
                        return false;
                    }
                    a_first = m.is_none();
                    a = Some(operand);
                }
                Place::M(_) | Place::Functional(_) => match (m, a) {
                    (None, _) => m = Some(operand),
                    (Some(first), None) => match (first.place, operand.place) {
                        (_, Place::M(_)) => a = Some(operand),
                        (Place::M(_), _) if commutes => {
                            a = Some(first);
                            m = Some(operand);
                        }
                        (Place::M(_), _) => {
                            self.error(
                                form.at,
                                format!("{} cannot be the second operand: it is no part of A memory", operand.name),
                                &format!("the hardware computes M with A: move {} to an M register first", operand.name),
                            );
                            return false;
                        }
                        _ => {
                            self.error(
                                form.at,
                                format!("{} and {} are both functional sources, and only one can be read at a time", first.name, operand.name),
                                "move one of them to an M register first",
                            );
                            return false;
                        }
                    },
                    (Some(first), Some(second)) => {
                        let (first, second) = (first.name.clone(), second.name.clone());
                        self.error(
                            form.at,
                            format!("three operands, {first}, {second} and {}", operand.name),
                            "the hardware has one M and one A operand",
                        );
                        return false;
                    }
                },
                Place::Control(_) => {
                    self.error(
                        form.at,
                        format!("the label {} is no operand here", operand.name),
                        "(i-mem-loc …) gives its address as a number",
                    );
                    return false;
                }
                Place::Table(..) => {
                    self.error(
                        form.at,
                        format!("the dispatch table {} is no operand here", operand.name),
                        "",
                    );
                    return false;
                }
            }
        }
        if let (Some(m), Some(a)) = (m, a)
            && a_first
            && !commutes
        {
            let (m, a) = (m.name.clone(), a.name.clone());
            self.warning(
                form.at,
                format!("this works on M and then A, {m} and then {a}, whatever the order they are written in"),
                "write the M operand first",
            );
        }
        if let Some(operand) = m {
            let (Place::M(code) | Place::Functional(code)) = operand.place else {
                return false;
            };
            let name = operand.name.clone();
            self.put(form, word, &Microword::M_SOURCE, u64::from(code), &name);
        }
        if let Some(operand) = a {
            let (Place::A(address) | Place::M(address)) = operand.place else {
                return false;
            };
            let name = operand.name.clone();
            self.put(form, word, &Microword::A_SOURCE, u64::from(address), &name);
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
                            form.at,
                            format!("{name} is a second M operand"),
                            "a dispatch looks at one word, in the M operand",
                        );
                    } else {
                        self.put(form, word, &Microword::M_SOURCE, u64::from(code), &name);
                    }
                }
                Place::A(_) => self.error(
                    form.at,
                    format!(
                        "{name} is an A operand, and the A field of a dispatch names its table"
                    ),
                    "dispatch on an M register or a functional source",
                ),
                Place::Control(_) => self.error(
                    form.at,
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
