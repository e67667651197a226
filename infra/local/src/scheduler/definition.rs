//! A schedule as its owner defines it: the documents of the API, as far as they are spoken here. What would change
//! when a schedule fires, and is not played, is refused.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::Error;

/// What an owner says of a schedule; an update says all of it anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Definition {
    #[serde(default = "default_group")]
    pub(crate) group_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    pub(crate) schedule_expression: String,
    #[serde(default = "utc")]
    pub(crate) schedule_expression_timezone: String,
    #[serde(default)]
    pub(crate) state: State,
    flexible_time_window: FlexibleTimeWindow,
    pub(crate) target: Target,
    #[serde(default, skip_serializing)]
    start_date: Option<Value>,
    #[serde(default, skip_serializing)]
    end_date: Option<Value>,
    #[serde(default, skip_serializing)]
    action_after_completion: Option<String>,
}

/// Whether a schedule fires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum State {
    #[default]
    Enabled,
    Disabled,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FlexibleTimeWindow {
    mode: String,
}

/// Where a firing goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Target {
    arn: String,
    role_arn: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    input: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_policy: Option<RetryPolicy>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RetryPolicy {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    maximum_event_age_in_seconds: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    maximum_retry_attempts: Option<u64>,
}

/// API reference, `RetryPolicy`.
const MAX_EVENT_AGE_S: u64 = 24 * 3600;

/// API reference, "Adding context attributes": the only one that is played.
const SCHEDULED_TIME: &str = "<aws.scheduler.scheduled-time>";

pub(crate) fn default_group() -> String {
    "default".to_owned()
}

fn utc() -> String {
    "UTC".to_owned()
}

impl Definition {
    /// Refuses what is not played here, and what AWS would not take.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let refuse = |text: &str| Err(Error::Validation(text.to_owned()));
        if self.start_date.is_some()
            || self.end_date.is_some()
            || self.action_after_completion.as_ref().is_some_and(|action| action != "NONE")
            || self.flexible_time_window.mode != "OFF"
        {
            return refuse(
                "Start dates, end dates, flexible windows and deletion after completion are not played on one machine.",
            );
        }
        if !self.target.arn.starts_with("arn:aws:sqs:") {
            return refuse(
                "Provided Arn is not in correct format: only queues are played on one machine.",
            );
        }
        match self.target.maximum_age().as_secs() {
            60..=MAX_EVENT_AGE_S => Ok(()),
            _ => refuse("MaximumEventAgeInSeconds has to be between 60 and 86400."),
        }
    }
}

impl Target {
    /// The queue's name.
    pub(crate) fn queue(&self) -> &str {
        self.arn.rsplit(':').next().unwrap_or_default()
    }

    /// For how long after its time a firing is delivered.
    pub(crate) fn maximum_age(&self) -> Duration {
        let policy = self.retry_policy.as_ref();
        let age_s = policy.and_then(|policy| policy.maximum_event_age_in_seconds);
        Duration::from_secs(age_s.unwrap_or(MAX_EVENT_AGE_S))
    }

    /// The message of a firing that was due at `scheduled`, in RFC 3339.
    pub(crate) fn message(&self, scheduled: &str) -> String {
        self.input.as_deref().unwrap_or("{}").replace(SCHEDULED_TIME, scheduled)
    }
}
