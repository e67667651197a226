//! The Pinkfish dialect, as its callers read it.

mod answers;
mod inputs;
mod published;
mod refusals;
mod repeats;
