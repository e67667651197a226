//! Triggers and what belongs to them, as they are shown.

mod trigger;
mod webhook;

pub(super) use trigger::{Deleted, Fired, Shown, Triggers};
pub(super) use webhook::{Address, Secrets, Tokens};
