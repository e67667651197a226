//! Tests of the loader.

mod faults;
mod judges;
mod kit;
mod support;
