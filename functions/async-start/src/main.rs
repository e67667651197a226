//! Wiring of the async-start function.
fn main() {}
