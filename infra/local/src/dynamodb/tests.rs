//! The tables through the SDK, by both front ends.
