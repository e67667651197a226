//! Providers as they are shown.

use serde::Serialize;
use shared::model::{Provider, ProviderName, WorkspaceId};

use crate::output::{Answer, Table, facts, time};

/// One provider.
#[derive(Serialize)]
pub(super) struct Shown {
    provider: ProviderName,
    workspace_id: WorkspaceId,
    base_url: String,
    model: Option<String>,
    has_key: bool,
    created_at: String,
    #[serde(skip)]
    created: String,
}

impl From<Provider> for Shown {
    fn from(provider: Provider) -> Self {
        Self {
            provider: provider.name,
            workspace_id: provider.workspace,
            base_url: provider.base_url,
            model: provider.model,
            has_key: provider.key.is_some(),
            created_at: provider.created_at.to_string(),
            created: time(provider.created_at),
        }
    }
}

impl Shown {
    fn model(&self) -> String {
        self.model.clone().unwrap_or_else(|| "none".to_owned())
    }

    fn key(&self) -> String {
        if self.has_key { "kept".to_owned() } else { "none".to_owned() }
    }
}

impl Answer for Shown {
    fn text(&self) -> String {
        facts(&[
            ("Provider", self.provider.to_string()),
            ("Base URL", self.base_url.clone()),
            ("Model", self.model()),
            ("Key", self.key()),
            ("Created", self.created.clone()),
        ])
    }
}

/// All of a workspace's.
#[derive(Serialize)]
pub(super) struct Providers {
    providers: Vec<Shown>,
}

impl From<Vec<Provider>> for Providers {
    fn from(providers: Vec<Provider>) -> Self {
        Self { providers: providers.into_iter().map(Shown::from).collect() }
    }
}

impl Answer for Providers {
    fn text(&self) -> String {
        let rows = self.providers.iter().map(|shown| {
            [shown.provider.to_string(), shown.base_url.clone(), shown.model(), shown.key()]
        });
        Table::new(["PROVIDER", "BASE URL", "MODEL", "KEY"])
            .render(rows, "No providers. Add one with `provider add`.")
    }
}

/// A provider that is gone.
#[derive(Serialize)]
pub(super) struct Removed {
    /// Its name.
    pub(super) provider: ProviderName,
}

impl Answer for Removed {
    fn text(&self) -> String {
        format!("Removed {}.\n", self.provider)
    }
}
