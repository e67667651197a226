//! What a flow does with the thread of its run: this runtime's own function, and its part in calls of models.

#![expect(dead_code, reason = "members are declared to be known; many are looked at by place only")]

use serde::Deserialize;

use super::Anything;

/// Arguments of `call: thread`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct ThreadArguments {
    document: Option<Anything>,
    messages: Option<Anything>,
}

/// The member `thread` of the arguments of `call: llm`, in its long form.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct ThreadHistoryArguments {
    pub(in crate::flow) max_messages: Option<usize>,
    pub(in crate::flow) max_bytes: Option<usize>,
    pub(in crate::flow) summarize: Option<bool>,
}
