//! Runs as they happen: server-sent events, in the same form for every dialect.

mod body;
mod openapi;
mod request;
mod write;

pub use body::{Events, Reply, StreamedBody, whole};

pub(super) use openapi::{or_stream, stream};
pub(super) use request::{MEDIA_TYPE, last_event_ids};
