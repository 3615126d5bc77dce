//! The pseudo-ops that define symbols and bytes, and declare registers.

use crate::assembly::Assembly;
use crate::form::{Datum, Form, Position, number};
use crate::object::RegisterByte;
use crate::symbol::{Origin, Program};

impl Assembly<'_> {
    pub(crate) fn assign(&mut self, head: &str, form: &Form, arguments: &[Form]) {
        let Some([name, program]) = self.arguments(form, arguments) else {
            return;
        };
        let Some(name) = self.name(name) else { return };
        let program = match program.datum {
            Datum::Integer(value) => Program::Number(value),
            _ => Program::Form(program.clone()),
        };
        let origin = self.origin;
        if head == "assign-default" {
            self.origin = Origin::Default;
        }
        self.define(&name, program, form.at);
        self.origin = origin;
    }

    pub(crate) fn data_field(&mut self, head: &str, form: &Form, arguments: &[Form]) {
        if let Some([name, size, position]) = self.arguments(form, arguments)
            && let Some(name) = self.name(name)
            && let Some(size) = self.number(size)
            && let Some(position) = self.number(position)
        {
            let at = form.at;
            let byte = vec![
                Form::symbol("byte-field", at),
                Form::integer(size, at),
                Form::integer(position, at),
            ];
            let program = Form::list(byte, at);
            let origin = self.origin;
            if head == "def-data-field-default" {
                self.origin = Origin::Default;
            }
            self.define(&name, Program::Form(program), at);
            self.origin = origin;
        }
    }

    pub(crate) fn register_byte(
        &mut self,
        name: &str,
        size: i128,
        position: i128,
        register: &Form,
        at: Position,
    ) {
        let byte = vec![
            Form::symbol("byte-field", at),
            Form::integer(size, at),
            Form::integer(position, at),
        ];
        let program = vec![
            Form::symbol("plus", at),
            Form::list(byte, at),
            register.clone(),
        ];
        self.define(name, Program::Form(Form::list(program, at)), at);
        let entry = RegisterByte {
            register: register.to_string(),
            size: size.clamp(0, 32) as u8,
            position: position.clamp(0, 32) as u8,
        };
        if self.origin == Origin::Source {
            self.object
                .symbols
                .register_bytes
                .insert(name.to_string(), entry);
        }
    }

    pub(crate) fn next_field(&mut self, name: &Form, size: i128, register: &Form, at: Position) {
        let Some(name) = self.name(name) else { return };
        let key = register.to_string();
        let position = self.bit_pointers.get(&key).copied().unwrap_or(0);
        if i128::from(position) + size > 32 || size < 1 {
            self.error(
                at,
                format!(
                    "{key} has no {} bits left: {} are taken",
                    number(size),
                    position
                ),
                "",
            );
            return;
        }
        self.bit_pointers.insert(key, position + size as u32);
        self.register_byte(&name, size, i128::from(position), register, at);
    }

    /// `(define-transfers name condition)`: JUMP-name, CALL-name and POPJ-name, each also with
    /// -XCT-NEXT, on that condition. Without a name: JUMP, CALL, POPJ.
    pub(crate) fn define_transfers(&mut self, form: &Form, arguments: &[Form]) {
        let Some([name, condition]) = self.arguments(form, arguments) else {
            return;
        };
        let suffix = if name.is_nil() {
            String::new()
        } else {
            format!("-{name}")
        };
        let at = form.at;
        for (verb, bit) in [
            ("jump", None),
            ("call", Some("p-bit")),
            ("popj", Some("r-bit")),
        ] {
            for xct_next in [false, true] {
                let mut program = vec![
                    Form::symbol("plus", at),
                    Form::symbol("jump-inst", at),
                    condition.clone(),
                ];
                program.extend(bit.map(|bit| Form::symbol(bit, at)));
                if !xct_next {
                    program.push(Form::symbol("inhibit-xct-next-bit", at));
                }
                let name = format!("{verb}{suffix}{}", if xct_next { "-xct-next" } else { "" });
                self.define(&name, Program::Form(Form::list(program, at)), at);
            }
        }
    }

    /// `(register-kind kind name…)` and `(register-width bits name…)`.
    pub(crate) fn register(&mut self, head: &str, form: &Form, arguments: &[Form]) {
        let Some((what, names)) = arguments.split_first() else {
            self.error(
                form.at,
                "nothing is declared".to_string(),
                "as in (register-kind boxed m-t m-a)",
            );
            return;
        };
        let width = if head == "register-width" {
            match self.number(what) {
                Some(width @ 1..=32) => Some(width as u8),
                Some(width) => {
                    self.error(
                        form.at,
                        format!("a register cannot be {} bits wide", number(width)),
                        "1 to 32.",
                    );
                    return;
                }
                None => return,
            }
        } else {
            None
        };
        for name in names {
            let Some(name) = self.name(name) else {
                continue;
            };
            let entry = self.object.symbols.registers.entry(name).or_default();
            match width {
                Some(width) => entry.width = Some(width),
                None => entry.kind = Some(what.to_string()),
            }
        }
    }
}
