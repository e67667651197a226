//! The way to the tables, the queue, the schedules and the secrets: on AWS with the operator's credentials, or the local
//! stack's. Knows no command.

mod connection;
mod folder;

pub(crate) use connection::Connection;
pub(crate) use folder::{DEFAULT_DATA, DEMO_WORKSPACE};
