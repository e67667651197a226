//! From what people call a trigger to the trigger.

use shared::model::{Trigger, TriggerId};

use crate::{connect::Connection, error::Error};

/// The workspace's trigger of that id, else the one of that name.
pub(crate) async fn find(connection: &Connection, wanted: &str) -> Result<Trigger, Error> {
    let workspace = connection.workspace()?;
    if let Ok(id) = wanted.parse::<TriggerId>() {
        let trigger = connection.store.trigger(&id).await?;
        if let Some(trigger) = trigger.filter(|trigger| trigger.workspace == *workspace) {
            return Ok(trigger);
        }
    }
    let mut triggers = connection.store.triggers(workspace).await?;
    triggers.retain(|trigger| trigger.name == wanted);
    match (triggers.pop(), triggers.len()) {
        (Some(trigger), 0) => Ok(trigger),
        (Some(_), others) => Err(Error::Usage(format!(
            "{} triggers are called `{wanted}`: say which by its id",
            others + 1
        ))),
        (None, _) => Err(Error::NotFound(format!(
            "there is no trigger `{wanted}` in workspace `{workspace}`"
        ))),
    }
}
