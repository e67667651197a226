//! What the trigger-api functions share.

pub mod flow;
