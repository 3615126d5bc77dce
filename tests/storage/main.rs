//! Microcode of storage: maps, allocation, the collector, arrays, strings, instances, symbols.
//!
//! Routines are called one by one, on a whole machine with the whole microcode, but
//! without any Lisp: `driver.lisp` starts it up and has a few routines of its own.

mod arrays;
mod bus;
mod graph;
mod rig;

use genband::image::{ImageBuilder, fixnum};
use rig::Rig;
use runlight::sdu::Request;
use tables::Tables;

fn image() -> ImageBuilder {
    ImageBuilder::new(Tables::load().expect("the tables are right"))
}

#[test]
fn starts_up() {
    let mut image = image();
    let list = image.list(&[fixnum(1), fixnum(2), fixnum(3)]);
    let rig = Rig::new(4, Request::default(), image);
    assert_eq!(rig.word(list), Some(fixnum(1)));
    assert_eq!(rig.register("a-memory-pages"), 4096);
    assert_eq!(rig.register("a-gc-count"), 0);
    assert!(rig.register("a-allowance") >= 1024);
}

#[test]
fn conses() {
    let mut rig = Rig::new(4, Request::default(), image());
    for i in 0..10 {
        let cycles = rig.execute("cons", &[fixnum(i), fixnum(100 + i)]);
        let cons = rig.pop();
        // The first one takes a region; the next ones the fast path and the rig's return.
        assert!(i == 0 || cycles <= 12, "{cycles} cycles");
        assert_eq!(rig.word(cons), Some(fixnum(i) | 2 << 30));
        assert_eq!(rig.word(cons + 1), Some(fixnum(100 + i) | 1 << 30));
    }
}

/// Garbage is collected when space runs out, for ever.
#[test]
fn garbage_costs_nothing() {
    let mut rig = Rig::new(2, Request::default(), image());
    rig.set_register("m-2", 400_000);
    rig.run("test-garbage");
    assert!(rig.register("a-gc-count") >= 1);
    let free = rig.register("a-frames-free");
    rig.set_register("m-2", 1_200_000);
    rig.run("test-garbage");
    assert!(rig.register("a-gc-count") >= 4);
    rig.run("collect");
    assert!(rig.register("a-frames-free") >= free, "frames come back");
}

/// A list that grows without end meets an error, and a handler has room to work in.
#[test]
fn exhaustion_is_an_error() {
    for heap_limit in [0, 400] {
        let request = Request {
            heap_limit,
            ..Request::default()
        };
        let mut rig = Rig::new(3, request, image());
        rig.set_register("m-2", 10_000_000);
        rig.push(3 << 25);
        assert_eq!(rig.leave("test-grow"), "storage-exhausted");
        let pages = rig.register("a-pages-in-use");
        assert!(heap_limit == 0 || pages <= heap_limit, "{pages} pages");
        assert!(pages > 300, "{pages} pages");
        // The handler conses a little, unwinds, and everything is well again.
        rig.set_register("m-2", 1000);
        rig.run("test-garbage");
        rig.machine.state.set_pp(rig.machine.state.pp() - 1);
        rig.set_register("m-2", 1_000_000);
        rig.run("test-garbage");
        assert!(rig.register("a-pages-in-use") < pages);
    }
}

/// From-space cannot be read plainly: a pointer that somebody kept stops the machine.
#[test]
fn a_stale_pointer_is_noticed() {
    let mut rig = Rig::new(
        4,
        Request {
            torture: 1,
            ..Request::default()
        },
        image(),
    );
    let cons = rig.value("cons", &[fixnum(1), fixnum(2)]);
    rig.run("collect");
    rig.set_register("m-1", cons & 0x1ff_ffff);
    let reason = rig.leave("test-load");
    assert!(reason.contains("illop"), "{reason}");
}
