//! Jumps, calls, returns, dispatches, delay slots, POPJ-AFTER-NEXT, IMOD, control memory.

use super::*;
use microword::{DispatchWord, Source, Transfer};

const THERE: u16 = 0o500;
const ELSEWHERE: u16 = 0o600;

fn condition(code: u64) -> Microword {
    jump(THERE, Transfer::Jump).with_condition(code)
}

fn taken(word: Microword, a: u32, m: u32) -> bool {
    let mut bench = Bench::new(&[word.with_a_source(0o2000).with_m_source(2), nop()]);
    bench.state.set_a(0o2000, a);
    bench.state.set_m(2, m);
    bench.steps(2);
    bench.pc() == THERE
}

#[test]
fn conditions() {
    for (a, m) in [
        (5u32, 5u32),
        (5, 6),
        (6, 5),
        (0, u32::MAX),
        (u32::MAX, 0),
        (0x8000_0000, 0x7fff_ffff),
    ] {
        assert_eq!(taken(condition(1), a, m), (m as i32) < a as i32);
        assert_eq!(taken(condition(2), a, m), m as i32 <= a as i32);
        assert_eq!(taken(condition(3), a, m), m != a);
        assert_eq!(taken(condition(3).with_invert(1), a, m), m == a);
        assert!(taken(condition(7), a, m));
    }
    assert!(!taken(condition(0o11), 0x0a00_0001, 0x0a00_0002));
    assert!(
        !taken(condition(0o11), 0xca00_0001, 0x0a00_0002),
        "the cdr code does not count"
    );
    assert!(taken(condition(0o11), 0x0c00_0001, 0x0a00_0001));
    let bit = |rotation: u64| {
        jump(THERE, Transfer::Jump)
            .with_test(0)
            .with_condition(rotation)
    };
    assert!(taken(bit(0), 0, 1));
    assert!(taken(bit(1), 0, 0x8000_0000));
    assert!(!taken(bit(1), 0, 0x4000_0000));
    assert!(taken(bit(2), 0, 0x4000_0000));
}

#[test]
fn jumps_with_and_without_the_next() {
    let mut bench = Bench::new(&[jump(THERE, Transfer::JumpXctNext), move_m(2).with_dest_m(3)]);
    bench.state.set_m(2, 9);
    bench.steps(2);
    assert_eq!(
        (bench.pc(), bench.state.m(3), bench.state.cycles),
        (THERE, 9, 2)
    );
    let mut bench = Bench::new(&[jump(THERE, Transfer::Jump), move_m(2).with_dest_m(3)]);
    bench.state.set_m(2, 9);
    bench.steps(2);
    assert_eq!(
        (bench.pc(), bench.state.m(3), bench.state.cycles),
        (THERE, 0, 2)
    );
    assert_eq!(
        bench.state.history.pointer(),
        1,
        "an inhibited instruction is not executed"
    );
}

#[test]
fn calls_and_returns() {
    for (transfer, back) in [
        (Transfer::Call, START + 1),
        (Transfer::CallXctNext, START + 2),
    ] {
        let mut bench = Bench::new(&[jump(THERE, transfer), nop()]);
        bench.at(THERE, jump(0, Transfer::Return));
        bench.steps(2);
        assert_eq!(
            (bench.pc(), bench.state.micro_stack[1]),
            (THERE, u32::from(back))
        );
        bench.steps(2);
        assert_eq!((bench.pc(), bench.state.micro_stack_pointer), (back, 0));
    }
}

#[test]
fn call_in_a_delay_slot_returns_to_the_pending_target() {
    let mut bench = Bench::new(&[
        jump(THERE, Transfer::JumpXctNext),
        jump(ELSEWHERE, Transfer::Call),
    ]);
    bench.at(ELSEWHERE, jump(0, Transfer::Return));
    bench.steps(3);
    assert_eq!(
        (bench.pc(), bench.state.micro_stack[1]),
        (ELSEWHERE, u32::from(THERE))
    );
    bench.steps(2);
    assert_eq!(bench.pc(), THERE);
    // Calling with the next executed first: one instruction of the target, then the call.
    let mut bench = Bench::new(&[
        jump(THERE, Transfer::JumpXctNext),
        jump(ELSEWHERE, Transfer::CallXctNext),
    ]);
    bench.steps(3);
    assert_eq!(
        (bench.pc(), bench.state.micro_stack[1]),
        (ELSEWHERE, u32::from(THERE) + 1)
    );
    assert_eq!(bench.state.history.recent(0), THERE);
}

#[test]
fn transfer_in_a_delay_slot_replaces_the_pending_one() {
    let mut bench = Bench::new(&[
        jump(THERE, Transfer::JumpXctNext),
        jump(ELSEWHERE, Transfer::Jump),
    ]);
    bench.steps(3);
    assert_eq!(
        (bench.pc(), bench.state.history.recent(0)),
        (ELSEWHERE, START + 1)
    );
    let mut bench = Bench::new(&[
        jump(THERE, Transfer::JumpXctNext),
        jump(ELSEWHERE, Transfer::JumpXctNext),
    ]);
    bench.steps(3);
    assert_eq!(
        (bench.pc(), bench.state.history.recent(0)),
        (ELSEWHERE, THERE)
    );
}

#[test]
fn popj_after_next() {
    let mut bench = Bench::new(&[
        nop().with_popj_after_next(1),
        to(Destination::MicroStackPush),
    ]);
    bench.state.push_micro_stack(0o700);
    bench.state.set_m(2, 0o123);
    bench.steps(2);
    assert_eq!((bench.pc(), bench.state.micro_stack_pointer), (0o700, 1));
    assert_eq!(
        bench.state.micro_stack[1], 0o123,
        "the word was popped before the slot pushed"
    );
    // Its own push is what it pops.
    let mut bench = Bench::new(&[
        to(Destination::MicroStackPush).with_popj_after_next(1),
        nop(),
    ]);
    bench.state.set_m(2, 0o123);
    bench.steps(2);
    assert_eq!((bench.pc(), bench.state.micro_stack_pointer), (0o123, 0));
}

#[test]
fn a_taken_transfer_cancels_popj_and_a_drop_through_does_not() {
    let mut bench = Bench::new(&[jump(THERE, Transfer::Jump).with_popj_after_next(1), nop()]);
    bench.state.push_micro_stack(0o700);
    bench.steps(2);
    assert_eq!((bench.pc(), bench.state.micro_stack_pointer), (THERE, 1));
    let not_taken = jump(THERE, Transfer::Jump)
        .with_invert(1)
        .with_popj_after_next(1);
    let mut bench = Bench::new(&[not_taken, nop()]);
    bench.state.push_micro_stack(0o700);
    bench.steps(2);
    assert_eq!((bench.pc(), bench.state.micro_stack_pointer), (0o700, 0));
    for transfer in [Transfer::DropThrough, Transfer::DropThroughInhibit] {
        let dispatch = Microword::new(Opcode::Dispatch)
            .with_a_source(0o2000)
            .with_popj_after_next(1);
        let mut bench = Bench::new(&[dispatch, move_m(2).with_dest_m(3)]);
        bench.state.set_a(0o2000, DispatchWord::new(0, transfer).0);
        bench.state.set_m(2, 4);
        bench.state.push_micro_stack(0o700);
        bench.steps(2);
        assert_eq!(
            (bench.pc(), bench.state.m(3)),
            (
                0o700,
                if transfer == Transfer::DropThrough {
                    4
                } else {
                    0
                }
            )
        );
    }
}

#[test]
fn tail_call_pushes_the_popped_word_back() {
    for flag in [0, 1 << 18] {
        let mut bench = Bench::new(&[nop().with_popj_after_next(1), jump(THERE, Transfer::Call)]);
        bench.at(THERE, jump(0, Transfer::Return));
        bench.state.write_lc(8);
        bench.state.push_micro_stack(0o700 | flag);
        bench.steps(3);
        assert_eq!(
            (bench.pc(), bench.state.micro_stack[1]),
            (THERE, 0o700 | flag)
        );
        assert_eq!(bench.state.lc(), 8, "the stream does not advance");
        bench.steps(2);
        assert_eq!(
            (bench.pc(), bench.state.lc()),
            (0o700, if flag != 0 { 10 } else { 8 })
        );
    }
}

#[test]
fn flagged_returns_advance_the_stream_after_the_slot() {
    let slot = from(Source::Lc);
    for word in [
        jump(0, Transfer::ReturnXctNext),
        nop().with_popj_after_next(1),
    ] {
        let mut bench = Bench::new(&[word, slot]);
        bench.bus.bare.memory.words[2] = 77;
        bench.state.write_lc(8);
        bench.state.push_micro_stack(0o700 | 1 << 18);
        bench.steps(1);
        assert_eq!(bench.state.lc(), 8);
        bench.steps(1);
        assert_eq!(
            (
                bench.state.m(3),
                bench.state.lc(),
                bench.state.md(),
                bench.pc()
            ),
            (8, 10, 77, 0o700)
        );
    }
    let mut bench = Bench::new(&[jump(0, Transfer::Return), slot]);
    bench.state.write_lc(8);
    bench.state.push_micro_stack(0o700 | 1 << 18);
    bench.steps(2);
    assert_eq!(
        (bench.state.m(3), bench.state.lc(), bench.pc()),
        (0, 10, 0o700)
    );
    // A jump in the slot that inhibits the target replaces the return and its advance.
    let mut bench = Bench::new(&[
        jump(0, Transfer::ReturnXctNext),
        jump(THERE, Transfer::Jump),
    ]);
    bench.state.write_lc(8);
    bench.state.push_micro_stack(0o700 | 1 << 18);
    bench.steps(3);
    assert_eq!((bench.state.lc(), bench.pc()), (8, THERE));
}

fn dispatch(length: u64, position: u64) -> Microword {
    Microword::new(Opcode::Dispatch)
        .with_a_source(0o2000)
        .with_m_source(2)
        .with_dispatch_length(length)
        .with_dispatch_position(position)
        .with_constant(0o1234)
}

#[test]
fn dispatches() {
    let word = dispatch(3, 32 - 4);
    let go = |word: Microword, entry: DispatchWord| {
        let mut bench = Bench::new(&[word, move_m(2).with_dest_m(3)]);
        bench.state.set_m(2, 0o7_5_7 << 1);
        let index = (0o7_5_7u32 << 1 >> 4) & 7;
        bench.state.set_a(0o2000 | index, entry.0);
        bench.state.push_micro_stack(0o700);
        bench.steps(2);
        bench.state
    };
    let state = go(word, DispatchWord::new(THERE, Transfer::JumpXctNext));
    assert_eq!((state.sequencer.pc, state.m(3)), (THERE, 0o1736));
    assert_eq!(state.dispatch_constant(), 0o1234);
    let state = go(word, DispatchWord::new(THERE, Transfer::Jump));
    assert_eq!((state.sequencer.pc, state.m(3)), (THERE, 0));
    let state = go(word, DispatchWord::new(THERE, Transfer::Call));
    assert_eq!(
        (state.sequencer.pc, state.micro_stack[2]),
        (THERE, u32::from(START) + 1)
    );
    let state = go(word.with_lpc(1), DispatchWord::new(THERE, Transfer::Call));
    assert_eq!(
        state.micro_stack[2],
        u32::from(START),
        "LPC pushes its own address"
    );
    let state = go(word, DispatchWord::new(THERE, Transfer::CallXctNext));
    assert_eq!(state.micro_stack[2], u32::from(START) + 2);
    let state = go(word, DispatchWord::new(THERE, Transfer::Return));
    assert_eq!((state.sequencer.pc, state.m(3)), (0o700, 0));
    let state = go(word, DispatchWord::new(THERE, Transfer::ReturnXctNext));
    assert_eq!((state.sequencer.pc, state.m(3)), (0o700, 0o1736));
    let state = go(word, DispatchWord::new(THERE, Transfer::DropThrough));
    assert_eq!((state.sequencer.pc, state.m(3)), (START + 2, 0o1736));
    let state = go(word, DispatchWord::new(THERE, Transfer::DropThroughInhibit));
    assert_eq!((state.sequencer.pc, state.m(3)), (START + 2, 0));
    let state = go(
        word.with_write_vma(1),
        DispatchWord::new(THERE, Transfer::Jump),
    );
    assert_eq!((state.vma(), state.page_fault), (0o1736, false));
    let state = go(
        word,
        DispatchWord::new(THERE, Transfer::Jump).with_start_read(),
    );
    assert_eq!((state.vma(), state.page_fault), (0o1736, true));
}

#[test]
fn meta_dispatches() {
    let table = [
        DispatchWord::new(THERE, Transfer::Jump).0,
        DispatchWord::new(ELSEWHERE, Transfer::Jump).0,
    ];
    let go = |word: Microword, control: u32, level_1: u32, latched: u8| {
        let mut bench = Bench::new(&[word.with_dispatch_length(0), nop()]);
        bench.map_page(0, 0, control);
        bench.state.map.set_level_1(0, level_1);
        bench.state.set_a(0o2000, table[0]);
        bench.state.set_a(0o2001, table[1]);
        bench.state.volatility_latch = latched;
        bench.steps(2);
        bench.pc()
    };
    let from_space = dispatch(0, 0).with_meta_from_space(1);
    assert_eq!(go(from_space, 3 << 8 | 1 << 5, 1, 0), ELSEWHERE);
    assert_eq!(go(from_space, 3 << 8, 1, 0), THERE);
    assert_eq!(go(from_space, 1 << 5, 1, 0), THERE, "access 0 traps");
    assert_eq!(
        go(from_space, 3 << 8 | 1 << 5, 1 | 1 << 9, 0),
        THERE,
        "an invalid entry traps"
    );
    let volatility = dispatch(0, 0).with_meta_volatility(1);
    assert_eq!(go(volatility, 3 << 8, 1 | 1 << 7, 2), ELSEWHERE);
    assert_eq!(go(volatility, 3 << 8, 1 | 1 << 7, 3), THERE);
    assert_eq!(go(volatility, 3 << 8, 1 | 3 << 7, 0), ELSEWHERE);
    assert_eq!(go(volatility, 0, 1, 0), THERE);
}

#[test]
fn what_depends_on_place_or_memory_is_undefined_before_it_happens() {
    let word = dispatch(0, 0)
        .with_lpc(1)
        .with_m_source(Source::PdlPop.code());
    let mut bench = Bench::new(&[word]);
    bench
        .state
        .set_a(0o2000, DispatchWord::new(0, Transfer::CallXctNext).0);
    let before = bench.state.clone();
    assert_eq!(
        bench.step(),
        Some(Stop::Undefined {
            address: START,
            word,
            rule: Undefined::LpcCallXctNext
        })
    );
    assert!(bench.state == before);
    let mut bench = Bench::new(&[nop().with_popj_after_next(1), word]);
    bench.steps(1);
    assert_eq!(
        bench.step(),
        Some(Stop::Undefined {
            address: START + 1,
            word,
            rule: Undefined::LpcInPopjSlot
        })
    );
}

#[test]
fn undefined_words_stop_unexecuted_and_inhibited_ones_do_not() {
    let bad = nop().with_misc(1);
    let mut bench = Bench::new(&[jump(START + 2, Transfer::Jump), bad, bad]);
    bench.steps(2);
    let before = bench.state.clone();
    let stop = ReferenceEngine::default().run(&mut bench.state, &mut bench.bus, 100);
    assert_eq!(
        stop,
        Stop::Undefined {
            address: START + 2,
            word: bad,
            rule: Undefined::Reserved("MISC")
        }
    );
    assert!(bench.state == before);
}

#[test]
fn imod_is_ored_into_the_next_executed() {
    // The next executed is at START + 3: the one between is inhibited.
    let words = [
        to(Destination::ImodLow),
        jump(START + 3, Transfer::Jump),
        move_m(2).with_dest_m(5),
        move_m(2).with_dest_m(4),
        move_m(2).with_dest_m(4),
    ];
    let mut bench = Bench::new(&words);
    bench.state.set_m(2, 1 << 14);
    bench.steps(1);
    // The JUMP takes it: its address gets bit 0 of the field, START + 3 is odd already.
    assert_eq!(bench.state.imod, 1 << 14);
    bench.steps(2);
    assert_eq!((bench.pc(), bench.state.imod), (START + 3, 0));
    let mut bench = Bench::new(&[
        to(Destination::ImodLow),
        move_m(2).with_dest_m(4),
        move_m(2).with_dest_m(4),
    ]);
    bench.state.set_m(2, 1 << 14);
    bench.steps(3);
    assert_eq!((bench.state.m(5), bench.state.m(4)), (1 << 14, 1 << 14));
    let mut bench = Bench::new(&[to(Destination::ImodHigh), nop()]);
    bench.state.set_m(2, 1 << (59 - 32));
    bench.steps(1);
    assert_eq!(bench.step(), Some(Stop::Halt { address: START + 1 }));
}

#[test]
fn control_memory_is_written_at_the_pending_address() {
    let call = jump(THERE, Transfer::CallXctNext);
    let mut bench = Bench::new(&[
        call,
        to(Destination::CramLow).with_popj_after_next(1),
        nop(),
    ]);
    bench.state.control.store(THERE, 0xffff_ffff_0000_0000);
    bench.state.set_m(2, 0o4321);
    bench.steps(2);
    assert_eq!(
        bench.state.control.fetch(THERE),
        0xffff_ffff_0000_0000 | 0o4321
    );
    assert_eq!(
        (
            bench.pc(),
            bench.state.cycles,
            bench.state.micro_stack_pointer
        ),
        (START + 2, 3, 0)
    );
    // Without POPJ-AFTER-NEXT the word written is executed next.
    let mut bench = Bench::new(&[to(Destination::CramHigh), Microword(5)]);
    bench.state.set_m(2, 0o77);
    bench.steps(1);
    assert_eq!(bench.state.control.fetch(START + 1), 0o77 << 32 | 5);
    assert_eq!((bench.pc(), bench.state.cycles), (START + 1, 2));
}

#[test]
fn control_memory_map() {
    let mut bench = Bench::new(&[jump(THERE, Transfer::JumpXctNext), to(Destination::CramMap)]);
    bench.at(ELSEWHERE, from(Source::CramMap));
    bench.state.set_m(2, u32::from(ELSEWHERE) >> 4);
    bench.steps(3);
    assert_eq!(bench.state.m(3), u32::from(ELSEWHERE) >> 4);
    assert_eq!(
        (bench.pc(), bench.state.history.recent(0)),
        (THERE + 1, THERE)
    );
}

#[test]
fn costs() {
    let mut bench = Bench::new(&[
        nop().with_ilong(1),
        nop().with_slow_dest(1),
        to(Destination::CramMap),
    ]);
    bench.state.set_m(2, u32::from(START) >> 4);
    bench.steps(1);
    assert_eq!(bench.state.cycles, 2);
    bench.steps(1);
    assert_eq!(bench.state.cycles, 4);
    bench.steps(1);
    assert_eq!(bench.state.cycles, 6);
}

#[test]
fn runs_stop_where_they_are_told() {
    let mut bench = Bench::new(&[
        nop(),
        nop().with_ilong(1),
        nop().with_halt(1),
        jump(START, Transfer::Jump),
    ]);
    let mut engine = ReferenceEngine::default();
    assert_eq!(
        engine.run(&mut bench.state, &mut bench.bus, 2),
        Stop::Budget
    );
    assert_eq!((bench.pc(), bench.state.cycles), (START + 2, 3));
    assert_eq!(
        engine.run(&mut bench.state, &mut bench.bus, 100),
        Stop::Halt { address: START + 2 }
    );
    let mut breakpoints = Breakpoints::default();
    breakpoints.insert(START + 1);
    breakpoints.insert(START + 3);
    engine.set_breakpoints(breakpoints);
    assert_eq!(
        engine.run(&mut bench.state, &mut bench.bus, 100),
        Stop::Breakpoint { address: START + 1 }
    );
    assert_eq!(
        bench.state.history.recent(1),
        START + 3,
        "not at the first instruction of a run"
    );
}
