//! Holding a run, and letting go of it.

use super::{
    Append, Error,
    client::{Condition, Store, Write},
    header,
    item::{Item, Reader, number, text, time},
};
use crate::model::{Event, Run, RunId, Status, Timestamp, WorkspaceId, next};

/// What became of a renewal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// The caller holds the run until the new time.
    Kept {
        /// Whether somebody asked to cancel it.
        cancel_requested: bool,
    },
    /// Somebody else holds it, or it ended. The caller stops at once and writes nothing more.
    Lost,
}

/// What became of a request to cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelRequest {
    /// The flag is set, now or before.
    Requested,
    /// It has ended already, so nothing was written.
    Ended(Status),
    /// The workspace has no such run.
    Missing,
}

/// The caller's claim is the latest, and the run is still running under it.
const HELD: &str = "#epoch = :epoch AND #status = :running AND #lease_until > :zero";

impl Store {
    /// Holds a run for longer. The index of lists is not touched.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe until the lease ends.
    pub async fn renew(&self, run: &Run, lease_until: Timestamp) -> Result<Renewal, Error> {
        let mut held = held(run);
        held.values.push((":lease", time(lease_until)));
        let update = "SET #lease_until = :lease";
        Ok(match self.update(&self.tables.runs, header::key(run.id), update, held).await? {
            Write::Done(header) => {
                Renewal::Kept { cancel_requested: Reader::new(&header, "run").flag("cancel") }
            }
            Write::Refused(_) => Renewal::Lost,
        })
    }

    /// Lets go of a run that goes on elsewhere: the next claim takes it at once.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn hand_over(&self, run: &Run) -> Result<Append, Error> {
        let status = next(run.status, Event::HandOver).map_err(Error::internal)?;
        let mut held = held(run);
        held.values.push((":status", text(status.as_str())));
        self.let_go(run, "SET #status = :status, #lease_until = :zero", held, status, None).await
    }

    /// Lets go of a run until `wake_at`: no claim takes it before, unless it is cancelled or
    /// reaches its deadline.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn sleep(&self, run: &Run, wake_at: Timestamp) -> Result<Append, Error> {
        let status = next(run.status, Event::Sleep).map_err(Error::internal)?;
        let mut held = held(run);
        held.values.extend([(":status", text(status.as_str())), (":wake", time(wake_at))]);
        let update = "SET #status = :status, #lease_until = :zero, #wake_at = :wake";
        self.let_go(run, update, held, status, Some(wake_at)).await
    }

    async fn let_go(
        &self,
        run: &Run,
        update: &str,
        held: Condition,
        status: Status,
        wake_at: Option<Timestamp>,
    ) -> Result<Append, Error> {
        let is_ours = |stored: &Run| {
            (stored.epoch, stored.status, stored.lease_until, stored.wake_at)
                == (run.epoch, status, Timestamp::default(), wake_at)
        };
        Ok(match self.update(&self.tables.runs, header::key(run.id), update, held).await? {
            Write::Done(_) => Append::Done,
            // Ours, when an answer was lost on the way.
            Write::Refused(Some(header)) if is_ours(&header::read(&header)?) => Append::Done,
            Write::Refused(_) => Append::Lost,
        })
    }

    /// A run's header.
    ///
    /// # Errors
    /// See [`Error`]. `None` when there is no such run.
    pub async fn look(&self, id: RunId) -> Result<Option<Run>, Error> {
        let header: Option<Item> = self.get(&self.tables.runs, header::key(id)).await?;
        header.as_ref().map(header::read).transpose()
    }

    /// Asks that a run of `workspace` be cancelled. Who holds it sees it at the next renewal; who
    /// does not must be sent.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe.
    pub async fn request_cancel(
        &self,
        id: RunId,
        workspace: &WorkspaceId,
    ) -> Result<CancelRequest, Error> {
        let list = header::list(workspace, id.shard());
        let condition = Condition {
            expression: "#list = :list AND #status IN (:queued, :running, :waiting)",
            values: vec![
                (":list", text(&list)),
                (":queued", text(Status::Queued.as_str())),
                (":running", text(Status::Running.as_str())),
                (":waiting", text(Status::Waiting.as_str())),
                (":true", aws_sdk_dynamodb::types::AttributeValue::Bool(true)),
            ],
        };
        let update = "SET #cancel = :true";
        match self.update(&self.tables.runs, header::key(id), update, condition).await? {
            Write::Done(_) => Ok(CancelRequest::Requested),
            Write::Refused(Some(header)) => {
                let header = Reader::new(&header, "run");
                if header.text("list")? == list {
                    header::status(header).map(CancelRequest::Ended)
                } else {
                    Ok(CancelRequest::Missing)
                }
            }
            Write::Refused(None) => Ok(CancelRequest::Missing),
        }
    }
}

fn held(run: &Run) -> Condition {
    Condition {
        expression: HELD,
        values: vec![
            (":epoch", number(run.epoch)),
            (":running", text(Status::Running.as_str())),
            (":zero", number(0_u64)),
        ],
    }
}
