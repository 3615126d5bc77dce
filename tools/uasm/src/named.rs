//! The operators of programs that name things: codes of the hardware tables,
//! places in the memories, bytes.

use microword::{
    ALU_FUNCTIONS, Destination, DispatchWord, Field, JUMP_CONDITIONS, Microword, OUTPUT_SELECTORS,
    Q_CONTROLS, Source, Transfer,
};

use crate::assembly::Assembly;
use crate::form::{Form, number};
use crate::value::{Byte, Place, Value};

impl Assembly<'_> {
    /// Codes that have names in the microword tables.
    pub(crate) fn code(
        &mut self,
        operator: &str,
        form: &Form,
        arguments: &[Form],
    ) -> Option<Value> {
        let [name] = self.arguments(form, arguments)?;
        let upper = name.to_string().to_ascii_uppercase();
        let by = self.component_name(form);
        let named = |table: &[(&'static str, u64)]| {
            table
                .iter()
                .find(|(known, _)| *known == upper)
                .map(|(_, code)| u128::from(*code))
        };
        let single =
            |field: Field, code: Option<u128>| code.map(|code| Value::field(&field, code, &by));
        let value = match operator {
            "functional-source" => Source::from_name(&upper)
                .map(|source| Value::operand(Place::Functional(source.code() as u32), &by)),
            "functional-destination" => single(
                Microword::DEST_FUNCTIONAL,
                Destination::from_name(&upper).map(|code| u128::from(code.code())),
            ),
            "alu-function" => {
                let table: Vec<_> = ALU_FUNCTIONS.iter().map(|f| (f.name(), f.code())).collect();
                single(Microword::FUNCTION, named(&table))
            }
            "output-selector" => {
                let table: Vec<_> = OUTPUT_SELECTORS
                    .iter()
                    .map(|f| (f.name(), f.code()))
                    .collect();
                single(Microword::OUTPUT, named(&table))
            }
            "q-control" => {
                let table: Vec<_> = Q_CONTROLS.iter().map(|f| (f.name(), f.code())).collect();
                single(Microword::Q_CONTROL, named(&table))
            }
            _ => {
                let table: Vec<_> = JUMP_CONDITIONS
                    .iter()
                    .map(|f| (f.name(), f.code()))
                    .collect();
                named(&table).map(|code| {
                    let mut value = Value::field(&Microword::TEST, 1, &by);
                    value.add_field(&Microword::CONDITION, code, &by);
                    value
                })
            }
        };
        if value.is_none() {
            self.error(
                form.at,
                format!("the hardware has no {operator} called {name}"),
                "",
            );
        }
        value
    }

    pub(crate) fn location_number(
        &mut self,
        operator: &str,
        form: &Form,
        arguments: &[Form],
    ) -> Option<Value> {
        let [argument] = self.arguments(form, arguments)?;
        let value = self.something(argument)?;
        let address = match (operator, value.operands.as_slice()) {
            ("i-mem-loc", [operand]) => match operand.place {
                Place::Control(address) => Some(address),
                _ => None,
            },
            ("d-mem-loc", [operand]) => match operand.place {
                Place::Table(address, _) => Some(address),
                _ => None,
            },
            ("m-mem-loc", [operand]) => match operand.place {
                Place::M(address) => Some(address),
                _ => None,
            },
            (_, [operand]) => match operand.place {
                // Every place of M memory is also one of A memory, and so is a table.
                Place::A(address) | Place::M(address) | Place::Table(address, _) => Some(address),
                _ => None,
            },
            _ => None,
        };
        if address.is_none() {
            let memory = operator.trim_end_matches("-loc");
            self.error(
                form.at,
                format!("{argument} is not a place in {memory}"),
                "",
            );
        }
        address.map(|address| Value::number(i128::from(address)))
    }

    /// `(arg-call label)`: a dispatch on no bits, through a table of one word, for the sake of the
    /// dispatch constant that goes with it.
    pub(crate) fn argument_call(
        &mut self,
        operator: &str,
        form: &Form,
        arguments: &[Form],
    ) -> Option<Value> {
        let [label] = self.arguments(form, arguments)?;
        let table = self.argument_tables.get(self.argument_next).copied();
        self.argument_next += 1;
        let value = self.something(label)?;
        let place = value.operands.first().map(|operand| operand.place);
        let (Some(table), Some(Place::Control(target))) = (table, place) else {
            self.error(
                form.at,
                format!("{label} is not a label of control memory"),
                "",
            );
            return None;
        };
        let transfer = match operator {
            "arg-call" => Transfer::Call,
            "arg-call-xct-next" => Transfer::CallXctNext,
            "arg-jump" => Transfer::Jump,
            _ => Transfer::JumpXctNext,
        };
        let address = self.tables[table].address;
        let entry = DispatchWord::new(target as u16, transfer);
        self.object.a_memory.insert(address as u16, entry.0);
        Some(Value::operand(
            Place::Table(address, Some(0)),
            &form.to_string(),
        ))
    }

    /// The byte that a symbol or program describes: a BYTE-FIELD somewhere in it, or a number
    /// that is a byte specifier (position times 100 plus width, octal).
    pub(crate) fn byte_of(&mut self, form: &Form) -> Option<Byte> {
        let value = self.something(form)?;
        if let Some(byte) = value.byte {
            return Some(byte);
        }
        match value.number {
            Some(number) => self.specifier(form, number),
            None => {
                self.error(
                    form.at,
                    format!("{form} does not describe a byte"),
                    "as (byte-field 5 25.) does",
                );
                None
            }
        }
    }

    pub(crate) fn lisp_byte(&mut self, form: &Form) -> Option<Byte> {
        if form.as_symbol().is_some() {
            return self.byte_of(form);
        }
        let number = self.lisp_number(form)?;
        self.specifier(form, number)
    }

    pub(crate) fn specifier(&mut self, form: &Form, number: i128) -> Option<Byte> {
        let (size, position) = (number & 0o77, number >> 6);
        if !(0..32).contains(&position) || size > 32 {
            self.error(
                form.at,
                format!("{} is not a byte specifier", crate::form::number(number)),
                "a specifier is the position times 100 plus the width, octal: 3105 is 5 bits at bit 25.",
            );
            return None;
        }
        Some(Byte {
            size: size as u32,
            position: position as u32,
        })
    }

    /// Does `value` fit in `field`? Says so when not.
    pub(crate) fn check_fits(&mut self, form: &Form, field: &Field, value: i128) -> Option<()> {
        let max = i128::from(field.max());
        if value > max || value < 0 {
            self.error(
                form.at,
                format!(
                    "{} does not fit in {}, which has {} bits",
                    number(value),
                    field.name,
                    field.width()
                ),
                &format!("it may be 0 to {max:o}"),
            );
            return None;
        }
        Some(())
    }
}
