//! `webhook …`: other services' webhooks, looked at without a stack.

mod command;
mod report;
mod request;
mod scheme;
mod secret;
mod verify;

pub(crate) use command::{Command, execute};
pub(crate) use scheme::{scheme_of_file, scheme_of_name};
pub(crate) use secret::read_secret;
