//! Triggers as they are shown.

use serde::Serialize;
use serde_json::Value;
use shared::model::{
    Environment, OverLimit, Overlap, RunId, Schedule, Secret, Timestamp, Trigger, TriggerId,
    TriggerState, WorkspaceId,
};

use super::{super::schedule::calendar, callback::ShownCallback, webhook::ShownWebhook};
use crate::{
    environments,
    error::Error,
    output::{Answer, Table, facts, time},
};

/// One trigger.
#[derive(Serialize)]
pub(in crate::trigger) struct Shown {
    trigger_id: TriggerId,
    workspace_id: WorkspaceId,
    name: String,
    automation_id: String,
    environments: Vec<Environment>,
    state: TriggerState,
    deadline_s: Option<u64>,
    over_limit: OverLimit,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<ShownSchedule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook: Option<ShownWebhook>,
    /// Only once: of a trigger that was just made.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback: Option<ShownCallback>,
    /// Only once, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_secret: Option<String>,
    created_at: String,
    #[serde(skip)]
    created: String,
}

/// The schedule of one.
#[derive(Serialize)]
struct ShownSchedule {
    expression: String,
    time_zone: String,
    environment: Environment,
    overlap: Overlap,
    catch_up_s: u64,
    input: Value,
    next_firings: Vec<String>,
    last_skipped: Option<String>,
    /// The firings in the schedule's zone.
    #[serde(skip)]
    local_firings: Vec<String>,
}

/// Firings that are shown.
const NEXT_FIRINGS: usize = 5;

impl ShownSchedule {
    fn new(
        schedule: Schedule,
        state: TriggerState,
        created_at: Timestamp,
        skipped_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let calendar = calendar(&schedule, created_at)?;
        // What is due at this very moment comes next.
        let just_before = Timestamp::from_millis(now.as_millis().saturating_sub(1));
        let firings: Vec<_> = match state {
            TriggerState::Active => calendar.after(just_before).take(NEXT_FIRINGS).collect(),
            TriggerState::Paused => Vec::new(),
        };
        let Schedule { expression, time_zone, environment, overlap, catch_up_s, input } = schedule;
        Ok(Self {
            expression,
            time_zone,
            environment,
            overlap,
            catch_up_s,
            input,
            next_firings: firings.iter().map(ToString::to_string).collect(),
            last_skipped: skipped_at.map(|time| time.to_string()),
            local_firings: firings.iter().map(|time| calendar.zone().show(*time)).collect(),
        })
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let overlap = match self.overlap {
            Overlap::Allow => "allow",
            Overlap::Skip => "skip",
        };
        let mut facts = vec![
            ("Schedule", format!("{} in {}", self.expression, self.time_zone)),
            ("Overlap", overlap.to_owned()),
            ("Catch-up", format!("{} s", self.catch_up_s)),
            ("Input", self.input.to_string()),
        ];
        if let Some(skipped) = &self.last_skipped {
            facts.push(("Last skipped", skipped.clone()));
        }
        let names = std::iter::once("Next firings").chain(std::iter::repeat(""));
        facts.extend(names.zip(self.local_firings.iter().cloned()));
        if self.local_firings.is_empty() {
            facts.push(("Next firings", "none".to_owned()));
        }
        facts
    }
}

/// A firing that was asked for.
#[derive(Serialize)]
pub(in crate::trigger) struct Fired {
    /// Its run.
    pub(in crate::trigger) run_id: RunId,
}

/// Nothing but the id, so that a script can take it as it is.
impl Answer for Fired {
    fn text(&self) -> String {
        format!("{}\n", self.run_id)
    }
}

/// A trigger that is gone.
#[derive(Serialize)]
pub(in crate::trigger) struct Deleted {
    /// Its id.
    pub(in crate::trigger) trigger_id: TriggerId,
}

impl Answer for Deleted {
    fn text(&self) -> String {
        format!("Deleted {}.\n", self.trigger_id)
    }
}

impl Shown {
    /// The trigger at `now`.
    pub(in crate::trigger) fn new(
        trigger: Trigger,
        skipped_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let (state, created_at) = (trigger.state, trigger.created_at);
        let schedule = trigger
            .schedule
            .map(|schedule| ShownSchedule::new(schedule, state, created_at, skipped_at, now));
        Ok(Self {
            trigger_id: trigger.id,
            workspace_id: trigger.workspace,
            name: trigger.name,
            automation_id: trigger.flow,
            environments: trigger.environments,
            state,
            deadline_s: trigger.deadline_s,
            over_limit: trigger.over_limit,
            schedule: schedule.transpose()?,
            webhook: trigger.webhook.map(|webhook| ShownWebhook::new(webhook, now)),
            url: None,
            callback: trigger.callback.map(|callback| ShownCallback::new(&callback, now)),
            callback_secret: None,
            created_at: created_at.to_string(),
            created: time(created_at),
        })
    }

    /// The same, with the URL that was made for it.
    pub(in crate::trigger) fn with_url(self, url: String) -> Self {
        Self { url: Some(url), ..self }
    }

    /// The same, with the secret that was made for its callback, if one was.
    pub(in crate::trigger) fn with_callback_secret(self, secret: Option<&Secret>) -> Self {
        Self { callback_secret: secret.map(|secret| secret.expose().to_owned()), ..self }
    }

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
        let mut shown = vec![
            ("Trigger", self.trigger_id.to_string()),
            ("Name", self.name.clone()),
            ("Flow", self.automation_id.clone()),
            ("Environments", environments::show(&self.environments)),
            ("State", self.state()),
            ("Deadline", deadline),
            ("Created", self.created.clone()),
        ];
        if self.over_limit == OverLimit::Queue {
            shown.push(("Over the limit", "its runs wait".to_owned()));
        }
        shown.extend(self.schedule.iter().flat_map(ShownSchedule::facts));
        shown.extend(self.webhook.iter().flat_map(ShownWebhook::facts));
        shown.extend(self.url.iter().map(|url| ("URL", url.clone())));
        shown.extend(self.callback.iter().flat_map(ShownCallback::facts));
        shown.extend(self.callback_secret.iter().map(|secret| ("Callback secret", secret.clone())));
        facts(&shown)
    }
}

/// All of a workspace's.
#[derive(Serialize)]
pub(in crate::trigger) struct Triggers {
    triggers: Vec<Shown>,
}

impl Triggers {
    /// The triggers at `now`.
    pub(in crate::trigger) fn new(triggers: Vec<Trigger>, now: Timestamp) -> Result<Self, Error> {
        let shown = triggers.into_iter().map(|trigger| Shown::new(trigger, None, now));
        Ok(Self { triggers: shown.collect::<Result<_, _>>()? })
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
                trigger.schedule.as_ref().map(|it| it.expression.clone()).unwrap_or_default(),
                trigger.webhook.as_ref().map(|it| it.provider().to_owned()).unwrap_or_default(),
            ]
        });
        Table::new(["TRIGGER", "NAME", "FLOW", "ENVIRONMENTS", "STATE", "SCHEDULE", "WEBHOOK"])
            .render(rows, "No triggers. Create one with `trigger create`.")
    }
}
