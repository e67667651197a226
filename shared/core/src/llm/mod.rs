//! The chat completions form, as its inventor defined it and most others speak it: the body of a request, the stream of
//! events that answers it, and the errors it knows. Bytes go in, a completion comes out. Knows no connection, no
//! key, no provider; what is asked is the flow's.

mod chunk;
mod collect;
mod error;
mod events;
mod request;
#[cfg(test)]
mod tests;

pub use collect::{Collector, read_whole};
pub use error::{Error, error_code};
pub use request::body;
