//! A battery of requests runs by each front end, and the outcomes are compared: the emulator's own server is the judge of
//! the translation that replaces it in this process.

mod batches;
mod comparison;
mod items;
mod queries;
mod tables;
mod transactions;
mod validation;
