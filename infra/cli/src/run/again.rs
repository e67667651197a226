//! `run retry` and `run replay`.

use shared::{
    model::{Run, Trigger},
    runs::Original,
};

use super::{
    find::find,
    input,
    start::{Started, expect_open},
};
use crate::{connect::Connection, error::Error, output::Output};

pub(super) async fn retry(id: &str, connection: &Connection, output: Output) -> Result<(), Error> {
    let original = original(id, connection).await?;
    let started = connection.runs.retry(&original, None).await?;
    output.answer(&Started::from(started.id))
}

pub(super) async fn replay(
    id: &str,
    input: Option<&str>,
    connection: &Connection,
    output: Output,
) -> Result<(), Error> {
    let input = input.map(|input| input::read(Some(input))).transpose()?;
    let original = original(id, connection).await?;
    let started = connection.runs.replay(&original, input, None).await?;
    output.answer(&Started::from(started.id))
}

async fn original(id: &str, connection: &Connection) -> Result<Original, Error> {
    original_of(find(connection, id).await?.run, connection).await
}

/// A run to be done again, whose trigger starts runs.
pub(super) async fn original_of(run: Run, connection: &Connection) -> Result<Original, Error> {
    let trigger = connection.store.trigger(&run.trigger).await?;
    let is_own = |trigger: &Trigger| trigger.workspace == run.workspace;
    let Some(trigger) = trigger.filter(is_own) else {
        return Err(Error::NotFound(format!("its trigger `{}` is gone", run.trigger)));
    };
    expect_open(&trigger, run.environment, connection).await?;
    Ok(Original::of(run, trigger.into())?)
}
