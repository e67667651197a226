//! The commands of the group.

use clap::Subcommand;

use super::{again, answer::Shown, cancel, find::find, list, logs, redrive, reply, start};
use crate::{connect::Connection, error::Error, output::Output};

/// Commands on runs.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Start a run in the background and print its id
    Start(start::Arguments),
    /// Do a run again that has ended: the same input, the same version of the flow; prints the new run's id
    Retry {
        /// The run's id
        id: String,
    },
    /// Do a run again that has ended, in the version of the flow that is served now; prints the new run's id
    Replay {
        /// The run's id
        id: String,
        /// The flow's input: JSON, `@file`, or `-` for standard input [default: the run's own]
        #[arg(long, value_name = "JSON")]
        input: Option<String>,
    },
    /// Start runs again that failed because their messages could not be handled: each once, however often this is asked
    Redrive(redrive::Arguments),
    /// Show where a run stands, its newest log lines and its result
    Status {
        /// The run's id
        id: String,
    },
    /// Show a run's log
    Logs(logs::Arguments),
    /// List runs, the newest first
    List(list::Arguments),
    /// Answer a run that waits for input
    Answer(reply::Arguments),
    /// Ask a run to end; a running one ends within seconds
    Cancel {
        /// The run's id
        id: String,
    },
}

/// Carries a command out.
pub(crate) async fn execute(
    command: Command,
    connection: &Connection,
    output: Output,
) -> Result<(), Error> {
    match command {
        Command::Start(arguments) => start::start(arguments, connection, output).await,
        Command::Retry { id } => again::retry(&id, connection, output).await,
        Command::Replay { id, input } => {
            again::replay(&id, input.as_deref(), connection, output).await
        }
        Command::Redrive(arguments) => redrive::redrive(arguments, connection, output).await,
        Command::Status { id } => output.answer(&Shown::from(find(connection, &id).await?)),
        Command::Logs(arguments) => logs::logs(&arguments, connection, output).await,
        Command::List(arguments) => list::list(arguments, connection, output).await,
        Command::Answer(arguments) => reply::reply(arguments, connection, output).await,
        Command::Cancel { id } => cancel::cancel(&id, connection, output).await,
    }
}
