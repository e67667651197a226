//! The commands of the group.

use clap::Subcommand;
use shared::model::{Trigger, TriggerState};

use super::{
    answer::{Shown, Triggers},
    create, find,
};
use crate::{connect::Connection, error::Error, output::Output};

/// Commands on triggers.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Create a trigger for a flow
    Create(create::Arguments),
    /// List the workspace's triggers
    List,
    /// Show a trigger
    Show {
        /// Its id, or its name
        #[arg(value_name = "ID")]
        trigger: String,
    },
    /// Let a trigger answer as though it were not there; runs that started before go on
    Pause {
        /// Its id, or its name
        #[arg(value_name = "ID")]
        trigger: String,
    },
    /// Let a paused trigger accept calls again
    Resume {
        /// Its id, or its name
        #[arg(value_name = "ID")]
        trigger: String,
    },
}

/// Carries a command out.
pub(crate) async fn execute(
    command: Command,
    connection: &Connection,
    output: Output,
) -> Result<(), Error> {
    let trigger = match command {
        Command::List => {
            let triggers = connection.store.triggers(connection.workspace()?).await?;
            return output.answer(&Triggers::from(triggers));
        }
        Command::Create(arguments) => create::create(arguments, connection).await?,
        Command::Show { trigger } => find(connection, &trigger).await?,
        Command::Pause { trigger } => switch(connection, &trigger, TriggerState::Paused).await?,
        Command::Resume { trigger } => switch(connection, &trigger, TriggerState::Active).await?,
    };
    output.answer(&Shown::from(trigger))
}

async fn switch(
    connection: &Connection,
    wanted: &str,
    state: TriggerState,
) -> Result<Trigger, Error> {
    let trigger = find(connection, wanted).await?;
    connection.store.set_trigger_state(&trigger.workspace, &trigger.id, state).await?;
    Ok(Trigger { state, ..trigger })
}
