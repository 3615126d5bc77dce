//! The macroinstruction stream: advance, macro-IR.

use super::Processor;
use crate::processor::map::Access;

impl Processor<'_> {
    /// Advance to the next half-word: fetch its word when LC begins one or was
    /// written since the last fetch; otherwise the word is in macro-IR already,
    /// and SUPPRESS keeps it there.
    pub(super) fn advance_stream(&mut self) {
        if self.state.need_fetch() {
            self.state.lc_written = false;
            self.state.suppress = false;
            self.state.set_vma(self.state.lc() >> 2);
            self.start(Access::Read, false);
        } else {
            self.state.page_fault = false;
            self.state.suppress = true;
        }
        self.state.set_lc(self.state.lc() + 2);
        self.count(3);
    }

    /// Load macro-IR from the M source, unless SUPPRESS; clear SUPPRESS.
    pub(super) fn source_to_macro_ir(&mut self, m: u32) {
        if !self.state.suppress {
            self.state.set_macro_ir(m);
        }
        self.state.suppress = false;
    }
}
