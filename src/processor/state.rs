//! Everything that a microinstruction can see or change.
//!
//! A memory, M memory and the registers that are plain words share one array,
//! the register file, so that an operand is one load whatever it is; the
//! accessors give them their names. The PDL buffer, the micro-stack, decode
//! memory, control memory and the maps have arrays of their own.

use super::accelerator::Accelerator;
use super::history::History;
use super::map::Map;
use microword::Boards;

/// An array of `N` zeros on the heap.
pub(crate) fn boxed<T: Clone + Default, const N: usize>() -> Box<[T; N]> {
    match vec![T::default(); N].into_boxed_slice().try_into() {
        Ok(array) => array,
        Err(_) => unreachable!("a vector of N elements is an array of N elements"),
    }
}

/// How often something was written, and the place of the last write, so that
/// what an engine derived from it can be kept up to date. Not part of the
/// machine's state: all are equal.
#[derive(Debug)]
pub(crate) struct Generation<Place> {
    /// Tells apart different machines, and copies of one.
    identity: u64,
    count: u64,
    last: Option<Place>,
}

/// What has been written since an engine looked last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change<Place> {
    /// Nothing.
    None,
    /// One place.
    One(Place),
    /// Anything.
    Any,
}

/// Which generation an engine has seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    identity: u64,
    count: u64,
}

impl<Place: Copy> Generation<Place> {
    /// Something was written: at `place`, or anywhere.
    pub(crate) fn advance(&mut self, place: Option<Place>) {
        self.count += 1;
        self.last = place;
    }

    /// What was written since `seen`, which becomes now.
    #[inline(always)]
    pub(crate) fn change(&self, seen: &mut Seen) -> Change<Place> {
        let now = Seen {
            identity: self.identity,
            count: self.count,
        };
        let change = match self.last {
            _ if *seen == now => return Change::None,
            Some(place) if now.identity == seen.identity && now.count == seen.count + 1 => {
                Change::One(place)
            }
            _ => Change::Any,
        };
        *seen = now;
        change
    }
}

impl<Place> Default for Generation<Place> {
    fn default() -> Self {
        static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
        let identity = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Generation {
            identity,
            count: 0,
            last: None,
        }
    }
}

impl<Place> Clone for Generation<Place> {
    /// A copy goes its own way.
    fn clone(&self) -> Self {
        Generation::default()
    }
}

impl<Place> PartialEq for Generation<Place> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<Place> Eq for Generation<Place> {}

/// What a processor is made of, fixed when the machine is put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessorConfig {
    /// The bus slot, read in RG-MODE<15:12>.
    pub slot: u8,
    /// The optional boards.
    pub boards: Boards,
}

impl Default for ProcessorConfig {
    /// Slot 0 with every board.
    fn default() -> ProcessorConfig {
        ProcessorConfig {
            slot: 0,
            boards: Boards::all(),
        }
    }
}

/// Size of the register file.
pub const FILE_SIZE: usize = 8192;
/// Where A memory begins in the register file: 4096 words.
pub const A_BASE: usize = 0;
/// Where M memory begins in the register file: 64 words, and the 1984 behind
/// them that only PDL references with DP-MODE<0> = 0 reach.
pub const M_BASE: usize = 4096;
/// PP, PI: 11 bits.
pub const PDL_MASK: u32 = 2047;
/// LC: 27 bits, bit 0 always 0.
pub const LC_MASK: u32 = 0x7ff_fffe;
/// Micro-stack words: 19 bits.
pub const MICRO_STACK_MASK: u32 = 0x7_ffff;
/// The flag bit of a micro-stack word: a return to it advances the stream.
pub const MICRO_STACK_FLAG: u32 = 1 << 18;
/// Bits of RG-MODE that a write does not change.
pub const RG_MODE_READ_ONLY: u32 = 0x000f_f000;
/// RG-MODE<26>: no sequence break is pending.
pub const NO_SEQUENCE_BREAK: u32 = 1 << 26;

macro_rules! registers {
    ($($index:ident $get:ident $set:ident $mask:literal $name:literal $meaning:literal;)*) => {
        /// Places of the single registers in the register file.
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[derive(Clone, Copy)]
        #[repr(u16)]
        enum Order { $($index),* }

        /// Places of the single registers in the register file.
        pub mod place {
            $(#[doc = $meaning] pub const $index: usize = 6144 + super::Order::$index as usize;)*
        }

        /// Names and places of the single registers, for reports.
        pub const REGISTERS: &[(&str, usize)] = &[$(($name, place::$index)),*];

        impl State {
            $(
                #[doc = $meaning]
                #[inline(always)]
                pub fn $get(&self) -> u32 {
                    self.file[place::$index]
                }
                #[doc = concat!("Set: ", $meaning)]
                #[inline(always)]
                pub fn $set(&mut self, value: u32) {
                    self.file[place::$index] = value & $mask;
                }
            )*
        }
    };
}

registers! {
    MD md set_md 0xffff_ffff "MD" "Memory data.";
    VMA vma set_vma 0xffff_ffff "VMA" "Virtual memory address.";
    Q q set_q 0xffff_ffff "Q" "The Q register.";
    LC lc set_lc 0x07ff_fffe "LC" "Macro location counter: byte address of the next half-word.";
    PI pi set_pi 0x7ff "PI" "PDL buffer index.";
    PP pp set_pp 0x7ff "PP" "PDL buffer pointer.";
    DISPATCH_CONSTANT dispatch_constant set_dispatch_constant 0xfff "DISPATCH-CONSTANT" "Constant of the last DISPATCH.";
    PRODUCT product set_product 0xffff_ffff "PRODUCT" "Product of the multiplier.";
    INTERRUPT_POINTER interrupt_pointer set_interrupt_pointer 0xff "INTERRUPT-POINTER" "Vector found by the last interrupt test.";
    SPY spy set_spy 0xffff_ffff "SPY" "Register that a spy outside writes.";
    RG_MODE rg_mode_stored set_rg_mode_stored 0xffff_ffff "RG-MODE" "Mode register without its computed bit 16.";
    DP_MODE dp_mode set_dp_mode 0xff "DP-MODE" "Data-path mode; bit 7 is the divisor sign.";
    STAT stat set_stat 0xffff_ffff "STAT-COUNTER" "Main statistics counter.";
    STAT_AUX stat_aux set_stat_aux 0xffff_ffff "STAT-COUNTER-AUX" "Auxiliary statistics counter.";
    MACRO_IR macro_ir set_macro_ir 0xffff_ffff "MACRO-IR" "Two macroinstructions, the earlier in the low half.";
    WINDOW_BASE window_base set_window_base 0x01ff_ffff "STACK-WINDOW-BASE" "Virtual address that PDL buffer word 0 stands for.";
    WINDOW_LOW window_low set_window_low 0x01ff_ffff "STACK-WINDOW-LOW" "Lowest virtual address in the stack window.";
    WINDOW_HIGH window_high set_window_high 0x03ff_ffff "STACK-WINDOW-HIGH" "First virtual address above the stack window.";
    CYCLE_HIGH cycle_high_latch set_cycle_high_latch 0xffff_ffff "CYCLE-HIGH-LATCH" "High half of the cycle counter, latched.";
    BOARDS boards_register set_boards_register 0xffff_ffff "BOARDS" "Which optional boards there are.";
    ZERO zero_register set_zero_register 0 "ZERO" "Always 0.";
}

/// A place in control memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ControlPlace {
    /// The word at a physical address.
    Word(u16),
    /// The map entry of a page of micro-addresses.
    Page(u16),
}

/// Control memory and the map in front of it.
#[derive(Clone, PartialEq, Eq)]
pub struct ControlMemory {
    words: Box<[u64; 65536]>,
    map: Box<[u16; 4096]>,
    /// Moves with every write, so that an engine knows when what it decoded is stale.
    pub(crate) generation: Generation<ControlPlace>,
}

impl ControlMemory {
    fn new() -> ControlMemory {
        ControlMemory {
            words: boxed(),
            map: boxed(),
            generation: Generation::default(),
        }
    }

    /// The physical address of micro-address `address`: page from the map, word within the page.
    #[inline(always)]
    pub fn physical(&self, address: u16) -> u16 {
        self.map[(address >> 4) as usize] << 4 | (address & 15)
    }

    /// The word that micro-address `address` names.
    #[inline(always)]
    pub fn fetch(&self, address: u16) -> u64 {
        self.words[self.physical(address) as usize]
    }

    /// Write the word that micro-address `address` names.
    pub fn store(&mut self, address: u16, word: u64) {
        let physical = self.physical(address);
        self.set_physical(physical, word);
    }

    /// The whole map: physical page of each page of micro-addresses.
    pub fn raw_map(&self) -> &[u16; 4096] {
        &self.map
    }

    /// The word at a physical address.
    pub fn get_physical(&self, physical: u16) -> u64 {
        self.words[physical as usize]
    }

    /// Write the word at a physical address.
    pub fn set_physical(&mut self, physical: u16, word: u64) {
        self.generation.advance(Some(ControlPlace::Word(physical)));
        self.words[physical as usize] = word;
    }

    /// The map entry for the page of micro-address `address`.
    pub fn map_entry(&self, address: u16) -> u16 {
        self.map[(address >> 4) as usize]
    }

    /// Write the map entry for the page of micro-address `address` (12 bits).
    pub fn set_map_entry(&mut self, address: u16, page: u32) {
        self.generation
            .advance(Some(ControlPlace::Page(address >> 4)));
        self.map[(address >> 4) as usize] = page as u16 & 0xfff;
    }

    /// Map every page to the physical page of the same number.
    pub fn map_identity(&mut self) {
        self.generation.advance(None);
        for (page, entry) in self.map.iter_mut().enumerate() {
            *entry = page as u16;
        }
    }
}

/// A transfer of control that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sequencer {
    /// Micro-address of the instruction to be executed next.
    pub pc: u16,
    /// Micro-address of the one after it: its own + 1, or a pending target.
    pub next_pc: u16,
    /// The instruction at `pc` is inhibited.
    pub inhibit: bool,
    /// `next_pc` is the target of a return that advances the stream.
    pub advance_at_next: bool,
    /// The instruction at `pc` follows a POPJ-AFTER-NEXT that popped this word.
    pub popped: Option<u32>,
}

/// The processor's state.
#[derive(Clone, PartialEq, Eq)]
pub struct State {
    /// What the processor is made of.
    pub config: ProcessorConfig,
    /// The register file: A memory, M memory, single registers (see [`place`]).
    pub file: [u32; FILE_SIZE],
    /// The PDL buffer.
    pub pdl: [u32; 2048],
    /// The micro-stack.
    pub micro_stack: [u32; 256],
    /// Points to the top of the micro-stack.
    pub micro_stack_pointer: u8,
    /// Decode memory.
    pub mid: Box<[u32; 4096]>,
    /// Control memory and its map.
    pub control: ControlMemory,
    /// The virtual-memory map.
    pub map: Map,
    /// The history RAM.
    pub history: History,
    /// Where control is.
    pub sequencer: Sequencer,
    /// Bits to be or'ed into the next instruction executed.
    pub imod: u64,
    /// Did the last memory start fault?
    pub page_fault: bool,
    /// Complemented volatility of the page last referenced.
    pub volatility_latch: u8,
    /// LC was written since the last fetch.
    pub lc_written: bool,
    /// SOURCE-TO-MACRO-IR does not load.
    pub suppress: bool,
    /// Pending interrupt vectors, one bit each.
    pub interrupts: [u64; 4],
    /// The arithmetic accelerator.
    pub accelerator: Accelerator,
    /// Microinstruction cycles since reset: the machine's time base.
    pub cycles: u64,
}

impl State {
    /// A processor just after reset.
    pub fn new(config: ProcessorConfig) -> State {
        let mut state = State {
            config,
            file: [0; FILE_SIZE],
            pdl: [0; 2048],
            micro_stack: [0; 256],
            micro_stack_pointer: 0,
            mid: boxed(),
            control: ControlMemory::new(),
            map: Map::default(),
            history: History::default(),
            sequencer: Sequencer {
                next_pc: 1,
                ..Sequencer::default()
            },
            imod: 0,
            page_fault: false,
            volatility_latch: 0,
            lc_written: false,
            suppress: false,
            interrupts: [0; 4],
            accelerator: Accelerator::default(),
            cycles: 0,
        };
        state.set_rg_mode_stored(NO_SEQUENCE_BREAK | u32::from(config.slot & 15) << 12);
        state.set_boards_register(config.boards.bits());
        state
    }

    /// Go on at micro-address `address`, forgetting any pending transfer.
    pub fn start_at(&mut self, address: u16) {
        self.sequencer = Sequencer {
            pc: address,
            next_pc: address.wrapping_add(1),
            ..Sequencer::default()
        };
    }

    /// A memory.
    #[inline(always)]
    pub fn a(&self, address: u32) -> u32 {
        self.file[A_BASE + (address & 0xfff) as usize]
    }

    /// Write A memory alone.
    #[inline(always)]
    pub fn set_a(&mut self, address: u32, value: u32) {
        self.file[A_BASE + (address & 0xfff) as usize] = value;
    }

    /// M memory.
    #[inline(always)]
    pub fn m(&self, address: u32) -> u32 {
        self.file[M_BASE + (address & 0o77) as usize]
    }

    /// Write M memory, and A memory at the same address.
    #[inline(always)]
    pub fn set_m(&mut self, address: u32, value: u32) {
        self.file[M_BASE + (address & 0o77) as usize] = value;
        self.file[A_BASE + (address & 0o77) as usize] = value;
    }

    /// A word of the memory that PDL references use: the PDL buffer, or with
    /// DP-MODE<0> = 0 the memory whose first words are M memory.
    #[inline(always)]
    pub fn pdl_word(&self, index: u32) -> u32 {
        let index = (index & PDL_MASK) as usize;
        if self.dp_mode() & 1 != 0 {
            self.pdl[index]
        } else {
            self.file[M_BASE + index]
        }
    }

    /// Write a word of the memory that PDL references use; A memory is not written.
    #[inline(always)]
    pub fn set_pdl_word(&mut self, index: u32, value: u32) {
        let index = (index & PDL_MASK) as usize;
        if self.dp_mode() & 1 != 0 {
            self.pdl[index] = value;
        } else {
            self.file[M_BASE + index] = value;
        }
    }

    /// Push a word on the micro-stack: the pointer moves, then the word is stored.
    #[inline(always)]
    pub fn push_micro_stack(&mut self, word: u32) {
        self.micro_stack_pointer = self.micro_stack_pointer.wrapping_add(1);
        self.micro_stack[self.micro_stack_pointer as usize] = word & MICRO_STACK_MASK;
    }

    /// Pop a word from the micro-stack: the word is read, then the pointer moves.
    #[inline(always)]
    pub fn pop_micro_stack(&mut self) -> u32 {
        let word = self.micro_stack[self.micro_stack_pointer as usize];
        self.micro_stack_pointer = self.micro_stack_pointer.wrapping_sub(1);
        word
    }

    /// Pointer and word of the micro-stack's top, as microcode reads them.
    #[inline(always)]
    pub fn micro_stack_pointer_and_data(&self) -> u32 {
        u32::from(self.micro_stack_pointer) << 24
            | self.micro_stack[self.micro_stack_pointer as usize]
    }

    /// Must the next half-word be fetched?
    #[inline(always)]
    pub fn need_fetch(&self) -> bool {
        self.lc() & 2 == 0 || self.lc_written
    }

    /// RG-MODE as microcode reads it.
    #[inline(always)]
    pub fn rg_mode(&self) -> u32 {
        self.rg_mode_stored() | u32::from(!self.need_fetch()) << 16
    }

    /// Write RG-MODE; the read-only bits keep.
    pub fn set_rg_mode(&mut self, value: u32) {
        let kept = self.rg_mode_stored() & RG_MODE_READ_ONLY;
        self.set_rg_mode_stored(kept | value & !RG_MODE_READ_ONLY);
    }

    /// Write DP-MODE<5:0>; the divisor sign keeps.
    pub fn write_dp_mode(&mut self, value: u32) {
        self.set_dp_mode(self.dp_mode() & 0x80 | value & 0x3f);
    }

    /// Write LC: the next half-word must be fetched.
    pub fn write_lc(&mut self, value: u32) {
        self.set_lc(value);
        self.lc_written = true;
        self.suppress = false;
    }

    /// The current macroinstruction: the half-word before LC.
    #[inline(always)]
    pub fn half_word(&self) -> u32 {
        if self.lc() & 2 != 0 {
            self.macro_ir() & 0xffff
        } else {
            self.macro_ir() >> 16
        }
    }

    /// Index in decode memory of the current half-word, by its upper ten bits.
    #[inline(always)]
    pub fn mid_index(&self) -> usize {
        ((self.rg_mode_stored() >> 28 & 3) << 10 | self.half_word() >> 6) as usize
    }

    /// Index in decode memory with the MISC area enabled: for half-words whose
    /// bits 13:9 are 15 or 35, 6000 or 7000 + bits 8:0.
    #[inline(always)]
    pub fn mid_index_misc(&self) -> usize {
        let half_word = self.half_word();
        match half_word >> 9 & 0o37 {
            0o15 => (0o6000 + (half_word & 0o777)) as usize,
            0o35 => (0o7000 + (half_word & 0o777)) as usize,
            _ => self.mid_index(),
        }
    }

    /// The decode word that a MACRO-IR-DISPATCH obeys.
    #[inline(always)]
    pub fn decode_word(&self) -> u32 {
        let misc = self.rg_mode_stored() & 1 << 25 != 0 && self.half_word() >> 14 == 0;
        self.mid[if misc {
            self.mid_index_misc()
        } else {
            self.mid_index()
        }]
    }

    /// A bus write to interrupt vector `vector` of this processor. It is lost
    /// unless RG-MODE<27> is 1.
    pub fn post_interrupt(&mut self, vector: u8) {
        if self.rg_mode_stored() & 1 << 27 != 0 {
            self.set_interrupt_pending(vector);
        }
    }

    /// Make `vector` pending, whatever RG-MODE says.
    pub fn set_interrupt_pending(&mut self, vector: u8) {
        self.interrupts[(vector >> 6) as usize] |= 1 << (vector & 63);
    }

    /// Make `vector` no longer pending.
    pub fn clear_interrupt(&mut self, vector: u8) {
        self.interrupts[(vector >> 6) as usize] &= !(1 << (vector & 63));
    }

    /// The lowest pending vector.
    #[inline(always)]
    pub fn lowest_interrupt(&self) -> Option<u8> {
        let (index, bits) = self
            .interrupts
            .iter()
            .enumerate()
            .find(|(_, bits)| **bits != 0)?;
        Some((index as u32 * 64 + bits.trailing_zeros()) as u8)
    }

    /// Does an ordinary reference to `address` go to the PDL buffer?
    #[inline(always)]
    pub fn in_stack_window(&self, address: u32) -> bool {
        let (low, high) = (self.window_low(), self.window_high());
        (address & super::map::ADDRESS_MASK).wrapping_sub(low) < high.saturating_sub(low)
    }

    /// The PDL buffer index that stands for virtual address `address`.
    #[inline(always)]
    pub fn stack_window_index(&self, address: u32) -> usize {
        (address.wrapping_sub(self.window_base()) & PDL_MASK) as usize
    }
}

impl std::fmt::Debug for State {
    /// The registers, not the memories.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(
            f,
            "cycles {} {:?} imod {:o}",
            self.cycles, self.sequencer, self.imod
        )?;
        for (name, index) in REGISTERS {
            write!(f, "{name} {:o} ", self.file[*index])?;
        }
        writeln!(
            f,
            "\nmicro-stack pointer {:o} page fault {} volatility latch {} LC written {} suppress {}",
            self.micro_stack_pointer,
            self.page_fault,
            self.volatility_latch,
            self.lc_written,
            self.suppress
        )?;
        write!(f, "{:?}", self.history)
    }
}

mod save;
pub use save::StateError;
