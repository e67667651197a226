//! Questions to language models.

use super::{Schema, Template, ThreadHistory};

/// A question to a language model.
#[derive(Debug)]
pub struct LlmCall {
    /// Which of the workspace's providers is asked, by name.
    pub provider: Template,
    /// The model; the provider's default where there is none.
    pub model: Option<Template>,
    /// What the model is told before all messages.
    pub instruction: Option<Template>,
    /// What it is asked.
    pub prompt: Prompt,
    /// From 0 to 2.
    pub temperature: Option<Template>,
    /// How much it may write at most.
    pub max_tokens: Option<Template>,
    /// What its answer must look like.
    pub output: Option<LlmOutput>,
    /// Whether the answer is to come piece by piece.
    pub stream: bool,
    /// How much of the thread's conversation goes before, to which question and answer are added then.
    pub thread: Option<ThreadHistory>,
}

/// What a model is asked.
#[derive(Debug)]
pub enum Prompt {
    /// A conversation: a list of `{role, content}`.
    Messages(Template),
    /// One message of the user: text, or any value, as JSON.
    Input(Template),
}

/// What a model's answer must look like.
#[derive(Debug)]
pub struct LlmOutput {
    /// What the schema is called.
    pub name: String,
    /// The schema.
    pub schema: Schema,
}
