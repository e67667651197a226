//! Calls of language models: this runtime's own function.

#![expect(dead_code, reason = "members are declared to be known; many are looked at by place only")]

use serde::Deserialize;

use super::{Anything, Object};

/// Arguments of `call: llm`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct LlmArguments {
    provider: Option<Anything>,
    model: Option<Anything>,
    instruction: Option<Anything>,
    messages: Option<Anything>,
    input: Option<Anything>,
    temperature: Option<Anything>,
    max_tokens: Option<Anything>,
    pub(in crate::flow) output: Option<LlmOutputArguments>,
    pub(in crate::flow) stream: Option<bool>,
    thread: Option<Anything>,
    tools: Option<Anything>,
}

/// What the model's answer must look like.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct LlmOutputArguments {
    schema: Object,
    pub(in crate::flow) name: Option<String>,
}

/// One message of a conversation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct LlmMessage {
    pub(in crate::flow) role: String,
    content: Anything,
    name: Option<String>,
}
