//! Puts a completion together.

use super::{
    chunk::{Choice, Chunk, Said},
    error::{Error, failed},
    events::{Events, Unreadable},
};
use crate::model::{Completion, Usage, limits::MAX_COMPLETION_BYTES};

/// Most bytes of a stream: around each word of text there are some 300 bytes of a chunk.
const MAX_STREAM_BYTES: usize = 32 * MAX_COMPLETION_BYTES;

/// What a stream says last.
const DONE: &str = "[DONE]";

/// Why a completion ended that is the model's refusal; the form has a member for its text and no word for it.
const REFUSAL: &str = "refusal";

/// Collects a stream. After an error nothing more can be made of it.
pub struct Collector {
    events: Events,
    stream_bytes: usize,
    chunk_count: usize,
    answer: Answer,
    is_done: bool,
}

impl Collector {
    /// For an answer to a request of `model`.
    #[must_use]
    pub fn new(model: &str) -> Self {
        Self {
            events: Events::new(MAX_COMPLETION_BYTES),
            stream_bytes: 0,
            chunk_count: 0,
            answer: Answer::new(model),
            is_done: false,
        }
    }

    /// Takes the next bytes of the stream, wherever they were cut; the text that they add.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn take(&mut self, bytes: &[u8]) -> Result<String, Error> {
        let mut added = String::new();
        for byte in bytes {
            if self.is_done {
                break;
            }
            self.stream_bytes += 1;
            if self.stream_bytes > MAX_STREAM_BYTES {
                return Err(Error::TooLarge);
            }
            let event = self.events.take(*byte).map_err(|unreadable| match unreadable {
                Unreadable::TooLarge => Error::TooLarge,
                Unreadable::NotText => Error::Malformed { chunk: self.chunk_count + 1 },
            })?;
            if let Some(data) = event {
                self.take_chunk(&data, &mut added)?;
            }
        }
        Ok(added)
    }

    fn take_chunk(&mut self, data: &str, added: &mut String) -> Result<(), Error> {
        if data.trim() == DONE {
            self.is_done = true;
            return Ok(());
        }
        self.chunk_count += 1;
        let malformed = |_| Error::Malformed { chunk: self.chunk_count };
        let chunk: Chunk = serde_json::from_str(data).map_err(malformed)?;
        self.answer.add(chunk, |choice| choice.delta, added)
    }

    /// Whether the stream has said all that it has to say.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.is_done
    }

    /// The whole, at the end of the stream.
    ///
    /// # Errors
    /// [`Error::BrokenOff`] where the stream had more to say.
    pub fn end(self) -> Result<Completion, Error> {
        if !self.is_done {
            return Err(Error::BrokenOff { chunk_count: self.chunk_count });
        }
        Ok(self.answer.end())
    }
}

/// A completion that came in one piece.
///
/// # Errors
/// See [`Error`].
pub fn read_whole(body: &[u8], model: &str) -> Result<Completion, Error> {
    let whole: Chunk = serde_json::from_slice(body).map_err(|_| Error::Unreadable)?;
    let is_complete = |choice: &Choice| choice.index == 0 && choice.message.is_some();
    let has_message = whole.choices.iter().flatten().any(is_complete);
    if whole.error.is_none() && !has_message {
        return Err(Error::Unreadable);
    }
    let mut answer = Answer::new(model);
    answer.add(whole, |choice| choice.message, &mut String::new())?;
    Ok(answer.end())
}

/// What was said so far.
struct Answer {
    content: String,
    refusal: String,
    finish_reason: Option<String>,
    model: String,
    usage: Option<Usage>,
}

impl Answer {
    fn new(model: &str) -> Self {
        let (content, refusal) = (String::new(), String::new());
        Self { content, refusal, finish_reason: None, model: model.to_owned(), usage: None }
    }

    fn add(
        &mut self,
        chunk: Chunk,
        said: fn(Choice) -> Option<Said>,
        added: &mut String,
    ) -> Result<(), Error> {
        if let Some(error) = &chunk.error {
            return Err(failed(error));
        }
        if let Some(model) = chunk.model.filter(|model| !model.is_empty()) {
            self.model = model;
        }
        // Some say it with every chunk: the last one counts.
        if let Some(tokens) = chunk.usage {
            self.usage = Some(tokens.into());
        }
        // One answer was asked for.
        for mut choice in chunk.choices.into_iter().flatten().filter(|choice| choice.index == 0) {
            if let Some(reason) = choice.finish_reason.take() {
                self.finish_reason = Some(reason);
            }
            let Some(said) = said(choice) else { continue };
            let text = said.content.unwrap_or_default();
            self.refusal.push_str(&said.refusal.unwrap_or_default());
            self.content.push_str(&text);
            if self.content.len() + self.refusal.len() > MAX_COMPLETION_BYTES {
                return Err(Error::TooLarge);
            }
            added.push_str(&text);
        }
        Ok(())
    }

    fn end(self) -> Completion {
        let Self { content, refusal, finish_reason, model, usage } = self;
        if content.is_empty() && !refusal.is_empty() {
            let finish_reason = Some(REFUSAL.to_owned());
            return Completion { content: refusal, finish_reason, model, usage };
        }
        Completion { content, finish_reason, model, usage }
    }
}
