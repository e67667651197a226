//! What the trigger-api functions share, as modules whose arrows point inward only:
//! `model` knows nobody, `runs` holds the use cases, `http` speaks the wire.

pub mod clock;
pub mod egress;
pub mod flow;
pub mod model;
