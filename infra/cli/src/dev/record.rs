//! `demo.json`: what a script needs to call the demo.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::model::{Environment, TriggerId, WorkspaceId};

/// The file's name in the data folder.
pub(super) const FILE: &str = "demo.json";

/// The file's content. Holds the key, so it is for its owner only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Demo {
    /// Where the API is.
    pub(super) base_url: String,
    /// The demo's workspace.
    pub(super) workspace_id: WorkspaceId,
    /// The key, as callers send it.
    pub(super) api_key: String,
    /// Triggers by name.
    pub(super) triggers: BTreeMap<String, DemoTrigger>,
}

/// One trigger.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DemoTrigger {
    /// Its id in URLs.
    pub(super) trigger_id: TriggerId,
    /// The flow that it starts.
    pub(super) automation_id: String,
    /// Where it may be called.
    pub(super) environments: Vec<Environment>,
}
