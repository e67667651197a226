//! What a request of the dialect gets where it is not refused.

use super::{Error, Execution, Progress, progress::word};
use crate::{
    model::{Run, RunId},
    runs::{Announced, Report, Started},
    webhook,
};

/// An answer before it is written.
pub enum Answer {
    /// What a browser may ask.
    Preflight,
    /// A run was started in the background.
    Started {
        /// Its automation.
        automation: String,
        /// Its id.
        run: RunId,
        /// Whether an earlier call with the same idempotency key had started it.
        replayed: bool,
        /// What the provider that called has to be answered.
        prescribed: Option<webhook::Answer>,
    },
    /// A provider's request was understood, and starts no run.
    NotStarted(Option<webhook::Answer>),
    /// The run of a delivery.
    Delivered {
        /// Its automation.
        automation: String,
        /// Its id.
        run: RunId,
        /// How it stands.
        status: &'static str,
    },
    /// A run went on when the wait for it was over.
    GoesOn {
        /// Its automation.
        automation: String,
        /// Its id.
        run: RunId,
        /// Whether an earlier call with the same idempotency key had started it.
        replayed: bool,
    },
    /// A run with what its steps put out.
    Execution {
        /// It.
        execution: Box<Execution>,
        /// Whether an earlier call with the same idempotency key had started it.
        replayed: bool,
    },
    /// How a run stands.
    Progress(Progress),
    /// Where a file may be uploaded to.
    Upload(Announced),
    /// Where a file is read.
    FileAt(String),
}

impl Answer {
    /// Of a start in the background.
    #[must_use]
    pub fn of_started(automation: String, started: &Started) -> Self {
        Self::of_event(automation, started, None)
    }

    /// Of a start in the background by a provider, which has to be answered as `prescribed`.
    #[must_use]
    pub fn of_event(
        automation: String,
        started: &Started,
        prescribed: Option<webhook::Answer>,
    ) -> Self {
        let Started { id: run, replayed } = *started;
        Self::Started { automation, run, replayed, prescribed }
    }

    /// Of a delivery that was looked up.
    #[must_use]
    pub fn of_delivery(run: Run) -> Self {
        let Run { id, flow, status, .. } = run;
        Self::Delivered { automation: flow.name, run: id, status: word(status) }
    }

    /// Of a waiting call.
    #[must_use]
    pub fn of_report(report: Report, replayed: bool) -> Self {
        match report {
            Report::Ended(results) => {
                Self::Execution { execution: Box::new(Execution::of(*results)), replayed }
            }
            Report::GoesOn(run) => {
                let Run { id, flow, .. } = *run;
                Self::GoesOn { automation: flow.name, run: id, replayed }
            }
        }
    }

    /// Where a file is read, if it can be.
    ///
    /// # Errors
    /// 404 where it cannot.
    pub fn of_file(address: Option<String>) -> Result<Self, Error> {
        address.map(Self::FileAt).ok_or(Error::NotFound("File not found"))
    }

    /// The answer, where it is about this automation.
    ///
    /// # Errors
    /// 404 where it is not.
    pub fn about(self, automation: &str) -> Result<Self, Error> {
        let is_about_it = match &self {
            Self::Execution { execution, .. } => execution.automation() == automation,
            Self::Progress(progress) => progress.automation() == automation,
            Self::Preflight
            | Self::Started { .. }
            | Self::NotStarted(_)
            | Self::Delivered { .. }
            | Self::Upload(_)
            | Self::FileAt(_)
            | Self::GoesOn { .. } => true,
        };
        if is_about_it { Ok(self) } else { Err(Error::NotFound("Run not found")) }
    }
}
