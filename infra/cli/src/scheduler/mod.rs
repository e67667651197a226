//! EventBridge Scheduler, where schedules live beside their triggers. Alone in naming its SDK: no function
//! needs it. Knows nothing of the tables.

mod client;

pub(crate) use client::{Places, Scheduler};
