//! Time within an event: begun at a time that is given, and measured from there.

use std::time::Duration;

use tokio::time::Instant;

/// Runs from when it was started. Copies run on together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watch {
    began_ms: u64,
    began: Instant,
}

impl Watch {
    pub(super) fn start(now_ms: u64) -> Self {
        Self { began_ms: now_ms, began: Instant::now() }
    }

    pub(super) fn elapsed(self) -> Duration {
        self.began.elapsed()
    }

    pub(super) fn elapsed_ms(self) -> u64 {
        milliseconds(self.elapsed())
    }

    /// Milliseconds since the Unix epoch.
    pub(super) fn now_ms(self) -> u64 {
        self.began_ms.saturating_add(self.elapsed_ms())
    }

    /// Nanoseconds since the Unix epoch.
    pub(super) const fn began_ns(self) -> u64 {
        self.began_ms.saturating_mul(1_000_000)
    }

    /// Nanoseconds since the Unix epoch.
    pub(super) fn now_ns(self) -> u64 {
        let elapsed = u64::try_from(self.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.began_ns().saturating_add(elapsed)
    }
}

/// Whole milliseconds.
pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
