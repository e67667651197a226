//! `trigger create`.

use clap::{Args, ValueEnum};
use shared::{
    auth::UrlToken,
    model::{
        Environment, OverLimit, Schedule, Secret, SecretReference, Timestamp, Trigger, TriggerId,
        TriggerState, Webhook, limits,
    },
    runs,
    store::config::Put,
};

use super::{
    Kind,
    callback::CallbackArguments,
    identifier::{identifier, trigger_id},
    schedule::{ScheduleArguments, calendar},
    url::new_token,
    webhook::{Demand, WebhookArguments},
};
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
    /// What starts the flow [default: schedule where a time is given, webhook where a provider is, else api]
    #[arg(long)]
    kind: Option<Kind>,
    /// Where it may be called: DEV, UAT, PROD [default: all; with a schedule or a webhook, which start in one: DEV]
    #[arg(long, value_delimiter = ',', value_name = "ENVIRONMENT")]
    env: Vec<Wanted>,
    /// The longest life of its runs, in seconds [default: 2700, which is the most]
    #[arg(long, value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..=limits::MAX_RUN.as_secs()))]
    deadline_s: Option<u64>,
    /// What becomes of a start that finds as many runs in flight as may be [default: refuse]
    #[arg(long)]
    over_limit: Option<Over>,
    #[command(flatten)]
    schedule: ScheduleArguments,
    #[command(flatten)]
    webhook: WebhookArguments,
    #[command(flatten)]
    callback: CallbackArguments,
}

/// What becomes of a start that finds as many runs in flight as may be.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Over {
    /// It is refused with a 429
    Refuse,
    /// Its run is stored, and begins when another has ended
    Queue,
}

impl From<Over> for OverLimit {
    fn from(over: Over) -> Self {
        match over {
            Over::Refuse => Self::Refuse,
            Over::Queue => Self::Queue,
        }
    }
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

/// A trigger that was made.
pub(super) struct Created {
    pub(super) trigger: Trigger,
    /// Of its URL, which nobody can read again; only a webhook has one.
    pub(super) token: Option<UrlToken>,
    /// What signs its callback, which is not shown again either.
    pub(super) callback_secret: Option<Secret>,
}

/// Stores a trigger, then its schedule: what is cut off in between is seen in the list of triggers, and
/// mended by the same command, or by `resume`. Secrets come first.
pub(super) async fn create(
    arguments: Arguments,
    connection: &Connection,
) -> Result<Created, Error> {
    let Arguments {
        name,
        flow,
        id,
        kind,
        env,
        deadline_s,
        over_limit,
        schedule,
        webhook,
        callback,
    } = arguments;
    let store = &connection.store;
    let named = environments::named(&env);
    let starts_in = named.first().copied().unwrap_or(Environment::Dev);
    let wanted = webhook.read(kind)?;
    let schedule = schedule.schedule(kind.or(wanted.as_ref().map(|_| Kind::Webhook)), starts_in)?;
    let environments = match (schedule.is_some() || wanted.is_some(), named.as_slice()) {
        (true, [] | [_]) => vec![starts_in],
        (true, _) => {
            let text =
                "a schedule or a webhook starts the flow in one environment: name one with --env";
            return Err(Error::Usage(text.to_owned()));
        }
        (false, []) => Environment::ALL.to_vec(),
        (false, _) => named,
    };
    let workspace = connection.existing_workspace().await?;
    let Some(stored_flow) = store.flow(workspace, &flow).await? else {
        return Err(Error::NotFound(format!(
            "there is no flow `{flow}` in workspace `{workspace}`: publish it first"
        )));
    };
    let mut trigger = Trigger {
        id: id.map_or_else(trigger_id, Ok)?,
        workspace: workspace.clone(),
        name,
        flow,
        environments,
        state: TriggerState::Active,
        deadline_s,
        schedule,
        webhook: None,
        over_limit: over_limit.map(OverLimit::from).unwrap_or_default(),
        callback: None,
        created_at: connection.now(),
    };
    if wanted.is_some() && !stored_flow.serves.contains_key(&starts_in) {
        return Err(serves_nothing(&trigger, starts_in));
    }
    if let Some(schedule) = &trigger.schedule {
        check(&trigger, schedule, connection).await?;
    }
    let callback_secret = callback.store(connection, &mut trigger).await?;
    if let Some(wanted) = wanted {
        let token = create_webhook(connection, &mut trigger, wanted, starts_in).await?;
        return Ok(Created { trigger, token: Some(token), callback_secret });
    }
    if let Some(stored) = store.trigger(&trigger.id).await? {
        let again = Trigger { created_at: stored.created_at, ..trigger.clone() };
        if trigger.schedule.is_none() || again != stored {
            return Err(taken(&trigger.id));
        }
        trigger = stored;
    } else if store.create_trigger(&trigger).await? == Put::Taken {
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
    Ok(Created { trigger, token: None, callback_secret })
}

/// Stores a webhook's secret, then its trigger, so that no trigger names a secret that is not there. A secret that is
/// cut off from its trigger is never read.
async fn create_webhook(
    connection: &Connection,
    trigger: &mut Trigger,
    wanted: Demand,
    environment: Environment,
) -> Result<UrlToken, Error> {
    if connection.store.trigger(&trigger.id).await?.is_some() {
        return Err(taken(&trigger.id));
    }
    let Demand { verification, secret, when, mapping } = wanted;
    let (added_at, kept) = (trigger.created_at, connection.runs.secrets());
    let mut secrets = Vec::new();
    if let Some(secret) = &secret {
        let reference = SecretReference { id: identifier()?, added_at, expires_at: None };
        kept.put(trigger, &reference, secret).await?;
        secrets.push(reference);
    }
    let token = new_token()?;
    let tokens = vec![token.record(added_at)];
    trigger.webhook = Some(Webhook {
        verification,
        environment,
        secrets: secrets.clone(),
        tokens,
        when,
        mapping,
    });
    if connection.store.create_trigger(trigger).await? == Put::Taken {
        for secret in &secrets {
            kept.delete(trigger, secret).await?;
        }
        return Err(taken(&trigger.id));
    }
    Ok(token)
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
        Err(runs::Error::NoTrigger) => Err(serves_nothing(trigger, schedule.environment)),
        other => Ok(other?),
    }
}

fn serves_nothing(trigger: &Trigger, environment: Environment) -> Error {
    let flow = &trigger.flow;
    Error::NotFound(format!("{environment} serves no version of `{flow}`: publish one there first"))
}

pub(super) fn taken(id: &TriggerId) -> Error {
    Error::Failed(format!("the trigger id `{id}` is taken"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_readable() {
        for (name, sound) in [("Orders, new", true), ("", false), (" ", false), ("a\nb", false)] {
            assert_eq!(readable_name(name).is_ok(), sound, "{name:?}");
        }
        assert!(readable_name(&"ä".repeat(100)).is_ok());
        assert!(readable_name(&"ä".repeat(101)).is_err());
    }
}
