//! Whole flows, from their text to their output, against a host that remembers.

mod call;
mod conformance;
mod data;
mod depth;
mod errors;
mod host;
mod kit;
mod listen;
mod lists;
mod llm;
mod log;
mod replay;
mod retries;
mod thread;
mod timeouts;
