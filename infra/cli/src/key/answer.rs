//! Keys as they are shown.

use serde::Serialize;
use serde_json::Value;
use shared::{
    auth::{Key, KeyId, KeyToken, Scope, Scopes},
    model::{Environment, Timestamp, TriggerId, WorkspaceId},
};

use crate::{
    environments, limit,
    output::{Answer, Table, time},
};

/// A key that was just made. The one answer that holds a secret.
#[derive(Serialize)]
pub(super) struct Made {
    api_key: String,
    #[serde(flatten)]
    shown: Shown,
}

impl Made {
    pub(super) fn new(key: &Key, token: &KeyToken) -> Self {
        Self { api_key: token.expose(), shown: Shown::new(key, key.created_at) }
    }
}

/// Nothing but the key, so that a script can take it as it is.
impl Answer for Made {
    fn text(&self) -> String {
        format!("{}\n", self.api_key)
    }
}

/// A key that ended.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Revoked(Shown);

impl Revoked {
    pub(super) fn new(key: &Key, now: Timestamp) -> Self {
        Self(Shown::new(key, now))
    }
}

impl Answer for Revoked {
    fn text(&self) -> String {
        format!("Key {} is revoked; within 30 seconds nobody accepts it any more.\n", self.0.key_id)
    }
}

/// All of a workspace's.
#[derive(Serialize)]
pub(super) struct Keys {
    keys: Vec<Shown>,
    #[serde(skip)]
    rows: Vec<[String; 7]>,
}

#[derive(Serialize)]
struct Shown {
    key_id: KeyId,
    workspace_id: WorkspaceId,
    name: String,
    state: &'static str,
    scopes: Scopes,
    environments: Option<Vec<Environment>>,
    triggers: Option<Vec<TriggerId>>,
    rate: Value,
    created_at: String,
    expires_at: Option<String>,
    revoked_at: Option<String>,
    last_used_at: Option<String>,
}

impl Shown {
    fn new(key: &Key, now: Timestamp) -> Self {
        let text = |time: Option<Timestamp>| time.map(|time| time.to_string());
        Self {
            key_id: key.id.clone(),
            workspace_id: key.workspace.clone(),
            name: key.name.clone(),
            state: state(key, now),
            scopes: key.scopes.clone(),
            environments: key.environments.clone(),
            triggers: key.triggers.clone(),
            rate: limit::rate_json(key.rate.as_ref()),
            created_at: key.created_at.to_string(),
            expires_at: text(key.expires_at),
            revoked_at: text(key.revoked_at),
            last_used_at: text(key.last_used_at),
        }
    }
}

fn state(key: &Key, now: Timestamp) -> &'static str {
    if key.revoked_at.is_some() {
        "revoked"
    } else if key.expires_at.is_some_and(|expiry| expiry <= now) {
        "expired"
    } else {
        "active"
    }
}

impl Keys {
    pub(super) fn new(keys: &[Key], now: Timestamp) -> Self {
        let rows = keys.iter().map(|key| row(key, now)).collect();
        Self { keys: keys.iter().map(|key| Shown::new(key, now)).collect(), rows }
    }
}

fn row(key: &Key, now: Timestamp) -> [String; 7] {
    let scopes: Vec<_> = key.scopes.iter().map(Scope::as_str).collect();
    let or = |time_of: Option<Timestamp>, nothing: &str| {
        time_of.map_or_else(|| nothing.to_owned(), time)
    };
    [
        key.id.to_string(),
        key.name.clone(),
        state(key, now).to_owned(),
        scopes.join(" "),
        environments::show(key.environments.as_deref().unwrap_or(&Environment::ALL)),
        limit::shown(key.rate),
        or(key.last_used_at, "never"),
    ]
}

impl Answer for Keys {
    fn text(&self) -> String {
        Table::new(["KEY", "NAME", "STATE", "SCOPES", "ENVIRONMENTS", "RATE", "LAST USED"])
            .render(self.rows.iter().cloned(), "No keys. Create one with `key create`.")
    }
}
