//! The processor: a Lambda as its microcode sees it.
//!
//! [`State`] is everything that a microinstruction can see or change. An
//! [`Engine`] carries it from one instruction boundary to a later one; the
//! reference engine is the manual, the fast engine is for use, and both leave
//! the same state, history and cycle count.
//!
//! The processor knows a [`Bus`](crate::bus::Bus) and no board on it, and
//! nothing of Lisp objects.

pub mod accelerator;
pub mod engine;
pub mod history;
pub mod map;
pub mod state;

pub use engine::{Breakpoints, Engine, EngineKind, Stop};
pub use microword::Boards;
pub use state::{ProcessorConfig, State, StateError};

/// The interrupt vector that a bus error makes pending.
pub const BUS_ERROR_VECTOR: u8 = 0;
