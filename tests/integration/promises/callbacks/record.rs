//! What is told of attempts, and what must not be: a run's answers stay as its end left them, and no address is shown.

use std::time::Duration;

use serde_json::json;
use shared::model::{FollowUp, FollowUpMethod};
use support::{Bed, Log};

use super::{
    super::flows::HELLO,
    bench::{PATH, attempts, pass, publish, receiver, ticking},
};

#[tokio::test]
async fn answers_stay_as_the_end_left_them() {
    let bed = Bed::new().await;
    let target = receiver(&[500]).await;
    let flow = publish(&bed, HELLO, &target, 1).await;
    let (worker, _) = bed.process();
    let id = bed.runs.start(bed.wish(&flow, json!({"message": "you"}))).await.unwrap().id;
    let message = bed.receive().await.unwrap();
    bed.deliver(&worker, message).await;
    let key = bed.key().await;
    let caller = bed.runs.authenticate(&key, "demo").await.unwrap();
    let id = id.to_string();
    let status = bed.runs.status(&caller, &id).await.unwrap();
    let results = bed.runs.results(&caller, &id).await.unwrap();
    let (_, before) = bed.runs.status_with_logs(&caller, &id, None).await.unwrap();
    pass(&bed, &worker, Duration::from_mins(20)).await;
    assert_eq!(bed.runs.status(&caller, &id).await.unwrap(), status);
    assert_eq!(bed.runs.results(&caller, &id).await.unwrap(), results);
    let (_, after) = bed.runs.status_with_logs(&caller, &id, None).await.unwrap();
    assert_eq!(after.entries[..before.entries.len()], before.entries);
    assert!(after.entries.len() >= before.entries.len() + 5);
    assert_eq!(attempts(&bed, id.parse().unwrap()).await, after.entries[before.entries.len()..]);
}

#[tokio::test]
async fn no_address_is_shown() {
    let log = Log::start("trace");
    let bed = Bed::new().await;
    // Answered, not allowed, not valid; and not reached, for the other one.
    let target = receiver(&[500]).await;
    let mut flow = publish(&bed, HELLO, &target, 1).await;
    let (worker, _) = bed.process();
    let mut wish = bed.wish(&flow, json!({"message": "you"}));
    wish.follow_up = Some(FollowUp {
        method: FollowUpMethod::Post,
        url: "http://127.0.0.1:1/s3cret-path".to_owned(),
        member: "text".to_owned(),
        max_characters: 100,
        valid_until: bed.clock.now().after(Duration::from_hours(1)),
        max_uses: None,
    });
    let id = bed.runs.start(wish).await.unwrap().id;
    ticking(&bed, bed.work(&worker)).await;
    for url in ["http://s3cret-user:s3cret-word@example.com/", "http://169.254.169.254", "nonsense"]
    {
        pass(&bed, &worker, Duration::from_secs(40)).await;
        flow.callback.as_mut().unwrap().url = format!("{url}{PATH}");
        bed.store.put_trigger(&flow).await.unwrap();
        bed.advance(Duration::from_mins(3)).await;
    }
    pass(&bed, &worker, Duration::from_mins(30)).await;
    let lines = attempts(&bed, id).await;
    assert!(lines.len() > 6, "{lines:?}");
    let shown = format!("{lines:?} {:?} {:?}", bed.view(id).await, log.lines());
    assert!(shown.contains("Nobody could be told") || shown.contains("attempt"));
    for secret in ["s3cret", "whsec_", "hook"] {
        let found = shown.find(secret).map(|at| &shown[at.saturating_sub(200)..at + 50]);
        assert!(found.is_none(), "{secret}: {found:?}");
    }
}
