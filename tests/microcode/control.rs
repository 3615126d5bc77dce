//! Control: calls, returns, values, bindings, environments, catches, traps, the stack.

use std::collections::HashMap;

use crate::harness::{Outcome, Setup, disk, fixnums, function, object, tables};
use genband::image::{Function, ImageBuilder, Word, fixnum, word};
use microword::{Boards, DataType};
use runlight::bus::ConsoleInput;
use runlight::processor::{EngineKind, ProcessorConfig};

/// A program: functions by name in an image.
struct Program {
    image: ImageBuilder,
}

/// `(":name", 0)` is a label; `"branch@name"` leads there.
type Code<'c> = &'c [(&'c str, i32)];

impl Program {
    fn new() -> Program {
        Program {
            image: ImageBuilder::new(tables()),
        }
    }

    fn symbol(&mut self, name: &str) -> Word {
        self.image.named_symbol(name)
    }

    /// The halfwords of code with labels.
    fn assemble(&self, code: Code) -> Vec<u16> {
        let instructions = self.image.tables();
        let size = |name: &str| {
            instructions
                .encode(name, 0)
                .unwrap_or_else(|| panic!("{name}"))
                .len() as i32
        };
        let mut labels = HashMap::new();
        let mut at = 0;
        for (name, _) in code {
            match name.strip_prefix(':') {
                Some(label) => {
                    labels.insert(label, at);
                }
                None => at += size(name.split('@').next().unwrap()),
            }
        }
        let mut plain = Vec::new();
        let mut at = 0;
        for (name, operand) in code {
            if name.starts_with(':') {
                continue;
            }
            let (name, operand) = match name.split_once('@') {
                Some((name, label)) => (name, labels[label] - at - size(name)),
                None => (*name, *operand),
            };
            at += size(name);
            plain.push((name, operand));
        }
        self.image.assemble(&plain)
    }

    /// Makes a function.
    fn lambda(&mut self, shape: Function, constants: &[Word], code: Code) -> Word {
        let halfwords = self.assemble(code);
        let base = function(&self.image);
        self.image.function(&Function {
            name: base.name,
            debug_info: base.debug_info,
            liveness: base.liveness,
            constants: constants.to_vec(),
            halfwords,
            ..shape
        })
    }

    /// Makes a function and gives it a name.
    fn defun(&mut self, name: &str, shape: Function, constants: &[Word], code: Code) -> Word {
        let function = self.lambda(shape, constants, code);
        let symbol = self.symbol(name);
        self.image.set_function(symbol, function);
        function
    }

    /// A disk with `code` as the first function.
    fn disk(mut self, constants: &[Word], locals: u32, code: Code) -> Vec<u8> {
        self.defun("si:%cold-boot", takes(0, locals), constants, code);
        disk(self.image)
    }

    /// Runs `code` as the first function.
    fn run_on(self, setup: &Setup, constants: &[Word], locals: u32, code: Code) -> Outcome {
        setup.run_disk(self.disk(constants, locals, code))
    }

    /// Runs `code` as the first function: on both engines, without the optional boards, and
    /// with a flip at every allocation. The stack must be the same at the end, addresses of
    /// new objects aside.
    fn run(self, constants: &[Word], locals: u32, code: Code) -> Outcome {
        let disk = self.disk(constants, locals, code);
        let plain = Setup::default();
        let first = plain.run_disk(disk.clone());
        let torture = Setup {
            torture: 1,
            ..plain.clone()
        };
        let fast = Setup {
            engine: EngineKind::Fast,
            ..plain.clone()
        };
        for (what, setup) in [
            ("fast", fast),
            ("no boards", without_boards()),
            ("torture", torture),
        ] {
            let other = setup.run_disk(disk.clone());
            assert_eq!(
                other.machine.state.pp(),
                first.machine.state.pp(),
                "{what}: {}",
                other.place()
            );
            let depth = first.machine.state.pp().wrapping_sub(0o7777) & 0o3777;
            for (a, b) in first
                .stack(depth.min(40))
                .iter()
                .zip(other.stack(depth.min(40)))
            {
                let immediate = a >> 25 == 5 || a >> 25 == 3;
                assert!(*a == b || !immediate, "{what}: {a:o} {b:o}");
            }
        }
        first
    }
}

/// Required arguments, locals.
fn takes(required: u32, locals: u32) -> Function {
    Function {
        required,
        locals,
        ..Function::default()
    }
}

fn without_boards() -> Setup {
    Setup {
        config: ProcessorConfig {
            slot: 0,
            boards: Boards::empty(),
        },
        ..Setup::default()
    }
}

const HALT: (&str, i32) = ("%halt", 0);

#[test]
fn the_stack_and_constants() {
    let p = Program::new();
    let out = p.run(
        &[fixnum(77)],
        2,
        &[
            ("push-fixnum", 5),
            ("push-negative", 2),
            ("push-constant", 7),
            ("pop-local", 1),
            ("push-local", 1),
            ("push-local", 0),
            ("set-local", 1),
            ("pick", 2),
            ("swap", 0),
            ("long-push-fixnum", -300),
            ("long-push-fixnum", 0x7fff),
            ("slide", 1),
            ("long-pick", 3),
            ("push-fixnum", 9),
            ("store-stack", 1),
            HALT,
        ],
    );
    let mut expected = fixnums(&[5, -3, 77, -3]);
    expected.push(word(DataType::Symbol, 0));
    expected.extend(fixnums(&[9, 77]));
    assert_eq!(out.stack(7), expected);
}

#[test]
fn branches_go_both_ways() {
    let p = Program::new();
    let out = p.run(
        &[],
        1,
        &[
            ("push-fixnum", 10),
            ("pop-local", 0),
            (":loop", 0),
            ("push-local", 0),
            ("subtract-immediate", 1),
            ("set-local", 0),
            ("eq-immediate", 0),
            ("branch-nil@loop", 0),
            ("push-fixnum", 1),
            ("push-local", 0),
            ("branch-eq@wrong", 0),
            ("push-local", 0),
            ("branch-not-nil-else-pop@right", 0),
            (":wrong", 0),
            ("push-fixnum", 63),
            HALT,
            (":right", 0),
            ("long-branch@end", 0),
            ("push-fixnum", 62),
            (":end", 0),
            ("push-fixnum", 7),
            HALT,
        ],
    );
    assert_eq!(out.stack(2), fixnums(&[0, 7]));
}

fn fib(p: &mut Program) -> Word {
    let fib = p.symbol("user:fib");
    p.defun(
        "user:fib",
        takes(1, 0),
        &[fib],
        &[
            ("push-arg", 0),
            ("less-immediate", 2),
            ("branch-nil@more", 0),
            ("push-arg", 0),
            ("return", 1),
            (":more", 0),
            ("push-arg", 0),
            ("subtract-immediate", 1),
            ("call-1", 7),
            ("push-arg", 0),
            ("subtract-immediate", 2),
            ("call-1", 7),
            ("add", 0),
            ("return", 1),
        ],
    );
    fib
}

#[test]
fn fibonacci() {
    for setup in [Setup::default(), without_boards()] {
        let mut p = Program::new();
        let fib = fib(&mut p);
        let out = p.run_on(
            &setup,
            &[fib],
            0,
            &[("push-fixnum", 12), ("call-1", 7), HALT],
        );
        assert_eq!(out.stack(1), fixnums(&[144]));
    }
}

/// (defun sum (n) (if (= n 0) 0 (+ n (sum (- n 1))))), 3000 deep: spills and refills.
#[test]
fn deep_recursion_spills_and_refills() {
    for setup in [Setup::default(), without_boards()] {
        let mut p = Program::new();
        let sum = p.symbol("user:sum");
        p.defun(
            "user:sum",
            takes(1, 3),
            &[sum],
            &[
                ("push-arg", 0),
                ("eq-immediate", 0),
                ("branch-nil@more", 0),
                ("push-fixnum", 0),
                ("return", 1),
                (":more", 0),
                ("push-arg", 0),
                ("pop-local", 2),
                ("push-arg", 0),
                ("subtract-immediate", 1),
                ("call-1", 7),
                ("push-local", 2),
                ("add", 0),
                ("return", 63),
            ],
        );
        let out = p.run_on(
            &setup,
            &[sum, fixnum(3000)],
            0,
            &[("push-constant", 8), ("call-1", 7), HALT],
        );
        assert_eq!(out.stack(1), fixnums(&[3000 * 3001 / 2]));
    }
}

#[test]
fn optional_and_rest_arguments() {
    let mut p = Program::new();
    // (a &optional b &rest c)
    let shape = Function {
        required: 1,
        optional: 1,
        rest: true,
        locals: 2,
        ..Function::default()
    };
    let f = p.symbol("user:f");
    p.defun(
        "user:f",
        shape,
        &[],
        &[
            ("push-local", 1),
            ("push-arg", 2),
            ("push-arg", 1),
            ("push-arg", 0),
            ("mv-from-list", 0),
            ("add-immediate", 3),
            ("return-mv", 0),
        ],
    );
    // Twice all values, twice one.
    let out = p.run(
        &[f],
        0,
        &[
            ("push-fixnum", 1),
            ("push-constant", 7),
            ("funcall-mv", 1),
            ("push-fixnum", 1),
            ("push-fixnum", 2),
            ("push-constant", 7),
            ("funcall-mv", 2),
            ("push-fixnum", 1),
            ("push-fixnum", 2),
            ("push-fixnum", 3),
            ("push-fixnum", 4),
            ("call-4", 7),
            ("push-fixnum", 1),
            ("push-fixnum", 2),
            ("push-fixnum", 3),
            ("push-fixnum", 4),
            ("push-constant", 7),
            ("funcall-mv", 4),
            HALT,
        ],
    );
    let nil = word(DataType::Symbol, 0);
    let unsupplied = word(DataType::Null, 0);
    // Values: local 1, a, b, then the rest list spread, and 3 more than its length as their
    // number: one argument, then two.
    let mut expected = vec![nil, fixnum(1), unsupplied, fixnum(3)];
    expected.extend([nil, fixnum(1), fixnum(2), fixnum(3)]);
    expected.push(nil);
    expected.extend([nil, fixnum(1), fixnum(2), fixnum(3), fixnum(4), fixnum(5)]);
    assert_eq!(out.stack(15), expected);
}

#[test]
fn values_come_in_the_number_wanted() {
    let mut p = Program::new();
    let three = p.symbol("user:three");
    p.defun(
        "user:three",
        takes(0, 1),
        &[],
        &[
            ("push-fixnum", 1),
            ("push-fixnum", 2),
            ("push-fixnum", 3),
            ("return-values", 3),
        ],
    );
    let none = p.symbol("user:none");
    p.defun("user:none", takes(1, 0), &[], &[("return-values", 0)]);
    let out = p.run(
        &[three, none],
        0,
        &[
            ("push-fixnum", 50),
            ("call-0", 7),
            ("push-constant", 7),
            ("funcall-mv", 0),
            ("push-constant", 7),
            ("funcall-mv", 0),
            ("mv-adjust", 2),
            ("push-constant", 7),
            ("funcall-mv", 0),
            ("mv-adjust", 5),
            ("push-fixnum", 40),
            ("call-1", 8),
            ("push-fixnum", 40),
            ("push-constant", 8),
            ("funcall-mv", 1),
            ("push-constant", 7),
            ("funcall-mv", 0),
            ("push-constant", 7),
            ("funcall-mv", 0),
            ("mv-append", 0),
            HALT,
        ],
    );
    let nil = 0o3 << 25;
    let mut expected = fixnums(&[50, 1, 1, 2, 3, 3, 1, 2, 1, 2, 3]);
    expected.extend([nil, nil, nil]);
    expected.extend(fixnums(&[0, 1, 2, 3, 1, 2, 3, 6]));
    assert_eq!(out.stack(expected.len() as u32), expected);
}

#[test]
fn apply_spreads_what_the_function_takes() {
    let mut p = Program::new();
    let sub = p.symbol("user:sub");
    p.defun(
        "user:sub",
        takes(2, 0),
        &[],
        &[
            ("push-arg", 1),
            ("push-arg", 0),
            ("subtract", 0),
            ("return", 2),
        ],
    );
    let rest = p.symbol("user:rest");
    let shape = Function {
        required: 1,
        rest: true,
        ..Function::default()
    };
    p.defun(
        "user:rest",
        shape,
        &[],
        &[("push-arg", 0), ("mv-from-list", 0), ("return", 2)],
    );
    let list = p.image.list(&fixnums(&[9, 2]));
    let long: Vec<i64> = (0..1000).collect();
    let long = p.image.list(&fixnums(&long));
    let pair = {
        let tail = p.image.list(&fixnums(&[4]));
        p.image.cons(fixnum(50), tail)
    };
    let shape = Function {
        required: 1,
        rest: true,
        ..Function::default()
    };
    let count = p.symbol("user:second");
    p.defun("user:second", shape, &[], &[("push-arg", 0), ("return", 2)]);
    let nil = p.image.nil();
    let out = p.run(
        &[sub, rest, list, pair, count, long, nil],
        0,
        &[
            ("push-constant", 9),
            ("push-constant", 7),
            ("apply", 0),
            ("push-constant", 10),
            ("push-constant", 7),
            ("apply", 0),
            ("push-fixnum", 1),
            ("push-fixnum", 2),
            ("push-fixnum", 3),
            ("push-constant", 9),
            ("push-constant", 8),
            ("apply", 3),
            ("push-constant", 12),
            ("push-constant", 11),
            ("apply", 0),
            ("mv-list-length", 0),
            HALT,
        ]
        .iter()
        .copied()
        .filter(|(name, _)| *name != "mv-list-length")
        .collect::<Vec<_>>(),
    );
    let stack = out.stack(4);
    assert_eq!(stack[..3], fixnums(&[7, 46, 4])[..], "{stack:?}");
    assert_eq!(stack[3], (long + 1) & 0x3fff_ffff);
}

#[test]
fn tail_calls_do_not_grow_the_stack() {
    let mut p = Program::new();
    let count = p.symbol("user:count");
    // (defun count (n a) (if (= n 0) a (count (- n 1) (+ a 2))))
    p.defun(
        "user:count",
        takes(2, 1),
        &[count],
        &[
            ("push-arg", 1),
            ("eq-immediate", 0),
            ("branch-nil@more", 0),
            ("push-arg", 0),
            ("return", 2),
            (":more", 0),
            ("push-arg", 1),
            ("subtract-immediate", 1),
            ("push-arg", 0),
            ("add-immediate", 2),
            ("tail-call-2", 7),
        ],
    );
    let out = p.run(
        &[count, fixnum(5000)],
        0,
        &[
            ("push-fixnum", 3),
            ("push-constant", 8),
            ("push-fixnum", 0),
            ("call-2", 7),
            HALT,
        ],
    );
    assert_eq!(out.stack(2), fixnums(&[3, 10000]));
    assert_eq!(out.register("a-pdl-bottom"), out.register("a-stack-base"));
}

#[test]
fn closures_share_their_variables() {
    let mut p = Program::new();
    let env = |required, locals| Function {
        required,
        locals,
        environment: true,
        ..Function::default()
    };
    // (lambda () (setq n (+ n 1)))
    let bump = p.lambda(
        env(0, 1),
        &[],
        &[
            ("push-lex0", 0),
            ("add-immediate", 1),
            ("set-lex0", 0),
            ("return", 0),
        ],
    );
    // (lambda () (+ n m)) in an inner contour
    let outer = p.lambda(
        env(0, 1),
        &[],
        &[
            ("push-lex1", 0),
            ("push-lex0", 1),
            ("add", 0),
            ("return", 0),
        ],
    );
    let make = p.symbol("user:make");
    p.defun(
        "user:make",
        env(1, 1),
        &[bump, outer],
        &[
            ("enter-contour", 1),
            ("push-arg", 0),
            ("set-lex0", 0),
            ("drop", 1),
            ("push-constant", 7),
            ("make-closure", 0),
            ("enter-contour", 2),
            ("push-fixnum", 30),
            ("set-lex0", 1),
            ("drop", 1),
            ("push-constant", 8),
            ("make-closure", 0),
            ("leave-contour", 0),
            ("push-lex0", 0),
            ("return-values", 3),
        ],
    );
    let out = p.run(
        &[make],
        3,
        &[
            ("push-fixnum", 5),
            ("push-constant", 7),
            ("funcall-mv", 1),
            ("drop", 1),
            ("pop-local", 2),
            ("pop-local", 1),
            ("pop-local", 0),
            ("push-local", 2),
            ("push-local", 0),
            ("funcall", 0),
            ("push-local", 0),
            ("funcall", 0),
            ("push-local", 1),
            ("funcall", 0),
            HALT,
        ],
    );
    assert_eq!(out.stack(4), fixnums(&[5, 6, 7, 37]));
}

#[test]
fn bindings_are_undone() {
    let mut p = Program::new();
    let x = p.symbol("user:*x*");
    let y = p.symbol("user:*y*");
    p.image.set_value(x, fixnum(1));
    let get = p.symbol("user:get");
    p.defun(
        "user:get",
        takes(0, 0),
        &[x],
        &[("push-value", 7), ("return", 0)],
    );
    let out = p.run(
        &[x, get, y],
        0,
        &[
            ("push-fixnum", 2),
            ("bind", 7),
            ("call-0", 8),
            ("push-constant", 7),
            ("push-fixnum", 3),
            ("bind-symbol", 0),
            ("call-0", 8),
            ("push-fixnum", 4),
            ("pop-value", 7),
            ("call-0", 8),
            ("unbind", 1),
            ("call-0", 8),
            ("push-fixnum", 9),
            ("bind", 9),
            ("push-value", 9),
            ("binding-depth", 0),
            ("push-fixnum", 0),
            ("unbind-to", 0),
            ("call-0", 8),
            ("binding-depth", 0),
            HALT,
        ],
    );
    assert_eq!(out.stack(8), fixnums(&[2, 3, 4, 2, 9, 4, 1, 0]));
}

#[test]
fn catch_and_throw() {
    for depth in [0, 1000] {
        let mut p = Program::new();
        let thrower = p.symbol("user:thrower");
        let x = p.symbol("user:*x*");
        p.image.set_value(x, fixnum(1));
        p.defun(
            "user:thrower",
            takes(1, 2),
            &[thrower, x],
            &[
                ("push-fixnum", 20),
                ("bind", 8),
                ("push-arg", 0),
                ("eq-immediate", 0),
                ("branch-nil@more", 0),
                ("push-fixnum", 17),
                ("push-fixnum", 5),
                ("push-fixnum", 6),
                ("push-fixnum", 2),
                ("throw", 0),
                (":more", 0),
                ("push-arg", 0),
                ("subtract-immediate", 1),
                ("call-1", 7),
                ("unbind", 1),
                ("return", 1),
            ],
        );
        let out = p.run(
            &[thrower, fixnum(depth), x],
            1,
            &[
                ("push-fixnum", 33),
                ("pop-local", 0),
                ("push-fixnum", 17),
                ("catch-open@one", 0),
                ("push-constant", 8),
                ("call-1", 7),
                ("catch-close", 0),
                (":one", 0),
                ("push-fixnum", 17),
                ("catch-open-mv@all", 0),
                ("push-constant", 8),
                ("call-1", 7),
                ("push-fixnum", 1),
                ("catch-close-mv", 0),
                (":all", 0),
                ("push-value", 9),
                ("push-local", 0),
                ("push-fixnum", 18),
                ("catch-open@never", 0),
                ("push-fixnum", 44),
                ("catch-close", 0),
                (":never", 0),
                HALT,
            ],
        );
        assert_eq!(
            out.stack(7),
            fixnums(&[5, 5, 6, 2, 1, 33, 44]),
            "depth {depth}"
        );
    }
}

#[test]
fn unwind_protect_runs_on_the_way() {
    let mut p = Program::new();
    let inner = p.symbol("user:inner");
    let x = p.symbol("user:*x*");
    p.image.set_value(x, fixnum(1));
    p.defun(
        "user:inner",
        takes(0, 0),
        &[x],
        &[
            ("unwind-open@cleanup", 0),
            ("push-fixnum", 17),
            ("push-fixnum", 8),
            ("push-fixnum", 1),
            ("throw", 0),
            (":cleanup", 0),
            ("push-fixnum", 2),
            ("pop-value", 7),
            ("unwind-continue", 0),
        ],
    );
    let out = p.run(
        &[inner, x],
        0,
        &[
            ("push-fixnum", 17),
            ("catch-open@one", 0),
            ("call-0", 7),
            ("catch-close", 0),
            (":one", 0),
            ("push-value", 8),
            ("unwind-open@never", 0),
            ("unwind-close", 0),
            (":never", 0),
            HALT,
        ],
    );
    assert_eq!(out.stack(2), fixnums(&[8, 2]));
}

#[test]
fn keyword_arguments() {
    let run = |args: &[&str], other: bool| {
        let mut p = Program::new();
        let t = if other { p.image.t() } else { p.image.nil() };
        let (a, b) = (p.symbol(":a"), p.symbol(":b"));
        let keys = p.image.simple_vector(&[t, a, b]);
        let shape = Function {
            rest: true,
            keys: true,
            ..Function::default()
        };
        let f = p.symbol("user:f");
        p.defun(
            "user:f",
            shape,
            &[keys],
            &[
                ("push-arg", 0),
                ("parse-keys", 7),
                ("pick", 1),
                ("supplied-p@", 0),
                ("return-values", 2),
            ]
            .iter()
            .copied()
            .filter(|(name, _)| !name.starts_with("supplied") && *name != "pick")
            .collect::<Vec<_>>(),
        );
        let mut constants = vec![f];
        for arg in args {
            let w = match arg.parse::<i64>() {
                Ok(n) => fixnum(n),
                Err(_) => p.symbol(arg),
            };
            constants.push(w);
        }
        let mut code = Vec::new();
        for i in 0..args.len() {
            code.push(("push-constant", 8 + i as i32));
        }
        code.extend([
            ("push-constant", 7),
            ("funcall-mv", args.len() as i32),
            HALT,
        ]);
        trap_halts(&mut p);
        p.run(&constants, 0, &code)
    };
    assert_eq!(
        run(&[":a", "1", ":b", "2"], false).stack(3),
        fixnums(&[1, 2, 2])
    );
    assert_eq!(
        run(&[":b", "1", ":a", "2", ":b", "3"], false).stack(3),
        fixnums(&[2, 1, 2])
    );
    assert_eq!(
        run(&[":b", "1", ":c", "2"], true).stack(3)[1..],
        fixnums(&[1, 2])[..]
    );
    let unsupplied = word(DataType::Null, 0);
    assert_eq!(
        run(&[":b", "1", ":c", "2", ":allow-other-keys", "5"], false).stack(3),
        [unsupplied, fixnum(1), fixnum(2)]
    );
    assert_eq!(
        run(&[":b", "1", ":c", "2"], false).trap(),
        "unknown-keyword"
    );
    assert_eq!(
        run(&[":b", "1", ":c"], false).trap(),
        "odd-keyword-arguments"
    );
}

/// Makes si:%trap a function that halts with its two arguments on the stack.
fn trap_halts(p: &mut Program) {
    p.defun(
        "si:%trap",
        takes(2, 0),
        &[],
        &[("push-arg", 1), ("push-arg", 0), HALT],
    );
}

impl Outcome {
    /// The condition of the trap that halted the machine.
    fn trap(&self) -> String {
        let address = self.stack(2)[0] & 0xffff;
        object()
            .symbols
            .error_table
            .iter()
            .find(|entry| u32::from(entry.address) == address)
            .map_or_else(
                || {
                    format!(
                        "no entry for {address:o}: {:?}",
                        object().nearest_label(address as u16)
                    )
                },
                |entry| entry.form[0].to_string(),
            )
    }
}

#[test]
fn traps_come_back() {
    // %trap stores 99 for M-T (word 0 of the block) and returns NIL: the unbound variable is 99.
    let mut p = Program::new();
    let nil = p.image.nil();
    p.defun(
        "si:%trap",
        takes(2, 0),
        &[fixnum(99), nil],
        &[
            ("push-constant", 7),
            ("push-arg", 0),
            ("%set-stack-word", 0),
            ("drop", 1),
            ("push-constant", 8),
            ("return", 2),
        ],
    );
    let x = p.symbol("user:*x*");
    let out = p.run(
        &[x],
        0,
        &[
            ("push-fixnum", 1),
            ("push-value", 7),
            ("push-fixnum", 3),
            HALT,
        ],
    );
    assert_eq!(out.stack(3), fixnums(&[1, 99, 3]));

    // %trap gives the variable a value and asks that the macroinstruction be done again,
    // once for the short form, once for the long one.
    let mut p = Program::new();
    let x = p.symbol("user:*x*");
    p.defun(
        "si:%trap",
        takes(2, 0),
        &[x],
        &[
            ("push-fixnum", 7),
            ("pop-value", 7),
            ("push-fixnum", 0),
            ("return", 2),
        ],
    );
    let out = p.run(
        &[x],
        0,
        &[
            ("push-fixnum", 1),
            ("push-value", 7),
            ("push-constant", 7),
            ("bind-unbound", 0),
            ("long-push-value", 7),
            ("push-fixnum", 3),
            HALT,
        ],
    );
    assert_eq!(out.stack(4), fixnums(&[1, 7, 7, 3]));
}

#[test]
fn runaway_recursion_traps() {
    let mut p = Program::new();
    let f = p.symbol("user:f");
    let shape = takes(0, 15);
    let mut code = vec![("push-fixnum", 0); 300];
    code.extend([("call-0", 7), ("return", 0)]);
    p.defun("user:f", shape, &[f], &code);
    trap_halts(&mut p);
    let setup = Setup {
        limit: 60_000_000,
        engine: EngineKind::Fast,
        ..Setup::default()
    };
    let out = p.run_on(&setup, &[f], 0, &[("call-0", 7), HALT]);
    assert_eq!(out.trap(), "stack-overflow");
}

/// Lists made on every level of a deep recursion survive flips at each of them.
#[test]
fn a_deep_stack_is_a_root() {
    let mut p = Program::new();
    let build = p.symbol("user:build");
    p.defun(
        "user:build",
        takes(1, 14),
        &[build],
        &[
            ("push-arg", 0),
            ("eq-immediate", 0),
            ("branch-nil@more", 0),
            ("push-local", 0),
            ("return", 1),
            (":more", 0),
            ("push-arg", 0),
            ("push-arg", 0),
            ("list", 2),
            ("pop-local", 9),
            ("push-arg", 0),
            ("subtract-immediate", 1),
            ("call-1", 7),
            ("push-local", 9),
            ("car", 0),
            ("swap", 0),
            ("cons", 0),
            ("return", 1),
        ],
    );
    let sum = p.symbol("user:sum-list");
    p.defun(
        "user:sum-list",
        takes(1, 1),
        &[],
        &[
            ("push-fixnum", 0),
            ("pop-local", 0),
            (":loop", 0),
            ("push-arg", 0),
            ("branch-nil@done", 0),
            ("push-arg", 0),
            ("car", 0),
            ("push-local", 0),
            ("add", 0),
            ("pop-local", 0),
            ("push-arg", 0),
            ("cdr", 0),
            ("pop-arg", 0),
            ("branch@loop", 0),
            (":done", 0),
            ("push-local", 0),
            ("return", 1),
        ],
    );
    let disk = p.disk(
        &[build, sum, fixnum(200)],
        0,
        &[("push-constant", 9), ("call-1", 7), ("call-1", 8), HALT],
    );
    for torture in [0, 1, 7] {
        let out = Setup {
            torture,
            ..Setup::default()
        }
        .run_disk(disk.clone());
        assert_eq!(out.stack(1), fixnums(&[200 * 201 / 2]));
        let flips = 400_u32.checked_div(torture).unwrap_or(0);
        assert_eq!(out.register("a-gc-count"), flips);
    }
}

/// Values, tail calls and traps at every depth of a recursion that spills: whatever frame is
/// lowest in the buffer, going back to its caller brings that back.
#[test]
fn every_return_can_refill() {
    let mut p = Program::new();
    let values = p.symbol("user:values");
    // (defun values (n) (if (= n 0) (values 1 2 3) (values-of (values (- n 1)))))
    p.defun(
        "user:values",
        takes(1, 5),
        &[values],
        &[
            ("push-arg", 0),
            ("eq-immediate", 0),
            ("branch-nil@more", 0),
            ("push-fixnum", 1),
            ("push-fixnum", 2),
            ("push-fixnum", 3),
            ("return-values", 3),
            (":more", 0),
            ("push-arg", 0),
            ("subtract-immediate", 1),
            ("push-constant", 7),
            ("funcall-mv", 1),
            ("return-mv", 0),
        ],
    );
    let (a, b) = (p.symbol("user:a"), p.symbol("user:b"));
    // (defun a (n) (if (= n 0) 0 (+ 1 (b 1 2 n)))), (defun b (x y n) (a (- n 1)))
    p.defun(
        "user:a",
        takes(1, 3),
        &[b],
        &[
            ("push-arg", 0),
            ("eq-immediate", 0),
            ("branch-nil@more", 0),
            ("push-fixnum", 0),
            ("return", 1),
            (":more", 0),
            ("push-fixnum", 1),
            ("push-fixnum", 2),
            ("push-arg", 0),
            ("call-3", 7),
            ("add-immediate", 1),
            ("return", 1),
        ],
    );
    p.defun(
        "user:b",
        takes(3, 4),
        &[a],
        &[
            ("push-arg", 0),
            ("subtract-immediate", 1),
            ("tail-call-1", 7),
        ],
    );
    let (traps, x) = (p.symbol("user:traps"), p.symbol("user:*x*"));
    // (defun traps (n) (if (= n 0) 0 (+ *x* (traps (- n 1))))): *x* is unbound; the handler
    // recurses deep itself and says 2.
    p.defun(
        "user:traps",
        takes(1, 2),
        &[traps, x],
        &[
            ("push-arg", 0),
            ("eq-immediate", 0),
            ("branch-nil@more", 0),
            ("push-fixnum", 0),
            ("return", 1),
            (":more", 0),
            ("push-value", 8),
            ("push-arg", 0),
            ("subtract-immediate", 1),
            ("call-1", 7),
            ("add", 0),
            ("return", 1),
        ],
    );
    let nil = p.image.nil();
    p.defun(
        "si:%trap",
        takes(2, 0),
        &[a, fixnum(300), nil],
        &[
            ("push-constant", 8),
            ("call-1", 7),
            ("drop", 1),
            ("push-fixnum", 2),
            ("push-arg", 0),
            ("%set-stack-word", 0),
            ("drop", 1),
            ("push-constant", 9),
            ("return", 2),
        ],
    );
    let out = p.run(
        &[values, a, traps, fixnum(1000)],
        0,
        &[
            ("push-fixnum", 60),
            ("push-constant", 10),
            ("push-constant", 7),
            ("funcall-mv", 1),
            ("push-constant", 10),
            ("call-1", 8),
            ("long-push-fixnum", 500),
            ("call-1", 9),
            HALT,
        ],
    );
    assert_eq!(out.stack(7), fixnums(&[60, 1, 2, 3, 3, 1000, 1000]));
}

/// Twice out of a runaway recursion: the reserve comes back.
#[test]
fn a_stack_overflow_can_be_left() {
    let mut p = Program::new();
    let f = p.symbol("user:f");
    let mut code = vec![("push-fixnum", 0); 400];
    code.extend([("call-0", 7), ("return", 0)]);
    p.defun("user:f", takes(0, 15), &[f], &code);
    p.defun(
        "si:%trap",
        takes(2, 0),
        &[],
        &[
            ("push-fixnum", 17),
            ("push-fixnum", 5),
            ("push-fixnum", 1),
            ("throw", 0),
        ],
    );
    let setup = Setup {
        limit: 60_000_000,
        engine: EngineKind::Fast,
        ..Setup::default()
    };
    let out = p.run_on(
        &setup,
        &[f],
        0,
        &[
            ("push-fixnum", 17),
            ("catch-open@once", 0),
            ("call-0", 7),
            ("catch-close", 0),
            (":once", 0),
            ("push-fixnum", 17),
            ("catch-open@twice", 0),
            ("call-0", 7),
            ("catch-close", 0),
            (":twice", 0),
            HALT,
        ],
    );
    assert_eq!(out.stack(2), fixnums(&[5, 5]));
    assert!(out.register("a-stack-limit") < out.register("a-stack-end"));
}

#[test]
fn a_break_comes_between_macroinstructions() {
    let mut p = Program::new();
    let x = p.symbol("user:*x*");
    p.image.set_value(x, fixnum(0));
    p.defun(
        "si:%sequence-break",
        takes(1, 0),
        &[x],
        &[
            ("push-value", 7),
            ("add-immediate", 1),
            ("pop-value", 7),
            ("push-arg", 0),
            ("return", 1),
        ],
    );
    let t = p.image.t();
    let nil = p.image.nil();
    let setup = Setup {
        console: vec![ConsoleInput::Break],
        ..Setup::default()
    };
    // Disabled at first: the reasons wait.
    let out = p.run_on(
        &setup,
        &[x, t],
        0,
        &[
            ("push-value", 7),
            ("push-constant", 8),
            ("%enable-sequence-break", 0),
            ("push-value", 7),
            ("push-value", 7),
            HALT,
        ],
    );
    let mut expected = fixnums(&[0]);
    expected.push(nil);
    expected.extend(fixnums(&[1, 1]));
    assert_eq!(out.stack(4), expected);
}

#[test]
fn what_cannot_be_called() {
    let mut p = Program::new();
    p.defun(
        "si:%undefined-function",
        takes(2, 0),
        &[],
        &[
            ("push-arg", 1),
            ("push-arg", 0),
            ("mv-from-list", 0),
            ("add-immediate", 1),
            ("return-mv", 0),
        ],
    );
    p.defun(
        "si:%wrong-argument-count",
        takes(2, 0),
        &[],
        &[("push-arg", 0), ("mv-from-list", 0), ("return-mv", 0)],
    );
    let one = p.symbol("user:one");
    p.defun(
        "user:one",
        takes(1, 0),
        &[],
        &[("push-arg", 0), ("return", 1)],
    );
    let nowhere = p.symbol("user:nowhere");
    let out = p.run(
        &[nowhere, one],
        0,
        &[
            ("push-fixnum", 1),
            ("push-fixnum", 2),
            ("push-constant", 7),
            ("funcall-mv", 2),
            ("push-fixnum", 5),
            ("push-fixnum", 6),
            ("push-constant", 8),
            ("funcall-mv", 2),
            ("push-fixnum", 5),
            ("push-fixnum", 6),
            ("call-2", 8),
            HALT,
        ],
    );
    let mut expected = vec![nowhere];
    expected.extend(fixnums(&[1, 2, 3, 5, 6, 2, 5]));
    assert_eq!(out.stack(8), expected);
}

/// Cycles of the macroinstructions on the common path, decode included.
#[test]
fn the_common_path_is_short() {
    let measure = |body: Code, build: &dyn Fn(&mut Program) -> Vec<Word>| {
        let run = |times: usize| {
            let mut p = Program::new();
            let constants = build(&mut p);
            let mut code = vec![("long-push-fixnum", 1000), ("pop-local", 0), (":loop", 0)];
            for _ in 0..times {
                code.extend_from_slice(body);
            }
            code.extend([
                ("push-local", 0),
                ("subtract-immediate", 1),
                ("set-local", 0),
                ("eq-immediate", 0),
                ("branch-nil@loop", 0),
                HALT,
            ]);
            p.run(&constants, 3, &code).machine.state.cycles
        };
        // What the loop and the boot take goes out; so do the few loads of the map.
        (run(9) - run(1)) / 8000
    };
    let nothing = |_: &mut Program| vec![];
    let table: &[(&str, Code, u64)] = &[
        ("push-local, drop", &[("push-local", 0), ("drop", 1)], 8),
        (
            "push-local, pop-local",
            &[("push-local", 0), ("pop-local", 1)],
            8,
        ),
        ("branch", &[("branch", 0)], 8),
        (
            "push-local, branch-nil",
            &[("push-local", 1), ("branch-nil", 0)],
            4 + 8,
        ),
        (
            "push-local, branch-not-nil",
            &[("push-local", 0), ("branch-not-nil", 0)],
            4 + 8,
        ),
        ("push-fixnum, drop", &[("push-fixnum", 1), ("drop", 1)], 8),
    ];
    for (name, body, limit) in table {
        let used = measure(body, &nothing);
        println!("{name}: {used}");
        assert!(used <= *limit, "{name}: {used} cycles, {limit} allowed");
    }
    let call = measure(&[("push-local", 0), ("call-1", 7), ("drop", 1)], &|p| {
        let f = p.symbol("user:f");
        p.defun(
            "user:f",
            takes(1, 0),
            &[],
            &[("push-arg", 0), ("return", 1)],
        );
        vec![f]
    });
    // push-local 4, drop 4, push-arg 6.
    println!("call-1 and return: {}", call - 14);
    assert!(call <= 40 + 14, "call and return: {call}");
}

#[test]
fn both_engines_agree() {
    let run = |engine| {
        let mut p = Program::new();
        let fib = fib(&mut p);
        let setup = Setup {
            engine,
            ..Setup::default()
        };
        let out = p.run_on(
            &setup,
            &[fib],
            0,
            &[("push-fixnum", 10), ("call-1", 7), HALT],
        );
        (out.stack(1), out.machine.state.cycles)
    };
    assert_eq!(run(EngineKind::Reference), run(EngineKind::Fast));
}
