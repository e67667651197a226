//! `webhook …`: other services' webhooks, looked at without a stack.

mod command;
mod report;
mod request;
mod secret;
mod verify;

pub(crate) use command::{Command, execute};
