//! The gateway from its outside, and the event against its true form.

mod events;
mod limits;
mod server;
mod serving;
