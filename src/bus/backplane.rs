//! The backplane: slots, and the boards in them.
//!
//! The Lambda's cabinet had sixteen slots. The standard machine fills eight:
//! processor, memory, console, clock, disk, host files, SDU. The backplane takes a
//! bus cycle to the board that its address names, tells each board when its time has
//! come, and carries interrupts to a processor.

use super::wires::BoardStop;
use super::{Bus, Clock, Console, Disk, HostFile, MainMemory, Output, Reply, Wires};
use crate::sdu::Sdu;
use boards::{BOARDS, Board};
use serde::Serialize;
use std::collections::VecDeque;

const PAGE_BYTES: u32 = 1024;
/// The page of a slot that holds its configuration ROM.
const CONFIG_PAGE: u32 = boards::config::PAGE_OFFSET;
const NVRAM_PAGES: std::ops::Range<u32> = boards::sdu::STANDARD_NVRAM_PAGE
    ..boards::sdu::STANDARD_NVRAM_PAGE + boards::sdu::STANDARD_NVRAM_WORDS / 256;

/// All boards of a machine but the processor, which is only its interrupt space here.
#[derive(Debug, Default)]
pub struct Backplane {
    /// The lines that the boards share, main memory among them.
    pub wires: Wires,
    /// The console line.
    pub console: Console,
    /// The clock.
    pub clock: Clock,
    /// The disk.
    pub disk: Disk,
    /// The host-file device.
    pub hostfile: HostFile,
    /// The system diagnostic unit.
    pub sdu: Sdu,
    /// Bus time less the processor's cycles: what was spent waiting.
    skew: u64,
    vectors: VecDeque<u8>,
}

/// The part of an address that a board sees.
enum Place {
    /// The register page of a slot.
    Register(&'static Board, u32),
    /// A word of a configuration ROM.
    Config(&'static Board, u32),
    /// A word of the NVRAM.
    Nvram(usize),
    /// Nothing is there.
    Nowhere,
}

fn place(address: u32) -> Place {
    let slot = (address >> 24) as u8;
    let Some(board) = BOARDS.iter().find(|b| b.kind != 0 && b.slot == slot) else {
        return Place::Nowhere;
    };
    let page = (address & 0x00ff_ffff) / PAGE_BYTES;
    let word = address % PAGE_BYTES / 4;
    match page {
        0 => Place::Register(board, word),
        CONFIG_PAGE => Place::Config(board, word),
        page if board.kind == boards::sdu::BOARD.kind && NVRAM_PAGES.contains(&page) => {
            Place::Nvram(((page - NVRAM_PAGES.start) * 256 + word) as usize)
        }
        _ => Place::Nowhere,
    }
}

impl Backplane {
    /// The standard boards with `megabytes` of main memory (1 to 128).
    pub fn new(megabytes: u32) -> Backplane {
        assert!((1..=128).contains(&megabytes), "{megabytes} MB of memory");
        let mut backplane = Backplane::default();
        let pages = megabytes * 1024;
        backplane.wires.memory = MainMemory::new(boards::memory::STANDARD_BASE_PAGE, pages);
        backplane
    }

    /// Bus time now, when the processor has run `cycle` cycles.
    pub fn set_time(&mut self, cycle: u64) {
        self.wires.now = cycle + self.skew;
    }

    /// Lets bus time jump to `time` while the processor stands still.
    pub fn jump_to(&mut self, time: u64) {
        if time > self.wires.now {
            self.skew += time - self.wires.now;
            self.wires.now = time;
        }
    }

    /// When the next thing will happen by itself, in cycles of bus time.
    pub fn due(&self) -> Option<u64> {
        [self.clock.due(), self.disk.due(), self.sdu.due()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Lets everything happen whose time has come.
    pub fn advance(&mut self) {
        self.clock.advance(&mut self.wires);
        self.disk.advance(&mut self.wires);
        self.sdu.advance(&mut self.wires);
        self.deliver_interrupts();
    }

    /// Carries what the boards have posted to where it is addressed.
    pub fn deliver_interrupts(&mut self) {
        for address in std::mem::take(&mut self.wires.interrupts) {
            if let Some(word) = self.wires.memory.index(address) {
                self.wires.memory.words[word] = 1;
            } else if let Place::Register(board, vector) = place(address)
                && board.kind == boards::processor::BOARD.kind
            {
                self.vectors.push_back(vector as u8);
            }
            // An interrupt to anywhere else finds nobody, as on the bus.
        }
    }

    /// What the boards have said to the outside since the last call.
    pub fn take_outputs(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.wires.outputs)
    }

    /// Why the boards want the machine to stop, if they do.
    pub fn take_stop(&mut self) -> Option<BoardStop> {
        self.wires.stop.take()
    }

    /// A hash of everything on the boards: memory, registers, time, what was written
    /// to a disk in memory. Interrupt vectors that wait are part of it.
    pub fn state_hash(&self) -> u32 {
        #[derive(Serialize)]
        struct State<'a> {
            console: &'a Console,
            clock: &'a Clock,
            disk: &'a Disk,
            hostfile: &'a HostFile,
            sdu: &'a Sdu,
            now: u64,
            event_count: u32,
            idle: bool,
            vectors: &'a VecDeque<u8>,
            written: u32,
        }
        let state = State {
            console: &self.console,
            clock: &self.clock,
            disk: &self.disk,
            hostfile: &self.hostfile,
            sdu: &self.sdu,
            now: self.wires.now,
            event_count: self.wires.event_count,
            idle: self.wires.idle,
            vectors: &self.vectors,
            written: self.disk.medium.written_hash(),
        };
        let mut hash = crc32fast::Hasher::new();
        hash.update(&postcard::to_stdvec(&state).expect("plain data"));
        for page in self.wires.memory.words.chunks(256) {
            let bytes: Vec<u8> = page.iter().flat_map(|word| word.to_le_bytes()).collect();
            hash.update(&bytes);
        }
        hash.finalize()
    }

    fn read_register(&mut self, board: &Board, register: u32) -> u32 {
        let wires = &mut self.wires;
        match board.kind {
            k if k == boards::console::BOARD.kind => self.console.read(register, wires),
            k if k == boards::clock::BOARD.kind => self.clock.read(register, wires),
            k if k == boards::hostfile::BOARD.kind => self.hostfile.read(register),
            k if k == boards::sdu::BOARD.kind => self.sdu.read(register, wires),
            _ => self.inspect_register(board, register),
        }
    }

    fn write_register(&mut self, board: &Board, register: u32, data: u32) {
        let wires = &mut self.wires;
        match board.kind {
            k if k == boards::processor::BOARD.kind => self.vectors.push_back(register as u8),
            k if k == boards::console::BOARD.kind => self.console.write(register, data, wires),
            k if k == boards::clock::BOARD.kind => self.clock.write(register, data, wires),
            k if k == boards::disk::BOARD.kind => self.disk.write(register, data, wires),
            k if k == boards::hostfile::BOARD.kind => self.hostfile.write(register, data, wires),
            k if k == boards::sdu::BOARD.kind => self.sdu.write(register, data, wires),
            _ => {}
        }
    }

    fn inspect_register(&self, board: &Board, register: u32) -> u32 {
        match board.kind {
            k if k == boards::memory::BOARD.kind => match register {
                boards::memory::BASE_PAGE => self.wires.memory.base_page,
                boards::memory::PAGES => (self.wires.memory.words.len() / 256) as u32,
                _ => 0,
            },
            k if k == boards::console::BOARD.kind => self.console.inspect(register),
            k if k == boards::clock::BOARD.kind => self.clock.inspect(register, &self.wires),
            k if k == boards::disk::BOARD.kind => self.disk.inspect(register),
            k if k == boards::hostfile::BOARD.kind => self.hostfile.inspect(register),
            k if k == boards::sdu::BOARD.kind => self.sdu.inspect(register, &self.wires),
            _ => 0,
        }
    }
}

/// The mask of the byte lane that an address names.
fn lane(address: u32) -> u32 {
    0xff << (8 * (address & 3))
}

impl Bus for Backplane {
    fn read_word(&mut self, address: u32, cycle: u64) -> Reply {
        if let Some(word) = self.wires.memory.index(address) {
            return Reply::Ok(self.wires.memory.words[word]);
        }
        self.set_time(cycle);
        let data = match place(address) {
            Place::Register(board, register) => self.read_register(board, register),
            Place::Config(board, word) => {
                board.config_rom().get(word as usize).copied().unwrap_or(0)
            }
            Place::Nvram(word) => self.sdu.nvram[word],
            Place::Nowhere => return Reply::NoAnswer,
        };
        self.deliver_interrupts();
        Reply::Ok(data)
    }

    fn write_word(&mut self, address: u32, data: u32, cycle: u64) -> Reply {
        if let Some(word) = self.wires.memory.index(address) {
            self.wires.memory.words[word] = data;
            return Reply::Ok(0);
        }
        self.set_time(cycle);
        match place(address) {
            Place::Register(board, register) => self.write_register(board, register, data),
            Place::Config(..) => {}
            Place::Nvram(word) => self.sdu.nvram[word] = data,
            Place::Nowhere => return Reply::NoAnswer,
        }
        self.deliver_interrupts();
        Reply::Ok(0)
    }

    fn read_byte(&mut self, address: u32, cycle: u64) -> Reply {
        match self.read_word(address, cycle) {
            Reply::Ok(word) => Reply::Ok(word & lane(address)),
            Reply::NoAnswer => Reply::NoAnswer,
        }
    }

    fn write_byte(&mut self, address: u32, data: u32, cycle: u64) -> Reply {
        let mask = lane(address);
        if let Some(word) = self.wires.memory.index(address) {
            let word = &mut self.wires.memory.words[word];
            *word = *word & !mask | data & mask;
            return Reply::Ok(0);
        }
        if let Place::Nvram(word) = place(address) {
            let word = &mut self.sdu.nvram[word];
            *word = *word & !mask | data & mask;
            return Reply::Ok(0);
        }
        self.write_word(address, data & mask, cycle)
    }

    fn inspect(&self, address: u32) -> Option<u32> {
        if let Some(word) = self.wires.memory.index(address) {
            return Some(self.wires.memory.words[word]);
        }
        match place(address) {
            Place::Register(board, register) => Some(self.inspect_register(board, register)),
            Place::Config(board, word) => {
                Some(board.config_rom().get(word as usize).copied().unwrap_or(0))
            }
            Place::Nvram(word) => Some(self.sdu.nvram[word]),
            Place::Nowhere => None,
        }
    }

    fn lend_memory(&mut self) -> MainMemory {
        std::mem::take(&mut self.wires.memory)
    }

    fn return_memory(&mut self, memory: MainMemory) {
        self.wires.memory = memory;
    }

    fn take_vector(&mut self) -> Option<u8> {
        self.vectors.pop_front()
    }

    fn take_attention(&mut self) -> bool {
        std::mem::take(&mut self.wires.attention)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use boards::{config, config_base, slot_base};

    fn register(board: &Board, number: u32) -> u32 {
        slot_base(board.slot) + 4 * number
    }

    #[test]
    fn asking_every_slot_finds_the_boards() {
        let mut bus = Backplane::new(1);
        let mut found = Vec::new();
        for slot in 0xf0..=0xff {
            let at = config_base(slot);
            match bus.read_word(at + 4 * config::MAGIC, 0) {
                Reply::NoAnswer => {}
                Reply::Ok(magic) => {
                    assert_eq!(magic, config::MAGIC_NUMBER);
                    found.push(bus.read_word(at + 4 * config::KIND, 0));
                }
            }
        }
        let kinds: Vec<_> = BOARDS
            .iter()
            .filter(|b| b.kind != 0)
            .map(|b| b.kind)
            .collect();
        assert_eq!(found, kinds.into_iter().map(Reply::Ok).collect::<Vec<_>>());
    }

    #[test]
    fn memory_is_where_its_board_says() {
        let mut bus = Backplane::new(2);
        let board = boards::memory::BOARD;
        let Reply::Ok(page) = bus.read_word(register(&board, boards::memory::BASE_PAGE), 0) else {
            panic!("no answer")
        };
        assert_eq!(
            bus.read_word(register(&board, boards::memory::PAGES), 0),
            Reply::Ok(2048)
        );
        let start = page * PAGE_BYTES;
        assert_eq!(bus.write_word(start, 0x1234_5678, 0), Reply::Ok(0));
        assert_eq!(bus.write_byte(start + 1, 0xaabb_ccdd, 0), Reply::Ok(0));
        assert_eq!(bus.read_word(start, 0), Reply::Ok(0x1234_cc78));
        assert_eq!(bus.read_byte(start + 3, 0), Reply::Ok(0x1200_0000));
        assert_eq!(bus.read_word(start + 2 * 1024 * 1024, 0), Reply::NoAnswer);
        assert_eq!(bus.write_word(start - 4, 0, 0), Reply::NoAnswer);
        assert_eq!(bus.inspect(start), Some(0x1234_cc78));
        assert_eq!(bus.inspect(start - 4), None);
    }

    #[test]
    fn a_device_interrupts_the_processor_that_it_was_told() {
        let mut bus = Backplane::new(1);
        let clock = boards::clock::BOARD;
        let vector_0o42 = slot_base(boards::processor::BOARD.slot) + 4 * 0o42;
        for (number, data) in [
            (boards::clock::INTERRUPT_ADDRESS, vector_0o42),
            (boards::clock::CONTROL, boards::clock::CONTROL_INTERRUPT),
            (boards::clock::INTERVAL, 1),
        ] {
            bus.write_word(register(&clock, number), data, 10);
        }
        assert!(bus.take_attention());
        assert!(!bus.take_attention());
        assert_eq!(bus.due(), Some(15));
        bus.set_time(14);
        bus.advance();
        assert_eq!(bus.take_vector(), None);
        bus.set_time(15);
        bus.advance();
        assert_eq!(bus.take_vector(), Some(0o42));
        assert_eq!(bus.take_vector(), None);
    }

    #[test]
    fn waiting_moves_bus_time_and_not_the_processor() {
        let mut bus = Backplane::new(1);
        bus.set_time(100);
        bus.jump_to(1_000);
        bus.set_time(101);
        assert_eq!(bus.wires.now, 1_001);
        bus.jump_to(500);
        assert_eq!(bus.wires.now, 1_001, "never back");
    }

    #[test]
    fn nvram_answers_in_its_pages() {
        let mut bus = Backplane::new(1);
        let start =
            slot_base(boards::sdu::BOARD.slot) + boards::sdu::STANDARD_NVRAM_PAGE * PAGE_BYTES;
        let last = start + 4 * (boards::sdu::STANDARD_NVRAM_WORDS - 1);
        bus.write_word(last, 7, 0);
        bus.write_byte(last + 3, 0x0100_0000, 0);
        assert_eq!(bus.read_word(last, 0), Reply::Ok(0x0100_0007));
        assert_eq!(bus.read_word(last + 4, 0), Reply::NoAnswer);
        assert_eq!(
            bus.sdu.nvram[boards::sdu::STANDARD_NVRAM_WORDS as usize - 1],
            0x0100_0007
        );
    }

    #[test]
    fn the_hash_sees_every_board() {
        let bus = Backplane::new(1);
        let before = bus.state_hash();
        assert_eq!(before, Backplane::new(1).state_hash());
        let changed = |change: &dyn Fn(&mut Backplane)| {
            let mut bus = Backplane::new(1);
            change(&mut bus);
            bus.state_hash()
        };
        assert_ne!(before, changed(&|bus| bus.wires.memory.words[1000] = 1));
        assert_ne!(before, changed(&|bus| bus.sdu.nvram[3] = 1));
        assert_ne!(before, changed(&|bus| bus.jump_to(1)));
        assert_ne!(
            before,
            changed(&|bus| bus
                .hostfile
                .write(boards::hostfile::BYTE, 1, &mut bus.wires))
        );
    }
}
