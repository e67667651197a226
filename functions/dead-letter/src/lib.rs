//! The dead-letter function.
