//! `openapi`: the description of the API, as the code has it.

use serde::Serialize;
use serde_json::Value;
use shared::http::openapi::document;

use crate::{
    error::Error,
    output::{Answer, Output},
};

/// Carries the command out. Needs no stack and no credentials.
pub(crate) fn execute(output: Output) -> Result<(), Error> {
    output.answer(&Document(document()))
}

#[derive(Serialize)]
struct Document(Value);

impl Answer for Document {
    fn text(&self) -> String {
        format!("{:#}\n", self.0)
    }
}
