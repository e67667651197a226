//! What reached the server that a flow calls, and whether it is what was promised.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use support::{Call, Target};

/// Long enough for a process to be killed while a call is under way.
const LATENCY: Duration = Duration::from_millis(20);

/// The items of every run.
pub(crate) const ITEMS: [u64; 3] = [1, 2, 3];

/// One call that arrived.
#[derive(Clone, Debug)]
struct Arrival {
    path: String,
    key: String,
    /// How many processes had been killed before.
    generation: usize,
}

/// The server of the flow `LEDGER`, and its ledger.
pub(crate) struct Ledger {
    pub(crate) target: Target,
    /// Processes that were killed, each with all that it had sent.
    pub(crate) generation: Arc<AtomicUsize>,
    arrivals: Arc<Mutex<BTreeMap<String, Vec<Arrival>>>>,
}

impl Ledger {
    pub(crate) async fn start() -> Self {
        let generation = Arc::new(AtomicUsize::new(0));
        let arrivals = Arc::new(Mutex::new(BTreeMap::new()));
        let (current, book) = (Arc::clone(&generation), Arc::clone(&arrivals));
        let target = Target::start_slow(LATENCY, move |call| {
            let generation = current.load(Ordering::SeqCst);
            enter(&mut book.lock().unwrap(), call, generation);
            answer(call)
        });
        Self { target: target.await, generation, arrivals }
    }

    /// The runs that made a call.
    pub(crate) fn runs(&self) -> HashSet<String> {
        self.arrivals.lock().unwrap().keys().cloned().collect()
    }

    /// Every effect of the run arrived once, in order; repeats are of the call in flight when a
    /// process was killed, one for each process.
    pub(crate) fn check(&self, run: &str) {
        let arrivals = self.arrivals.lock().unwrap()[run].clone();
        let mut effects: Vec<&Arrival> = Vec::new();
        for (before, arrival) in [None].into_iter().chain(arrivals.iter().map(Some)).zip(&arrivals)
        {
            match before.filter(|before| before.key == arrival.key) {
                // What was not written down when the process died is done again by the next one.
                Some(before) => assert!(before.generation < arrival.generation, "{arrivals:#?}"),
                None => effects.push(arrival),
            }
        }
        let paths: Vec<_> = effects.iter().map(|effect| effect.path.as_str()).collect();
        assert_eq!(
            paths,
            ["/item", "/item", "/item", "/flaky", "/flaky", "/finish"],
            "{arrivals:#?}"
        );
        let keys: HashSet<_> = effects.iter().map(|effect| &effect.key).collect();
        assert_eq!(keys.len(), effects.len(), "{arrivals:#?}");
    }

    /// Calls that were made again because a process was killed.
    pub(crate) fn repeat_count(&self) -> usize {
        let arrivals = self.arrivals.lock().unwrap();
        let distinct =
            |calls: &Vec<Arrival>| calls.iter().map(|call| &call.key).collect::<HashSet<_>>().len();
        arrivals.values().map(|calls| calls.len() - distinct(calls)).sum()
    }
}

fn enter(book: &mut BTreeMap<String, Vec<Arrival>>, call: &Call, generation: usize) {
    let key = call.header("idempotency-key").to_owned();
    let (run, _) = key.split_once(':').expect("a call without a key of its own");
    let run = run.to_owned();
    book.entry(run).or_default().push(Arrival { path: call.path.clone(), key, generation });
}

/// The answer to a key is always the same, as of a server that recognises repeats: the first try of
/// the flaky route fails, the second one succeeds.
fn answer(call: &Call) -> (u16, Value) {
    match call.path.as_str() {
        "/item" => (200, json!({"value": call.body["item"].as_u64().unwrap() * 2})),
        "/flaky" if call.header("idempotency-key").ends_with("#1") => {
            (503, json!({"error": "later"}))
        }
        "/flaky" => (200, json!({"value": "at last"})),
        _ => (200, json!({"value": call.body["seen"]})),
    }
}

/// The output of a run that was started with this message.
pub(crate) fn expected(message: &str) -> Value {
    let seen = json!([2, 4, 6, "at last"]);
    json!({"message": message, "seen": seen, "end": seen})
}
