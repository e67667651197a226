//! The operator's command: the local stack, and flows, triggers, keys and runs wherever they live.

mod arguments;
mod command;
mod connect;
mod dev;
mod duration;
mod environments;
mod error;
mod flow;
mod key;
mod limit;
mod openapi;
mod output;
mod provider;
mod run;
mod scheduler;
mod trigger;
mod webhook;
mod workspace;

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A run makes some thousand allocations, a quarter of its instructions with the system's allocator.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let line = arguments::CommandLine::read();
    shared::telemetry::init(&line.global.log);
    match command::execute(line).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.report(),
    }
}
