//! From a run's id to the run.

use shared::{
    model::{Run, RunId},
    runs::RunView,
};

use crate::{connect::Connection, error::Error};

/// Reads a run's id.
pub(super) fn parse(id: &str) -> Result<RunId, Error> {
    id.parse().map_err(|error| Error::Usage(format!("`{id}`: {error}")))
}

/// The workspace's run of that id, with its newest log lines and its end.
pub(super) async fn find(connection: &Connection, id: &str) -> Result<RunView, Error> {
    let workspace = connection.workspace()?;
    let view = connection.store.view(parse(id)?).await?;
    match view.filter(|view| view.run.workspace == *workspace) {
        Some(view) => Ok(view.into()),
        None => Err(Error::NotFound(format!("there is no run `{id}` in workspace `{workspace}`"))),
    }
}

/// The record of a run that was found before.
pub(super) async fn look(connection: &Connection, id: RunId) -> Result<Run, Error> {
    let gone = || Error::NotFound(format!("run `{id}` is gone"));
    connection.store.look(id).await?.ok_or_else(gone)
}
