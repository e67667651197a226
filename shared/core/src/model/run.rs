//! The run record.

use serde::{Deserialize, Serialize};

use super::{
    ContentHash, Environment, InputId, Listeners, RunId, Status, ThreadId, Timestamp, TriggerId,
    WorkspaceId,
};

/// Which flow version a run executes, fixed when it starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowReference {
    /// The flow's name within its workspace.
    pub name: String,
    /// The version its author gave it (`document.version`).
    pub version: String,
    /// The content of exactly this version.
    pub hash: ContentHash,
}

/// Which limits of runs in flight count a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeldSlots {
    /// That of its workspace.
    pub workspace: bool,
    /// That of its flow.
    pub flow: bool,
}

/// A run's header: everything about it but its input, journal and output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// What started it.
    pub trigger: TriggerId,
    /// Where.
    pub environment: Environment,
    /// The conversation it belongs to, if it belongs to one.
    pub thread: Option<ThreadId>,
    /// The run that it does again, if it does one again.
    pub parent: Option<RunId>,
    /// What it executes.
    pub flow: FlowReference,
    /// Where it stands.
    pub status: Status,
    /// Counts its claims. A completion counts only under the epoch of the latest claim.
    pub epoch: u32,
    /// Until then its worker is taken to be alive; zero when nobody holds it.
    pub lease_until: Timestamp,
    /// It ends as timed out then.
    pub deadline: Timestamp,
    /// When it was to begin, if that was later than it was accepted.
    pub run_at: Option<Timestamp>,
    /// When it wakes, while it waits, or before it begins.
    pub wake_at: Option<Timestamp>,
    /// Whether it is not its turn yet, while it is queued: who means to execute it asks first.
    pub gated: bool,
    /// What it listens for, while it sleeps for no other reason.
    pub listens: Option<InputId>,
    /// What it was answered last.
    pub heard: Option<InputId>,
    /// Whether somebody asked to cancel it.
    pub cancel_requested: bool,
    /// When it was accepted.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The caller's W3C trace context, continued on outgoing calls.
    pub traceparent: Option<String>,
    /// The limits that count it until it has ended.
    pub slots: HeldSlots,
    /// Who has yet to be told that it has ended.
    pub listeners: Listeners,
}

impl Run {
    /// From when on its time counts.
    #[must_use]
    pub fn begins_at(&self) -> Timestamp {
        self.run_at.unwrap_or(self.started_at)
    }

    /// What it waits to be answered. Nothing once it was, though it may not have gone on yet.
    #[must_use]
    pub fn awaits(&self) -> Option<InputId> {
        self.listens.filter(|_| self.heard != self.listens)
    }
}
