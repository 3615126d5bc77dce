//! The `runlight` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    runlight::cli::main()
}
