//! Limits as attributes of the records that they are part of, so that a change of one never undoes a change of another.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::{
    model::{Limits, MaxRuns, Rate},
    store::{
        Error, Store,
        client::{Condition, Write},
        item::{Item, Reader, number, text},
    },
};

const RATE: &str = "rate";
const RUNS_IN_FLIGHT: &str = "runs_in_flight";
const RUNS_A_DAY: &str = "runs_a_day";

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

pub(super) fn read_runs_in_flight(stored: Reader<'_>) -> Result<Option<MaxRuns>, Error> {
    let count = stored.optional_number(RUNS_IN_FLIGHT);
    count.map(|count| count.to_string().parse().map_err(|_| stored.corrupt())).transpose()
}

/// The limits of a workspace's record.
pub(super) fn read_all(stored: Reader<'_>) -> Result<Limits, Error> {
    let runs_a_day = stored.optional_number(RUNS_A_DAY);
    let runs_a_day =
        runs_a_day.map(|count| count.to_string().parse().map_err(|_| stored.corrupt()));
    Ok(Limits {
        rate: read_rate(stored)?,
        runs_in_flight: read_runs_in_flight(stored)?,
        runs_a_day: runs_a_day.transpose()?,
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
    /// Limits how many runs may be in flight of what a record is about, or no more. False when `condition` does not
    /// hold.
    pub(super) async fn set_runs_in_flight(
        &self,
        key: Item,
        count: Option<MaxRuns>,
        mut condition: Condition,
    ) -> Result<bool, Error> {
        let update = match count {
            Some(count) => {
                condition.values.push((":count", number(count.get())));
                "SET #runs_in_flight = :count"
            }
            None => "REMOVE #runs_in_flight",
        };
        let write = self.update(&self.tables.config, key, update, condition).await?;
        Ok(matches!(write, Write::Done(_)))
    }

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
