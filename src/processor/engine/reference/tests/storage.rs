//! Memory cycles, the map, interrupts, the macroinstruction stream.

use super::*;
use microword::{DispatchWord, Source, Transfer};

#[test]
fn read_and_write() {
    let mut bench = Bench::new(&[
        to(Destination::VmaStartWrite),
        to(Destination::VmaStartRead),
        from(Source::Md),
    ]);
    bench.state.set_m(2, 0o17);
    bench.state.set_md(1234);
    bench.steps(1);
    assert_eq!(bench.bus.bare.memory.words[0o17], 1234);
    bench.state.set_md(0);
    bench.steps(2);
    assert_eq!((bench.state.vma(), bench.state.m(3)), (0o17, 1234));
    let mut bench = Bench::new(&[to(Destination::MdStartWrite)]);
    bench.state.set_vma(0o20);
    bench.state.set_m(2, 55);
    bench.steps(1);
    assert_eq!(
        (bench.bus.bare.memory.words[0o20], bench.state.md()),
        (55, 55)
    );
}

#[test]
fn page_faults() {
    let mut bench = Bench::new(&[
        to(Destination::VmaStartRead),
        to(Destination::VmaStartWrite),
    ]);
    bench.state.set_m(2, 0o100_0000);
    bench.state.set_md(7);
    bench.steps(1);
    assert!(bench.state.page_fault);
    assert_eq!(bench.state.md(), 7, "MD stays");
    bench.state.set_m(2, 1);
    bench.steps(1);
    assert!(!bench.state.page_fault, "the next start clears the latch");
}

#[test]
fn forced_cycles() {
    let words = [
        to(Destination::VmaStartRead),
        to(Destination::VmaStartReadForce),
        to(Destination::VmaStartWriteForce),
        to(Destination::MdStartWriteForce),
    ];
    let mut bench = Bench::new(&words);
    bench.map_page(0, 0, 1 << 8 | 1 << 10);
    bench.bus.bare.memory.words[5] = 99;
    bench.state.set_m(2, 5);
    bench.steps(1);
    assert!(bench.state.page_fault);
    bench.steps(1);
    assert!(!bench.state.page_fault);
    assert_eq!(bench.state.md(), 99);
    bench.state.set_md(98);
    bench.steps(1);
    assert_eq!(bench.bus.bare.memory.words[5], 98);
    bench.steps(1);
    assert_eq!(
        (bench.bus.bare.memory.words[5], bench.state.page_fault),
        (5, false)
    );
}

#[test]
fn byte_transfers() {
    let mut bench = Bench::new(&[
        to(Destination::VmaStartRead),
        to(Destination::VmaStartWrite),
    ]);
    bench.map_page(0, 2 << 22, 3 << 8 | 1 << 11);
    bench.bus.bare.memory.words[3] = 0x4433_2211;
    bench.state.set_m(2, 3);
    bench.steps(1);
    assert_eq!(bench.state.md(), 0x0033_0000, "in its own lane");
    bench.state.set_md(0xffff_ffff);
    bench.steps(1);
    assert_eq!(bench.bus.bare.memory.words[3], 0x44ff_2211);
}

#[test]
fn bus_errors_interrupts_and_attention() {
    let mut bench = Bench::new(&[to(Destination::VmaStartRead)]);
    bench.map_page(0, 0x3000, 3 << 8);
    bench.steps(1);
    assert_eq!(
        (bench.state.md(), bench.state.lowest_interrupt()),
        (u32::MAX, Some(0))
    );

    let test = Microword::new(Opcode::Jump)
        .with_test(1)
        .with_condition(5)
        .with_jump_address(0o300);
    let words = [to(Destination::VmaStartWrite), test, nop()];
    for enabled in [false, true] {
        let mut bench = Bench::new(&words);
        bench.map_page(0, 0x400_0000 >> 10, 3 << 8);
        bench.state.set_rg_mode(u32::from(enabled) << 27 | 1 << 26);
        bench.state.set_md(0o123);
        bench.steps(3);
        assert_eq!(
            bench.state.interrupt_pointer(),
            if enabled { 0o123 } else { 0 }
        );
        assert_eq!(bench.pc(), if enabled { 0o300 } else { START + 3 });
    }
    let mut bench = Bench::new(&[to(Destination::InterruptClear)]);
    bench.state.set_interrupt_pending(7);
    bench.state.set_interrupt_pending(200);
    bench.state.set_interrupt_pointer(7);
    bench.steps(1);
    assert_eq!(bench.state.lowest_interrupt(), Some(200));

    let mut bench = Bench::new(&[to(Destination::VmaStartRead)]);
    bench.map_page(0, 0x400_0000 >> 10, 3 << 8);
    bench.state.cycles = 50;
    assert_eq!(bench.step(), Some(Stop::Attention));
    assert_eq!(
        (bench.state.md(), bench.state.cycles),
        (50, 51),
        "the bus sees the cycle before"
    );
}

#[test]
fn interrupt_test_and_sequence_break() {
    let test = Microword::new(Opcode::Jump)
        .with_test(1)
        .with_condition(6)
        .with_jump_address(0o300);
    let run = |fault: bool, sequence_break: bool, interrupt: bool, condition: u64| {
        let mut bench = Bench::new(&[test.with_condition(condition), nop()]);
        bench.state.page_fault = fault;
        bench.state.set_rg_mode(u32::from(!sequence_break) << 26);
        if interrupt {
            bench.state.set_interrupt_pending(9);
        }
        bench.steps(2);
        bench.pc() == 0o300
    };
    for bits in 0..8 {
        let (fault, sequence_break, interrupt) = (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0);
        assert_eq!(run(fault, sequence_break, interrupt, 4), !fault);
        assert_eq!(run(fault, sequence_break, interrupt, 5), fault | interrupt);
        assert_eq!(
            run(fault, sequence_break, interrupt, 6),
            fault | interrupt | sequence_break
        );
    }
}

#[test]
fn map_sources_and_destinations() {
    let words = [
        to(Destination::Level1Map),
        to(Destination::Level2Control),
        to(Destination::Level2Page),
        from(Source::Level1Map),
        from(Source::Level2Control),
        from(Source::Level2Page),
    ];
    let mut bench = Bench::new(&words);
    bench.state.set_md(0o77_000_000 | (0o400 * 5));
    bench.state.set_m(2, 0xffff_fc0a);
    bench.steps(1);
    bench.state.set_m(2, 0xffff_ffff);
    bench.steps(2);
    let mut read = || {
        bench.steps(1);
        bench.state.m(3)
    };
    assert_eq!([read(), read(), read()], [0o12, 0xffff, 0xff_ffff]);
    let (level_1, control, _) = bench.state.map.raw();
    assert_eq!((level_1[0o3740], control[0o12 << 5 | 5]), (0o12, 0xffff));
}

#[test]
fn volatility_is_latched_by_every_reference() {
    let mut bench = Bench::new(&[to(Destination::VmaStartRead), to(Destination::VmaStartRead)]);
    bench.map_page(0, 0, 3 << 8 | 2);
    bench.steps(1);
    assert_eq!(bench.state.volatility_latch, 2);
    bench.map_page(0, 0, 1);
    bench.steps(1);
    assert_eq!(
        (bench.state.volatility_latch, bench.state.page_fault),
        (1, true)
    );
}

#[test]
fn stack_window() {
    let words = [
        to(Destination::VmaStartRead),
        to(Destination::VmaStartWrite),
        to(Destination::VmaStartReadForce),
        to(Destination::VmaStartRead),
    ];
    let mut bench = Bench::new(&words);
    bench.map_page(0, 0, 1 << 8 | 1 << 10);
    bench.bus.bare.memory.words[0o40] = 7;
    bench.state.set_window_base(0o30u32.wrapping_sub(2040));
    bench.state.set_window_low(0o40);
    bench.state.set_window_high(0o50);
    bench.state.set_m(2, 0o40);
    bench.state.pdl[0] = 11;
    bench.steps(1);
    assert_eq!((bench.state.md(), bench.state.page_fault), (11, false));
    bench.state.set_md(12);
    bench.steps(1);
    assert_eq!(
        (bench.state.pdl[0], bench.bus.bare.memory.words[0o40]),
        (12, 7)
    );
    bench.steps(1);
    assert_eq!(bench.state.md(), 7, "a forced cycle goes to memory");
    bench.state.set_m(2, 0o50);
    bench.steps(1);
    assert!(
        bench.state.page_fault,
        "the window ends before its high address"
    );
}

#[test]
fn the_stream() {
    let advance = nop().with_macro_stream_advance(1);
    let load = from(Source::Md).with_source_to_macro_ir(1);
    let mut bench = Bench::new(&[advance, load, advance, load, advance, load]);
    bench.bus.bare.memory.words[2] = 0x2222_1111;
    bench.bus.bare.memory.words[3] = 0x4444_3333;
    bench.state.write_lc(8);
    bench.steps(1);
    assert_eq!(
        (bench.state.lc(), bench.state.vma(), bench.state.lc_written),
        (10, 2, false)
    );
    bench.steps(1);
    assert_eq!(bench.state.half_word(), 0x1111, "the earlier half is low");
    bench.state.page_fault = true;
    bench.state.set_md(99);
    bench.steps(1);
    assert_eq!(
        (
            bench.state.lc(),
            bench.state.suppress,
            bench.state.page_fault
        ),
        (12, true, false)
    );
    bench.steps(1);
    assert_eq!(
        (bench.state.half_word(), bench.state.suppress),
        (0x2222, false),
        "SUPPRESS kept macro-IR"
    );
    bench.steps(2);
    assert_eq!((bench.state.half_word(), bench.state.lc()), (0x3333, 14));
    // A jump to an odd half-word fetches its word, and the current half is the high one.
    bench.state.start_at(START);
    bench.state.write_lc(10);
    bench.steps(2);
    assert_eq!((bench.state.half_word(), bench.state.lc()), (0x2222, 12));
}

#[test]
fn an_advancing_instruction_reads_the_mode_before_the_advance() {
    let word = from(Source::RgMode).with_macro_stream_advance(1);
    let mut bench = Bench::new(&[word, word]);
    bench.state.write_lc(8);
    bench.steps(1);
    assert_eq!(bench.state.m(3) >> 16 & 1, 0);
    bench.steps(1);
    assert_eq!(bench.state.m(3) >> 16 & 1, 1);
}

#[test]
fn decode_memory() {
    let words = [
        to(Destination::Mid),
        from(Source::MidRam),
        from(Source::MidRamMisc),
        from(Source::MacroIrDisplacement),
    ];
    let mut bench = Bench::new(&words);
    bench.state.set_lc(2);
    bench.state.set_rg_mode(2 << 28);
    bench.state.set_m(2, 0xffff_ffff);
    bench.state.mid[0o6123] = 0o55;
    bench.state.set_macro_ir(0o115_123);
    bench.steps(4);
    assert_eq!(bench.state.mid[2 << 10 | (0o115_123) >> 6], 0xf_ffff);
    assert_eq!(bench.state.m(3), 0o23);
    bench.state.start_at(START + 2);
    bench.steps(1);
    assert_eq!(bench.state.m(3), 0o55, "source 144 looks at <13:9> alone");
}

#[test]
fn macro_ir_dispatch() {
    let go = |mode: u32, half_word: u32, index: usize, word: DispatchWord| {
        let mut bench = Bench::new(&[nop().with_macro_ir_dispatch(1), nop(), nop()]);
        bench.state.set_lc(2);
        bench.state.set_macro_ir(half_word);
        bench.state.set_rg_mode(mode | 1 << 26);
        bench.state.mid[index] = word.0;
        bench.steps(2);
        bench.state
    };
    let there = DispatchWord::new(0o500, Transfer::JumpXctNext);
    assert_eq!(go(0, 0o1234, 0o12, there).sequencer.pc, 0o500);
    assert_eq!(go(1 << 28, 0o1234, 0o2012, there).sequencer.pc, 0o500);
    assert_eq!(go(1 << 25, 0o15_123, 0o6123, there).sequencer.pc, 0o500);
    assert_eq!(go(1 << 25, 0o35_123, 0o7123, there).sequencer.pc, 0o500);
    assert_eq!(
        go(1 << 25, 0o55_123, 0o551, there).sequencer.pc,
        0o500,
        "<15:14> is not 0"
    );
    assert_eq!(
        go(0, 0o15_123, 0o151, there).sequencer.pc,
        0o500,
        "MISC decoding is off"
    );
    let state = go(0, 0o1234, 0o12, DispatchWord::new(0o500, Transfer::Jump));
    assert_eq!(
        (state.sequencer.pc, state.history.recent(0)),
        (0o500, START),
        "N inhibits the slot"
    );
    let state = go(
        0,
        0o1234,
        0o12,
        DispatchWord::new(0o500, Transfer::CallXctNext),
    );
    assert_eq!(
        (state.sequencer.pc, state.micro_stack[1]),
        (0o500, u32::from(START) + 2)
    );
    let state = go(
        0,
        0o1234,
        0o12,
        DispatchWord::new(0o500, Transfer::DropThrough),
    );
    assert_eq!(state.sequencer.pc, START + 2);

    let mut bench = Bench::new(&[nop().with_macro_ir_dispatch(1)]);
    bench.state.mid[0] = DispatchWord::new(0, Transfer::Return).0;
    assert!(matches!(
        bench.step(),
        Some(Stop::Undefined {
            address: START,
            rule: Undefined::DecodeTransfer(Transfer::Return),
            ..
        })
    ));
    bench.state.start_at(START);
    bench.state.mid[0] = 1 << 19;
    assert!(matches!(
        bench.step(),
        Some(Stop::Undefined {
            rule: Undefined::DecodeStartRead,
            ..
        })
    ));
}

/// A return that inhibits and advances: the fetch happens in the inhibited
/// cycle, and attention asked there stops at its end.
#[test]
fn attention_in_an_inhibited_cycle() {
    let mut bench = Bench::new(&[jump(0, Transfer::Return), nop()]);
    bench.map_page(0, 0x400_0000 >> 10, 3 << 8);
    bench.state.write_lc(0);
    bench.state.push_micro_stack(0o700 | 1 << 18);
    bench.steps(1);
    assert_eq!(bench.step(), Some(Stop::Attention));
    assert_eq!(
        (bench.pc(), bench.state.md(), bench.state.cycles),
        (0o700, 1, 2)
    );
}
