//! What is promised about a run, whatever process dies and whatever the network does.

mod budget;
mod callbacks;
mod crash;
mod deliveries;
mod files;
pub(crate) mod flows;
mod interleavings;
mod models;
mod payloads;
mod schedules;
mod slices;
mod starts;
mod timetable;
mod webhooks;
