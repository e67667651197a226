//! Limits: set, shown, cleared; and held by processes that know nothing of each other.

use futures::{StreamExt, stream};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::site::Site;

/// How many of a hundred processes start a run, a few dozen of them at the same time; the others have to say why not.
async fn started_by_a_hundred(site: &Site, command: &[&str], refusal: &str) -> usize {
    let starts = (0..100).map(|_| site.run(command));
    let answers: Vec<_> = stream::iter(starts).buffer_unordered(25).collect().await;
    let (started, refused): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| answer.code == 0);
    for answer in refused {
        assert_eq!(answer.stderr, format!("error: refused for now: {refusal}\n"));
    }
    started.len()
}

#[tokio::test]
async fn a_hundred_processes_share_a_rate_and_slots() {
    let site = Site::new();
    let _stack = site.start(&[]).await;
    let answer = site.run(&["workspace", "set", "demo", "--rate", "1/min", "--burst", "50"]).await;
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let began = Instant::now();
    let command = ["run", "start", "hello"];
    let count =
        started_by_a_hundred(&site, &command, "runs of the workspace are started too often").await;
    let given_back = usize::try_from(began.elapsed().as_secs() / 60).unwrap();
    assert!((50..=50 + given_back).contains(&count), "{count}");

    site.json(&["workspace", "set", "demo", "--rate", "none"]).await;
    site.json(&["flow", "set", "reminder", "--runs-in-flight", "50"]).await;
    let command = ["run", "start", "reminder", "--input", r#"{"message": "tea", "seconds": 600}"#];
    let refusal = "as many runs of the flow are in flight as may be";
    assert_eq!(started_by_a_hundred(&site, &command, refusal).await, 50);
}

#[tokio::test]
async fn limits_are_shown_and_end_with_none() {
    let site = Site::new();
    let _stack = site.start(&[]).await;
    let create = ["workspace", "create", "small", "--rate", "100/min", "--runs-a-day", "1000"];
    site.json(&create).await;
    let rate =
        |count: u32, per: &str, burst: u32| json!({"count": count, "per": per, "burst": burst});
    let limits = async || {
        let shown = site.json(&["workspace", "show", "small"]).await;
        ["rate", "runs_in_flight", "runs_a_day"].map(|name| shown[name].clone())
    };
    assert_eq!(limits().await, [rate(100, "minute", 100), Value::Null, json!(1000)]);
    let set = async |arguments: &[&str]| {
        let answer = site.run(&[&["workspace", "set", "small"], arguments].concat()).await;
        assert_eq!(answer.code, 0, "{}", answer.stderr);
        answer.stdout
    };
    let text = set(&["--runs-in-flight", "20", "--rate", "10/s", "--burst", "30"]).await;
    for fact in ["10/s, 30 at once", "20", "1000"] {
        assert!(text.lines().any(|line| line.ends_with(fact)), "{text}");
    }
    set(&["--runs-a-day", "none"]).await;
    assert_eq!(limits().await, [rate(10, "second", 30), json!(20), Value::Null]);
    set(&["--rate", "none", "--runs-in-flight", "none"]).await;
    assert_eq!(limits().await, [(); 3].map(|()| Value::Null));

    let key = site.json(&["key", "create", "--name", "slow", "--rate", "2/s"]).await;
    assert_eq!(key["rate"], rate(2, "second", 2));
    let id = key["key_id"].as_str().unwrap();
    let keys = site.json(&["key", "set", id, "--rate", "5/s", "--burst", "1"]).await;
    assert_eq!(keys["keys"][0]["rate"], rate(5, "second", 1));
    let keys = site.json(&["key", "set", id, "--rate", "none"]).await;
    assert_eq!(keys["keys"][0]["rate"], Value::Null);

    let flow = site.json(&["flow", "set", "hello", "--runs-in-flight", "3"]).await;
    assert_eq!(flow["runs_in_flight"], 3);
    let make = ["trigger", "create", "--name", "q", "--flow", "hello", "--over-limit", "queue"];
    assert_eq!(site.json(&make).await["over_limit"], "queue");

    for (arguments, code) in [
        (&["workspace", "set", "small", "--rate", "501/s"][..], 2),
        (&["workspace", "set", "small", "--rate", "often"], 2),
        (&["workspace", "set", "small", "--burst", "5"], 2),
        (&["workspace", "set", "small", "--rate", "1/s", "--burst", "0"], 2),
        (&["workspace", "set", "small", "--runs-in-flight", "1001"], 2),
        (&["workspace", "set", "small", "--runs-a-day", "0"], 2),
        (&["workspace", "set", "absent", "--rate", "1/s"], 3),
        (&["flow", "set", "absent", "--runs-in-flight", "3"], 3),
        (&["key", "set", "12345678901", "--rate", "1/s"], 3),
    ] {
        let answer = site.run(arguments).await;
        assert_eq!(answer.code, code, "{arguments:?}: {}", answer.stderr);
    }
}
