//! Webhooks of other services: who may have sent a request, what it says, what has to be answered.
//!
//! A `scheme` describes a provider; `verify` holds a request against it, and only what passed can
//! become a `Delivery`: handshake, id, envelope. Pure: no I/O, no clock, no storage.

mod delivery;
mod document;
mod encoding;
mod envelope;
mod exchange;
mod form;
mod freshness;
mod inspect;
mod message;
mod named;
mod pair;
mod refusal;
mod request;
mod samples;
pub mod scheme;
mod secret;
mod sign;
mod signature;
mod verify;

#[cfg(test)]
mod tests;

pub use delivery::Delivery;
pub use envelope::Envelope;
pub use exchange::Answer;
pub use inspect::{Finding, inspect};
pub use named::{named, names};
pub use pair::KeyPair;
pub use refusal::Refusal;
pub use request::Request;
pub use samples::{Sample, fresh_samples, samples};
pub use scheme::Scheme;
pub use secret::{SecretFault, check_secret};
pub use sign::{Signed, SigningKey, Unsignable, Unsigned, sign};
pub use verify::{Verified, verify};

/// Headers, as requests have them.
pub use http::{HeaderMap, HeaderName, HeaderValue};
