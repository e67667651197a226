//! The worker function.
