//! What needs no service: models, keys, the clock, webhooks, the flow language and the form in which language
//! models are asked. Names no AWS, no client or server of HTTP and no environment.

pub mod auth;
pub mod clock;
pub mod flow;
pub mod llm;
pub mod model;
pub mod webhook;
