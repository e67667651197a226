//! The tables through the SDK, by both front ends.

mod battery;
mod bed;
mod outcomes;
