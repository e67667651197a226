//! Metrics in the CloudWatch Embedded Metric Format: JSON lines that CloudWatch Logs turns into
//! metrics, without a request.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

const NAMESPACE: &str = "TriggerApi";

/// Most values of one metric in one document (CloudWatch Embedded Metric Format specification).
const MAX_VALUES: usize = 100;

/// What is counted or measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    /// Runs that were stored and promised.
    RunsStarted,
    /// Starts that a limit refused.
    StartsRefused,
    /// Runs that ended with an output.
    RunsCompleted,
    /// Runs that ended with an error, dead letters among them.
    RunsFailed,
    /// Runs that ended because somebody asked for it. No failure, so that nobody is woken for them.
    RunsCancelled,
    /// Runs that ended at their deadline.
    RunsTimedOut,
    /// From when a message could be received to its handling, in milliseconds.
    QueueDelay,
    /// From a call that a flow made to its answer or failure, in milliseconds.
    StepDuration,
    /// Events that had to wait for their process to start.
    ColdStarts,
}

impl Metric {
    const fn name(self) -> &'static str {
        match self {
            Self::RunsStarted => "RunsStarted",
            Self::StartsRefused => "StartsRefused",
            Self::RunsCompleted => "RunsCompleted",
            Self::RunsFailed => "RunsFailed",
            Self::RunsCancelled => "RunsCancelled",
            Self::RunsTimedOut => "RunsTimedOut",
            Self::QueueDelay => "QueueDelay",
            Self::StepDuration => "StepDuration",
            Self::ColdStarts => "ColdStarts",
        }
    }

    const fn unit(self) -> &'static str {
        match self {
            Self::QueueDelay | Self::StepDuration => "Milliseconds",
            _ => "Count",
        }
    }

    /// CloudWatch bills every metric once more for every trigger that it is told for, so only what
    /// an operator asks of a single trigger is.
    const fn is_told_by_trigger(self) -> bool {
        !matches!(self, Self::QueueDelay | Self::StepDuration | Self::ColdStarts)
    }
}

/// How finely metrics are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Metrics {
    /// Not to CloudWatch; as log lines at `debug`.
    #[default]
    Off,
    /// For the whole service.
    Service,
    /// For the whole service, and runs for each trigger.
    Trigger,
}

/// A text that names no [`Metrics`].
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of `off`, `service` and `trigger`")]
pub struct UnknownMetrics;

impl std::str::FromStr for Metrics {
    type Err = UnknownMetrics;

    fn from_str(text: &str) -> Result<Self, UnknownMetrics> {
        match text {
            "off" => Ok(Self::Off),
            "service" => Ok(Self::Service),
            "trigger" => Ok(Self::Trigger),
            _ => Err(UnknownMetrics),
        }
    }
}

/// The values of one event as documents: none for no values, several where one cannot hold all.
pub(super) fn documents(
    service: &str,
    trigger: Option<&str>,
    at_ms: u64,
    values: &[(Metric, u64)],
) -> Vec<Value> {
    let mut by_metric: BTreeMap<Metric, Vec<u64>> = BTreeMap::new();
    for (metric, value) in values {
        by_metric.entry(*metric).or_default().push(*value);
    }
    let mut documents = Vec::new();
    while !by_metric.is_empty() {
        let mut part = Vec::new();
        for (metric, values) in &mut by_metric {
            let rest = values.split_off(values.len().min(MAX_VALUES));
            part.push((*metric, std::mem::replace(values, rest)));
        }
        by_metric.retain(|_, rest| !rest.is_empty());
        documents.push(document(service, trigger, at_ms, part));
    }
    documents
}

fn document(
    service: &str,
    trigger: Option<&str>,
    at_ms: u64,
    values: Vec<(Metric, Vec<u64>)>,
) -> Value {
    let mut members = Map::new();
    members.insert("Service".to_owned(), service.into());
    let (mut of_service, mut of_trigger) = (Vec::new(), Vec::new());
    for (metric, values) in values {
        let definition = json!({"Name": metric.name(), "Unit": metric.unit()});
        if metric.is_told_by_trigger() && trigger.is_some() {
            of_trigger.push(definition);
        } else {
            of_service.push(definition);
        }
        let value = if let [one] = *values { one.into() } else { values.into() };
        members.insert(metric.name().to_owned(), value);
    }
    let mut directives = Vec::new();
    if let (Some(trigger), false) = (trigger, of_trigger.is_empty()) {
        members.insert("Trigger".to_owned(), trigger.into());
        directives.push(directive(&json!([["Service"], ["Service", "Trigger"]]), &of_trigger));
    }
    if !of_service.is_empty() {
        directives.push(directive(&json!([["Service"]]), &of_service));
    }
    let mut document = Map::new();
    let metadata = json!({"Timestamp": at_ms, "CloudWatchMetrics": directives});
    document.insert("_aws".to_owned(), metadata);
    document.append(&mut members);
    Value::Object(document)
}

fn directive(dimensions: &Value, metrics: &[Value]) -> Value {
    json!({"Namespace": NAMESPACE, "Dimensions": dimensions, "Metrics": metrics})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_has_the_form_of_the_specification() {
        let values =
            [(Metric::StepDuration, 12), (Metric::RunsCompleted, 1), (Metric::StepDuration, 34)];
        let both = json!([["Service"], ["Service", "Trigger"]]);
        let expected = json!({
            "_aws": {
                "Timestamp": 1_770_679_479_000_u64,
                "CloudWatchMetrics": [
                    {
                        "Namespace": "TriggerApi",
                        "Dimensions": both,
                        "Metrics": [{"Name": "RunsCompleted", "Unit": "Count"}],
                    },
                    {
                        "Namespace": "TriggerApi",
                        "Dimensions": [["Service"]],
                        "Metrics": [{"Name": "StepDuration", "Unit": "Milliseconds"}],
                    },
                ],
            },
            "Service": "prod",
            "RunsCompleted": 1,
            "StepDuration": [12, 34],
            "Trigger": "hello",
        });
        assert_eq!(documents("prod", Some("hello"), 1_770_679_479_000, &values), [expected]);
    }

    #[test]
    fn without_a_trigger_everything_is_told_for_the_service() {
        let told = documents("prod", None, 1, &[(Metric::RunsStarted, 1), (Metric::ColdStarts, 1)]);
        let [document] = &told[..] else { panic!("{told:?}") };
        let directives = document["_aws"]["CloudWatchMetrics"].as_array().unwrap();
        assert_eq!(directives.len(), 1);
        assert_eq!(directives[0]["Dimensions"], json!([["Service"]]));
        assert_eq!(document.get("Trigger"), None);
        assert_eq!(documents("prod", None, 1, &[]), Vec::<Value>::new());
    }

    #[test]
    fn no_document_has_more_values_than_are_read() {
        let values: Vec<_> = (0..250).map(|value| (Metric::StepDuration, value)).collect();
        let started = [(Metric::RunsStarted, 1)];
        let told = documents("prod", Some("hello"), 1, &[&values[..], &started].concat());
        let lengths: Vec<_> = told
            .iter()
            .map(|document| document["StepDuration"].as_array().unwrap().len())
            .collect();
        assert_eq!(lengths, [100, 100, 50]);
        let all: Vec<_> =
            told.iter().flat_map(|one| one["StepDuration"].as_array().unwrap()).collect();
        assert!(all.into_iter().map(|value| value.as_u64().unwrap()).eq(0..250));
        let started = |document: &&Value| document.get("RunsStarted").is_some();
        assert_eq!(told.iter().filter(started).count(), 1);
    }
}
