//! The meter that every operation on a value pays into. It knows numbers only, neither programs nor values.
//!
//! It is thread-local because the traits through which `jaq` handles values (`Add`, `Ord`, `FromIterator`, `Clone`)
//! have no room for a handle. A reading never outlives the evaluation that set it.

use super::limits::{Limit, Limits};
use std::cell::Cell;
use std::panic::resume_unwind;

struct Meter {
    work: Cell<u64>,
    memory_bytes: Cell<u64>,
    stack_floor: Cell<usize>,
}

thread_local! {
    static METER: Meter = const {
        Meter { work: Cell::new(0), memory_bytes: Cell::new(0), stack_floor: Cell::new(0) }
    };
}

/// Where the stack stands. It grows downwards on every platform that we build for.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "the address must be the caller's, and this runs on every step"
)]
fn stack_pointer() -> usize {
    let here = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&here)).addr()
}

/// Sets the meter for one evaluation that starts on the stack where it is called.
pub(super) fn start(limits: &Limits) {
    METER.with(|meter| {
        meter.work.set(limits.work);
        meter.memory_bytes.set(limits.memory_bytes);
        meter.stack_floor.set(stack_pointer().saturating_sub(limits.stack_bytes));
    });
}

/// Ends the evaluation. The program cannot catch it, unlike an error.
pub(super) fn stop(limit: Limit) -> ! {
    resume_unwind(Box::new(limit))
}

/// Pays for work: one step, or as many as an operation on a value has parts.
#[inline]
pub(super) fn work(steps: usize) {
    let stopped = METER.with(|meter| {
        if stack_pointer() < meter.stack_floor.get() {
            return Some(Limit::Stack);
        }
        match meter.work.get().checked_sub(steps as u64) {
            Some(left) => {
                meter.work.set(left);
                None
            }
            None => Some(Limit::Work),
        }
    });
    if let Some(limit) = stopped {
        stop(limit);
    }
}

/// Pays for `bytes` about to be built, and for the work of copying them.
#[inline]
pub(super) fn memory(bytes: usize) {
    let left = METER.with(|meter| {
        let left = meter.memory_bytes.get().checked_sub(bytes as u64);
        meter.memory_bytes.set(left.unwrap_or(0));
        left
    });
    if left.is_none() {
        stop(Limit::Memory);
    }
    work(bytes / 256);
}
