//! `webhook …`: other services' webhooks, looked at and played.

mod command;
mod pair;
mod provider;
mod report;
mod request;
mod secret;
mod send;
mod verify;

pub(crate) use command::{Command, execute};
