//! The history RAM: the micro-addresses of the last 4096 instructions executed.
//!
//! On the Lambda it was written at every microinstruction clock and could be
//! read by the other processor or the SDU when this one had stopped. It is
//! always on, in every engine. Inhibited instructions are not executed and
//! leave no trace.

/// How many addresses it holds.
pub const HISTORY_SIZE: usize = 4096;

/// The ring of micro-addresses and its 12-bit pointer.
#[derive(Clone, PartialEq, Eq)]
pub struct History {
    pub(crate) ring: [u16; HISTORY_SIZE],
    pub(crate) pointer: u16,
}

impl Default for History {
    fn default() -> History {
        History {
            ring: [0; HISTORY_SIZE],
            pointer: 0,
        }
    }
}

impl History {
    /// Note that the instruction at `address` is executed.
    #[inline(always)]
    pub fn record(&mut self, address: u16) {
        self.ring[self.pointer as usize % HISTORY_SIZE] = address;
        self.pointer = (self.pointer + 1) % HISTORY_SIZE as u16;
    }

    /// Where the next address goes.
    pub fn pointer(&self) -> u16 {
        self.pointer
    }

    /// The address executed `age` instructions ago; 0 is the last one.
    pub fn recent(&self, age: usize) -> u16 {
        self.ring
            [(self.pointer as usize + 2 * HISTORY_SIZE - 1 - age % HISTORY_SIZE) % HISTORY_SIZE]
    }

    /// All addresses, oldest first. Before 4096 instructions the oldest are the zeros of reset.
    pub fn oldest_first(&self) -> impl Iterator<Item = u16> + '_ {
        (0..HISTORY_SIZE).rev().map(|age| self.recent(age))
    }
}

impl std::fmt::Debug for History {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let last: Vec<String> = (0..8)
            .map(|age| format!("{:o}", self.recent(age)))
            .collect();
        write!(
            f,
            "History(pointer {:o}, newest first {})",
            self.pointer,
            last.join(" ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ring_wraps() {
        let mut history = History::default();
        for address in 0..5000u16 {
            history.record(address);
        }
        assert_eq!(history.recent(0), 4999);
        assert_eq!(history.recent(4095), 904);
        assert_eq!(history.pointer(), 904);
        assert_eq!(history.oldest_first().next(), Some(904));
    }
}
