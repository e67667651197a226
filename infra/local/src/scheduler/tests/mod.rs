//! The schedules through the real SDK, on a clock that the tests move.

mod bed;
mod calls;
mod firing;
