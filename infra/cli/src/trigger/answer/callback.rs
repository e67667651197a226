//! Callbacks as they are shown: where they go, and since when their secrets count.

use serde::Serialize;
use shared::model::{Callback, Timestamp};

use super::webhook::ShownSecret;

/// The callback of a trigger.
#[derive(Serialize)]
pub(super) struct ShownCallback {
    /// Without its query, which may hold a key.
    url: String,
    secrets: Vec<ShownSecret>,
}

impl ShownCallback {
    pub(super) fn new(callback: &Callback, now: Timestamp) -> Self {
        let Callback { url, secrets } = callback;
        let shown = url.split(['?', '#']).next().unwrap_or_default();
        let secrets = secrets.iter().map(|secret| ShownSecret::new(secret, now)).collect();
        Self { url: shown.to_owned(), secrets }
    }

    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![("Callback", self.url.clone())];
        facts.extend(self.secrets.iter().map(|secret| ("Signed with", secret.line())));
        facts
    }
}
