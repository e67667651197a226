//! The loop that fires.

use std::time::Duration;

use super::engine::{Due, Engine};
use crate::{invoke::Stop, sqs};

/// The longest sleep. A machine that was suspended does not count the time, and a clock may be set.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// Sends each firing to its queue when its time has come, oldest first, until told to stop. What is due already, and
/// not too old, is sent at once. A process that dies between the two steps leaves a firing that is sent again.
pub(crate) async fn fire(engine: Engine, queues: sqs::Engine, mut stop: Stop) {
    loop {
        let next = loop {
            match engine.due() {
                Ok(due) => {
                    if let Err(sqs::Error::Storage) = send(&queues, &due).await {
                        tracing::error!(
                            "Schedules do not fire any more: the queues are not stored"
                        );
                        return;
                    }
                    engine.done(&due);
                }
                Err(next) => break next,
            }
        };
        let clock = engine.clock();
        let latest = clock.now().after(LOOK_AGAIN);
        tokio::select! {
            () = stop.requested() => return,
            () = engine.changed() => {}
            () = clock.sleep_until(next.map_or(latest, |next| next.min(latest))) => {}
        }
    }
}

async fn send(queues: &sqs::Engine, due: &Due) -> Result<(), sqs::Error> {
    let Due { target, scheduled_at, .. } = due;
    // As AWS writes it: expressions are exact to the second.
    let body = target.message(&format!("{}Z", scheduled_at.to_the_second()));
    let outgoing = sqs::Outgoing { body, ..sqs::Outgoing::default() };
    let sent = queues.send(target.queue(), outgoing).await;
    if let Err(error) = &sent {
        tracing::error!(%error, queue = target.queue(), "A firing could not be sent");
    }
    sent.map(drop)
}
