//! What the runs of a thread share.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::limits::MAX_THREAD_BYTES;

/// The messages of a conversation, and one document that its flows may keep for it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ThreadContext {
    /// Who said what, as `{role, content}`, oldest first.
    #[serde(default, rename = "m", skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Value>,
    /// Whatever the flows keep there; null at first.
    #[serde(default, rename = "d", skip_serializing_if = "Value::is_null")]
    pub document: Value,
}

impl ThreadContext {
    /// Drops the oldest messages until all together is no larger than it may be.
    pub fn fit(&mut self) {
        let room_bytes = MAX_THREAD_BYTES.saturating_sub(size_bytes(&self.document));
        let first = first_within(&self.messages, usize::MAX, room_bytes);
        self.messages.drain(..first);
    }
}

/// Where the newest messages begin that are no more than `max_count` and no larger than `max_bytes`, as JSON. None of
/// those before them is an answer's question.
#[must_use]
pub fn first_within(messages: &[Value], max_count: usize, max_bytes: usize) -> usize {
    let mut bytes = 0;
    let newest = messages.iter().rev().take(max_count).take_while(|message| {
        bytes += size_bytes(message);
        bytes <= max_bytes
    });
    let first = messages.len() - newest.count();
    let is_answer = |message: &&Value| message.get("role").is_some_and(|role| role == "assistant");
    let answers = messages.iter().skip(first).take_while(is_answer).count();
    if first == 0 { 0 } else { first + answers }
}

fn size_bytes(value: &Value) -> usize {
    value.to_string().len()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(role: &str, content: &str) -> Value {
        json!({"role": role, "content": content})
    }

    #[test]
    fn the_newest_messages_are_kept_and_no_answer_without_its_question() {
        let list =
            [said("user", "a"), said("assistant", "b"), said("user", "c"), said("assistant", "d")];
        let pair_bytes = size_bytes(&list[2]) + size_bytes(&list[3]);
        for (max_count, max_bytes, first) in [
            (4, 1000, 0),
            (100, 1000, 0),
            (3, 1000, 2),
            (2, 1000, 2),
            (1, 1000, 4),
            (0, 1000, 4),
            (4, pair_bytes, 2),
            (4, pair_bytes - 1, 4),
            (4, 0, 4),
        ] {
            assert_eq!(first_within(&list, max_count, max_bytes), first, "{max_count} {max_bytes}");
        }
        // A conversation may begin with an answer, as a greeting does.
        assert_eq!(first_within(&list[1..], 3, 1000), 0);
    }

    #[test]
    fn a_context_that_is_too_large_loses_its_oldest_messages() {
        let long = "x".repeat(MAX_THREAD_BYTES / 4);
        let document = json!({"note": long});
        let messages = vec![
            said("user", &long),
            said("user", &long),
            said("user", &long),
            said("user", "last"),
        ];
        let mut context = ThreadContext { messages, document: document.clone() };
        context.fit();
        assert_eq!((context.messages.len(), &context.document), (3, &document));
        assert_eq!(context.messages[2], said("user", "last"));
        assert!(serde_json::to_string(&context).unwrap().len() < MAX_THREAD_BYTES + 1024);
        let fits = context.clone();
        context.fit();
        assert_eq!(context, fits);
    }
}
