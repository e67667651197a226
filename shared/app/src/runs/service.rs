//! What the use cases work with.

use std::{sync::Arc, time::Duration};

use super::{Audience, Error, allowance::Standing, kept::Kept};
use crate::{
    auth,
    clock::Clock,
    egress::Egress,
    flow::{Expression, Plan},
    model::{RunId, Timestamp, limits},
    queue::Queue,
    secrets::Secrets,
    store::{Buckets, Slots, Store, config::Cache},
    telemetry::{Event, Notes, Telemetry},
    webhook::Scheme,
};

/// The use cases. Cloning shares everything.
#[derive(Clone)]
pub struct Runs {
    pub(super) store: Store,
    pub(super) config: Cache,
    pub(super) buckets: Buckets,
    pub(super) slots: Slots,
    pub(super) queue: Queue,
    pub(super) secrets: Secrets,
    pub(super) egress: Egress,
    pub(super) clock: Clock,
    pub(super) settings: Settings,
    pub(super) compiled: Arc<Compiled>,
    pub(super) telemetry: Telemetry,
    /// Who follows the runs that are executed here.
    pub(super) audience: Audience,
    /// About the event in hand.
    pub(super) notes: Notes,
    /// How whoever sent it stands with their limits.
    pub(super) standing: Standing,
}

/// What this process has compiled so far.
#[derive(Default)]
pub(super) struct Compiled {
    pub(super) plans: Kept<Arc<Plan>>,
    pub(super) schemes: Kept<Arc<Scheme>>,
    pub(super) expressions: Kept<Expression>,
}

/// The collaborators of [`Runs`].
pub struct Parts {
    /// Records.
    pub store: Store,
    /// Messages.
    pub queue: Queue,
    /// What webhooks are signed with, and the keys of models.
    pub secrets: Secrets,
    /// Outgoing calls.
    pub egress: Egress,
    /// Time.
    pub clock: Clock,
}

/// Durations an operator or a test may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long a worker is taken to be alive after it last said so.
    pub lease: Duration,
    /// How often it says so.
    pub lease_renewal: Duration,
    /// How often a worker looks whether its run was cancelled.
    pub cancel_poll: Duration,
    /// The longest wait of a waiting call.
    pub wait: Duration,
    /// After this long a worker hands its run on.
    pub slice: Duration,
    /// The longest wait inside a flow that a worker sits out itself, instead of letting go of the run.
    pub short_wait: Duration,
    /// How long a run is followed over one connection. Another one goes on from there.
    pub stream: Duration,
    /// How long a model that answers piece by piece may be silent.
    pub model_silence: Duration,
    /// How long files that a start names by their addresses may take to come, all together.
    pub fetch: Duration,
    /// The queue's visibility timeout. Where it is longer than the lease, a worker shortens it for
    /// the message in hand, so that its death is noticed in time.
    pub queue_visibility: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lease: limits::LEASE,
            lease_renewal: limits::LEASE_RENEWAL,
            cancel_poll: limits::CANCEL_POLL,
            wait: limits::MAX_WAIT,
            slice: limits::SLICE,
            short_wait: Duration::from_secs(2),
            stream: limits::STREAM,
            model_silence: limits::MODEL_SILENCE,
            fetch: limits::FETCH,
            queue_visibility: limits::SLICE + limits::MAX_EFFECT,
        }
    }
}

impl Runs {
    /// Puts the use cases together. Talks to nobody yet.
    #[must_use]
    pub fn new(parts: Parts, settings: Settings) -> Self {
        let Parts { store, queue, secrets, egress, clock } = parts;
        let config = Cache::new(store.clone());
        let buckets = Buckets::new(store.clone());
        let slots = Slots::new(store.clone());
        Self {
            store,
            config,
            buckets,
            slots,
            queue,
            secrets,
            egress,
            clock,
            settings,
            compiled: Arc::default(),
            telemetry: Telemetry::default(),
            audience: Audience::default(),
            notes: Notes::default(),
            standing: Standing::default(),
        }
    }

    /// The same, told of by `telemetry`.
    #[must_use]
    pub fn with_telemetry(self, telemetry: Telemetry) -> Self {
        Self { telemetry, ..self }
    }

    /// The same, for the invocation with this AWS request id.
    #[must_use]
    pub fn of_invocation(&self, request_id: &str) -> Self {
        let telemetry = self.telemetry.of_invocation(request_id);
        Self { telemetry, ..self.clone() }
    }

    /// The same, for what `event` asks for.
    #[must_use]
    pub fn observed(&self, event: &Event) -> Self {
        Self { notes: event.notes(), standing: Standing::begin(), ..self.clone() }
    }

    /// The same, but that `audience` hears of the run that it executes.
    #[must_use]
    pub fn followed_by(self, audience: Audience) -> Self {
        Self { audience, ..self }
    }

    /// The same, but that no call waits for longer than this.
    #[must_use]
    pub fn waiting_at_most(self, longest: Duration) -> Self {
        let wait = self.settings.wait.min(longest);
        Self { settings: Settings { wait, ..self.settings }, ..self }
    }

    /// What webhooks are signed with.
    #[must_use]
    pub const fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// What tells of events.
    #[must_use]
    pub const fn telemetry(&self) -> &Telemetry {
        &self.telemetry
    }

    /// The time all decisions are made by.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn new_run_id(&self) -> Result<RunId, Error> {
        let random = auth::random().map_err(|_| Error::internal("no random bytes to be had"))?;
        Ok(RunId::new(self.now(), random))
    }
}
