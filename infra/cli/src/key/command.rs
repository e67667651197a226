//! The commands of the group.

use clap::Subcommand;
use shared::auth::KeyId;

use super::{
    answer::{Keys, Made, Revoked},
    create::{self, Grant, create},
};
use crate::{
    connect::Connection,
    error::Error,
    output::{Output, note},
};

/// Commands on keys.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Create a key and print it: the only time that it is shown
    Create(create::Arguments),
    /// List the workspace's keys, never their secrets
    List,
    /// End a key for good; within 30 seconds nobody accepts it any more
    Revoke {
        /// The key's id, as `key list` shows it: not the key itself
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
        Command::Create(arguments) => {
            let workspace = connection.existing_workspace().await?.clone();
            let now = connection.now();
            let grant = Grant::of(arguments, workspace, now);
            let (key, token) = create(&connection.store, grant, now).await?;
            output.answer(&Made::new(&key, &token))?;
            note("This is the only time that the key is shown: only its hash is kept.\n");
            Ok(())
        }
        Command::List => {
            let keys = connection.store.keys(connection.workspace()?).await?;
            output.answer(&Keys::new(&keys, connection.now()))
        }
        Command::Revoke { id } => revoke(&id, connection, output).await,
    }
}

async fn revoke(id: &str, connection: &Connection, output: Output) -> Result<(), Error> {
    // What was typed is not repeated: it may be a whole key.
    let id: KeyId = id.parse().map_err(|_| {
        Error::Usage("not a key's id: the 11 characters that `key list` shows are expected".into())
    })?;
    let (workspace, now) = (connection.workspace()?, connection.now());
    let missing = || Error::NotFound(format!("there is no key `{id}` in workspace `{workspace}`"));
    if !connection.store.revoke_key(workspace, &id, now).await? {
        return Err(missing());
    }
    let key = connection.store.key(&id).await?.ok_or_else(missing)?;
    output.answer(&Revoked::new(&key, now))
}
