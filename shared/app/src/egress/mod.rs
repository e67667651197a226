//! Outgoing HTTP for the steps that users define, behind a guard against server-side request forgery.
//!
//! The URL of a step is chosen by the flow's author, and often by the caller's input, while the request leaves from
//! inside the function's network. Unguarded, `http://127.0.0.1:9001/2018-06-01/runtime/invocation/next` reads the next
//! tenant's event from the Lambda Runtime API, and `169.254.169.254` hands out credentials. So:
//!
//! * `target` parses the URL once. http and https only, no user name or password, no `localhost` name, and a host
//!   that is an address in any spelling (`2130706433`, `0x7f.1`, `[::ffff:127.0.0.1]`) is judged as that address.
//! * `resolver` looks a name up once and refuses it if *any* of its addresses is not public. The connector is given
//!   those very addresses, so a second, different DNS answer (rebinding) has nobody to fool. `Host`, SNI and the
//!   certificate's name stay the name.
//! * `redirect` walks redirects by hand, and every hop passes through the same two checks.
//! * No proxy: hyper has no notion of one, so `HTTP_PROXY` cannot move the check to another machine.
//!
//! # Why both checks, and why one pool
//!
//! A connector never calls its resolver for a host that is an address, so a guarded resolver alone lets every literal
//! through; a check of the URL alone does not see where names lead. A client pinned per request would be safe too, but
//! would throw its connection pool away, and a TLS handshake costs more than the rest of the call. The check lives in
//! the resolver instead, which runs exactly when a connection is opened. The pool's key is (scheme, host, port), so
//! whoever is handed a pooled connection named the same host, and it was opened to an address that was checked.
//!
//! # Why hyper itself
//!
//! The AWS SDK already brings hyper, hyper-util and hyper-rustls into every function. A layer above them would add
//! proxies, cookies, redirects and retries that must be switched off again, and it hides whether a request was
//! given a connection, without which [`Error::outcome_unknown`] would be a guess.
//!
//! The module knows nothing of flows, runs or retries: one request goes out, one answer or one [`Error`] comes back.

mod address;
mod body;
mod client;
mod error;
mod headers;
mod incoming;
mod pool;
mod redirect;
mod request;
mod resolver;
mod response;
mod target;
#[cfg(test)]
mod tests;

pub use client::{Egress, Policy};
pub use error::{Error, ErrorKind};
pub use incoming::IncomingAnswer;
pub use request::{Redirects, Request};
pub use response::Response;
