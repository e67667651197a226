//! When and how a trigger starts its flow by itself. Reading expressions is `calendar`'s.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Environment;

/// A schedule: its moments are *firings*, each of which starts one run or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// As EventBridge Scheduler reads it: `cron(…)`, `rate(…)` or `at(…)`.
    pub expression: String,
    /// The IANA time zone that the expression is read in.
    pub time_zone: String,
    /// Where the flow runs.
    pub environment: Environment,
    /// What becomes of a firing while the run of the one before goes on.
    pub overlap: Overlap,
    /// For how long after its time a firing still starts a run, in seconds.
    pub catch_up_s: u64,
    /// What the flow is started with.
    pub input: Value,
}

impl Schedule {
    /// For how long after its time a firing still starts a run.
    #[must_use]
    pub const fn catch_up(&self) -> Duration {
        Duration::from_secs(self.catch_up_s)
    }
}

/// What becomes of a firing while the run of the one before goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// It starts its run all the same.
    #[default]
    Allow,
    /// It starts none.
    Skip,
}

#[cfg(test)]
mod tests {
    use crate::model::Trigger;

    #[test]
    fn a_trigger_stored_before_there_were_schedules_still_reads() {
        let stored = r#"{"id":"greet","workspace":"demo","name":"Greets","flow":"greeting",
            "environments":["DEV"],"state":"active","created_at":1770679479120}"#;
        assert_eq!(serde_json::from_str::<Trigger>(stored).unwrap().schedule, None);
    }

    #[test]
    fn the_stored_form_of_a_schedule_is_fixed() {
        let stored = r#"{"id":"greet","workspace":"demo","name":"Greets","flow":"greeting","environments":["DEV"],"state":"active","schedule":{"expression":"cron(0 9 ? * MON-FRI *)","time_zone":"Europe/Berlin","environment":"DEV","overlap":"skip","catch_up_s":3600,"input":{"message":"Ada"}},"created_at":1770679479120}"#;
        let trigger: Trigger = serde_json::from_str(stored).unwrap();
        assert_eq!(serde_json::to_string(&trigger).unwrap(), stored);
    }
}
