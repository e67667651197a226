//! Wiring of the status function.
fn main() {}
