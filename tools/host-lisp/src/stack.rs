//! The host's stack. Deep recursion must end in a Lisp error, so every call
//! compares its address with a limit; and builds run on a thread whose stack
//! is large enough that ordinary recursion never meets it.

use std::cell::Cell;

/// What the large stack has.
const LARGE: usize = 1 << 28;
/// What is assumed of a thread that we did not make.
const SMALL: usize = 1 << 20;
/// Kept free for reporting the overflow.
pub(crate) const RESERVE: usize = 256 << 10;

thread_local! {
    static FLOOR: Cell<usize> = const { Cell::new(0) };
    /// The limit of the interpreter made last, for code that knows no interpreter.
    static LIMIT: Cell<usize> = const { Cell::new(0) };
    static OVERFLOW: Cell<bool> = const { Cell::new(false) };
}

#[inline(always)]
pub(crate) fn address() -> usize {
    let mark = 0u8;
    (&raw const mark) as usize
}

/// The lowest address that the current thread's Lisp may reach.
pub(crate) fn limit() -> usize {
    let l = match FLOOR.with(Cell::get) {
        0 => address().saturating_sub(SMALL) + RESERVE / 2,
        floor => floor + RESERVE,
    };
    LIMIT.with(|c| c.set(l));
    l
}

/// Is the stack used up? Noted until `overflowed` asks.
pub(crate) fn exhausted() -> bool {
    let over = address() < LIMIT.with(Cell::get);
    if over {
        OVERFLOW.with(|c| c.set(true));
    }
    over
}

/// Did `exhausted` say yes since the last time?
pub(crate) fn overflowed() -> bool {
    OVERFLOW.with(|c| c.replace(false))
}

/// Runs a function on a thread with a stack of 256 MiB (of addresses; pages
/// are taken as they are touched). Interpreters made inside know of it.
pub fn with_large_stack<T: Send>(f: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|s| {
        let t = std::thread::Builder::new()
            .name("host-lisp".into())
            .stack_size(LARGE)
            .spawn_scoped(s, || {
                FLOOR.with(|l| l.set(address().saturating_sub(LARGE - (1 << 16))));
                f()
            });
        match t.map(|t| t.join()) {
            Ok(Ok(v)) => v,
            Ok(Err(p)) => std::panic::resume_unwind(p),
            Err(e) => panic!("cannot start a thread with a large stack: {e}"),
        }
    })
}
