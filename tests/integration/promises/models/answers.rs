//! What a model's answer becomes in a flow, whatever the endpoint says.

use std::{collections::BTreeSet, time::Duration};

use bytes::Bytes;
use serde_json::json;
use shared::{
    model::{Provider, SecretReference, Status},
    runs::RunView,
};
use support::{
    Bed, Model, Reply,
    model::{completion, pieces},
};

use super::asking::{KEY, WORDS, ends, error, output, run};
use crate::promises::flows::{ask, insist};

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
    let view = run(&bed, include_str!("../../../../examples/models/triage.yaml")).await;
    let expected = json!({"topic": "billing", "urgent": false, "tokens": 46});
    assert_eq!(output(&view), &expected);
    assert_eq!(model.calls()[1].body["model"], "small");
}
