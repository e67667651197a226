//! Limits as attributes of the records that they are part of, so that a change of one never undoes a change of another.

use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::{
    model::{Limits, MaxRuns, Rate},
    store::{
        Error, Store,
        client::{Condition, Write},
        item::{Item, Reader, number, text},
    },
};

pub(super) const RATE: &str = "rate";
pub(super) const RUNS_IN_FLIGHT: &str = "runs_in_flight";
pub(super) const RUNS_A_DAY: &str = "runs_a_day";

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

pub(super) fn rate_value(rate: &Rate) -> Result<AttributeValue, Error> {
    serde_json::to_string(rate).map(text).map_err(Error::internal)
}

pub(super) fn read_runs_in_flight(stored: Reader<'_>) -> Result<Option<MaxRuns>, Error> {
    read_count(stored, RUNS_IN_FLIGHT)
}

fn read_count<T: FromStr>(stored: Reader<'_>, name: &str) -> Result<Option<T>, Error> {
    let count = stored.optional_number(name);
    count.map(|count| count.to_string().parse().map_err(|_| stored.corrupt())).transpose()
}

/// The limits of a workspace's record.
pub(super) fn read_all(stored: Reader<'_>) -> Result<Limits, Error> {
    Ok(Limits {
        rate: read_rate(stored)?,
        runs_in_flight: read_runs_in_flight(stored)?,
        runs_a_day: read_count(stored, RUNS_A_DAY)?,
    })
}

pub(super) fn write_all(item: &mut Item, limits: &Limits) -> Result<(), Error> {
    let Limits { rate, runs_in_flight, runs_a_day } = limits;
    write_rate(item, rate.as_ref())?;
    if let Some(count) = runs_in_flight {
        item.insert(RUNS_IN_FLIGHT.to_owned(), number(count.get()));
    }
    if let Some(count) = runs_a_day {
        item.insert(RUNS_A_DAY.to_owned(), number(count.get()));
    }
    Ok(())
}

impl Store {
    /// Sets the limit `name` of a record, or takes it away. False when `condition` does not hold.
    pub(super) async fn set_limit(
        &self,
        key: Item,
        name: &str,
        limit: Option<AttributeValue>,
        mut condition: Condition,
    ) -> Result<bool, Error> {
        let update = match limit {
            Some(limit) => {
                condition.values.push((":limit", limit));
                format!("SET #{name} = :limit")
            }
            None => format!("REMOVE #{name}"),
        };
        let write = self.update(&self.tables.config, key, &update, condition).await?;
        Ok(matches!(write, Write::Done(_)))
    }
}
