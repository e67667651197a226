//! Triggers as they are shown.

use serde::Serialize;
use shared::model::{Environment, Trigger, TriggerId, TriggerState, WorkspaceId};

use crate::{
    environments,
    output::{Answer, Table, facts, time},
};

/// One trigger.
#[derive(Serialize)]
pub(super) struct Shown {
    trigger_id: TriggerId,
    workspace_id: WorkspaceId,
    name: String,
    automation_id: String,
    environments: Vec<Environment>,
    state: TriggerState,
    deadline_s: Option<u64>,
    created_at: String,
    #[serde(skip)]
    created: String,
}

impl From<Trigger> for Shown {
    fn from(trigger: Trigger) -> Self {
        Self {
            trigger_id: trigger.id,
            workspace_id: trigger.workspace,
            name: trigger.name,
            automation_id: trigger.flow,
            environments: trigger.environments,
            state: trigger.state,
            deadline_s: trigger.deadline_s,
            created_at: trigger.created_at.to_string(),
            created: time(trigger.created_at),
        }
    }
}

impl Shown {
    fn state(&self) -> String {
        let state = match self.state {
            TriggerState::Active => "active",
            TriggerState::Paused => "paused",
        };
        state.to_owned()
    }
}

impl Answer for Shown {
    fn text(&self) -> String {
        let deadline =
            self.deadline_s.map_or("the longest".to_owned(), |seconds| format!("{seconds} s"));
        facts(&[
            ("Trigger", self.trigger_id.to_string()),
            ("Name", self.name.clone()),
            ("Flow", self.automation_id.clone()),
            ("Environments", environments::show(&self.environments)),
            ("State", self.state()),
            ("Deadline", deadline),
            ("Created", self.created.clone()),
        ])
    }
}

/// All of a workspace's.
#[derive(Serialize)]
pub(super) struct Triggers {
    triggers: Vec<Shown>,
}

impl From<Vec<Trigger>> for Triggers {
    fn from(triggers: Vec<Trigger>) -> Self {
        Self { triggers: triggers.into_iter().map(Shown::from).collect() }
    }
}

impl Answer for Triggers {
    fn text(&self) -> String {
        let rows = self.triggers.iter().map(|trigger| {
            [
                trigger.trigger_id.to_string(),
                trigger.name.clone(),
                trigger.automation_id.clone(),
                environments::show(&trigger.environments),
                trigger.state(),
            ]
        });
        Table::new(["TRIGGER", "NAME", "FLOW", "ENVIRONMENTS", "STATE"])
            .render(rows, "No triggers. Create one with `trigger create`.")
    }
}
