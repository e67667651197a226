//! The harness: a bed with the embedded services and a clock that tests move, a wire that fails on
//! demand, and a server that flows call.

mod bed;
mod target;
mod wire;

pub use bed::{Bed, DEAD_LETTERS, QUEUE, event, workspace};
pub use target::{Call, Target};
pub use wire::{Fault, Moment, Sent, Wire};
