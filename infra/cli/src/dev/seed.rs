//! Putting the demo into a stack. Cut off at any point, it can be done again: what is there stays.

use std::collections::BTreeMap;

use shared::{
    auth::{KeyToken, Scopes},
    flow,
    model::{
        Environment, Limits, Timestamp, Trigger, TriggerId, TriggerState, Workspace, WorkspaceId,
    },
    store::{Store, config::Put},
};

use super::{
    examples::{EXAMPLES, Example},
    record::{Demo, DemoTrigger},
};
use crate::{
    connect::DEMO_WORKSPACE,
    error::Error,
    flow::version,
    key::{self, Grant},
};

/// Whether the store still knows the record's key.
pub(super) async fn is_current(demo: &Demo, store: &Store, now: Timestamp) -> Result<bool, Error> {
    let Ok(token) = KeyToken::parse(&demo.api_key) else { return Ok(false) };
    let key = store.key(&token.id()).await?;
    Ok(key.is_some_and(|key| key.workspace == demo.workspace_id && key.verify(&token, now)))
}

/// Makes workspace, flows, triggers and a key, and returns the record of them.
pub(super) async fn seed(store: &Store, base_url: &str, now: Timestamp) -> Result<Demo, Error> {
    let failed = |error: shared::model::InvalidId| Error::because("the demo cannot be made", error);
    let workspace_id: WorkspaceId = DEMO_WORKSPACE.parse().map_err(failed)?;
    // Taken: a start before this one was cut off, or lost its record.
    let workspace = Workspace {
        id: workspace_id.clone(),
        keys_in_paths: true,
        limits: Limits::default(),
        created_at: now,
    };
    let (Put::Done | Put::Taken) = store.put_workspace(&workspace).await?;
    let mut triggers = BTreeMap::new();
    for example in &EXAMPLES {
        publish(store, example, &workspace_id, now).await?;
        let id: TriggerId = example.name.parse().map_err(failed)?;
        let missing = || Trigger {
            id: id.clone(),
            workspace: workspace_id.clone(),
            name: example.name.to_owned(),
            flow: example.name.to_owned(),
            environments: Environment::ALL.to_vec(),
            state: TriggerState::Active,
            deadline_s: None,
            schedule: None,
            webhook: None,
            over_limit: shared::model::OverLimit::default(),
            callback: None,
            created_at: now,
        };
        let stored = store.trigger(&id).await?;
        let is_missing = stored.is_none();
        let trigger = stored.unwrap_or_else(missing);
        if is_missing {
            store.put_trigger(&trigger).await?;
        }
        let Trigger { id, flow, environments, .. } = trigger;
        let trigger = DemoTrigger { trigger_id: id, automation_id: flow, environments };
        triggers.insert(example.name.to_owned(), trigger);
    }
    let grant = Grant {
        workspace: workspace_id.clone(),
        name: "demo".to_owned(),
        scopes: Scopes::all(),
        environments: None,
        triggers: None,
        expires_at: None,
        rate: None,
    };
    let (_, token) = key::create(store, grant, now).await?;
    Ok(Demo { base_url: base_url.to_owned(), workspace_id, api_key: token.expose(), triggers })
}

/// Publishes to the environments that serve nothing yet: what a developer put there stays.
async fn publish(
    store: &Store,
    example: &Example,
    workspace: &WorkspaceId,
    now: Timestamp,
) -> Result<(), Error> {
    let served = store.flow(workspace, example.name).await?.map(|flow| flow.serves);
    let served = served.unwrap_or_default();
    let mut environments = example.environments.to_vec();
    environments.retain(|environment| !served.contains_key(environment));
    if environments.is_empty() {
        return Ok(());
    }
    let checked = flow::check(example.source).map_err(|_| {
        Error::Failed(format!("the example `{}` is not sound: this is a defect", example.name))
    })?;
    let document = checked.plan.document;
    let version = version(document, example.source.to_owned(), workspace.clone(), now);
    store.publish(&version, &environments).await?;
    Ok(())
}
