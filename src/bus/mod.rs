//! The NuBus as a processor sees it.
//!
//! On the Lambda the processor's bus interface turned a mapped reference into a
//! NuBus cycle: 32 address lines naming a byte, a slot that answered or a
//! time-out. [`Bus`] is that interface and nothing more; the boards behind it
//! are the business of whoever implements it. What it leaves out: arbitration,
//! block transfers and the clock edges of a cycle.
//!
//! Main memory is special only for speed: an engine may borrow it
//! ([`Bus::lend_memory`]) and go to it without a bus cycle. It gives it back
//! before any other cycle and at the end of a run, so a board always finds the
//! memory at home.

mod bare;

pub use bare::BareBus;

/// What a cycle brings back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// A board answered. For a write the data mean nothing.
    Ok(u32),
    /// No board answers at this address: the processor sees a bus error.
    NoAnswer,
}

/// Main memory: a run of physical pages of 256 words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MainMemory {
    /// The first physical page (bus byte address <31:10>).
    pub base_page: u32,
    /// The words; a whole number of pages.
    pub words: Vec<u32>,
}

impl MainMemory {
    /// `pages` pages of zeros from physical page `base_page` on.
    pub fn new(base_page: u32, pages: u32) -> MainMemory {
        MainMemory {
            base_page,
            words: vec![0; pages as usize * 256],
        }
    }

    /// The index in [`MainMemory::words`] of the word that holds bus byte address `address`.
    pub fn index(&self, address: u32) -> Option<usize> {
        let word = (address >> 2).checked_sub(self.base_page << 8)? as usize;
        (word < self.words.len()).then_some(word)
    }
}

/// A processor's way to the boards. Addresses are byte addresses of 32 bits;
/// a word cycle ignores the low two. `cycle` is the processor's cycle count
/// before the instruction that makes the reference: the only time there is.
pub trait Bus {
    /// Read a word.
    fn read_word(&mut self, address: u32, cycle: u64) -> Reply;

    /// Write a word.
    fn write_word(&mut self, address: u32, data: u32, cycle: u64) -> Reply;

    /// Read a byte; it comes back in its own byte lane, the other lanes 0.
    fn read_byte(&mut self, address: u32, cycle: u64) -> Reply;

    /// Write the byte of `data` that is in the byte lane of `address`.
    fn write_byte(&mut self, address: u32, data: u32, cycle: u64) -> Reply;

    /// Look at a word without any side effect, for debuggers and reports.
    fn inspect(&self, address: u32) -> Option<u32>;

    /// Hand main memory to an engine. Until it comes back, word cycles do not
    /// reach main memory through the bus.
    fn lend_memory(&mut self) -> MainMemory;

    /// Take back what [`Bus::lend_memory`] handed out.
    fn return_memory(&mut self, memory: MainMemory);

    /// The next interrupt vector that a cycle posted to this processor's
    /// interrupt space, in the order of posting. Engines empty this after every
    /// cycle that is not main memory; between runs the machine does.
    fn take_vector(&mut self) -> Option<u8>;

    /// Has a cycle asked that the run stop, so that the machine can look after
    /// something? Asking clears it. Engines ask after every cycle that is not main memory
    /// and stop at the end of the instruction.
    fn take_attention(&mut self) -> bool;
}

pub mod backplane;
pub mod clock;
pub mod console;
pub mod disk;
pub mod hostfile;
pub mod wires;

pub use backplane::Backplane;
pub use clock::{Clock, Date};
pub use console::{Console, ConsoleInput};
pub use disk::{Disk, Medium};
pub use hostfile::{FileAnswer, FileRequest, HostFile};
pub use wires::{InterruptLine, Output, Wires};
