//! `trigger secret …`: what a webhook's requests may be signed with.

use std::time::Duration;

use clap::Subcommand;
use shared::model::{SecretReference, Trigger, Webhook};

use super::{
    answer::Secrets,
    find,
    identifier::identifier,
    rotation::{check_room, expire},
    webhook::{SecretArguments, scheme_of, webhook_of},
};
use crate::{connect::Connection, duration, error::Error, output::Output};

/// Commands on the secrets of a webhook.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Accept another secret, beside the one there is; two count at a time
    Add {
        /// The trigger's id, or its name
        #[arg(value_name = "ID")]
        trigger: String,
        #[command(flatten)]
        secret: SecretArguments,
    },
    /// Accept a secret no more, at once or after a while
    Expire {
        /// The trigger's id, or its name
        #[arg(value_name = "ID")]
        trigger: String,
        /// The secret's id, as `trigger secret list` shows it
        #[arg(value_name = "SECRET_ID")]
        secret: String,
        /// For how long it still counts: 24h [default: not at all]
        #[arg(long = "in", value_name = "DURATION", value_parser = duration::parse)]
        after: Option<Duration>,
        /// Also where no secret without an end is left, so that every request will be refused
        #[arg(long)]
        force: bool,
    },
    /// List the secrets: ids and times, never what they are
    List {
        /// The trigger's id, or its name
        #[arg(value_name = "ID")]
        trigger: String,
    },
}

/// Carries a command out.
pub(super) async fn execute(
    command: Command,
    connection: &Connection,
    output: Output,
) -> Result<(), Error> {
    let trigger = match command {
        Command::Add { trigger, secret } => add(connection, &trigger, &secret).await?,
        Command::Expire { trigger, secret, after, force } => {
            let now = connection.now();
            let times = (now, after.map_or(now, |duration| now.after(duration)));
            let trigger = find(connection, &trigger).await?;
            let edit = |webhook: &mut Webhook| expire(&mut webhook.secrets, &secret, times, force);
            edited(connection, &trigger, edit).await?
        }
        Command::List { trigger } => find(connection, &trigger).await?,
    };
    output.answer(&Secrets::new(webhook_of(&trigger)?, connection.now()))
}

/// The secret first, so that the record never names one that is not there. What has ended is deleted before the
/// record forgets it, so that nothing stays behind that nobody knows of. Can be repeated.
async fn add(
    connection: &Connection,
    wanted: &str,
    arguments: &SecretArguments,
) -> Result<Trigger, Error> {
    let trigger = find(connection, wanted).await?;
    let webhook = webhook_of(&trigger)?;
    let Some(scheme) = scheme_of(&webhook.verification)? else {
        let id = &trigger.id;
        return Err(Error::Failed(format!(
            "the trigger `{id}` verifies nothing: its URL is all it takes"
        )));
    };
    let now = connection.now();
    check_room(&webhook.secrets, now)?;
    let secret = arguments.read(&scheme)?;
    let secrets = connection.runs.secrets();
    for ended in webhook.secrets.iter().filter(|secret| !secret.is_live(now)) {
        secrets.delete(&trigger, ended).await?;
    }
    let deleted = |reference: &SecretReference| {
        webhook.secrets.iter().any(|known| known.id == reference.id && !known.is_live(now))
    };
    let added = SecretReference { id: identifier()?, added_at: now, expires_at: None };
    secrets.put(&trigger, &added, &secret).await?;
    let edit = |webhook: &mut Webhook| {
        check_room(&webhook.secrets, now)?;
        webhook.secrets.retain(|reference| !deleted(reference));
        webhook.secrets.push(added.clone());
        Ok(())
    };
    match edited(connection, &trigger, edit).await {
        // Where the store failed, the record may name it.
        Err(error @ (Error::Failed(_) | Error::NotFound(_))) => {
            secrets.delete(&trigger, &added).await?;
            Err(error)
        }
        other => other,
    }
}

/// Changes a trigger's webhook as it is now, whoever else changes it.
pub(super) async fn edited(
    connection: &Connection,
    trigger: &Trigger,
    mut edit: impl FnMut(&mut Webhook) -> Result<(), Error>,
) -> Result<Trigger, Error> {
    let (workspace, id) = (&trigger.workspace, &trigger.id);
    let change = |mut trigger: Trigger| {
        let mut webhook = webhook_of(&trigger)?.clone();
        edit(&mut webhook)?;
        trigger.webhook = Some(webhook);
        Ok::<_, Error>(trigger)
    };
    let edited = connection.store.edit_trigger(workspace, id, change).await?;
    edited.ok_or_else(|| Error::NotFound(format!("the trigger `{id}` was deleted meanwhile")))
}
