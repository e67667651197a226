//! From what people say of runs to the runs they mean.

use std::time::Duration;

use shared::{model::Timestamp, store::Filter};

use crate::{connect::Connection, error::Error, trigger};

/// The runs of a trigger, by its id or name, that started within this time; each where it is said.
pub(super) async fn filter(
    connection: &Connection,
    trigger: Option<&str>,
    since: Option<Duration>,
) -> Result<Filter, Error> {
    let triggers = match trigger {
        Some(wanted) => Some(vec![trigger::find(connection, wanted).await?.id]),
        None => None,
    };
    let since = since.map(|since| {
        let since_ms = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        Timestamp::from_millis(connection.now().as_millis().saturating_sub(since_ms))
    });
    Ok(Filter { triggers, since, ..Filter::default() })
}
