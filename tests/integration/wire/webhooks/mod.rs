//! Triggers' own URLs, as those who call them read them.

mod expressions;
mod open;
mod refusals;
