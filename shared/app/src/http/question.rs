//! What a run waits to be answered, as the dialects tell of it.

use lambda_http::Request;
use serde::Serialize;

use super::address;
use crate::{
    auth::InputToken,
    model::{InputId, Listening},
};

/// A question, or an event that is waited for.
#[derive(Debug, Serialize)]
pub(super) struct Question {
    pub(super) input_id: InputId,
    #[serde(rename = "question", skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) choices: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) input_url: Option<String>,
    #[serde(skip)]
    link: Option<InputToken>,
}

impl Question {
    pub(super) fn of(listening: Option<Listening>, link: Option<InputToken>) -> Option<Self> {
        let Listening { id, question, .. } = listening?;
        let (text, choices) = question.map(|question| (question.text, question.choices)).unzip();
        let choices = choices.unwrap_or_default();
        Some(Self { input_id: id, text, choices, input_url: None, link })
    }

    /// Whether a person is asked.
    pub(super) const fn is_for_people(&self) -> bool {
        self.text.is_some()
    }

    /// Writes the link as it leads to where `request` came in.
    pub(super) fn locate(this: Option<&mut Self>, request: &Request) {
        if let Some(this) = this {
            this.input_url = this.link.as_ref().map(|link| address::of_input(request, link));
        }
    }
}
