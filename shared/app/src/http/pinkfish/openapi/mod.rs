//! The dialect's part of the OpenAPI document.

mod files;
mod headers;
mod part;
mod runs;
mod schemas;
mod trigger;
mod webhook;

pub(in crate::http) use part::part;
