//! Everything together on one machine: the gateway, the functions, the queues with their pumps, the
//! schedules, the secrets and the tables. Knows nothing of what flows and triggers are in them.

mod attach;
mod clients;
mod data;
mod endpoints;
mod error;
mod options;
mod running;
mod services;
mod start;

pub use endpoints::Endpoints;
pub use error::StartError;
pub use options::{Options, Transport};
pub use running::Stack;
