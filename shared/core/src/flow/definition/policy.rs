//! Policies: how long, how often, which errors.

#![expect(dead_code, reason = "members are declared to be known; many are looked at by place only")]

use serde::Deserialize;

use super::{Anything, Object, TextOr};

/// ISO 8601 text, an expression, or parts.
pub(super) type Duration = TextOr<DurationParts>;

/// A duration in parts.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct DurationParts {
    days: Option<u32>,
    hours: Option<u32>,
    minutes: Option<u32>,
    seconds: Option<u32>,
    milliseconds: Option<u32>,
}

/// When to give up.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Timeout {
    after: Duration,
}

/// An error to raise.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct ErrorDefinition {
    r#type: String,
    pub(in crate::flow) status: u32,
    instance: Option<String>,
    title: Option<String>,
    detail: Option<String>,
}

/// What is caught, and then.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::flow) struct Catch {
    pub(in crate::flow) errors: Option<CaughtErrors>,
    pub(in crate::flow) r#as: Option<String>,
    when: Option<String>,
    except_when: Option<String>,
    retry: Option<TextOr<Object>>,
    r#do: Option<Anything>,
    then: Option<String>,
}

/// Which errors are caught.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct CaughtErrors {
    pub(in crate::flow) with: Option<ErrorFilter>,
}

/// Members an error must have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct ErrorFilter {
    pub(in crate::flow) r#type: Option<String>,
    pub(in crate::flow) status: Option<u16>,
    pub(in crate::flow) instance: Option<String>,
    pub(in crate::flow) title: Option<String>,
    pub(in crate::flow) detail: Option<String>,
}

/// How to try again.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::flow) struct RetryPolicy {
    when: Option<String>,
    except_when: Option<String>,
    delay: Option<Duration>,
    pub(in crate::flow) backoff: Option<Backoff>,
    pub(in crate::flow) limit: Option<RetryLimit>,
    jitter: Option<Jitter>,
}

/// How a delay grows.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::flow) enum Backoff {
    Constant(Object),
    Exponential(Object),
    Linear(Object),
}

/// When to stop trying.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct RetryLimit {
    pub(in crate::flow) attempt: Option<AttemptLimit>,
    pub(in crate::flow) duration: Option<Duration>,
}

/// Limits on single tries.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct AttemptLimit {
    pub(in crate::flow) count: Option<u32>,
    duration: Option<Duration>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Jitter {
    from: Duration,
    to: Duration,
}
