//! A bus with main memory and nothing else, for microprograms without a machine around them.

use super::{Bus, MainMemory, Reply};

/// Main memory alone: no board answers, posts an interrupt or wants attention.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BareBus {
    /// The memory.
    pub memory: MainMemory,
}

impl BareBus {
    /// `pages` pages of memory from physical page 0 on.
    pub fn new(pages: u32) -> BareBus {
        BareBus {
            memory: MainMemory::new(0, pages),
        }
    }

    fn word(&mut self, address: u32) -> Option<&mut u32> {
        let index = self.memory.index(address)?;
        self.memory.words.get_mut(index)
    }
}

/// The byte lane of a byte address.
pub(crate) fn lane(address: u32) -> u32 {
    0xff << (8 * (address & 3))
}

impl Bus for BareBus {
    fn read_word(&mut self, address: u32, _: u64) -> Reply {
        self.word(address)
            .map_or(Reply::NoAnswer, |word| Reply::Ok(*word))
    }

    fn write_word(&mut self, address: u32, data: u32, _: u64) -> Reply {
        self.word(address).map_or(Reply::NoAnswer, |word| {
            *word = data;
            Reply::Ok(0)
        })
    }

    fn read_byte(&mut self, address: u32, _: u64) -> Reply {
        self.word(address)
            .map_or(Reply::NoAnswer, |word| Reply::Ok(*word & lane(address)))
    }

    fn write_byte(&mut self, address: u32, data: u32, _: u64) -> Reply {
        self.word(address).map_or(Reply::NoAnswer, |word| {
            *word = *word & !lane(address) | data & lane(address);
            Reply::Ok(0)
        })
    }

    fn inspect(&self, address: u32) -> Option<u32> {
        self.memory.words.get(self.memory.index(address)?).copied()
    }

    fn lend_memory(&mut self) -> MainMemory {
        std::mem::take(&mut self.memory)
    }

    fn return_memory(&mut self, memory: MainMemory) {
        self.memory = memory;
    }

    fn take_vector(&mut self) -> Option<u8> {
        None
    }

    fn take_attention(&mut self) -> bool {
        false
    }
}
