//! `webhook send`: plays a provider, towards any stack.

mod answer;
mod arguments;
mod command;
mod deliver;
mod event;
mod list;
mod sign;
mod target;
mod visit;

pub(super) use arguments::Arguments;
pub(super) use command::send;
