//! Starting a run in the background: stored and queued before it is acknowledged.

use std::{sync::Arc, time::Duration};

use serde_json::Value;

use super::{
    Error, Runs, Thread,
    delay::{is_certain_to_wake, put_off},
};
use crate::{
    flow::Plan,
    model::{
        Environment, FlowReference, FollowUp, HeldSlots, Listeners, Run, RunId, Status, Timestamp,
        Trigger, limits,
    },
    store::{Idempotency, Insert, Remembered},
    telemetry::Context,
};

/// A wish to start a run.
pub struct Start {
    /// The trigger, from [`Runs::trigger`].
    pub trigger: Arc<Trigger>,
    /// Where.
    pub environment: Environment,
    /// The flow's input.
    pub input: Value,
    /// When the run is to begin, at once when absent; [`Runs::start`] alone takes a time.
    pub run_at: Option<Timestamp>,
    /// What it executes; what the environment serves when absent.
    pub flow: Option<FlowReference>,
    /// The run that it does again.
    pub parent: Option<RunId>,
    /// The thread that the run belongs to.
    pub thread: Thread,
    /// What a repeat of the call has in common with it.
    pub idempotency: Option<Idempotency>,
    /// Where the result goes besides, when the request that asks for the run is answered later.
    pub follow_up: Option<FollowUp>,
}

impl Start {
    /// A wish without more: at once, no thread, no repeats, nothing told later.
    #[must_use]
    pub const fn new(trigger: Arc<Trigger>, environment: Environment, input: Value) -> Self {
        Self {
            trigger,
            environment,
            input,
            run_at: None,
            flow: None,
            parent: None,
            thread: Thread::None,
            idempotency: None,
            follow_up: None,
        }
    }
}

/// A run that is stored and queued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// Its id.
    pub id: RunId,
    /// Whether an earlier call that it repeats had started it.
    pub replayed: bool,
}

/// What a start found out before it wrote anything.
pub(super) struct Prepared {
    pub(super) run: Run,
    pub(super) input: Value,
    pub(super) plan: Arc<Plan>,
    /// The run was named by an earlier call that this one repeats.
    pub(super) replayed: bool,
}

impl Runs {
    /// Starts a run in the background. When this returns the run is stored and queued.
    ///
    /// # Errors
    /// [`Error::NoTrigger`] when the environment serves no version; [`Error::InvalidInput`];
    /// [`Error::NotThen`]; [`Error::RateLimited`]; [`Error::TooManyRuns`]; [`Error::ThreadFull`];
    /// [`Error::IdempotencyConflict`]; [`Error::Store`] and [`Error::Queue`], after which the run may exist or not: a
    /// retry with the same idempotency key is safe, one without may start a second run.
    pub async fn start(&self, start: Start) -> Result<Started, Error> {
        let prepared = self.prepare(start).await?;
        let (id, replayed) = (prepared.run.id, prepared.replayed);
        if replayed && self.completes_start(id).await? {
            return Ok(Started { id, replayed });
        }
        let run = self.in_line(prepared.run).await?;
        self.store_and_queue(&run, &prepared.input).await?;
        Ok(Started { id, replayed })
    }

    /// Stores a run, unless it is there already, and queues its first message; or refuses it for a limit.
    pub(super) async fn store_and_queue(&self, run: &Run, input: &Value) -> Result<(), Error> {
        let run = Box::pin(self.reserve(run)).await?;
        self.store_reserved(&run, input).await
    }

    /// As [`Runs::store_and_queue`], for a run that the limits have let through.
    pub(super) async fn store_reserved(&self, run: &Run, input: &Value) -> Result<(), Error> {
        let began_at = self.now();
        let stored = self.store_and_send(run, input).await?;
        if self.now().since(began_at) > limits::HEADER_PATIENCE {
            // The message may have been dropped for want of its run; this one finds it.
            self.send_first(run).await?;
        }
        if stored == Insert::Done {
            self.note_started();
        }
        Ok(())
    }

    /// Sees to it that a run has a message, if it is stored; whether it is.
    ///
    /// # Errors
    /// [`Error::Store`] and [`Error::Queue`] (a retry is safe).
    pub(super) async fn completes_start(&self, id: RunId) -> Result<bool, Error> {
        let Some(run) = self.store.look(id).await? else { return Ok(false) };
        self.note_run(&run);
        if may_lack_message(&run) {
            self.send_first(&run).await?;
        }
        Ok(true)
    }

    /// Resolves what to run, checks the input, asks the limits; writes nothing but tokens that are used up and the
    /// idempotency key.
    pub(super) async fn prepare(&self, start: Start) -> Result<Prepared, Error> {
        // Side by side for a process that has neither yet.
        let served = async {
            match start.flow {
                Some(flow) => self.plan_of(&start.trigger, flow).await,
                None => self.served_plan(&start.trigger, start.environment).await,
            }
        };
        let workspace = self.config.workspace(&start.trigger.workspace, self.now());
        let (served, workspace) = futures::join!(served, workspace);
        let ((flow, plan), workspace) = (served?, workspace?);
        check_input(&plan, &start.input).inspect_err(|_| {
            // Its sender reads no answers; who operates the trigger looks here.
            if matches!(start.idempotency, Some(Idempotency::Delivery { .. })) {
                self.notes.webhook("input_refused");
            }
        })?;
        let run_at = self.begins_later(start.run_at)?;
        let limits = workspace.map(|workspace| workspace.limits.clone()).unwrap_or_default();
        // After all that is wrong with the request for ever, so that this costs nobody a token.
        Box::pin(self.allow(&start.trigger.workspace, &limits)).await?;
        let mut id = self.new_run_id()?;
        let mut replayed = false;
        if let Some(idempotency) = &start.idempotency {
            let Trigger { workspace, id: trigger, .. } = &*start.trigger;
            match self.store.remember(workspace, trigger, idempotency, id, self.now()).await? {
                Remembered::New => {}
                Remembered::Same(first) => (id, replayed) = (first, true),
                Remembered::OtherBody(_) => return Err(Error::IdempotencyConflict),
            }
        }
        let mut run = self.new_run(id, &start.trigger, start.environment, flow);
        if let Some(run_at) = run_at {
            put_off(&mut run, run_at);
        }
        run.parent = start.parent;
        run.thread = start.thread.of_run(id);
        run.listeners.follow_up = start.follow_up;
        Ok(Prepared { run, input: start.input, plan, replayed })
    }

    /// A run as it is stored first. From here on the event at hand is about it.
    pub(super) fn new_run(
        &self,
        id: RunId,
        trigger: &Trigger,
        environment: Environment,
        flow: FlowReference,
    ) -> Run {
        let now = self.now();
        let longest = trigger.deadline_s.map_or(limits::MAX_RUN, Duration::from_secs);
        let run = Run {
            id,
            workspace: trigger.workspace.clone(),
            trigger: trigger.id.clone(),
            environment,
            thread: None,
            parent: None,
            flow,
            status: Status::Queued,
            epoch: 0,
            lease_until: Timestamp::default(),
            deadline: now.after(longest.min(limits::MAX_RUN)),
            run_at: None,
            wake_at: None,
            gated: false,
            cancel_requested: false,
            started_at: now,
            ended_at: None,
            traceparent: self.notes.traceparent(),
            slots: HeldSlots::default(),
            listens: None,
            heard: None,
            listeners: Listeners { callback: trigger.callback.is_some(), follow_up: None },
        };
        self.note_run(&run);
        self.notes.follow(Context::of(run.traceparent.as_deref(), &run.id.to_string()));
        run
    }

    /// The version of a trigger's flow that an environment serves.
    pub(super) async fn served_plan(
        &self,
        trigger: &Trigger,
        environment: Environment,
    ) -> Result<(FlowReference, Arc<Plan>), Error> {
        let flow = self.config.flow(&trigger.workspace, &trigger.flow, self.now()).await?;
        let served = flow.and_then(|flow| flow.serves.get(&environment).cloned());
        self.plan_of(trigger, served.ok_or(Error::NoTrigger)?).await
    }

    async fn plan_of(
        &self,
        trigger: &Trigger,
        flow: FlowReference,
    ) -> Result<(FlowReference, Arc<Plan>), Error> {
        let plan = self.plan(&trigger.workspace, &flow).await?;
        Ok((flow, plan.ok_or(Error::internal("a flow's version cannot be loaded"))?))
    }
}

/// Whether the start that stored the run may have died before it queued the run's message, be it
/// the first one or the guard of a waiting call. Whoever repeats the start has to queue one then;
/// one too many does no harm.
pub(super) fn may_lack_message(run: &Run) -> bool {
    match run.status {
        Status::Queued => !is_certain_to_wake(run),
        // A waiting call claims its run by storing it. Every later claim had a message.
        Status::Running => run.epoch <= 1,
        Status::Waiting
        | Status::Completed
        | Status::Failed
        | Status::Cancelled
        | Status::TimedOut => false,
    }
}

/// Whether `input` is what the flow declares.
pub(super) fn check_input(plan: &Plan, input: &Value) -> Result<(), Error> {
    let Some(schema) = &plan.input_schema else { return Ok(()) };
    match schema.validator.validate(input) {
        Ok(()) => Ok(()),
        Err(error) => Err(Error::InvalidInput {
            pointer: error.instance_path().to_string(),
            // The masked form names the rule, not the data.
            message: error.masked().to_string(),
        }),
    }
}
