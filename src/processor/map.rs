//! The two-level virtual-memory map and what it answers.
//!
//! A virtual address is 25 bits of word address. Level 1 (indexed by <24:13>)
//! gives a block of 32 level-2 entries and the volatility of the region; level 2
//! (block, <12:8>) gives access, meta bits and the physical page. On the
//! Lambda the microcode loaded both from the page tables as pages were
//! touched, and so it does here.

use super::state::{Generation, boxed};

/// Bits of a virtual address that count.
pub const ADDRESS_MASK: u32 = (1 << 25) - 1;
/// Virtual pages.
pub const PAGES: usize = 1 << 17;
/// The bit of a level-1 entry that says it is not valid.
pub const LEVEL_1_INVALID: u16 = 1 << 9;

/// What kind of reference is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// A read.
    Read,
    /// A write.
    Write,
}

/// A level-2 control word, read field by field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Control(pub u16);

impl Control {
    /// Volatility of the page, stored complemented.
    pub fn volatility_complement(self) -> u32 {
        u32::from(self.0 & 3)
    }

    /// Is the page free of objects being evacuated?
    pub fn not_from_space(self) -> bool {
        self.0 & 1 << 5 != 0
    }

    /// 0 none, 1 none unless forced, 2 read only, 3 read and write.
    pub fn access(self) -> u32 {
        u32::from(self.0 >> 8 & 3)
    }

    /// May a forced cycle go where the access forbids?
    pub fn force_allowed(self) -> bool {
        self.0 & 1 << 10 != 0
    }

    /// Non-zero, with a byte code: transfers move one byte.
    pub fn packet_code(self) -> u32 {
        u32::from(self.0 >> 11 & 3)
    }

    /// Does this entry let the reference through?
    pub fn allows(self, access: Access, forced: bool) -> bool {
        match (self.access(), access) {
            (0, _) => false,
            (3, _) | (2, Access::Read) => true,
            _ => forced && self.force_allowed(),
        }
    }
}

/// Where an allowed reference goes on the bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A whole word at this byte address.
    Word(u32),
    /// One byte at this byte address.
    Byte(u32),
}

/// A place in the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MapPlace {
    /// A level-1 entry.
    Level1(usize),
    /// Both words of a level-2 entry.
    Level2(usize),
}

/// The map: level-1 and level-2 memories.
#[derive(Clone, PartialEq, Eq)]
pub struct Map {
    level_1: Box<[u16; 4096]>,
    control: Box<[u16; 4096]>,
    page: Box<[u32; 4096]>,
    /// Moves with every write, so that an engine knows when what it derived is stale.
    pub(crate) generation: Generation<MapPlace>,
}

impl Default for Map {
    fn default() -> Map {
        let mut level_1 = boxed();
        level_1.fill(LEVEL_1_INVALID);
        Map {
            level_1,
            control: boxed(),
            page: boxed(),
            generation: Generation::default(),
        }
    }
}

impl std::fmt::Debug for Map {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let valid = self
            .level_1
            .iter()
            .filter(|entry| **entry & LEVEL_1_INVALID == 0)
            .count();
        write!(f, "Map({valid} valid level-1 entries)")
    }
}

impl Map {
    /// The level-1 entry for `address`.
    pub fn level_1(&self, address: u32) -> u16 {
        self.level_1[Map::level_1_index(address)]
    }

    /// The level-2 control word for `address`, whether or not level 1 is valid.
    pub fn control(&self, address: u32) -> Control {
        Control(self.control[self.level_2_index(address)])
    }

    /// The level-2 physical-page word for `address`.
    pub fn page(&self, address: u32) -> u32 {
        self.page[self.level_2_index(address)]
    }

    /// Write the level-1 entry for `address` (10 bits).
    pub fn set_level_1(&mut self, address: u32, value: u32) {
        self.generation
            .advance(Some(MapPlace::Level1(Map::level_1_index(address))));
        self.level_1[Map::level_1_index(address)] = value as u16 & 0x3ff;
    }

    /// Write the level-2 control word for `address` (16 bits).
    pub fn set_control(&mut self, address: u32, value: u32) {
        let index = self.level_2_index(address);
        self.generation.advance(Some(MapPlace::Level2(index)));
        self.control[index] = value as u16;
    }

    /// Write the level-2 physical-page word for `address` (24 bits).
    pub fn set_page(&mut self, address: u32, value: u32) {
        let index = self.level_2_index(address);
        self.generation.advance(Some(MapPlace::Level2(index)));
        self.page[index] = value & 0xff_ffff;
    }

    /// Where level 1 keeps its entry for `address`.
    pub fn level_1_index(address: u32) -> usize {
        (address >> 13 & 0xfff) as usize
    }

    /// Where level 2 keeps its entry for `address`.
    pub fn level_2_index(&self, address: u32) -> usize {
        ((self.level_1(address) & 0x7f) << 5) as usize | (address >> 8 & 0x1f) as usize
    }

    /// The level-1 entry at `index`, the level-2 words at `index`: for saving, restoring and debuggers.
    pub fn raw(&self) -> (&[u16; 4096], &[u16; 4096], &[u32; 4096]) {
        (&self.level_1, &self.control, &self.page)
    }

    /// Replace the whole map.
    pub(crate) fn replace(&mut self, level_1: &[u32], control: &[u32], page: &[u32]) {
        self.generation.advance(None);
        for i in 0..4096 {
            self.level_1[i] = level_1[i] as u16 & 0x3ff;
            self.control[i] = control[i] as u16;
            self.page[i] = page[i] & 0xff_ffff;
        }
    }

    /// Is the level-1 entry for `address` valid?
    pub fn level_1_valid(&self, address: u32) -> bool {
        self.level_1(address) & LEVEL_1_INVALID == 0
    }

    /// Where the reference goes, or `None` for a page fault.
    pub fn translate(&self, address: u32, access: Access, forced: bool) -> Option<Place> {
        let control = self.control(address);
        if !self.level_1_valid(address) || !control.allows(access, forced) {
            return None;
        }
        let page = self.page(address);
        let word = (page & 0x3f_ffff) << 10 | (address & 0xff) << 2;
        let byte_code = page >> 22;
        if control.packet_code() != 0 && byte_code != 0 {
            Some(Place::Byte(word | byte_code))
        } else {
            Some(Place::Word(word))
        }
    }

    /// The from-space answer about the page of `address`: 1 says no trap.
    pub fn from_space_answer(&self, address: u32) -> u32 {
        let control = self.control(address);
        u32::from(self.level_1_valid(address) && control.access() != 0 && control.not_from_space())
    }

    /// The volatility answer about a reference to `address` from a page whose
    /// complemented volatility was latched: 1 says no trap.
    pub fn volatility_answer(&self, address: u32, latched: u32) -> u32 {
        let pointed_to = u32::from(self.level_1(address) >> 7 & 3);
        let loaded = self.level_1_valid(address) && self.control(address).access() != 0;
        u32::from(loaded && latched <= 3 - pointed_to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapped(control: u32) -> Map {
        let mut map = Map::default();
        map.set_level_1(0o4000, 3);
        map.set_control(0o4000, control);
        map.set_page(0o4000, 0x12345);
        map
    }

    #[test]
    fn access_codes() {
        let all = |control: u32| {
            let map = mapped(control);
            [
                map.translate(0o4000, Access::Read, false).is_some(),
                map.translate(0o4000, Access::Write, false).is_some(),
                map.translate(0o4000, Access::Read, true).is_some(),
                map.translate(0o4000, Access::Write, true).is_some(),
            ]
        };
        assert_eq!(all(0), [false; 4]);
        assert_eq!(all(1 << 10), [false; 4], "access 0 is never forced");
        assert_eq!(all(1 << 8), [false; 4], "force needs permission");
        assert_eq!(all(1 << 8 | 1 << 10), [false, false, true, true]);
        assert_eq!(all(2 << 8), [true, false, true, false]);
        assert_eq!(all(2 << 8 | 1 << 10), [true, false, true, true]);
        assert_eq!(all(3 << 8), [true; 4]);
    }

    #[test]
    fn places() {
        let map = mapped(3 << 8);
        assert_eq!(
            map.translate(0o4007, Access::Read, false),
            Some(Place::Word(0x12345 << 10 | 7 << 2))
        );
        let mut map = mapped(3 << 8 | 1 << 11);
        assert_eq!(
            map.translate(0o4000, Access::Read, false),
            Some(Place::Word(0x12345 << 10))
        );
        map.set_page(0o4000, 0x12345 | 2 << 22);
        assert_eq!(
            map.translate(0o4000, Access::Read, false),
            Some(Place::Byte(0x12345 << 10 | 2))
        );
        assert_eq!(
            map.translate(0, Access::Read, false),
            map.translate(0, Access::Read, true)
        );
        map.set_level_1(0o4000, 3 | LEVEL_1_INVALID as u32);
        assert_eq!(map.translate(0o4000, Access::Read, true), None);
    }

    #[test]
    fn meta_answers() {
        let mut map = mapped(3 << 8);
        assert_eq!(map.from_space_answer(0o4000), 0);
        map.set_control(0o4000, 1 << 8 | 1 << 5);
        assert_eq!(map.from_space_answer(0o4000), 1);
        map.set_control(0o4000, 1 << 5);
        assert_eq!(map.from_space_answer(0o4000), 0, "no access: not loaded");
        map.set_control(0o4000, 3 << 8);
        for region in 0..4 {
            map.set_level_1(0o4000, 3 | region << 7);
            for page in 0..4 {
                // page volatility >= volatility of what MD points to: no trap
                assert_eq!(
                    map.volatility_answer(0o4000, 3 - page),
                    u32::from(page >= region)
                );
            }
        }
        map.set_level_1(0o4000, 3 | LEVEL_1_INVALID as u32);
        assert_eq!(map.volatility_answer(0o4000, 0), 0);
    }
}
