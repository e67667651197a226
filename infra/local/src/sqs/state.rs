//! All queues and what the operations do to them: one lock, no waiting, no I/O. Every change is also noted for the log.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use tokio::sync::Notify;
use uuid::Uuid;

use super::attributes::Attributes;
use super::error::Error;
use super::message::{Content, Outgoing, attributes_md5};
use super::queue::{Message, Queue};

/// The longest delay of a message (SQS quotas, "Message delay").
const DELAY_MAX_S: u32 = 900;

/// A change for the log, in the order in which it happened.
#[derive(Debug)]
pub(crate) enum Change {
    Queue {
        number: u32,
        name: Arc<str>,
        attributes: String,
        created_at_ms: u64,
        modified_at_ms: u64,
    },
    Insert {
        id: u64,
        queue: u32,
        content: Arc<Content>,
        visible_at_ms: u64,
    },
    Update {
        id: u64,
        visible_at_ms: u64,
        receive_count: u32,
        first_received_at_ms: Option<u64>,
    },
    Move {
        id: u64,
        queue: u32,
        visible_at_ms: u64,
        source: Arc<str>,
    },
    Remove {
        id: u64,
    },
    Purge {
        queue: u32,
    },
}

/// What a sender learns.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The id that the message was given.
    pub message_id: Uuid,
    /// MD5 of the body.
    pub body_md5: String,
    /// MD5 of the message attributes, where there are any.
    pub attributes_md5: Option<String>,
}

/// All queues.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) queues: HashMap<Arc<str>, Queue>,
    pub(crate) next_message: u64,
    changes: Vec<Change>,
    noted: u64,
    keeps_log: bool,
}

impl State {
    pub(crate) fn logged() -> Self {
        Self { keeps_log: true, ..Self::default() }
    }

    /// How many changes were noted so far; a caller is answered when the log has that many.
    pub(crate) fn noted(&self) -> u64 {
        self.noted
    }

    /// The changes that the log does not have yet.
    pub(crate) fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    pub(crate) fn note(&mut self, change: Change) {
        if self.keeps_log {
            self.noted += 1;
            self.changes.push(change);
        }
    }

    pub(crate) fn queue(&self, name: &str) -> Result<&Queue, Error> {
        self.queues.get(name).ok_or(Error::QueueDoesNotExist)
    }

    pub(crate) fn queue_mut(&mut self, name: &str) -> Result<&mut Queue, Error> {
        self.queues.get_mut(name).ok_or(Error::QueueDoesNotExist)
    }

    pub(crate) fn create_queue(
        &mut self,
        name: &str,
        given: &BTreeMap<String, String>,
        now_ms: u64,
    ) -> Result<(), Error> {
        let is_name = |character: char| {
            character.is_ascii_alphanumeric() || character == '-' || character == '_'
        };
        if !(1..=80).contains(&name.len()) || !name.chars().all(is_name) {
            let message = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length";
            return Err(Error::InvalidParameterValue(message.to_owned()));
        }
        let existing = self.queues.get(name);
        let mut attributes = existing.map(|queue| queue.attributes.clone()).unwrap_or_default();
        attributes.set(given)?;
        if let Some(queue) = existing {
            let before = queue.attributes.render();
            let differs = attributes
                .render()
                .into_iter()
                .find(|(name, value)| before.get(name) != Some(value));
            return differs.map_or(Ok(()), |(name, _)| Err(Error::QueueNameExists(name)));
        }
        self.check_redrive(name, &attributes)?;
        let number = self.queues.values().map(|queue| queue.number).max().unwrap_or_default() + 1;
        let name: Arc<str> = name.into();
        self.queues
            .insert(Arc::clone(&name), Queue::new(number, Arc::clone(&name), attributes, now_ms));
        self.note_queue(&name)
    }

    pub(crate) fn set_attributes(
        &mut self,
        name: &str,
        given: &BTreeMap<String, String>,
        now_ms: u64,
    ) -> Result<(), Error> {
        let mut attributes = self.queue(name)?.attributes.clone();
        attributes.set(given)?;
        self.check_redrive(name, &attributes)?;
        let queue = self.queue_mut(name)?;
        queue.attributes = attributes;
        queue.modified_at_ms = now_ms;
        self.note_queue(name)
    }

    fn check_redrive(&self, name: &str, attributes: &Attributes) -> Result<(), Error> {
        let refuse = |why| {
            Error::InvalidParameterValue(format!(
                "Value for parameter RedrivePolicy is invalid. Reason: {why}."
            ))
        };
        match &attributes.redrive {
            Some(redrive) if redrive.queue == name => {
                Err(refuse("Dead letter target owns the redrive policy"))
            }
            Some(redrive) if !self.queues.contains_key(redrive.queue.as_str()) => {
                Err(refuse("Dead letter target does not exist"))
            }
            _ => Ok(()),
        }
    }

    fn note_queue(&mut self, name: &str) -> Result<(), Error> {
        let queue = self.queue(name)?;
        let change = Change::Queue {
            number: queue.number,
            name: Arc::clone(&queue.name),
            attributes: serde_json::to_string(&queue.attributes.render()).unwrap_or_default(),
            created_at_ms: queue.created_at_ms,
            modified_at_ms: queue.modified_at_ms,
        };
        self.note(change);
        Ok(())
    }

    pub(crate) fn send(
        &mut self,
        name: &str,
        outgoing: Outgoing,
        now_ms: u64,
    ) -> Result<Sent, Error> {
        let queue = self.queues.get_mut(name).ok_or(Error::QueueDoesNotExist)?;
        outgoing.check()?;
        let maximum_bytes = queue.attributes.maximum_message_bytes;
        if outgoing.size_bytes() > usize::try_from(maximum_bytes).unwrap_or(usize::MAX) {
            let message = format!(
                "One or more parameters are invalid. Reason: Message must be shorter than {maximum_bytes} bytes."
            );
            return Err(Error::InvalidParameterValue(message));
        }
        let delay_s = outgoing.delay_s.unwrap_or(queue.attributes.delay_s);
        if delay_s > DELAY_MAX_S {
            return Err(out_of_range("DelaySeconds", delay_s, "0 to 900"));
        }
        let attributes_md5 = attributes_md5(&outgoing.attributes);
        let content = Arc::new(outgoing.into_content(now_ms));
        let sent = Sent {
            message_id: content.message_id,
            body_md5: content.body_md5.clone(),
            attributes_md5,
        };
        let visible_at_ms = now_ms + u64::from(delay_s) * 1_000;
        let (id, number) = (self.next_message, queue.number);
        self.next_message += 1;
        let message = Message {
            content: Arc::clone(&content),
            visible_at_ms,
            receive_count: 0,
            first_received_at_ms: None,
            dead_letter_source: None,
        };
        queue.insert(id, message);
        queue.announce();
        self.note(Change::Insert { id, queue: number, content, visible_at_ms });
        Ok(sent)
    }

    pub(crate) fn purge(&mut self, name: &str) -> Result<(), Error> {
        let queue = self.queue_mut(name)?;
        queue.clear();
        let queue = queue.number;
        self.note(Change::Purge { queue });
        Ok(())
    }

    /// See [`Queue::wait`].
    pub(crate) fn wait(&mut self, name: &str) -> Result<(Arc<Notify>, u64), Error> {
        Ok(self.queue_mut(name)?.wait())
    }
}

/// The refusal of a number out of its range.
pub(crate) fn out_of_range(parameter: &str, value: u32, range: &str) -> Error {
    Error::InvalidParameterValue(format!(
        "Value {value} for parameter {parameter} is invalid. Reason: Must be {range}."
    ))
}
