//! Measures the local stack under load, and the engine by itself.

mod answer;
mod arguments;
mod background;
mod client;
mod delivery;
mod engine;
mod fault;
mod latencies;
mod load;
mod process;
mod report;
mod server;
mod session;
#[cfg(test)]
mod stand_in;
mod status;
mod streams;
mod target;
mod waiting;

use std::{io::Write, process::ExitCode};

use clap::Parser;

/// One thread, so that the generator can take one core of the server's at most.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = arguments::Arguments::parse();
    let mut output = std::io::stdout();
    match session::measure(&arguments, &mut output).await {
        Ok(faults) if faults.is_empty() => ExitCode::SUCCESS,
        Ok(faults) => {
            // Nothing is left to do where even the error output is gone.
            let _ = write!(std::io::stderr(), "{faults}");
            ExitCode::FAILURE
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}
