//! A bus that makes life hard in a reproducible way: memory that does not begin
//! at page 0, a board that posts interrupts and asks for attention, and emptiness.

use runlight::bus::{Bus, MainMemory, Reply};

/// First physical page of memory.
pub const MEMORY_PAGE: u32 = 16;
/// Pages of memory.
pub const MEMORY_PAGES: u32 = 6;
/// Physical page of the board.
pub const BOARD_PAGE: u32 = 64;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestBus {
    memory: MainMemory,
    vectors: Vec<u8>,
    attention: bool,
    /// Every cycle that reached the board.
    log: Vec<(u32, u32, u64)>,
}

impl TestBus {
    pub fn new() -> TestBus {
        TestBus {
            memory: MainMemory::new(MEMORY_PAGE, MEMORY_PAGES),
            vectors: Vec::new(),
            attention: false,
            log: Vec::new(),
        }
    }

    pub fn fill(&mut self, mut word: impl FnMut() -> u32) {
        self.memory
            .words
            .iter_mut()
            .for_each(|place| *place = word());
    }

    fn cycle(&mut self, address: u32, data: Option<u32>, cycle: u64) -> Reply {
        if let Some(index) = self.memory.index(address) {
            if let Some(data) = data {
                self.memory.words[index] = data;
            }
            return Reply::Ok(self.memory.words[index]);
        }
        if address >> 10 != BOARD_PAGE {
            return Reply::NoAnswer;
        }
        self.log.push((address, data.unwrap_or(0), cycle));
        match data {
            Some(data) => self.vectors.push(data as u8),
            None => self.attention = address & 4 != 0,
        }
        Reply::Ok(address ^ cycle as u32)
    }
}

impl Bus for TestBus {
    fn read_word(&mut self, address: u32, cycle: u64) -> Reply {
        self.cycle(address, None, cycle)
    }

    fn write_word(&mut self, address: u32, data: u32, cycle: u64) -> Reply {
        self.cycle(address, Some(data), cycle)
    }

    fn read_byte(&mut self, address: u32, cycle: u64) -> Reply {
        match self.cycle(address, None, cycle) {
            Reply::Ok(word) => Reply::Ok(word & 0xff << (8 * (address & 3))),
            Reply::NoAnswer => Reply::NoAnswer,
        }
    }

    fn write_byte(&mut self, address: u32, data: u32, cycle: u64) -> Reply {
        let lane = 0xff << (8 * (address & 3));
        match self.inspect(address) {
            Some(word) => self.cycle(address, Some(word & !lane | data & lane), cycle),
            None => self.cycle(address, Some(data & lane), cycle),
        }
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
        (!self.vectors.is_empty()).then(|| self.vectors.remove(0))
    }

    fn take_attention(&mut self) -> bool {
        std::mem::take(&mut self.attention)
    }
}
