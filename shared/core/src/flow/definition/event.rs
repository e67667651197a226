//! Events and subscriptions: vocabulary that this runtime does not run yet.

#![expect(dead_code, reason = "members are declared to be known; nothing here is run")]

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    Anything, Object, TextOr,
    policy::Duration,
    task::{Export, Output},
};

/// Attributes of an event; further ones are free.
#[derive(Deserialize)]
pub(super) struct EventProperties {
    id: Option<String>,
    source: Option<String>,
    r#type: Option<String>,
    time: Option<String>,
    subject: Option<String>,
    datacontenttype: Option<String>,
    dataschema: Option<String>,
    data: Option<Anything>,
}

/// How events are read.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::flow) enum ReadAs {
    Data,
    Envelope,
    Raw,
}

/// Which events are consumed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Consumption {
    all: Option<Vec<EventFilter>>,
    any: Option<Vec<EventFilter>>,
    one: Option<EventFilter>,
    until: Option<TextOr<Object>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventFilter {
    with: EventProperties,
    correlate: Option<BTreeMap<String, Correlation>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Correlation {
    from: String,
    expect: Option<String>,
}

/// What is done with each event.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Iterator {
    item: Option<String>,
    at: Option<String>,
    r#do: Option<Anything>,
    output: Option<Output>,
    export: Option<Export>,
}

/// A message to publish.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OutboundMessage {
    payload: Option<Object>,
    headers: Option<Object>,
}

/// Messages to consume.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Subscription {
    filter: Option<String>,
    consume: SubscriptionLimit,
    foreach: Option<Iterator>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SubscriptionLimit {
    r#for: Option<Duration>,
    amount: Option<u64>,
    r#while: Option<String>,
    until: Option<String>,
}
