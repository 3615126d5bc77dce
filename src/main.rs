//! The `runlight` command.
fn main() {}
