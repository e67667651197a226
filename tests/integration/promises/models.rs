//! Flows ask models: what an endpoint says arrives however it is cut up, what goes wrong has a name that `retry`
//! understands, what was said is not asked again, and nobody sees the key.

use std::{collections::BTreeSet, time::Duration};

use bytes::Bytes;
use serde_json::{Value, json};
use shared::{
    model::{Completion, End, Outcome, Provider, RunError, SecretReference, Status, Usage},
    runs::{Audience, Live, RunView, Settings},
};
use support::{
    Bed, Log, Model, Moment, Reply,
    model::{completion, pieces},
};

use super::flows::{ask, insist};

const KEY: &str = "sk-quicksilver-0123456789";

const WORDS: [&str; 4] = ["Grüße, ", "世界", " 🦀", "!"];

/// Runs `flow` to its end.
async fn run(bed: &Bed, flow: &str) -> RunView {
    let trigger = bed.publish(flow).await;
    let (worker, _) = bed.process();
    let started = bed.runs.start(bed.wish(&trigger, json!({"message": "Who?"}))).await.unwrap();
    bed.work_to_the_end(&worker, started.id).await
}

#[track_caller]
fn output(view: &RunView) -> &Value {
    match &view.end {
        Some(End::Output(output)) => output,
        end => panic!("{end:?}"),
    }
}

#[track_caller]
fn error(view: &RunView) -> (&str, u16, &str) {
    let Some(End::Error(RunError { kind, status, detail, .. })) = &view.end else {
        panic!("{:?}", view.end)
    };
    (kind.rsplit('/').next().unwrap(), *status, detail.as_deref().unwrap_or_default())
}

/// What comes of a run whose model answers every call so.
async fn ends(flow: &str, reply: Reply) -> (RunView, Model) {
    let settings = Settings { model_silence: Duration::from_millis(150), ..Settings::default() };
    let bed = Bed::with(settings).await;
    let model = Model::start(move |_| reply.clone()).await;
    bed.add_provider(&model.base_url, Some(KEY)).await;
    (run(&bed, flow).await, model)
}

#[tokio::test]
async fn what_a_model_says_arrives_however_it_is_cut_up() {
    for piece_bytes in [1, 2, 3, 7, 61, 100_000] {
        let (view, model) = ends(&ask(""), Reply::saying(&WORDS, piece_bytes)).await;
        let usage = json!({"prompt_tokens": 12, "completion_tokens": 34, "total_tokens": 46});
        let expected = json!({
            "content": "Grüße, 世界 🦀!", "finish_reason": "stop", "model": "small-2026", "usage": usage,
        });
        assert_eq!(output(&view), &expected, "{piece_bytes}");
        let line = &view.logs[view.logs.len() - 2];
        assert_eq!(line.message, "Completed ask: 12 + 34 tokens");

        let call = model.calls().pop().unwrap();
        assert_eq!(call.path, "/v1/chat/completions");
        assert_eq!(call.header("authorization"), format!("Bearer {KEY}"));
        assert_eq!(call.header("idempotency-key"), format!("{}:/do/0/ask#1", view.run.id));
        assert!(call.header("traceparent").starts_with("00-"));
        let body = json!({
            "messages": [{"role": "user", "content": "Who?"}],
            "model": "small", "stream": true, "stream_options": {"include_usage": true},
        });
        assert_eq!(call.body, body);
    }
}

#[tokio::test]
async fn an_answer_may_come_in_one_piece_whether_that_was_asked_for_or_not() {
    let whole = json!({
        "model": "small-2026",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Ada."}, "finish_reason": "stop"}],
    });
    for with in ["stream: false", "stream: true"] {
        let (view, model) = ends(&ask(with), Reply::Whole(200, whole.clone())).await;
        assert_eq!(output(&view)["content"], "Ada.");
        let streamed = model.calls()[0].body.get("stream").is_some();
        assert_eq!(streamed, with == "stream: true");
    }
}

#[tokio::test]
async fn what_goes_wrong_has_a_name() {
    let whole = completion(&WORDS);
    let cut = |at: &str| {
        let end = whole.find(at).unwrap();
        Bytes::copy_from_slice(&whole.as_bytes()[..end + 1])
    };
    let malformed = |data: &str| {
        let stream = whole.replacen("data: ", &format!("data: {{}}\n\ndata: {data}\n\ndata: "), 1);
        Reply::Stream(pieces(&stream, 10))
    };
    let refused = |status| Reply::failing(status, "some_reason");
    for (reply, status, detail) in [
        (refused(429), 429, "the model's call was answered with status 429 (`some_reason`)"),
        (refused(500), 500, "the model's call was answered with status 500 (`some_reason`)"),
        (refused(401), 401, "the model's call was answered with status 401 (`some_reason`)"),
        (
            Reply::Whole(307, json!("elsewhere")),
            307,
            "the model's call was answered with status 307",
        ),
        (Reply::Whole(200, json!({"detail": "what?"})), 503, "the model's answer cannot be read"),
        (Reply::Stream(vec![cut("世界")]), 503, "the model's stream broke off after chunk 2"),
        (
            Reply::Stream(pieces(whole.trim_end().trim_end_matches("data: [DONE]"), 50)),
            503,
            "the model's stream broke off after chunk 7",
        ),
        (
            Reply::CutOff(vec![cut("世界")]),
            503,
            "the connection to `127.0.0.1` broke before the answer was whole",
        ),
        (malformed("{oops"), 503, "chunk 2 of the model's stream cannot be read"),
        (malformed("[]"), 503, "chunk 2 of the model's stream cannot be read"),
        (
            malformed(r#"{"error": {"code": "server_overloaded"}}"#),
            502,
            "the model's stream ended with an error (`server_overloaded`)",
        ),
        (Reply::Silence, 504, "the model said nothing for 150ms"),
        (Reply::Stall(vec![cut("世界")]), 504, "the model said nothing for 150ms"),
    ] {
        let (view, _model) = ends(&ask(""), reply).await;
        assert_eq!(error(&view), ("communication", status, detail));
        assert_eq!(view.run.status, Status::Failed);
    }
}

#[tokio::test]
async fn an_answer_without_end_is_given_up() {
    let chunk = json!({"choices": [{"index": 0, "delta": {"content": "a".repeat(100_000)}}]});
    let chunk = Bytes::from(format!("data: {chunk}\n\n"));
    let (view, _model) = ends(&ask(""), Reply::Stall(vec![chunk; 11])).await;
    assert_eq!(error(&view), ("configuration", 400, "the model's answer is too large"));
}

#[tokio::test]
async fn a_deadline_is_the_tasks_own_timeout() {
    let bed = Bed::new().await;
    let model = Model::start(|_| Reply::Silence).await;
    bed.add_provider(&model.base_url, None).await;
    let flow = format!("{}      timeout: {{ after: {{ milliseconds: 200 }} }}\n", ask(""));
    let passing = async {
        model.reached(1).await;
        bed.advance(Duration::from_millis(200)).await;
        std::future::pending().await
    };
    let view = tokio::select! { view = run(&bed, &flow) => view, () = passing => unreachable!() };
    assert_eq!(error(&view), ("timeout", 408, "it did not end within 200ms"));
    assert_eq!(model.calls()[0].header("authorization"), "");
}

/// Runs the insisting flow; the model answers one call after another so.
async fn insists(with: &str, replies: Vec<Reply>) -> (RunView, Vec<String>) {
    let bed = Bed::new().await;
    let mut replies = replies.into_iter();
    let model = Model::start(move |_| replies.next().unwrap()).await;
    bed.add_provider(&model.base_url, Some(KEY)).await;
    let view = run(&bed, &insist(with)).await;
    let key = |call: &support::Call| call.header("idempotency-key").to_owned();
    let keys = model.calls().iter().map(key).collect();
    (view, keys)
}

#[tokio::test]
async fn retry_understands_what_goes_wrong() {
    let said = || Reply::saying(&WORDS, 11);
    let (view, keys) =
        insists("", vec![Reply::failing(429, "slow_down"), Reply::failing(500, "a"), said()]).await;
    assert_eq!(output(&view)["content"], WORDS.concat());
    // Definite answers: each try is a new request.
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), 3);

    let cut = || Reply::CutOff(pieces(&completion(&WORDS), 300)[..2].to_vec());
    let (view, keys) = insists("", vec![cut(), cut(), said()]).await;
    assert_eq!(output(&view)["content"], WORDS.concat());
    // Nobody knows what came of the first: the others are the same request again.
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), 1);
}

const VERDICT: &str = "output: { name: verdict, schema: { type: object, required: [ok], properties: { ok: { type: boolean } } } }";

#[tokio::test]
async fn data_is_what_was_asked_for_or_the_task_fails() {
    let said = |text: &str| Reply::saying(&[text], 9);
    let (view, model) = ends(&ask(VERDICT), said("{\"ok\": true}")).await;
    assert_eq!(output(&view)["output"], json!({"ok": true}));
    let format = &model.calls()[0].body["response_format"];
    assert_eq!(format["type"], "json_schema");
    assert_eq!(
        (&format["json_schema"]["name"], &format["json_schema"]["strict"]),
        (&json!("verdict"), &json!(true))
    );
    assert_eq!(format["json_schema"]["schema"]["required"], json!(["ok"]));

    let (view, _model) = ends(&ask(VERDICT), said("{\"ok\": \"quicksilver\"}")).await;
    assert_eq!(error(&view), ("validation", 400, "/ok: the value is not of type \"boolean\""));

    let (view, keys) =
        insists(VERDICT, vec![said("[]"), said("no"), said("{\"ok\": false}")]).await;
    assert_eq!(output(&view)["output"], json!({"ok": false}));
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), 3, "a new answer is asked for");
}

/// Runs `flow` when nothing is known any more of what was configured before.
async fn run_later(bed: &Bed, flow: &str) -> RunView {
    bed.advance(Duration::from_secs(30)).await;
    run(bed, flow).await
}

#[tokio::test]
async fn a_provider_that_cannot_be_used_is_named() {
    let bed = Bed::new().await;
    let missing = "the workspace `demo` has no provider `own`";
    assert_eq!(error(&run(&bed, &ask("")).await), ("configuration", 400, missing));
    let flow = ask("").replace("provider: own,", "provider: '${ \"no such name\" }',");
    let missing = "the workspace `demo` has no provider `no such name`";
    assert_eq!(error(&run_later(&bed, &flow).await), ("configuration", 400, missing));

    let provider = bed.add_provider("http://169.254.169.254/v1", None).await;
    let flow = ask("").replace("model: small,", "");
    let nameless = "no model is named, and provider `own` has none of its own";
    assert_eq!(error(&run_later(&bed, &flow).await), ("configuration", 400, nameless));
    let view = run_later(&bed, &ask("")).await;
    let (kind, _, detail) = error(&view);
    assert_eq!(kind, "configuration");
    assert!(detail.starts_with("`169.254.169.254` is not allowed"), "{detail}");

    let added_at = bed.clock.now();
    let reference = SecretReference { id: "gone".to_owned(), added_at, expires_at: None };
    let keyed = Provider { key: Some(reference), ..provider.clone() };
    bed.store.put_provider(&keyed, Some(&provider)).await.unwrap();
    let unreadable = "the key of provider `own` cannot be read";
    let view = run_later(&bed, &ask("")).await;
    assert_eq!(error(&view), ("configuration", 400, unreadable));
}

#[tokio::test]
async fn what_was_said_is_not_asked_again() {
    let twice = ask("")
        + &ask("")
            .lines()
            .skip(2)
            .map(|line| format!("{}\n", line.replace("- ask:", "- again:")))
            .collect::<String>();
    let twice = twice.replace("${ .message }", "${ .message // .content }");
    for moment in [Moment::Before, Moment::After] {
        let mut count = 0;
        loop {
            let what = format!("{moment:?} request {count}");
            let bed = Bed::new().await;
            let model = Model::start(|_| Reply::saying(&WORDS, 40)).await;
            bed.add_provider(&model.base_url, Some(KEY)).await;
            let trigger = bed.publish(&twice).await;
            let ((doomed, wire), (survivor, _)) = (bed.process(), bed.process());
            let started =
                bed.runs.start(bed.wish(&trigger, json!({"message": "Who?"}))).await.unwrap();
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
                let again = calls
                    .iter()
                    .filter(|call| call.header("idempotency-key").ends_with("/do/0/ask#1"));
                assert_eq!(again.count(), 1, "{what}");
            }
            if !died {
                assert_eq!(calls.len(), 2, "{what}");
                break;
            }
            count += 1;
            assert!(count < 50, "the process never comes to an end");
        }
        assert!(count > 3, "only {count} requests");
    }
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
async fn the_example_asks_again_until_the_answer_fits() {
    let bed = Bed::new().await;
    let verdict = r#"{"topic": "billing", "urgent": false}"#;
    let said = [r#"{"topic": "weather", "urgent": false}"#, verdict];
    let mut said = said.map(|text| Reply::saying(&[text], 13)).into_iter();
    let model = Model::start(move |_| said.next().unwrap()).await;
    let own = bed.add_provider(&model.base_url, None).await;
    let model_of_its_own = Some("small".to_owned());
    let default = Provider { name: "default".parse().unwrap(), model: model_of_its_own, ..own };
    bed.store.put_provider(&default, None).await.unwrap();
    let view = run(&bed, include_str!("../../../examples/models/triage.yaml")).await;
    let expected = json!({"topic": "billing", "urgent": false, "tokens": 46});
    assert_eq!(output(&view), &expected);
    assert_eq!(model.calls()[1].body["model"], "small");
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
