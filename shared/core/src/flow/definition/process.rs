//! Processes (`run`): vocabulary that this runtime does not run.

#![expect(dead_code, reason = "members are declared to be known; nothing here is run")]

use serde::Deserialize;

use super::{Object, call::ExternalResource, policy::Duration};

/// What to run.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Process {
    r#await: Option<bool>,
    r#return: Option<Returned>,
    container: Option<Container>,
    script: Option<Script>,
    shell: Option<Shell>,
    workflow: Option<Subflow>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Returned {
    Stdout,
    Stderr,
    Code,
    All,
    None,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Container {
    image: String,
    name: Option<String>,
    command: Option<String>,
    ports: Option<Object>,
    volumes: Option<Object>,
    environment: Option<Object>,
    stdin: Option<String>,
    arguments: Option<Vec<String>>,
    lifetime: Option<Lifetime>,
    pull_policy: Option<PullPolicy>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lifetime {
    cleanup: Cleanup,
    after: Option<Duration>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Cleanup {
    Always,
    Never,
    Eventually,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum PullPolicy {
    IfNotPresent,
    Always,
    Never,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Script {
    language: String,
    code: Option<String>,
    source: Option<ExternalResource>,
    stdin: Option<String>,
    arguments: Option<Vec<String>>,
    environment: Option<Object>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shell {
    command: String,
    stdin: Option<String>,
    arguments: Option<Vec<String>>,
    environment: Option<Object>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Subflow {
    namespace: String,
    name: String,
    version: String,
    input: Option<Object>,
}
