//! Runs in flight, where they are limited: one item for each limit, with a slot for each run that has not ended. A slot
//! is taken before its run is stored and given back after the run's end is. What dies in between leaves a slot behind,
//! which whoever finds no other looks for.
//!
//! A slot of 46 bytes makes an item of 1,000 slots 46 KB, of the 400 KB that an item may have (DynamoDB quotas). What
//! limits the limit is that every change is billed on the whole item: 46 write units of the 1,000 a second that a
//! partition bears, so ten runs a second can start and end under such a limit, and 500 a second under one of 20.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_sdk_dynamodb::types::AttributeValue;
use futures::future::try_join_all;

use super::{
    Error,
    client::{Condition, Store, Write},
    item::{self, Item, MAIN, number, time},
};
use crate::model::{
    MaxRuns, RunId, Timestamp, WorkspaceId,
    limits::{MAX_INVOCATION, RUN_RETENTION},
};

/// Whose runs are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slotted<'r> {
    /// All of a workspace.
    Workspace(&'r WorkspaceId),
    /// A flow's, by its name.
    Flow(&'r WorkspaceId, &'r str),
}

/// How long a run may take from its slot to its header; one that has none by then never had.
const STORED_WITHIN: Duration = Duration::from_mins(1);

/// How many slots are looked at for one that is left behind, each of which costs a read.
const LOOKED_AT: usize = 16;

/// How often one process looks: whoever asks a thousand times a second causes no more reads.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Most limits whose last look a process remembers.
const MAX_KNOWN: usize = 10_000;

/// The slots, and when this process last looked for one that was left behind. Cloning shares all of it.
#[derive(Clone, Debug)]
pub struct Slots {
    store: Store,
    looked_at: Arc<Mutex<HashMap<String, Timestamp>>>,
}

impl Slots {
    /// The slots in `store`.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store, looked_at: Arc::default() }
    }

    /// Takes a slot for `run`, unless it has one. False when all are taken. One write as a rule.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe.
    pub async fn take(
        &self,
        slotted: Slotted<'_>,
        run: RunId,
        max: MaxRuns,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let pk = partition(slotted);
        loop {
            let Some(taken) = self.try_take(&pk, run, max, now).await? else { return Ok(true) };
            if !self.may_look(&pk, now) || !self.free_abandoned(&pk, taken, now).await? {
                return Ok(false);
            }
        }
    }

    /// Gives the slot of `run` back, if it has one.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe, and whoever finds no slot makes up for one that never comes.
    pub async fn give_back(&self, slotted: Slotted<'_>, run: RunId) -> Result<(), Error> {
        let expression = "attribute_exists(#slots.#run)";
        let condition = Condition { expression, values: Vec::new() };
        self.change(&partition(slotted), "REMOVE #slots.#run", run, condition).await?;
        Ok(())
    }

    /// The slots that are taken, where none is left for `run`.
    async fn try_take(
        &self,
        pk: &str,
        run: RunId,
        max: MaxRuns,
        now: Timestamp,
    ) -> Result<Option<Vec<(RunId, Timestamp)>>, Error> {
        let expires_at = number(now.after(RUN_RETENTION).as_secs());
        loop {
            let values = vec![
                (":since", time(now)),
                (":max", number(max.get())),
                (":expires_at", expires_at.clone()),
            ];
            let expression = "attribute_exists(#slots.#run) OR size(#slots) < :max";
            let update = "SET #slots.#run = :since, #expires_at = :expires_at";
            let write = self.change(pk, update, run, Condition { expression, values }).await?;
            let Write::Refused(item) = write else { return Ok(None) };
            if let Some(taken) = item.as_ref().and_then(read) {
                return Ok(Some(taken));
            }
            let first = HashMap::from([(run.to_string(), time(now))]);
            let values =
                vec![(":first", AttributeValue::M(first)), (":expires_at", expires_at.clone())];
            let expression = "attribute_not_exists(#slots)";
            let update = "SET #slots = :first, #expires_at = :expires_at";
            let (table, key) = (&self.store.tables.runs, item::key(pk, MAIN));
            let condition = Condition { expression, values };
            // Refused: another was first by a moment, and there is a map to write into.
            if let Write::Done(_) = self.store.update(table, key, update, condition).await? {
                return Ok(None);
            }
        }
    }

    /// Frees what runs have left behind that ended, or were never stored; whether there was any. Looks at some of the
    /// slots, at others a second later.
    async fn free_abandoned(
        &self,
        pk: &str,
        mut taken: Vec<(RunId, Timestamp)>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        taken.sort();
        let parts: Vec<_> = taken.chunks(LOOKED_AT).collect();
        let second = usize::try_from(now.as_secs()).unwrap_or_default();
        let part = parts.get(second.checked_rem(parts.len()).unwrap_or_default());
        let freed = part.copied().unwrap_or_default().iter().map(async |(run, since)| {
            let is_abandoned = match self.store.look(*run).await? {
                // One that nobody has come back to by then has no message, because its start was never acknowledged.
                Some(stored) => {
                    stored.status.is_terminal() || now > stored.deadline.after(MAX_INVOCATION)
                }
                None => now.since(*since) > STORED_WITHIN,
            };
            if !is_abandoned {
                return Ok(false);
            }
            // Not one that was taken anew for a start that is being made up for.
            let expression = "#slots.#run = :since";
            let condition = Condition { expression, values: vec![(":since", time(*since))] };
            self.change(pk, "REMOVE #slots.#run", *run, condition).await?;
            Ok::<_, Error>(true)
        });
        Ok(try_join_all(freed).await?.contains(&true))
    }

    async fn change(
        &self,
        pk: &str,
        update: &str,
        run: RunId,
        condition: Condition,
    ) -> Result<Write, Error> {
        let (table, key) = (&self.store.tables.runs, item::key(pk, MAIN));
        let member = Some(("#run", run.to_string()));
        self.store.update_member(table, key, update, condition, member).await
    }

    fn may_look(&self, pk: &str, now: Timestamp) -> bool {
        let mut looked_at = self.looked_at.lock().unwrap_or_else(PoisonError::into_inner);
        if looked_at.get(pk).is_some_and(|last| now.since(*last) < LOOK_EVERY) {
            return false;
        }
        if looked_at.len() >= MAX_KNOWN {
            looked_at.clear();
        }
        looked_at.insert(pk.to_owned(), now);
        true
    }
}

fn partition(slotted: Slotted<'_>) -> String {
    match slotted {
        Slotted::Workspace(id) => format!("SLOTS#WORKSPACE#{id}"),
        Slotted::Flow(workspace, name) => format!("SLOTS#FLOW#{workspace}#{name}"),
    }
}

/// The slots that an item holds, unless it never held one. One that cannot be read is nobody's.
fn read(item: &Item) -> Option<Vec<(RunId, Timestamp)>> {
    let slots = item.get("slots")?.as_m().ok()?;
    let slots = slots.iter().filter_map(|(run, since)| {
        let since = since.as_n().ok()?.parse().ok()?;
        Some((run.parse().ok()?, Timestamp::from_millis(since)))
    });
    Some(slots.collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        model::{Event, Run},
        store::fixture::{Database, Fault, at, end, queued},
    };

    fn most(count: u32) -> MaxRuns {
        count.to_string().parse().unwrap()
    }

    struct Bed {
        database: Database,
        slots: Slots,
        workspace: WorkspaceId,
    }

    impl Bed {
        async fn new() -> Self {
            let database = Database::start().await;
            let slots = Slots::new(database.store.clone());
            Self { database, slots, workspace: "demo".parse().unwrap() }
        }

        async fn take(&self, run: &Run, max: u32, seconds: u64) -> bool {
            let slotted = Slotted::Workspace(&self.workspace);
            self.slots.take(slotted, run.id, most(max), at(seconds)).await.unwrap()
        }

        async fn give_back(&self, run: &Run) {
            self.slots.give_back(Slotted::Workspace(&self.workspace), run.id).await.unwrap();
        }

        async fn store(&self, run: &Run) {
            self.database.store.insert(run, &json!({})).await.unwrap();
        }

        async fn end(&self, run: &Run) {
            let last = end(json!(1));
            self.database.store.finish(run, 1, &last, Event::Fail, at(100), None).await.unwrap();
        }
    }

    #[tokio::test]
    async fn slots_are_taken_to_the_last_and_given_back() {
        let bed = Bed::new().await;
        let runs = [(); 4].map(|()| queued());
        bed.give_back(&runs[0]).await;
        bed.database.wire.meet(Fault::LoseAnswer);
        for (run, taken) in runs.iter().zip([true, true, true, false]) {
            assert_eq!(bed.take(run, 3, 0).await, taken);
        }
        // A run has one slot, however often it asks.
        assert!(bed.take(&runs[1], 3, 0).await);
        for _ in 0..2 {
            bed.give_back(&runs[1]).await;
        }
        assert!(bed.take(&runs[3], 3, 0).await);
        assert!(!bed.take(&runs[1], 3, 0).await);
        // A limit that is lowered leaves those be that are in flight.
        bed.give_back(&runs[3]).await;
        assert!(!bed.take(&runs[3], 2, 0).await);
        assert!(bed.take(&runs[3], 4, 0).await);
    }

    #[tokio::test]
    async fn a_slot_is_one_write_to_take_and_one_to_give_back() {
        let bed = Bed::new().await;
        assert!(bed.take(&queued(), 3, 0).await);
        bed.database.wire.operations();
        let run = queued();
        assert!(bed.take(&run, 3, 0).await);
        bed.give_back(&run).await;
        assert_eq!(bed.database.wire.operations(), ["UpdateItem", "UpdateItem"]);
    }

    #[tokio::test]
    async fn flows_and_workspaces_have_slots_of_their_own() {
        let bed = Bed::new().await;
        let other = "other".parse().unwrap();
        for slotted in [
            Slotted::Workspace(&bed.workspace),
            Slotted::Workspace(&other),
            Slotted::Flow(&bed.workspace, "hello"),
            Slotted::Flow(&other, "hello"),
            Slotted::Flow(&other, "bye"),
        ] {
            for taken in [true, false] {
                let slot = bed.slots.take(slotted, queued().id, most(1), at(0)).await.unwrap();
                assert_eq!(slot, taken, "{slotted:?}");
            }
        }
    }

    #[tokio::test]
    async fn what_an_ended_run_left_behind_is_found_and_what_goes_on_is_left_alone() {
        let bed = Bed::new().await;
        let (goes_on, ended) = (queued(), queued());
        for run in [&goes_on, &ended] {
            assert!(bed.take(run, 2, 0).await);
            bed.store(run).await;
        }
        assert!(!bed.take(&queued(), 2, 100).await);
        bed.end(&ended).await;
        // Looked a moment ago.
        assert!(!bed.take(&queued(), 2, 100).await);
        assert!(bed.take(&queued(), 2, 101).await);
        assert!(!bed.take(&queued(), 2, 103).await);
    }

    #[tokio::test]
    async fn a_run_that_was_never_stored_has_its_slot_for_a_minute() {
        let bed = Bed::new().await;
        let cut_off = queued();
        assert!(bed.take(&cut_off, 1, 0).await);
        assert!(!bed.take(&queued(), 1, 60).await);
        // Its start is made up for in the last moment, under the same id.
        assert!(bed.take(&cut_off, 1, 61).await);
        assert!(!bed.take(&queued(), 1, 70).await);
        assert!(bed.take(&queued(), 1, 122).await);
    }

    #[tokio::test]
    async fn a_run_that_nobody_ends_has_its_slot_until_long_after_its_deadline() {
        let bed = Bed::new().await;
        let lost = queued();
        assert!(bed.take(&lost, 1, 0).await);
        bed.store(&lost).await;
        let deadline_s = lost.deadline.since(at(0)).as_secs();
        assert!(!bed.take(&queued(), 1, deadline_s + 900).await);
        assert!(bed.take(&queued(), 1, deadline_s + 901).await);
    }

    #[tokio::test]
    async fn every_slot_is_looked_at_in_time() {
        let bed = Bed::new().await;
        let mut runs = Vec::new();
        for _ in 0..50 {
            let run = queued();
            assert!(bed.take(&run, 50, 0).await);
            bed.store(&run).await;
            runs.push(run);
        }
        for run in &runs[..3] {
            bed.end(run).await;
        }
        let mut taken = 0;
        for second in 100..110 {
            taken += usize::from(bed.take(&queued(), 50, second).await);
        }
        assert_eq!(taken, 3);
    }

    #[tokio::test]
    async fn many_at_once_take_as_many_as_there_are() {
        let bed = Bed::new().await;
        let processes = [(); 4].map(|()| Slots::new(bed.database.store.clone()));
        let callers = (0..100).map(|number: usize| {
            let slotted = Slotted::Workspace(&bed.workspace);
            processes[number % 4].take(slotted, queued().id, most(37), at(0))
        });
        let taken = futures::future::join_all(callers).await;
        assert_eq!(taken.into_iter().filter(|taken| *taken.as_ref().unwrap()).count(), 37);
    }
}
