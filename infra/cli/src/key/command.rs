//! The commands of the group.

use clap::Subcommand;
use shared::{
    auth::{Key, KeyId},
    model::Frequency,
};

use super::{
    answer::{Keys, Made, Revoked},
    create::{self, Grant, create},
};
use crate::{
    connect::Connection,
    error::Error,
    limit::{self, Wanted},
    output::{Output, note},
};

/// Commands on keys.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Create a key and print it: the only time that it is shown
    Create(create::Arguments),
    /// List the workspace's keys, never their secrets
    List,
    /// Limit how often a key may start a run, or no more; functions notice within 30 s
    Set {
        /// The key's id, as `key list` shows it: not the key itself
        id: String,
        /// How often: `10/s`, `100/min`, `none`
        #[arg(long)]
        rate: Wanted<Frequency>,
        /// How many at once after a pause [default: the rate's number]
        #[arg(long, value_name = "COUNT")]
        burst: Option<u32>,
    },
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
            let grant = Grant::of(arguments, workspace, now)?;
            let (key, token) = create(&connection.store, grant, now).await?;
            output.answer(&Made::new(&key, &token))?;
            note("This is the only time that the key is shown: only its hash is kept.\n");
            Ok(())
        }
        Command::List => {
            let keys = connection.store.keys(connection.workspace()?).await?;
            output.answer(&Keys::new(&keys, connection.now()))
        }
        Command::Set { id, rate, burst } => {
            let id = key_id(&id)?;
            let rate = limit::rate(rate, burst)?.limit();
            let workspace = connection.workspace()?;
            if !connection.store.set_key_rate(workspace, &id, rate.as_ref()).await? {
                return Err(missing(&id, connection)?);
            }
            output.answer(&Keys::new(&[found(&id, connection).await?], connection.now()))
        }
        Command::Revoke { id } => revoke(&id, connection, output).await,
    }
}

async fn revoke(id: &str, connection: &Connection, output: Output) -> Result<(), Error> {
    let id = key_id(id)?;
    let (workspace, now) = (connection.workspace()?, connection.now());
    if !connection.store.revoke_key(workspace, &id, now).await? {
        return Err(missing(&id, connection)?);
    }
    output.answer(&Revoked::new(&found(&id, connection).await?, now))
}

fn key_id(text: &str) -> Result<KeyId, Error> {
    // What was typed is not repeated: it may be a whole key.
    text.parse().map_err(|_| {
        Error::Usage("not a key's id: the 11 characters that `key list` shows are expected".into())
    })
}

async fn found(id: &KeyId, connection: &Connection) -> Result<Key, Error> {
    match connection.store.key(id).await? {
        Some(key) => Ok(key),
        None => Err(missing(id, connection)?),
    }
}

fn missing(id: &KeyId, connection: &Connection) -> Result<Error, Error> {
    let workspace = connection.workspace()?;
    Ok(Error::NotFound(format!("there is no key `{id}` in workspace `{workspace}`")))
}
