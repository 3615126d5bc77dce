//! The host-file device: the machine's side of the host's files.
//!
//! The Lambda reached files over the Chaosnet, from a file computer. This board is
//! that connection made short: a command and its arguments go out, an answer comes
//! back as an event. The board knows nothing of the host; who obeys the command,
//! and which directories it may touch, is the business of `machine::files`.

use super::{InterruptLine, Output, Wires};
use boards::hostfile as reg;
use serde::{Deserialize, Serialize};

/// A command on its way out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRequest {
    /// Bus time, in cycles, at which it was given.
    pub at: u64,
    /// `hostfile-command-…`.
    pub command: u32,
    /// The open file.
    pub handle: u32,
    /// How many bytes.
    pub count: u32,
    /// `hostfile-open-…` bits.
    pub flags: u32,
    /// A byte position.
    pub position: u64,
    /// The path or the data.
    pub bytes: Vec<u8>,
}

/// An answer on its way in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileAnswer {
    /// `hostfile-error-…`, 0 for success.
    pub error: u32,
    /// The open file.
    pub handle: u32,
    /// How many bytes.
    pub count: u32,
    /// A byte position.
    pub position: u64,
    /// `hostfile-kind-…`.
    pub kind: u32,
    /// A universal time.
    pub date: u64,
    /// What goes into the buffer.
    pub bytes: Vec<u8>,
}

/// The host-file device.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HostFile {
    buffer: Vec<u8>,
    index: u32,
    handle: u32,
    count: u32,
    flags: u32,
    position: u64,
    kind: u32,
    date: u64,
    error: u32,
    busy: bool,
    done: bool,
    line: InterruptLine,
}

impl Default for HostFile {
    fn default() -> Self {
        HostFile {
            buffer: vec![0; reg::BUFFER_BYTES as usize],
            index: 0,
            handle: 0,
            count: 0,
            flags: 0,
            position: 0,
            kind: 0,
            date: 0,
            error: 0,
            busy: false,
            done: false,
            line: InterruptLine::default(),
        }
    }
}

impl HostFile {
    fn settle(&mut self, wires: &mut Wires) {
        let condition = if self.done { reg::CONTROL_INTERRUPT } else { 0 };
        self.line.settle(condition, wires);
    }

    /// The bytes of the word that the index is in; the index always lies in the buffer.
    fn word(&self) -> std::ops::Range<usize> {
        let start = self.index as usize & !3;
        start..start + 4
    }

    fn move_to(&mut self, index: u32) {
        self.index = index % reg::BUFFER_BYTES;
    }

    /// Reads a register.
    pub fn read(&mut self, register: u32) -> u32 {
        let value = self.inspect(register);
        match register {
            reg::BYTE => self.move_to(self.index + 1),
            reg::WORD => self.move_to((self.index & !3) + 4),
            _ => {}
        }
        value
    }

    /// Writes a register. While a command is under way only an acknowledgement is heard.
    pub fn write(&mut self, register: u32, data: u32, wires: &mut Wires) {
        match register {
            reg::ACKNOWLEDGE => self.done = false,
            _ if self.busy => {}
            reg::COMMAND => self.start(data, wires),
            reg::HANDLE => self.handle = data,
            reg::COUNT => self.count = data,
            reg::FLAGS => self.flags = data,
            reg::POSITION_LOW => {
                self.position = self.position & !0xffff_ffff | u64::from(data);
            }
            reg::POSITION_HIGH => {
                self.position = self.position & 0xffff_ffff | u64::from(data) << 32;
            }
            reg::INDEX => self.move_to(data),
            reg::BYTE => {
                self.buffer[self.index as usize] = data as u8;
                self.move_to(self.index + 1);
            }
            reg::WORD => {
                let word = self.word();
                self.buffer[word].copy_from_slice(&data.to_le_bytes());
                self.move_to((self.index & !3) + 4);
            }
            reg::CONTROL => self.line.control = data,
            reg::INTERRUPT_ADDRESS => self.line.address = data,
            _ => {}
        }
        self.settle(wires);
    }

    fn start(&mut self, command: u32, wires: &mut Wires) {
        self.busy = true;
        self.done = false;
        let carried = match command {
            reg::COMMAND_OPEN
            | reg::COMMAND_WRITE
            | reg::COMMAND_PROBE
            | reg::COMMAND_DELETE
            | reg::COMMAND_RENAME
            | reg::COMMAND_LIST
            | reg::COMMAND_MAKE_DIRECTORY
            | reg::COMMAND_DELETE_DIRECTORY => self.count.min(reg::BUFFER_BYTES),
            _ => 0,
        };
        wires.say(Output::File(FileRequest {
            at: wires.now,
            command,
            handle: self.handle,
            count: self.count,
            flags: self.flags,
            position: self.position,
            bytes: self.buffer[..carried as usize].to_vec(),
        }));
        wires.attention = true;
    }

    /// Looks at a register.
    pub fn inspect(&self, register: u32) -> u32 {
        match register {
            reg::STATUS => {
                (u32::from(self.busy) * reg::STATUS_BUSY)
                    | (u32::from(self.done) * reg::STATUS_DONE)
            }
            reg::ERROR => self.error,
            reg::HANDLE => self.handle,
            reg::COUNT => self.count,
            reg::FLAGS => self.flags,
            reg::POSITION_LOW => self.position as u32,
            reg::POSITION_HIGH => (self.position >> 32) as u32,
            reg::KIND => self.kind,
            reg::DATE_LOW => self.date as u32,
            reg::DATE_HIGH => (self.date >> 32) as u32,
            reg::INDEX => self.index,
            reg::BYTE => u32::from(self.buffer[self.index as usize]),
            reg::WORD => {
                u32::from_le_bytes(self.buffer[self.word()].try_into().expect("four bytes"))
            }
            reg::CONTROL => self.line.control,
            reg::INTERRUPT_ADDRESS => self.line.address,
            reg::BUFFER_SIZE => reg::BUFFER_BYTES,
            _ => 0,
        }
    }

    /// Takes the answer to the command under way.
    pub fn receive(&mut self, answer: &FileAnswer, wires: &mut Wires) {
        self.busy = false;
        self.done = true;
        self.error = answer.error;
        self.handle = answer.handle;
        self.count = answer.count;
        self.position = answer.position;
        self.kind = answer.kind;
        self.date = answer.date;
        let length = answer.bytes.len().min(self.buffer.len());
        self.buffer[..length].copy_from_slice(&answer.bytes[..length]);
        self.index = 0;
        self.settle(wires);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_buffer_is_reached_by_bytes_and_by_words() {
        let (mut board, mut wires) = (HostFile::default(), Wires::default());
        for byte in b"abcde" {
            board.write(reg::BYTE, u32::from(*byte), &mut wires);
        }
        board.write(reg::INDEX, 0, &mut wires);
        assert_eq!(board.read(reg::WORD), u32::from_le_bytes(*b"abcd"));
        assert_eq!(board.read(reg::BYTE), u32::from(b'e'));
        board.write(reg::INDEX, reg::BUFFER_BYTES - 1, &mut wires);
        board.write(reg::BYTE, 7, &mut wires);
        assert_eq!(board.inspect(reg::INDEX), 0, "the index wraps");
    }

    #[test]
    fn a_command_goes_out_and_its_answer_comes_in() {
        let (mut board, mut wires) = (HostFile::default(), Wires::default());
        wires.now = 77;
        for byte in b"/tmp/x" {
            board.write(reg::BYTE, u32::from(*byte), &mut wires);
        }
        board.write(reg::COUNT, 6, &mut wires);
        board.write(reg::CONTROL, reg::CONTROL_INTERRUPT, &mut wires);
        board.write(reg::COMMAND, reg::COMMAND_PROBE, &mut wires);
        board.write(reg::COUNT, 9, &mut wires);
        assert_eq!(board.inspect(reg::COUNT), 6, "busy: not heard");
        let [Output::File(request)] = &wires.outputs[..] else {
            panic!("{:?}", wires.outputs)
        };
        assert_eq!((request.at, &request.bytes[..]), (77, &b"/tmp/x"[..]));
        let answer = FileAnswer {
            kind: reg::KIND_FILE,
            position: 1 << 33,
            ..Default::default()
        };
        board.receive(&answer, &mut wires);
        assert_eq!(board.inspect(reg::STATUS), reg::STATUS_DONE);
        assert_eq!(board.inspect(reg::POSITION_HIGH), 2);
        assert_eq!(wires.interrupts.len(), 1);
    }
}
