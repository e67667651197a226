//! What an operator configures: workspaces, flows with their versions, triggers.

use std::{collections::BTreeMap, num::NonZeroU32};

use serde::{Deserialize, Serialize};

use super::{
    Callback, ContentHash, Environment, FlowReference, MaxRuns, Rate, Schedule, Timestamp,
    TriggerId, Webhook, WorkspaceId,
};

/// A workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// Whether a key of the workspace may stand in a URL's path: proxies and histories keep URLs, so only
    /// where an owner says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keys_in_paths: bool,
    /// How much may be started in it. Not part of the record, because it changes.
    #[serde(skip)]
    pub limits: Limits,
    /// When it was made.
    pub created_at: Timestamp,
}

/// How much may be started in a workspace. What is absent is not limited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// How often a run may be started, by whichever key or webhook.
    pub rate: Option<Rate>,
    /// How many of its runs may be in flight.
    pub runs_in_flight: Option<MaxRuns>,
    /// How many runs may be started a day, in UTC.
    pub runs_a_day: Option<NonZeroU32>,
}

/// A flow and the version that each environment serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// Its name, unique in the workspace (`document.name`); on the wire it is the automation id.
    pub name: String,
    /// What each environment serves. An environment that is not here serves nothing.
    pub serves: BTreeMap<Environment, FlowReference>,
    /// How many of its runs may be in flight, where that is limited. Not part of the record, because it changes.
    #[serde(skip)]
    pub runs_in_flight: Option<MaxRuns>,
    /// When a version was published last.
    pub updated_at: Timestamp,
}

/// An immutable, content-hashed version of a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowVersion {
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// The flow's name.
    pub name: String,
    /// The version that its author gave it.
    pub version: String,
    /// SHA-256 of `source`.
    pub hash: ContentHash,
    /// The YAML or JSON text as it was published.
    pub source: String,
    /// When it was published first.
    pub published_at: Timestamp,
}

/// What starts a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// Its id, unique across workspaces.
    pub id: TriggerId,
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// What people call it.
    pub name: String,
    /// The flow it starts.
    pub flow: String,
    /// Where it may be called.
    pub environments: Vec<Environment>,
    /// Whether it accepts calls.
    pub state: TriggerState,
    /// A run's longest life in seconds, where it is less than the limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_s: Option<u64>,
    /// When it starts its flow by itself, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// Which other service may start it through a URL of its own, if one may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<Webhook>,
    /// What becomes of a start that finds as many runs in flight as may be.
    #[serde(default, skip_serializing_if = "OverLimit::is_refuse")]
    pub over_limit: OverLimit,
    /// Who is told when a run has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback: Option<Callback>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What becomes of a start that finds as many runs in flight as may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverLimit {
    /// It is refused, and nothing is stored.
    #[default]
    Refuse,
    /// Its run is stored, and begins when another has ended; within its deadline, in no order.
    Queue,
}

impl OverLimit {
    /// Whether it is what records leave out.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    const fn is_refuse(&self) -> bool {
        matches!(self, Self::Refuse)
    }
}

/// Whether a trigger accepts calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TriggerState {
    /// It does.
    Active,
    /// It answers as though it were not there; runs that started before go on.
    Paused,
}
