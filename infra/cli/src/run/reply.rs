//! `run answer`.

use clap::Args;
use serde_json::Value;
use shared::{model::InputId, runs::Input};

use super::{
    answer::Shown,
    find::{find, parse},
};
use crate::{connect::Connection, error::Error, output::Output};

/// What a run that listens is answered.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The run's id
    id: String,
    /// The answer: JSON, or text where it is none
    answer: String,
    /// The type of the event, where the run listens for several
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// Which question this answers, as `run status` shows it; else the one that is open, or was last
    #[arg(long, value_name = "ID")]
    input_id: Option<InputId>,
}

pub(super) async fn reply(
    arguments: Arguments,
    connection: &Connection,
    output: Output,
) -> Result<(), Error> {
    let Arguments { id, answer, kind, input_id } = arguments;
    let data = serde_json::from_str(&answer).unwrap_or(Value::String(answer));
    let input = Input { kind, id: input_id, ..Input::of(data) };
    connection.runs.give_answer(parse(&id)?, connection.workspace()?, input).await?;
    output.answer(&Shown::from(find(connection, &id).await?))
}
