//! The OpenAPI document. That no other answer is given than it tells of, every request of these tests shows
//! (`support::contract`).

mod answers;
mod document;
mod operations;
