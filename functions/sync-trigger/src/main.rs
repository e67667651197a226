//! Wiring of the sync-trigger function.
fn main() {}
