//! The module that keeps the secrets of triggers, through the stack's own ways to the parameters.

use std::collections::BTreeMap;

use shared::model::{Secret, SecretReference, Timestamp, Trigger, TriggerState};
use shared::secrets::{Error, Secrets};

use crate::{Options, Recorder, Stack, Transport};

fn trigger(id: &str) -> Trigger {
    Trigger {
        id: id.parse().unwrap(),
        workspace: "demo".parse().unwrap(),
        name: String::new(),
        flow: String::new(),
        environments: Vec::new(),
        state: TriggerState::Active,
        deadline_s: None,
        schedule: None,
        webhook: None,
        over_limit: shared::model::OverLimit::default(),
        callback: None,
        created_at: Timestamp::default(),
    }
}

fn reference(id: &str) -> SecretReference {
    SecretReference { id: id.to_owned(), added_at: Timestamp::default(), expires_at: None }
}

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

async fn read(secrets: &Secrets, trigger: &Trigger, ids: &[&str]) -> Result<Vec<String>, Error> {
    let references: Vec<_> = ids.iter().map(|id| reference(id)).collect();
    let found = secrets.of(trigger, &references, Timestamp::default()).await?;
    Ok(found.iter().map(|secret| secret.expose().to_owned()).collect())
}

#[tokio::test]
async fn a_secret_is_found_by_its_name_alone_by_every_way() {
    let sockets = Transport::Sockets { dynamodb: None, s3: None, sqs: None, ssm: None };
    for transport in [Transport::InProcess, sockets] {
        let stack = Stack::start(Options { transport, ..Options::default() }).await.unwrap();
        let secrets = stack.runs().secrets();
        let (orders, refunds) = (trigger("orders"), trigger("refunds"));
        for (trigger, id) in [(&orders, "a"), (&orders, "b"), (&refunds, "a")] {
            let text = secret(&format!("{} {id}", trigger.id));
            secrets.put(trigger, &reference(id), &text).await.unwrap();
        }
        // As another process finds it.
        let outside = stack.endpoints().parts().secrets;
        for secrets in [secrets, &outside] {
            let found = read(secrets, &orders, &["b", "a"]).await.unwrap();
            assert_eq!(found, ["orders b", "orders a"]);
            assert_eq!(read(secrets, &refunds, &["a"]).await.unwrap(), ["refunds a"]);
            assert!(matches!(read(secrets, &refunds, &["a", "b"]).await, Err(Error::Missing(_))));
        }
        outside.delete(&orders, &reference("a")).await.unwrap();
        outside.delete(&orders, &reference("a")).await.unwrap();
        let fresh = stack.endpoints().parts().secrets;
        assert!(matches!(read(&fresh, &orders, &["a"]).await, Err(Error::Missing(_))));
        assert!(read(secrets, &orders, &["a"]).await.is_ok(), "what was met is remembered");
        stack.stop().await;
    }
}

#[tokio::test]
async fn a_name_keeps_its_secret_and_a_repeat_is_no_fault() {
    let stack = Stack::start(Options::default()).await.unwrap();
    let (secrets, orders) = (stack.runs().secrets(), trigger("orders"));
    for _ in 0..2 {
        secrets.put(&orders, &reference("a"), &secret("first")).await.unwrap();
    }
    let other = secrets.put(&orders, &reference("a"), &secret("second")).await;
    assert!(matches!(other, Err(Error::Taken(_))));
    assert_eq!(read(secrets, &orders, &["a"]).await.unwrap(), ["first"]);
    stack.stop().await;
}

#[tokio::test]
async fn secrets_outlive_the_stack_on_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        let data = Some(folder.path().to_owned());
        Stack::start(Options { data, ..Options::default() })
    };
    let stack = start().await.unwrap();
    let orders = trigger("orders");
    stack.runs().secrets().put(&orders, &reference("a"), &secret("kept")).await.unwrap();
    stack.stop().await;
    let stack = start().await.unwrap();
    assert_eq!(read(stack.runs().secrets(), &orders, &["a"]).await.unwrap(), ["kept"]);
    stack.stop().await;
}

#[tokio::test]
async fn two_live_secrets_cost_one_request_a_process() {
    let recorder = Recorder::default();
    let options = Options { recorder: Some(recorder.clone()), ..Options::default() };
    let stack = Stack::start(options).await.unwrap();
    let (secrets, orders) = (stack.runs().secrets(), trigger("orders"));
    for id in ["a", "b"] {
        secrets.put(&orders, &reference(id), &secret(id)).await.unwrap();
    }
    let _ = recorder.take();
    for _ in 0..3 {
        read(secrets, &orders, &["a", "b"]).await.unwrap();
    }
    let mut counts = BTreeMap::<_, u32>::new();
    for request in recorder.take() {
        *counts.entry((request.service, request.operation)).or_default() += 1;
    }
    assert_eq!(counts, BTreeMap::from([(("ssm", "GetParameters".to_owned()), 1)]));
    stack.stop().await;
}
