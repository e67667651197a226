//! What a run remembers of what a model said, who hears of it meanwhile, and what nobody ever does.

use std::collections::BTreeSet;

use bytes::Bytes;
use serde_json::json;
use shared::{
    model::{Completion, Outcome, Usage},
    runs::{Audience, Live},
};
use support::{Bed, Log, Model, Reply, die_at_every_request};

use super::asking::{KEY, WORDS, output, run};
use crate::promises::flows::{ask, insist};

#[tokio::test]
async fn what_was_said_is_not_asked_again() {
    let twice = ask("")
        + &ask("")
            .lines()
            .skip(2)
            .map(|line| format!("{}\n", line.replace("- ask:", "- again:")))
            .collect::<String>();
    let twice = twice.replace("${ .message }", "${ .message // .content }");
    die_at_every_request(4..50, async |count, moment| {
        let what = format!("{moment:?} request {count}");
        let bed = Bed::new().await;
        let model = Model::start(|_| Reply::saying(&WORDS, 40)).await;
        bed.add_provider(&model.base_url, Some(KEY)).await;
        let trigger = bed.publish(&twice).await;
        let ((doomed, wire), (survivor, _)) = (bed.process(), bed.process());
        let started = bed.runs.start(bed.wish(&trigger, json!({"message": "Who?"}))).await.unwrap();
        wire.stop_at(count, moment);
        let died = tokio::select! {
            biased;
            () = wire.stopped() => true,
            _ = bed.work_to_the_end(&doomed, started.id) => false,
        };
        let is_written = wire.take().iter().any(|sent| sent.body.contains("J#"));
        let asked_before = model.calls().len();
        let view = bed.work_to_the_end(&survivor, started.id).await;
        assert_eq!(output(&view)["content"], WORDS.concat(), "{what}");
        let calls = model.calls();
        let keys: BTreeSet<_> =
            calls.iter().map(|call| call.header("idempotency-key").to_owned()).collect();
        assert_eq!(keys.len(), 2, "{what}");
        // What was under way when it died is asked again, and nothing that was written down.
        assert!(calls.len() <= 3, "{what}: {} calls", calls.len());
        if asked_before == 2 && is_written {
            let again =
                calls.iter().filter(|call| call.header("idempotency-key").ends_with("/do/0/ask#1"));
            assert_eq!(again.count(), 1, "{what}");
        }
        if !died {
            assert_eq!(calls.len(), 2, "{what}");
        }
        died
    })
    .await;
}

#[tokio::test]
async fn the_journal_keeps_what_was_said_and_what_it_took() {
    let bed = Bed::new().await;
    let model = Model::start(|_| Reply::saying(&WORDS, 5)).await;
    bed.add_provider(&model.base_url, Some(KEY)).await;
    let view = run(&bed, &ask("")).await;
    let record = bed.store.record(view.run.id).await.unwrap().unwrap();
    let outcomes: Vec<_> = record.journal.into_iter().flat_map(|entry| entry.outcomes).collect();
    let completion = Completion {
        content: WORDS.concat(),
        finish_reason: Some("stop".to_owned()),
        model: "small-2026".to_owned(),
        usage: Some(Usage { prompt_tokens: 12, completion_tokens: 34, total_tokens: 46 }),
    };
    assert_eq!(outcomes, [("/do/0/ask#1".to_owned(), Outcome::Completion(completion))]);
}

#[tokio::test]
async fn who_follows_a_run_hears_what_is_said_as_it_is_said() {
    let bed = Bed::new().await;
    let model = Model::start(|_| Reply::saying(&WORDS, 20)).await;
    bed.add_provider(&model.base_url, None).await;
    let trigger = bed.publish(&ask("")).await;
    let (audience, mut seat) = Audience::of_one(100);
    let runs = bed.process().0.followed_by(audience);
    runs.start_and_wait(bed.wish(&trigger, json!({"message": "Who?"}))).await.unwrap();
    drop(runs);
    let mut texts = Vec::new();
    while let Some(live) = seat.next(2).await {
        let Live::Said(delta) = live else { continue };
        assert_eq!((delta.task.as_str(), delta.attempt), ("/do/0/ask", 1));
        texts.push(delta.text);
    }
    assert_eq!(texts, WORDS);
}

#[tokio::test]
async fn a_follower_who_does_not_listen_holds_nobody_up() {
    for listens in [false, true] {
        let bed = Bed::new().await;
        let model = Model::start(|_| Reply::saying(&WORDS, 20)).await;
        bed.add_provider(&model.base_url, None).await;
        let trigger = bed.publish(&ask("")).await;
        let (audience, seat) = Audience::of_one(1);
        let _kept = listens.then_some(seat);
        let worker = bed.process().0.followed_by(audience);
        let wish = bed.wish(&trigger, json!({"message": "Who?"}));
        let started = bed.runs.start(wish).await.unwrap();
        let view = bed.work_to_the_end(&worker, started.id).await;
        assert_eq!(output(&view)["content"], WORDS.concat());
    }
}

#[tokio::test]
async fn nobody_sees_the_key() {
    let log = Log::start("trace");
    let echo =
        |status| Reply::Whole(status, json!({"error": {"message": KEY, "code": KEY, "type": KEY}}));
    let event = |data: String| Reply::Stream(vec![Bytes::from(format!("data: {data}\n\n"))]);
    for reply in [
        Reply::saying(&WORDS, 30),
        echo(401),
        echo(429),
        echo(200),
        event(format!("{{\"error\": \"{KEY}\"}}")),
        event(format!("{{\"error\": {{\"code\": \"{KEY}\"}}}}")),
        event(KEY.to_owned()),
        Reply::CutOff(vec![Bytes::from(format!("data: {KEY}"))]),
        Reply::Whole(302, json!(KEY)),
    ] {
        let bed = Bed::new().await;
        let model = Model::start(move |_| reply.clone()).await;
        let provider = bed.add_provider(&model.base_url, Some(KEY)).await;
        // Where it was put, it has to be.
        bed.wire.take();
        let view = run(&bed, &insist("")).await;
        assert!(model.calls().iter().all(|call| call.header("authorization").contains(KEY)));
        let record = bed.store.record(view.run.id).await.unwrap().unwrap();
        let shown = format!(
            "{:?} {:?} {:?} {provider:?} {:?}",
            view.end,
            view.logs,
            record.journal,
            bed.wire.take()
        );
        assert!(!shown.contains("quicksilver"), "{shown}");
    }
    let lines = format!("{:?}", log.lines());
    assert!(!lines.contains("quicksilver"), "{lines}");
}
