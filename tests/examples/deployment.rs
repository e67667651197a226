//! What the code expects of its deployment, as JSON: the tests of the template compare. Reads the
//! tables back from the embedded database, which knows nothing of the template.

use std::{error::Error, io::Write};

use aws_sdk_dynamodb::{
    Client,
    types::{KeySchemaElement, Projection, TableDescription},
};
use local::dynamodb;
use serde_json::{Value, json};
use shared::{
    http::routes::ROUTES,
    model::limits,
    store::{Tables, tables::create_tables},
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let names = Tables { runs: "runs".to_owned(), config: "config".to_owned() };
    let client = dynamodb::client(&dynamodb::Store::in_memory()?);
    create_tables(&client, &names).await?;
    let expected = json!({
        "routes": ROUTES.map(|route| json!({
            "resource": route.resource,
            "function": format!("{:?}", route.function),
            "streams": route.streams,
        })),
        "tables": {
            "runs": table(&client, &names.runs).await?,
            "config": table(&client, &names.config).await?,
        },
        "limits_s": {
            "wait": limits::MAX_WAIT.as_secs(),
            "pinkfish_wait": limits::PINKFISH_WAIT.as_secs(),
            "stream": limits::STREAM.as_secs(),
            "slice": limits::SLICE.as_secs(),
            "effect": limits::MAX_EFFECT.as_secs(),
            "delay": limits::MAX_DELAY.as_secs(),
            "lease": limits::LEASE.as_secs(),
            "retention": limits::RUN_RETENTION.as_secs(),
            "fetch": limits::FETCH.as_secs(),
            "file": (limits::FILE_PATIENCE + limits::FILE_URL).as_secs(),
        },
    });
    writeln!(std::io::stdout(), "{expected:#}")?;
    Ok(())
}

async fn table(client: &Client, name: &str) -> Result<Value, Box<dyn Error>> {
    let described = client.describe_table().table_name(name).send().await?;
    let table = described.table.ok_or("no such table")?;
    let time_to_live = client.describe_time_to_live().table_name(name).send().await?;
    let time_to_live = time_to_live.time_to_live_description.and_then(|it| it.attribute_name);
    Ok(json!({
        "keys": keys(table.key_schema()),
        "attributes": attributes(&table),
        "indexes": indexes(&table),
        "time_to_live": time_to_live,
    }))
}

fn keys(schema: &[KeySchemaElement]) -> Value {
    schema.iter().map(|key| json!([key.attribute_name(), key.key_type().as_str()])).collect()
}

fn attributes(table: &TableDescription) -> Value {
    let attributes = table.attribute_definitions().iter();
    attributes.map(|one| json!([one.attribute_name(), one.attribute_type().as_str()])).collect()
}

fn indexes(table: &TableDescription) -> Value {
    let indexes = table.global_secondary_indexes().iter();
    indexes
        .map(|index| {
            let projection = index.projection();
            json!({
                "name": index.index_name(),
                "keys": keys(index.key_schema()),
                "projection": projection.and_then(Projection::projection_type).map(|it| it.as_str()),
                "projected": projection.map(Projection::non_key_attributes),
            })
        })
        .collect()
}
