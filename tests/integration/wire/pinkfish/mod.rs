//! The Pinkfish dialect, as its callers read it.

mod answers;
mod inputs;
mod paths;
mod published;
mod refusals;
mod repeats;
