//! The form of a message that says that somebody is to be told of a run's end. It names the run and
//! whom; where to and what stands in records.

use serde::{Deserialize, Serialize};

use super::{
    Unreadable,
    message::{VERSION, check_version},
};
use crate::model::{Listener, Run, RunId, Timestamp, WorkspaceId};

/// That a listener is to be told of a run's end. It is sent before the run ends, so there may be no end yet, or
/// never one that goes with it; the same one may arrive twice, late, or out of order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Which run.
    pub run: RunId,
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// Whom to tell.
    pub listener: Listener,
    /// The claim of who was about to end the run: under a later one, somebody else is.
    pub epoch: u32,
    /// How many attempts came before this one.
    pub attempt_count: u32,
    /// When the attempt is due, which may be later than a message can be delayed.
    pub due_at: Timestamp,
    /// The W3C trace context of the run.
    pub traceparent: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    v: u8,
    kind: Kind,
    run: RunId,
    workspace: WorkspaceId,
    listener: Listener,
    epoch: u32,
    attempts: u32,
    due_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    traceparent: Option<String>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Callback,
}

impl Notice {
    /// The first one, about a run whose holder is about to end it.
    #[must_use]
    pub fn first(run: &Run, listener: Listener, now: Timestamp) -> Self {
        Self {
            run: run.id,
            workspace: run.workspace.clone(),
            listener,
            epoch: run.epoch,
            attempt_count: 0,
            due_at: now,
            traceparent: run.traceparent.clone(),
        }
    }

    /// The text that is sent.
    ///
    /// # Errors
    /// None that is known: ids and numbers always serialize.
    pub fn write(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&Wire {
            v: VERSION,
            kind: Kind::Callback,
            run: self.run,
            workspace: self.workspace.clone(),
            listener: self.listener,
            epoch: self.epoch,
            attempts: self.attempt_count,
            due_at: self.due_at,
            traceparent: self.traceparent.clone(),
        })
    }

    /// Reads what [`Notice::write`] wrote. Members that are added later are ignored.
    ///
    /// # Errors
    /// [`Unreadable`]; a retry by the same code gives the same.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        check_version(text)?;
        let wire: Wire = serde_json::from_str(text).map_err(Unreadable::Malformed)?;
        Ok(Self {
            run: wire.run,
            workspace: wire.workspace,
            listener: wire.listener,
            epoch: wire.epoch,
            attempt_count: wire.attempts,
            due_at: wire.due_at,
            traceparent: wire.traceparent,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_fixed() {
        let notice = |listener, traceparent| Notice {
            run: "019c4a8f-1a30-7def-8123-456789abcdef".parse().unwrap(),
            workspace: "demo".parse().unwrap(),
            listener,
            epoch: 2,
            attempt_count: 3,
            due_at: Timestamp::from_millis(1_770_679_479_120),
            traceparent,
        };
        let start = r#"{"v":1,"kind":"callback","run":"019c4a8f-1a30-7def-8123-456789abcdef","workspace":"demo","listener":"#;
        let end = r#","epoch":2,"attempts":3,"due_at":1770679479120"#;
        for (notice, text) in [
            (notice(Listener::Callback, None), format!(r#"{start}"callback"{end}}}"#)),
            (
                notice(Listener::FollowUp, Some("00-0af7".to_owned())),
                format!(r#"{start}"follow_up"{end},"traceparent":"00-0af7"}}"#),
            ),
        ] {
            assert_eq!(notice.write().unwrap(), text);
            assert_eq!(Notice::read(&text).unwrap(), notice);
        }
        let newer = r#"{"v":2,"kind":"callback"}"#;
        assert!(matches!(Notice::read(newer), Err(Unreadable::Version(2))));
    }
}
