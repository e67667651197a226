//! What is sent, when, and for how long.

use std::{collections::BTreeSet, time::Duration};

use serde_json::json;
use shared::model::{SecretReference, Status, Trigger};
use support::{Bed, QUEUE, Target, noise};

use super::{
    super::flows::HELLO,
    bench::{
        PATH, SECRETS, attempts, callbacks, is_signed, pass, publish, receiver, ticking, told,
    },
};

const ECHO: &str = r"
document: { dsl: '1.0.3', namespace: test, name: echo, version: '1.0.0' }
do:
  - echo:
      set: { text: '${ .text }' }
";

#[tokio::test]
async fn a_receiver_that_fails_twice_is_told_at_the_third_attempt() {
    let bed = Bed::new().await;
    let target = receiver(&[503, 500, 204]).await;
    let flow = publish(&bed, HELLO, &target, 1).await;
    let (worker, _) = bed.process();
    let id = bed.runs.start(bed.wish(&flow, json!({"message": "you"}))).await.unwrap().id;
    let started_at = bed.clock.now().to_string();
    ticking(&bed, bed.work(&worker)).await;
    assert_eq!(callbacks(&target).len(), 1);
    bed.advance(Duration::from_secs(6)).await;
    ticking(&bed, bed.work(&worker)).await;
    assert_eq!(callbacks(&target).len(), 2);
    bed.advance(Duration::from_secs(20)).await;
    assert_eq!(ticking(&bed, bed.work(&worker)).await, 0);
    bed.advance(Duration::from_secs(14)).await;
    ticking(&bed, bed.work(&worker)).await;
    let calls = callbacks(&target);
    assert_eq!(calls.len(), 3);
    for call in &calls {
        assert_eq!((call.method.as_str(), call.path.as_str()), ("POST", PATH));
        assert_eq!(call.header("content-type"), "application/json");
        assert_eq!(call.header("webhook-id"), format!("{id}-completed"));
        assert!(is_signed(&target, call, SECRETS[0]) && !is_signed(&target, call, SECRETS[1]));
        assert_eq!(call.bytes, calls[0].bytes);
    }
    let sent_at: BTreeSet<_> =
        calls.iter().map(|call| call.header("webhook-timestamp").to_owned()).collect();
    assert_eq!(sent_at.len(), 3, "each attempt is signed anew");
    let ended_at = bed.view(id).await.run.ended_at.unwrap().to_string();
    let expected = json!({
        "type": "run.completed",
        "timestamp": ended_at,
        "data": {
            "run_id": id.to_string(),
            "workspace": "demo",
            "trigger": "hello",
            "environment": "DEV",
            "flow": {"name": "hello", "version": "1.0.0"},
            "status": "completed",
            "output": {"reply": "Hello, you"},
            "started_at": started_at,
            "ended_at": ended_at,
        },
    });
    assert_eq!(calls[0].body, expected);
    let lines = attempts(&bed, id).await;
    let told = told(&lines);
    assert_eq!(told.len(), 3);
    assert_eq!(told[0].1, "retried");
    assert!(told[0].2.starts_with("Callback attempt 1 was answered 503; the next follows in 5 s"));
    assert!(told[1].2.starts_with("Callback attempt 2 was answered 500; the next follows in 3"));
    assert_eq!(told[2], (3, "completed", "Callback attempt 3 was answered 204"));
    pass(&bed, &worker, Duration::from_mins(30)).await;
    assert_eq!(callbacks(&target).len(), 3);
    assert_eq!(bed.queues.attributes(QUEUE).unwrap()["ApproximateNumberOfMessages"], "0");
}

#[tokio::test]
async fn with_two_live_secrets_both_sign() {
    let bed = Bed::new().await;
    let target = receiver(&[200]).await;
    let mut flow = publish(&bed, HELLO, &target, 2).await;
    let (worker, _) = bed.process();
    let call = async |flow: &Trigger| {
        bed.runs.start(bed.wish(flow, json!({"message": "you"}))).await.unwrap();
        ticking(&bed, bed.work(&worker)).await;
        callbacks(&target).pop().unwrap()
    };
    let both = call(&flow).await;
    assert_eq!(both.header("webhook-signature").split(' ').count(), 2);
    assert!(SECRETS.iter().all(|secret| is_signed(&target, &both, secret)));
    // One of them expires: from then on the other one signs alone.
    let callback = flow.callback.as_mut().unwrap();
    callback.secrets[0] =
        SecretReference { expires_at: Some(bed.clock.now()), ..callback.secrets[0].clone() };
    bed.store.put_trigger(&flow).await.unwrap();
    let one = call(&flow).await;
    assert!(!is_signed(&target, &one, SECRETS[0]) && is_signed(&target, &one, SECRETS[1]));
}

#[tokio::test]
async fn attempts_end_after_a_day() {
    let bed = Bed::new().await;
    let target = receiver(&[500]).await;
    let flow = publish(&bed, HELLO, &target, 1).await;
    let (worker, _) = bed.process();
    let started_at = bed.clock.now();
    let id = bed.runs.start(bed.wish(&flow, json!({"message": "you"}))).await.unwrap().id;
    while !bed.view(id).await.run.listeners.is_empty() || callbacks(&target).is_empty() {
        ticking(&bed, bed.work(&worker)).await;
        bed.advance(Duration::from_secs(60)).await;
    }
    let hours = bed.clock.now().since(started_at).as_secs() / 3600;
    assert!((23..=27).contains(&hours), "{hours} h");
    assert_eq!(callbacks(&target).len(), 11);
    let lines = attempts(&bed, id).await;
    assert_eq!(lines.len(), 11);
    let last = "Callback attempt 11 was answered 500; there is no further one";
    assert_eq!(told(&lines)[10], (11, "failed", last));
    pass(&bed, &worker, Duration::from_hours(1)).await;
    assert_eq!(callbacks(&target).len(), 11);
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_not_called_again() {
    let bed = Bed::new().await;
    let target = receiver(&[500, 410]).await;
    let flow = publish(&bed, HELLO, &target, 1).await;
    let (worker, _) = bed.process();
    let id = bed.runs.start(bed.wish(&flow, json!({"message": "you"}))).await.unwrap().id;
    pass(&bed, &worker, Duration::from_hours(1)).await;
    assert_eq!(callbacks(&target).len(), 2);
    assert!(bed.view(id).await.run.listeners.is_empty());
}

#[tokio::test]
async fn a_redirect_and_a_closed_door_are_failures() {
    let bed = Bed::new().await;
    let target = receiver(&[307, 200]).await;
    let mut flow = publish(&bed, HELLO, &target, 1).await;
    let (worker, _) = bed.process();
    let id = bed.runs.start(bed.wish(&flow, json!({"message": "you"}))).await.unwrap().id;
    ticking(&bed, bed.work(&worker)).await;
    let url = flow.callback.clone().unwrap().url;
    for url in ["http://127.0.0.1:1/".to_owned(), url] {
        flow.callback.as_mut().unwrap().url = url;
        bed.store.put_trigger(&flow).await.unwrap();
        bed.advance(Duration::from_secs(34)).await;
        ticking(&bed, bed.work(&worker)).await;
    }
    let lines = attempts(&bed, id).await;
    let told = told(&lines);
    assert!(told[0].2.contains("was answered 307"), "{told:?}");
    assert!(told[1].2.contains("failed: no connection to `127.0.0.1`"), "{told:?}");
    assert_eq!(told[2].1, "completed");
}

#[tokio::test]
async fn what_cannot_be_signed_is_not_sent() {
    let bed = Bed::new().await;
    let target = receiver(&[200]).await;
    let mut flow = publish(&bed, HELLO, &target, 1).await;
    let sound = flow.callback.clone().unwrap();
    let callback = flow.callback.as_mut().unwrap();
    callback.secrets[0].expires_at = Some(bed.clock.now());
    bed.store.put_trigger(&flow).await.unwrap();
    let (worker, _) = bed.process();
    let id = bed.runs.start(bed.wish(&flow, json!({"message": "you"}))).await.unwrap().id;
    ticking(&bed, bed.work(&worker)).await;
    flow.callback.as_mut().unwrap().secrets =
        vec![SecretReference { id: "lost".to_owned(), ..sound.secrets[0].clone() }];
    bed.store.put_trigger(&flow).await.unwrap();
    bed.advance(Duration::from_secs(6)).await;
    ticking(&bed, bed.work(&worker)).await;
    assert!(callbacks(&target).is_empty());
    // What was put right counts for what is tried again.
    flow.callback = Some(sound);
    bed.store.put_trigger(&flow).await.unwrap();
    pass(&bed, &worker, Duration::from_mins(1)).await;
    assert_eq!(callbacks(&target).len(), 1);
    let lines = attempts(&bed, id).await;
    let told = told(&lines);
    assert!(told[0].2.contains("could not be signed: every secret has expired"), "{told:?}");
    assert!(told[1].2.contains("could not be signed: a secret is missing"), "{told:?}");
    assert_eq!(told[2].1, "completed");
}

#[tokio::test]
async fn a_callback_that_was_removed_is_not_called() {
    let bed = Bed::new().await;
    let target = receiver(&[500]).await;
    let mut flow = publish(&bed, HELLO, &target, 1).await;
    let (worker, _) = bed.process();
    let id = bed.runs.start(bed.wish(&flow, json!({"message": "you"}))).await.unwrap().id;
    ticking(&bed, bed.work(&worker)).await;
    flow.callback = None;
    bed.store.put_trigger(&flow).await.unwrap();
    pass(&bed, &worker, Duration::from_mins(10)).await;
    assert_eq!(callbacks(&target).len(), 1);
    let lines = attempts(&bed, id).await;
    assert!(told(&lines)[1].2.contains("the trigger has no callback any more"));
    assert!(bed.view(id).await.run.listeners.is_empty());
}

#[tokio::test]
async fn too_large_an_output_is_left_out_and_said_so() {
    for (length, omitted) in [(200_000, false), (300_000, true)] {
        let bed = Bed::new().await;
        let target = receiver(&[200]).await;
        let flow = publish(&bed, ECHO, &target, 1).await;
        let (worker, _) = bed.process();
        let text = noise(length, 3);
        bed.runs.start(bed.wish(&flow, json!({"text": text}))).await.unwrap();
        ticking(&bed, bed.work(&worker)).await;
        let data = &callbacks(&target)[0].body["data"];
        assert_eq!(data["status"], "completed");
        assert_eq!(data.get("output_omitted").is_some(), omitted);
        assert_eq!(data.get("output").is_none(), omitted);
    }
}

#[tokio::test]
async fn a_callback_costs_a_message_a_query_the_trigger_and_one_write() {
    let bed = Bed::new().await;
    let target = receiver(&[200]).await;
    let flow = publish(&bed, HELLO, &target, 1).await;
    let (worker, wire) = bed.process();
    let wish = || bed.wish(&flow, json!({"message": "you"}));
    bed.runs.start(wish()).await.unwrap();
    ticking(&bed, bed.work(&worker)).await;
    bed.runs.start(wish()).await.unwrap();
    wire.take();
    let message = bed.receive().await.unwrap();
    bed.deliver(&worker, message).await;
    assert_eq!(wire.sorted_operations(), ["SendMessage", "UpdateItem", "UpdateItem"]);
    let message = bed.receive().await.unwrap();
    bed.deliver(&worker, message).await;
    assert_eq!(
        wire.sorted_operations(),
        ["ChangeMessageVisibility", "GetItem", "Query", "UpdateItem"]
    );
    assert!(bed.receive().await.is_none());
}

#[tokio::test]
async fn copies_of_a_notice_have_one_id_and_stop_once_the_receiver_knows() {
    let bed = Bed::new().await;
    let target = Target::start_slow(Duration::from_millis(20), |_| (200, json!({}))).await;
    let flow = publish(&bed, HELLO, &target, 1).await;
    let (worker, other) = (bed.process().0, bed.process().0);
    let id = bed.runs.start(bed.wish(&flow, json!({"message": "you"}))).await.unwrap().id;
    let message = bed.receive().await.unwrap();
    bed.deliver(&worker, message).await;
    let notice = bed.receive().await.unwrap();
    futures::join!(bed.deliver(&worker, notice.clone()), bed.deliver(&other, notice.clone()));
    bed.deliver(&worker, notice).await;
    pass(&bed, &worker, Duration::from_mins(1)).await;
    let calls = callbacks(&target);
    let ids: BTreeSet<_> = calls.iter().map(|call| call.header("webhook-id").to_owned()).collect();
    assert_eq!((ids.len(), calls.len()), (1, 2));
    assert_eq!(bed.view(id).await.run.status, Status::Completed);
    let lines = attempts(&bed, id).await;
    assert_eq!(told(&lines), [(1, "completed", "Callback attempt 1 was answered 200")]);
}
