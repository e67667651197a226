//! Which runs are asked for, and how DynamoDB is told.

use super::item::{Item, text};
use crate::model::{Environment, Status, ThreadId, Timestamp, TriggerId};

/// Which runs a list shows. All of a workspace's when every part is absent. A part that lists nothing
/// lets nothing through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those of these triggers.
    pub triggers: Option<Vec<TriggerId>>,
    /// Only those that stand there.
    pub statuses: Option<Vec<Status>>,
    /// Only those of these environments.
    pub environments: Option<Vec<Environment>>,
    /// Only those of this thread.
    pub thread: Option<ThreadId>,
    /// Only those that started at this time or later.
    pub since: Option<Timestamp>,
    /// Only those that started before this time.
    pub until: Option<Timestamp>,
}

/// Most operands of an `IN` (DynamoDB developer guide, "condition and filter expressions"). The
/// triggers that a key is for may be more; then who lists runs tells them apart.
const MAX_OPERANDS: usize = 100;

impl Filter {
    pub(super) fn lets_nothing_through(&self) -> bool {
        self.triggers.as_ref().is_some_and(Vec::is_empty)
            || self.statuses.as_ref().is_some_and(Vec::is_empty)
            || self.environments.as_ref().is_some_and(Vec::is_empty)
    }

    /// Whether more has to be read than is shown.
    pub(super) const fn is_selective(&self) -> bool {
        self.triggers.is_some()
            || self.statuses.is_some()
            || self.environments.is_some()
            || self.thread.is_some()
    }

    /// What DynamoDB drops by itself: operands, and an expression where there is something to drop.
    pub(super) fn conditions(&self) -> (Item, Option<String>) {
        let triggers = self.triggers.as_ref().filter(|triggers| triggers.len() <= MAX_OPERANDS);
        let wanted: [(&str, Option<Vec<&str>>); 4] = [
            ("trigger", triggers.map(|all| all.iter().map(TriggerId::as_str).collect())),
            (
                "status",
                self.statuses.as_ref().map(|all| all.iter().map(|it| it.as_str()).collect()),
            ),
            (
                "environment",
                self.environments.as_ref().map(|all| all.iter().map(|it| it.as_str()).collect()),
            ),
            ("thread", self.thread.as_ref().map(|thread| vec![thread.as_str()])),
        ];
        let mut values = Item::new();
        let mut conditions = Vec::new();
        for (name, wanted) in wanted {
            let Some(wanted) = wanted else { continue };
            let operands: Vec<_> =
                (0..wanted.len()).map(|number| format!(":{name}{number}")).collect();
            conditions.push(format!("#{name} IN ({})", operands.join(", ")));
            values.extend(operands.into_iter().zip(wanted.into_iter().map(text)));
        }
        (values, Some(conditions.join(" AND ")).filter(|text| !text.is_empty()))
    }
}
