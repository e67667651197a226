//! `key …`: what callers show to be let in. Made once, shown once; only a hash is kept.

mod answer;
mod command;
mod create;

pub(crate) use command::{Command, execute};
pub(crate) use create::{Grant, create};
