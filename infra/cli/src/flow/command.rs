//! The commands of the group.

use clap::Subcommand;

use super::{
    answer::Flows,
    check::{self, check},
    publish, show,
};
use crate::{connect::Connection, error::Error, output::Output};

/// Commands on flows.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Check flows without publishing them; needs no stack and no credentials
    Check(check::Arguments),
    /// Check a flow, store this version of it and serve it in environments
    Publish(publish::Arguments),
    /// List the workspace's flows and what each environment serves
    List,
    /// Show a flow and its versions
    Show(show::Arguments),
}

/// Carries a command out.
pub(crate) async fn execute(
    command: Command,
    connection: &Connection,
    output: Output,
) -> Result<(), Error> {
    match command {
        Command::Check(arguments) => check(&arguments, output),
        Command::Publish(arguments) => publish::publish(&arguments, connection, output).await,
        Command::List => {
            let flows = connection.store.flows(connection.workspace()?).await?;
            output.answer(&Flows::from(flows))
        }
        Command::Show(arguments) => show::show(arguments, connection, output).await,
    }
}
