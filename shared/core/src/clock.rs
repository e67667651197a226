//! The time, as a value that tests can move. The only place that asks the system.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::sync::watch;

use crate::model::Timestamp;

/// Tells the time and sleeps. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Manual(Arc<Manual>),
}

#[derive(Debug)]
struct Manual {
    now_ms: AtomicU64,
    moved: watch::Sender<u64>,
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until [`Clock::advance`] moves it.
    #[must_use]
    pub fn manual(now: Timestamp) -> Self {
        let (moved, _) = watch::channel(now.as_millis());
        Self(Source::Manual(Arc::new(Manual { now_ms: AtomicU64::new(now.as_millis()), moved })))
    }

    /// The time.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the system for the time"
    )]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => {
                let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
                Timestamp::from_millis(0).after(since.unwrap_or_default())
            }
            Source::Manual(manual) => Timestamp::from_millis(manual.now_ms.load(Ordering::SeqCst)),
        }
    }

    /// Moves a manual clock and wakes who slept until then. A system clock does not move.
    pub fn advance(&self, duration: Duration) {
        if let Source::Manual(manual) = &self.0 {
            let now = self.now().after(duration).as_millis();
            manual.now_ms.store(now, Ordering::SeqCst);
            manual.moved.send_replace(now);
        }
    }

    /// Returns at `time`, or at once when it has passed.
    pub async fn sleep_until(&self, time: Timestamp) {
        match &self.0 {
            Source::System => tokio::time::sleep(time.since(self.now())).await,
            Source::Manual(manual) => {
                let mut moved = manual.moved.subscribe();
                // The sender lives as long as this clock, so waiting cannot fail.
                let _ = moved.wait_for(|now| *now >= time.as_millis()).await;
            }
        }
    }

    /// Returns `duration` from now.
    pub async fn sleep(&self, duration: Duration) {
        self.sleep_until(self.now().after(duration)).await;
    }

    /// Returns whenever a manual clock has moved; never for a system clock.
    pub async fn moved(&self) {
        match &self.0 {
            Source::System => std::future::pending().await,
            Source::Manual(manual) => {
                let _ = manual.moved.subscribe().changed().await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_manual_clock_wakes_its_sleepers_in_time() {
        let clock = Clock::manual(Timestamp::from_millis(1000));
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move {
                clock.sleep(Duration::from_secs(5)).await;
                clock.now()
            }
        });
        tokio::task::yield_now().await;
        clock.advance(Duration::from_secs(4));
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        clock.advance(Duration::from_secs(1));
        assert_eq!(sleeper.await.unwrap(), Timestamp::from_millis(6000));
    }
}
