//! `run cancel`.

use super::{
    answer::Shown,
    find::{find, parse},
};
use crate::{connect::Connection, error::Error, output::Output};

pub(super) async fn cancel(id: &str, connection: &Connection, output: Output) -> Result<(), Error> {
    connection.runs.request_cancel(parse(id)?, connection.workspace()?).await?;
    output.answer(&Shown::from(find(connection, id).await?))
}
