//! Promises, tested through the real handlers against the embedded services.

mod promises;
mod tidy;
mod wire;
