//! The harness: a bed with the embedded services and a clock that tests move, a wire that fails on
//! demand, a server that flows call, and the whole stack behind its address.

mod answer;
mod api;
mod bed;
mod collector;
pub mod contract;
mod deaths;
mod events;
pub mod log;
pub mod metrics;
pub mod model;
mod noise;
pub mod records;
mod sender;
mod target;
mod wire;

pub use answer::{Answer, Transcript};
pub use api::{Api, send};
pub use bed::{BUCKET, Bed, DEAD_LETTERS, QUEUE, event};
pub use collector::{Collector, Span, settings};
pub use deaths::die_at_every_request;
pub use events::{Events, Sse};
pub use log::Log;
pub use model::{Model, Reply};
pub use noise::noise;
pub use records::workspace;
pub use sender::Sender;
pub use target::{Call, Target};
pub use wire::{Fault, Moment, Sent, Wire};
