//! Disassembling a word and assembling the text gives the word back, for every
//! defined microinstruction.

use microword::{Boards, Microword, Opcode, classify};
use proptest::prelude::*;
use uasm::{LineAssembler, disassemble};

/// A defined word of each kind, made from random bits: what would be undefined is cleared.
fn defined(bits: u64, opcode: Opcode, source: u64) -> Option<Microword> {
    let mut word = Microword(bits).with_opcode_bits(opcode as u64);
    // Random M sources are mostly undefined functional ones: take one from the table instead.
    if word.m_source() >= 0o100 {
        let table = microword::SOURCES;
        let row = &table[source as usize % table.len()];
        let code = row.codes[source as usize / table.len() % row.codes.len()];
        word = word.with_m_source(u64::from(code));
    }
    match opcode {
        Opcode::Alu | Opcode::Byte => {
            word = word.with_misc(0);
            if word.dest_a() == 0 {
                let table = microword::DESTINATIONS;
                let row = &table[word.dest_functional() as usize % table.len()];
                word = word.with_dest_functional(if source.is_multiple_of(2) {
                    0
                } else {
                    u64::from(row.code)
                });
            }
            if opcode == Opcode::Alu {
                let functions = microword::ALU_FUNCTIONS;
                let function = functions[word.function_bits() as usize % functions.len()];
                word = word
                    .with_alu_reserved(0)
                    .with_function_bits(function.code());
                if word.output_bits() == 4 {
                    word = word.with_output_bits(0);
                }
            } else {
                word = word.with_byte_reserved(0);
            }
        }
        Opcode::Jump => {
            word = word
                .with_jump_reserved(0)
                .with_jump_reserved_5(0)
                .with_lc_increment(0);
            if word.jump_transfer_bits() >= 6 {
                word = word.with_jump_transfer_bits(word.jump_transfer_bits() - 6);
            }
            if word.test() == 1 {
                let conditions = microword::JUMP_CONDITIONS;
                let condition = conditions[word.condition() as usize % conditions.len()];
                word = word.with_condition(condition.code());
            }
        }
        Opcode::Dispatch => {
            word = word.with_dispatch_reserved(0);
            if word.meta_from_space() == 1 {
                word = word.with_meta_volatility(0);
            }
            if word.meta_from_space() + word.meta_volatility() != 0 {
                word = word.with_a_source(word.a_source() & !1);
            }
        }
    }
    classify(word, Boards::all()).is_ok().then_some(word)
}

fn check(assembler: &mut LineAssembler, word: Microword) {
    let text = disassemble(word, None);
    match assembler.assemble(&text) {
        Ok(again) => assert_eq!(again, word.0, "{text}: {again:022o} is not {:022o}", word.0),
        Err(report) => {
            panic!("{word:?} disassembles to {text}, which does not assemble:\n{report}")
        }
    }
}

#[test]
fn random_words() {
    let mut assembler = LineAssembler::new(None);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(20_000));
    let strategy = (any::<u64>(), any::<u64>(), 0usize..4, any::<u64>());
    let assembler = std::cell::RefCell::new(&mut assembler);
    runner
        .run(&strategy, |(bits, sparse, opcode, source)| {
            // Sparse words are what programs are made of; dense ones reach the corners.
            let bits = if source & 4 == 0 {
                bits
            } else {
                bits & sparse & sparse.rotate_left(17)
            };
            let bits = if source & 8 == 0 {
                bits
            } else {
                bits & !(0x1FF8 << 48)
            };
            if let Some(word) = defined(bits, Opcode::ALL[opcode], source >> 8) {
                check(&mut assembler.borrow_mut(), word);
            }
            Ok(())
        })
        .expect("every defined word survives");
}

#[test]
fn every_code_of_the_tables() {
    let mut assembler = LineAssembler::new(None);
    for row in microword::SOURCES {
        for code in row.codes {
            let word = Microword::new(Opcode::Alu)
                .with_m_source(u64::from(*code))
                .with_function_bits(3);
            check(&mut assembler, word.with_dest_m(5));
        }
    }
    for row in microword::DESTINATIONS {
        check(
            &mut assembler,
            Microword::NO_OP.with_dest_functional(u64::from(row.code)),
        );
        check(
            &mut assembler,
            Microword::NO_OP
                .with_dest_functional(u64::from(row.code))
                .with_dest_m(3),
        );
    }
    for function in microword::ALU_FUNCTIONS {
        for output in microword::OUTPUT_SELECTORS {
            for q in microword::Q_CONTROLS {
                for carry in 0..2 {
                    let word = Microword::NO_OP
                        .with_function_bits(function.code())
                        .with_output_bits(output.code())
                        .with_q_control_bits(q.code())
                        .with_carry(carry)
                        .with_m_source(4)
                        .with_a_source(0o1234);
                    check(&mut assembler, word);
                }
            }
        }
    }
    for transfer in 0..6 {
        for invert in 0..2 {
            for condition in microword::JUMP_CONDITIONS {
                let word = Microword::new(Opcode::Jump)
                    .with_test(1)
                    .with_condition(condition.code())
                    .with_invert(invert)
                    .with_jump_transfer_bits(transfer);
                check(&mut assembler, word);
                check(
                    &mut assembler,
                    word.with_m_source(0o121)
                        .with_a_source(7)
                        .with_jump_address(0o1234),
                );
            }
            for bit in 0..32 {
                let word = Microword::new(Opcode::Jump)
                    .with_condition(bit)
                    .with_invert(invert)
                    .with_jump_transfer_bits(transfer);
                check(&mut assembler, word);
            }
        }
    }
}
