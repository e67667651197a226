//! Wiring of the worker function.
fn main() {}
