//! Short programs for the places where engines go wrong: each was, or could
//! have been, a difference between the two.

use microword::{AluFunction, Destination, Microword, Opcode, Source, Transfer};

fn alu(destination: Destination) -> Microword {
    Microword::new(Opcode::Alu)
        .with_function_bits(AluFunction::Setm.code())
        .with_output_bits(1)
        .with_m_source(2)
        .with_dest_functional(destination.code())
}

fn jump(transfer: Transfer) -> Microword {
    Microword::new(Opcode::Jump)
        .with_test(1)
        .with_condition(7)
        .with_jump_address(5)
        .with_jump_transfer_bits(transfer.bits())
}

fn not_taken(transfer: Transfer) -> Microword {
    jump(transfer).with_invert(1)
}

fn dispatch() -> Microword {
    Microword::new(Opcode::Dispatch)
        .with_a_source(0o1000)
        .with_m_source(2)
        .with_dispatch_length(5)
}

fn popj() -> Microword {
    Microword::NO_OP.with_popj_after_next(1)
}

fn decode() -> Microword {
    Microword::NO_OP
        .with_source_to_macro_ir(1)
        .with_macro_ir_dispatch(1)
}

fn advance() -> Microword {
    Microword::NO_OP.with_macro_stream_advance(1)
}

/// Each with a name.
pub fn programs() -> Vec<(&'static str, Vec<Microword>)> {
    let mut programs = vec![
        (
            "a jump that is not taken returns",
            vec![not_taken(Transfer::Jump).with_popj_after_next(1)],
        ),
        (
            "a call that is not taken returns",
            vec![not_taken(Transfer::CallXctNext).with_popj_after_next(1)],
        ),
        (
            "a dispatch that drops through returns",
            vec![dispatch().with_popj_after_next(1), decode()],
        ),
        (
            "a meta dispatch with LPC returns",
            vec![
                dispatch()
                    .with_meta_from_space(1)
                    .with_lpc(1)
                    .with_popj_after_next(1),
            ],
        ),
        (
            "the main loop",
            vec![
                alu(Destination::MicroStackPush)
                    .with_source_to_macro_ir(1)
                    .with_macro_ir_dispatch(1),
                not_taken(Transfer::Jump),
            ],
        ),
        (
            "decode, then a jump in its slot",
            vec![decode(), jump(Transfer::Jump)],
        ),
        (
            "decode, then a call in its slot",
            vec![decode(), jump(Transfer::Call)],
        ),
        (
            "decode and return",
            vec![decode().with_popj_after_next(1), popj()],
        ),
        ("return after return", vec![popj(), popj(), popj()]),
        (
            "a jump into decode",
            vec![jump(Transfer::JumpXctNext), decode()],
        ),
        ("a return into advance", vec![popj(), advance(), advance()]),
        (
            "a pop in the slot",
            vec![
                popj(),
                Microword::NO_OP.with_m_source(Source::MicroStackPop.code()),
            ],
        ),
        (
            "a push in the slot",
            vec![popj(), alu(Destination::MicroStackPush)],
        ),
        (
            "a fetch of LC just written",
            vec![alu(Destination::Lc).with_macro_stream_advance(1), advance()],
        ),
        (
            "control memory written on the way back",
            vec![
                jump(Transfer::CallXctNext),
                alu(Destination::CramLow).with_popj_after_next(1),
                alu(Destination::CramHigh),
                alu(Destination::CramMap),
            ],
        ),
        (
            "IMOD over a jump",
            vec![
                alu(Destination::ImodLow),
                jump(Transfer::JumpXctNext),
                alu(Destination::ImodHigh),
            ],
        ),
        (
            "the mode of the PDL",
            vec![
                alu(Destination::DpMode),
                alu(Destination::PdlPush),
                alu(Destination::PdlTop),
            ],
        ),
        (
            "counters",
            vec![
                alu(Destination::RgMode),
                alu(Destination::VmaStartRead),
                advance(),
            ],
        ),
        (
            "the window",
            vec![
                alu(Destination::WindowHigh),
                alu(Destination::VmaStartRead),
                alu(Destination::MdStartWrite),
            ],
        ),
        (
            "the map under a read",
            vec![
                alu(Destination::Level2Control),
                alu(Destination::VmaStartRead),
                alu(Destination::Level1Map),
                alu(Destination::VmaStartWrite),
                alu(Destination::Level2Page),
            ],
        ),
    ];
    // Every transfer in the slot of every other.
    for first in Transfer::ALL
        .into_iter()
        .filter(|transfer| transfer.transfers())
    {
        for second in Transfer::ALL
            .into_iter()
            .filter(|transfer| transfer.transfers())
        {
            programs.push(("a transfer in a slot", vec![jump(first), jump(second)]));
            programs.push((
                "a transfer in a slot, not taken",
                vec![jump(first), not_taken(second)],
            ));
        }
        programs.push((
            "a transfer in the slot of a return",
            vec![popj(), jump(first)],
        ));
        programs.push(("a dispatch in a slot", vec![jump(first), dispatch()]));
    }
    programs
}
