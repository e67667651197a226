//! Lambda's side: calls the functions' handlers, and keeps each call going whatever becomes of its
//! caller. Knows nothing of HTTP connections and queues.

pub(crate) mod functions;
mod stop;
mod tasks;

pub(crate) use stop::{Stop, Stopper};
pub(crate) use tasks::Tasks;
