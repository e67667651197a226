//! `trigger create`.

use std::fmt::Write as _;

use clap::Args;
use shared::{
    auth,
    model::{
        Environment, InvalidId, Schedule, Timestamp, Trigger, TriggerId, TriggerState, limits,
    },
    runs,
    store::config::Put,
};

use super::schedule::{ScheduleArguments, calendar};
use crate::{
    connect::Connection,
    environments::{self, Wanted},
    error::Error,
};

/// What a new trigger is.
#[derive(Args)]
pub(crate) struct Arguments {
    /// What people call it
    #[arg(long, value_parser = readable_name)]
    name: String,
    /// The name of the flow that it starts
    #[arg(long)]
    flow: String,
    /// Its id in URLs: letters, digits, `-` and `_` [default: made up]
    #[arg(long)]
    id: Option<TriggerId>,
    /// Where it may be called: DEV, UAT, PROD [default: all; with a schedule, which fires in one: DEV]
    #[arg(long, value_delimiter = ',', value_name = "ENVIRONMENT")]
    env: Vec<Wanted>,
    /// The longest life of its runs, in seconds [default: 2700, which is the most]
    #[arg(long, value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..=limits::MAX_RUN.as_secs()))]
    deadline_s: Option<u64>,
    #[command(flatten)]
    schedule: ScheduleArguments,
}

/// Longest name, in characters: it must fit a column.
const MAX_NAME_CHARACTERS: usize = 100;

/// Reads what people may call a trigger or a key.
pub(crate) fn readable_name(text: &str) -> Result<String, String> {
    let sound = !text.trim().is_empty()
        && text.chars().count() <= MAX_NAME_CHARACTERS
        && !text.chars().any(char::is_control);
    if sound {
        Ok(text.to_owned())
    } else {
        Err(format!("1 to {MAX_NAME_CHARACTERS} characters without line breaks are expected"))
    }
}

/// Stores a trigger, then its schedule: what is cut off in between is seen in the list of triggers, and
/// mended by the same command, or by `resume`.
pub(super) async fn create(
    arguments: Arguments,
    connection: &Connection,
) -> Result<Trigger, Error> {
    let Arguments { name, flow, id, env, deadline_s, schedule } = arguments;
    let store = &connection.store;
    let named = environments::named(&env);
    let fires_in = named.first().copied().unwrap_or(Environment::Dev);
    let schedule = schedule.schedule(fires_in)?;
    let environments = match (&schedule, named.as_slice()) {
        (Some(_), [] | [_]) => vec![fires_in],
        (Some(_), _) => {
            let text = "a schedule fires in one environment: name one with --env".to_owned();
            return Err(Error::Usage(text));
        }
        (None, []) => Environment::ALL.to_vec(),
        (None, _) => named,
    };
    let workspace = connection.existing_workspace().await?;
    if store.flow(workspace, &flow).await?.is_none() {
        return Err(Error::NotFound(format!(
            "there is no flow `{flow}` in workspace `{workspace}`: publish it first"
        )));
    }
    let id = match id {
        Some(id) => id,
        None => made_up_id()?,
    };
    let mut trigger = Trigger {
        id,
        workspace: workspace.clone(),
        name,
        flow,
        environments,
        state: TriggerState::Active,
        deadline_s,
        schedule,
        webhook: None,
        callback: None,
        created_at: connection.now(),
    };
    if let Some(schedule) = &trigger.schedule {
        check(&trigger, schedule, connection).await?;
    }
    // The store would replace a trigger of the same workspace, and change what its callers rely on.
    if let Some(stored) = store.trigger(&trigger.id).await? {
        let again = Trigger { created_at: stored.created_at, ..trigger.clone() };
        if trigger.schedule.is_none() || again != stored {
            return Err(taken(&trigger.id));
        }
        trigger = stored;
    } else if store.put_trigger(&trigger).await? == Put::Taken {
        return Err(taken(&trigger.id));
    }
    if let Some(schedule) = &trigger.schedule {
        let put = connection.scheduler()?.put(&trigger, schedule).await;
        put.map_err(|error| {
            let id = &trigger.id;
            let what = format!(
                "the trigger `{id}` is stored, but its schedule is not: `trigger resume {id}` tries again"
            );
            Error::because(what, error)
        })?;
    }
    Ok(trigger)
}

/// Refuses a schedule that would start nothing, before anything is stored.
async fn check(
    trigger: &Trigger,
    schedule: &Schedule,
    connection: &Connection,
) -> Result<(), Error> {
    connection.scheduler()?;
    if calendar(schedule, trigger.created_at)?.next(Timestamp::default()).is_none() {
        return Err(Error::Usage(format!(
            "{} in {} never fires from now on",
            schedule.expression, schedule.time_zone
        )));
    }
    match connection.runs.check_schedule(trigger, schedule).await {
        Err(runs::Error::NoTrigger) => Err(Error::NotFound(format!(
            "{} serves no version of `{}`: publish one there first",
            schedule.environment, trigger.flow
        ))),
        other => Ok(other?),
    }
}

fn taken(id: &TriggerId) -> Error {
    Error::Failed(format!("the trigger id `{id}` is taken"))
}

/// 80 random bits: ids are unique across workspaces, and nobody counts them.
fn made_up_id() -> Result<TriggerId, Error> {
    const WHAT: &str = "no trigger id could be made up";
    let random: [u8; 10] = auth::random().map_err(|error| Error::because(WHAT, error))?;
    let mut id = "trg_".to_owned();
    for byte in random {
        // Writing to a string cannot fail.
        let _ = write!(id, "{byte:02x}");
    }
    id.parse().map_err(|error: InvalidId| Error::because(WHAT, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_are_made_up_are_ids_and_differ() {
        let (one, other) = (made_up_id().unwrap(), made_up_id().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.as_str().len(), 24);
    }

    #[test]
    fn names_are_readable() {
        for (name, sound) in [("Orders, new", true), ("", false), (" ", false), ("a\nb", false)] {
            assert_eq!(readable_name(name).is_ok(), sound, "{name:?}");
        }
        assert!(readable_name(&"ä".repeat(100)).is_ok());
        assert!(readable_name(&"ä".repeat(101)).is_err());
    }
}
