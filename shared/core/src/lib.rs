//! What needs no service: models, keys, the clock, webhooks and the flow language. Names no AWS, no
//! client or server of HTTP and no environment.

pub mod auth;
pub mod clock;
pub mod flow;
pub mod model;
pub mod webhook;
