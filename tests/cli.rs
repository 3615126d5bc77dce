//! The command as a user types it: what it prints, how it exits, and that bad input
//! gets a message with file and place, the right status, and leaves files alone.

use diskimage::{BLOCK_BYTES, Builder, Kind, Label, Name};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

fn microprogram(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/microprograms")
        .join(name);
    path.to_str().expect("UTF-8").into()
}

/// What a command did.
struct Done {
    status: i32,
    out: String,
    err: String,
}

fn finish(output: Output) -> Done {
    let done = Done {
        status: output.status.code().expect("it ended by itself"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    };
    assert!(!done.err.contains("panicked"), "{}", done.err);
    done
}

fn runlight_with(words: &[&str], input: &str) -> Done {
    let mut child = Command::new(env!("CARGO_BIN_EXE_runlight"))
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    // It may have ended before it has read anything.
    let _ = child
        .stdin
        .take()
        .expect("piped")
        .write_all(input.as_bytes());
    finish(child.wait_with_output().expect("ended"))
}

fn runlight(words: &[&str]) -> Done {
    runlight_with(words, "")
}

/// Wants an exit status and every one of some texts on standard error.
#[track_caller]
fn refuses(words: &[&str], status: i32, texts: &[&str]) {
    let done = runlight(words);
    assert_eq!(done.status, status, "{words:?}\n{}", done.err);
    for text in texts {
        assert!(
            done.err.contains(text),
            "{words:?}: no {text:?} in\n{}",
            done.err
        );
    }
}

/// A directory with some files.
struct Files(TempDir);

impl Files {
    fn new(files: &[(&str, &[u8])]) -> Files {
        let directory = tempfile::tempdir().expect("a directory");
        for (name, bytes) in files {
            std::fs::write(directory.path().join(name), bytes).expect("written");
        }
        Files(directory)
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().expect("UTF-8").into()
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.path().join(name)).expect("read")
    }
}

#[test]
fn help_shows_examples_and_statuses() {
    let done = runlight(&["--help"]);
    assert_eq!(done.status, 0);
    for text in [
        "Examples:",
        "runlight eval",
        "Exit status:",
        "--gc-torture",
        "[:rw]",
    ] {
        assert!(done.out.contains(text), "no {text:?} in\n{}", done.out);
    }
}

#[test]
fn wrong_usage_is_status_2() {
    refuses(&["--memory", "0"], 2, &["--memory", "'0'", "1..=128"]);
    refuses(&["--memory", "129"], 2, &["129"]);
    refuses(&["--memory", "much"], 2, &["much"]);
    refuses(&["--engine", "steam"], 2, &["steam", "reference"]);
    refuses(&["--nonsense"], 2, &["--nonsense"]);
    refuses(&["dance"], 2, &["dance"]);
    refuses(&["run"], 2, &["FILE"]);
    refuses(&["asm", "x.lisp"], 2, &["--output"]);
    refuses(&["--gc-torture=0", "info"], 2, &["gc-torture"]);
    refuses(&["--band", "toolong", "info"], 2, &["toolong"]);
    refuses(&["--log", "a=b=c", "info"], 2, &["--log a=b=c"]);
    refuses(&["--grant", ":rw", "info"], 2, &["expected a directory"]);
}

#[test]
fn missing_files_are_named() {
    let none = Files::new(&[]);
    let missing = none.path("missing");
    refuses(&["run", &missing], 4, &[&missing, "No such file"]);
    refuses(
        &["run", none.0.path().to_str().expect("UTF-8")],
        4,
        &["not a file"],
    );
    refuses(&["dis", &missing], 4, &[&missing]);
    refuses(&["asm", &missing, "--listing"], 4, &[&missing]);
    refuses(&["micro", &missing], 4, &[&missing]);
    refuses(
        &["--grant", &missing, "eval", "1"],
        4,
        &["cannot grant", &missing],
    );
}

#[test]
fn mistakes_in_microcode_have_file_line_and_column() {
    let source = b"(locality m-mem)\nm-a (0)\n(locality i-mem)\nstart\n ((m-a) add m-a nowhere)\n (jump strat)\n";
    let files = Files::new(&[
        ("bad.lisp", source),
        ("old.mcr", b"keep me"),
        ("open.lisp", b"\n (no-op"),
    ]);
    let (bad, old) = (files.path("bad.lisp"), files.path("old.mcr"));
    for words in [
        &["asm", bad.as_str(), "-o", old.as_str()][..],
        &["micro", bad.as_str()],
    ] {
        let at_5 = format!("{bad}:5:");
        let at_6 = format!("{bad}:6:");
        refuses(words, 4, &[&at_5, "nowhere", &at_6, "strat", "start"]);
    }
    assert_eq!(
        files.bytes("old.mcr"),
        b"keep me",
        "nothing is written after errors"
    );
    let open = files.path("open.lisp");
    refuses(&["asm", &open, "--listing"], 4, &[&format!("{open}:2:2")]);
    let binary = Files::new(&[("binary", b"(no-op)\xff")]);
    let path = binary.path("binary");
    refuses(
        &["asm", &path, "--listing"],
        4,
        &[&path, "offset 7", "UTF-8"],
    );
}

#[test]
fn bad_object_files_are_refused() {
    let files = Files::new(&[("foreign", b"#!/bin/sh\n"), ("empty", b"")]);
    let good = files.path("good.mcr");
    let (boards, echo) = (microprogram("boards.lisp"), microprogram("echo.lisp"));
    let done = runlight(&["asm", &boards, &echo, "-o", &good]);
    assert_eq!((done.status, done.err.as_str()), (0, ""));
    let bytes = files.bytes("good.mcr");
    std::fs::write(files.path("short"), &bytes[..bytes.len() - 10]).expect("written");
    let mut damaged = bytes.clone();
    *damaged.last_mut().expect("not empty") ^= 1;
    std::fs::write(files.path("damaged"), damaged).expect("written");
    for (name, text) in [
        ("foreign", "not an object file"),
        ("empty", "not an object file"),
        ("short", "bytes of contents where the header says"),
        ("damaged", "checksum"),
    ] {
        let path = files.path(name);
        refuses(&["dis", &path], 4, &[&path, text]);
    }
    for name in ["short", "damaged"] {
        let path = files.path(name);
        refuses(&["micro", &path], 4, &[&path]);
    }
}

#[test]
fn a_listing_shows_address_word_and_source() {
    let done = runlight(&[
        "asm",
        &microprogram("boards.lisp"),
        &microprogram("echo.lisp"),
        "--listing",
    ]);
    assert_eq!(done.status, 0);
    let line = done
        .out
        .lines()
        .find(|line| line.contains("(call-xct-next map)"))
        .expect("a line");
    assert!(
        line.starts_with("000000  ") && line.contains("boards.lisp:"),
        "{line}"
    );
}

#[test]
fn a_microprogram_reads_a_pipe_and_exits() {
    let (boards, echo) = (microprogram("boards.lisp"), microprogram("echo.lisp"));
    for engine in ["reference", "fast"] {
        let words = ["--engine", engine, "micro", &boards, &echo];
        let done = runlight_with(&words, "one\ntwo λ");
        assert_eq!(
            (done.status, done.out.as_str(), done.err.as_str()),
            (9, "one\ntwo λ", "")
        );
    }
}

#[test]
fn a_microprogram_that_halts_is_shown_with_registers_and_history() {
    let (boards, ticks) = (microprogram("boards.lisp"), microprogram("ticks.lisp"));
    let done = runlight(&["micro", &boards, &ticks, "--history", "5"]);
    assert_eq!(done.status, 0);
    for text in [
        "HALT at",
        "m-count",
        "DTP-",
        "micro-history",
        "(halt-bit)  ; ",
        "ticks.lisp:",
    ] {
        assert!(done.out.contains(text), "no {text:?} in\n{}", done.out);
    }
    let quiet = runlight(&["micro", &boards, &ticks, "--quiet"]);
    assert_eq!((quiet.status, quiet.out.as_str()), (0, ""));
    let traced = runlight(&["micro", &boards, &ticks, "--trace", "--quiet"]);
    assert_eq!(traced.status, 0);
    let line = traced
        .out
        .lines()
        .find(|line| line.contains(" count "))
        .expect("the loop");
    assert!(
        line.contains("((m-count) m+1 m-count)") && line.ends_with("M-COUNT=1"),
        "{line}"
    );
}

#[test]
fn a_crash_is_reported_with_status_3() {
    let files = Files::new(&[(
        "loop.lisp",
        b"(locality i-mem)\nstart (no-op)\nloop (jump loop)\n (no-op)\n",
    )]);
    let endless = files.path("loop.lisp");
    let words = ["micro", &endless, "--max-cycles", "50"];
    refuses(
        &words,
        3,
        &[
            "--max-cycles",
            "after 50 cycles",
            "micro-history",
            "loop.lisp:3",
        ],
    );
    refuses(
        &["micro", &endless, "--start", "nosuch"],
        2,
        &["--start nosuch"],
    );
    let mut undefined = uasm::Object::default();
    // A jump with return and call at once.
    undefined
        .control
        .extend([(0o100, 0), (0o101, 2 << 30 | 3 << 9)]);
    let path = files.path("undefined.mcr");
    undefined.write(Path::new(&path)).expect("written");
    let texts = [
        "undefined microinstruction 0000000000020000003000 at 101",
        "registers",
        "next 101",
    ];
    refuses(&["micro", &path], 3, &texts);
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let (boards, ticks) = (microprogram("boards.lisp"), microprogram("ticks.lisp"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_runlight"))
        .args(["micro", &boards, &ticks, "--trace"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    drop(child.stdout.take());
    finish(child.wait_with_output().expect("ended"));
}

/// A machine directory with a good disk in it.
fn machine() -> (Files, PathBuf) {
    let name = |name: &[u8; 4]| Name::new(name);
    let stored = Builder::new(name(b"MCR1"), name(b"LOD1"), "a small disk")
        .partition(name(b"MCR1"), Kind::Microcode, 8, 1, "", &[7; 4000])
        .partition(name(b"LOD1"), Kind::Load, 16, 1, "", &[9; 9000])
        .partition(name(b"LOD2"), Kind::Spare, 16, 0, "", &[])
        .partition(name(b"PAGE"), Kind::Page, 8, 0, "", &[])
        .build();
    let blocks = Label::read(&stored).expect("a label").blocks as usize;
    let files = Files::new(&[("disk.img", &stored[..])]);
    let path = files.0.path().join("disk.img");
    let file = std::fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .expect("opened");
    file.set_len((blocks * BLOCK_BYTES) as u64).expect("sized");
    (files, path)
}

#[test]
fn a_bad_disk_is_named_and_left_as_it_is() {
    let (files, path) = machine();
    let directory = files.0.path().to_str().expect("UTF-8");
    let name = path.to_str().expect("UTF-8");
    let good = std::fs::read(&path).expect("read");
    let with = |at: usize, bytes: &[u8]| {
        let mut damaged = good.clone();
        damaged[at..at + bytes.len()].copy_from_slice(bytes);
        damaged
    };
    for (bytes, text) in [
        (Vec::new(), "0 bytes long"),
        (
            b"PK\x03\x04".repeat(1000),
            "not a Runlight disk: at offset 0",
        ),
        (
            with(4, &[9]),
            "at offset 4: disk layout version 9, this program knows version 1",
        ),
        (with(100, b"XXXX"), "at offset 16: label checksum"),
        (
            with(2 * BLOCK_BYTES, b"XXXX"),
            "partition MCR1 have checksum",
        ),
        (
            good[..2 * BLOCK_BYTES].to_vec(),
            "2048 bytes long, but its label says",
        ),
    ] {
        std::fs::write(&path, &bytes).expect("written");
        for words in [
            &["--machine", directory, "eval", "1"][..],
            &["--machine", directory, "info"],
        ] {
            refuses(words, 4, &[name, text]);
        }
        assert_eq!(
            std::fs::read(&path).expect("read"),
            bytes,
            "{text}: left as it was"
        );
    }
}

#[test]
fn info_shows_the_bands_of_a_disk() {
    let (files, _) = machine();
    let done = runlight(&["--machine", files.0.path().to_str().expect("UTF-8"), "info"]);
    assert_eq!(done.status, 0, "{}", done.err);
    for text in [
        "MCR1  microcode",
        "LOD1  load",
        "PAGE  page",
        "4000 bytes",
        "console",
    ] {
        assert!(done.out.contains(text), "no {text:?} in\n{}", done.out);
    }
}

#[test]
fn a_bad_machine_directory_is_told() {
    let (files, _) = machine();
    let directory = files.0.path().to_str().expect("UTF-8").to_string();
    let config = files.path("config.toml");
    std::fs::write(&config, "memory = 16\nengin = \"fast\"\n").expect("written");
    refuses(
        &["--machine", &directory, "eval", "1"],
        4,
        &[&config, ":2:1:", "engin"],
    );
    std::fs::write(&config, "memory = 999\n").expect("written");
    refuses(
        &["--machine", &directory, "eval", "1"],
        4,
        &[&config, "memory: found 999"],
    );
    std::fs::remove_file(&config).expect("removed");
    refuses(
        &["--machine", &directory, "--band", "LOD2", "eval", "1"],
        2,
        &["no load band LOD2; it has LOD1"],
    );
    let file = files.path("disk.img");
    refuses(&["--machine", &file, "eval", "1"], 4, &[&file]);
}

#[test]
fn two_machines_never_share_a_directory() {
    let (files, _) = machine();
    let directory = files.0.path();
    let held = runlight::machine::Directory::open(directory).expect("locked");
    let name = directory.to_str().expect("UTF-8");
    refuses(
        &["--machine", name, "eval", "1"],
        4,
        &["another runlight is running this machine"],
    );
    drop(held);
}

/// Assembles a test program as a PROM.
fn prom(files: &Files, program: &str) -> String {
    let path = files.path("prom.mcr");
    let done = runlight(&[
        "asm",
        &microprogram("boards.lisp"),
        &microprogram(program),
        "-o",
        &path,
    ]);
    assert_eq!(done.status, 0, "{}", done.err);
    path
}

#[test]
fn a_program_is_run_and_its_directory_can_be_read() {
    let (files, _) = machine();
    let directory = files.0.path().to_str().expect("UTF-8").to_string();
    let prom = prom(&files, "type.lisp");
    std::fs::create_dir(files.path("src")).expect("made");
    let program = files.path("src/a.lisp");
    std::fs::write(&program, "(print 1)\n").expect("written");
    let words = ["--machine", &directory, "--prom", &prom, "run", &program];
    let done = runlight(&words);
    assert_eq!(
        (done.status, done.out.as_str(), done.err.as_str()),
        (0, "(print 1)\n", "")
    );
    assert!(!files.bytes("nvram.bin").is_empty());
    // What is not granted is not reached: `eval` grants nothing.
    let done = runlight(&["--machine", &directory, "--prom", &prom, "eval", &program]);
    assert_eq!(done.status, boards::hostfile::ERROR_NOT_GRANTED as i32);
    let source = files.path("src");
    let words = [
        "--machine",
        &directory,
        "--prom",
        &prom,
        "--grant",
        &source,
        "eval",
        &program,
    ];
    assert_eq!(runlight(&words).out, "(print 1)\n");

    let nvram = files.path("nvram.bin");
    std::fs::write(&nvram, b"junk").expect("written");
    refuses(
        &["--machine", &directory, "--prom", &prom, "eval", "1"],
        4,
        &[&nvram, "magic"],
    );
    assert_eq!(files.bytes("nvram.bin"), b"junk");
}

#[test]
fn a_listener_reads_a_pipe() {
    let (files, _) = machine();
    let directory = files.0.path().to_str().expect("UTF-8").to_string();
    let prom = prom(&files, "echo.lisp");
    for words in [
        &["--machine", &directory, "--prom", &prom][..],
        &["--machine", &directory, "--prom", &prom, "repl"],
    ] {
        let done = runlight_with(words, "(+ 1 2)\n");
        assert_eq!((done.status, done.out.as_str()), (8, "(+ 1 2)\n"));
    }
}

#[test]
fn a_crash_leaves_a_dump() {
    let (files, _) = machine();
    let directory = files.0.path().to_str().expect("UTF-8").to_string();
    let mut program = uasm::Object::default();
    program
        .control
        .extend([(0o100, 0), (0o101, 2 << 30 | 3 << 9)]);
    let prom = files.path("bad.mcr");
    program.write(Path::new(&prom)).expect("written");
    let words = ["--machine", &directory, "--prom", &prom, "eval", "1"];
    let crashes = files.path("crashes");
    refuses(&words, 3, &["undefined microinstruction", &crashes]);
    let path = files.0.path().join("crashes/crash-0001.dump");
    let dump = runlight::crash::Dump::read(&path).expect("a dump");
    assert!(
        dump.reason.starts_with("undefined microinstruction"),
        "{}",
        dump.reason
    );
    let elsewhere = files.path("elsewhere");
    let words = [
        "--crash-dir",
        &elsewhere,
        "--machine",
        &directory,
        "--prom",
        &prom,
        "eval",
        "1",
    ];
    refuses(&words, 3, &[&elsewhere]);
}
