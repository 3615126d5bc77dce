//! Microinstructions a second of both engines.
//!
//! `cargo bench --bench engine` runs microprograms made by hand from the tables
//! of the microinstruction and prints a line for each engine. The mixed loop
//! has what microcode has: arithmetic, bytes, type checks, dispatches, the
//! transporter's meta dispatch, memory reads and writes with their page-fault
//! tests, calls, returns and the PDL buffer.

use microword::{
    AluFunction, Destination, DispatchWord, JumpCondition, Microword, Opcode, Source, Transfer,
};
use runlight::bus::BareBus;
use runlight::processor::{EngineKind, ProcessorConfig, State, Stop};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// A microprogram under construction.
struct Program {
    words: Vec<Microword>,
}

impl Program {
    fn here(&self) -> u64 {
        self.words.len() as u64
    }

    fn put(&mut self, word: Microword) -> u64 {
        self.words.push(word);
        self.here() - 1
    }

    fn jump_to(&mut self, place: u64, target: u64) {
        self.words[place as usize] = self.words[place as usize].with_jump_address(target);
    }
}

fn alu(function: AluFunction, m: u64, a: u64) -> Microword {
    Microword::new(Opcode::Alu)
        .with_function_bits(function.code())
        .with_output_bits(1)
        .with_m_source(m)
        .with_a_source(a)
}

fn jump(condition: JumpCondition, m: u64, a: u64, transfer: Transfer) -> Microword {
    Microword::new(Opcode::Jump)
        .with_test(1)
        .with_condition(condition.code())
        .with_m_source(m)
        .with_a_source(a)
        .with_jump_transfer_bits(transfer.bits())
}

fn ldb(m: u64, position: u64, width: u64, a: u64) -> Microword {
    Microword::new(Opcode::Byte)
        .with_rotate_source(1)
        .with_byte_position((32 - position) % 32)
        .with_byte_length(width - 1)
        .with_m_source(m)
        .with_a_source(a)
}

const COUNT: u64 = 1;
const TEMPORARY: u64 = 2;
const POINTER: u64 = 3;
const SUM: u64 = 4;
const ZERO: u64 = 0o1000;
const STEP: u64 = 0o1001;
const LIMIT: u64 = 0o1002;
const FIXNUM: u64 = 0o1003;
const TYPES: u64 = 0o1100;
const TRANSPORT: u64 = 0o1200;

/// Walk a circular list, count its fixnums in a subroutine, write one word back each time round.
fn mixed_loop() -> (State, BareBus) {
    let mut program = Program { words: Vec::new() };
    let p = &mut program;
    let top = p.here();
    p.put(
        alu(AluFunction::Setm, POINTER, ZERO)
            .with_dest_functional(Destination::VmaStartRead.code()),
    );
    let fault = p.put(jump(JumpCondition::NoPageFault, 0, 0, Transfer::Jump).with_invert(1));
    let transport = Microword::new(Opcode::Dispatch)
        .with_meta_from_space(1)
        .with_m_source(Source::Md.code());
    p.put(
        transport
            .with_a_source(TRANSPORT)
            .with_dispatch_position(32 - 25)
            .with_dispatch_length(5),
    );
    p.put(
        alu(AluFunction::Setm, Source::Md.code(), ZERO)
            .with_dest_functional(Destination::PdlPush.code()),
    );
    let call = p.put(jump(JumpCondition::Always, 0, 0, Transfer::CallXctNext));
    p.put(ldb(Source::Md.code(), 0, 10, ZERO).with_dest_m(TEMPORARY));
    // Back here: M[TEMPORARY] is the number, the PDL is popped.
    p.put(
        alu(AluFunction::Add, SUM, TEMPORARY)
            .with_mask(1)
            .with_dest_m(SUM),
    );
    p.put(alu(AluFunction::Add, POINTER, STEP).with_dest_m(POINTER));
    let wrap = p.put(jump(JumpCondition::Less, POINTER, LIMIT, Transfer::Jump));
    p.put(alu(AluFunction::Setm, SUM, ZERO).with_dest_functional(Destination::Md.code()));
    p.put(alu(AluFunction::Seta, 0, LIMIT).with_dest_functional(Destination::VmaStartWrite.code()));
    let write_fault = p.put(jump(JumpCondition::NoPageFault, 0, 0, Transfer::Jump).with_invert(1));
    p.put(alu(AluFunction::Seta, 0, ZERO).with_dest_m(POINTER));
    let wrapped = p.here();
    p.put(alu(AluFunction::Sub, COUNT, ZERO).with_dest_m(COUNT));
    let again = p.put(jump(JumpCondition::Less, COUNT, ZERO, Transfer::JumpXctNext).with_invert(1));
    p.put(alu(AluFunction::Xor, SUM, COUNT).with_dest_m(SUM));
    let halt = p.put(Microword::NO_OP.with_halt(1));
    // The subroutine: dispatch on the type of the top of the PDL.
    let subroutine = p.here();
    let dispatch = Microword::new(Opcode::Dispatch)
        .with_m_source(Source::PdlTop.code())
        .with_a_source(TYPES);
    p.put(
        dispatch
            .with_dispatch_position(32 - 25)
            .with_dispatch_length(5),
    );
    let fixnum = p.here();
    p.put(
        jump(
            JumpCondition::DataTypeNotEqual,
            Source::PdlTop.code(),
            FIXNUM,
            Transfer::Jump,
        )
        .with_jump_address(halt),
    );
    p.put(
        alu(AluFunction::Setm, Source::PdlPop.code(), ZERO)
            .with_dest_m(TEMPORARY)
            .with_popj_after_next(1),
    );
    p.put(ldb(TEMPORARY, 0, 25, ZERO).with_dest_m(TEMPORARY));
    for (place, target) in [
        (fault, halt),
        (call, subroutine),
        (wrap, wrapped),
        (write_fault, halt),
        (again, top),
    ] {
        p.jump_to(place, target);
    }

    let mut state = State::new(ProcessorConfig::default());
    state.control.map_identity();
    for (address, word) in program.words.iter().enumerate() {
        state.control.store(address as u16, word.0);
    }
    state.write_dp_mode(1);
    state.set_rg_mode(1 << 26);
    for page in 0..8u32 {
        state.map.set_level_1(page << 8, 0);
        state.map.set_control(page << 8, 3 << 8 | 1 << 5);
        state.map.set_page(page << 8, page);
    }
    let constants = [(ZERO, 0), (STEP, 1), (LIMIT, 1500), (FIXNUM, 5 << 25)];
    constants
        .into_iter()
        .for_each(|(address, value)| state.set_a(address as u32, value));
    for data_type in 0..32 {
        let to_fixnum = if data_type == 5 { fixnum } else { halt };
        state.set_a(
            TYPES as u32 + data_type,
            DispatchWord::new(to_fixnum as u16, Transfer::JumpXctNext).0,
        );
        let trap = if data_type & 1 == 1 {
            Transfer::DropThrough
        } else {
            Transfer::Jump
        };
        state.set_a(
            TRANSPORT as u32 + data_type,
            DispatchWord::new(halt as u16, trap).0,
        );
    }
    state.set_m(COUNT as u32, 1 << 30);
    let mut bus = BareBus::new(8);
    bus.memory
        .words
        .iter_mut()
        .enumerate()
        .for_each(|(index, word)| *word = 5 << 25 | index as u32);
    (state, bus)
}

/// Registers only: the most an engine can do.
fn arithmetic_loop() -> (State, BareBus) {
    let (mut state, bus) = mixed_loop();
    let words = [
        alu(AluFunction::Add, TEMPORARY, STEP).with_dest_m(TEMPORARY),
        alu(AluFunction::Xor, SUM, TEMPORARY).with_dest_m(SUM),
        ldb(SUM, 3, 9, ZERO).with_dest_m(POINTER),
        alu(AluFunction::Sub, COUNT, ZERO).with_dest_m(COUNT),
        jump(JumpCondition::Less, COUNT, ZERO, Transfer::JumpXctNext).with_invert(1),
        alu(AluFunction::Ior, SUM, POINTER).with_dest_m(SUM),
    ];
    for (address, word) in words.iter().enumerate() {
        state.control.store(address as u16, word.0);
    }
    (state, bus)
}

/// A macrocode loop: the two instructions of a main loop, and handlers that index
/// the PDL, check types and branch. Half of what a Lisp program does looks like this.
fn macro_loop() -> (State, BareBus) {
    const LOCALS: u64 = 0o1010;
    const FLAGGED: u64 = 0o1011;
    const BRANCH: u64 = 0o1012;
    let (mut state, mut bus) = mixed_loop();
    let m_of = |source: Source| source.code();
    let main_loop = 0o400u16;
    let halt = 0o600u16;
    let mut at = main_loop;
    let mut handlers = Vec::new();
    let mut put = |state: &mut State, words: &[Microword]| {
        let start = at;
        for word in words {
            state.control.store(at, word.0);
            at += 1;
        }
        start
    };
    let push = alu(AluFunction::Seta, m_of(Source::Md), FLAGGED)
        .with_dest_functional(Destination::MicroStackPush.code());
    let attention = jump(
        JumpCondition::PageFaultOrInterruptOrSequenceBreak,
        0,
        0,
        Transfer::Jump,
    );
    let decode = push.with_source_to_macro_ir(1).with_macro_ir_dispatch(1);
    put(
        &mut state,
        &[decode, attention.with_jump_address(u64::from(halt))],
    );
    let index = alu(AluFunction::Add, m_of(Source::MacroIrDisplacement), LOCALS)
        .with_dest_functional(Destination::PdlIndex.code())
        .with_popj_after_next(1);
    let push_local = alu(AluFunction::Setm, m_of(Source::PdlAtIndex), ZERO);
    handlers.push(put(
        &mut state,
        &[
            index,
            push_local.with_dest_functional(Destination::PdlPush.code()),
        ],
    ));
    let pop_local = alu(AluFunction::Setm, m_of(Source::PdlPop), ZERO);
    handlers.push(put(
        &mut state,
        &[
            index,
            pop_local.with_dest_functional(Destination::PdlAtIndex.code()),
        ],
    ));
    let fixnum = jump(
        JumpCondition::DataTypeNotEqual,
        m_of(Source::PdlTop),
        FIXNUM,
        Transfer::Jump,
    );
    let add = alu(AluFunction::Add, TEMPORARY, POINTER).with_dest_m(TEMPORARY);
    let tag = Microword::new(Opcode::Byte)
        .with_byte_length(24)
        .with_m_source(TEMPORARY)
        .with_a_source(FIXNUM);
    handlers.push(put(
        &mut state,
        &[
            fixnum.with_jump_address(u64::from(halt)),
            alu(AluFunction::Setm, m_of(Source::MacroIrDisplacement), ZERO).with_dest_m(POINTER),
            ldb(m_of(Source::PdlTop), 0, 25, ZERO).with_dest_m(TEMPORARY),
            add.with_popj_after_next(1),
            tag.with_dest_functional(Destination::PdlTop.code()),
        ],
    ));
    let back = alu(AluFunction::Sub, m_of(Source::Lc), BRANCH).with_carry(1);
    let branch = back
        .with_dest_functional(Destination::Lc.code())
        .with_popj_after_next(1);
    handlers.push(put(&mut state, &[branch, Microword::NO_OP]));
    state.control.store(halt, Microword::NO_OP.with_halt(1).0);

    // PUSH-LOCAL 3, ADD-IMMEDIATE 1, POP-LOCAL 3, BRANCH to the first.
    for (opcode, handler) in handlers.iter().enumerate() {
        state.mid[opcode] = DispatchWord::new(*handler, Transfer::JumpXctNext).0;
    }
    let half_words = [3u32, 2 << 6 | 1, 1 << 6 | 3, 3 << 6];
    bus.memory.words[64] = half_words[0] | half_words[1] << 16;
    bus.memory.words[65] = half_words[2] | half_words[3] << 16;
    for (address, value) in [
        (LOCALS, 100),
        (FLAGGED, u32::from(main_loop) | 1 << 18),
        (BRANCH, 8),
    ] {
        state.set_a(address as u32, value);
    }
    state.pdl.fill(5 << 25);
    state.write_lc(64 << 2);
    // The first macroinstruction is reached like any other: by a flagged return.
    state
        .control
        .store(0, jump(JumpCondition::Always, 0, 0, Transfer::Return).0);
    state.push_micro_stack(u32::from(main_loop) | 1 << 18);
    (state, bus)
}

/// Time that this thread has had on a host processor: what others do there does
/// not count. Where the host does not tell, time on the wall.
fn processor_time() -> Duration {
    static BEGIN: OnceLock<Instant> = OnceLock::new();
    let wall = BEGIN.get_or_init(Instant::now).elapsed();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text
        .split(' ')
        .next()
        .and_then(|number| number.parse().ok());
    nanoseconds.map_or(wall, Duration::from_nanos)
}

/// Million microinstructions a second, the best of several bursts.
fn speed(kind: EngineKind, make: fn() -> (State, BareBus)) -> (f64, u64) {
    let (mut state, mut bus) = make();
    let mut engine = kind.build();
    let mut best = 0f64;
    let begin = Instant::now();
    let mut bursts = 0;
    while begin.elapsed() < Duration::from_millis(1500) || bursts < 3 {
        let (from, start) = (state.cycles, processor_time());
        let stop = engine.run(&mut state, &mut bus, from + 10_000_000);
        let elapsed = (processor_time() - start).as_secs_f64();
        assert_eq!(stop, Stop::Budget, "the loop must not end: {state:?}");
        best = best.max((state.cycles - from) as f64 / elapsed / 1e6);
        bursts += 1;
    }
    (best, state.cycles)
}

fn main() {
    println!("million microinstructions a second (best burst of 10 million cycles)");
    for (name, make) in [
        ("mixed loop", mixed_loop as fn() -> _),
        ("arithmetic loop", arithmetic_loop),
        ("macro loop", macro_loop),
    ] {
        let (reference, _) = speed(EngineKind::Reference, make);
        let (fast, _) = speed(EngineKind::Fast, make);
        println!(
            "{name:16} reference {reference:6.1}   fast {fast:6.1}   ratio {:.2}",
            fast / reference
        );
    }
}
