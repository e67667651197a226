//! What happens to a message from its receive on: visibility, deletion, and its end as a dead letter.

use std::sync::Arc;

use super::attributes::arn;
use super::error::Error;
use super::handle::Handle;
use super::message::Received;
use super::queue::{Message, Queue};
use super::state::{Change, State, out_of_range};

/// The longest visibility timeout (SQS quotas, "Message visibility timeout").
const VISIBILITY_MAX_S: u32 = 43_200;

impl State {
    pub(crate) fn receive(
        &mut self,
        name: &str,
        maximum: usize,
        visibility_s: Option<u32>,
        now_ms: u64,
    ) -> Result<Vec<Received>, Error> {
        let queue = self.queue_mut(name)?;
        let visibility_s = visibility_s.unwrap_or(queue.attributes.visibility_timeout_s);
        if visibility_s > VISIBILITY_MAX_S {
            return Err(out_of_range("VisibilityTimeout", visibility_s, "0 to 43200"));
        }
        let visible_at_ms = now_ms + u64::from(visibility_s) * 1_000;
        let retention_ms = u64::from(queue.attributes.retention_s) * 1_000;
        let redrive = queue.attributes.redrive.clone();
        let number = queue.number;
        // Put back at the end only: with a visibility timeout of 0 the same message would be due again at once.
        let mut taken = Vec::new();
        while taken.len() < maximum
            && let Some((id, message)) = self.queue_mut(name)?.take_due(now_ms)
        {
            if message.content.sent_at_ms.saturating_add(retention_ms) <= now_ms {
                self.note(Change::Remove { id });
                continue;
            }
            match &redrive {
                Some(redrive) if message.receive_count >= redrive.max_receive_count => {
                    self.bury(name, &redrive.queue, id, message, now_ms)?;
                }
                _ => taken.push((id, message)),
            }
        }
        let mut received = Vec::with_capacity(taken.len());
        for (id, mut message) in taken {
            message.receive_count += 1;
            message.visible_at_ms = visible_at_ms;
            let first_received_at_ms = *message.first_received_at_ms.get_or_insert(now_ms);
            let receive_count = message.receive_count;
            let handle =
                Handle { queue: number, id, message_id: message.content.message_id, receive_count };
            received.push(Received {
                receipt_handle: handle.to_string(),
                content: Arc::clone(&message.content),
                receive_count,
                first_received_at_ms,
                dead_letter_source: message.dead_letter_source.clone(),
            });
            self.queue_mut(name)?.insert(id, message);
            let first_received_at_ms = Some(first_received_at_ms);
            self.note(Change::Update { id, visible_at_ms, receive_count, first_received_at_ms });
        }
        self.queue_mut(name)?.announce();
        Ok(received)
    }

    /// Moves a message that was received too often. It keeps its id, the time it was sent and its count, as on AWS.
    fn bury(
        &mut self,
        source: &str,
        target: &str,
        id: u64,
        mut message: Message,
        now_ms: u64,
    ) -> Result<(), Error> {
        let source: Arc<str> = arn(source).into();
        message.visible_at_ms = now_ms;
        message.dead_letter_source = Some(Arc::clone(&source));
        let target = self.queue_mut(target)?;
        let number = target.number;
        target.insert(id, message);
        target.announce();
        self.note(Change::Move { id, queue: number, visible_at_ms: now_ms, source });
        Ok(())
    }

    pub(crate) fn delete(&mut self, name: &str, receipt_handle: &str) -> Result<(), Error> {
        let queue = self.queue_mut(name)?;
        let handle = handle_of(queue, receipt_handle)?;
        // A message that is gone already is no error: whoever deletes twice wants it gone.
        if queue.find(&handle).is_some() {
            queue.remove(handle.id);
            self.note(Change::Remove { id: handle.id });
        }
        Ok(())
    }

    pub(crate) fn change_visibility(
        &mut self,
        name: &str,
        receipt_handle: &str,
        visibility_s: u32,
        now_ms: u64,
    ) -> Result<(), Error> {
        let queue = self.queue_mut(name)?;
        if visibility_s > VISIBILITY_MAX_S {
            return Err(out_of_range("VisibilityTimeout", visibility_s, "0 to 43200"));
        }
        let handle = handle_of(queue, receipt_handle)?;
        let message = queue.find(&handle).ok_or(Error::ReceiptHandleIsInvalid)?;
        if message.visible_at_ms <= now_ms {
            return Err(Error::MessageNotInflight);
        }
        self.reschedule(name, handle.id, now_ms + u64::from(visibility_s) * 1_000)
    }

    /// Makes every message in flight visible at once. Returns how many.
    pub(crate) fn release_in_flight(&mut self, name: &str, now_ms: u64) -> Result<usize, Error> {
        let in_flight = self.queue(name)?.in_flight(now_ms);
        for id in &in_flight {
            self.reschedule(name, *id, now_ms)?;
        }
        Ok(in_flight.len())
    }

    fn reschedule(&mut self, name: &str, id: u64, visible_at_ms: u64) -> Result<(), Error> {
        let queue = self.queue_mut(name)?;
        let Some(message) = queue.reschedule(id, visible_at_ms) else {
            return Ok(());
        };
        let (receive_count, first_received_at_ms) =
            (message.receive_count, message.first_received_at_ms);
        queue.announce();
        self.note(Change::Update { id, visible_at_ms, receive_count, first_received_at_ms });
        Ok(())
    }
}

fn handle_of(queue: &Queue, receipt_handle: &str) -> Result<Handle, Error> {
    let handle = Handle::parse(receipt_handle)?;
    if handle.queue == queue.number { Ok(handle) } else { Err(Error::ReceiptHandleIsInvalid) }
}
