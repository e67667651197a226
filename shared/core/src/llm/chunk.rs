//! What an endpoint sends: a chunk of a stream, or a whole completion. Members that are not read here are free.

use serde::Deserialize;
use serde_json::Value;

use crate::model::Usage;

#[derive(Deserialize)]
pub(super) struct Chunk {
    pub(super) model: Option<String>,
    pub(super) choices: Option<Vec<Choice>>,
    pub(super) usage: Option<Tokens>,
    pub(super) error: Option<Value>,
}

#[derive(Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    pub(super) index: u32,
    /// In a chunk.
    pub(super) delta: Option<Said>,
    /// In a whole completion.
    pub(super) message: Option<Said>,
    pub(super) finish_reason: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Said {
    pub(super) content: Option<String>,
    pub(super) refusal: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Tokens {
    #[serde(default, rename = "prompt_tokens")]
    prompt: u64,
    #[serde(default, rename = "completion_tokens")]
    completion: u64,
    #[serde(rename = "total_tokens")]
    total: Option<u64>,
}

impl From<Tokens> for Usage {
    fn from(Tokens { prompt, completion, total }: Tokens) -> Self {
        let total_tokens = total.unwrap_or_else(|| prompt.saturating_add(completion));
        Self { prompt_tokens: prompt, completion_tokens: completion, total_tokens }
    }
}
