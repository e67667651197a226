//! `trigger …`: what starts a flow, by call, by schedule or by another service's webhook.

mod answer;
mod callback;
mod command;
mod create;
mod find;
mod identifier;
mod kind;
mod rotation;
mod schedule;
mod secret;
mod url;
mod webhook;

pub(crate) use command::{Command, execute};
pub(crate) use create::readable_name;
pub(crate) use find::find;
pub(crate) use identifier::identifier;
use kind::Kind;
pub(crate) use webhook::{scheme_of, webhook_of};
