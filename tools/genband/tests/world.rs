//! The small world of `tests/world`, built.

use std::path::PathBuf;

use genband::band;
use genband::world::{Plan, World, build};

const POINTER: u32 = 0x01ff_ffff;
const FIX: u32 = 5 << 25;

fn world() -> World {
    let plan = Plan {
        root: PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/world")),
        listing: true,
        error_table: Vec::new(),
        features: vec!["runlight".into()],
    };
    build(&plan).unwrap().without_warnings().unwrap()
}

/// Reads words of the band by address.
fn word(world: &World, address: u32) -> u32 {
    band::read(&world.band)
        .unwrap()
        .iter()
        .find_map(|run| {
            let at = address.checked_sub(run.address)? as usize;
            run.words.get(at).copied()
        })
        .unwrap_or_else(|| panic!("nothing at {address:o}"))
}

fn function(world: &World, name: &str) -> u32 {
    let place = world.functions.iter().find(|f| f.name == name);
    place.unwrap_or_else(|| panic!("{name} is there")).address
}

#[test]
fn building_twice_gives_the_same_bytes() {
    let (a, b) = (world(), world());
    assert_eq!(a.band, b.band);
    assert_eq!(a.functions, b.functions);
    assert_eq!(a.listing, b.listing);
}

#[test]
fn fib_is_a_simple_function_with_its_code() {
    let world = world();
    let fib = function(&world, "SI:FIB");
    let header = word(&world, fib);
    assert_eq!(header >> 14 & 31, 1, "one argument");
    let code = word(&world, fib + 2) & POINTER;
    assert_eq!(header & 0x3fc, code * 4, "the entry is in the header");
    let first = word(&world, fib + code);
    assert_eq!(first & 0xffff, 0o2 << 6, "push-arg 0");
    assert_eq!(first >> 16, 0o104 << 6 | 2, "less-immediate 2");
    let callee = word(&world, fib + 7) & POINTER;
    let cell = word(&world, callee + 2);
    assert_eq!(cell & POINTER, fib, "it calls itself through its symbol");
}

#[test]
fn constants_and_variables_are_laid_out() {
    let world = world();
    assert!(world.listing.contains("SI:FIB"), "{}", world.listing);
    // The communication area holds what the first boot needs.
    let area = 0o400;
    let symbols = word(&world, area + 5) & POINTER;
    let count = word(&world, symbols) & 0x3ffff;
    let mut found = 0;
    for i in 0..count {
        let symbol = word(&world, symbols + 1 + i) & POINTER;
        let name = word(&world, symbol) & POINTER;
        let length = word(&world, name) & 0x3ffff;
        let text: String = (0..length)
            .map(|k| (word(&world, name + 1 + k / 4) >> (8 * (k % 4)) & 0xff) as u8 as char)
            .collect();
        let value = word(&world, symbol + 1);
        match text.as_str() {
            "THE-ANSWER" => {
                assert_eq!(value, FIX | 42);
                found += 1;
            }
            "*COUNT*" => {
                assert_eq!(value, FIX);
                found += 1;
            }
            "*LIST*" => {
                let list = value & POINTER;
                assert_eq!(word(&world, list), FIX | 1);
                assert_eq!(word(&world, list + 1), FIX | 2);
                assert_eq!(
                    word(&world, list + 3) >> 30,
                    3,
                    "the last cell ends the list"
                );
                found += 1;
            }
            _ => {}
        }
    }
    assert_eq!(found, 3);
    let initial = word(&world, area + 6) & POINTER;
    assert_eq!(
        word(&world, initial) >> 25 & 31,
        0o20,
        "an initial function"
    );
}

#[test]
fn a_layout_includes_its_parents() {
    let world = world();
    let maker = function(&world, "SI:MAKE-POINT-3D");
    let layout = word(&world, maker + 7) & POINTER;
    assert_eq!(word(&world, layout + 2), FIX | 3, "slots");
    assert_eq!(word(&world, layout + 3), FIX | 1, "depth");
    let ancestors = word(&world, layout + 4) & POINTER;
    assert_eq!(word(&world, ancestors) & 0x3ffff, 2);
    assert_eq!(word(&world, ancestors + 2) & POINTER, layout);
    let of_layouts = word(&world, layout) & POINTER;
    assert_eq!(word(&world, of_layouts) & POINTER, of_layouts);
}

#[test]
fn mistakes_are_named_with_their_place() {
    let dir = tempfile::tempdir().unwrap();
    let here = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/world"));
    for file in ["packages.lisp", "load-order.lisp"] {
        let text = std::fs::read_to_string(here.join(file)).unwrap();
        let lisp = here.join("../../../../lisp").display().to_string();
        let text = text
            .replace("../../../../lisp", &lisp)
            .replace("../../../../tables", &format!("{lisp}/../tables"));
        std::fs::write(dir.path().join(file), text).unwrap();
    }
    let attempt = |text: &str| {
        std::fs::write(dir.path().join("fib.lisp"), text).unwrap();
        let plan = Plan {
            root: dir.path().into(),
            listing: false,
            error_table: Vec::new(),
            features: Vec::new(),
        };
        build(&plan)
            .and_then(World::without_warnings)
            .unwrap_err()
            .to_string()
    };
    let e = attempt("(in-package :si)\n(defun f (x)\n  (g x))\n");
    assert!(
        e.contains("fib.lisp:3: The function SI:G is undefined"),
        "{e}"
    );
    let e = attempt("(in-package :si)\n(defun f (x) 1)\n");
    assert!(e.contains("The variable X is not used"), "{e}");
    let e = attempt("(in-package :si)\n(defun f (x)\n (car x)");
    assert!(e.contains("fib"), "{e}");
    let e = attempt("(in-package :si)\n(defun f () (go nowhere))\n");
    assert!(e.contains("No tag NOWHERE around GO"), "{e}");
}
