//! Registers of boards; numbers about storage.

use genband::image::fixnum;
use runlight::sdu::Request;

use crate::image;
use crate::rig::Rig;

fn rig() -> Rig {
    Rig::new(8, Request::default(), image())
}

/// Executes what leaves two halves.
fn halves(rig: &mut Rig, name: &str, operands: &[u32]) -> u32 {
    rig.execute(name, operands);
    let high = rig.pop() & 0xffff;
    high << 16 | (rig.pop() & 0xffff)
}

#[test]
fn registers_of_boards() {
    let mut rig = rig();
    let f = |n: u32| fixnum(n.into());
    let memory = boards::memory::BOARD.slot.into();
    let base = halves(
        &mut rig,
        "%bus-read",
        &[f(memory), f(4 * boards::memory::BASE_PAGE)],
    );
    assert_eq!(base, boards::memory::STANDARD_BASE_PAGE);
    let pages = halves(
        &mut rig,
        "%bus-read",
        &[f(memory), f(4 * boards::memory::PAGES)],
    );
    assert_eq!(pages, 8192);
    // The configuration ROM is far from the registers.
    let magic = halves(&mut rig, "%bus-read", &[f(memory), f(0xff_fc00)]);
    assert_eq!(magic, boards::config::MAGIC_NUMBER);
    let console = u32::from(boards::console::BOARD.slot);
    let at = f(4 * boards::console::INTERRUPT_ADDRESS);
    let depth = rig.machine.state.pp();
    rig.execute("%bus-write", &[f(0x1234), f(0xf000), f(console), at]);
    assert_eq!(rig.machine.state.pp(), depth, "no result");
    assert_eq!(
        halves(&mut rig, "%bus-read", &[f(console), at]),
        0xf000_1234
    );
}

#[test]
fn numbers_about_storage() {
    let mut rig = rig();
    let number = |rig: &mut Rig, k| rig.value("%room", &[fixnum(k)]) & 0x1ff_ffff;
    let before = number(&mut rig, 0);
    rig.value("cons", &[fixnum(1), fixnum(2)]);
    rig.value("cons", &[fixnum(1), fixnum(2)]);
    let after = number(&mut rig, 0);
    assert!(after >= before + 4, "{before} {after}");
    assert!(number(&mut rig, 1) > after);
    assert!(number(&mut rig, 2) > 0);
    let flips = number(&mut rig, 3);
    let pair = rig.value("cons", &[fixnum(1), fixnum(2)]);
    rig.push(pair);
    rig.execute("%gc", &[]);
    assert_eq!(number(&mut rig, 3), flips + 1);
    assert_eq!(number(&mut rig, 4), 2);
    assert_eq!(rig.stop("%room", &[fixnum(5)]), "wrong-type");

    let array = rig.value("%make-simple-array", &[fixnum(4), fixnum(9)]);
    assert_eq!(rig.value("%object-size", &[array]), fixnum(4));
    assert_eq!(rig.value("%object-size", &[fixnum(9)]), fixnum(0));
    assert_eq!(rig.value("%object-size", &[3 << 25]), fixnum(5));
    let pair = rig.pop();
    assert_eq!(rig.value("%object-size", &[pair]), fixnum(2));

    rig.value("%set-gc-parameter", &[array, fixnum(31)]);
    rig.run("collect");
    let array = rig.value("%gc-parameter", &[fixnum(31)]);
    assert_eq!(rig.value("%simple-length", &[array]), fixnum(9));
    assert_eq!(rig.stop("%gc-parameter", &[fixnum(32)]), "wrong-type");
}
