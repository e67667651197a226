//! `provider …`: where a workspace's flows find language models. A key is read once, kept in Parameter Store, and never
//! shown.

mod add;
mod answer;
mod base_url;
mod command;

pub(crate) use command::{Command, execute};
