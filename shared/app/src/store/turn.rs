//! Whose turn it is, of the firings of a schedule that lets no two runs overlap: one small item a
//! trigger, which names the run that has it.

use super::{
    Error,
    client::{Condition, Store, Write},
    item::{self, Item, MAIN, Reader, number, text, time},
};
use crate::model::{RunId, Timestamp, TriggerId, WorkspaceId, limits::RUN_RETENTION};

/// Which firing had the turn last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Its run, which may not be stored yet, or never.
    pub run: RunId,
    /// The moment of the firing.
    pub scheduled_at: Timestamp,
    /// The moment of the latest firing that was skipped, if one was.
    pub skipped_at: Option<Timestamp>,
}

fn key(workspace: &WorkspaceId, trigger: &TriggerId) -> Item {
    item::key(format!("TURN#{workspace}#{trigger}"), MAIN)
}

fn read(item: &Item) -> Result<Turn, Error> {
    let stored = Reader::new(item, "turn");
    Ok(Turn {
        run: stored.parse("run")?,
        scheduled_at: stored.time("scheduled_at")?,
        skipped_at: stored.optional_time("skipped_at"),
    })
}

impl Store {
    /// Who had the turn last. `None` when nobody has had it yet.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn turn(
        &self,
        workspace: &WorkspaceId,
        trigger: &TriggerId,
    ) -> Result<Option<Turn>, Error> {
        self.get(&self.tables.runs, key(workspace, trigger)).await?.as_ref().map(read).transpose()
    }

    /// Gives the turn to the firing of `run`, unless somebody took it after `last` had it. False then.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe.
    pub async fn take_turn(
        &self,
        workspace: &WorkspaceId,
        trigger: &TriggerId,
        run: RunId,
        scheduled_at: Timestamp,
        last: Option<RunId>,
    ) -> Result<bool, Error> {
        // What it names is gone by then.
        let expires_at = number(scheduled_at.after(RUN_RETENTION).as_secs());
        let mut values = vec![
            (":run", text(run.to_string())),
            (":scheduled_at", time(scheduled_at)),
            (":expires_at", expires_at),
        ];
        let expression = match last {
            None => "attribute_not_exists(#run)",
            Some(last) => {
                values.push((":last", text(last.to_string())));
                "#run = :last"
            }
        };
        let update = "SET #run = :run, #scheduled_at = :scheduled_at, #expires_at = :expires_at";
        let (key, condition) = (key(workspace, trigger), Condition { expression, values });
        Ok(match self.update(&self.tables.runs, key, update, condition).await? {
            Write::Done(_) => true,
            // Ours, when an answer was lost on the way, or when another delivery took it for us.
            Write::Refused(Some(stored)) => read(&stored)?.run == run,
            Write::Refused(None) => false,
        })
    }

    /// Notes that the firing of `scheduled_at` was skipped.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe.
    pub async fn note_skip(
        &self,
        workspace: &WorkspaceId,
        trigger: &TriggerId,
        scheduled_at: Timestamp,
    ) -> Result<(), Error> {
        let condition = Condition {
            expression: "attribute_exists(#run)",
            values: vec![(":skipped_at", time(scheduled_at))],
        };
        let update = "SET #skipped_at = :skipped_at";
        self.update(&self.tables.runs, key(workspace, trigger), update, condition).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture::{Database, Fault, at, queued};

    #[tokio::test]
    async fn a_turn_goes_from_one_run_to_the_next_and_not_past_another() {
        let database = Database::start().await;
        let (workspace, trigger) = ("demo".parse().unwrap(), "report".parse().unwrap());
        let [first, second, third] = [(); 3].map(|()| queued().id);
        assert_eq!(database.store.turn(&workspace, &trigger).await.unwrap(), None);
        for (run, last, taken) in [
            (first, None, true),
            (first, None, true),
            (second, None, false),
            (second, Some(first), true),
            (third, Some(first), false),
            (third, Some(second), true),
        ] {
            database.wire.meet(Fault::LoseAnswer);
            let turn = database.store.take_turn(&workspace, &trigger, run, at(60), last);
            assert_eq!(turn.await.unwrap(), taken, "{run} after {last:?}");
        }
        let turn = Turn { run: third, scheduled_at: at(60), skipped_at: None };
        assert_eq!(database.store.turn(&workspace, &trigger).await.unwrap(), Some(turn));
    }

    #[tokio::test]
    async fn a_skip_is_noted_and_stays_when_the_turn_goes_on() {
        let database = Database::start().await;
        let (workspace, trigger) = ("demo".parse().unwrap(), "report".parse().unwrap());
        let [first, second] = [(); 2].map(|()| queued().id);
        database.store.note_skip(&workspace, &trigger, at(0)).await.unwrap();
        assert_eq!(database.store.turn(&workspace, &trigger).await.unwrap(), None);
        let take =
            |run, time, last| database.store.take_turn(&workspace, &trigger, run, time, last);
        assert!(take(first, at(0), None).await.unwrap());
        database.store.note_skip(&workspace, &trigger, at(60)).await.unwrap();
        assert!(take(second, at(120), Some(first)).await.unwrap());
        let turn = database.store.turn(&workspace, &trigger).await.unwrap().unwrap();
        assert_eq!((turn.run, turn.skipped_at), (second, Some(at(60))));
    }
}
