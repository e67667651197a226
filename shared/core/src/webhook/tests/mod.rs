//! Tests of the whole: published vectors, every bit, every edge, and what senders make.

mod bits;
mod deliveries;
mod edges;
mod follow_ups;
mod requests;
mod round_trip;
mod schemes;
mod secrets;
mod vectors;
