//! The functions that programs may call: an allow-list. Each takes values and gives values, and is pure.
//!
//! Left out on purpose: `env`, `now`, `localtime`, `input`, `debug`, `halt` and their kin, and from the mathematics
//! `jn` and `yn`, which loop as often as an argument says.

mod engine;
mod list;
mod objects;
mod paths;
mod regex;
mod text;
mod time;

pub(super) use engine::{Engine, Handle};
pub(super) use list::{INTERNAL, all, refusal};
