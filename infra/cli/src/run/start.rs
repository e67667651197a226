//! `run start`.

use clap::Args;
use serde::Serialize;
use shared::{
    model::{Environment, RunId, Status, Timestamp, Trigger, TriggerState},
    runs::Start,
};

use super::{answer::Shown, input, watch::until_end};
use crate::{
    connect::Connection,
    error::Error,
    output::{Answer, Output},
    trigger,
};

/// What to start.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The trigger's id, or its name
    trigger: String,
    /// The environment whose version of the flow runs
    #[arg(long, default_value = "DEV", value_name = "ENVIRONMENT")]
    env: Environment,
    /// The flow's input: JSON, `@file`, or `-` for standard input [default: {}]
    #[arg(long, value_name = "JSON")]
    input: Option<String>,
    /// When the run is to begin, at most 7 days ahead: RFC 3339, such as 2026-02-09T23:24:39Z [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// Wait for the end and print the output alone; a run that does not complete is exit code 4
    #[arg(long)]
    wait: bool,
}

pub(super) async fn start(
    arguments: Arguments,
    connection: &Connection,
    output: Output,
) -> Result<(), Error> {
    let Arguments { trigger, env: environment, input, at: run_at, wait } = arguments;
    let input = input::read(input.as_deref())?;
    let trigger = trigger::find(connection, &trigger).await?;
    expect_open(&trigger, environment, connection).await?;
    let start = Start { run_at, ..Start::new(trigger.into(), environment, input) };
    let id = connection.runs.start(start).await?.id;
    if !wait {
        return output.answer(&Started::from(id));
    }
    let view = until_end(connection, id).await?;
    if view.run.status == Status::Completed {
        return output.answer(&Completed(Shown::from(view)));
    }
    output.answer(&Shown::from(view))?;
    Err(Error::Shown(NOT_COMPLETED))
}

/// Refuses a trigger that starts nothing there: what a caller with a key would be told in one word is told here in
/// full.
pub(super) async fn expect_open(
    trigger: &Trigger,
    environment: Environment,
    connection: &Connection,
) -> Result<(), Error> {
    if trigger.state == TriggerState::Paused {
        return Err(Error::Failed(format!("the trigger `{}` is paused", trigger.id)));
    }
    if !trigger.environments.contains(&environment) {
        return Err(Error::NotFound(format!(
            "the trigger `{}` is not for {environment}",
            trigger.id
        )));
    }
    let flow = connection.store.flow(&trigger.workspace, &trigger.flow).await?;
    if !flow.is_some_and(|flow| flow.serves.contains_key(&environment)) {
        return Err(Error::NotFound(format!(
            "{environment} serves no version of `{}`",
            trigger.flow
        )));
    }
    Ok(())
}

/// The exit code of a run that ended otherwise than completed.
const NOT_COMPLETED: u8 = 4;

/// For people the output alone, which a script can take as it is too.
#[derive(Serialize)]
#[serde(transparent)]
struct Completed(Shown);

impl Answer for Completed {
    fn text(&self) -> String {
        self.0.output()
    }
}

/// A run that was started.
#[derive(Serialize)]
pub(super) struct Started {
    run_id: RunId,
    status: Status,
}

impl From<RunId> for Started {
    fn from(run_id: RunId) -> Self {
        Self { run_id, status: Status::Queued }
    }
}

/// Nothing but the id, so that a script can take it as it is.
impl Answer for Started {
    fn text(&self) -> String {
        format!("{}\n", self.run_id)
    }
}
