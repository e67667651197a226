//! Tasks that somebody waits for before the process leaves.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures::FutureExt as _;
use tokio::{
    task::JoinSet,
    time::{Instant, timeout_at},
};

/// A set of running tasks. Clones are the same set; the tasks end with its last clone.
#[derive(Clone, Default)]
pub(crate) struct Tasks(Arc<Mutex<JoinSet<()>>>);

impl Tasks {
    /// Runs `task` whatever becomes of the caller. A panic in it is logged, and ends only it.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.lock();
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async {
            if AssertUnwindSafe(task).catch_unwind().await.is_err() {
                // The message of a panic may hold a caller's data; the panic hook decides about it.
                tracing::error!("A task of the local stack panicked");
            }
        });
    }

    /// Returns when all tasks have ended; those that have not at `deadline` are dropped.
    pub(crate) async fn finish(&self, deadline: Instant) {
        loop {
            let mut tasks = std::mem::take(&mut *self.lock());
            if tasks.is_empty() {
                return;
            }
            let ended = async { while tasks.join_next().await.is_some() {} };
            if timeout_at(deadline, ended).await.is_err() {
                tasks.shutdown().await;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
