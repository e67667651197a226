//! What an operator sees: JSON log lines, trace context. Knows nobody.

mod log;
pub mod trace;

pub use log::init;
