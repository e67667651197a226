//! The commands of the group.

use clap::Subcommand;

use super::{answer::Shown, cancel, find::find, list, logs, reply, start};
use crate::{connect::Connection, error::Error, output::Output};

/// Commands on runs.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Start a run in the background and print its id
    Start(start::Arguments),
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
        Command::Status { id } => output.answer(&Shown::from(find(connection, &id).await?)),
        Command::Logs(arguments) => logs::logs(&arguments, connection, output).await,
        Command::List(arguments) => list::list(arguments, connection, output).await,
        Command::Answer(arguments) => reply::reply(arguments, connection, output).await,
        Command::Cancel { id } => cancel::cancel(&id, connection, output).await,
    }
}
