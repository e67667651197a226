//! The tables as the store expects them, made for the local stack and for tests. On AWS the
//! template makes the same ones.

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::create_table::{CreateTableError, builders::CreateTableFluentBuilder},
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType,
        Projection, ProjectionType, ScalarAttributeType, TimeToLiveSpecification, TimeToLiveStatus,
    },
};

use super::{Error, Tables};

/// The index of runs that lists read: by workspace and shard, then by run.
pub const RUNS_BY_WORKSPACE: &str = "runs_by_workspace";

/// The attributes that lists need beside the keys. Not the lease: a renewal must not write the index.
pub const LISTED: [&str; 8] =
    ["trigger", "environment", "thread", "flow", "version", "status", "started_at", "ended_at"];

/// The index of the configuration: by workspace, then by kind and id.
pub const CONFIG_BY_WORKSPACE: &str = "by_workspace";

/// The attribute after whose time, in seconds, DynamoDB deletes an item of the runs table.
pub const TIME_TO_LIVE: &str = "expires_at";

/// Makes both tables where they are missing.
///
/// # Errors
/// See [`Error`]; a retry is safe.
pub async fn create_tables(client: &Client, tables: &Tables) -> Result<(), Error> {
    let listed = Projection::builder()
        .projection_type(ProjectionType::Include)
        .set_non_key_attributes(Some(LISTED.map(str::to_owned).to_vec()))
        .build();
    let runs = define(client, &tables.runs, RUNS_BY_WORKSPACE, "list", listed)?;
    unless_there(runs.send().await)?;
    let all = Projection::builder().projection_type(ProjectionType::All).build();
    let config = define(client, &tables.config, CONFIG_BY_WORKSPACE, "workspace", all)?;
    unless_there(config.send().await)?;
    enable_time_to_live(client, &tables.runs).await
}

/// A table with `pk` and `sk`, and one index that sorts by `pk`.
fn define(
    client: &Client,
    table: &str,
    index: &str,
    index_key: &str,
    projection: Projection,
) -> Result<CreateTableFluentBuilder, Error> {
    let mut definition = client.create_table().table_name(table);
    for name in ["pk", "sk", index_key] {
        let text = AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S);
        definition = definition.attribute_definitions(text.build().map_err(Error::internal)?);
    }
    let index = GlobalSecondaryIndex::builder()
        .index_name(index)
        .set_key_schema(Some(keys(index_key, "pk")?))
        .projection(projection)
        .build()
        .map_err(Error::internal)?;
    Ok(definition
        .set_key_schema(Some(keys("pk", "sk")?))
        .global_secondary_indexes(index)
        .billing_mode(BillingMode::PayPerRequest))
}

fn keys(hash: &str, range: &str) -> Result<Vec<KeySchemaElement>, Error> {
    [(hash, KeyType::Hash), (range, KeyType::Range)]
        .into_iter()
        .map(|(name, kind)| KeySchemaElement::builder().attribute_name(name).key_type(kind).build())
        .collect::<Result<_, _>>()
        .map_err(Error::internal)
}

fn unless_there<O>(created: Result<O, SdkError<CreateTableError>>) -> Result<(), Error> {
    match created {
        Err(error)
            if !error
                .as_service_error()
                .is_some_and(CreateTableError::is_resource_in_use_exception) =>
        {
            Err(error.into())
        }
        _ => Ok(()),
    }
}

/// DynamoDB refuses to enable it twice.
async fn enable_time_to_live(client: &Client, table: &str) -> Result<(), Error> {
    let described = client.describe_time_to_live().table_name(table).send().await?;
    let status = described.time_to_live_description.and_then(|it| it.time_to_live_status);
    if matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)) {
        return Ok(());
    }
    let enabled = TimeToLiveSpecification::builder().enabled(true).attribute_name(TIME_TO_LIVE);
    client
        .update_time_to_live()
        .table_name(table)
        .time_to_live_specification(enabled.build().map_err(Error::internal)?)
        .send()
        .await?;
    Ok(())
}
