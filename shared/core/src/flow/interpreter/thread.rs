//! The run's thread: what expressions see of it, and what tasks change. Changes are kept by the host when the run
//! completes; until then only this run sees them.

use std::sync::PoisonError;

use serde_json::{Value, json};

use super::{fault::Fault, machine::Machine, step::Step};
use crate::{
    flow::{ErrorKind, Host, LlmRequest, ThreadCall, ThreadHistory, prompt, raise},
    model::{
        RunError, ThreadContext, depth, first_within,
        limits::{MAX_THREAD_BYTES, MAX_THREAD_DEPTH},
    },
};

/// What a model is told that sums up the older part of a conversation.
const SUMMARIZE: &str = "Sum up this conversation for whoever goes on with it: who wants what, names, numbers, what was \
    decided, what is open. A few sentences, in the conversation's language, and nothing else.";

/// How its answer is introduced. It stands among what the user said: what was said there must not gain weight by it.
const SUMMARY: &str = "Summary of our conversation so far: ";

impl<H: Host> Machine<'_, H> {
    /// `$runtime.metadata.thread`: null where there is no thread.
    pub(super) fn describe_thread(&self) -> Value {
        let context = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        match (self.facts.thread, &*context) {
            (Some(thread), Some(context)) => json!({
                "id": thread.id,
                "messages": context.messages,
                "document": context.document,
            }),
            _ => Value::Null,
        }
    }

    /// `call: thread`.
    pub(super) fn write_thread(&self, step: &Step<'_>, call: &ThreadCall) -> Result<(), RunError> {
        let path = &step.task.path;
        let render = |template| self.render(template, &step.input, &step.during());
        let document = call.document.as_ref().map(render).transpose()?;
        let messages = match &call.messages {
            None => Vec::new(),
            Some(messages) => prompt::messages(render(messages)?)
                .ok_or_else(|| raise(ErrorKind::Expression, path, prompt::MESSAGES))?,
        };
        let written = document.iter().chain(&messages);
        if written.clone().any(|value| depth(value) > MAX_THREAD_DEPTH) {
            let detail =
                format!("what is kept in a thread nests {MAX_THREAD_DEPTH} levels deep at most");
            return Err(raise(ErrorKind::Runtime, path, detail));
        }
        if document.as_ref().is_some_and(|value| value.to_string().len() > MAX_THREAD_BYTES / 2) {
            let detail = format!("a thread's document has {} bytes at most", MAX_THREAD_BYTES / 2);
            return Err(raise(ErrorKind::Runtime, path, detail));
        }
        self.change_thread(path, |context| {
            context.messages.extend(messages);
            if let Some(document) = document {
                context.document = document;
            }
        })
    }

    /// What a model is told of the conversation before, which is shortened in the thread too where it has become too
    /// long.
    pub(super) async fn history(
        &self,
        step: &Step<'_>,
        key: &str,
        request: &LlmRequest,
        bounds: &ThreadHistory,
    ) -> Result<Vec<Value>, Fault<H::Stop>> {
        let path = &step.task.path;
        let mut messages = Vec::new();
        self.change_thread(path, |context| messages.clone_from(&context.messages))?;
        if first_within(&messages, bounds.max_messages, bounds.max_bytes) == 0 {
            return Ok(messages);
        }
        if bounds.summarize {
            // Half of the room, so that it is not asked for at every call.
            let (count, bytes) = (bounds.max_messages / 2, bounds.max_bytes / 2);
            let newer = messages.split_off(first_within(&messages, count, bytes));
            let summary = self.summarize(step, key, request, &messages).await?;
            messages = vec![json!({"role": "user", "content": format!("{SUMMARY}{summary}")})];
            messages.extend(newer);
        } else {
            let first = first_within(&messages, bounds.max_messages, bounds.max_bytes);
            messages.drain(..first);
        }
        self.change_thread(path, |context| context.messages.clone_from(&messages))?;
        Ok(messages)
    }

    async fn summarize(
        &self,
        step: &Step<'_>,
        key: &str,
        request: &LlmRequest,
        messages: &[Value],
    ) -> Result<String, Fault<H::Stop>> {
        let line = |message: &Value| {
            let part = |name| match message.get(name) {
                Some(Value::String(text)) => text.clone(),
                other => other.map(Value::to_string).unwrap_or_default(),
            };
            format!("{}: {}", part("role"), part("content"))
        };
        let transcript: Vec<_> = messages.iter().map(line).collect();
        let asked = json!([
            {"role": "system", "content": SUMMARIZE},
            {"role": "user", "content": transcript.join("\n")},
        ]);
        let question = LlmRequest {
            members: [("messages".to_owned(), asked)].into_iter().collect(),
            // Nobody follows it: it is no part of the answer.
            stream: false,
            ..request.clone()
        };
        let key = format!("{key}/summary");
        match self.host.llm(&key, question).await.map_err(Fault::Stop)? {
            Ok(completion) => Ok(completion.content),
            Err(failure) => Err(self.failed(step, &key, step.frame.deadline, failure)),
        }
    }

    /// Adds what was asked, and what a model said to that, to the conversation.
    pub(super) fn remember_answer(
        &self,
        step: &Step<'_>,
        asked: Vec<Value>,
        content: &str,
    ) -> Result<(), RunError> {
        self.change_thread(&step.task.path, |context| {
            context.messages.extend(asked);
            context.messages.push(json!({"role": "assistant", "content": content}));
        })
    }

    fn change_thread(
        &self,
        path: &str,
        change: impl FnOnce(&mut ThreadContext),
    ) -> Result<(), RunError> {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(context) = &mut *thread else {
            let detail = "the run belongs to no thread: start it with a `thread_id`, or give the task an \
                `if: ${ $runtime.metadata.thread != null }`";
            return Err(raise(ErrorKind::Configuration, path, detail));
        };
        change(context);
        context.fit();
        self.host.keep_thread(context);
        Ok(())
    }
}
