//! What a flow says to do with its run's thread: `call: thread`, and the member `thread` of `call: llm`.

use serde_json::Value;

use super::{
    faults::{Found, Remark},
    loader::Loader,
    place::Place,
    scope::{Moment, Scope},
};
use crate::{
    flow::{
        ThreadCall, ThreadHistory,
        definition::{ThreadArguments, ThreadHistoryArguments},
        source::Node,
    },
    model::limits::{MAX_THREAD_BYTES, THREAD_HISTORY_BYTES, THREAD_HISTORY_MESSAGES},
};

impl Loader<'_> {
    pub(super) fn thread(&mut self, with: &Place<'_>, scope: &Scope) -> Found<ThreadCall> {
        self.reads_thread = true;
        self.read::<ThreadArguments>(with)?;
        let document = self.optional_template(with, "document", scope, Moment::Body);
        let messages = match with.member("messages") {
            None => Ok(None),
            Some(place) => self.messages(&place, scope).map(Some),
        };
        let call = ThreadCall { document: document?, messages: messages? };
        if call.document.is_none() && call.messages.is_none() {
            let message = "`document` or `messages` is missing";
            return Err(self.faults.at_key(with, Remark::error(message)));
        }
        Ok(call)
    }

    /// How much of the thread's conversation a model is told: nothing, where the member is missing or false.
    pub(super) fn history(&mut self, with: &Place<'_>) -> Found<Option<ThreadHistory>> {
        let Some(place) = with.member("thread") else { return Ok(None) };
        let arguments = match (&place.value.node, place.value.to_value()) {
            (_, Value::Bool(false)) => return Ok(None),
            (_, Value::Bool(true)) => ThreadHistoryArguments::default(),
            (Node::Object(_), _) => self.read::<ThreadHistoryArguments>(&place)?,
            _ => {
                let message = "`thread` is true, false or an object";
                return Err(self.error(&place, message));
            }
        };
        let bounds = [
            ("max_messages", arguments.max_messages, 2, 1000),
            ("max_bytes", arguments.max_bytes, 1024, MAX_THREAD_BYTES),
        ];
        for (name, given, least, most) in bounds {
            if given.is_some_and(|given| !(least..=most).contains(&given)) {
                let message = format!("`{name}` is a whole number from {least} to {most}");
                return Err(self.error(&place.part(name)?, message));
            }
        }
        self.reads_thread = true;
        Ok(Some(ThreadHistory {
            max_messages: arguments.max_messages.unwrap_or(THREAD_HISTORY_MESSAGES),
            max_bytes: arguments.max_bytes.unwrap_or(THREAD_HISTORY_BYTES),
            summarize: arguments.summarize.unwrap_or_default(),
        }))
    }
}
