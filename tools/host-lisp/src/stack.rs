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
}

#[inline(always)]
pub(crate) fn address() -> usize {
    let mark = 0u8;
    (&raw const mark) as usize
}

/// The lowest address that the current thread's Lisp may reach.
pub(crate) fn limit() -> usize {
    match FLOOR.with(Cell::get) {
        0 => address().saturating_sub(SMALL) + RESERVE / 2,
        floor => floor + RESERVE,
    }
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
