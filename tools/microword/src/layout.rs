//! Layouts of the processor's other words: mode registers, map entries, table words.

use crate::field::{Class, Field};

/// The fields of one word.
pub type Layout = &'static [Field];

const fn field(name: &'static str, high: u32, low: u32, meaning: &'static str) -> Field {
    Field {
        name,
        class: Class::Other,
        high,
        low,
        meaning,
    }
}

/// A word of a dispatch table in A memory; without start-read, a word of decode memory.
pub const DISPATCH_WORD: Layout = &[
    field("ADDRESS", 15, 0, "micro-address"),
    field(
        "R-P-N",
        18,
        16,
        "kind of transfer; R and P together drop through",
    ),
    field(
        "START-READ",
        19,
        19,
        "VMA is loaded from the M source and a read starts",
    ),
];

/// A word of the micro-stack.
pub const MICRO_STACK_WORD: Layout = &[
    field("ADDRESS", 15, 0, "return address"),
    field(
        "FLAG",
        18,
        18,
        "a return to it advances the macroinstruction stream",
    ),
];

/// The level-1 map entry.
pub const MAP_LEVEL_1: Layout = &[
    field("BLOCK", 6, 0, "block of the level-2 map"),
    field("VOLATILITY", 8, 7, "volatility of the region"),
    field("INVALID", 9, 9, "the entry is not valid"),
];

/// The level-2 control word.
pub const MAP_LEVEL_2: Layout = &[
    field("VOLATILITY", 1, 0, "volatility of the page, complemented"),
    field(
        "REPRESENTATION",
        3,
        2,
        "representation type; no hardware effect",
    ),
    field("EXTRA-PDL", 4, 4, "extra-PDL; no hardware effect"),
    field("NOT-FROM-SPACE", 5, 5, "the page is not being evacuated"),
    field(
        "STATUS",
        8,
        6,
        "status, for software; bit 8 is shared with ACCESS",
    ),
    field(
        "ACCESS",
        9,
        8,
        "0 none, 1 none unless forced, 2 read only, 3 read and write",
    ),
    field("FORCE", 10, 10, "forced cycles are allowed"),
    field(
        "PACKET-CODE",
        12,
        11,
        "non-zero with a byte code: byte transfers",
    ),
    field("PACKETIZE", 13, 13, "no effect here"),
    field("CACHE", 14, 14, "no effect here"),
    field("LOCK", 15, 15, "bus lock"),
];

/// The level-2 physical-page word.
pub const MAP_PAGE: Layout = &[
    field("PAGE", 21, 0, "physical page: bus byte address <31:10>"),
    field(
        "BYTE-CODE",
        23,
        22,
        "byte within the word, when byte transfers are on",
    ),
];

/// The mode register RG-MODE.
pub const RG_MODE: Layout = &[
    field("AUX-COUNT", 2, 0, "what the auxiliary counter counts"),
    field(
        "AUX-CLOCK",
        4,
        4,
        "clock of the auxiliary counter; kept, no effect",
    ),
    field("SLOT", 15, 12, "bus slot of the processor, read only"),
    field(
        "NEED-FETCH",
        16,
        16,
        "read only: 0 when the next half-word must be fetched",
    ),
    field("MAIN-COUNT", 22, 20, "what the main counter counts"),
    field(
        "MAIN-CLOCK",
        24,
        24,
        "clock of the main counter; kept, no effect",
    ),
    field(
        "MISC-DECODE",
        25,
        25,
        "the MISC areas of decode memory are enabled",
    ),
    field(
        "NO-SEQUENCE-BREAK",
        26,
        26,
        "1: no sequence break is pending",
    ),
    field(
        "INTERRUPTS",
        27,
        27,
        "bus writes to the interrupt space make vectors pending",
    ),
    field("MID-HIGH", 29, 28, "high address of decode memory"),
];

/// The data-path mode register.
pub const DP_MODE: Layout = &[
    field(
        "PDL",
        0,
        0,
        "1: PDL sources and destinations use the PDL buffer",
    ),
    field("MODE", 5, 1, "kept, no effect"),
    field("DIVISOR-SIGN", 7, 7, "read only: sign latched by DFSTEP"),
];
