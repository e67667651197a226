//! Clients that were written by others, and those that users start from, against a stack.

mod guide;
mod own;
pub(super) mod program;
mod published;
