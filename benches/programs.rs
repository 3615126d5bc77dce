//! Seconds of each program in `tests/programs`, started as a user starts it, boot included;
//! the boot alone is the first line. `cargo bench --bench programs -- tak` runs one.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// Best of this many runs, unless one takes longer than a few seconds.
const RUNS: usize = 3;

/// Seconds of a command, or why there are none.
fn seconds(words: &[&str]) -> Result<f64, String> {
    let mut best = f64::INFINITY;
    for _ in 0..RUNS {
        let start = Instant::now();
        let output = Command::new(env!("CARGO_BIN_EXE_runlight"))
            .args(words)
            .output()
            .map_err(|error| error.to_string())?;
        let elapsed = start.elapsed().as_secs_f64();
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stderr);
            let first = text.lines().next().unwrap_or("").to_string();
            return Err(format!("{}: {first}", output.status));
        }
        best = best.min(elapsed);
        if elapsed > 5.0 {
            break;
        }
    }
    Ok(best)
}

fn show(name: &str, words: &[&str]) {
    match seconds(words) {
        Ok(seconds) => println!("{name:20} {seconds:8.3} s"),
        Err(error) => println!("{name:20} failed, {error}"),
    }
}

fn main() {
    // Cargo passes options of its own, which begin with a dash.
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with('-'))
        .collect();
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&directory)
        .expect("tests/programs is there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "lisp"))
        .collect();
    files.sort();
    println!("seconds a program, boot included (best of {RUNS} runs)");
    show("boot", &["eval", "nil"]);
    for file in files {
        let name = file.file_stem().expect("a name").to_string_lossy();
        if wanted.is_empty() || wanted.iter().any(|part| name.contains(part.as_str())) {
            show(&name, &["run", file.to_str().expect("UTF-8")]);
        }
    }
}
