//! The commands of the group.

use clap::Subcommand;
use shared::model::{Provider, ProviderName};

use super::{
    add,
    answer::{Providers, Removed, Shown},
};
use crate::{connect::Connection, error::Error, output::Output};

/// Commands on providers of language models.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Add an endpoint that speaks the chat completions form, with its key
    Add(Box<add::Arguments>),
    /// List the workspace's providers, never their keys
    List,
    /// Show a provider, never its key
    Show {
        /// Its name
        name: ProviderName,
    },
    /// Remove a provider and its key; within 30 seconds no flow can ask it any more
    Remove {
        /// Its name
        name: ProviderName,
    },
}

/// Carries a command out.
pub(crate) async fn execute(
    command: Command,
    connection: &Connection,
    output: Output,
) -> Result<(), Error> {
    match command {
        Command::Add(arguments) => {
            output.answer(&Shown::from(add::add(*arguments, connection).await?))
        }
        Command::List => {
            let providers = connection.store.providers(connection.workspace()?).await?;
            output.answer(&Providers::from(providers))
        }
        Command::Show { name } => output.answer(&Shown::from(find(connection, &name).await?)),
        Command::Remove { name } => {
            remove(connection, &name).await?;
            output.answer(&Removed { provider: name })
        }
    }
}

/// The key first: once its name is forgotten, nobody finds it again. Can be repeated.
async fn remove(connection: &Connection, name: &ProviderName) -> Result<(), Error> {
    let provider = find(connection, name).await?;
    if let Some(reference) = &provider.key {
        connection.runs.secrets().delete(&provider, reference).await?;
    }
    connection.store.delete_provider(&provider.workspace, name).await?;
    Ok(())
}

async fn find(connection: &Connection, name: &ProviderName) -> Result<Provider, Error> {
    let workspace = connection.workspace()?;
    let found = connection.store.provider(workspace, name).await?;
    found.ok_or_else(|| {
        Error::NotFound(format!("there is no provider `{name}` in workspace `{workspace}`"))
    })
}
