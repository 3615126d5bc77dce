//! Arithmetic, bytes, sources and destinations.

use super::*;
use microword::{ALU_FUNCTIONS, AluFunction, Source};

const A: u64 = 0o2000;

/// Execute an ALU word on A[2000] = a, M[2] = m; the result is in M[3].
fn alu_on(word: Microword, a: u32, m: u32, q: u32) -> State {
    let mut bench = Bench::new(&[word.with_a_source(A).with_m_source(2).with_dest_m(3)]);
    bench.state.set_a(A as u32, a);
    bench.state.set_m(2, m);
    bench.state.set_q(q);
    bench.steps(1);
    bench.state
}

fn function(f: AluFunction) -> Microword {
    Microword::new(Opcode::Alu)
        .with_function_bits(f.code())
        .with_output_bits(1)
}

#[test]
fn logical_functions_by_truth_table() {
    let (a, m) = (0b0011u32, 0b0101u32);
    let expect = |f: AluFunction| -> Option<u32> {
        Some(match f {
            AluFunction::Setz => 0,
            AluFunction::And => m & a,
            AluFunction::Andca => m & !a,
            AluFunction::Setm => m,
            AluFunction::Andcm => !m & a,
            AluFunction::Seta => a,
            AluFunction::Xor => m ^ a,
            AluFunction::Ior => m | a,
            AluFunction::Andcb => !m & !a,
            AluFunction::Eqv => !(m ^ a),
            AluFunction::Setca => !a,
            AluFunction::Orca => m | !a,
            AluFunction::Setcm => !m,
            AluFunction::Orcm => !m | a,
            AluFunction::Orcb => !m | !a,
            AluFunction::Seto => u32::MAX,
            _ => return None,
        })
    };
    for f in ALU_FUNCTIONS {
        if let Some(value) = expect(*f) {
            assert_eq!(alu_on(function(*f), a, m, 0).m(3), value, "{}", f.name());
        }
    }
}

#[test]
fn adder() {
    assert_eq!(alu_on(function(AluFunction::Add), 5, 7, 0).m(3), 12);
    assert_eq!(
        alu_on(function(AluFunction::Add).with_carry(1), 5, 7, 0).m(3),
        13
    );
    assert_eq!(alu_on(function(AluFunction::Sub), 5, 7, 0).m(3), 1);
    assert_eq!(
        alu_on(function(AluFunction::Sub).with_carry(1), 5, 7, 0).m(3),
        2
    );
    assert_eq!(
        alu_on(function(AluFunction::MPlus).with_carry(1), 5, 7, 0).m(3),
        8
    );
    assert_eq!(
        alu_on(function(AluFunction::MPlusM).with_carry(1), 5, 7, 0).m(3),
        15
    );
}

#[test]
fn output_selectors() {
    let add = function(AluFunction::Add);
    // 33 bits: the sum of two large numbers keeps its sign in bit 32.
    assert_eq!(
        alu_on(add.with_output_bits(2), 0x7fff_ffff, 0x7fff_ffff, 0).m(3),
        0x7fff_ffff
    );
    assert_eq!(
        alu_on(add.with_output_bits(2), 0x8000_0000, 0x8000_0000, 0).m(3),
        0x8000_0000
    );
    let setm = function(AluFunction::Setm);
    assert_eq!(
        alu_on(setm.with_output_bits(2), 0, 0x8000_0001, 0).m(3),
        0xc000_0000
    );
    assert_eq!(
        alu_on(setm.with_output_bits(3), 0, 0x0100_0000, 0).m(3),
        0xff00_0000
    );
    assert_eq!(alu_on(setm.with_output_bits(3), 0, 0xfe00_0001, 0).m(3), 1);
    assert_eq!(
        alu_on(setm.with_output_bits(5), 0, 0xffff_ffff, 0).m(3),
        0x7ff
    );
    assert_eq!(
        alu_on(setm.with_output_bits(6), 0, 0x8000_0001, 0x8000_0000).m(3),
        3
    );
    assert_eq!(
        alu_on(setm.with_output_bits(7), 0, 0x8000_0003, 0).m(3),
        0xc000_0001
    );
}

#[test]
fn mask_takes_the_tag_from_a() {
    let word = function(AluFunction::Setm).with_mask(1);
    let state = alu_on(word.with_q_control_bits(3), 0xaa00_0005, 0x55ff_ffff, 0);
    assert_eq!(state.m(3), 0xabff_ffff);
    assert_eq!(state.q(), 0x55ff_ffff, "Q sees the unmasked ALU");
    assert_eq!(
        alu_on(word.with_output_bits(0), 0xaa00_0005, 0x55ff_ffff, 0).m(3),
        0xabff_ffff
    );
    assert_eq!(
        alu_on(word.with_output_bits(5), 0xaa00_0005, 0x55ff_ffff, 0).m(3),
        0x7ff
    );
}

#[test]
fn q_controls() {
    let setm = function(AluFunction::Setm);
    assert_eq!(alu_on(setm, 0, 9, 7).q(), 7);
    assert_eq!(
        alu_on(setm.with_q_control_bits(1), 0, 9, 7).q(),
        15,
        "not ALU<31> enters"
    );
    assert_eq!(
        alu_on(setm.with_q_control_bits(1), 0, 0x8000_0000, 7).q(),
        14
    );
    assert_eq!(
        alu_on(setm.with_q_control_bits(2), 0, 9, 7).q(),
        0x8000_0003,
        "ALU<0> enters"
    );
    assert_eq!(alu_on(setm.with_q_control_bits(3), 0, 9, 7).q(), 9);
}

#[test]
fn multiplication_by_steps() {
    for (x, y) in [
        (7u32, 9u32),
        (0x12345, 0x6789a),
        (0xffff_ffff, 5),
        (3, 0x7fff_ffff),
        (0, 0),
    ] {
        let step = function(AluFunction::Mstep)
            .with_output_bits(2)
            .with_q_control_bits(2);
        let mut bench = Bench::new(&[step.with_a_source(A).with_m_source(2).with_dest_m(2); 32]);
        bench.state.set_a(A as u32, x);
        bench.state.set_q(y);
        bench.steps(32);
        let product = i64::from(bench.state.m(2) as i32) << 32 | i64::from(bench.state.q());
        assert_eq!(product, i64::from(x as i32) * i64::from(y), "{x} * {y}");
    }
}

#[test]
fn division_by_steps() {
    for (dividend, divisor) in [
        (100u32, 7i32),
        (100, -7),
        (0x7fff_ffff, 10),
        (5, 9),
        (0, 3),
        (81, 9),
    ] {
        let divide = |f: AluFunction, output: u64| {
            function(f)
                .with_output_bits(output)
                .with_q_control_bits(1)
                .with_a_source(A)
                .with_m_source(2)
                .with_dest_m(2)
        };
        let mut words = vec![divide(AluFunction::Dfstep, 6)];
        words.extend([divide(AluFunction::Dstep, 6); 31]);
        words.push(divide(AluFunction::Dstep, 1));
        words.push(
            function(AluFunction::Rstep)
                .with_a_source(A)
                .with_m_source(2)
                .with_dest_m(2),
        );
        let mut bench = Bench::new(&words);
        bench.state.set_a(A as u32, divisor as u32);
        bench.state.set_q(dividend);
        bench.steps(33);
        assert_eq!(
            bench.state.q(),
            dividend / divisor.unsigned_abs(),
            "{dividend} / {divisor}"
        );
        bench.steps(1);
        assert_eq!(
            bench.state.m(2),
            dividend % divisor.unsigned_abs(),
            "{dividend} rem {divisor}"
        );
        assert_eq!(bench.state.dp_mode() & 0x80 != 0, divisor < 0);
    }
}

#[test]
fn bytes() {
    let on = |word: Microword, a: u32, m: u32| {
        let mut bench = Bench::new(&[word.with_a_source(A).with_m_source(2).with_dest_m(3)]);
        bench.state.set_a(A as u32, a);
        bench.state.set_m(2, m);
        bench.steps(1);
        bench.state.m(3)
    };
    let word = Microword::new(Opcode::Byte);
    let ldb = |position: u64, width: u64| {
        word.with_rotate_source(1)
            .with_byte_position((32 - position) % 32)
            .with_byte_length(width - 1)
    };
    let dpb = |position: u64, width: u64| {
        word.with_rotate_source(1)
            .with_rotate_mask(1)
            .with_byte_position(position)
            .with_byte_length(width - 1)
    };
    assert_eq!(on(ldb(8, 8), 0, 0x1234_5678), 0x56);
    assert_eq!(on(ldb(0, 4), 0xffff_fff0, 0x1234_5678), 0xffff_fff8);
    assert_eq!(on(ldb(0, 32), 5, 0x1234_5678), 0x1234_5678);
    assert_eq!(on(dpb(8, 8), 0x1111_1111, 0x1234_5678), 0x1111_7811);
    assert_eq!(on(dpb(25, 5), 0, 0x1f), 0x1f << 25);
    let selective = word
        .with_rotate_mask(1)
        .with_byte_position(8)
        .with_byte_length(7);
    assert_eq!(on(selective, 0x1111_1111, 0x1234_5678), 0x1111_5611);
    assert_eq!(
        on(dpb(28, 8), 0x1111_1111, 0xff),
        0x1111_1111,
        "left < right: empty mask"
    );
    assert_eq!(
        on(selective.with_byte_position(40), 7, u32::MAX),
        7,
        "right edge beyond the word: empty mask"
    );
}

#[test]
fn m_is_written_in_a_too_and_a_is_not_in_m() {
    let mut bench = Bench::new(&[
        move_m(2).with_dest_m(5),
        move_m(2).with_dest_a(1).with_dest_a_address(6),
    ]);
    bench.state.set_m(2, 77);
    bench.steps(2);
    assert_eq!((bench.state.m(5), bench.state.a(5)), (77, 77));
    assert_eq!((bench.state.m(6), bench.state.a(6)), (0, 77));
}

#[test]
fn no_op_clears_the_garbage_location() {
    let mut bench = Bench::new(&[nop()]);
    bench.state.set_m(0, 9);
    bench.steps(1);
    assert_eq!(
        (bench.state.m(0), bench.state.a(0), bench.state.cycles),
        (0, 0, 1)
    );
}

#[test]
fn pdl_buffer() {
    let mut bench = Bench::new(&[
        to(Destination::PdlPush),
        to(Destination::PdlPush),
        from(Source::PdlPop),
    ]);
    bench.state.set_m(2, 42);
    bench.state.set_pp(2046);
    bench.steps(1);
    assert_eq!((bench.state.pp(), bench.state.pdl[2047]), (2047, 42));
    bench.state.set_m(2, 43);
    bench.steps(1);
    assert_eq!(
        (bench.state.pp(), bench.state.pdl[0]),
        (0, 43),
        "the pointer wraps"
    );
    bench.steps(1);
    assert_eq!((bench.state.pp(), bench.state.m(3)), (2047, 43));
}

#[test]
fn pdl_index() {
    let words = [
        to(Destination::PdlIndex),
        to(Destination::PdlIndexIncrement),
        to(Destination::PdlIndexDecrement),
        to(Destination::PdlAtIndex),
        from(Source::PdlAtIndex),
        to(Destination::PdlTop),
        from(Source::PdlTop),
    ];
    let mut bench = Bench::new(&words);
    bench.state.set_m(2, 0xffff_f800);
    bench.steps(1);
    assert_eq!(bench.state.pi(), 0, "11 bits");
    bench.steps(1);
    assert_eq!((bench.state.pi(), bench.state.pdl[1]), (1, 0xffff_f800));
    bench.state.set_m(2, 5);
    bench.steps(1);
    assert_eq!((bench.state.pi(), bench.state.pdl[0]), (0, 5));
    bench.state.set_m(2, 6);
    bench.steps(2);
    assert_eq!((bench.state.pdl[0], bench.state.m(3)), (6, 6));
    bench.state.set_pp(9);
    bench.state.set_m(2, 8);
    bench.steps(2);
    assert_eq!((bench.state.pdl[9], bench.state.m(3)), (8, 8));
}

#[test]
fn pdl_off_uses_m_memory_and_leaves_a_alone() {
    let mut bench = Bench::new(&[to(Destination::PdlPush), from(Source::PdlTop)]);
    bench.state.write_dp_mode(0);
    bench.state.set_m(2, 5);
    bench.state.set_pp(0o10);
    bench.steps(2);
    assert_eq!(
        (
            bench.state.m(0o11),
            bench.state.a(0o11),
            bench.state.pdl[0o11]
        ),
        (5, 0, 0)
    );
    assert_eq!(bench.state.m(3), 5);
    bench.state.set_pp(0o500);
    bench.state.start_at(START);
    bench.steps(2);
    assert_eq!(bench.state.pdl_word(0o501), 5, "beyond M memory");
}

#[test]
fn micro_stack_by_hand() {
    let words = [
        to(Destination::MicroStackPush),
        from(Source::MicroStack),
        from(Source::MicroStackPop),
    ];
    let mut bench = Bench::new(&words);
    bench.state.micro_stack_pointer = 255;
    bench.state.set_m(2, 0xffff_ffff);
    bench.steps(2);
    assert_eq!(
        (bench.state.micro_stack_pointer, bench.state.m(3)),
        (0, 0x7_ffff)
    );
    bench.steps(1);
    assert_eq!(
        (bench.state.micro_stack_pointer, bench.state.m(3)),
        (255, 0x7_ffff)
    );
}

#[test]
fn plain_registers() {
    for (destination, source, value, read) in [
        (Destination::Vma, Source::Vma, u32::MAX, u32::MAX),
        (Destination::Md, Source::Md, u32::MAX, u32::MAX),
        (Destination::Lc, Source::Lc, u32::MAX, 0x7ff_fffe),
        (Destination::PdlPointer, Source::PdlPointer, u32::MAX, 0x7ff),
        (Destination::PdlIndex, Source::PdlIndex, u32::MAX, 0x7ff),
        (Destination::DpMode, Source::DpMode, u32::MAX, 0x3f),
        (
            Destination::StatCounter,
            Source::StatCounter,
            u32::MAX,
            u32::MAX,
        ),
        (Destination::StatCounterAux, Source::StatCounterAux, 5, 5),
        (
            Destination::Multiplier,
            Source::Product,
            0xffff_fffe,
            0xffff * 0xfffe,
        ),
        (
            Destination::WindowBase,
            Source::WindowBase,
            u32::MAX,
            0x1ff_ffff,
        ),
        (
            Destination::WindowLow,
            Source::WindowLow,
            u32::MAX,
            0x1ff_ffff,
        ),
        (
            Destination::WindowHigh,
            Source::WindowHigh,
            u32::MAX,
            0x3ff_ffff,
        ),
    ] {
        let mut bench = Bench::new(&[to(destination), from(source)]);
        bench.state.set_m(2, value);
        bench.steps(2);
        assert_eq!(bench.state.m(3), read, "{}", source.name());
    }
}

#[test]
fn mode_register() {
    let mut bench = Bench::new(&[to(Destination::RgMode), from(Source::RgMode)]);
    assert_eq!(
        bench.state.rg_mode(),
        1 << 26,
        "reset: no sequence break, half-word to be fetched"
    );
    bench.state.set_rg_mode_stored(3 << 12);
    bench.state.set_m(2, u32::MAX);
    bench.steps(2);
    assert_eq!(bench.state.m(3), 0xfff0_3fff);
    bench.state.set_lc(6);
    assert_eq!(bench.state.rg_mode() >> 16 & 1, 1, "the half-word is there");
    bench.state.write_lc(6);
    assert_eq!(bench.state.rg_mode() >> 16 & 1, 0, "LC was written");
}

#[test]
fn accelerator_and_cycle_counter() {
    let words = [
        to(Destination::AcceleratorXLow),
        to(Destination::AcceleratorXHigh),
        to(Destination::AcceleratorYLow),
        to(Destination::AcceleratorYHigh),
        to(Destination::AcceleratorOperation),
        from(Source::AcceleratorLow),
        from(Source::AcceleratorStatus),
        from(Source::CycleLow),
        from(Source::CycleHigh),
        from(Source::BoardsPresent),
    ];
    let mut bench = Bench::new(&words);
    bench.state.set_m(2, 6);
    bench.steps(4);
    assert_eq!(
        (bench.state.accelerator.x, bench.state.accelerator.y),
        (6 << 32 | 6, 6 << 32 | 6)
    );
    bench.state.set_m(2, 0);
    bench.steps(2);
    assert_eq!(bench.state.m(3), 36);
    bench.state.cycles = 5 << 32 | 7;
    bench.steps(2);
    assert_eq!(bench.state.m(3), 8);
    bench.steps(1);
    assert_eq!(bench.state.m(3), 5);
    bench.steps(1);
    assert_eq!(bench.state.m(3), 7);
}

#[test]
fn statistics_counters() {
    let count = |mode: u32, word: Microword| {
        let mut bench = Bench::new(&[word, nop()]);
        bench.state.set_rg_mode(mode | mode << 20);
        bench.state.set_m(2, 0);
        bench.steps(2);
        (bench.state.stat(), bench.state.stat_aux())
    };
    assert_eq!(count(0, nop().with_stat(1)), (1, 1));
    assert_eq!(count(0, nop()), (0, 0));
    assert_eq!(count(1, to(Destination::VmaStartRead)), (1, 1));
    assert_eq!(count(3, nop().with_macro_stream_advance(1)), (1, 1));
    assert_eq!(count(7, nop()), (2, 2));
    assert_eq!(count(2, nop().with_stat(1)), (0, 0));
    let mut bench = Bench::new(&[nop().with_ilong(1).with_slow_dest(1); 10]);
    bench.state.set_rg_mode(6 | 6 << 20);
    bench.steps(10);
    assert_eq!(
        (
            bench.state.stat(),
            bench.state.stat_aux(),
            bench.state.cycles
        ),
        (0, 6, 30)
    );
}
