//! What a request of the dialect gets where it is not refused.

use super::{Error, Execution, Progress};
use crate::{
    model::{Run, RunId},
    runs::{Report, Started},
};

/// An answer before it is written.
#[derive(Debug)]
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
}

impl Answer {
    /// Of a start in the background.
    #[must_use]
    pub fn of_started(automation: String, started: &Started) -> Self {
        Self::Started { automation, run: started.id, replayed: started.replayed }
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

    /// The answer, where it is about this automation.
    ///
    /// # Errors
    /// 404 where it is not.
    pub fn about(self, automation: &str) -> Result<Self, Error> {
        let is_about_it = match &self {
            Self::Execution { execution, .. } => execution.automation() == automation,
            Self::Progress(progress) => progress.automation() == automation,
            Self::Preflight | Self::Started { .. } | Self::GoesOn { .. } => true,
        };
        if is_about_it { Ok(self) } else { Err(Error::NotFound("Run not found")) }
    }
}
