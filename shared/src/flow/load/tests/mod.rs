//! Tests of the loader.

mod document;
mod expressions;
mod judges;
mod kit;
mod source;
mod support;
mod tasks;
