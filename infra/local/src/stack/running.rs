//! A stack that runs, and how it stops.

use std::time::Duration;

use shared::{runs::Runs, store::Store};
use tokio::time::Instant;

use super::{
    Endpoints,
    data::{DataFolder, Published},
};
use crate::{
    dynamodb,
    invoke::{Stop, Stopper, Tasks},
    sqs,
};

/// How long requests and invocations have to end when the stack stops.
const GRACE: Duration = Duration::from_secs(5);

/// A running stack. It stops when it is dropped, without regard to what is under way.
pub struct Stack {
    pub(super) runs: Runs,
    pub(super) store: Store,
    pub(super) dynamodb: aws_sdk_dynamodb::Client,
    pub(super) tables: dynamodb::Store,
    pub(super) queues: sqs::Engine,
    pub(super) endpoints: Endpoints,
    pub(super) intake: Group,
    pub(super) connections: Tasks,
    pub(super) invocations: Tasks,
    pub(super) services: Group,
    pub(super) _published: Option<Published>,
    /// Last, so that everything is closed when another process may take the folder.
    pub(super) _data: Option<DataFolder>,
}

/// Tasks that end on a signal.
pub(super) struct Group {
    stopper: Stopper,
    pub(super) tasks: Tasks,
}

impl Group {
    pub(super) fn new() -> (Self, Stop) {
        let (stopper, stop) = Stopper::new();
        (Self { stopper, tasks: Tasks::default() }, stop)
    }

    async fn stop(&self, deadline: Instant) {
        self.stopper.stop();
        self.tasks.finish(deadline).await;
    }
}

impl Stack {
    /// The gateway's address: `http://127.0.0.1:3000`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.endpoints.base_url
    }

    /// Where everything is reached.
    #[must_use]
    pub const fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// The use cases that the functions work with.
    #[must_use]
    pub const fn runs(&self) -> &Runs {
        &self.runs
    }

    /// The store that the functions work with.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// A client of the tables. What it sends is not recorded and takes no proxy's way.
    #[must_use]
    pub const fn dynamodb(&self) -> &aws_sdk_dynamodb::Client {
        &self.dynamodb
    }

    /// The embedded tables.
    #[must_use]
    pub const fn tables(&self) -> &dynamodb::Store {
        &self.tables
    }

    /// The embedded queues.
    #[must_use]
    pub const fn queues(&self) -> &sqs::Engine {
        &self.queues
    }

    /// Accepts nothing more, lets requests and invocations end for up to five seconds, and leaves.
    /// What did not end by then is dropped, and taken up again by the next start on the same data.
    pub async fn stop(self) {
        let deadline = Instant::now() + GRACE;
        // Each of these feeds the next one, so nothing new comes when its turn is over.
        self.intake.stop(deadline).await;
        self.connections.finish(deadline).await;
        self.invocations.finish(deadline).await;
        self.services.stop(deadline).await;
    }
}
