//! Registers of boards, the disk, the transfer page; numbers about storage.

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
    assert_eq!(rig.stop("%bus-read", &[3 << 25, at]), "wrong-type");
}

#[test]
fn transfer_page() {
    let mut rig = rig();
    let array = rig.value("%make-simple-array", &[fixnum(4), fixnum(40)]);
    for i in 0..40 {
        rig.value("aset-1", &[fixnum(200 - i), array, fixnum(i)]);
    }
    rig.value("%copy-to-transfer-page", &[array, fixnum(3), fixnum(30)]);
    for i in 0..30 {
        assert_eq!(
            rig.value("%transfer-page-ref", &[fixnum(i)]),
            fixnum(197 - i)
        );
    }
    let byte = fixnum(255);
    assert_eq!(rig.value("%transfer-page-set", &[byte, fixnum(1023)]), byte);
    assert_eq!(rig.value("%transfer-page-ref", &[fixnum(1023)]), byte);
    assert_eq!(
        rig.value("%copy-from-transfer-page", &[array, fixnum(1), fixnum(30)]),
        array
    );
    for i in 0..30 {
        assert_eq!(
            rig.value("aref-1", &[array, fixnum(i + 1)]),
            fixnum(197 - i)
        );
    }
    assert_eq!(rig.value("aref-1", &[array, fixnum(31)]), fixnum(169));
    for k in [-1, 1024] {
        assert_eq!(rig.stop("%transfer-page-ref", &[fixnum(k)]), "wrong-type");
    }
    assert_eq!(
        rig.stop("%transfer-page-set", &[fixnum(256), fixnum(0)]),
        "wrong-type"
    );
    let operands = [array, fixnum(11), fixnum(30)];
    assert_eq!(
        rig.stop("%copy-to-transfer-page", &operands),
        "index-out-of-range"
    );
    // The page is where it says.
    let address = halves(&mut rig, "%device-buffer-address", &[]);
    let memory = &rig.machine.bus.wires.memory;
    let word = memory.words[memory.index(address).expect("main memory")];
    assert_eq!(word, 197 | 196 << 8 | 195 << 16 | 194 << 24);
}

#[test]
fn blocks_of_the_disk() {
    let mut rig = rig();
    let bytes = |rig: &mut Rig, n| rig.value("%make-simple-array", &[fixnum(4), fixnum(n)]);
    let array = bytes(&mut rig, 2048);
    for i in 0..2048 {
        rig.value("aset-1", &[fixnum(i * 7 % 256), array, fixnum(i)]);
    }
    let block = i64::from(rig.machine.bus.disk.medium.blocks()) - 2;
    let (read, write) = (fixnum(1), fixnum(2));
    let at = fixnum(block);
    assert_eq!(
        rig.value("%disk-transfer", &[array, write, at, fixnum(2)]),
        fixnum(0)
    );
    let other = bytes(&mut rig, 2048);
    assert_eq!(
        rig.value("%disk-transfer", &[other, read, at, fixnum(2)]),
        fixnum(0)
    );
    for i in 0..2048 {
        assert_eq!(
            rig.value("aref-1", &[other, fixnum(i)]),
            fixnum(i * 7 % 256)
        );
    }
    // Beyond the end the disk says so; an array that is too small is an error before.
    let beyond = fixnum(block + 1);
    assert_eq!(
        rig.value("%disk-transfer", &[other, read, beyond, fixnum(2)]),
        fixnum(2)
    );
    let stop = rig.stop("%disk-transfer", &[other, read, at, fixnum(3)]);
    assert_eq!(stop, "index-out-of-range");
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
