//! `trigger …`: what starts a flow.

mod answer;
mod command;
mod create;
mod find;

pub(crate) use command::{Command, execute};
pub(crate) use create::readable_name;
pub(crate) use find::find;
