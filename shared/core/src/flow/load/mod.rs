//! From a flow's text to a plan: shapes checked, names resolved, durations read, expressions and
//! schemas compiled, and every fault collected with its place. Runs nothing, knows no host.

mod authentication;
mod call;
mod catch;
mod check;
mod duration;
mod endpoint;
mod expression;
mod faults;
mod flow;
mod http;
mod listen;
mod lists;
mod llm;
mod loader;
mod place;
mod raise;
mod refused;
mod repeat;
mod retry;
mod schema;
mod scope;
mod shared;
mod switch;
mod task;
mod template;
mod thread;

#[cfg(test)]
mod tests;

pub use check::{Checked, check};
