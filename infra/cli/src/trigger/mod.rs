//! `trigger …`: what starts a flow, by call or by schedule.

mod answer;
mod command;
mod create;
mod find;
mod schedule;

pub(crate) use command::{Command, execute};
pub(crate) use create::readable_name;
pub(crate) use find::find;
