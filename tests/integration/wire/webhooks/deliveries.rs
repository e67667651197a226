//! Deliveries that come again, and the runs that they name.

use std::{collections::BTreeSet, time::Duration};

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use shared::{
    auth::{Scope, Scopes, UrlToken},
    model::TriggerState,
};
use support::{Answer, Sender, send};

use super::site::{NOW_S, api_at, run_of};
use crate::wire::flows::{ECHO, SLEEP};

/// Sends again what got no answer, as providers do: a machine that is busy with other things may refuse to take a
/// thousand connections at once.
async fn insist(request: impl Fn() -> RequestBuilder) -> Answer {
    loop {
        if let Ok(response) = request().send().await {
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            if let Ok(body) = response.bytes().await {
                return Answer { status, headers, body };
            }
        }
    }
}

#[tokio::test]
async fn a_thousand_copies_at_once_are_one_run_and_every_answer_names_it() {
    let (api, sender) = (api_at(NOW_S).await, Sender::of("stripe"));
    api.publish(ECHO).await;
    let hook = api.make_signed_hook("echo", sender, |_, _| {}).await;
    let copies =
        (0..1000).map(|_| insist(|| sender.send(&api, &hook, sender.sample("invoice.paid"), "")));
    let answers = futures::future::join_all(copies).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    let runs: BTreeSet<_> = answers.iter().map(run_of).collect();
    assert_eq!(runs.len(), 1);
    let first = |answer: &&Answer| answer.header("idempotency-replayed").is_empty();
    assert!(answers.iter().filter(first).count() <= 1);
    assert_eq!(api.run_count().await, 1);
    api.ended(runs.first().unwrap()).await.response();
}

#[tokio::test]
async fn a_delivery_is_known_again_after_weeks_even_if_its_body_is_written_anew() {
    let (api, sender) = (api_at(NOW_S).await, Sender::of("github"));
    api.publish(ECHO).await;
    let hook = api.make_signed_hook("echo", sender, |_, _| {}).await;
    let first = send(sender.send(&api, &hook, sender.sample("push"), "1")).await;
    api.clock.advance(Duration::from_secs(29 * 24 * 60 * 60));
    let mut rewritten = sender.sample("push");
    rewritten.body.push(b' ');
    let again = send(sender.send(&api, &hook, rewritten, "1")).await;
    assert_eq!((again.status, run_of(&again)), (200, run_of(&first)));
    let other = send(sender.send(&api, &hook, sender.sample("push"), "2")).await;
    assert_ne!(run_of(&other), run_of(&first));
}

#[tokio::test]
async fn a_delivery_is_known_by_its_body_where_it_has_no_id() {
    let (api, sender) = (api_at(NOW_S).await, Sender::of("zoom"));
    api.publish(ECHO).await;
    let hook = api.make_signed_hook("echo", sender, |_, _| {}).await;
    let first = send(sender.send(&api, &hook, sender.sample("meeting.started"), "1")).await;
    api.clock.advance(Duration::from_secs(60));
    let again = send(sender.send(&api, &hook, sender.sample("meeting.started"), "2")).await;
    assert_eq!(run_of(&again), run_of(&first));
    assert_eq!(again.header("idempotency-replayed"), "true");
}

/// What is answered to a URL's own path, by the URL's token and by keys.
#[tokio::test]
async fn the_run_of_a_delivery_is_found_by_who_may_see_it() {
    let (api, sender) = (api_at(NOW_S).await, Sender::of("github"));
    api.publish(SLEEP).await;
    let hook = api.make_signed_hook("sleep", sender, |_, _| {}).await;
    let started = send(sender.send(&api, &hook, sender.sample("push"), "72d3162e-cc78")).await;
    let run = run_of(&started);
    let (base, _) = hook.split_once("/triggers/").unwrap();
    let delivery = "runs/by-delivery/github/72d3162e-cc78";
    let by_url = format!("{hook}/{delivery}");
    let by_key = format!("/ext/triggers/sleep/{delivery}");

    let found = |runs: String| {
        let runs = format!("{}{runs}/sleep/{run}", api.stack.base_url());
        json!({
            "automationId": "sleep", "runId": run,
            "statusUrl": format!("{runs}/status"), "resultsUrl": format!("{runs}/results"),
        })
    };
    let without_status = |answer: &Answer| -> Value {
        let mut found = answer.json();
        let status = found.as_object_mut().unwrap().shift_remove("status").unwrap();
        assert!(["PENDING", "RUNNING", "PAUSED"].contains(&status.as_str().unwrap()), "{status}");
        found
    };
    let answer = send(api.request(Method::GET, &by_url)).await;
    assert_eq!((answer.status, run_of(&answer)), (200, run.clone()), "{answer}");
    assert_eq!(without_status(&answer), found(format!("{base}/runs")));
    let answer = send(api.keyed(Method::GET, &by_key)).await;
    assert_eq!(without_status(&answer), found("/ext/runs".to_owned()));

    let blind = api.make_key(|key| key.scopes = Scopes::from_iter([Scope::Trigger])).await;
    let other = api.make_key(|key| key.workspace = "other".parse().unwrap()).await;
    let keyed = |key: &str| send(api.request(Method::GET, &by_key).header("x-api-key", key));
    let statuses = [keyed(&blind).await, keyed(&other).await, keyed("x").await];
    assert_eq!(statuses.map(|answer| answer.status), [403, 404, 401]);

    let stranger = UrlToken::generate([7; 40]).expose();
    let foreign = format!("/ext/webhook/{stranger}/triggers/sleep/{delivery}");
    for (path, status) in [
        (foreign, 401),
        (format!("{hook}/runs/by-delivery/github/another"), 404),
        (format!("{hook}/runs/by-delivery/gitlab/72d3162e-cc78"), 404),
    ] {
        assert_eq!(send(api.request(Method::GET, &path)).await.status, status, "{path}");
    }
    assert_eq!(send(api.request(Method::POST, &by_url)).await.status, 405);
    assert_eq!(send(api.request(Method::OPTIONS, &by_url)).await.status, 204);
}

#[tokio::test]
async fn the_run_of_a_delivery_is_found_while_its_trigger_is_paused() {
    let (api, sender) = (api_at(NOW_S).await, Sender::of("github"));
    api.publish(ECHO).await;
    let hook = api.make_signed_hook("echo", sender, |_, _| {}).await;
    let started = send(sender.send(&api, &hook, sender.sample("push"), "1")).await;
    let (workspace, trigger) = (support::workspace(), "echo".parse().unwrap());
    let store = api.stack.store();
    store.set_trigger_state(&workspace, &trigger, TriggerState::Paused).await.unwrap();
    api.clock.advance(Duration::from_secs(30));
    let refused = send(sender.send(&api, &hook, sender.sample("push"), "1")).await;
    assert_eq!(refused.status, 401);
    let path = format!("{hook}/runs/by-delivery/github/1");
    let found = send(api.request(Method::GET, &path)).await;
    assert_eq!((found.status, run_of(&found)), (200, run_of(&started)));
}
