//! The wire: requests become commands, results and errors become answers. The only module that
//! names `lambda_http`; decides nothing about runs.

mod body;
pub mod gateway;
mod headers;
pub mod phinite;
mod problem;
mod received;
pub mod routes;

pub use received::received;
