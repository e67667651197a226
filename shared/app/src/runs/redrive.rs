//! Runs that were buried, and starting them again. Their messages are gone, so what comes back is not a message but
//! the run: as a new one that has it as its parent.

use futures::{StreamExt, TryStreamExt, stream};

use super::{Error, Original, RunView, Runs, Started, bury::BURIED};
use crate::{
    model::{End, Status, WorkspaceId},
    store::{Filter, Idempotency},
};

/// Failed runs that are looked at together: one read each, side by side.
const PAGE_RUNS: usize = 16;

impl RunView {
    /// Whether the run failed because its messages could not be handled, and for nothing that its flow did.
    #[must_use]
    pub fn is_buried(&self) -> bool {
        matches!(&self.end, Some(End::Error(error)) if error.detail.as_deref() == Some(BURIED))
    }
}

impl Runs {
    /// Buried runs of a workspace that `filter` lets through, newest first, and where the next page starts. A page
    /// may be short, or empty, and still have a next one.
    ///
    /// # Errors
    /// [`Error::Store`] (retry is safe).
    pub async fn buried(
        &self,
        workspace: &WorkspaceId,
        filter: Filter,
        cursor: Option<&str>,
    ) -> Result<(Vec<RunView>, Option<String>), Error> {
        let filter = Filter { statuses: Some(vec![Status::Failed]), ..filter };
        let page = self.store.list(workspace, &filter, cursor, PAGE_RUNS).await?;
        let views = page.runs.into_iter().map(|run| self.store.view(run.id));
        let views: Vec<_> = stream::iter(views).buffered(PAGE_RUNS).try_collect().await?;
        let views = views.into_iter().flatten().map(RunView::from);
        Ok((views.filter(RunView::is_buried).collect(), page.next))
    }

    /// Starts a run again that was buried, with the same input in the same version of its flow: once, however often
    /// that is asked for. The other times it is told which run that was.
    ///
    /// # Errors
    /// As [`Runs::start`]; a retry is safe.
    pub async fn redrive(&self, original: &Original) -> Result<Started, Error> {
        self.retry(original, Some(Idempotency::Redrive(original.id()))).await
    }
}
