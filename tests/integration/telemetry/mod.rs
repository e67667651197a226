//! What operators are told: a line, metrics and spans of every event, and nothing of a user.

mod collectors;
mod flows;
mod lines;
mod metrics;
mod spans;
