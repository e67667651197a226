//! A bed with a receiver of callbacks.

use std::time::Duration;

use serde_json::{Value, json};
use shared::{
    model::{Callback, LogEntry, RunId, Secret, SecretReference, Timestamp, Trigger},
    runs::Runs,
    webhook::{Request, named, verify},
};
use support::{Bed, Call, Target};

/// Secrets of the receiver, the older one first.
pub(super) const SECRETS: [&str; 2] =
    ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"];

/// Where the receiver is, with what must not be seen.
pub(super) const PATH: &str = "/hook/s3cret-path?token=s3cret-query";

/// A receiver that answers its first calls with `statuses`, and all later ones with the last of them.
pub(super) async fn receiver(statuses: &'static [u16]) -> Target {
    let mut turn = 0;
    Target::start(move |_: &Call| {
        let status = statuses[turn.min(statuses.len() - 1)];
        turn += 1;
        (status, json!({}))
    })
    .await
}

/// Publishes a flow whose trigger calls `target` back, signed with the first `secret_count` secrets.
pub(super) async fn publish(
    bed: &Bed,
    flow: &str,
    target: &Target,
    secret_count: usize,
) -> Trigger {
    let mut trigger = bed.publish(flow).await;
    let reference = |index| SecretReference {
        id: format!("s{index}"),
        added_at: bed.clock.now(),
        expires_at: None,
    };
    let secrets: Vec<_> = (0..secret_count).map(reference).collect();
    for (reference, text) in secrets.iter().zip(SECRETS) {
        let secret = Secret::new(text.to_owned());
        bed.runs.secrets().put(&trigger, reference, &secret).await.unwrap();
    }
    trigger.callback = Some(Callback { url: format!("{}{PATH}", target.url), secrets });
    bed.store.put_trigger(&trigger).await.unwrap();
    trigger
}

/// What reached the receiver's address.
pub(super) fn callbacks(target: &Target) -> Vec<Call> {
    target.calls().into_iter().filter(|call| call.path.starts_with("/hook")).collect()
}

/// Whether a call is signed with `secret`, as its receiver would find at the time of sending.
pub(super) fn is_signed(target: &Target, call: &Call, secret: &str) -> bool {
    let secrets = [Secret::new(secret.to_owned())];
    let url = format!("{}{}", target.url, call.path);
    let request =
        Request { method: &call.method, url: &url, headers: &call.headers, body: &call.bytes };
    let sent_at: u64 = call.header("webhook-timestamp").parse().unwrap();
    let now = Timestamp::from_millis(sent_at * 1000);
    verify(named("standard-webhooks").unwrap(), &secrets, &request, now).is_ok()
}

/// Awaits something while the clock goes on.
pub(super) async fn ticking<F: Future>(bed: &Bed, future: F) -> F::Output {
    let clock = async {
        loop {
            tokio::time::sleep(Duration::from_millis(1)).await;
            bed.advance(Duration::from_millis(100)).await;
        }
    };
    tokio::select! { biased; output = future => output, () = clock => unreachable!() }
}

/// Lets a worker, and the function of dead letters, handle all there is within `duration`.
pub(super) async fn pass(bed: &Bed, worker: &Runs, duration: Duration) {
    let end = bed.clock.now().after(duration);
    while bed.clock.now() < end {
        ticking(bed, bed.work(worker)).await;
        ticking(bed, bed.bury(worker)).await;
        bed.advance(Duration::from_secs(5)).await;
    }
}

/// The lines of a run's log that tell of attempts, after the others.
pub(super) async fn attempts(bed: &Bed, id: RunId) -> Vec<LogEntry> {
    let page = bed.store.logs(id, None, 1000).await.unwrap();
    let numbers: Vec<_> = page.entries.iter().map(|line| line.seq).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    let is_attempt = |line: &LogEntry| ["callback", "follow_up"].contains(&line.task.as_str());
    let first = page.entries.iter().position(is_attempt).unwrap_or(page.entries.len());
    let (_, attempts) = page.entries.split_at(first);
    assert!(attempts.iter().all(is_attempt));
    attempts.to_vec()
}

/// Number, status and message of lines.
pub(super) fn told(lines: &[LogEntry]) -> Vec<(u32, &str, &str)> {
    lines.iter().map(|line| (line.attempt, line.status.as_str(), line.message.as_str())).collect()
}

/// The input that makes `ONE_CALL` ask the receiver itself.
pub(super) fn ask(target: &Target) -> Value {
    json!({"message": "?", "url": format!("{}/ask", target.url)})
}
