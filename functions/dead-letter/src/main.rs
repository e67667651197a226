//! Wiring of the dead-letter function.
fn main() {}
