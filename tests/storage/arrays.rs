//! Arrays, strings, instances, symbols: one macroinstruction after the other.

use genband::image::{character, fixnum};
use runlight::sdu::Request;

use crate::image;
use crate::rig::Rig;

const NIL: u32 = 3 << 25;
const T: u32 = NIL | 8;

fn rig() -> Rig {
    Rig::new(8, Request::default(), image())
}

fn truth(word: u32) -> bool {
    assert!(word == NIL || word == T, "{word:o}");
    word == T
}

#[test]
fn every_element_type_reads_back() {
    let mut rig = rig();
    let types: [(u32, &[i64], &[i64]); 10] = [
        (1, &[0, 1], &[2, -1]),
        (2, &[0, 1, 2, 3], &[4, -1]),
        (3, &[0, 9, 15], &[16, -1]),
        (4, &[0, 77, 255], &[256, -1]),
        (5, &[0, 1000, 65535], &[65536, -1]),
        (6, &[0, 16_777_215], &[-1]),
        (7, &[0, -5, 16_777_215], &[]),
        (13, &[0, 127, -128], &[128, -129]),
        (14, &[0, 32767, -32768], &[32768, -32769]),
        (15, &[0, 16_777_215, -16_777_216], &[]),
    ];
    for (code, good, bad) in types {
        for length in [0, 1, 31, 32, 33, 100] {
            let array = rig.value("%make-simple-array", &[fixnum(code.into()), fixnum(length)]);
            assert_eq!(rig.value("%simple-length", &[array]), fixnum(length));
            assert_eq!(rig.value("%array-type", &[array]), fixnum(code.into()));
            assert!(truth(rig.value("%array-simple-p", &[array])));
            let at = |i: i64| good[(i * 7 + 3) as usize % good.len()];
            let zero = if code == 7 { NIL } else { fixnum(0) };
            for i in 0..length {
                assert_eq!(rig.value("aref-1", &[array, fixnum(i)]), zero);
            }
            for i in 0..length {
                let x = fixnum(at(i));
                assert_eq!(rig.value("aset-1", &[x, array, fixnum(i)]), x);
            }
            for i in 0..length {
                assert_eq!(
                    rig.value("aref-1", &[array, fixnum(i)]),
                    fixnum(at(i)),
                    "{code} {i}"
                );
            }
            for i in [-1, length, length + 1, 16_777_215] {
                assert_eq!(rig.stop("aref-1", &[array, fixnum(i)]), "escape-2", "{i}");
            }
            assert_eq!(rig.stop("aref-1", &[array, NIL]), "escape-2");
            if length > 0 {
                for x in bad {
                    assert_eq!(
                        rig.stop("aset-1", &[fixnum(*x), array, fixnum(0)]),
                        "escape-3"
                    );
                }
            }
        }
    }
}

#[test]
fn wide_elements() {
    let mut rig = rig();
    let array = rig.value("%make-simple-array", &[fixnum(6), fixnum(3)]);
    let signed = rig.value("%make-simple-array", &[fixnum(15), fixnum(3)]);
    // 2^24 does not fit a fixnum: what is read is a bignum.
    rig.value("aset-1", &[fixnum(-1), signed, fixnum(0)]);
    let memory = (signed & 0x1ff_ffff) + 1;
    assert_eq!(rig.word(memory), Some(0xffff_ffff));
    rig.set_register("m-t", 0x8000_0001);
    rig.set_register("m-1", (array & 0x1ff_ffff) + 2);
    rig.run("test-store-raw");
    let big = rig.value("aref-1", &[array, fixnum(1)]);
    assert_eq!(big >> 25, 6);
    assert_eq!(rig.word(big), Some(7 << 25 | 2 << 19 | 1));
    assert_eq!(rig.word(big + 1), Some(0x8000_0001));
    rig.value("aset-1", &[big, array, fixnum(2)]);
    assert_eq!(rig.word((array & 0x1ff_ffff) + 3), Some(0x8000_0001));
    assert_eq!(rig.stop("aset-1", &[big, signed, fixnum(2)]), "escape-3");
    rig.set_register("m-t", 0x8000_0001);
    rig.set_register("m-1", (signed & 0x1ff_ffff) + 2);
    rig.run("test-store-raw");
    let negative = rig.value("aref-1", &[signed, fixnum(1)]);
    assert_eq!(rig.word(negative), Some(7 << 25 | 2 << 19 | 1 << 18 | 1));
    assert_eq!(rig.word(negative + 1), Some(0x7fff_ffff));
    rig.value("aset-1", &[negative, signed, fixnum(2)]);
    assert_eq!(rig.word((signed & 0x1ff_ffff) + 3), Some(0x8000_0001));
    let doubles = rig.value("%make-simple-array", &[fixnum(12), fixnum(2)]);
    rig.set_register("m-t", 0x8000_0001);
    rig.set_register("m-1", (doubles & 0x1ff_ffff) + 4);
    rig.run("test-store-raw");
    let double = rig.value("aref-1", &[doubles, fixnum(1)]);
    assert_eq!(rig.word(double), Some(7 << 25 | 4 << 19));
    assert_eq!(rig.word(double + 1), Some(0));
    assert_eq!(rig.word(double + 2), Some(0x8000_0001));
    rig.value("aset-1", &[double, doubles, fixnum(0)]);
    assert_eq!(rig.word((doubles & 0x1ff_ffff) + 2), Some(0x8000_0001));
    assert_eq!(
        rig.stop("aset-1", &[fixnum(1), doubles, fixnum(0)]),
        "escape-3"
    );
}

#[test]
fn long_arrays() {
    let mut rig = rig();
    let n = 300_000;
    let array = rig.value("%make-simple-array", &[fixnum(4), fixnum(n)]);
    assert_eq!(rig.value("%simple-length", &[array]), fixnum(n));
    for i in [0, 1, 262_144, n - 1] {
        rig.value("aset-1", &[fixnum(i % 200), array, fixnum(i)]);
    }
    for i in [0, 1, 262_144, n - 1] {
        assert_eq!(rig.value("aref-1", &[array, fixnum(i)]), fixnum(i % 200));
    }
    rig.push(array);
    rig.run("collect");
    let after = rig.pop();
    assert_eq!(after, array, "a large object is not copied");
    assert_eq!(
        rig.value("aref-1", &[array, fixnum(n - 1)]),
        fixnum((n - 1) % 200)
    );
    let vector = rig.value("%make-simple-array", &[fixnum(7), fixnum(n)]);
    rig.value("aset-1", &[array, vector, fixnum(n - 1)]);
    rig.push(vector);
    rig.run("collect");
    rig.run("collect");
    let vector = rig.pop();
    let array = rig.value("aref-1", &[vector, fixnum(n - 1)]);
    assert_eq!(
        rig.value("aref-1", &[array, fixnum(n - 1)]),
        fixnum((n - 1) % 200)
    );
    assert_eq!(rig.value("svref", &[vector, fixnum(n - 1)]), array);
}

#[test]
fn copies_and_fills() {
    let mut rig = rig();
    for code in [1u32, 2, 3, 4, 5, 6, 7, 9, 10, 13, 14, 15] {
        let is_character = code == 9 || code == 10;
        let element = |x: i64| {
            let x = if code == 1 { x & 1 } else { x & 3 };
            if is_character {
                character(char::from(x as u8 + 65 * u8::from(code != 1)))
            } else {
                fixnum(x)
            }
        };
        for (i, j, n, same) in [
            (0, 0, 40, false),
            (3, 5, 30, true),
            (5, 3, 30, true),
            (4, 8, 21, true),
            (8, 4, 21, true),
            (4, 0, 23, false),
            (1, 1, 1, false),
            (0, 0, 0, false),
        ] {
            let from = rig.value("%make-simple-array", &[fixnum(code.into()), fixnum(50)]);
            let to = if same {
                from
            } else {
                rig.value("%make-simple-array", &[fixnum(code.into()), fixnum(50)])
            };
            rig.value("%fill-elements", &[to, fixnum(0), fixnum(50), element(2)]);
            for k in 0..50 {
                rig.value("aset-1", &[element(k * k + k / 3), from, fixnum(k)]);
            }
            let mut model: Vec<u32> = (0..50)
                .map(|k| rig.value("aref-1", &[to, fixnum(k)]))
                .collect();
            let source: Vec<u32> = (0..50).map(|k| element(k * k + k / 3)).collect();
            model[j..j + n].copy_from_slice(&source[i..i + n]);
            let result = rig.value(
                "%copy-elements",
                &[
                    from,
                    fixnum(i as i64),
                    to,
                    fixnum(j as i64),
                    fixnum(n as i64),
                ],
            );
            assert_eq!(result, to);
            for k in 0..50 {
                let found = rig.value("aref-1", &[to, fixnum(k)]);
                assert_eq!(
                    found, model[k as usize],
                    "type {code}, {i} to {j}, {n}: element {k}"
                );
            }
        }
    }
    let array = rig.value("%make-simple-array", &[fixnum(4), fixnum(10)]);
    let other = rig.value("%make-simple-array", &[fixnum(5), fixnum(10)]);
    let n = fixnum(6);
    assert_eq!(
        rig.stop("%copy-elements", &[array, n, array, fixnum(0), n]),
        "index-out-of-range"
    );
    assert_eq!(
        rig.stop("%copy-elements", &[array, fixnum(0), array, n, n]),
        "index-out-of-range"
    );
    assert_eq!(
        rig.stop("%copy-elements", &[array, fixnum(0), other, fixnum(0), n]),
        "wrong-type"
    );
    assert_eq!(
        rig.stop("%fill-elements", &[array, fixnum(0), n, fixnum(256)]),
        "wrong-type"
    );
}

#[test]
fn full_arrays() {
    let mut rig = rig();
    let data = rig.value("%make-simple-array", &[fixnum(7), fixnum(6)]);
    let array = rig.value("%make-full-array", &[fixnum(7), fixnum(0o10), fixnum(2)]);
    assert_eq!(rig.value("%array-rank-bits", &[array]), fixnum(0o12));
    assert!(!truth(rig.value("%array-simple-p", &[array])));
    for k in 1..=6 {
        assert_eq!(rig.value("%array-word", &[array, fixnum(k)]), NIL);
    }
    rig.value("%set-array-word", &[data, array, fixnum(1)]);
    assert_eq!(rig.value("%array-word", &[array, fixnum(1)]), data);
    for k in [0, 7] {
        assert_eq!(
            rig.stop("%array-word", &[array, fixnum(k)]),
            "index-out-of-range"
        );
    }
    assert_eq!(rig.stop("aref-1", &[array, fixnum(0)]), "escape-2");
    assert_eq!(rig.stop("svref", &[array, fixnum(0)]), "wrong-type");
    assert_eq!(
        rig.stop("%make-simple-array", &[fixnum(16), fixnum(0)]),
        "wrong-type"
    );
    assert_eq!(
        rig.stop("%make-simple-array", &[fixnum(7), fixnum(-1)]),
        "wrong-type"
    );
}

#[test]
fn strings() {
    let mut image = image();
    let abc = image.string("abcdefgh");
    let fat = image.string("xxabcλef");
    let mut rig = Rig::new(8, Request::default(), image);
    assert_eq!(rig.value("char", &[abc, fixnum(5)]), character('f'));
    assert_eq!(rig.value("schar", &[fat, fixnum(5)]), character('λ'));
    assert_eq!(rig.value("char", &[fat, fixnum(5)]), character('λ'));
    assert_eq!(rig.stop("char", &[abc, fixnum(8)]), "escape-2");
    assert_eq!(rig.stop("schar", &[abc, fixnum(8)]), "index-out-of-range");
    assert_eq!(rig.stop("schar", &[fixnum(1), fixnum(8)]), "wrong-type");
    let copy = rig.value("%make-simple-array", &[fixnum(9), fixnum(8)]);
    rig.value("%set-char", &[character('q'), copy, fixnum(6)]);
    assert_eq!(rig.value("char", &[copy, fixnum(6)]), character('q'));
    assert_eq!(rig.value("char", &[copy, fixnum(0)]), character('\0'));
    assert_eq!(
        rig.stop("%set-char", &[character('λ'), copy, fixnum(6)]),
        "escape-3"
    );
    assert_eq!(
        rig.stop("%set-char", &[fixnum(1), copy, fixnum(6)]),
        "escape-3"
    );
    let f = fixnum;
    assert!(truth(
        rig.value("%string-equal-range", &[abc, f(0), fat, f(2), f(3)])
    ));
    assert!(!truth(
        rig.value("%string-equal-range", &[abc, f(0), fat, f(2), f(4)])
    ));
    assert!(truth(
        rig.value("%string-equal-range", &[abc, f(8), fat, f(2), f(0)])
    ));
    assert_eq!(
        rig.stop("%string-equal-range", &[abc, f(6), fat, f(2), f(3)]),
        "index-out-of-range"
    );
    assert_eq!(
        rig.value("%string-search-char", &[fat, character('λ'), f(0), f(8)]),
        f(5)
    );
    assert_eq!(
        rig.value("%string-search-char", &[fat, character('λ'), f(6), f(8)]),
        NIL
    );
    let other = rig.value("%make-simple-array", &[f(10), f(8)]);
    for (i, c) in "abcdefgh".chars().enumerate() {
        rig.value("%set-char", &[character(c), other, f(i as i64)]);
    }
    let hash = rig.value("%string-hash", &[abc, f(8)]);
    assert_eq!(rig.value("%string-hash", &[other, f(8)]), hash);
    assert_ne!(rig.value("%string-hash", &[other, f(7)]), hash);
    assert!(hash & 1 << 24 == 0);
}

#[test]
fn symbols() {
    let mut image = image();
    let a = image.symbol(None, "A");
    let b = image.symbol(None, "B");
    let name = image.string("NEW");
    let plist = image.list(&[fixnum(1), fixnum(2), b, fixnum(7)]);
    let mut rig = Rig::new(8, Request::default(), image);
    assert!(!truth(rig.value("boundp", &[a])));
    assert_eq!(rig.stop("symbol-value", &[a]), "unbound-variable");
    rig.value("set", &[a, fixnum(5)]);
    assert!(truth(rig.value("boundp", &[a])));
    assert_eq!(rig.value("symbol-value", &[a]), fixnum(5));
    rig.value("%makunbound", &[a]);
    assert_eq!(rig.stop("symbol-value", &[a]), "unbound-variable");
    assert_eq!(rig.value("%function-cell", &[a]), NIL);
    assert_eq!(rig.value("%set-function-cell", &[b, a]), b);
    assert_eq!(rig.value("%function-cell", &[a]), b);
    rig.value("%fmakunbound", &[a]);
    assert_eq!(rig.value("%function-cell", &[a]), NIL);
    assert_eq!(rig.value("%set-plist", &[plist, a]), plist);
    assert_eq!(rig.value("symbol-plist", &[a]), plist);
    assert_eq!(rig.value("%get", &[a, b]), fixnum(7));
    assert_eq!(rig.value("%get", &[a, fixnum(1)]), fixnum(2));
    assert_eq!(rig.value("%get", &[a, fixnum(2)]), NIL);
    rig.value("%set-symbol-package", &[b, a]);
    assert_eq!(rig.value("%symbol-package", &[a]), b);
    let new = rig.value("%make-symbol", &[name]);
    assert_eq!(rig.value("symbol-name", &[new]), name);
    assert!(!truth(rig.value("boundp", &[new])));
    assert_eq!(rig.value("symbol-plist", &[new]), NIL);
    // A younger value in an old cell, kept by nothing else.
    let pair = rig.value("cons", &[fixnum(1), fixnum(2)]);
    rig.value("set", &[a, pair]);
    rig.run("collect");
    rig.run("collect");
    let pair = rig.value("symbol-value", &[a]);
    assert_eq!(rig.word(pair).map(|w| w & 0x3fff_ffff), Some(fixnum(1)));
    assert_eq!(rig.stop("symbol-value", &[fixnum(0)]), "wrong-type");
}

#[test]
fn instances() {
    let mut image = image();
    let empty = image.nil();
    // Two layouts, the second including the first.
    let no_vector = image.simple_vector(&[]);
    let object = image.instance(
        empty,
        &[empty, fixnum(2), fixnum(0), no_vector, empty, empty],
    );
    let base = image.simple_vector(&[object]);
    let p = |w: u32| w & 0x1ff_ffff;
    *image.cell(p(object) + 4) = base;
    let child = image.instance(
        empty,
        &[empty, fixnum(3), fixnum(1), no_vector, empty, empty],
    );
    let both = image.simple_vector(&[object, child]);
    *image.cell(p(child) + 4) = both;
    // The layout of layouts.
    let meta = image.instance(
        empty,
        &[empty, fixnum(6), fixnum(0), no_vector, empty, empty],
    );
    for layout in [object, child, meta] {
        *image.cell(p(layout)) = 24 << 25 | p(meta);
    }
    let mut rig = Rig::new(8, Request::default(), image);
    let f = fixnum;
    assert_eq!(
        rig.stop("%make-instance", &[object, f(3)]),
        "wrong-slot-count"
    );
    let a = rig.value("%make-instance", &[object, f(2)]);
    let b = rig.value("%make-instance", &[child, f(3)]);
    assert_eq!(rig.value("%instance-layout", &[b]), child);
    assert_eq!(rig.value("%instance-ref", &[b, f(3)]), NIL);
    assert_eq!(rig.stop("%instance-ref", &[b, f(4)]), "index-out-of-range");
    assert_eq!(rig.stop("%instance-ref", &[b, f(0)]), "index-out-of-range");
    rig.value("%instance-set", &[a, b, f(3)]);
    assert_eq!(rig.value("%instance-ref", &[b, f(3)]), a);
    assert!(truth(rig.value("%layout-typep", &[a, object])));
    assert!(!truth(rig.value("%layout-typep", &[a, child])));
    assert!(truth(rig.value("%layout-typep", &[b, object])));
    assert!(truth(rig.value("%layout-typep", &[b, child])));
    assert!(!truth(rig.value("%layout-typep", &[f(1), child])));
    assert_eq!(
        rig.stop("%set-instance-layout", &[child, a]),
        "wrong-slot-count"
    );
    rig.push(b);
    rig.run("collect");
    let b = rig.pop();
    let a = rig.value("%instance-ref", &[b, f(3)]);
    assert_eq!(rig.value("%instance-layout", &[a]), object);
    assert_eq!(rig.value("%instance-layout", &[b]), child);
}
