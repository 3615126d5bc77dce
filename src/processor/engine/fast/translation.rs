//! The map, flattened: one word a virtual page, for references that go straight
//! to main memory.
//!
//! Whatever needs more than a look (faults, forced cycles, bytes, other boards,
//! pages that are not mapped) has no entry here and takes the reference
//! engine's way.

use crate::bus::MainMemory;
use crate::processor::map::{ADDRESS_MASK, Access, Map, MapPlace, PAGES, Place};
use crate::processor::state::{Change, Seen};

/// Page of main memory, relative to its base.
const PAGE: u32 = 0x1_ffff;
/// An unforced read goes to main memory.
pub(super) const READ: u32 = 1 << 17;
/// An unforced write goes to main memory.
pub(super) const WRITE: u32 = 1 << 18;
/// The page's complemented volatility.
const VOLATILITY: u32 = 19;
/// Number of volatility latches for which the volatility answer is 1.
const LIMIT: u32 = 21;
/// The from-space answer.
const FROM_SPACE: u32 = 24;

/// One word a virtual page.
pub(super) struct Translation {
    entries: Box<[u32; PAGES]>,
    /// Level-1 entries some of whose pages have an entry.
    blocks: Box<[bool; 4096]>,
    seen: Seen,
    memory: (u32, usize),
}

impl Default for Translation {
    fn default() -> Translation {
        Translation {
            entries: crate::processor::state::boxed(),
            blocks: crate::processor::state::boxed(),
            seen: Seen::default(),
            memory: (0, 0),
        }
    }
}

impl Translation {
    /// The entry for `address`.
    #[inline(always)]
    pub(super) fn entry(&self, address: u32) -> u32 {
        self.entries[(address >> 8) as usize & (PAGES - 1)]
    }

    /// Bring the entries up to date with the map, and with where main memory is.
    #[inline(always)]
    pub(super) fn refresh(&mut self, map: &Map, memory: &MainMemory) {
        let change = map.generation.change(&mut self.seen);
        if change != Change::None || self.memory != (memory.base_page, memory.words.len()) {
            self.update(change, map, memory);
        }
    }

    #[cold]
    fn update(&mut self, mut change: Change<MapPlace>, map: &Map, memory: &MainMemory) {
        let place = (memory.base_page, memory.words.len());
        if self.memory != place {
            self.memory = place;
            change = Change::Any;
        }
        match change {
            Change::None => {}
            Change::One(MapPlace::Level1(index)) => self.update_block(index, map, memory),
            Change::One(MapPlace::Level2(index)) => {
                let (level_1, _, _) = map.raw();
                for (block, entry) in level_1.iter().enumerate() {
                    if usize::from(*entry & 0x7f) == index >> 5 {
                        self.update_page(block << 5 | index & 31, map, memory);
                    }
                }
            }
            Change::Any => (0..4096).for_each(|index| self.update_block(index, map, memory)),
        }
    }

    fn update_block(&mut self, index: usize, map: &Map, memory: &MainMemory) {
        if map.level_1_valid((index << 13) as u32) {
            (0..32).for_each(|page| self.update_page(index << 5 | page, map, memory));
        } else if std::mem::take(&mut self.blocks[index]) {
            self.entries[index << 5..(index + 1) << 5].fill(0);
        }
    }

    fn update_page(&mut self, page: usize, map: &Map, memory: &MainMemory) {
        self.blocks[page >> 5] = true;
        self.entries[page] = entry((page << 8) as u32 & ADDRESS_MASK, map, memory);
    }
}

/// What the map says about the page of `address`.
fn entry(address: u32, map: &Map, memory: &MainMemory) -> u32 {
    if !map.level_1_valid(address) {
        return 0;
    }
    let control = map.control(address);
    let limit = (0..4)
        .filter(|latched| map.volatility_answer(address, *latched) != 0)
        .count() as u32;
    let mut entry = control.volatility_complement() << VOLATILITY
        | limit << LIMIT
        | map.from_space_answer(address) << FROM_SPACE;
    for (access, bit) in [(Access::Read, READ), (Access::Write, WRITE)] {
        if let Some(Place::Word(bus_address)) = map.translate(address, access, false)
            && let Some(index) = memory.index(bus_address)
        {
            entry |= bit | (index >> 8) as u32;
        }
    }
    entry
}

/// The index in main memory of the word at `address`, whose page has `entry`.
#[inline(always)]
pub(super) fn word_index(entry: u32, address: u32) -> usize {
    ((entry & PAGE) << 8 | address & 0xff) as usize
}

/// The complemented volatility of the page.
#[inline(always)]
pub(super) fn volatility(entry: u32) -> u8 {
    (entry >> VOLATILITY & 3) as u8
}

/// The volatility answer: a page whose entry is empty answers trap, as the map does.
#[inline(always)]
pub(super) fn volatility_answer(entry: u32, latched: u8) -> u32 {
    u32::from(u32::from(latched) < (entry >> LIMIT & 7))
}

/// The from-space answer: a page whose entry is empty answers trap, as the map does.
#[inline(always)]
pub(super) fn from_space_answer(entry: u32) -> u32 {
    entry >> FROM_SPACE & 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After any writes the entries say what the map says.
    #[test]
    fn entries_follow_the_map() {
        let memory = MainMemory::new(4, 16);
        let mut map = Map::default();
        let mut translation = Translation::default();
        let mut random = 12345u32;
        let mut next = || {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            random >> 8
        };
        for _ in 0..400 {
            let address = ((next() & 3) << 13) | ((next() & 3) << 8);
            match next() % 3 {
                0 => map.set_level_1(
                    address,
                    (next() & 3) | ((next() & 3) << 7) | ((next() & 1 & next()) << 9),
                ),
                1 => map.set_control(address, next()),
                _ => map.set_page(address, (next() % 24) | ((next() & 1 & next()) << 22)),
            }
            translation.refresh(&map, &memory);
            for page in 0..=0x7f {
                let address = page << 8 | 5;
                let entry = translation.entry(address);
                assert_eq!(entry, super::entry(address & !0xff, &map, &memory));
                assert_eq!(from_space_answer(entry), map.from_space_answer(address));
                for latched in 0..4 {
                    assert_eq!(
                        volatility_answer(entry, latched),
                        map.volatility_answer(address, latched.into())
                    );
                }
                if entry & READ != 0 {
                    let bus = map.translate(address, Access::Read, false);
                    let Some(Place::Word(bus)) = bus else {
                        panic!("{bus:?}")
                    };
                    assert_eq!(Some(word_index(entry, address)), memory.index(bus));
                }
            }
        }
    }
}
