//! A flow's text as a tree whose every key and value knows its line and column. Reads YAML 1.2
//! (core schema) and JSON; knows nothing of what a flow is.

mod escape;
mod read;
mod scalar;
mod tree;

pub(super) use read::read;
pub(super) use tree::{Located, Member, Node, Position};
