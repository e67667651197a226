//! What needs no service: models, keys, the clock and the flow language. Names no AWS, no HTTP and
//! no environment.

pub mod auth;
pub mod clock;
pub mod flow;
pub mod model;
