//! Tests of the loader.

mod calls;
mod document;
mod expressions;
mod hostile;
mod judges;
mod kit;
mod listen;
mod llm;
mod source;
mod support;
mod tasks;
mod threads;
