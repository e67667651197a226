//! The form of a message that says that a schedule fires. It names the trigger and the moment; what
//! is to be done stands in the trigger's record.

use serde::{Deserialize, Serialize};

use super::{
    Unreadable,
    message::{VERSION, check_version},
};
use crate::model::{Timestamp, TriggerId, WorkspaceId};

/// What EventBridge Scheduler puts the time of the firing in place of, in RFC 3339. It stays the same when a
/// firing is delivered again (user guide, "Adding context attributes").
const SCHEDULED_TIME: &str = "<aws.scheduler.scheduled-time>";

/// One moment of a schedule. The same one may arrive twice, late, or out of order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Firing {
    /// Whose trigger.
    pub workspace: WorkspaceId,
    /// Which trigger.
    pub trigger: TriggerId,
    /// The moment for which it was due, whenever it arrives.
    pub scheduled_at: Timestamp,
    /// Whether somebody asked for it, and no schedule did.
    pub manual: bool,
}

#[derive(Serialize, Deserialize)]
struct Wire<T> {
    v: u8,
    kind: Kind,
    workspace: WorkspaceId,
    trigger: TriggerId,
    scheduled: T,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    manual: bool,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Fire,
}

impl Firing {
    /// The text that EventBridge Scheduler makes the firings of a trigger of.
    ///
    /// # Errors
    /// None that is known: ids always serialize.
    pub fn template(
        workspace: &WorkspaceId,
        trigger: &TriggerId,
    ) -> Result<String, serde_json::Error> {
        write(workspace, trigger, SCHEDULED_TIME, false)
    }

    /// The text that is sent.
    ///
    /// # Errors
    /// As [`Firing::template`].
    pub fn write(&self) -> Result<String, serde_json::Error> {
        let Self { workspace, trigger, scheduled_at, manual } = self;
        write(workspace, trigger, &scheduled_at.to_string(), *manual)
    }

    /// Reads what [`Firing::write`] wrote, or what became of [`Firing::template`].
    ///
    /// # Errors
    /// [`Unreadable`]; a retry by the same code gives the same.
    pub(super) fn read(text: &str) -> Result<Self, Unreadable> {
        check_version(text)?;
        let wire: Wire<String> = serde_json::from_str(text).map_err(Unreadable::Malformed)?;
        let scheduled_at = wire.scheduled.parse();
        let scheduled_at =
            scheduled_at.map_err(|error| Unreadable::Malformed(serde::de::Error::custom(error)))?;
        let Wire { workspace, trigger, manual, .. } = wire;
        Ok(Self { workspace, trigger, scheduled_at, manual })
    }
}

fn write(
    workspace: &WorkspaceId,
    trigger: &TriggerId,
    scheduled: &str,
    manual: bool,
) -> Result<String, serde_json::Error> {
    let (workspace, trigger) = (workspace.clone(), trigger.clone());
    serde_json::to_string(&Wire {
        v: VERSION,
        kind: Kind::Fire,
        workspace,
        trigger,
        scheduled,
        manual,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn firing(manual: bool) -> Firing {
        Firing {
            workspace: "demo".parse().unwrap(),
            trigger: "report".parse().unwrap(),
            scheduled_at: Timestamp::from_millis(1_770_679_479_120),
            manual,
        }
    }

    #[test]
    fn the_form_is_fixed() {
        let start = r#"{"v":1,"kind":"fire","workspace":"demo","trigger":"report","scheduled":"2026-02-09T23:24:39.120Z""#;
        for (manual, text) in
            [(false, format!("{start}}}")), (true, format!(r#"{start},"manual":true}}"#))]
        {
            assert_eq!(firing(manual).write().unwrap(), text);
            assert_eq!(Firing::read(&text).unwrap(), firing(manual));
        }
    }

    #[test]
    fn the_scheduler_puts_the_time_in() {
        let Firing { workspace, trigger, .. } = firing(false);
        let template = Firing::template(&workspace, &trigger).unwrap();
        assert!(matches!(Firing::read(&template), Err(Unreadable::Malformed(_))));
        let text = template.replace(SCHEDULED_TIME, "2026-02-09T23:24:39Z");
        let scheduled_at = Timestamp::from_millis(1_770_679_479_000);
        assert_eq!(Firing::read(&text).unwrap(), Firing { scheduled_at, ..firing(false) });
    }
}
