//! For tests: configuration records.

use crate::{
    auth::{Key, KeyToken, Scopes},
    model::{ContentHash, Environment, FlowVersion, Timestamp, Trigger, TriggerState},
    store::fixture::START,
};

pub(super) fn key(number: u8) -> Key {
    let token = KeyToken::generate([number; 40]);
    Key {
        id: token.id(),
        workspace: "demo".parse().unwrap(),
        name: format!("key {number}"),
        hash: token.hash(),
        scopes: Scopes::all(),
        environments: Some(vec![Environment::Dev]),
        triggers: None,
        rate: None,
        created_at: START,
        expires_at: None,
        revoked_at: None,
        last_used_at: None,
    }
}

pub(super) fn trigger(id: &str) -> Trigger {
    Trigger {
        id: id.parse().unwrap(),
        workspace: "demo".parse().unwrap(),
        name: "Greets".to_owned(),
        flow: "greeting".to_owned(),
        environments: vec![Environment::Dev, Environment::Prod],
        state: TriggerState::Active,
        deadline_s: Some(60),
        schedule: None,
        webhook: None,
        over_limit: crate::model::OverLimit::default(),
        callback: None,
        created_at: START,
    }
}

pub(super) fn version(number: &str, published_at: Timestamp) -> FlowVersion {
    let source = format!("document: {{ name: greeting, version: {number} }}");
    FlowVersion {
        workspace: "demo".parse().unwrap(),
        name: "greeting".to_owned(),
        version: number.to_owned(),
        hash: ContentHash::of(source.as_bytes()),
        source,
        published_at,
    }
}
