//! The async-start function.
