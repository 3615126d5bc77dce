//! Running a symbol's program.
//!
//! LMI's assembler held that "a symbol has as its value a program": what it comes
//! to depends on where it stands (a source or a destination) and on the kind of
//! instruction being assembled. This is that evaluator. NIL is `None`.

use microword::Microword;

use crate::assembly::Assembly;
use crate::diagnostic::nearest;
use crate::form::{Datum, Form, number};
use crate::symbol::{Memory, Program, place_name};
use crate::value::{Force, Kind, Place, Value, field_named, field_names};

/// Where a program is run.
#[derive(Debug, Default)]
pub(crate) struct Context {
    /// In the list of destinations.
    pub destination: bool,
    /// The kind of instruction, when it is known.
    pub kind: Option<Kind>,
    /// Set when the program asked for the kind before it was known.
    pub asked: bool,
}

/// The operators of programs. A list in an instruction whose head is one of them is a program;
/// any other list is a list of destinations.
pub const OPERATORS: &[&str] = &[
    "a-mem",
    "m-mem",
    "i-mem",
    "d-mem",
    "source-p",
    "destination-p",
    "dispatch-instruction-p",
    "byte-instruction-p",
    "jump-instruction-p",
    "alu-instruction-p",
    "not",
    "or",
    "force-dispatch",
    "force-jump",
    "force-alu",
    "force-byte",
    "force-dispatch-or-byte",
    "force-alu-or-byte",
    "field",
    "plus",
    "difference",
    "logxor",
    "logand",
    "logior",
    "lognot",
    "ceiling",
    "floor",
    "ash",
    "lsh",
    "times",
    "byte",
    "byte-field",
    "lisp-byte",
    "all-but-lisp-byte",
    "byte-mask",
    "byte-value",
    "eval",
    "i-arg",
    "i-mem-loc",
    "a-mem-loc",
    "m-mem-loc",
    "d-mem-loc",
    "oa-high-context",
    "oa-hi-context",
    "oa-low-context",
    "error",
    "a-constant",
    "m-constant",
    "mc-linkage",
    "alu-function",
    "output-selector",
    "q-control",
    "condition",
    "functional-source",
    "functional-destination",
    "+",
    "-",
    "*",
    "1+",
    "1-",
    "quote",
    "arg-call",
    "arg-call-xct-next",
    "arg-jump",
    "arg-jump-xct-next",
];

/// Programs may refer to each other this deep before they are taken to go round in circles.
const DEEPEST: u32 = 60;

impl Assembly<'_> {
    /// The value of a program, or `None` for NIL.
    pub(crate) fn evaluate(&mut self, form: &Form, context: &mut Context) -> Option<Value> {
        if self.depth > DEEPEST {
            self.error(
                form.at,
                format!("the program of {form} goes round in circles"),
                "a symbol may not be defined by itself",
            );
            return None;
        }
        self.depth += 1;
        let value = match &form.datum {
            Datum::Integer(value) => Some(Value::number(*value)),
            Datum::Character(c) => Some(Value::number(i128::from(u32::from(*c)))),
            Datum::Symbol(name) if name == "nil" => None,
            Datum::Symbol(name) => self.symbol(name, form, context),
            Datum::List(items) if items.is_empty() => None,
            Datum::List(items) => match items[0].as_symbol() {
                Some(operator) => self.operator(operator, form, &items[1..], context),
                None => {
                    self.error(
                        form.at,
                        format!("{form} is not a program"),
                        "its head must be an operator",
                    );
                    None
                }
            },
            Datum::String(_) | Datum::Dotted(..) => {
                self.error(form.at, format!("{form} has no value here"), "");
                None
            }
        };
        self.depth -= 1;
        value
    }

    fn symbol(&mut self, name: &str, form: &Form, context: &mut Context) -> Option<Value> {
        if name == "repeat-count" {
            return Some(Value::number(self.repeat_count));
        }
        let program = match self.symbols.get(name) {
            Some(symbol) => symbol.program.clone(),
            None => match place_name(name) {
                Some((memory, address)) => Program::Location(memory, address),
                None => {
                    self.undefined_name(name, form.at);
                    return None;
                }
            },
        };
        match program {
            Program::Number(value) => Some(Value::number(value)),
            Program::Location(memory, address) => Some(Value::operand(
                match memory {
                    Memory::A => Place::A(address),
                    Memory::M => Place::M(address),
                    Memory::Control => Place::Control(address),
                    Memory::Dispatch => Place::Table(address, None),
                },
                name,
            )),
            Program::Table(table, offset) => {
                let table = &self.tables[table];
                let bits = (offset == 0).then_some(table.bits);
                Some(Value::operand(
                    Place::Table(table.address + offset, bits),
                    name,
                ))
            }
            Program::Functional(source, destination) => {
                self.functional(name, form, source, destination, context)
            }
            Program::Form(program) => {
                let program = program.placed(form.at);
                self.evaluate(&program, context)
            }
        }
    }

    fn functional(
        &mut self,
        name: &str,
        form: &Form,
        source: Option<u8>,
        destination: Option<u8>,
        context: &Context,
    ) -> Option<Value> {
        match (context.destination, source, destination) {
            (false, Some(code), _) => {
                Some(Value::operand(Place::Functional(u32::from(code)), name))
            }
            (true, _, Some(code)) => Some(Value::field(
                &Microword::DEST_FUNCTIONAL,
                u128::from(code),
                name,
            )),
            (false, None, _) => {
                self.error(
                    form.at,
                    format!("{name} can only be a destination, not a source"),
                    "destinations stand in the list at the head of the instruction",
                );
                None
            }
            (true, _, None) => {
                self.error(
                    form.at,
                    format!("{name} can only be a source, not a destination"),
                    "",
                );
                None
            }
        }
    }

    fn operator(
        &mut self,
        operator: &str,
        form: &Form,
        arguments: &[Form],
        context: &mut Context,
    ) -> Option<Value> {
        match operator {
            "plus" | "+" => {
                let mut total = Value::default();
                for argument in arguments {
                    if let Some(value) = self.evaluate(argument, context)
                        && !total.join(value)
                    {
                        self.error(
                            form.at,
                            format!("two bytes in {form}"),
                            "one word can hold one byte",
                        );
                    }
                }
                Some(total)
            }
            "or" => arguments
                .iter()
                .find_map(|argument| self.evaluate(argument, context)),
            "not" => self.not(form, arguments, context),
            "source-p" => self.when(!context.destination, form, arguments, context),
            "destination-p" => self.when(context.destination, form, arguments, context),
            "alu-instruction-p" => self.when_kind(Kind::Alu, form, arguments, context),
            "byte-instruction-p" => self.when_kind(Kind::Byte, form, arguments, context),
            "jump-instruction-p" => self.when_kind(Kind::Jump, form, arguments, context),
            "dispatch-instruction-p" => self.when_kind(Kind::Dispatch, form, arguments, context),
            "force-alu" => self.force(&[Kind::Alu], form, arguments, context),
            "force-byte" => self.force(&[Kind::Byte], form, arguments, context),
            "force-jump" => self.force(&[Kind::Jump], form, arguments, context),
            "force-dispatch" => self.force(&[Kind::Dispatch], form, arguments, context),
            "force-dispatch-or-byte" => {
                self.force(&[Kind::Dispatch, Kind::Byte], form, arguments, context)
            }
            "force-alu-or-byte" => self.force(&[Kind::Alu, Kind::Byte], form, arguments, context),
            "a-mem" | "m-mem" | "i-mem" | "d-mem" => {
                self.locality(operator, form, arguments, context)
            }
            "field" => self.field(form, arguments, context),
            "functional-source"
            | "functional-destination"
            | "alu-function"
            | "output-selector"
            | "q-control"
            | "condition" => self.code(operator, form, arguments),
            "byte" | "byte-field" => {
                let [size, position] = self.numbers(form, arguments)?;
                if !(0..=32).contains(&size) || !(0..=31).contains(&position) {
                    self.error(
                        form.at,
                        format!("a byte of {size} bits at bit {position} is not in a word of 32"),
                        "the width is 0. to 32., the position 0. to 31.",
                    );
                    return None;
                }
                Some(Value::byte(size as u32, position as u32))
            }
            "lisp-byte" | "all-but-lisp-byte" => {
                let [argument] = self.arguments(form, arguments)?;
                let byte = self.lisp_byte(argument)?;
                if operator == "lisp-byte" {
                    return Some(Value::byte(byte.size, byte.position));
                }
                match (byte.position, byte.position + byte.size) {
                    (0, size) => Some(Value::byte(32 - size, size)),
                    (position, 32) => Some(Value::byte(position, 0)),
                    _ => {
                        self.error(
                            form.at,
                            format!("{argument} is at neither end of the word, so the rest is not one byte"),
                            "",
                        );
                        None
                    }
                }
            }
            "byte-mask" => {
                let [argument] = self.arguments(form, arguments)?;
                let byte = self.byte_of(argument)?;
                Some(Value::number(((1i128 << byte.size) - 1) << byte.position))
            }
            "byte-value" => {
                let [byte, value] = self.arguments(form, arguments)?;
                let byte = self.byte_of(byte)?;
                let value = self.lisp_number(value)?;
                let limit = 1i128 << byte.size;
                if value >= limit || value < -(limit / 2).max(1) {
                    self.error(
                        form.at,
                        format!(
                            "{} does not fit in a byte of {} bits",
                            number(value),
                            byte.size
                        ),
                        "",
                    );
                    return None;
                }
                Some(Value::number((value & (limit - 1)) << byte.position))
            }
            "quote" => arguments
                .first()
                .and_then(|argument| self.evaluate(argument, context)),
            "eval" => {
                let [argument] = self.arguments(form, arguments)?;
                Some(Value::number(self.lisp_number(argument)?))
            }
            "i-arg" => {
                let [value] = self.numbers(form, arguments)?;
                let field = Microword::CONSTANT;
                self.check_fits(form, &field, value)?;
                Some(Value::field(
                    &field,
                    value as u128 & u128::from(field.max()),
                    "i-arg",
                ))
            }
            "i-mem-loc" | "a-mem-loc" | "m-mem-loc" | "d-mem-loc" => {
                self.location_number(operator, form, arguments)
            }
            "oa-low-context" | "oa-high-context" | "oa-hi-context" => {
                let [argument] = self.arguments(form, arguments)?;
                let word = self.instruction_within(argument)?;
                let half = if operator == "oa-low-context" {
                    word & 0xFFFF_FFFF
                } else {
                    word >> 32
                };
                Some(Value::number(i128::from(half)))
            }
            "a-constant" | "m-constant" => {
                let [argument] = self.arguments(form, arguments)?;
                let value = self.number(argument)?;
                let in_m = operator == "m-constant";
                self.constant(form, value, in_m)
            }
            "arg-call" | "arg-call-xct-next" | "arg-jump" | "arg-jump-xct-next" => {
                self.argument_call(operator, form, arguments)
            }
            "mc-linkage" => {
                let [argument] = self.arguments(form, arguments)?;
                self.evaluate(argument, context)
            }
            "error" => {
                self.error(
                    form.at,
                    "this may not stand here".to_string(),
                    "a source where a destination is wanted, or the other way round",
                );
                None
            }
            _ if OPERATORS.contains(&operator) => Some(Value::number(self.lisp_number(form)?)),
            _ => {
                let near = nearest(operator, OPERATORS.iter().copied());
                let help = near.map_or_else(
                    || "a list here is a program, whose head is an operator".to_string(),
                    |near| format!("did you mean {near}?"),
                );
                self.error(form.at, format!("{operator} is not an operator"), &help);
                None
            }
        }
    }

    /// Exactly `N` arguments.
    pub(crate) fn arguments<'f, const N: usize>(
        &mut self,
        form: &Form,
        arguments: &'f [Form],
    ) -> Option<[&'f Form; N]> {
        let found: Result<[&Form; N], _> = arguments.iter().collect::<Vec<_>>().try_into();
        if found.is_err() {
            self.error(
                form.at,
                format!("{form} has {} arguments", arguments.len()),
                &format!("it takes {N}"),
            );
        }
        found.ok()
    }

    pub(crate) fn numbers<const N: usize>(
        &mut self,
        form: &Form,
        arguments: &[Form],
    ) -> Option<[i128; N]> {
        let arguments: [&Form; N] = self.arguments(form, arguments)?;
        let mut numbers = [0; N];
        for (number, argument) in numbers.iter_mut().zip(arguments) {
            *number = self.number(argument)?;
        }
        Some(numbers)
    }

    /// The value of a program that must not come to NIL.
    pub(crate) fn something(&mut self, form: &Form) -> Option<Value> {
        let errors = self.error_count;
        let value = self.evaluate(form, &mut Context::default());
        if self.error_count != errors {
            return None;
        }
        if value.is_none() {
            self.error(
                form.at,
                format!("{form} comes to NIL"),
                "a value is wanted here",
            );
        }
        value
    }

    /// The value of a program that must come to a plain number.
    pub(crate) fn number(&mut self, form: &Form) -> Option<i128> {
        let value = self.something(form)?;
        match value.number {
            Some(number) if value.is_plain() => Some(number),
            _ => {
                let help = match value.operands.first().map(|operand| operand.place) {
                    Some(Place::A(_)) => {
                        "(a-mem-loc …) gives the address of a register in A memory"
                    }
                    Some(Place::M(_)) => {
                        "(m-mem-loc …) gives the address of a register in M memory"
                    }
                    Some(Place::Control(_)) => {
                        "(i-mem-loc …) gives the address of a label in control memory"
                    }
                    Some(Place::Table(..)) => "(d-mem-loc …) gives the address of a dispatch table",
                    _ => "",
                };
                self.error(form.at, format!("{form} is not a number"), help);
                None
            }
        }
    }

    fn when(
        &mut self,
        holds: bool,
        form: &Form,
        arguments: &[Form],
        context: &mut Context,
    ) -> Option<Value> {
        let [argument] = self.arguments(form, arguments)?;
        if holds {
            self.evaluate(argument, context)
        } else {
            None
        }
    }

    fn when_kind(
        &mut self,
        kind: Kind,
        form: &Form,
        arguments: &[Form],
        context: &mut Context,
    ) -> Option<Value> {
        context.asked |= context.kind.is_none();
        self.when(context.kind == Some(kind), form, arguments, context)
    }

    /// `(not (condition x))`: x unless the condition holds.
    fn not(&mut self, form: &Form, arguments: &[Form], context: &mut Context) -> Option<Value> {
        let [condition] = self.arguments(form, arguments)?;
        let (Some(head), Some([_, argument])) = (condition.head(), condition.as_list()) else {
            self.error(
                form.at,
                format!("{form} does not negate a condition"),
                "as in (not (destination-p x))",
            );
            return None;
        };
        let holds = match head {
            "source-p" => !context.destination,
            "destination-p" => context.destination,
            _ => {
                let kind = match head {
                    "alu-instruction-p" => Kind::Alu,
                    "byte-instruction-p" => Kind::Byte,
                    "jump-instruction-p" => Kind::Jump,
                    "dispatch-instruction-p" => Kind::Dispatch,
                    _ => {
                        self.error(form.at, format!("{head} is not a condition"), "");
                        return None;
                    }
                };
                context.asked |= context.kind.is_none();
                context.kind == Some(kind)
            }
        };
        if holds {
            None
        } else {
            self.evaluate(argument, context)
        }
    }

    fn force(
        &mut self,
        kinds: &[Kind],
        form: &Form,
        arguments: &[Form],
        context: &mut Context,
    ) -> Option<Value> {
        let [argument] = self.arguments(form, arguments)?;
        let mut value = self.evaluate(argument, context).unwrap_or_default();
        if value.number == Some(0) {
            value.number = None;
        }
        let by = self.component_name(form);
        value.forces.push(Force {
            kinds: kinds.to_vec(),
            by,
        });
        Some(value)
    }

    /// `(a-mem x)`: x is a place in A memory. X is a number or a field of the word.
    fn locality(
        &mut self,
        operator: &str,
        form: &Form,
        arguments: &[Form],
        context: &mut Context,
    ) -> Option<Value> {
        let [argument] = self.arguments(form, arguments)?;
        let value = self.evaluate(argument, context)?;
        let field = match operator {
            "m-mem" => Microword::M_SOURCE,
            "i-mem" => Microword::JUMP_ADDRESS,
            _ => Microword::A_SOURCE,
        };
        // A byte of a register that is named elsewhere, as DEF-DATA-FIELD makes it.
        if value.byte.is_some() && value.parts.is_empty() && value.number.is_none() {
            return Some(value);
        }
        let address = match (value.number, value.parts.as_slice()) {
            (Some(number), []) => number,
            (None, [part]) if part.mask == u128::from(field.mask()) => {
                (part.bits >> field.low) as i128
            }
            _ => {
                self.error(
                    form.at,
                    format!("{form} does not name a place"),
                    "give an address",
                );
                return None;
            }
        };
        self.check_fits(form, &field, address)?;
        let address = address as u32;
        let place = match operator {
            "a-mem" => Place::A(address),
            "m-mem" => Place::M(address),
            "i-mem" => Place::Control(address),
            _ => Place::Table(address, None),
        };
        Some(Value::operand(place, &form.to_string()))
    }

    fn field(&mut self, form: &Form, arguments: &[Form], context: &Context) -> Option<Value> {
        let [name, value] = self.arguments(form, arguments)?;
        let Some(symbol) = name.as_symbol() else {
            self.error(form.at, format!("{name} is not the name of a field"), "");
            return None;
        };
        let value = self.number(value)?;
        // LMI's names for fields, some with a constant to add.
        let (symbol, value) = match symbol {
            "function-source" => {
                return Some(Value::operand(
                    Place::Functional((value as u32 & 0o77) | 0o100),
                    symbol,
                ));
            }
            "function-destination" => ("dest-functional", value),
            "a-source-multiplier" | "dispatch-address-multiplier" => ("a-source", value),
            "m-source-multiplier" => ("m-source", value),
            "jump-address-multiplier" => ("jump-address", value),
            "alu-op" => ("function", value),
            "alu-output-bus-selector-multiplier" => ("output", value),
            "dispatch-constant" => ("constant", value),
            "from-space" | "oldspace" => ("meta-from-space", value),
            "volatility" => ("meta-volatility", value),
            other => (other, value),
        };
        let Some(field) = field_named(symbol) else {
            let names = field_names();
            let near = nearest(symbol, names.iter().map(String::as_str));
            let help = near.map_or_else(
                || "docs/micro-architecture.md lists the fields".to_string(),
                |near| format!("did you mean {near}?"),
            );
            self.error(
                form.at,
                format!("no field of the word is called {symbol}"),
                &help,
            );
            return None;
        };
        self.check_fits(form, &field, value)?;
        if context.destination && (field == Microword::A_SOURCE || field == Microword::M_SOURCE) {
            self.error(
                form.at,
                format!("{form} is a source where a destination is wanted"),
                "",
            );
            return None;
        }
        let by = self.component_name(form);
        Some(Value::field(
            &field,
            value as u128 & u128::from(field.max()),
            &by,
        ))
    }
}
