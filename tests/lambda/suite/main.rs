//! The functions' release binaries, run as Lambda runs them. `tests/lambda/run` builds them first.

mod aiplanet;
mod batches;
mod callbacks;
mod description;
mod emulator;
mod files;
mod flows;
mod life;
mod logs;
mod models;
mod requests;
mod rights;
mod runs;
mod seldom;
mod webhooks;
