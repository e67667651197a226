//! What is promised about a run, whatever process dies and whatever the network does.

mod again;
mod batches;
mod budget;
mod callbacks;
mod crash;
mod delays;
mod deliveries;
mod files;
pub(crate) mod flows;
mod inputs;
mod interleavings;
mod limits;
mod models;
mod payloads;
mod redrives;
mod schedules;
mod slices;
mod starts;
mod threads;
mod timetable;
mod webhooks;
