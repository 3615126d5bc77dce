//! One microinstruction: from the list that the source writes to the word.
//!
//! Every element of the list is evaluated; a list that is no program is the list
//! of destinations. The demands of all of them settle the kind of instruction.
//! Then operands find their fields, bytes are turned the way the shifter wants
//! them, and whatever the hardware cannot do is said.

use microword::{Microword, Opcode};

use crate::assembly::Assembly;
use crate::evaluate::{Context, OPERATORS};
use crate::form::Form;
use crate::value::{Force, Kind, Part, Place, Value};

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
                for operand in &mut value.operands {
                    operand.at = item.at;
                }
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
    pub(crate) fn merge(&mut self, form: &Form, word: &mut Draft, part: Part) {
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

    pub(crate) fn put(
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
}

/// A word being put together: which bits are spoken for, what they are, who said so.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub mask: u128,
    pub bits: u128,
    parts: Vec<Part>,
}

impl Draft {
    /// Is this field spoken for?
    pub fn given(&self, field: &microword::Field) -> bool {
        self.mask & u128::from(field.mask()) != 0
    }
}
