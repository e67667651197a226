//! Slack and Discord: the result is sent to the address that the request named.

use std::time::Duration;

use serde_json::{Value, json};
use shared::model::{FollowUp, FollowUpMethod, RunId, Trigger};
use support::{Bed, Call, Target};

use super::{
    super::flows::HELLO,
    bench::{attempts, callbacks, pass, publish, receiver, ticking, told},
};

/// As Slack's: a message of its own, at most five of them.
fn slack(bed: &Bed, target: &Target) -> FollowUp {
    FollowUp {
        method: FollowUpMethod::Post,
        url: format!("{}/commands/T1/2/s3cret-path", target.url),
        member: "text".to_owned(),
        max_characters: 40_000,
        valid_until: bed.clock.now().after(Duration::from_mins(30)),
        max_uses: Some(5),
    }
}

/// As Discord's: a change of the message that says that there will be an answer.
fn discord(bed: &Bed, target: &Target) -> FollowUp {
    FollowUp {
        method: FollowUpMethod::Patch,
        url: format!("{}/webhooks/1/s3cret-path/messages/@original", target.url),
        member: "content".to_owned(),
        max_characters: 2000,
        valid_until: bed.clock.now().after(Duration::from_mins(15)),
        max_uses: None,
    }
}

async fn start(bed: &Bed, flow: &Trigger, message: &str, follow_up: FollowUp) -> RunId {
    let mut wish = bed.wish(flow, json!({"message": message}));
    wish.follow_up = Some(follow_up);
    bed.runs.start(wish).await.unwrap().id
}

fn shown(call: &Call) -> (&str, &str, &Value) {
    (&call.method, &call.path, &call.body)
}

#[tokio::test]
async fn the_result_is_sent_as_the_service_wants_it() {
    let bed = Bed::new().await;
    let target = receiver(&[200]).await;
    let flow = bed.publish(HELLO).await;
    let (worker, _) = bed.process();
    start(&bed, &flow, "you", slack(&bed, &target)).await;
    ticking(&bed, bed.work(&worker)).await;
    let long = "é".repeat(3000);
    start(&bed, &flow, &long, discord(&bed, &target)).await;
    ticking(&bed, bed.work(&worker)).await;
    let calls = target.calls();
    assert_eq!(calls.len(), 2);
    let text = "{\n  \"reply\": \"Hello, you\"\n}";
    let expected = json!({ "text": text });
    assert_eq!(shown(&calls[0]), ("POST", "/commands/T1/2/s3cret-path", &expected));
    let (method, path, body) = shown(&calls[1]);
    assert_eq!((method, path), ("PATCH", "/webhooks/1/s3cret-path/messages/@original"));
    let text = body["content"].as_str().unwrap();
    assert_eq!(text.chars().count(), 2000);
    assert!(text.ends_with("é…") && body.as_object().unwrap().len() == 1);
}

#[tokio::test]
async fn an_address_is_used_no_more_often_than_it_may_be() {
    let bed = Bed::new().await;
    let target = receiver(&[500]).await;
    let flow = bed.publish(HELLO).await;
    let (worker, _) = bed.process();
    let id = start(&bed, &flow, "you", slack(&bed, &target)).await;
    pass(&bed, &worker, Duration::from_hours(1)).await;
    assert_eq!(target.calls().len(), 5);
    let lines = attempts(&bed, id).await;
    let last = "Follow-up attempt 5 was answered 500; there is no further one";
    assert_eq!(told(&lines).last(), Some(&(5, "failed", last)));
}

#[tokio::test]
async fn an_address_is_not_used_after_its_time_and_forgotten_then() {
    let bed = Bed::new().await;
    let target = receiver(&[404]).await;
    let flow = bed.publish(HELLO).await;
    let (worker, _) = bed.process();
    let id = start(&bed, &flow, "you", discord(&bed, &target)).await;
    assert!(bed.view(id).await.run.listeners.follow_up.is_some());
    pass(&bed, &worker, Duration::from_hours(1)).await;
    assert_eq!(target.calls().len(), 5);
    assert!(bed.view(id).await.run.listeners.follow_up.is_none());

    let late = start(&bed, &flow, "you", discord(&bed, &target)).await;
    bed.advance(Duration::from_mins(16)).await;
    pass(&bed, &worker, Duration::from_mins(1)).await;
    assert_eq!(target.calls().len(), 5);
    let lines = attempts(&bed, late).await;
    let told = told(&lines);
    assert_eq!(told.len(), 1);
    assert!(told[0].2.contains("was not made: the address has expired"), "{told:?}");
}

#[tokio::test]
async fn a_callback_and_a_follow_up_go_their_own_ways() {
    let bed = Bed::new().await;
    let target = Target::start(|call: &Call| {
        (if call.path.starts_with("/hook") { 500 } else { 200 }, json!({}))
    })
    .await;
    let flow = publish(&bed, HELLO, &target, 1).await;
    let (worker, _) = bed.process();
    let id = start(&bed, &flow, "you", slack(&bed, &target)).await;
    pass(&bed, &worker, Duration::from_mins(4)).await;
    let listeners = bed.view(id).await.run.listeners;
    assert!(listeners.callback && listeners.follow_up.is_none());
    assert_eq!((callbacks(&target).len(), target.calls().len()), (4, 5));
    let lines = attempts(&bed, id).await;
    let mut numbers: Vec<_> = lines.iter().map(|line| (line.task.as_str(), line.attempt)).collect();
    numbers.sort_unstable();
    let expected =
        [("callback", 1), ("callback", 2), ("callback", 3), ("callback", 4), ("follow_up", 1)];
    assert_eq!(numbers, expected);
}
