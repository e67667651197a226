//! The batch forms of send, delete and change of visibility: the whole is refused for its form, an entry for its content.

use std::collections::HashSet;

use super::dispatch::{queue_of, sent_message};
use super::engine::Engine;
use super::error::Error;
use super::message::Outgoing;
use super::wire::{
    Batch, BatchAnswer, BatchEntry, DeleteEntry, Failed, MessageRequest, Nothing, SentMessage,
    Successful, VisibilityEntry,
};

/// Entries in a batch (SQS quotas, "Message batch").
const ENTRIES_MAX: usize = 10;
/// All entries of a send together (SQS quotas, "Message size").
const BATCH_MAX_BYTES: usize = 1_048_576;

pub(crate) async fn send(
    engine: &Engine,
    request: Batch<MessageRequest>,
) -> Result<BatchAnswer<SentMessage>, Error> {
    let (queue_url, ids, entries) = open(request)?;
    let outgoing: Vec<Outgoing> = entries.into_iter().map(Into::into).collect();
    let size_bytes = outgoing.iter().map(Outgoing::size_bytes).sum();
    if size_bytes > BATCH_MAX_BYTES {
        return Err(Error::BatchRequestTooLong(size_bytes));
    }
    let outcomes = engine.send_all(queue_of(&queue_url), outgoing).await?;
    Ok(close(ids, outcomes.into_iter().map(|outcome| outcome.map(sent_message))))
}

pub(crate) async fn delete(
    engine: &Engine,
    request: Batch<DeleteEntry>,
) -> Result<BatchAnswer<Nothing>, Error> {
    let (queue_url, ids, entries) = open(request)?;
    let queue = queue_of(&queue_url);
    let delete_all = |state: &mut super::state::State, _| {
        state.queue(queue)?;
        Ok(entries
            .iter()
            .map(|entry| state.delete(queue, &entry.receipt_handle))
            .collect::<Vec<_>>())
    };
    let outcomes = engine.change(delete_all).await?;
    Ok(close(ids, outcomes.into_iter().map(|outcome| outcome.map(|()| Nothing {}))))
}

pub(crate) async fn change_visibility(
    engine: &Engine,
    request: Batch<VisibilityEntry>,
) -> Result<BatchAnswer<Nothing>, Error> {
    let (queue_url, ids, entries) = open(request)?;
    let queue = queue_of(&queue_url);
    let change_all = |state: &mut super::state::State, now_ms| {
        state.queue(queue)?;
        let change = |entry: &VisibilityEntry| {
            state.change_visibility(queue, &entry.receipt_handle, entry.visibility_timeout, now_ms)
        };
        Ok(entries.iter().map(change).collect::<Vec<_>>())
    };
    let outcomes = engine.change(change_all).await?;
    Ok(close(ids, outcomes.into_iter().map(|outcome| outcome.map(|()| Nothing {}))))
}

type Opened<E> = (String, Vec<String>, Vec<E>);

fn open<E>(request: Batch<E>) -> Result<Opened<E>, Error> {
    let count = request.entries.len();
    if count == 0 {
        return Err(Error::EmptyBatchRequest);
    }
    if count > ENTRIES_MAX {
        return Err(Error::TooManyEntriesInBatchRequest(count));
    }
    let mut seen = HashSet::new();
    for BatchEntry { id, .. } in &request.entries {
        let is_allowed = |character: char| {
            character.is_ascii_alphanumeric() || character == '-' || character == '_'
        };
        if !(1..=80).contains(&id.len()) || !id.chars().all(is_allowed) {
            return Err(Error::InvalidBatchEntryId);
        }
        if !seen.insert(id.as_str()) {
            return Err(Error::BatchEntryIdsNotDistinct(id.clone()));
        }
    }
    let (ids, entries) = request.entries.into_iter().map(|entry| (entry.id, entry.entry)).unzip();
    Ok((request.queue_url, ids, entries))
}

fn close<T>(ids: Vec<String>, outcomes: impl Iterator<Item = Result<T, Error>>) -> BatchAnswer<T> {
    let mut answer = BatchAnswer { successful: Vec::new(), failed: Vec::new() };
    for (id, outcome) in ids.into_iter().zip(outcomes) {
        match outcome {
            Ok(result) => answer.successful.push(Successful { id, answer: result }),
            Err(error) => answer.failed.push(Failed {
                id,
                sender_fault: error.is_senders_fault(),
                code: error.code(),
                message: error.to_string(),
            }),
        }
    }
    answer
}
