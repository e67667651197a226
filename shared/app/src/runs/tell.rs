//! Telling those who wait for it that a run has ended.
//!
//! Whoever is about to end a run sends a notice for each listener first and writes the end then. So an ended run
//! has its notices, whatever dies. A notice whose run has not ended comes again until it has, or until somebody else has
//! taken the run: then its sender's write can only fail, and who ends the run sends notices of their own.
//!
//! Each attempt queues the next one first and is written down then, with its number. Of two notices for one
//! attempt the slower finds it written down and does nothing more.

use std::time::Duration;

use super::{Error, Runs};
use crate::{
    auth,
    egress::Request,
    model::{FollowUp, Listener, LogEntry, LogLevel, Run, Timestamp, limits},
    queue::{Notice, Receipt},
    store::{Append, View},
};

/// The first pause of a notice whose run has not ended yet; it grows with the notice's age.
const FIRST_PAUSE: Duration = Duration::from_secs(5);

/// How an attempt went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Attempt {
    /// The listener answered with this status.
    Answered(u16),
    /// It did not, or could not be asked; why.
    Failed(String),
    /// There is nobody to ask any more; why.
    Void(&'static str),
}

/// What follows an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// The listener knows.
    Told,
    /// Another attempt, after this time.
    Retry(Duration),
    /// No further attempt.
    GivenUp,
}

impl Runs {
    /// Queues a notice for each listener of a run that is about to end.
    ///
    /// # Errors
    /// [`Error::Queue`]: the run must not end yet.
    pub(super) async fn announce(&self, run: &Run) -> Result<(), Error> {
        for listener in run.listeners.iter() {
            let notice = Notice::first(run, listener, self.now());
            self.queue.send_notice(&notice, Duration::ZERO).await?;
        }
        Ok(())
    }

    /// Makes the attempt that a notice asks for. Any number of deliveries is safe; the listener is told at least once.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Queue`], [`Error::Secrets`]: the notice has to come again.
    pub(super) async fn tell(&self, notice: &Notice, receipt: &Receipt) -> Result<(), Error> {
        let Some((view, number)) = self.due_attempt(notice).await? else { return Ok(()) };
        // Should this worker die, the next one takes over long before the queue's own timeout.
        self.hold_message(Some(receipt)).await;
        let began_at = self.now();
        let attempt = self.attempt(notice.listener, &view).await?;
        let took = self.now().since(began_at);
        self.settle(notice, view, number, &attempt, took).await
    }

    /// Takes the attempt of a notice for a failed one, because no delivery of the notice came to an end.
    ///
    /// # Errors
    /// As [`Runs::tell`].
    pub(super) async fn give_up_attempt(&self, notice: &Notice) -> Result<(), Error> {
        let Some((view, number)) = self.due_attempt(notice).await? else { return Ok(()) };
        let attempt = Attempt::Failed("could not be made".to_owned());
        self.settle(notice, view, number, &attempt, Duration::ZERO).await
    }

    /// The ended run and the number of the attempt that is to be made now; none where the notice is done with.
    async fn due_attempt(&self, notice: &Notice) -> Result<Option<(View, u32)>, Error> {
        let early = notice.due_at.since(self.now());
        if !early.is_zero() {
            self.queue.send_notice(notice, early).await?;
            return Ok(None);
        }
        let Some(view) = self.end_patiently(notice).await? else { return Ok(None) };
        self.note_run(&view.run);
        let is_due = view.run.listeners.has(notice.listener)
            && notice.attempt_count >= attempt_count(&view.told, notice.listener);
        Ok(is_due.then_some((view, notice.attempt_count + 1)))
    }

    /// A notice overtakes the end that it tells of; it looks again for a while, and comes back later then.
    async fn end_patiently(&self, notice: &Notice) -> Result<Option<View>, Error> {
        let patience_until = self.now().after(limits::HEADER_PATIENCE);
        let mut pause = Duration::from_millis(20);
        loop {
            let view = self.store.view(notice.run).await?;
            let (is_missing, now) = (view.is_none(), self.now());
            if let Some(view) = view {
                if view.run.status.is_terminal() {
                    return Ok(Some(view));
                }
                // Its sender's end cannot be written any more: whoever has the run now sends notices too.
                if view.run.epoch > notice.epoch {
                    return Ok(None);
                }
            }
            if now >= patience_until {
                let age = now.since(notice.due_at);
                if is_missing && age > limits::MAX_INVOCATION {
                    tracing::warn!(run.id = %notice.run, "Dropped a notice: run {} was never stored", notice.run);
                } else {
                    self.queue.send_notice(notice, age.max(FIRST_PAUSE)).await?;
                }
                return Ok(None);
            }
            self.clock.sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(500));
        }
    }

    async fn attempt(&self, listener: Listener, view: &View) -> Result<Attempt, Error> {
        let request = match (listener, &view.run.listeners.follow_up) {
            (Listener::FollowUp, Some(follow_up)) => self.follow_up_request(follow_up, view),
            (Listener::FollowUp, None) => Err(Attempt::Void("there is none any more")),
            (Listener::Callback, _) => self.callback_request(view).await?,
        };
        let request: Request = match request {
            Ok(request) => request,
            Err(attempt) => return Ok(attempt),
        };
        Ok(match self.egress.send(request).await {
            Ok(response) => Attempt::Answered(response.status),
            // It names a host at most.
            Err(error) => Attempt::Failed(format!("failed: {error}")),
        })
    }

    /// Queues the next attempt, if there is one, and writes this one down.
    async fn settle(
        &self,
        notice: &Notice,
        view: View,
        number: u32,
        attempt: &Attempt,
        took: Duration,
    ) -> Result<(), Error> {
        let now = self.now();
        let follow_up = view.run.listeners.follow_up.as_ref();
        let follow_up = follow_up.filter(|_| notice.listener == Listener::FollowUp);
        let jitter = auth::random().map_or(0, |[byte]| byte);
        let verdict = judge(attempt, number, follow_up, now, jitter);
        match verdict {
            Verdict::Retry(delay) => {
                let due_at = now.after(delay);
                let next = Notice { attempt_count: number, due_at, ..notice.clone() };
                self.queue.send_notice(&next, delay).await?;
            }
            Verdict::GivenUp => {
                tracing::warn!(run.id = %view.run.id, listener = notice.listener.as_str(), "Nobody could be told that run {} has ended", view.run.id);
            }
            Verdict::Told => {}
        }
        let line = line(notice.listener, number, attempt, verdict, now, took);
        self.write_down(notice.listener, view, line, verdict).await
    }

    async fn write_down(
        &self,
        listener: Listener,
        mut view: View,
        mut line: LogEntry,
        verdict: Verdict,
    ) -> Result<(), Error> {
        let is_last = !matches!(verdict, Verdict::Retry(_));
        loop {
            line.seq = last_seq(&view) + 1;
            let (id, seen) = (view.run.id, &view.told);
            if self.store.tell(id, listener, seen, line.clone(), is_last).await? == Append::Done {
                return Ok(());
            }
            // The other listener was told of meanwhile, or this one by another delivery of the notice.
            let Some(stored) = self.store.view(id).await? else { return Ok(()) };
            let is_known = attempt_count(&stored.told, listener) >= line.attempt;
            if !stored.run.listeners.has(listener) || (is_known && verdict != Verdict::Told) {
                return Ok(());
            }
            view = stored;
        }
    }
}

/// How many attempts to tell a listener are written down.
fn attempt_count(told: &[LogEntry], listener: Listener) -> u32 {
    let own = told.iter().filter(|line| line.task == listener.as_str());
    own.map(|line| line.attempt).max().unwrap_or_default()
}

fn last_seq(view: &View) -> u64 {
    let lines = view.recent.iter().flat_map(|entry| &entry.logs).chain(&view.told);
    lines.map(|line| line.seq).max().unwrap_or_default()
}

/// What follows attempt `number`, from 1. `jitter` spreads attempts that failed together over a tenth of the pause.
fn judge(
    attempt: &Attempt,
    number: u32,
    follow_up: Option<&FollowUp>,
    now: Timestamp,
    jitter: u8,
) -> Verdict {
    match attempt {
        Attempt::Answered(200..=299) => return Verdict::Told,
        // Gone: the receiver wants no more (Standard Webhooks specification, "Operational considerations").
        Attempt::Answered(410) | Attempt::Void(_) => return Verdict::GivenUp,
        Attempt::Answered(_) | Attempt::Failed(_) => {}
    }
    let index = usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
    let Some(pause) = limits::CALLBACK_RETRIES.get(index) else { return Verdict::GivenUp };
    let delay = *pause + *pause / 10 * u32::from(jitter) / u32::from(u8::MAX);
    let is_over = follow_up.is_some_and(|follow_up| {
        now.after(delay) >= follow_up.valid_until
            || follow_up.max_uses.is_some_and(|max_uses| number >= max_uses)
    });
    if is_over { Verdict::GivenUp } else { Verdict::Retry(delay) }
}

fn line(
    listener: Listener,
    number: u32,
    attempt: &Attempt,
    verdict: Verdict,
    now: Timestamp,
    took: Duration,
) -> LogEntry {
    let name = match listener {
        Listener::Callback => "Callback",
        Listener::FollowUp => "Follow-up",
    };
    let what = match attempt {
        Attempt::Answered(status) => format!("was answered {status}"),
        Attempt::Failed(reason) => reason.clone(),
        Attempt::Void(reason) => format!("was not made: {reason}"),
    };
    let (level, status, then) = match verdict {
        Verdict::Told => (LogLevel::Info, "completed", String::new()),
        Verdict::Retry(delay) => {
            (LogLevel::Warn, "retried", format!("; the next follows in {} s", delay.as_secs()))
        }
        Verdict::GivenUp => (LogLevel::Error, "failed", "; there is no further one".to_owned()),
    };
    LogEntry {
        seq: 0,
        time: now,
        level,
        task: listener.as_str().to_owned(),
        status: status.to_owned(),
        message: format!("{name} attempt {number} {what}{then}"),
        duration_ms: u64::try_from(took.as_millis()).ok(),
        attempt: number,
        error: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FollowUpMethod;

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    fn follow_up(valid_s: u64, max_uses: Option<u32>) -> FollowUp {
        FollowUp {
            method: FollowUpMethod::Post,
            url: String::new(),
            member: String::new(),
            max_characters: 1,
            valid_until: NOW.after(Duration::from_secs(valid_s)),
            max_uses,
        }
    }

    /// How many attempts are made that all fail, and over which time.
    fn attempts(follow_up: Option<&FollowUp>, jitter: u8) -> (u32, Duration) {
        let (mut number, mut passed) = (1, Duration::ZERO);
        let failed = Attempt::Answered(503);
        while let Verdict::Retry(delay) =
            judge(&failed, number, follow_up, NOW.after(passed), jitter)
        {
            passed += delay;
            number += 1;
        }
        (number, passed)
    }

    #[test]
    fn a_callback_is_tried_for_a_day() {
        assert_eq!(attempts(None, 0), (11, Duration::from_secs(85_355)));
        let (count, passed) = attempts(None, u8::MAX);
        assert_eq!((count, passed.as_secs()), (11, 93_890));
    }

    #[test]
    fn a_follow_up_is_tried_while_its_address_works() {
        for (valid_s, max_uses, count) in
            [(1800, Some(5), 5), (1800, Some(2), 2), (900, None, 5), (100, None, 3), (0, None, 1)]
        {
            let (made, passed) = attempts(Some(&follow_up(valid_s, max_uses)), u8::MAX);
            assert_eq!(made, count, "{valid_s} s, {max_uses:?}");
            assert!(passed.as_secs() <= valid_s);
        }
    }

    #[test]
    fn an_answer_decides_what_follows() {
        let first = |attempt| judge(&attempt, 1, None, NOW, 0);
        for status in [200, 202, 204, 299] {
            assert_eq!(first(Attempt::Answered(status)), Verdict::Told);
        }
        for status in [100, 199, 301, 400, 401, 404, 429, 500, 503] {
            let verdict = first(Attempt::Answered(status));
            assert_eq!(verdict, Verdict::Retry(Duration::from_secs(5)), "{status}");
        }
        assert_eq!(first(Attempt::Answered(410)), Verdict::GivenUp);
        assert_eq!(first(Attempt::Void("gone")), Verdict::GivenUp);
        let failed = first(Attempt::Failed("failed".to_owned()));
        assert_eq!(failed, Verdict::Retry(Duration::from_secs(5)));
    }
}
