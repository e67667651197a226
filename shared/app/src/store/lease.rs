//! Holding a run, and letting go of it.

use super::{
    Append, Error,
    client::{Condition, Store, Write},
    header,
    item::{Item, Reader, binary, number, text, time, yes},
};
use crate::model::{Event, InputId, Run, RunId, Status, Timestamp, WorkspaceId, next};

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

    /// Lets go of a run until `wake_at`: no claim takes it before, unless it is cancelled, reaches its deadline, or
    /// gets an answer to what it `listens` for.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn sleep(
        &self,
        run: &Run,
        wake_at: Timestamp,
        listens: Option<InputId>,
    ) -> Result<Append, Error> {
        let status = next(run.status, Event::Sleep).map_err(Error::internal)?;
        let mut held = held(run);
        held.values.extend([(":status", text(status.as_str())), (":wake", time(wake_at))]);
        let mut update = "SET #status = :status, #lease_until = :zero, #wake_at = :wake";
        if let Some(id) = listens {
            held.values.push((":listens", binary(*id.as_bytes())));
            update = "SET #status = :status, #lease_until = :zero, #wake_at = :wake, \
                #listens = :listens";
        }
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
                (":true", yes()),
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::{
        Claim,
        fixture::{Database, Fault, at, end, queued, taken},
    };

    #[tokio::test]
    async fn a_renewal_holds_the_run_and_brings_the_wish_to_cancel() {
        let database = Database::start().await;
        let run = database.claimed().await;
        let renew = |seconds| database.store.renew(&run, at(seconds));
        let kept = |cancel_requested| Renewal::Kept { cancel_requested };
        assert_eq!(renew(105).await.unwrap(), kept(false));
        let requested = database.store.request_cancel(run.id, &run.workspace).await.unwrap();
        assert_eq!(requested, CancelRequest::Requested);
        assert_eq!(renew(135).await.unwrap(), kept(true));
        let held = database.store.claim(run.id, at(134), at(300)).await.unwrap();
        assert!(matches!(held, Claim::Held { until, .. } if until == at(135)));
    }

    #[tokio::test]
    async fn who_lost_a_run_can_do_nothing_to_it() {
        let database = Database::start().await;
        let late = database.claimed().await;
        let run = taken(database.store.claim(late.id, at(75), at(150)).await.unwrap()).run;
        let store = &database.store;
        assert_eq!(store.renew(&late, at(900)).await.unwrap(), Renewal::Lost);
        assert_eq!(store.hand_over(&late).await.unwrap(), Append::Lost);
        assert_eq!(store.sleep(&late, at(900), None).await.unwrap(), Append::Lost);
        assert_eq!(store.look(run.id).await.unwrap(), Some(run));
    }

    #[tokio::test]
    async fn a_run_that_was_let_go_of_is_not_held_again_by_a_late_renewal() {
        let database = Database::start().await;
        let run = database.claimed().await;
        assert_eq!(database.store.hand_over(&run).await.unwrap(), Append::Done);
        assert_eq!(database.store.renew(&run, at(900)).await.unwrap(), Renewal::Lost);
        let next = taken(database.store.claim(run.id, at(1), at(76)).await.unwrap());
        assert_eq!(next.run.epoch, run.epoch + 1);
    }

    #[tokio::test]
    async fn lost_answers_to_letting_go_are_recognised() {
        let database = Database::start().await;
        let run = database.claimed().await;
        database.wire.meet(Fault::LoseAnswer);
        assert_eq!(database.store.hand_over(&run).await.unwrap(), Append::Done);
        let run = taken(database.store.claim(run.id, at(0), at(75)).await.unwrap()).run;
        database.wire.meet(Fault::LoseAnswer);
        assert_eq!(database.store.sleep(&run, at(60), None).await.unwrap(), Append::Done);
        let asleep = database.store.look(run.id).await.unwrap().unwrap();
        assert_eq!((asleep.status, asleep.wake_at), (Status::Waiting, Some(at(60))));
        assert_eq!(database.store.sleep(&run, at(61), None).await.unwrap(), Append::Lost);
    }

    #[tokio::test]
    async fn a_wish_to_cancel_is_told_what_became_of_it() {
        let database = Database::start().await;
        let (run, ended) = (database.claimed().await, database.claimed().await);
        let complete = Event::Complete;
        database.store.finish(&ended, 1, &end(json!(1)), complete, at(3), None).await.unwrap();
        let other = "other".parse().unwrap();
        let cases = [
            ("a running one", run.id, &run.workspace, CancelRequest::Requested),
            ("once more", run.id, &run.workspace, CancelRequest::Requested),
            ("another workspace's", run.id, &other, CancelRequest::Missing),
            ("no run", queued().id, &run.workspace, CancelRequest::Missing),
            ("an ended one", ended.id, &run.workspace, CancelRequest::Ended(Status::Completed)),
        ];
        for (name, id, workspace, expected) in cases {
            let requested = database.store.request_cancel(id, workspace).await.unwrap();
            assert_eq!(requested, expected, "{name}");
        }
    }
}
