//! The loop from a queue to a function.

use std::{sync::Arc, time::Duration};

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::event::event;
use crate::{
    invoke::{Stop, Tasks},
    sqs::{Engine, Error, Received},
};

/// Messages in one receive (SQS quotas, "Message batch").
const RECEIVE_MAX: usize = 10;

/// The longest long poll (SQS quotas, "Long polling").
const WAIT_S: u32 = 20;

/// How long nothing is received after a receive that failed.
const ERROR_PAUSE: Duration = Duration::from_secs(1);

/// A queue whose messages go to a function.
pub(crate) struct Mapping {
    engine: Engine,
    queue: &'static str,
    arn: String,
    maximum_concurrency: usize,
    invocations: Tasks,
}

impl Mapping {
    /// For `queue`, with `maximum_concurrency` invocations at the same time at most, which run
    /// among `invocations`.
    ///
    /// # Errors
    /// When there is no such queue.
    pub(crate) fn new(
        engine: &Engine,
        queue: &'static str,
        maximum_concurrency: usize,
        invocations: &Tasks,
    ) -> Result<Self, Error> {
        let arn = engine.attributes(queue)?.remove("QueueArn").unwrap_or_default();
        let (engine, invocations) = (engine.clone(), invocations.clone());
        Ok(Self { engine, queue, arn, maximum_concurrency, invocations })
    }

    /// Takes messages until `stop`, and calls `function` with each. A message is deleted when its
    /// invocation succeeded; after a failure, or a panic, it comes back at the end of its
    /// visibility timeout.
    pub(crate) async fn run<H, F>(self, function: H, mut stop: Stop)
    where
        H: Fn(SqsEvent) -> F,
        F: Future<Output = SqsBatchResponse> + Send + 'static,
    {
        let slots = Arc::new(Semaphore::new(self.maximum_concurrency));
        loop {
            let taken = tokio::select! {
                () = stop.requested() => return,
                taken = self.take(&slots) => taken,
            };
            match taken {
                Ok(messages) => {
                    for (received, slot) in messages {
                        let handled = function(event(&received, &self.arn));
                        self.invoke(handled, received, slot);
                    }
                }
                Err(error) => {
                    tracing::error!(error = %error, "No message can be received");
                    tokio::time::sleep(ERROR_PAUSE).await;
                }
            }
        }
    }

    /// Waits for a free slot first: a message that is received must not wait for one, because its
    /// visibility timeout runs.
    async fn take(
        &self,
        slots: &Arc<Semaphore>,
    ) -> Result<Vec<(Received, OwnedSemaphorePermit)>, Error> {
        // Nobody closes the semaphore, so these are as many as there are, and one at least.
        let mut free: Vec<_> = Arc::clone(slots).acquire_owned().await.into_iter().collect();
        while free.len() < RECEIVE_MAX
            && let Ok(slot) = Arc::clone(slots).try_acquire_owned()
        {
            free.push(slot);
        }
        let received = self.engine.receive(self.queue, free.len(), None, Some(WAIT_S)).await?;
        Ok(received.into_iter().zip(free).collect())
    }

    fn invoke(
        &self,
        handled: impl Future<Output = SqsBatchResponse> + Send + 'static,
        received: Received,
        slot: OwnedSemaphorePermit,
    ) {
        let (engine, queue) = (self.engine.clone(), self.queue);
        self.invocations.spawn(async move {
            // Moved in, so that it is given back at the end, after a panic too.
            let _slot = slot;
            let response = handled.await;
            if !response.batch_item_failures.is_empty() {
                return;
            }
            if let Err(error) = engine.delete(queue, &received.receipt_handle).await {
                tracing::error!(error = %error, "A handled message could not be deleted");
            }
        });
    }
}
