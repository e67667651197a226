//! Promises, tested through the real handlers against the embedded services.

mod promises;
mod streams;
mod telemetry;
mod tidy;
mod wire;
