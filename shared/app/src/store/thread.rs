//! The line of a thread: its runs that have yet to end, in the order in which they came. One small item a thread,
//! which only the database puts in order: whose write it took first came first.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{
    Error,
    client::{Condition, Store, Write},
    item::{self, Item, MAIN, Reader, number, text, time},
};
use crate::model::{
    RunId, ThreadId, Timestamp, WorkspaceId,
    limits::{MAX_THREAD_LINE, RUN_RETENTION},
};

/// Who has yet to end in a thread, the first of whom has the thread. One that is named may have ended since, or be
/// stored in a moment, or never.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The runs, in order.
    pub runs: Vec<RunId>,
    /// When somebody last sent a message for the sake of the first one, which seemed to have none.
    pub nudged_at: Option<Timestamp>,
}

/// What became of the wish to enter a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entered {
    /// The run is in it, now or from before.
    In(Line),
    /// As many wait as may: these.
    Full(Line),
}

fn key(workspace: &WorkspaceId, thread: &ThreadId) -> Item {
    item::key(format!("THREAD#{workspace}#{thread}"), MAIN)
}

fn read(item: &Item) -> Result<Line, Error> {
    let stored = Reader::new(item, "line of a thread");
    let runs = item.get("line").and_then(|line| line.as_l().ok()).into_iter().flatten();
    let run = |value: &AttributeValue| value.as_s().ok()?.parse().ok();
    let runs =
        runs.map(|value| run(value).ok_or_else(|| stored.corrupt())).collect::<Result<_, _>>()?;
    Ok(Line { runs, nudged_at: stored.optional_time("nudged_at") })
}

impl Store {
    /// Who waits in a thread. Nobody where there is no such thread.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn line(&self, workspace: &WorkspaceId, thread: &ThreadId) -> Result<Line, Error> {
        let item = self.get(&self.tables.runs, key(workspace, thread)).await?;
        item.as_ref().map_or_else(|| Ok(Line::default()), read)
    }

    /// Puts a run at the end of its thread's line, unless it is in it: one update.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe.
    pub async fn enter_line(
        &self,
        workspace: &WorkspaceId,
        thread: &ThreadId,
        run: RunId,
        now: Timestamp,
    ) -> Result<Entered, Error> {
        let own = text(run.to_string());
        let room = Condition {
            expression: "NOT contains(#line, :own) AND (attribute_not_exists(#line) OR size(#line) < :max)",
            values: vec![
                (":own", own.clone()),
                (":last", AttributeValue::L(vec![own])),
                (":empty", AttributeValue::L(Vec::new())),
                (":max", number(MAX_THREAD_LINE)),
                (":expires_at", number(now.after(RUN_RETENTION).as_secs())),
            ],
        };
        let update = "SET #line = list_append(if_not_exists(#line, :empty), :last), #expires_at = :expires_at";
        match self.update(&self.tables.runs, key(workspace, thread), update, room).await? {
            Write::Done(item) => read(&item).map(Entered::In),
            Write::Refused(item) => {
                let line = read(&item.unwrap_or_default())?;
                Ok(if line.runs.contains(&run) { Entered::In(line) } else { Entered::Full(line) })
            }
        }
    }

    /// Takes a run that has ended, or never was, from the head of its thread's line, unless it is not there. The
    /// line as it is then.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe.
    pub async fn leave_line(
        &self,
        workspace: &WorkspaceId,
        thread: &ThreadId,
        run: RunId,
    ) -> Result<Line, Error> {
        let first = Condition {
            expression: "#line[0] = :own",
            values: vec![(":own", text(run.to_string()))],
        };
        let update = "REMOVE #line[0], #nudged_at";
        match self.update(&self.tables.runs, key(workspace, thread), update, first).await? {
            Write::Done(item) => read(&item),
            Write::Refused(item) => item.as_ref().map_or_else(|| Ok(Line::default()), read),
        }
    }

    /// Notes that a message is sent now for the sake of `run`, which is first, if the latest one that was noted is that
    /// of `last`. False when `run` is not first, or somebody was faster.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe.
    pub async fn note_nudge(
        &self,
        workspace: &WorkspaceId,
        thread: &ThreadId,
        run: RunId,
        now: Timestamp,
        last: Option<Timestamp>,
    ) -> Result<bool, Error> {
        let mut values = vec![(":own", text(run.to_string())), (":now", time(now))];
        let expression = match last {
            None => "#line[0] = :own AND attribute_not_exists(#nudged_at)",
            Some(last) => {
                values.push((":last", time(last)));
                "#line[0] = :own AND #nudged_at = :last"
            }
        };
        let (key, due) = (key(workspace, thread), Condition { expression, values });
        let noted = self.update(&self.tables.runs, key, "SET #nudged_at = :now", due).await?;
        Ok(matches!(noted, Write::Done(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture::{Database, Fault, START, at, queued};

    fn names() -> (WorkspaceId, ThreadId) {
        ("demo".parse().unwrap(), "talk".parse().unwrap())
    }

    fn runs(entered: Entered) -> Vec<RunId> {
        match entered {
            Entered::In(line) => line.runs,
            Entered::Full(_) => panic!("the line is full"),
        }
    }

    #[tokio::test]
    async fn runs_stand_in_line_in_the_order_in_which_they_came_and_once_each() {
        let database = Database::start().await;
        let (workspace, thread) = names();
        let [first, second] = [(); 2].map(|()| queued().id);
        for (run, expected) in [
            (first, vec![first]),
            (first, vec![first]),
            (second, vec![first, second]),
            (first, vec![first, second]),
        ] {
            database.wire.meet(Fault::LoseAnswer);
            let entered = database.store.enter_line(&workspace, &thread, run, START).await;
            assert_eq!(runs(entered.unwrap()), expected);
        }
        let other = "other".parse().unwrap();
        for (workspace, thread, expected) in
            [(&workspace, &thread, vec![first, second]), (&workspace, &other, Vec::new())]
        {
            assert_eq!(database.store.line(workspace, thread).await.unwrap().runs, expected);
        }
    }

    #[tokio::test]
    async fn only_the_first_can_be_taken_from_a_line() {
        let database = Database::start().await;
        let (workspace, thread) = names();
        let [first, second] = [(); 2].map(|()| queued().id);
        let leave = |run| database.store.leave_line(&workspace, &thread, run);
        assert_eq!(leave(first).await.unwrap(), Line::default());
        for run in [first, second] {
            database.store.enter_line(&workspace, &thread, run, START).await.unwrap();
        }
        assert_eq!(leave(second).await.unwrap().runs, [first, second]);
        database.wire.meet(Fault::LoseAnswer);
        assert_eq!(leave(first).await.unwrap().runs, [second]);
        assert_eq!(leave(first).await.unwrap().runs, [second]);
        assert_eq!(leave(second).await.unwrap().runs, []);
        let entered = database.store.enter_line(&workspace, &thread, first, START).await;
        assert_eq!(runs(entered.unwrap()), [first]);
    }

    #[tokio::test]
    async fn a_line_takes_no_more_than_its_limit() {
        let database = Database::start().await;
        let (workspace, thread) = names();
        let enter = |run| database.store.enter_line(&workspace, &thread, run, START);
        let first = queued().id;
        enter(first).await.unwrap();
        for _ in 1..MAX_THREAD_LINE {
            assert!(matches!(enter(queued().id).await.unwrap(), Entered::In(_)));
        }
        let late = queued().id;
        let waiting = database.store.line(&workspace, &thread).await.unwrap();
        assert_eq!(waiting.runs.len() as u64, MAX_THREAD_LINE);
        assert_eq!(enter(late).await.unwrap(), Entered::Full(waiting));
        assert!(matches!(enter(first).await.unwrap(), Entered::In(_)));
        database.store.leave_line(&workspace, &thread, first).await.unwrap();
        assert_eq!(runs(enter(late).await.unwrap()).last(), Some(&late));
        let item = database.item(key(&workspace, &thread)).await.unwrap();
        assert!(item::size_bytes(&item) < 5 * 1024);
    }

    #[tokio::test]
    async fn one_nudge_at_a_time_is_noted_and_none_for_another_than_the_first() {
        let database = Database::start().await;
        let (workspace, thread) = names();
        let [first, second] = [(); 2].map(|()| queued().id);
        for run in [first, second] {
            database.store.enter_line(&workspace, &thread, run, START).await.unwrap();
        }
        for (run, last, now, noted) in [
            (second, None, at(60), false),
            (first, None, at(60), true),
            (first, None, at(61), false),
            (first, Some(at(61)), at(120), false),
            (first, Some(at(60)), at(120), true),
        ] {
            let nudge = database.store.note_nudge(&workspace, &thread, run, now, last);
            assert_eq!(nudge.await.unwrap(), noted, "{run} after {last:?}");
        }
        let left = database.store.leave_line(&workspace, &thread, first).await.unwrap();
        assert_eq!(left, Line { runs: vec![second], nudged_at: None });
    }
}
