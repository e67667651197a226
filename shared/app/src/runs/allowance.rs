//! What a key and its workspace may still start.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{Error, Runs};
use crate::{
    auth::Key,
    model::{Level, Limits, Rate, WorkspaceId},
    store::{Rated, Token},
    telemetry::Metric,
};

/// In UTC, all are alike.
const DAY: Duration = Duration::from_hours(24);

/// A limit of an owner's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// How often the key starts runs.
    KeyRate,
    /// How often the workspace's runs are started.
    WorkspaceRate,
    /// How many of the workspace's runs are started a day.
    WorkspaceDay,
    /// How many of the workspace's runs are in flight.
    WorkspaceRuns,
    /// How many of the flow's runs are in flight.
    FlowRuns,
}

impl Limit {
    /// What clients know the limit by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::KeyRate => "key",
            Self::WorkspaceRate => "workspace",
            Self::WorkspaceDay => "day",
            Self::WorkspaceRuns => "workspace-runs",
            Self::FlowRuns => "flow-runs",
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::KeyRate => "the key starts runs too often",
            Self::WorkspaceRate => "runs of the workspace are started too often",
            Self::WorkspaceDay => "the workspace has started as many runs today as it may",
            Self::WorkspaceRuns => "as many runs of the workspace are in flight as may be",
            Self::FlowRuns => "as many runs of the flow are in flight as may be",
        })
    }
}

/// A limit that a start was held against, and how it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Which.
    pub limit: Limit,
    /// Most starts at once.
    pub quota: u64,
    /// In how long as many may be started again.
    pub window: Duration,
    /// How many are left.
    pub remaining: u64,
    /// When there will be one more.
    pub next_in: Duration,
}

/// How whoever sent an event stands with their limits, as far as its handling has found out; by default nobody sent
/// one, and then nothing is kept. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Standing(Option<Arc<Mutex<Found>>>);

#[derive(Default)]
struct Found {
    key: Option<Arc<Key>>,
    policies: Vec<Policy>,
}

impl Standing {
    pub(super) fn begin() -> Self {
        Self(Some(Arc::default()))
    }

    /// What the event asks for is asked for with this key.
    pub(super) fn asked_by(&self, key: &Arc<Key>) {
        if let Some(mut found) = self.found() {
            found.key = Some(Arc::clone(key));
        }
    }

    fn key(&self) -> Option<Arc<Key>> {
        self.found()?.key.clone()
    }

    fn set(&self, policy: Policy) {
        if let Some(mut found) = self.found() {
            found.policies.retain(|known| known.limit != policy.limit);
            found.policies.push(policy);
        }
    }

    /// Nothing but what refused a start: no other limit may tell of a later moment than the one to come again at.
    fn set_alone(&self, policy: Policy) {
        if let Some(mut found) = self.found() {
            found.policies = vec![policy];
        }
    }

    fn policies(&self) -> Vec<Policy> {
        self.found().map(|found| found.policies.clone()).unwrap_or_default()
    }

    fn found(&self) -> Option<MutexGuard<'_, Found>> {
        self.0.as_ref().map(|found| found.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Runs {
    /// The limits that the event's starts were held against. None where nothing is limited, or nothing was started.
    #[must_use]
    pub fn policies(&self) -> Vec<Policy> {
        self.standing.policies()
    }

    /// Takes a token for a start from each bucket that it has to come from: the key's first, so that a key over its
    /// own rate takes nothing from the others of its workspace.
    ///
    /// # Errors
    /// [`Error::RateLimited`]; [`Error::Store`]. A retry takes further tokens.
    pub(super) async fn allow(
        &self,
        workspace: &WorkspaceId,
        limits: &Limits,
    ) -> Result<(), Error> {
        let allowed = async {
            let key = self.standing.key();
            if let Some((key, rate)) = key.as_ref().and_then(|key| Some((key, key.rate.as_ref()?)))
            {
                self.take_token(Limit::KeyRate, Rated::Key(&key.id), rate).await?;
            }
            if let Some(rate) = &limits.rate {
                self.take_token(Limit::WorkspaceRate, Rated::Workspace(workspace), rate).await?;
            }
            Ok(())
        };
        allowed.await.inspect_err(|error| self.note_refused(error))
    }

    /// Counts a run that is about to be stored among those of the day.
    ///
    /// # Errors
    /// [`Error::RateLimited`]; [`Error::Store`]. A retry may count it twice.
    pub(super) async fn count_run(&self, workspace: &WorkspaceId) -> Result<(), Error> {
        let now = self.now();
        let limits = self.config.workspace(workspace, now).await?;
        let Some(max) = limits.and_then(|workspace| workspace.limits.runs_a_day) else {
            return Ok(());
        };
        let left = self.store.count_run(workspace, max.get(), now).await?;
        let limit = Limit::WorkspaceDay;
        let next_in = DAY.saturating_sub(Duration::from_secs(now.as_secs() % DAY.as_secs()));
        let (quota, remaining) = (max.get().into(), left.unwrap_or_default());
        let policy = Policy { limit, quota, window: DAY, remaining, next_in };
        if left.is_none() {
            self.standing.set_alone(policy);
            let error = Error::RateLimited { limit, again_in: next_in };
            self.note_refused(&error);
            return Err(error);
        }
        self.standing.set(policy);
        Ok(())
    }

    async fn take_token(&self, limit: Limit, rated: Rated<'_>, rate: &Rate) -> Result<(), Error> {
        let (level, refused) = match self.buckets.take(rated, rate, self.now()).await? {
            Token::Taken(level) => (level, false),
            Token::Refused(level) => (level, true),
        };
        let Level { remaining, next_in } = level;
        let policy = Policy {
            limit,
            quota: rate.burst().into(),
            window: rate.window(),
            remaining: remaining.into(),
            next_in,
        };
        if refused {
            self.standing.set_alone(policy);
            return Err(Error::RateLimited { limit, again_in: next_in });
        }
        self.standing.set(policy);
        Ok(())
    }

    /// A start was refused by a limit.
    pub(super) fn note_refused(&self, error: &Error) {
        let word = match error {
            Error::RateLimited { .. } => "rate_limited",
            Error::TooManyRuns { .. } => "too_many_runs",
            _ => return,
        };
        self.notes.refused(word);
        self.notes.count(Metric::StartsRefused);
    }
}
