//! `flow …`: checking, publishing and reading flows.

mod answer;
mod check;
mod command;
mod publish;
mod report;
mod show;
mod source;

pub(crate) use check::check;
pub(crate) use command::{Command, execute};
pub(crate) use publish::version;
