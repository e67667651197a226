//! The document as a whole.

#![expect(dead_code, reason = "members are declared to be known; many are looked at by place only")]

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    Anything, Object, TextOr,
    call::Endpoint,
    event::{Consumption, ReadAs},
    policy::{Duration, Timeout},
    task::{Input, Output},
};

/// A flow.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Flow {
    document: Anything,
    input: Option<Input>,
    r#use: Option<Anything>,
    r#do: Anything,
    timeout: Option<TextOr<Timeout>>,
    output: Option<Output>,
    schedule: Option<Schedule>,
    evaluate: Option<Evaluate>,
}

/// What the flow is called.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Document {
    pub(in crate::flow) dsl: String,
    pub(in crate::flow) namespace: String,
    pub(in crate::flow) name: String,
    pub(in crate::flow) version: String,
    pub(in crate::flow) title: Option<String>,
    summary: Option<String>,
    tags: Option<Object>,
    metadata: Option<Object>,
}

/// Components to share; each entry is read on its own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Use {
    authentications: Option<Object>,
    errors: Option<Object>,
    extensions: Option<Vec<BTreeMap<String, Extension>>>,
    functions: Option<Object>,
    retries: Option<Object>,
    secrets: Option<Vec<String>>,
    timeouts: Option<Object>,
    catalogs: Option<BTreeMap<String, Catalog>>,
}

/// Where shared components come from.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalog {
    endpoint: Endpoint,
}

/// Tasks around tasks.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Extension {
    extend: Extended,
    when: Option<String>,
    before: Option<Anything>,
    after: Option<Anything>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Extended {
    Call,
    Composite,
    Emit,
    For,
    Listen,
    Raise,
    Run,
    Set,
    Switch,
    Try,
    Wait,
    All,
}

/// When the flow starts by itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Schedule {
    every: Option<Duration>,
    cron: Option<String>,
    after: Option<Duration>,
    on: Option<Consumption>,
    read: Option<ReadAs>,
}

/// How expressions are read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Evaluate {
    pub(in crate::flow) language: Option<String>,
    pub(in crate::flow) mode: Option<EvaluationMode>,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(in crate::flow) enum EvaluationMode {
    Strict,
    Loose,
}
