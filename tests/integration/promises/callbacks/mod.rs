//! Who is told that a run has ended, whatever process dies and whatever the receiver answers.

mod bench;
mod crash;
mod delivery;
mod endings;
mod follow_ups;
mod interleavings;
mod record;
