//! The flow language. Effects go out through one trait; nothing here knows AWS.

pub mod expression;
