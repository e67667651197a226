//! The commands of the group.

use clap::Subcommand;
use shared::model::MaxRuns;

use super::{
    answer::Flows,
    check::{self, check},
    publish, show,
};
use crate::{connect::Connection, error::Error, limit::Wanted, output::Output};

/// Commands on flows.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Check flows without publishing them; needs no stack and no credentials
    Check(check::Arguments),
    /// Check a flow, store this version of it and serve it in environments
    Publish(publish::Arguments),
    /// List the workspace's flows and what each environment serves
    List,
    /// Limit a flow; functions notice within 30 s
    Set {
        /// Its name
        name: String,
        /// How many of its runs may be stored and not ended at a time: a number, `none`
        #[arg(long, value_name = "COUNT")]
        runs_in_flight: Wanted<MaxRuns>,
    },
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
        Command::Set { name, runs_in_flight } => {
            let (store, workspace) = (&connection.store, connection.workspace()?);
            let count = runs_in_flight.limit();
            if !store.set_flow_runs_in_flight(workspace, &name, count).await? {
                let missing = format!("there is no flow `{name}` in workspace `{workspace}`");
                return Err(Error::NotFound(missing));
            }
            show::show(show::Arguments::of(name), connection, output).await
        }
        Command::Show(arguments) => show::show(arguments, connection, output).await,
    }
}
