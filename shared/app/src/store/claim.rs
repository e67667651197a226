//! Taking a run to execute it.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{
    Append, Error, ErrorKind,
    client::{Condition, Store, Write},
    header::{self, Nonce},
    insert::nonce,
    item::{Item, Reader, binary, number, text, time, yes},
    memory::Claimed,
};
use crate::model::{JournalEntry, Run, RunId, Status, Timestamp};

/// A run in its caller's hands that cannot be gone on with.
#[derive(Debug)]
pub struct Unreadable {
    /// Its header, under the epoch of this claim.
    pub run: Run,
    /// What it remembers, in order, as far as it can be read: its log lines, as a rule.
    pub journal: Vec<JournalEntry>,
    /// The number of the next append.
    pub next_seq: u64,
    /// Why.
    pub error: Error,
}

/// What became of a claim.
#[derive(Debug)]
pub enum Claim {
    /// The caller holds it until `lease_until`.
    Taken(Box<Claimed>),
    /// The caller holds it until `lease_until`, and can only end it: its record is damaged, or was
    /// withheld up to its deadline.
    Unreadable(Box<Unreadable>),
    /// Somebody else holds it.
    Held {
        /// Until then at least.
        until: Timestamp,
        /// Its header.
        run: Box<Run>,
    },
    /// It waits, be it to begin or to go on.
    Asleep {
        /// When it wakes, or reaches its deadline.
        until: Timestamp,
        /// Its header.
        run: Box<Run>,
    },
    /// It is queued behind its gate; its header.
    Gated(Box<Run>),
    /// It ended; its header.
    Ended(Box<Run>),
    /// There is no such run, or not yet.
    Missing,
}

/// What stands right of an equals sign is as it was before the update: `held_until` is the lease of the holder before,
/// and zero when that one let go.
const TAKE: &str = "SET #status = :running, #epoch = #epoch + :one, #lease_until = :lease, \
    #holder = :holder, #held_until = #lease_until REMOVE #wake_at, #gate, #listens";

const FREE: &str = "#lease_until <= :now AND (#status = :running OR (#status IN (:queued, :waiting) \
    AND (attribute_not_exists(#wake_at) OR #wake_at <= :now OR #deadline <= :now OR #cancel = :true \
    OR #heard = #listens))) \
    AND (attribute_not_exists(#gate) OR #gate <> :closed OR #deadline <= :now OR #cancel = :true)";

impl Store {
    /// Takes a run that nobody holds and that has something to do: one update, and for a run that
    /// was claimed before or has a large input the reading of its journal. One whose holder did not
    /// let go of it is fenced by one append: nobody else adds to its journal then.
    ///
    /// # Errors
    /// See [`Error`]. After [`Error::Unavailable`] the run may be held by this very claim, until
    /// `lease_until`.
    pub async fn claim(
        &self,
        id: RunId,
        now: Timestamp,
        lease_until: Timestamp,
    ) -> Result<Claim, Error> {
        self.claim_unless(yes(), id, now, lease_until).await
    }

    /// As [`Store::claim`], for whoever knows that it is the run's turn: the gate is gone then.
    ///
    /// # Errors
    /// As [`Store::claim`].
    pub async fn claim_admitted(
        &self,
        id: RunId,
        now: Timestamp,
        lease_until: Timestamp,
    ) -> Result<Claim, Error> {
        self.claim_unless(AttributeValue::Bool(false), id, now, lease_until).await
    }

    /// A claim that heeds a gate which is as `closed`.
    async fn claim_unless(
        &self,
        closed: AttributeValue,
        id: RunId,
        now: Timestamp,
        lease_until: Timestamp,
    ) -> Result<Claim, Error> {
        let holder = nonce()?;
        let free = Condition {
            expression: FREE,
            values: vec![
                (":now", time(now)),
                (":lease", time(lease_until)),
                (":one", number(1_u64)),
                (":holder", binary(holder)),
                (":queued", text(Status::Queued.as_str())),
                (":running", text(Status::Running.as_str())),
                (":waiting", text(Status::Waiting.as_str())),
                (":true", yes()),
                (":closed", closed),
            ],
        };
        match self.update(&self.tables.runs, header::key(id), TAKE, free).await? {
            Write::Done(header) => self.take(&header, now).await,
            Write::Refused(None) => Ok(Claim::Missing),
            // Ours, when an answer was lost on the way.
            Write::Refused(Some(header)) if is_held_by(&header, holder) => {
                self.take(&header, now).await
            }
            Write::Refused(Some(header)) => Ok(refused(header::read(&header)?, now)),
        }
    }

    async fn take(&self, header: &Item, now: Timestamp) -> Result<Claim, Error> {
        let run = header::read(header)?;
        let held_until = Reader::new(header, "run").optional_time("held_until");
        let was_held = held_until.is_some_and(|until| until > Timestamp::default());
        let claimed = match self.read_whole(header, run.clone()).await {
            Ok(claimed) if was_held => self.fence(header, claimed).await,
            read => read,
        };
        let error = match claimed {
            Ok(claimed) => return Ok(Claim::Taken(Box::new(claimed))),
            Err(error) => error,
        };
        let is_hopeless = match error.kind() {
            ErrorKind::Corrupt => true,
            ErrorKind::Internal => run.deadline <= now,
            _ => false,
        };
        if is_hopeless {
            let (journal, next_seq) = self.read_logs(run.id).await?;
            Ok(Claim::Unreadable(Box::new(Unreadable { run, journal, next_seq, error })))
        } else {
            Err(error)
        }
    }

    /// Takes the number of the next append from the holder before, who may be late rather than dead: what that one still
    /// wrote is either read here, or never comes about. Else its last lines could be told to a follower, and again
    /// other ones under their numbers.
    async fn fence(&self, header: &Item, mut claimed: Claimed) -> Result<Claimed, Error> {
        loop {
            let Claimed { run, next_seq, .. } = &claimed;
            match self.append(run, *next_seq, &JournalEntry::default()).await? {
                Append::Done => return Ok(Claimed { next_seq: next_seq + 1, ..claimed }),
                Append::Lost => claimed = self.read_whole(header, claimed.run).await?,
            }
        }
    }
}

fn is_held_by(header: &Item, holder: Nonce) -> bool {
    Reader::new(header, "run").optional_binary("holder") == Some(&holder)
}

/// Whether a run that could be taken otherwise is not, for its gate alone.
fn is_gated(run: &Run, now: Timestamp) -> bool {
    run.gated && run.status == Status::Queued && run.wake_at.is_none_or(|wake_at| wake_at <= now)
}

fn refused(run: Run, now: Timestamp) -> Claim {
    if is_gated(&run, now) {
        return Claim::Gated(Box::new(run));
    }
    if run.status.is_terminal() {
        Claim::Ended(Box::new(run))
    } else if matches!(run.status, Status::Queued | Status::Waiting) && run.lease_until <= now {
        let until = run.wake_at.unwrap_or(run.deadline).min(run.deadline);
        Claim::Asleep { until, run: Box::new(run) }
    } else {
        Claim::Held { until: run.lease_until, run: Box::new(run) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        model::Event,
        store::fixture::{Database, Fault, at, end, queued, taken},
    };

    #[tokio::test]
    async fn the_first_claim_of_a_run_with_a_small_input_is_one_update() {
        let database = Database::start().await;
        let run = queued();
        database.store.insert(&run, &json!({"a": 1})).await.unwrap();
        database.wire.operations();
        let claimed = taken(database.store.claim(run.id, at(0), at(75)).await.unwrap());
        assert_eq!(database.wire.operations(), ["UpdateItem"]);
        let expected = Run { status: Status::Running, epoch: 1, lease_until: at(75), ..run };
        assert_eq!(claimed.run, expected);
        assert_eq!((claimed.input, claimed.next_seq), (json!({"a": 1}), 1));
    }

    #[tokio::test]
    async fn of_two_claims_at_once_one_wins() {
        let database = Database::start().await;
        let run = queued();
        database.store.insert(&run, &json!({})).await.unwrap();
        let claim = || database.store.claim(run.id, at(0), at(75));
        let (first, second) = tokio::join!(claim(), claim());
        let (first, second) = (first.unwrap(), second.unwrap());
        let is_taken = |claim: &Claim| matches!(claim, Claim::Taken(_));
        assert!(is_taken(&first) != is_taken(&second));
        let loser = if is_taken(&first) { second } else { first };
        assert!(matches!(loser, Claim::Held { until, .. } if until == at(75)));
    }

    #[tokio::test]
    async fn a_lost_answer_to_a_claim_is_recognised() {
        let database = Database::start().await;
        let run = queued();
        database.store.insert(&run, &json!({})).await.unwrap();
        database.wire.meet(Fault::LoseAnswer);
        let claimed = taken(database.store.claim(run.id, at(0), at(75)).await.unwrap());
        assert_eq!(claimed.run.epoch, 1);
        let again = database.store.claim(run.id, at(0), at(75)).await.unwrap();
        assert!(matches!(again, Claim::Held { until, .. } if until == at(75)));
    }

    #[tokio::test]
    async fn whoever_did_not_let_go_adds_nothing_to_the_journal_of_another() {
        let database = Database::start().await;
        let (run, late) = (database.claimed().await, end(json!("late")));
        let append = async |run: &Run, seq| database.store.append(run, seq, &late).await.unwrap();
        assert_eq!(append(&run, 1).await, Append::Done);
        database.wire.operations();
        let second = taken(database.store.claim(run.id, at(75), at(150)).await.unwrap());
        assert_eq!(database.wire.operations(), ["UpdateItem", "Query", "PutItem"]);
        assert_eq!((second.journal.len(), second.next_seq), (1, 3));
        assert_eq!(append(&run, 2).await, Append::Lost);
        let third = taken(database.store.claim(run.id, at(150), at(225)).await.unwrap());
        assert_eq!((append(&second.run, 3).await, third.next_seq), (Append::Lost, 4));
        database.store.hand_over(&third.run).await.unwrap();
        let fourth = taken(database.store.claim(run.id, at(150), at(225)).await.unwrap());
        assert_eq!(fourth.next_seq, 4, "there is nobody to fence off");
    }

    #[tokio::test]
    async fn what_the_holder_before_writes_in_the_last_moment_is_read() {
        let database = Database::start().await;
        let run = database.claimed().await;
        let header = database.item(header::key(run.id)).await.unwrap();
        let second = Run { epoch: 2, ..run.clone() };
        let read = database.store.read_whole(&header, second).await.unwrap();
        let late = end(json!("late"));
        assert_eq!(database.store.append(&run, 1, &late).await.unwrap(), Append::Done);
        let fenced = database.store.fence(&header, read).await.unwrap();
        assert_eq!((fenced.journal, fenced.next_seq), (vec![late], 3));
    }

    #[tokio::test]
    async fn a_run_that_sleeps_is_taken_when_there_is_something_to_do() {
        let database = Database::start().await;
        let cases = [
            ("before it wakes", 600, 599, false, Some(600)),
            ("when it wakes", 600, 600, false, None),
            ("when it is cancelled", 600, 200, true, None),
            ("when its deadline comes first", 5000, 200, false, Some(2700)),
            ("at its deadline", 5000, 2700, false, None),
        ];
        for (name, wake_in, now_in, cancel, asleep_for) in cases {
            let run = database.claimed().await;
            database.store.sleep(&run, at(wake_in), None).await.unwrap();
            if cancel {
                database.store.request_cancel(run.id, &run.workspace).await.unwrap();
            }
            let claim = database.store.claim(run.id, at(now_in), at(9999)).await.unwrap();
            if let Some(seconds) = asleep_for {
                let slept = matches!(claim, Claim::Asleep { until, .. } if until == at(seconds));
                assert!(slept, "{name}");
            } else {
                let run = taken(claim).run;
                assert_eq!((run.status, run.wake_at), (Status::Running, None), "{name}");
                assert_eq!(run.cancel_requested, cancel, "{name}");
            }
        }
    }

    #[tokio::test]
    async fn a_run_that_is_to_begin_later_is_taken_then() {
        let database = Database::start().await;
        for (name, now_in, cancel, is_asleep) in [
            ("before", 599, false, true),
            ("then", 600, false, false),
            ("before, cancelled", 1, true, false),
        ] {
            let (run_at, wake_at) = (Some(at(600)), Some(at(600)));
            let run = Run { run_at, wake_at, deadline: at(3300), ..queued() };
            database.store.insert(&run, &json!({})).await.unwrap();
            if cancel {
                database.store.request_cancel(run.id, &run.workspace).await.unwrap();
            }
            let claim = database.store.claim(run.id, at(now_in), at(9999)).await.unwrap();
            if is_asleep {
                let slept = matches!(claim, Claim::Asleep { until, .. } if until == at(600));
                assert!(slept, "{name}");
            } else {
                let run = taken(claim).run;
                assert_eq!((run.run_at, run.wake_at), (Some(at(600)), None), "{name}");
            }
        }
    }

    #[tokio::test]
    async fn a_run_behind_its_gate_is_taken_by_who_knows_its_turn_or_to_be_ended() {
        let database = Database::start().await;
        let cases = [
            ("before its turn", 0, false, false, false),
            ("at its turn", 0, false, true, true),
            ("when it is cancelled", 0, true, false, true),
            ("at its deadline", 2700, false, false, true),
        ];
        for (name, now_in, cancel, admitted, is_taken) in cases {
            let run = Run { gated: true, ..queued() };
            database.store.insert(&run, &json!({})).await.unwrap();
            if cancel {
                database.store.request_cancel(run.id, &run.workspace).await.unwrap();
            }
            let (now, lease_until) = (at(now_in), at(now_in + 75));
            let claim = if admitted {
                database.store.claim_admitted(run.id, now, lease_until).await.unwrap()
            } else {
                database.store.claim(run.id, now, lease_until).await.unwrap()
            };
            if is_taken {
                let held = taken(claim).run;
                assert_eq!((held.status, held.gated), (Status::Running, false), "{name}");
                let again = database.store.claim(run.id, now, lease_until).await.unwrap();
                assert!(matches!(again, Claim::Held { .. }), "{name}");
            } else {
                assert!(matches!(claim, Claim::Gated(found) if *found == run), "{name}");
            }
        }
    }

    #[tokio::test]
    async fn a_run_that_ended_or_never_was_is_not_taken() {
        let database = Database::start().await;
        let run = database.claimed().await;
        database.store.finish(&run, 1, &end(json!(1)), Event::Complete, at(3), None).await.unwrap();
        let claim = |id| database.store.claim(id, at(9999), at(9999));
        let ended = claim(run.id).await.unwrap();
        assert!(
            matches!(&ended, Claim::Ended(run) if run.status == Status::Completed),
            "{ended:?}"
        );
        let missing = claim(queued().id).await.unwrap();
        assert!(matches!(missing, Claim::Missing), "{missing:?}");
    }
}
