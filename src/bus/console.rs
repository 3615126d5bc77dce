//! The console line.
//!
//! The Lambda's SDU had serial lines; a terminal on one of them was how a machine
//! without a screen was used. This is such a line, with Unicode scalar values
//! instead of bytes on the machine's side. Left out: speed, parity, modem signals,
//! and a full output buffer — the line takes what it is given.

use super::{InterruptLine, Output, Wires};
use boards::console as reg;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// What reaches the console line from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConsoleInput {
    /// Characters that were typed or read.
    Text(String),
    /// No more input will come.
    End,
    /// The user wants attention: control-C.
    Break,
    /// The terminal's size in columns and lines, 0 by 0 when it is none.
    Size {
        /// Columns.
        width: u32,
        /// Lines.
        height: u32,
    },
    /// The terminal wants the completions of this prefix.
    Complete(String),
}

/// The console line.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Console {
    input: VecDeque<u32>,
    ended: bool,
    breaking: bool,
    resized: bool,
    width: u32,
    height: u32,
    prefix: VecDeque<u32>,
    completing: bool,
    candidates: String,
    line: InterruptLine,
}

impl Console {
    fn status(&self) -> u32 {
        let bit = |condition: bool, bit: u32| if condition { bit } else { 0 };
        bit(!self.input.is_empty(), reg::STATUS_INPUT)
            | bit(self.ended && self.input.is_empty(), reg::STATUS_END)
            | reg::STATUS_OUTPUT
            | bit(self.breaking, reg::STATUS_BREAK)
            | bit(self.resized, reg::STATUS_SIZE)
            | bit(self.width != 0, reg::STATUS_TERMINAL)
            | bit(self.completing, reg::STATUS_COMPLETE)
    }

    fn settle(&mut self, wires: &mut Wires) {
        let bit = |condition: bool, bit: u32| if condition { bit } else { 0 };
        let conditions = bit(!self.input.is_empty() || self.ended, reg::CONTROL_INPUT)
            | bit(self.breaking, reg::CONTROL_BREAK)
            | bit(self.resized, reg::CONTROL_SIZE)
            | bit(self.completing, reg::CONTROL_COMPLETE);
        self.line.settle(conditions, wires);
    }

    /// Has the line neither input nor the end of it?
    pub fn hungry(&self) -> bool {
        self.input.is_empty() && !self.ended
    }

    /// Reads a register.
    pub fn read(&mut self, register: u32, wires: &mut Wires) -> u32 {
        let value = self.inspect(register);
        match register {
            reg::DATA_IN => {
                self.input.pop_front();
                self.settle(wires);
            }
            reg::COMPLETE_IN => {
                self.prefix.pop_front();
            }
            _ => {}
        }
        if matches!(register, reg::DATA_IN | reg::STATUS | reg::INPUT_COUNT) && self.hungry() {
            wires.input_wanted = true;
        }
        value
    }

    /// Writes a register.
    pub fn write(&mut self, register: u32, data: u32, wires: &mut Wires) {
        // What is no character is shown as one that says so.
        let character = || char::from_u32(data).unwrap_or(char::REPLACEMENT_CHARACTER);
        match register {
            reg::DATA_OUT => wires.say(Output::Console(character().into())),
            reg::ERROR_OUT => wires.say(Output::Error(character().into())),
            reg::CONTROL => {
                self.line.control = data;
                wires.input_wanted |= data & reg::CONTROL_INPUT != 0 && self.hungry();
            }
            reg::INTERRUPT_ADDRESS => self.line.address = data,
            reg::ACKNOWLEDGE => {
                self.breaking &= data & reg::STATUS_BREAK == 0;
                self.resized &= data & reg::STATUS_SIZE == 0;
            }
            reg::DISCARD_INPUT => self.input.clear(),
            reg::COMPLETE_OUT if self.completing && data == 0 => {
                self.completing = false;
                self.prefix.clear();
                wires.say(Output::Completions(std::mem::take(&mut self.candidates)));
                wires.attention = true;
            }
            reg::COMPLETE_OUT if self.completing => self.candidates.push(character()),
            _ => {}
        }
        self.settle(wires);
    }

    /// Looks at a register.
    pub fn inspect(&self, register: u32) -> u32 {
        match register {
            reg::DATA_IN => self.input.front().copied().unwrap_or(reg::NO_INPUT),
            reg::STATUS => self.status(),
            reg::CONTROL => self.line.control,
            reg::INTERRUPT_ADDRESS => self.line.address,
            reg::WIDTH => self.width,
            reg::HEIGHT => self.height,
            reg::INPUT_COUNT => self.input.len() as u32,
            reg::COMPLETE_IN => self.prefix.front().copied().unwrap_or(reg::NO_INPUT),
            _ => 0,
        }
    }

    /// Takes what came from outside.
    pub fn receive(&mut self, input: &ConsoleInput, wires: &mut Wires) {
        match input {
            ConsoleInput::Text(text) => {
                self.input.extend(text.chars().map(u32::from));
                wires.input_wanted = false;
            }
            ConsoleInput::End => self.ended = true,
            ConsoleInput::Break => self.breaking = true,
            ConsoleInput::Size { width, height } => {
                self.resized = self.width != 0;
                (self.width, self.height) = (*width, *height);
            }
            ConsoleInput::Complete(prefix) => {
                self.prefix = prefix.chars().map(u32::from).collect();
                self.candidates.clear();
                self.completing = true;
            }
        }
        self.settle(wires);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_arrive_in_order_and_then_the_end() {
        let (mut console, mut wires) = (Console::default(), Wires::default());
        assert_eq!(console.read(reg::DATA_IN, &mut wires), reg::NO_INPUT);
        assert!(wires.input_wanted);
        console.receive(&ConsoleInput::Text("λx".into()), &mut wires);
        console.receive(&ConsoleInput::End, &mut wires);
        assert_eq!(console.read(reg::STATUS, &mut wires) & 3, reg::STATUS_INPUT);
        assert_eq!(console.read(reg::INPUT_COUNT, &mut wires), 2);
        assert_eq!(console.read(reg::DATA_IN, &mut wires), 0x3bb);
        assert_eq!(console.read(reg::DATA_IN, &mut wires), u32::from('x'));
        assert_eq!(console.read(reg::STATUS, &mut wires) & 3, reg::STATUS_END);
    }

    #[test]
    fn output_goes_to_its_two_places() {
        let (mut console, mut wires) = (Console::default(), Wires::default());
        console.write(reg::DATA_OUT, 0x1f600, &mut wires);
        console.write(reg::DATA_OUT, 0xd800, &mut wires);
        console.write(reg::ERROR_OUT, u32::from('e'), &mut wires);
        assert_eq!(
            wires.outputs,
            [
                Output::Console("😀\u{fffd}".into()),
                Output::Error("e".into())
            ]
        );
    }

    #[test]
    fn a_break_interrupts_until_acknowledged() {
        let (mut console, mut wires) = (Console::default(), Wires::default());
        console.write(reg::INTERRUPT_ADDRESS, 0xf000_0004, &mut wires);
        console.write(reg::CONTROL, reg::CONTROL_BREAK, &mut wires);
        console.receive(&ConsoleInput::Break, &mut wires);
        console.receive(&ConsoleInput::Break, &mut wires);
        assert_eq!(wires.interrupts, [0xf000_0004]);
        assert_ne!(console.inspect(reg::STATUS) & reg::STATUS_BREAK, 0);
        console.write(reg::ACKNOWLEDGE, reg::STATUS_BREAK, &mut wires);
        assert_eq!(console.inspect(reg::STATUS) & reg::STATUS_BREAK, 0);
        console.receive(&ConsoleInput::Break, &mut wires);
        assert_eq!(wires.interrupts.len(), 2);
    }

    #[test]
    fn completions_are_asked_for_and_answered() {
        let (mut console, mut wires) = (Console::default(), Wires::default());
        console.receive(&ConsoleInput::Complete("ca".into()), &mut wires);
        assert_ne!(
            console.read(reg::STATUS, &mut wires) & reg::STATUS_COMPLETE,
            0
        );
        assert_eq!(console.read(reg::COMPLETE_IN, &mut wires), u32::from('c'));
        assert_eq!(console.read(reg::COMPLETE_IN, &mut wires), u32::from('a'));
        assert_eq!(console.read(reg::COMPLETE_IN, &mut wires), reg::NO_INPUT);
        for c in "car\ncase\n".chars() {
            console.write(reg::COMPLETE_OUT, u32::from(c), &mut wires);
        }
        console.write(reg::COMPLETE_OUT, 0, &mut wires);
        assert_eq!(wires.outputs, [Output::Completions("car\ncase\n".into())]);
        assert_eq!(console.inspect(reg::STATUS) & reg::STATUS_COMPLETE, 0);
    }
}
