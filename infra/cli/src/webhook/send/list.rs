//! `--list`.

use serde::Serialize;
use shared::webhook;

use crate::{
    error::Error,
    output::{Answer, Table},
    webhook::provider::Provider,
};

/// Providers and their events.
#[derive(Serialize)]
pub(super) struct List {
    providers: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    provider: &'static str,
    events: Vec<String>,
}

impl List {
    /// All of them, or the one that is named.
    pub(super) fn of(named: &Provider) -> Result<Self, Error> {
        let wanted = named.is_said().then(|| named.scheme()).transpose()?;
        let is_wanted = |provider: &&str| {
            wanted.as_ref().is_none_or(|scheme| scheme.provider.as_str() == *provider)
        };
        let events = |provider| webhook::samples(provider).into_iter().map(|sample| sample.event);
        let providers = webhook::names()
            .filter(is_wanted)
            .map(|provider| Row { provider, events: events(provider).collect() })
            .collect();
        Ok(Self { providers })
    }
}

impl Answer for List {
    fn text(&self) -> String {
        let rows =
            self.providers.iter().map(|row| [row.provider.to_owned(), row.events.join(", ")]);
        Table::new(["PROVIDER", "EVENTS"])
            .render(rows, "There are no events for a provider of one's own: say --body.")
    }
}
