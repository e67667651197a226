//! The end of a run: exactly once.

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};

use super::{
    Error,
    client::{Condition, Store, Write, names, values},
    header,
    item::{Item, Reader, binary, number, text, time},
    journal::Packed,
};
use crate::model::{Event, JournalEntry, Run, Status, Timestamp, next};

/// What became of a completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// The run ended as the caller says.
    Done,
    /// Somebody else holds the run, or ended it. Nothing was written.
    Lost,
}

/// The caller's claim is the latest, and the run is as the caller saw it.
const UNCHANGED: &str = "#epoch = :epoch AND #status = :was";

impl Store {
    /// Ends a run with its last `entry`, which holds the end and is number `seq` if it needs an
    /// item of its own; a small one rides in the header. `run.status` is what the caller saw.
    ///
    /// # Errors
    /// [`Error::TooLarge`] for an entry that cannot be stored: end the run with a smaller one. An
    /// `event` that cannot happen to such a run is [`Error::Internal`]. After
    /// [`Error::Unavailable`], the same call with the same `ended_at` is safe.
    pub async fn finish(
        &self,
        run: &Run,
        seq: u64,
        entry: &JournalEntry,
        event: Event,
        ended_at: Timestamp,
    ) -> Result<Finish, Error> {
        let status = next(run.status, event).map_err(Error::internal)?;
        let packed = Packed::of(entry)?;
        let room = header::room(run).last_bytes;
        let small = match &packed {
            Packed { inline: Some(inline), bulk: None } if inline.len() <= room => Some(inline),
            _ => None,
        };
        let unchanged = unchanged(run, status, ended_at, small);
        let update = if small.is_some() {
            "SET #status = :status, #ended_at = :ended, #last = :last REMOVE #wake_at"
        } else {
            "SET #status = :status, #ended_at = :ended REMOVE #wake_at"
        };
        let stored = if small.is_some() {
            match self.update(&self.tables.runs, header::key(run.id), update, unchanged).await? {
                Write::Done(_) => return Ok(Finish::Done),
                Write::Refused(stored) => stored,
            }
        } else {
            self.put_bulk(run, seq, &packed).await?;
            let entry = self.put_new(packed.item(run, seq))?;
            let header = self.update_header(run, update, unchanged)?;
            if self.transact(vec![entry, header]).await? {
                return Ok(Finish::Done);
            }
            self.get(&self.tables.runs, header::key(run.id)).await?
        };
        let ours = match &stored {
            Some(header) => is_ours(header, run, status, ended_at, small)?,
            None => false,
        };
        Ok(if ours { Finish::Done } else { Finish::Lost })
    }

    fn update_header(
        &self,
        run: &Run,
        update: &str,
        condition: Condition,
    ) -> Result<TransactWriteItem, Error> {
        let update = Update::builder()
            .table_name(&self.tables.runs)
            .set_key(Some(header::key(run.id)))
            .update_expression(update)
            .condition_expression(condition.expression)
            .set_expression_attribute_names(names(&[update, condition.expression]))
            .set_expression_attribute_values(values(condition.values))
            .build()
            .map_err(Error::internal)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

fn unchanged(run: &Run, status: Status, ended_at: Timestamp, last: Option<&Vec<u8>>) -> Condition {
    let mut values = vec![
        (":epoch", number(run.epoch)),
        (":was", text(run.status.as_str())),
        (":status", text(status.as_str())),
        (":ended", time(ended_at)),
    ];
    values.extend(last.map(|last| (":last", binary(last.clone()))));
    Condition { expression: UNCHANGED, values }
}

/// Whether a stored header is the one that we just wrote and got no answer for.
fn is_ours(
    header: &Item,
    run: &Run,
    status: Status,
    ended_at: Timestamp,
    last: Option<&Vec<u8>>,
) -> Result<bool, Error> {
    let stored = header::read(header)?;
    let stored_last = Reader::new(header, "run").optional_binary("last");
    Ok((stored.epoch, stored.status, stored.ended_at) == (run.epoch, status, Some(ended_at))
        && stored_last == last.map(Vec::as_slice))
}
