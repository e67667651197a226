//! The Pinkfish dialect, as its callers read it.

mod answers;
mod files;
mod inputs;
mod paths;
mod published;
mod refusals;
mod repeats;
mod uploads;
