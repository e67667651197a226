//! The commands of the group.

use clap::Subcommand;
use shared::{
    auth::UrlToken,
    model::{Overlap, RunId, Trigger, TriggerId, TriggerState, Verification},
};

use super::{
    answer::{Deleted, Fired, Shown, Triggers},
    create::{self, Created},
    find, secret, url,
    webhook::webhook_of,
};
use crate::{
    connect::Connection,
    error::Error,
    output::{Output, note},
};

/// Commands on triggers.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Create a trigger for a flow
    Create(Box<create::Arguments>),
    /// List the workspace's triggers
    List,
    /// Show a trigger
    Show {
        /// Its id, or its name
        #[arg(value_name = "ID")]
        trigger: String,
    },
    /// Let a trigger answer as though it were not there, and not fire; runs that started before go on
    Pause {
        /// Its id, or its name
        #[arg(value_name = "ID")]
        trigger: String,
    },
    /// Let a paused trigger accept calls and fire again; what it missed is not caught up with
    Resume {
        /// Its id, or its name
        #[arg(value_name = "ID")]
        trigger: String,
    },
    /// Let a schedule fire now, as though it were time, and print the id of the run; while a run of a schedule
    /// with `--overlap skip` goes on, there will be none
    Fire {
        /// Its trigger's id, or its name
        #[arg(value_name = "ID")]
        trigger: String,
    },
    /// Add, expire and list the secrets of a webhook
    #[command(subcommand)]
    Secret(secret::Command),
    /// Replace the URL of a webhook
    #[command(subcommand)]
    Url(url::Command),
    /// Delete a trigger with its schedule and its secrets; runs that started before go on
    Delete {
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
    let store = &connection.store;
    let trigger = match command {
        Command::List => {
            let triggers = store.triggers(connection.workspace()?).await?;
            return output.answer(&Triggers::new(triggers, connection.now())?);
        }
        Command::Create(arguments) => {
            let created = create::create(*arguments, connection).await?;
            if let Some(token) = &created.token {
                return show_webhook(&created, token, connection, output);
            }
            created.trigger
        }
        Command::Secret(command) => return secret::execute(command, connection, output).await,
        Command::Url(command) => return url::execute(command, connection, output).await,
        Command::Show { trigger } => find(connection, &trigger).await?,
        Command::Pause { trigger } => pause(connection, &trigger).await?,
        Command::Resume { trigger } => resume(connection, &trigger).await?,
        Command::Fire { trigger } => {
            return output.answer(&Fired { run_id: fire(connection, &trigger).await? });
        }
        Command::Delete { trigger } => {
            return output.answer(&Deleted { trigger_id: delete(connection, &trigger).await? });
        }
    };
    let turn = match &trigger.schedule {
        Some(schedule) if schedule.overlap == Overlap::Skip => {
            store.turn(&trigger.workspace, &trigger.id).await?
        }
        _ => None,
    };
    output.answer(&Shown::new(trigger, turn.and_then(|turn| turn.skipped_at), connection.now())?)
}

/// The one answer that holds a URL.
fn show_webhook(
    created: &Created,
    token: &UrlToken,
    connection: &Connection,
    output: Output,
) -> Result<(), Error> {
    let trigger = created.trigger.clone();
    let address = url::address(connection, token, &trigger.id);
    let is_open = webhook_of(&trigger)?.verification == Verification::UrlTokenAlone;
    output.answer(&Shown::new(trigger, None, connection.now())?.with_url(address))?;
    url::note_address(connection);
    if is_open {
        note(
            "warning: nothing is verified: whoever knows the URL can start the flow with what they please\n",
        );
    }
    Ok(())
}

/// The trigger first: from then on its firings start nothing. Can be repeated.
async fn pause(connection: &Connection, wanted: &str) -> Result<Trigger, Error> {
    let trigger = Trigger { state: TriggerState::Paused, ..find(connection, wanted).await? };
    connection.store.set_trigger_state(&trigger.workspace, &trigger.id, trigger.state).await?;
    put_schedule(connection, &trigger).await?;
    Ok(trigger)
}

/// The schedule first: a trigger that is active has one that fires. Can be repeated, and makes a
/// schedule that is missing.
async fn resume(connection: &Connection, wanted: &str) -> Result<Trigger, Error> {
    let trigger = Trigger { state: TriggerState::Active, ..find(connection, wanted).await? };
    put_schedule(connection, &trigger).await?;
    connection.store.set_trigger_state(&trigger.workspace, &trigger.id, trigger.state).await?;
    Ok(trigger)
}

async fn put_schedule(connection: &Connection, trigger: &Trigger) -> Result<(), Error> {
    match &trigger.schedule {
        Some(schedule) => connection.scheduler()?.put(trigger, schedule).await,
        None => Ok(()),
    }
}

async fn fire(connection: &Connection, wanted: &str) -> Result<RunId, Error> {
    let trigger = find(connection, wanted).await?;
    let id = &trigger.id;
    if trigger.schedule.is_none() {
        return Err(Error::Failed(format!(
            "the trigger `{id}` has no schedule: start a run with `run start {id}`"
        )));
    }
    if trigger.state == TriggerState::Paused {
        return Err(Error::Failed(format!("the trigger `{id}` is paused")));
    }
    Ok(connection.runs.fire_now(&trigger).await?)
}

/// Schedule and secrets first, so that the trigger can still be found while there is one of them; what it cannot
/// verify any more it refuses. Can be repeated.
async fn delete(connection: &Connection, wanted: &str) -> Result<TriggerId, Error> {
    let trigger = find(connection, wanted).await?;
    if trigger.schedule.is_some() {
        connection.scheduler()?.delete(&trigger).await?;
    }
    let of_webhook = trigger.webhook.iter().flat_map(|webhook| &webhook.secrets);
    let of_callback = trigger.callback.iter().flat_map(|callback| &callback.secrets);
    for secret in of_webhook.chain(of_callback) {
        connection.runs.secrets().delete(&trigger, secret).await?;
    }
    connection.store.delete_trigger(&trigger.workspace, &trigger.id).await?;
    Ok(trigger.id)
}
