//! The disk controller and the disk.
//!
//! The Lambda's disk hung on a Multibus controller behind the SDU and took lists
//! of commands from memory. This one takes one command at a time through
//! registers and moves pages straight between disk and main memory. Its delay is
//! fixed bus time, not a model of arms and platters: what counts is that it is the
//! same in every run.

use super::{InterruptLine, MainMemory, Wires, wires::CYCLES_PER_MICROSECOND};
use boards::disk as reg;
use diskimage::BLOCK_BYTES;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

/// Bus time a command takes, in microseconds, and more for each block.
const COMMAND_MICROSECONDS: u64 = 20;
const BLOCK_MICROSECONDS: u64 = 1;

/// What holds the blocks.
pub enum Medium {
    /// A disk that is gone when the machine is: what was given, and the blocks that
    /// have been written since. Blocks beyond what was given are 0.
    Memory {
        /// Capacity in blocks.
        blocks: u32,
        /// The first blocks.
        given: Vec<u8>,
        /// Blocks written since.
        written: BTreeMap<u32, Box<[u8; BLOCK_BYTES]>>,
    },
    /// A file of the host, written through.
    File {
        /// Capacity in blocks.
        blocks: u32,
        /// The open file.
        file: File,
    },
}

impl fmt::Debug for Medium {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Medium::Memory { blocks, .. } => write!(f, "{blocks} blocks in memory"),
            Medium::File { blocks, .. } => write!(f, "{blocks} blocks in a file"),
        }
    }
}

impl Default for Medium {
    fn default() -> Self {
        Medium::memory(0, Vec::new())
    }
}

impl Medium {
    /// A disk in memory that begins with `given`.
    pub fn memory(blocks: u32, given: Vec<u8>) -> Medium {
        Medium::Memory {
            blocks,
            given,
            written: BTreeMap::new(),
        }
    }

    /// Capacity in blocks.
    pub fn blocks(&self) -> u32 {
        match self {
            Medium::Memory { blocks, .. } | Medium::File { blocks, .. } => *blocks,
        }
    }

    /// Reads successive blocks into `to`, which is a whole number of them.
    pub fn read(&mut self, block: u32, to: &mut [u8]) -> io::Result<()> {
        match self {
            Medium::File { file, .. } => {
                file.seek(SeekFrom::Start(u64::from(block) * BLOCK_BYTES as u64))?;
                file.read_exact(to)
            }
            Medium::Memory { given, written, .. } => {
                for (n, to) in (block..).zip(to.chunks_exact_mut(BLOCK_BYTES)) {
                    let start = n as usize * BLOCK_BYTES;
                    if let Some(block) = written.get(&n) {
                        to.copy_from_slice(&block[..]);
                    } else if let Some(block) = given.get(start..start + BLOCK_BYTES) {
                        to.copy_from_slice(block);
                    } else {
                        to.fill(0);
                    }
                }
                Ok(())
            }
        }
    }

    /// Writes successive blocks from `from`.
    pub fn write(&mut self, block: u32, from: &[u8]) -> io::Result<()> {
        match self {
            Medium::File { file, .. } => {
                file.seek(SeekFrom::Start(u64::from(block) * BLOCK_BYTES as u64))?;
                file.write_all(from)
            }
            Medium::Memory { written, .. } => {
                for (n, from) in (block..).zip(from.chunks_exact(BLOCK_BYTES)) {
                    written.insert(n, Box::new(from.try_into().expect("a whole block")));
                }
                Ok(())
            }
        }
    }

    /// A hash of what has been written since power-up to a disk in memory.
    pub fn written_hash(&self) -> u32 {
        let mut hash = crc32fast::Hasher::new();
        if let Medium::Memory { written, .. } = self {
            for (n, block) in written {
                hash.update(&n.to_le_bytes());
                hash.update(&block[..]);
            }
        }
        hash.finalize()
    }
}

/// The controller.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Disk {
    /// The disk itself.
    #[serde(skip)]
    pub medium: Medium,
    command: u32,
    block: u32,
    count: u32,
    address: u32,
    /// Bus time, in cycles, at which the command ends.
    end: Option<u64>,
    done: bool,
    error: u32,
    line: InterruptLine,
}

impl Disk {
    fn settle(&mut self, wires: &mut Wires) {
        let condition = if self.done { reg::CONTROL_INTERRUPT } else { 0 };
        self.line.settle(condition, wires);
    }

    /// Writes a register.
    pub fn write(&mut self, register: u32, data: u32, wires: &mut Wires) {
        let idle = self.end.is_none();
        match register {
            reg::COMMAND if idle => {
                self.command = data;
                self.done = false;
                self.error = 0;
                let blocks = u64::from(self.count.min(self.medium.blocks()));
                let time = COMMAND_MICROSECONDS + BLOCK_MICROSECONDS * blocks;
                self.end = Some(wires.now + time * CYCLES_PER_MICROSECOND);
                wires.attention = true;
            }
            reg::BLOCK if idle => self.block = data,
            reg::COUNT if idle => self.count = data,
            reg::ADDRESS if idle => self.address = data,
            reg::CONTROL if idle => self.line.control = data,
            reg::INTERRUPT_ADDRESS if idle => self.line.address = data,
            reg::ACKNOWLEDGE => {
                self.done = false;
                self.error = 0;
            }
            _ => {}
        }
        self.settle(wires);
    }

    /// Looks at a register; reading one has no other effect.
    pub fn inspect(&self, register: u32) -> u32 {
        match register {
            reg::STATUS => {
                (u32::from(self.end.is_some()) * reg::STATUS_BUSY)
                    | (u32::from(self.done) * reg::STATUS_DONE)
                    | (u32::from(self.error != 0) * reg::STATUS_ERROR)
            }
            reg::ERROR => self.error,
            reg::BLOCK => self.block,
            reg::COUNT => self.count,
            reg::ADDRESS => self.address,
            reg::CONTROL => self.line.control,
            reg::INTERRUPT_ADDRESS => self.line.address,
            reg::CAPACITY => self.medium.blocks(),
            _ => 0,
        }
    }

    /// When the command under way will end, in cycles of bus time.
    pub fn due(&self) -> Option<u64> {
        self.end
    }

    /// Ends the command if its time has come.
    pub fn advance(&mut self, wires: &mut Wires) {
        if self.end.is_none_or(|end| end > wires.now) {
            return;
        }
        self.end = None;
        self.error = self.transfer(&mut wires.memory).err().unwrap_or(0);
        self.done = true;
        wires.happened();
        self.settle(wires);
    }

    fn transfer(&mut self, memory: &mut MainMemory) -> Result<(), u32> {
        if !matches!(self.command, reg::COMMAND_READ | reg::COMMAND_WRITE) {
            return Err(reg::ERROR_COMMAND);
        }
        let last = self.block.checked_add(self.count).ok_or(reg::ERROR_BLOCK)?;
        if last > self.medium.blocks() {
            return Err(reg::ERROR_BLOCK);
        }
        if self.count == 0 {
            return Ok(());
        }
        if !self.address.is_multiple_of(4) {
            return Err(reg::ERROR_ADDRESS);
        }
        let words = self.count as usize * reg::BLOCK_WORDS as usize;
        let start = memory.index(self.address).ok_or(reg::ERROR_ADDRESS)?;
        let memory = memory
            .words
            .get_mut(start..start + words)
            .ok_or(reg::ERROR_ADDRESS)?;
        let failed = |error: io::Error| {
            tracing::error!("disk: {error}");
            reg::ERROR_MEDIUM
        };
        let mut bytes = vec![0; words * 4];
        if self.command == reg::COMMAND_READ {
            self.medium.read(self.block, &mut bytes).map_err(failed)?;
            for (word, bytes) in memory.iter_mut().zip(bytes.chunks_exact(4)) {
                *word = u32::from_le_bytes(bytes.try_into().expect("four bytes"));
            }
        } else {
            for (word, bytes) in memory.iter().zip(bytes.chunks_exact_mut(4)) {
                bytes.copy_from_slice(&word.to_le_bytes());
            }
            self.medium.write(self.block, &bytes).map_err(failed)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: u32 = 0x4000_0000;

    fn machine() -> (Disk, Wires) {
        let given: Vec<u8> = (0..3 * BLOCK_BYTES)
            .map(|i| (i / BLOCK_BYTES + 1) as u8)
            .collect();
        let disk = Disk {
            medium: Medium::memory(10, given),
            ..Disk::default()
        };
        let memory = MainMemory::new(BASE >> 10, 4);
        (
            disk,
            Wires {
                memory,
                ..Wires::default()
            },
        )
    }

    fn command(disk: &mut Disk, wires: &mut Wires, command: u32, block: u32, count: u32, at: u32) {
        for (register, data) in [
            (reg::BLOCK, block),
            (reg::COUNT, count),
            (reg::ADDRESS, at),
            (reg::COMMAND, command),
        ] {
            disk.write(register, data, wires);
        }
        assert_eq!(disk.inspect(reg::STATUS), reg::STATUS_BUSY);
        wires.now = disk.due().expect("busy");
        disk.advance(wires);
    }

    #[test]
    fn a_read_moves_pages_when_its_time_has_come() {
        let (mut disk, mut wires) = machine();
        disk.write(reg::CONTROL, reg::CONTROL_INTERRUPT, &mut wires);
        disk.write(reg::COUNT, 2, &mut wires);
        disk.write(reg::ADDRESS, BASE + 1024, &mut wires);
        disk.write(reg::COMMAND, reg::COMMAND_READ, &mut wires);
        assert_eq!(disk.due(), Some(5 * 22));
        wires.now = 5 * 22 - 1;
        disk.advance(&mut wires);
        assert_eq!(wires.memory.words[256], 0, "not yet");
        wires.now += 1;
        disk.advance(&mut wires);
        assert_eq!(wires.memory.words[255..257], [0, 0x0101_0101]);
        assert_eq!(wires.memory.words[767..769], [0x0202_0202, 0]);
        assert_eq!(disk.inspect(reg::STATUS), reg::STATUS_DONE);
        assert_eq!(wires.interrupts.len(), 1);
    }

    #[test]
    fn what_is_written_can_be_read_and_the_rest_is_zero() {
        let (mut disk, mut wires) = machine();
        wires.memory.words[..256].fill(0xdead_beef);
        command(&mut disk, &mut wires, reg::COMMAND_WRITE, 8, 1, BASE);
        command(&mut disk, &mut wires, reg::COMMAND_READ, 7, 3, BASE + 1024);
        assert_eq!(disk.inspect(reg::ERROR), 0);
        assert_eq!(wires.memory.words[256..512], [0; 256]);
        assert_eq!(wires.memory.words[512..768], [0xdead_beef; 256]);
        assert_eq!(wires.memory.words[768..], [0; 256]);
    }

    #[test]
    fn a_transfer_that_cannot_be_changes_nothing() {
        let (mut disk, mut wires) = machine();
        for (command_word, block, count, address, error) in [
            (3, 0, 1, BASE, reg::ERROR_COMMAND),
            (reg::COMMAND_READ, 9, 2, BASE, reg::ERROR_BLOCK),
            (reg::COMMAND_READ, u32::MAX, 2, BASE, reg::ERROR_BLOCK),
            (reg::COMMAND_READ, 0, 1, BASE + 2, reg::ERROR_ADDRESS),
            (reg::COMMAND_READ, 0, 5, BASE, reg::ERROR_ADDRESS),
            (reg::COMMAND_READ, 0, 1, 0xf000_0000, reg::ERROR_ADDRESS),
        ] {
            command(&mut disk, &mut wires, command_word, block, count, address);
            assert_eq!(disk.inspect(reg::ERROR), error);
            assert_ne!(disk.inspect(reg::STATUS) & reg::STATUS_ERROR, 0);
        }
        assert!(wires.memory.words.iter().all(|word| *word == 0));
    }
}
