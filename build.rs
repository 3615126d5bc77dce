//! Puts the boot PROM and the default disk where the emulator includes them.
//!
//! An empty file means that this build has none; the emulator says so when it needs one.

use std::path::PathBuf;

fn main() {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    for name in ["disk.img.zst", "prom.object"] {
        std::fs::write(out.join(name), b"").expect("OUT_DIR can be written");
    }
    println!("cargo:rerun-if-changed=build.rs");
}
