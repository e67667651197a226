//! Taking a run to execute it.

use serde_json::Value;

use super::{
    Error,
    client::{Condition, Store, Write},
    codec,
    header::{self, Nonce},
    insert::nonce,
    item::{Item, Reader, binary, number, text, time},
    journal,
};
use crate::model::{JournalEntry, Run, RunId, Status, Timestamp};

/// A run in its caller's hands, with all that is needed to go on with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimed {
    /// Its header, under the epoch of this claim.
    pub run: Run,
    /// Its input.
    pub input: Value,
    /// What it remembers, in order.
    pub journal: Vec<JournalEntry>,
    /// The number of the next append.
    pub next_seq: u64,
}

/// What became of a claim.
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// The caller holds it until `lease_until`.
    Taken(Box<Claimed>),
    /// Somebody else holds it.
    Held {
        /// Until then at least.
        until: Timestamp,
        /// Its header.
        run: Box<Run>,
    },
    /// It waits.
    Asleep {
        /// When it wakes, or reaches its deadline.
        until: Timestamp,
        /// Its header.
        run: Box<Run>,
    },
    /// It ended.
    Ended(Status),
    /// There is no such run, or not yet.
    Missing,
}

const TAKE: &str = "SET #status = :running, #epoch = #epoch + :one, #lease_until = :lease, \
    #holder = :holder REMOVE #wake_at";

const FREE: &str = "#lease_until <= :now AND (#status IN (:queued, :running) OR (#status = :waiting \
    AND (#wake_at <= :now OR #deadline <= :now OR #cancel = :true)))";

impl Store {
    /// Takes a run that nobody holds and that has something to do: one update, and for a run that
    /// was claimed before or has a large input the reading of its journal.
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
                (":true", aws_sdk_dynamodb::types::AttributeValue::Bool(true)),
            ],
        };
        match self.update(&self.tables.runs, header::key(id), TAKE, free).await? {
            Write::Done(header) => self.take(header).await,
            Write::Refused(None) => Ok(Claim::Missing),
            // Ours, when an answer was lost on the way.
            Write::Refused(Some(header)) if is_held_by(&header, holder) => self.take(header).await,
            Write::Refused(Some(header)) => Ok(refused(header::read(&header)?, now)),
        }
    }

    async fn take(&self, header: Item) -> Result<Claim, Error> {
        let run = header::read(&header)?;
        let inline = Reader::new(&header, "input").optional_binary("input");
        let mut input = inline.map(|stored| codec::decode(stored, "input")).transpose()?;
        let (mut journal, mut next_seq) = (Vec::new(), 1);
        // Before its first claim nobody wrote to a run's journal but its input.
        if run.epoch > 1 || input.is_none() {
            for item in self.journal_items(run.id).await? {
                let seq = journal::seq(Reader::new(&item, "journal entry"))?;
                if seq == 0 {
                    input = Some(self.whole_input(run.id, &item).await?);
                } else {
                    journal.push(self.whole_entry(run.id, &item).await?);
                    next_seq = seq + 1;
                }
            }
        }
        let input = input.ok_or(Error::Corrupt { what: "input" })?;
        Ok(Claim::Taken(Box::new(Claimed { run, input, journal, next_seq })))
    }

    async fn journal_items(&self, id: RunId) -> Result<Vec<Item>, Error> {
        let query = self
            .client
            .query()
            .table_name(&self.tables.runs)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND begins_with(sk, :journal)")
            .expression_attribute_values(":pk", text(header::partition(id)))
            .expression_attribute_values(":journal", text("J#"));
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let page = query.clone().set_exclusive_start_key(start).send().await?;
            items.extend(page.items.unwrap_or_default());
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(items);
            }
        }
    }
}

fn is_held_by(header: &Item, holder: Nonce) -> bool {
    Reader::new(header, "run").optional_binary("holder") == Some(&holder)
}

fn refused(run: Run, now: Timestamp) -> Claim {
    if run.status.is_terminal() {
        Claim::Ended(run.status)
    } else if run.status == Status::Waiting && run.lease_until <= now {
        let until = run.wake_at.unwrap_or(run.deadline).min(run.deadline);
        Claim::Asleep { until, run: Box::new(run) }
    } else {
        Claim::Held { until: run.lease_until, run: Box::new(run) }
    }
}
