//! What is sound by the vocabulary and still probably not meant.

mod reach;
mod writing;

pub(super) use reach::unreachable;
pub(super) use writing::{looks_like_expression, partly_expression};
