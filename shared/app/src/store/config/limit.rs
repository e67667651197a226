//! Limits as attributes of the records that they are part of, so that a change of one never undoes a change of another.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::{
    model::Rate,
    store::{
        Error, Store,
        client::{Condition, Write},
        item::{Item, Reader, text},
    },
};

const RATE: &str = "rate";

pub(super) fn read_rate(stored: Reader<'_>) -> Result<Option<Rate>, Error> {
    let json = stored.optional_text(RATE);
    json.map(|json| serde_json::from_str(json).map_err(|_| stored.corrupt())).transpose()
}

pub(super) fn write_rate(item: &mut Item, rate: Option<&Rate>) -> Result<(), Error> {
    if let Some(rate) = rate {
        item.insert(RATE.to_owned(), rate_value(rate)?);
    }
    Ok(())
}

fn rate_value(rate: &Rate) -> Result<AttributeValue, Error> {
    serde_json::to_string(rate).map(text).map_err(Error::internal)
}

impl Store {
    /// Limits what a record is about to `rate`, or no more. False when `condition` does not hold.
    pub(super) async fn set_rate(
        &self,
        key: Item,
        rate: Option<&Rate>,
        mut condition: Condition,
    ) -> Result<bool, Error> {
        let update = match rate {
            Some(rate) => {
                condition.values.push((":rate", rate_value(rate)?));
                "SET #rate = :rate"
            }
            None => "REMOVE #rate",
        };
        let write = self.update(&self.tables.config, key, update, condition).await?;
        Ok(matches!(write, Write::Done(_)))
    }
}
