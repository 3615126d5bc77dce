//! Decoding: from a word of control memory to an operation, once.

use super::operation::{Control, Operation, flag};
use super::work::{compute_work, destination, dispatch_work, function, meta, source, test_work};
use crate::processor::engine::reference::{byte_mask, writes_control_memory};
use crate::processor::state::{A_BASE, M_BASE, place};
use microword::{
    AluFunction, Boards, Destination, DispatchWord, JumpCondition, Microword, Opcode,
    OutputSelector, QControl, Source, Transfer, Undefined, classify,
};

/// What the word at a micro-address does.
pub(super) fn decode(word: Microword, boards: Boards) -> Operation {
    let slow = Operation {
        word: word.0,
        control: Control::Slow,
        ..Operation::UNKNOWN
    };
    if classify(word, boards).is_err() || word.halt() != 0 || word.stat() != 0 {
        return slow;
    }
    let Some((source, m)) = m_source(word) else {
        return slow;
    };
    let operation = Operation {
        a: A_BASE as u16 + word.a_source() as u16,
        m,
        cost: cost(word),
        ..slow
    };
    match word.opcode() {
        Opcode::Alu | Opcode::Byte => alu_or_byte(word, source, operation),
        Opcode::Jump => jump(word, source, operation),
        Opcode::Dispatch => dispatch(word, source, operation),
    }
    .unwrap_or(slow)
}

fn cost(word: Microword) -> u8 {
    1 + word.ilong() as u8 + word.slow_dest() as u8
}

fn flags(word: Microword) -> u8 {
    let bit = |set: u64, flag: u8| if set != 0 { flag } else { 0 };
    bit(word.source_to_macro_ir(), flag::SOURCE_TO_MACRO_IR)
        | bit(word.macro_stream_advance(), flag::ADVANCE)
        | bit(word.macro_ir_dispatch(), flag::DECODE)
        | bit(word.popj_after_next(), flag::POPJ)
}

/// Kind and place of the M source; `None` when it looks at the sequencer or the time.
fn m_source(word: Microword) -> Option<(usize, u16)> {
    let code = word.m_source();
    let Some(functional) = Source::from_code(code) else {
        return Some((source::FILE, M_BASE as u16 + code as u16));
    };
    let register = |index: usize| Some((source::FILE, index as u16));
    match functional {
        Source::Md => register(place::MD),
        Source::Vma => register(place::VMA),
        Source::Q => register(place::Q),
        Source::Lc => register(place::LC),
        Source::PdlIndex => register(place::PI),
        Source::PdlPointer => register(place::PP),
        Source::DispatchConstant => register(place::DISPATCH_CONSTANT),
        Source::Product => register(place::PRODUCT),
        Source::InterruptPointer => register(place::INTERRUPT_POINTER),
        Source::Spy => register(place::SPY),
        Source::DpMode => register(place::DP_MODE),
        Source::StatCounter => register(place::STAT),
        Source::StatCounterAux => register(place::STAT_AUX),
        Source::WindowBase => register(place::WINDOW_BASE),
        Source::WindowLow => register(place::WINDOW_LOW),
        Source::WindowHigh => register(place::WINDOW_HIGH),
        Source::BoardsPresent => register(place::BOARDS),
        Source::CycleHigh => register(place::CYCLE_HIGH),
        Source::CacheAddress => register(place::ZERO),
        Source::PdlPop => Some((source::POP, 0)),
        Source::PdlTop => Some((source::TOP, 0)),
        Source::PdlAtIndex => Some((source::INDEX, 0)),
        Source::MacroIrDisplacement => Some((source::DISPLACEMENT, 0)),
        Source::CramMap | Source::CycleLow => None,
        _ => Some((source::OTHER, code as u16)),
    }
}

fn alu_or_byte(word: Microword, source: usize, operation: Operation) -> Option<Operation> {
    let (destination, operation) = destination_of(word, operation)?;
    let function = if word.opcode() == Opcode::Byte {
        function::BYTE
    } else {
        alu_function(word)
    };
    let memory = word.dest_a() == 0
        && Destination::from_code(word.dest_functional()).is_some_and(Destination::starts_memory);
    let way = flags(word);
    let control = match way {
        0 if memory || operation.cost > 1 => Control::Memory,
        0 => Control::Simple,
        _ => Control::Flagged,
    };
    let (mask, rotation) = if function == function::BYTE {
        let rotation = if word.rotate_source() != 0 {
            word.byte_position() as u8 % 32
        } else {
            0
        };
        (byte_mask(word), rotation)
    } else {
        (0, 0)
    };
    let work = compute_work(function, source, destination)
        .or_else(|| compute_work(function::ANY, source, destination))?;
    Some(Operation {
        work,
        mask,
        rotation,
        control,
        way,
        ..operation
    })
}

/// Kind of destination; `None` when it touches the sequencer or the processor's modes.
fn destination_of(word: Microword, operation: Operation) -> Option<(usize, Operation)> {
    if word.dest_a() != 0 {
        let destination = A_BASE as u16 + word.dest_a_address() as u16;
        return Some((
            destination::A,
            Operation {
                destination,
                ..operation
            },
        ));
    }
    let operation = Operation {
        destination: word.dest_m() as u16,
        ..operation
    };
    let Some(functional) = Destination::from_code(word.dest_functional()) else {
        return Some((destination::M, operation));
    };
    let register = |kind: usize, index: usize| {
        Some((
            kind,
            Operation {
                register: index as u16,
                ..operation
            },
        ))
    };
    match functional {
        _ if writes_control_memory(word) => None,
        Destination::DpMode
        | Destination::RgMode
        | Destination::ImodLow
        | Destination::ImodHigh => None,
        Destination::Vma => register(destination::REGISTER, place::VMA),
        Destination::Md => register(destination::REGISTER, place::MD),
        Destination::PdlPointer => register(destination::POINTER, place::PP),
        Destination::PdlIndex => register(destination::POINTER, place::PI),
        Destination::PdlPush => Some((destination::PUSH, operation)),
        Destination::PdlTop => Some((destination::TOP, operation)),
        Destination::VmaStartRead => Some((destination::READ, operation)),
        Destination::VmaStartWrite => Some((destination::WRITE, operation)),
        Destination::MdStartWrite => Some((destination::MD_WRITE, operation)),
        _ => Some((
            destination::OTHER,
            Operation {
                register: word.dest_functional() as u16,
                ..operation
            },
        )),
    }
}

/// The specialised function for an ALU instruction, or the one for any.
fn alu_function(word: Microword) -> usize {
    let plain_output = matches!(
        OutputSelector::from_code(word.output_bits()),
        Some(OutputSelector::Alu0 | OutputSelector::Alu)
    );
    let q = QControl::from_code(word.q_control_bits());
    let Some(alu) = AluFunction::from_code(word.function_bits()) else {
        return function::ANY;
    };
    if !plain_output {
        return function::ANY;
    }
    let carry = word.carry() != 0;
    let number = match alu {
        AluFunction::Add if carry => function::ADD_1,
        AluFunction::Sub if carry => function::SUB_1,
        AluFunction::MPlus if carry => function::M_1,
        AluFunction::MPlus => AluFunction::Setm as usize,
        AluFunction::MPlusM if carry => function::M_M_1,
        other => other as usize,
    };
    match q {
        Some(QControl::Hold) => {
            let tagged = if word.mask() != 0 {
                number + function::TAGGED
            } else {
                number
            };
            if compute_work(tagged, source::FILE, destination::M).is_some() {
                tagged
            } else {
                function::ANY
            }
        }
        Some(QControl::Load) if number == AluFunction::Setm as usize && word.mask() == 0 => {
            function::LOAD_Q
        }
        _ => function::ANY,
    }
}

fn jump(word: Microword, source: usize, operation: Operation) -> Option<Operation> {
    let flags = flags(word);
    if flags & !flag::POPJ != 0 {
        return None;
    }
    let operation = Operation {
        target: word.jump_address() as u16,
        way: word.jump_transfer_bits() as u8 | flags,
        rotation: word.invert() as u8,
        ..operation
    };
    if word.test() == 0 {
        let mask = 1u32.rotate_right(word.condition() as u32);
        return Some(Operation {
            work: test_work(0, source)?,
            mask,
            control: Control::Jump,
            ..operation
        });
    }
    let condition = JumpCondition::from_code(word.condition())?;
    let plain = source == source::FILE && operation.cost == 1 && flags == 0;
    let control = match (condition, word.invert()) {
        (JumpCondition::Always, 0) if source == source::FILE => Control::Always,
        (JumpCondition::NoPageFault, 1) if plain => Control::IfFault,
        _ => Control::Jump,
    };
    Some(Operation {
        work: test_work(condition as usize, source)?,
        control,
        ..operation
    })
}

fn dispatch(word: Microword, source: usize, operation: Operation) -> Option<Operation> {
    let micro_stack_pop = source == source::OTHER
        && Source::from_code(u64::from(operation.m)) == Some(Source::MicroStackPop);
    let flags = flags(word);
    if flags & !flag::POPJ != 0 || word.lpc() != 0 && micro_stack_pop {
        return None;
    }
    let meta = if word.meta_from_space() != 0 {
        meta::FROM_SPACE
    } else if word.meta_volatility() != 0 {
        meta::VOLATILITY
    } else {
        meta::NONE
    };
    Some(Operation {
        work: dispatch_work(meta, source)?,
        mask: (1 << word.dispatch_length()) - 1,
        rotation: word.dispatch_position() as u8 % 32,
        target: word.constant() as u16,
        control: Control::Dispatch,
        way: word.lpc() as u8 | flags,
        ..operation
    })
}

/// The rule that a word of decode memory breaks, if it breaks one.
pub(super) fn decode_word_rule(word: DispatchWord) -> Option<Undefined> {
    match word.transfer() {
        _ if word.start_read() => Some(Undefined::DecodeStartRead),
        transfer @ (Transfer::Return | Transfer::ReturnXctNext | Transfer::DropThroughInhibit) => {
            Some(Undefined::DecodeTransfer(transfer))
        }
        _ => None,
    }
}
