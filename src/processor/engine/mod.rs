//! Engines carry a [`State`] from one instruction boundary to a later one.

pub mod fast;
pub mod reference;

use super::State;
use crate::bus::Bus;
pub use fast::FastEngine;
use microword::{Microword, Undefined};
pub use reference::ReferenceEngine;

/// Why a run ended. The state is always at an instruction boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The cycle count reached the limit.
    Budget,
    /// An instruction with the HALT bit was executed.
    Halt {
        /// Its micro-address.
        address: u16,
    },
    /// The instruction at the boundary is undefined and was not executed; or,
    /// for [`Undefined::DecodeTransfer`] and [`Undefined::DecodeStartRead`], the
    /// instruction at `address` was executed and its MACRO-IR-DISPATCH was not obeyed.
    Undefined {
        /// Its micro-address.
        address: u16,
        /// The instruction, IMOD included.
        word: Microword,
        /// The rule it breaks.
        rule: Undefined,
    },
    /// The instruction at the boundary has a breakpoint and was not executed.
    Breakpoint {
        /// Its micro-address.
        address: u16,
    },
    /// A bus cycle asked for attention.
    Attention,
}

/// Micro-addresses at which a run stops before it executes the instruction.
/// A run never stops at its first instruction, so that a stopped one can go on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Breakpoints {
    addresses: std::collections::BTreeSet<u16>,
}

impl Breakpoints {
    /// Stop at `address` from now on.
    pub fn insert(&mut self, address: u16) {
        self.addresses.insert(address);
    }

    /// No longer stop at `address`.
    pub fn remove(&mut self, address: u16) {
        self.addresses.remove(&address);
    }

    /// Is there one at `address`?
    pub fn contains(&self, address: u16) -> bool {
        self.addresses.contains(&address)
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.addresses.is_empty()
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        self.addresses.iter().copied()
    }
}

/// An engine. All engines leave the same state, stop at the same boundary and
/// for the same reason.
pub trait Engine: Send {
    /// The engine's name, as the command line takes it.
    fn name(&self) -> &'static str;

    /// Execute instructions while `state.cycles < until`. An instruction that
    /// takes several cycles may end up to three cycles beyond.
    fn run(&mut self, state: &mut State, bus: &mut dyn Bus, until: u64) -> Stop;

    /// Stop at these micro-addresses.
    fn set_breakpoints(&mut self, breakpoints: Breakpoints);
}

/// The engines there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EngineKind {
    /// The one to read.
    Reference,
    /// The one to use.
    #[default]
    Fast,
}

impl EngineKind {
    /// A new engine of this kind.
    pub fn build(self) -> Box<dyn Engine> {
        match self {
            EngineKind::Reference => Box::new(ReferenceEngine::default()),
            EngineKind::Fast => Box::new(FastEngine::default()),
        }
    }
}
