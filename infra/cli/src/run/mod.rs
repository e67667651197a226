//! `run …`: starting, doing again, reading, following, answering and cancelling runs.

mod again;
mod answer;
mod cancel;
mod command;
mod filter;
mod find;
mod input;
mod line;
mod list;
mod logs;
mod redrive;
mod reply;
mod start;
mod watch;

pub(crate) use command::{Command, execute};
pub(crate) use input::read as read_input;
