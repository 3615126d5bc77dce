//! The Lambda microinstruction word, its fields and codes, declared once.
//!
//! On the Lambda a microinstruction was 64 bits of control memory, drawn in the
//! hardware manual as four overlays (ALU, BYTE, JUMP, DISPATCH) under a common
//! upper half. This crate is that drawing as tables: [`FIELDS`], [`SOURCES`],
//! [`DESTINATIONS`], [`ALU_FUNCTIONS`] and so on. The engines, the
//! micro-assembler, the disassembler, listings and the debugger all derive from
//! them, so that a code or a bit position is written down exactly once.
//!
//! What it leaves out: it knows nothing of machine state, and nothing of the
//! assembly language beyond the names of things.
//!
//! Codes are octal in comments and listings, as in the hardware's papers.

mod alu;
mod destination;
mod field;
mod jump;
mod layout;
mod lisp_word;
mod source;
mod transfer;
mod validity;
mod word;

pub use alu::{ALU_FUNCTIONS, AluFunction, OUTPUT_SELECTORS, OutputSelector, Q_CONTROLS, QControl};
pub use destination::{DESTINATIONS, Destination, DestinationInfo};
pub use field::{Class, Field};
pub use jump::{JUMP_CONDITIONS, JumpCondition};
pub use layout::{
    DISPATCH_WORD, DP_MODE, Layout, MAP_LEVEL_1, MAP_LEVEL_2, MAP_PAGE, MICRO_STACK_WORD, RG_MODE,
};
pub use lisp_word::{CDR_CODES, CdrCode, DATA_TYPES, DataType};
pub use source::{SOURCES, Source, SourceInfo};
pub use transfer::{DispatchWord, Transfer};
pub use validity::{Undefined, classify};
pub use word::{FIELDS, Microword, Opcode};

bitflags::bitflags! {
    /// The optional boards that a processor may have. The bits are those of the
    /// functional source BOARDS, by which microcode asks what is there.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    pub struct Boards: u32 {
        /// Integer and floating-point arithmetic accelerator.
        const ACCELERATOR = 1;
        /// 64-bit cycle counter.
        const CYCLE_COUNTER = 2;
        /// Window that answers memory references to the live stack from the PDL buffer.
        const STACK_WINDOW = 4;
    }
}
