//! `host-lisp FILE…`: runs Lisp files in the build-time evaluator. With
//! `-e FORM`, evaluates a form and prints its value.

use host_lisp::{Error, Lisp};
use std::path::Path;
use std::process::ExitCode;

fn run(args: &[String]) -> Result<(), Error> {
    let mut lisp = Lisp::new();
    let mut it = args.iter();
    while let Some(a) = it.next() {
        if a == "-e" {
            let text = it.next().ok_or(Error::Empty)?;
            let v = lisp.eval_str("-e", text)?;
            println!("{}", lisp.print(&v));
        } else {
            lisp.load(Path::new(a))?;
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.is_empty() || args[0] == "--help" {
        eprintln!("usage: host-lisp [-e FORM | FILE]…");
        return ExitCode::from(2);
    }
    match host_lisp::with_large_stack(|| run(&args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e}");
            ExitCode::FAILURE
        }
    }
}
