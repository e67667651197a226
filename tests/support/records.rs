//! Records as an operator makes them.

use serde_json::Value;
use shared::{
    auth::{Key, KeyToken, Scopes, UrlToken, random},
    model::{
        ContentHash, Environment, FlowVersion, Limits, Overlap, Schedule, SecretReference,
        Timestamp, Trigger, TriggerState, Verification, Webhook, Workspace, WorkspaceId,
    },
};

/// The workspace of every test.
pub fn workspace() -> WorkspaceId {
    "demo".parse().unwrap()
}

/// Its record, without limits.
pub fn workspace_record(now: Timestamp) -> Workspace {
    let limits = Limits::default();
    Workspace { id: workspace(), keys_in_paths: false, limits, created_at: now }
}

/// A flow of the workspace, from its text.
pub fn flow_version(source: &str, now: Timestamp) -> FlowVersion {
    let checked = shared::flow::check(source).unwrap_or_else(|faults| {
        panic!("{}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    });
    let document = checked.plan.document;
    FlowVersion {
        workspace: workspace(),
        name: document.name,
        version: document.version,
        hash: ContentHash::of(source.as_bytes()),
        source: source.to_owned(),
        published_at: now,
    }
}

/// A trigger with the name of its flow, open in every environment.
pub fn trigger(flow: &str, now: Timestamp) -> Trigger {
    Trigger {
        id: flow.parse().unwrap(),
        workspace: workspace(),
        name: flow.to_owned(),
        flow: flow.to_owned(),
        environments: Environment::ALL.to_vec(),
        state: TriggerState::Active,
        deadline_s: None,
        schedule: None,
        webhook: None,
        over_limit: shared::model::OverLimit::default(),
        callback: None,
        created_at: now,
    }
}

/// A webhook that runs its flow in DEV, and the token of its URL.
pub fn webhook(verification: Verification, now: Timestamp) -> (Webhook, UrlToken) {
    let token = UrlToken::generate(random().unwrap());
    let webhook = Webhook {
        verification,
        environment: Environment::Dev,
        secrets: Vec::new(),
        tokens: vec![token.record(now)],
        when: None,
        mapping: None,
    };
    (webhook, token)
}

/// A secret's name, one of its own for each number.
pub fn secret(number: usize, now: Timestamp) -> SecretReference {
    SecretReference { id: format!("secret{number}"), added_at: now, expires_at: None }
}

/// A schedule that lets runs overlap and catches up for an hour.
pub fn schedule(input: Value) -> Schedule {
    Schedule {
        expression: "cron(* * * * ? *)".to_owned(),
        time_zone: "UTC".to_owned(),
        environment: Environment::Dev,
        overlap: Overlap::Allow,
        catch_up_s: 3600,
        input,
    }
}

/// A key of the workspace that may do everything, and what its holder sends.
pub fn key(now: Timestamp) -> (Key, KeyToken) {
    let token = KeyToken::generate(random().unwrap());
    let key = Key {
        id: token.id(),
        workspace: workspace(),
        name: "test".to_owned(),
        hash: token.hash(),
        scopes: Scopes::all(),
        environments: None,
        triggers: None,
        rate: None,
        created_at: now,
        expires_at: None,
        revoked_at: None,
        last_used_at: None,
    };
    (key, token)
}
