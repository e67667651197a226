//! Lists of runs: pages, filters, and what a key's limits leave of them.

use std::time::Duration;

use local::Options;
use serde_json::Value;
use shared::{
    clock::Clock,
    model::{Environment, Timestamp},
};
use support::{Api, Transcript, send};

use super::{BASE, ENDS, once, start};
use crate::wire::flows::{ECHO, FAIL};

/// 2026-02-09T23:24:39Z.
const START: Timestamp = Timestamp::from_millis(1_770_679_479_000);

/// The ids of all pages, of so many runs each.
async fn all(api: &Api, key: &str, query: &str, limit: usize) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let from = if cursor.is_empty() { String::new() } else { format!("&cursor={cursor}") };
        let path = format!("{BASE}/runs?limit={limit}{from}&{query}");
        let answer = send(api.request(reqwest::Method::GET, &path).bearer_auth(key)).await;
        assert_eq!(answer.status, 200, "{answer}");
        let page = answer.json();
        let runs = page["runs"].as_array().unwrap();
        assert!(runs.len() <= limit);
        ids.extend(runs.iter().map(|run| run["run_id"].as_str().unwrap().to_owned()));
        match &page["next_cursor"] {
            Value::String(next) => cursor = next.clone(),
            _ => return ids,
        }
    }
}

#[tokio::test]
async fn a_list_shows_runs_newest_first_page_by_page() {
    let api = Api::with(Options { clock: Clock::manual(START), ..Options::default() }).await;
    for flow in [ECHO, FAIL] {
        api.publish(flow).await;
    }
    let mut ids = Vec::new();
    for number in 0..12 {
        let id = start(&api, if number % 3 == 0 { "fail" } else { "echo" }).await;
        once(&api, &id, &ENDS).await;
        ids.push(id);
        api.clock.advance(Duration::from_secs(1));
    }
    ids.reverse();
    for limit in [1, 5, 12, 100] {
        assert_eq!(all(&api, &api.key, "", limit).await, ids, "{limit}");
    }
    let failed: Vec<_> = ids.iter().skip(2).step_by(3).cloned().collect();
    let none: Vec<String> = Vec::new();
    for (query, expected) in [
        ("status=failed", failed.clone()),
        ("trigger=fail", failed.clone()),
        ("trigger=fail&status=completed", none.clone()),
        ("trigger=nothing", none.clone()),
        ("status=cancelled", none.clone()),
        ("since=2026-02-09T23:24:49Z", ids[..2].to_vec()),
        ("until=2026-02-09T23:24:41Z", ids[10..].to_vec()),
        ("since=2026-02-10T00:24:41%2B01:00&until=2026-02-09T23:24:43Z", ids[8..10].to_vec()),
    ] {
        for limit in [2, 100] {
            assert_eq!(all(&api, &api.key, query, limit).await, expected, "{query}");
        }
    }
    let mut transcript = Transcript::default();
    transcript.note("a page", &send(api.get(&format!("{BASE}/runs?limit=2&status=failed"))).await);
    let text = transcript.to_string();
    let cursor = send(api.get(&format!("{BASE}/runs?limit=2&status=failed"))).await.json();
    let cursor = cursor["next_cursor"].as_str().unwrap().to_owned();
    insta::assert_snapshot!(text.replace(&cursor, "[cursor]"));
}

#[tokio::test]
async fn a_key_lists_only_what_it_may_read() {
    let api = Api::start().await;
    for flow in [ECHO, FAIL] {
        api.publish(flow).await;
    }
    let (echo, fail) = (start(&api, "echo").await, start(&api, "fail").await);
    let in_dev = send(api.start_of("echo", "{}")).await.workflow_id();
    let one = api.make_key(|key| key.triggers = Some(vec!["echo".parse().unwrap()])).await;
    let none = api.make_key(|key| key.triggers = Some(Vec::new())).await;
    let dev = api.make_key(|key| key.environments = Some(vec![Environment::Dev])).await;
    let other = api.make_key(|key| key.workspace = "other".parse().unwrap()).await;
    let many = api
        .make_key(|key| {
            let names = (0..150).map(|number| format!("t{number}")).chain(["fail".to_owned()]);
            key.triggers = Some(names.map(|name| name.parse().unwrap()).collect());
        })
        .await;
    for (key, query, expected) in [
        (&api.key, "", vec![&in_dev, &fail, &echo]),
        (&one, "", vec![&in_dev, &echo]),
        (&one, "trigger=echo", vec![&in_dev, &echo]),
        (&one, "trigger=fail", vec![]),
        (&one, "trigger=nothing", vec![]),
        (&dev, "", vec![&in_dev]),
        (&dev, "trigger=fail", vec![]),
        (&many, "", vec![&fail]),
        (&none, "", vec![]),
        (&other, "", vec![]),
    ] {
        let listed = all(&api, key, query, 10).await;
        assert_eq!(listed.iter().collect::<Vec<_>>(), expected, "{query}");
    }
}

#[tokio::test]
async fn a_query_that_cannot_be_understood_is_refused_with_every_fault() {
    let api = Api::start().await;
    let mut transcript = Transcript::default();
    for query in [
        "status=done&limit=0&since=yesterday&until=2026-02-09T23:24:39&thread_id=a%20b&trigger=%23",
        "limit=101",
        "limit=-1",
        "cursor=x",
        "status=&trigger=&thread_id=&since=&until=&cursor=&limit=",
    ] {
        let answer = send(api.get(&format!("{BASE}/runs?{query}"))).await;
        assert_eq!(answer.status, 422);
        transcript.note(query, &answer);
    }
    insta::assert_snapshot!(transcript);
}
