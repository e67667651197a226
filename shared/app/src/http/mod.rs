//! The wire: requests become commands, results and errors become answers. The only module that
//! names `lambda_http`; decides nothing about runs.

mod address;
pub mod aiplanet;
mod body;
mod detail;
mod dialect;
pub mod events;
mod files;
mod form;
pub mod gateway;
mod headers;
pub mod link;
mod multipart;
pub mod openapi;
pub mod phinite;
pub mod pinkfish;
mod policy;
mod preflight;
mod problem;
mod question;
mod received;
mod respond;
pub mod routes;
mod serve;

pub use dialect::Dialect;
pub use policy::with_limits;
pub use preflight::is_preflight;
pub use received::received;
pub use serve::serve_streaming;
