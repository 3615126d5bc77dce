//! What the SDU says when the processor runs no longer.
