//! The states of a run and the one table of moves between them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Stored and queued; nothing executed yet. Asleep until `wake_at`, where it has one.
    Queued,
    /// Held by a worker, or handed from one to the next.
    Running,
    /// Asleep until `wake_at`.
    Waiting,
    /// Ended with an output.
    Completed,
    /// Ended with an error.
    Failed,
    /// Ended because somebody asked for it.
    Cancelled,
    /// Ended because its deadline passed.
    TimedOut,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Queued,
        Self::Running,
        Self::Waiting,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
        Self::TimedOut,
    ];

    /// Whether nothing follows.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled | Self::TimedOut)
    }

    /// The stored form, `timed_out` and the like.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::TimedOut => "timed_out",
        }
    }

    /// Reads the stored form.
    #[must_use]
    pub fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What can happen to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A worker takes it, for the first time or after another one's death.
    Claim,
    /// Its worker lets go of it, for the next one to go on.
    HandOver,
    /// It goes to sleep.
    Sleep,
    /// Its flow ended with an output.
    Complete,
    /// Its flow ended with an error, or it could not be executed.
    Fail,
    /// It was cancelled.
    Cancel,
    /// Its deadline passed.
    TimeOut,
}

/// The move is not in the table.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a run that is {status} cannot take the event {event:?}")]
pub struct Refused {
    status: Status,
    event: Event,
}

/// The status after `event`. Terminal states accept nothing: a run ends once.
pub const fn next(status: Status, event: Event) -> Result<Status, Refused> {
    match (status, event) {
        (Status::Queued | Status::Running | Status::Waiting, Event::Claim)
        | (Status::Running, Event::HandOver) => Ok(Status::Running),
        (Status::Running, Event::Sleep) => Ok(Status::Waiting),
        (Status::Running, Event::Complete) => Ok(Status::Completed),
        // A dead letter fails a run in whatever state its messages were lost.
        (Status::Queued | Status::Running | Status::Waiting, Event::Fail) => Ok(Status::Failed),
        (Status::Queued | Status::Running | Status::Waiting, Event::Cancel) => {
            Ok(Status::Cancelled)
        }
        (Status::Queued | Status::Running | Status::Waiting, Event::TimeOut) => {
            Ok(Status::TimedOut)
        }
        _ => Err(Refused { status, event }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: [Event; 7] = [
        Event::Claim,
        Event::HandOver,
        Event::Sleep,
        Event::Complete,
        Event::Fail,
        Event::Cancel,
        Event::TimeOut,
    ];

    #[test]
    fn nothing_follows_an_end() {
        for status in Status::ALL.into_iter().filter(|status| status.is_terminal()) {
            for event in EVENTS {
                assert!(next(status, event).is_err(), "{status} {event:?}");
            }
        }
    }

    #[test]
    fn a_run_completes_only_in_the_hands_of_a_worker() {
        for status in [Status::Queued, Status::Waiting] {
            assert!(next(status, Event::Complete).is_err());
        }
        assert_eq!(next(Status::Running, Event::Complete), Ok(Status::Completed));
    }

    #[test]
    fn every_status_reads_back() {
        for status in Status::ALL {
            assert_eq!(Status::from_stored(status.as_str()), Some(status));
        }
    }
}
