//! `trigger create`.

use std::fmt::Write as _;

use clap::Args;
use shared::{
    auth,
    model::{Environment, InvalidId, Trigger, TriggerId, TriggerState, limits},
    store::config::Put,
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
    /// Where it may be called: DEV, UAT, PROD [default: all]
    #[arg(long, value_delimiter = ',', value_name = "ENVIRONMENT")]
    env: Vec<Wanted>,
    /// The longest life of its runs, in seconds [default: 2700, which is the most]
    #[arg(long, value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..=limits::MAX_RUN.as_secs()))]
    deadline_s: Option<u64>,
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

pub(super) async fn create(
    arguments: Arguments,
    connection: &Connection,
) -> Result<Trigger, Error> {
    let Arguments { name, flow, id, env, deadline_s } = arguments;
    let store = &connection.store;
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
    // The store would replace a trigger of the same workspace, and change what its callers rely on.
    if store.trigger(&id).await?.is_some() {
        return Err(taken(&id));
    }
    let environments = match environments::named(&env) {
        nothing if nothing.is_empty() => Environment::ALL.to_vec(),
        named => named,
    };
    let trigger = Trigger {
        id,
        workspace: workspace.clone(),
        name,
        flow,
        environments,
        state: TriggerState::Active,
        deadline_s,
        created_at: connection.now(),
    };
    match store.put_trigger(&trigger).await? {
        Put::Done => Ok(trigger),
        Put::Taken => Err(taken(&trigger.id)),
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
