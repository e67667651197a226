//! `kill -9` at any moment, while callers go on calling: what was acknowledged ends as it should.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use support::noise;
use tokio::{sync::watch, task::JoinSet, time::timeout};

use crate::{
    calls::{ITEMS, Ledger, expected},
    flows::LEDGER,
    site::Site,
    wire::{Caller, send},
};

/// When a process is killed, counted from when it was ready.
#[derive(Clone, Copy)]
enum Moment {
    /// After so many milliseconds.
    Ms(u64),
    /// When so many more calls have reached the server: the last one is under way.
    Calls(usize),
}

/// A run that was acknowledged.
struct Acknowledged {
    id: String,
    message: String,
    waiting: bool,
    rest_s: u64,
    /// Answers that were lost before one arrived.
    lost: usize,
}

/// Callers and what they know.
#[derive(Clone)]
struct Scene {
    base_url: watch::Receiver<String>,
    over: Arc<AtomicBool>,
    caller: Caller,
    target_url: String,
}

impl Scene {
    /// Starts runs, one after the other, until it is over. A call that is lost is repeated.
    async fn call(self, name: String, waiting: bool) -> Vec<Acknowledged> {
        let mut acknowledged = Vec::new();
        while !self.over.load(Ordering::SeqCst) {
            let count = acknowledged.len() as u64;
            // A short wait is sat out by the worker, a longer one lets go of the run.
            let rest_s = [0, 1, 3][usize::try_from(count % 3).unwrap()];
            let message = format!("{name}-{count}");
            acknowledged.push(self.insist(message, waiting, rest_s).await);
            if !waiting {
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
        }
        acknowledged
    }

    async fn insist(&self, message: String, waiting: bool, rest_s: u64) -> Acknowledged {
        let mut lost = 0;
        loop {
            // A process that is not ready yet takes no connection.
            if let Ok(answer) = self.request(&message, waiting, rest_s).send().await {
                let status = answer.status();
                // An answer may break off in the middle too.
                if let Ok(text) = answer.text().await {
                    assert_eq!(status, 200, "{text}");
                    let answer: Value = serde_json::from_str(&text).unwrap();
                    let id = answer["workflow_id"].as_str().unwrap().to_owned();
                    if waiting {
                        assert_eq!(answer["status"], "completed", "{answer}");
                        assert_eq!(answer["response"], expected(&message));
                    }
                    return Acknowledged { id, message, waiting, rest_s, lost };
                }
            }
            lost += 1;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn request(&self, message: &str, waiting: bool, rest_s: u64) -> reqwest::RequestBuilder {
        let caller = self.caller.at(&self.base_url.borrow());
        let request = if waiting { caller.call("ledger/DEV") } else { caller.start("ledger/DEV") };
        // The input of those that are let go of is too large for an item.
        let ballast = if rest_s == 3 { noise(430_000, 1) } else { String::new() };
        let variables =
            json!({"url": self.target_url, "items": ITEMS, "rest": rest_s, "ballast": ballast});
        request
            .header("idempotency-key", message)
            .json(&json!({"message": message, "user_variables": variables}))
    }
}

async fn survives(flags: &[&str], moments: &[Moment], callers_of_each_kind: usize) {
    // A dead worker's run is taken up after seconds; a living one on a busy machine keeps its run.
    let flags = [flags, &["--lease-s", "4"]].concat();
    let site = Site::new();
    let ledger = Ledger::start().await;
    let mut stack = site.start(&flags).await;
    site.write("ledger.yaml", LEDGER);
    site.json(&["flow", "publish", "ledger.yaml", "--env", "DEV"]).await;
    let create = ["trigger", "create", "--name", "ledger", "--flow", "ledger", "--id", "ledger"];
    site.json(&create).await;

    let (new_url, base_url) = watch::channel(stack.demo.base_url.clone());
    let scene = Scene {
        base_url,
        over: Arc::default(),
        caller: Caller::new(&stack.demo),
        target_url: ledger.target.url.clone(),
    };
    let mut callers = JoinSet::new();
    for number in 0..callers_of_each_kind {
        callers.spawn(scene.clone().call(format!("background-{number}"), false));
        callers.spawn(scene.clone().call(format!("waiting-{number}"), true));
    }
    for moment in moments {
        match *moment {
            Moment::Ms(milliseconds) => {
                tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            }
            Moment::Calls(count) => {
                let count = ledger.target.calls().len() + count;
                timeout(Duration::from_secs(10), ledger.target.reached(count))
                    .await
                    .expect("no run goes on");
            }
        }
        stack.kill().await;
        ledger.target.settled().await;
        ledger.generation.fetch_add(1, Ordering::SeqCst);
        stack = site.start(&flags).await;
        new_url.send_replace(stack.demo.base_url.clone());
    }
    scene.over.store(true, Ordering::SeqCst);
    let acknowledged: Vec<_> = callers.join_all().await.into_iter().flatten().collect();

    let caller = Caller::new(&stack.demo);
    for run in &acknowledged {
        let end = caller.end(&run.id).await;
        assert_eq!(end["status"], "completed", "{}: {end}", run.message);
        assert_eq!(end["response"], expected(&run.message));
        ledger.check(&run.id);
    }
    for run in acknowledged.iter().filter(|run| run.lost > 0) {
        let again = send(scene.request(&run.message, run.waiting, run.rest_s)).await;
        assert_eq!(again["workflow_id"], run.id, "a lost answer made a second run");
    }
    let ids: HashSet<_> = acknowledged.iter().map(|run| run.id.clone()).collect();
    assert_eq!(ids.len(), acknowledged.len(), "two calls were given one run");
    assert_eq!(ledger.runs(), ids, "somebody ran what nobody was told of");
    let lost = acknowledged.iter().filter(|run| run.lost > 0).count();
    println!(
        "{} runs over {} kills, {lost} with a lost answer, {} calls repeated",
        ids.len(),
        moments.len(),
        ledger.repeat_count(),
    );
    assert!(stack.stop("INT").await.success());
}

#[tokio::test]
async fn twelve_kills_lose_nothing_that_was_acknowledged() {
    use Moment::{Calls, Ms};
    let moments = [
        Ms(700),
        Calls(1),
        Ms(2500),
        Calls(4),
        Ms(0),
        Calls(7),
        Ms(3200),
        Ms(150),
        Calls(12),
        Ms(2800),
        Calls(2),
        Ms(1300),
    ];
    survives(&[], &moments, 3).await;
}

#[tokio::test]
async fn kills_lose_nothing_when_every_write_is_synced_too() {
    use Moment::{Calls, Ms};
    survives(&["--sync"], &[Ms(900), Calls(3), Ms(2500)], 2).await;
}
