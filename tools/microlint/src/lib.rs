//! The static checker of microcode.
