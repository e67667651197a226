//! What is fuzzed, as it stands in the crates: those would bring the flow language and the AWS SDK along, and with
//! counters in every branch their build takes many minutes.

mod http;
#[path = "../../shared/core/src/model/mod.rs"]
pub mod model;
#[path = "../../shared/core/src/webhook/mod.rs"]
pub mod webhook;

pub use http::decode;
