//! One secret in place of another, while deliveries come.

use std::time::Duration;

use shared::model::Timestamp;
use support::{Api, Sender, send};

use super::site::{NOW_S, api_at};
use crate::wire::flows::ECHO;

const OLD: Sender = Sender { provider: "github", secret: "the-old-secret" };
const NEW: Sender = Sender { provider: "github", secret: "the-new-secret" };

/// The statuses of as many deliveries at once.
async fn deliver(api: &Api, hook: &str, sender: Sender, round: &str) -> Vec<u16> {
    let calls = (0..20).map(|number| {
        let id = format!("{round}-{number}");
        send(sender.send(api, hook, sender.sample("push"), &id))
    });
    futures::future::join_all(calls).await.iter().map(|answer| answer.status).collect()
}

#[tokio::test]
async fn a_rotation_under_load_refuses_no_delivery() {
    let api = api_at(NOW_S).await;
    api.publish(ECHO).await;
    let hook = api.make_signed_hook("echo", OLD, |_, _| {}).await;
    let trigger = "echo".parse().unwrap();
    assert_eq!(deliver(&api, &hook, OLD, "before").await, [200; 20]);
    assert_eq!(deliver(&api, &hook, NEW, "too early").await, [401; 20]);

    let ((), meanwhile) = futures::join!(
        api.add_secret(&trigger, NEW.secret),
        deliver(&api, &hook, OLD, "while it is added"),
    );
    assert_eq!(meanwhile, [200; 20]);
    // Longer than a process goes without looking again when it meets a signature that it does not know.
    api.clock.advance(Duration::from_secs(1));
    let (old, new) = futures::join!(
        deliver(&api, &hook, OLD, "old of two"),
        deliver(&api, &hook, NEW, "new of two"),
    );
    assert_eq!((old, new), (vec![200; 20], vec![200; 20]));

    let mut stored = api.stack.store().trigger(&trigger).await.unwrap().unwrap();
    let end = api.clock.now().after(Duration::from_secs(60));
    stored.webhook.as_mut().unwrap().secrets[0].expires_at = Some(end);
    api.stack.store().put_trigger(&stored).await.unwrap();
    api.clock.advance(Duration::from_secs(59));
    let both = [deliver(&api, &hook, OLD, "last").await, deliver(&api, &hook, NEW, "on").await];
    assert_eq!(both, [vec![200; 20], vec![200; 20]]);
    api.clock.advance(Duration::from_secs(1));
    assert_eq!(deliver(&api, &hook, OLD, "expired").await, [401; 20]);
    assert_eq!(deliver(&api, &hook, NEW, "after").await, [200; 20]);
    assert_eq!(api.run_count().await, 7 * 20);
}

#[tokio::test]
async fn when_every_secret_has_expired_nothing_passes() {
    let api = api_at(NOW_S).await;
    api.publish(ECHO).await;
    let hook = api.make_signed_hook("echo", OLD, |_, _| {}).await;
    let mut stored = api.stack.store().trigger(&"echo".parse().unwrap()).await.unwrap().unwrap();
    let end = Timestamp::from_millis(NOW_S * 1000);
    stored.webhook.as_mut().unwrap().secrets[0].expires_at = Some(end);
    api.stack.store().put_trigger(&stored).await.unwrap();
    assert_eq!(deliver(&api, &hook, OLD, "none").await, [401; 20]);
    assert_eq!(api.run_count().await, 0);
}
