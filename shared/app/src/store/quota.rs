//! How many runs a workspace has started today, where that is limited: one item a day, which counts.

use super::{
    Error,
    client::{Condition, Store, Write},
    item::{self, MAIN, Reader, number},
};
use crate::model::{Timestamp, WorkspaceId, limits::IDEMPOTENCY_MEMORY};

impl Store {
    /// Counts one more run of the day, in UTC, if it is one of the `max` of that day. How many of them are left then;
    /// `None` when there was none left. One write, of the 1,000 a second that an item bears.
    ///
    /// # Errors
    /// See [`Error`]. A retry may count a run twice: it never lets one through too many.
    pub async fn count_run(
        &self,
        workspace: &WorkspaceId,
        max: u32,
        now: Timestamp,
    ) -> Result<Option<u64>, Error> {
        let day: String = now.to_the_second().chars().take("2026-02-09".len()).collect();
        let key = item::key(format!("QUOTA#{workspace}#{day}"), MAIN);
        let condition = Condition {
            expression: "attribute_not_exists(#run_count) OR #run_count < :max",
            values: vec![
                (":one", number(1_u32)),
                (":max", number(max)),
                // The day is over by then.
                (":expires_at", number(now.after(IDEMPOTENCY_MEMORY * 2).as_secs())),
            ],
        };
        let update = "ADD #run_count :one SET #expires_at = :expires_at";
        let Write::Done(item) = self.update(&self.tables.runs, key, update, condition).await?
        else {
            return Ok(None);
        };
        let run_count = Reader::new(&item, "quota").number("run_count")?;
        Ok(Some(u64::from(max).saturating_sub(run_count)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture::{Database, at};

    #[tokio::test]
    async fn as_many_are_counted_as_a_day_has_and_the_next_day_begins_anew() {
        // The fixture's time starts at 23:24:39.
        const MIDNIGHT_S: u64 = 35 * 60 + 21;
        let database = Database::start().await;
        let (workspace, other) = ("demo".parse().unwrap(), "other".parse().unwrap());
        let (workspace, other): (&WorkspaceId, &WorkspaceId) = (&workspace, &other);
        for (workspace, max, seconds, left) in [
            (workspace, 2, 0, Some(1)),
            (workspace, 2, MIDNIGHT_S - 1, Some(0)),
            (workspace, 2, MIDNIGHT_S - 1, None),
            (other, 2, MIDNIGHT_S - 1, Some(1)),
            (workspace, 3, MIDNIGHT_S - 1, Some(0)),
            (workspace, 2, MIDNIGHT_S, Some(1)),
        ] {
            let counted = database.store.count_run(workspace, max, at(seconds)).await.unwrap();
            assert_eq!(counted, left, "{workspace} {seconds}");
        }
    }

    #[tokio::test]
    async fn many_at_once_are_counted_one_by_one() {
        let database = Database::start().await;
        let workspace = "demo".parse().unwrap();
        let counts = (0..30).map(|_| database.store.count_run(&workspace, 20, at(0)));
        let counted = futures::future::join_all(counts).await;
        assert_eq!(counted.into_iter().filter(|left| left.as_ref().unwrap().is_some()).count(), 20);
    }
}
