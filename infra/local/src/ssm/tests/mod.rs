//! The parameters as the SDK meets them, and as the module that keeps secrets does.

mod persistence;
mod protocol;
mod secrets;
