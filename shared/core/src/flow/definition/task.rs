//! Tasks.

#![expect(dead_code, reason = "members are declared to be known; many are looked at by place only")]

use serde::Deserialize;

use super::{
    Anything, Catch, Object, TextOr,
    call::ExternalResource,
    event::{Consumption, EventProperties, ReadAs},
    policy::{Duration, ErrorDefinition, Timeout},
    process::Process,
};

/// What every task may have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Common {
    r#if: Option<String>,
    input: Option<Input>,
    output: Option<Output>,
    export: Option<Export>,
    timeout: Option<TextOr<Timeout>>,
    then: Option<String>,
    metadata: Option<Object>,
}

impl Common {
    /// The names of these members.
    pub(in crate::flow) const MEMBERS: [&str; 7] =
        ["if", "input", "output", "export", "timeout", "then", "metadata"];
}

/// What goes in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    schema: Option<SchemaSource>,
    from: Option<TextOr<Object>>,
}

/// What comes out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Output {
    schema: Option<SchemaSource>,
    r#as: Option<TextOr<Object>>,
}

/// What is left in the context.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Export {
    schema: Option<SchemaSource>,
    r#as: Option<TextOr<Object>>,
}

/// Where a schema stands.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct SchemaSource {
    pub(in crate::flow) format: Option<String>,
    document: Option<Anything>,
    resource: Option<ExternalResource>,
}

/// `do`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct DoTask {
    r#do: Anything,
}

/// `fork`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct ForkTask {
    fork: Fork,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fork {
    branches: Anything,
    compete: Option<bool>,
}

/// `emit`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct EmitTask {
    emit: Emit,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Emit {
    event: EmittedEvent,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EmittedEvent {
    with: EventProperties,
}

/// `for`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct ForTask {
    pub(in crate::flow) r#for: Loop,
    r#while: Option<String>,
    r#do: Anything,
}

/// What to go through.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Loop {
    pub(in crate::flow) each: Option<String>,
    r#in: Anything,
    pub(in crate::flow) at: Option<String>,
}

/// `listen`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct ListenTask {
    pub(in crate::flow) listen: Listen,
    foreach: Option<super::event::Iterator>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Listen {
    to: Consumption,
    pub(in crate::flow) read: Option<ReadAs>,
}

/// `raise`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct RaiseTask {
    pub(in crate::flow) raise: Raise,
}

/// What to raise: the name of a shared error, or one written here.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Raise {
    pub(in crate::flow) error: TextOr<ErrorDefinition>,
}

/// `run`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct RunTask {
    run: Process,
}

/// `set`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct SetTask {
    set: TextOr<Object>,
}

/// `switch`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct SwitchTask {
    switch: Vec<Object>,
}

/// A way out of a `switch`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct SwitchCase {
    when: Option<String>,
    then: String,
}

/// `try`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct TryTask {
    r#try: Anything,
    pub(in crate::flow) catch: Catch,
}

/// `wait`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct WaitTask {
    wait: Duration,
}
