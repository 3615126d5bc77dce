//! The disk: an assembled microprogram and a load band as bands of it.

use diskimage::microcode::{Band, Memory};
use uasm::Object;

/// A microprogram in the form that the boot PROM loads, to begin at `start`.
pub fn microcode_band(object: &Object, start: u16) -> Vec<u8> {
    let mut band = Band {
        start,
        sections: Vec::new(),
    };
    let wide = |(address, word): (&u16, &u32)| (*address, u64::from(*word));
    band.add(
        Memory::Control,
        object.control.iter().map(|(a, w)| (*a, *w)),
    );
    band.add(Memory::Mid, object.mid.iter().map(wide));
    band.add(Memory::A, object.a_memory.iter().map(wide));
    let registers = object.m_memory.iter();
    band.add(
        Memory::M,
        registers.map(|(a, w)| (u16::from(*a), u64::from(*w))),
    );
    band.encode()
}

/// The standard disk with this microcode, its symbols, and this Lisp world (which may be
/// empty). `None` when the microcode has no label `start`.
pub fn standard(microcode: &Object, load: &[u8], version: u32) -> Option<Vec<u8>> {
    let start = microcode.symbols.labels.get("start")?;
    let band = microcode_band(microcode, start.address);
    let symbols = microcode.to_bytes();
    Some(diskimage::build(&band, &symbols, load, version))
}
