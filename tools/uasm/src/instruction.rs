//! One microinstruction: from the list that the source writes to the word.
//!
//! Every element of the list is evaluated; a list that is no program is the list
//! of destinations. The demands of all of them settle the kind of instruction.
//! Then operands find their fields, bytes are turned the way the shifter wants
//! them, and whatever the hardware cannot do is said.

use microword::{AluFunction, JumpCondition, Microword, Opcode};

use crate::assembly::Assembly;
use crate::constant::ZERO;
use crate::evaluate::{Context, OPERATORS};
use crate::form::Form;
use crate::value::{Byte, Force, Kind, Operand, Part, Place, Value};

/// The elements of an instruction, evaluated.
#[derive(Debug, Default)]
struct Elements {
    value: Value,
    /// What the destination list came to; none when there is no such list.
    destination: Option<Value>,
}

impl Assembly<'_> {
    /// The word that `form` assembles to; `None` after an error.
    pub(crate) fn instruction(&mut self, form: &Form) -> Option<u64> {
        self.argument_next = 0;
        self.instruction_within(form)
    }

    /// The same for an instruction inside another one (`oa-low-context`).
    pub(crate) fn instruction_within(&mut self, form: &Form) -> Option<u64> {
        let Some(items) = form.as_list() else {
            self.error(
                form.at,
                format!("{form} is not an instruction"),
                "an instruction is a list",
            );
            return None;
        };
        if let Some(head) = form.head()
            && OPERATORS.contains(&head)
            && self.symbols.get(head).is_none()
        {
            self.error(
                form.at,
                format!("{form} is a program, not an instruction"),
                &format!("as an element of an instruction it has its own parentheses: ({form})"),
            );
            return None;
        }
        let component = self.component.take();
        let errors = self.error_count;
        // Programs may ask what kind of instruction they stand in: look first, then evaluate.
        let mut context = Context::default();
        self.quiet += 1;
        let first_argument = self.argument_next;
        let probe = self.elements(items, &mut context);
        self.quiet -= 1;
        let mut elements = probe;
        let mut kind = self.kind(&elements, true);
        if context.asked || self.error_count != errors {
            self.argument_next = first_argument;
            context = Context {
                kind,
                ..Context::default()
            };
            let before = self.error_count;
            elements = self.elements(items, &mut context);
            if self.error_count != before {
                self.component = component;
                return None;
            }
        }
        if context.asked || kind.is_none() {
            kind = self.kind(&elements, false);
        }
        let word = kind.and_then(|kind| self.encode(form, kind, elements));
        self.component = component;
        word
    }

    fn elements(&mut self, items: &[Form], context: &mut Context) -> Elements {
        let mut elements = Elements::default();
        for item in items {
            let is_destination = item
                .as_list()
                .is_some_and(|_| !item.head().is_some_and(|head| OPERATORS.contains(&head)));
            if is_destination {
                let destinations = item.as_list().unwrap_or_default();
                let mut total = elements.destination.take().unwrap_or_default();
                for destination in destinations {
                    let mut inner = Context {
                        destination: true,
                        ..Context::default()
                    };
                    inner.kind = context.kind;
                    self.component = Some(destination.to_string());
                    if let Some(value) = self.evaluate(destination, &mut inner) {
                        if value.number.is_some_and(|number| number != 0) {
                            self.error(
                                destination.at,
                                format!("{destination} is a number, not a destination"),
                                "",
                            );
                        }
                        if !total.join(value) {
                            self.error(
                                destination.at,
                                "the destinations name two different bytes".to_string(),
                                "",
                            );
                        }
                    }
                    context.asked |= inner.asked;
                }
                elements.destination = Some(total);
                continue;
            }
            self.component = Some(item.to_string());
            if let Some(mut value) = self.evaluate(item, context) {
                // A bare number is bits of the word.
                if let Some(number) = value.number.take()
                    && number != 0
                {
                    let bits = number as u128 & u128::from(u64::MAX);
                    value.parts.push(Part {
                        field: "the word",
                        mask: bits,
                        bits,
                        by: item.to_string(),
                    });
                }
                if !elements.value.join(value) {
                    self.error(
                        item.at,
                        "the instruction names two different bytes".to_string(),
                        "one instruction handles one byte",
                    );
                }
            }
        }
        self.component = None;
        elements
    }

    /// The kind of instruction that the demands leave.
    fn kind(&mut self, elements: &Elements, quiet: bool) -> Option<Kind> {
        let destination = elements.destination.as_ref().map(|_| Force {
            kinds: vec![Kind::Alu, Kind::Byte],
            by: "the destination".to_string(),
        });
        let operand = elements.value.operands.iter().find_map(|operand| {
            let kind = match operand.place {
                Place::Control(_) => Kind::Jump,
                Place::Table(..) => Kind::Dispatch,
                _ => return None,
            };
            Some(Force {
                kinds: vec![kind],
                by: operand.name.clone(),
            })
        });
        let of_destination = elements.destination.iter().flat_map(|value| &value.forces);
        let mut allowed = vec![Kind::Alu, Kind::Byte, Kind::Jump, Kind::Dispatch];
        let mut by: Option<&Force> = None;
        for force in elements
            .value
            .forces
            .iter()
            .chain(of_destination)
            .chain(&destination)
            .chain(&operand)
        {
            let left: Vec<Kind> = allowed
                .iter()
                .copied()
                .filter(|kind| force.kinds.contains(kind))
                .collect();
            if left.is_empty() {
                if !quiet {
                    let other = by.map_or("the rest", |force| force.by.as_str()).to_string();
                    let wants = |kinds: &[Kind]| {
                        kinds
                            .iter()
                            .map(|kind| kind.name())
                            .collect::<Vec<_>>()
                            .join(" or ")
                    };
                    let message = format!(
                        "{} makes this {}, but {other} makes it {}",
                        force.by,
                        wants(&force.kinds),
                        wants(&allowed)
                    );
                    self.error(
                        Default::default(),
                        message,
                        "one instruction is of one kind: use two",
                    );
                }
                return None;
            }
            if left.len() < allowed.len() {
                by = Some(force);
            }
            allowed = left;
        }
        let byte = elements.value.byte.is_some()
            || elements
                .destination
                .as_ref()
                .is_some_and(|value| value.byte.is_some());
        Some(match allowed.as_slice() {
            [kind] => *kind,
            _ if byte && allowed.contains(&Kind::Byte) => Kind::Byte,
            [kind, ..] => *kind,
            [] => Kind::Alu,
        })
    }

    fn encode(&mut self, form: &Form, kind: Kind, elements: Elements) -> Option<u64> {
        let errors = self.error_count;
        let Elements {
            mut value,
            destination,
        } = elements;
        let mut word = Draft::default();
        if let Some(destination) = destination {
            if value.byte.is_none() {
                value.byte = destination.byte;
            }
            self.destination(form, &mut word, destination);
        }
        for part in std::mem::take(&mut value.parts) {
            self.merge(form, &mut word, part);
        }
        let opcode = match kind {
            Kind::Alu => {
                self.alu(form, &mut word, &value);
                Opcode::Alu
            }
            Kind::Byte => {
                self.byte(form, &mut word, &value);
                Opcode::Byte
            }
            Kind::Jump => {
                self.jump(form, &mut word, &value);
                Opcode::Jump
            }
            Kind::Dispatch => {
                self.dispatch(form, &mut word, &value);
                Opcode::Dispatch
            }
        };
        if word.bits >> 64 != 0 {
            self.error(
                form.at,
                "start-read belongs into a dispatch table".to_string(),
                "",
            );
        }
        if self.error_count != errors {
            return None;
        }
        let word = Microword(word.bits as u64).with_opcode_bits(opcode as u64);
        if let Err(rule) = microword::classify(word, self.boards) {
            self.error(form.at, format!("undefined microinstruction: {rule}"), "");
            return None;
        }
        Some(word.0)
    }

    /// Adds a field to the word, unless it already says something else there.
    fn merge(&mut self, form: &Form, word: &mut Draft, part: Part) {
        let both = word.mask & part.mask;
        if (word.bits ^ part.bits) & both != 0 {
            let other = word
                .parts
                .iter()
                .find(|old| (old.bits ^ part.bits) & old.mask & part.mask != 0)
                .map_or_else(|| "the rest".to_string(), |old| old.by.clone());
            self.error(
                form.at,
                format!(
                    "{} and {other} want different things of {}",
                    part.by, part.field
                ),
                "one instruction can do only one of them",
            );
            return;
        }
        word.mask |= part.mask;
        word.bits |= part.bits;
        word.parts.push(part);
    }

    fn put(
        &mut self,
        form: &Form,
        word: &mut Draft,
        field: &microword::Field,
        value: u64,
        by: &str,
    ) {
        let part = Part {
            field: field.name,
            mask: u128::from(field.mask()),
            bits: u128::from(value << field.low),
            by: by.to_string(),
        };
        self.merge(form, word, part);
    }

    fn destination(&mut self, form: &Form, word: &mut Draft, destination: Value) {
        for part in destination.parts {
            self.merge(form, word, part);
        }
        for operand in &destination.operands {
            match operand.place {
                Place::A(address) => {
                    if address < 0o100 {
                        self.warning(
                            form.at,
                            format!(
                                "{} writes A memory alone: M {address:o} keeps its old value",
                                operand.name
                            ),
                            "write the M register; that writes both",
                        );
                    }
                    if word.mask & u128::from(Microword::DEST_FUNCTIONAL.mask()) != 0 {
                        self.error(
                            form.at,
                            format!("{} is in A memory, and a functional destination can only be joined by M memory", operand.name),
                            "use two instructions, or an M register",
                        );
                        continue;
                    }
                    self.put(form, word, &Microword::DEST_A, 1, &operand.name);
                    self.put(
                        form,
                        word,
                        &Microword::DEST_A_ADDRESS,
                        u64::from(address),
                        &operand.name,
                    );
                }
                Place::M(address) => {
                    self.put(form, word, &Microword::DEST_A, 0, &operand.name);
                    self.put(
                        form,
                        word,
                        &Microword::DEST_M,
                        u64::from(address),
                        &operand.name,
                    );
                }
                Place::Table(address, _) => {
                    self.put(form, word, &Microword::DEST_A, 1, &operand.name);
                    self.put(
                        form,
                        word,
                        &Microword::DEST_A_ADDRESS,
                        u64::from(address),
                        &operand.name,
                    );
                }
                Place::Functional(_) | Place::Control(_) => {
                    self.error(
                        form.at,
                        format!("{} cannot be a destination", operand.name),
                        "",
                    );
                }
            }
        }
    }

    /// Puts operands into the A and M fields. M memory is readable in A memory too, so of two M
    /// registers one goes there.
    fn operands(
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

    fn alu(&mut self, form: &Form, word: &mut Draft, value: &Value) {
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
                {
                    self.warning(form.at, format!("{name} ignores one of its operands"), "");
                }
            }
        }
    }

    fn byte(&mut self, form: &Form, word: &mut Draft, value: &Value) {
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

    fn jump(&mut self, form: &Form, word: &mut Draft, value: &Value) {
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

    fn dispatch(&mut self, form: &Form, word: &mut Draft, value: &Value) {
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

/// A word being put together: which bits are spoken for, what they are, who said so.
#[derive(Debug, Default)]
struct Draft {
    mask: u128,
    bits: u128,
    parts: Vec<Part>,
}

impl Draft {
    /// Is this field spoken for?
    fn given(&self, field: &microword::Field) -> bool {
        self.mask & u128::from(field.mask()) != 0
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
