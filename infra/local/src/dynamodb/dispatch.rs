//! From the JSON of one request to the JSON of its answer, without the server that the emulator brings: that one reads
//! every body three times.

use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::refusal;
use super::store::Store;
use crate::in_process::Answer;

/// Answers one request.
pub(crate) async fn answer(store: &Store, operation: &str, body: &[u8]) -> Answer {
    match run(store, operation, body).await {
        Some(Ok(body)) => Answer { status: 200, query_error: None, body },
        Some(Err(error)) => {
            let error = refusal::as_answered(operation, error);
            Answer {
                status: error.status_code(),
                query_error: None,
                body: error.to_json().into_bytes(),
            }
        }
        None => {
            Answer { status: 400, query_error: None, body: refusal::UNKNOWN_OPERATION.to_vec() }
        }
    }
}

/// `None` for an operation that is not served here.
async fn run(store: &Store, operation: &str, body: &[u8]) -> Option<dynoxide::Result<Vec<u8>>> {
    Some(match operation {
        "PutItem" => call(store, body, Database::put_item).await,
        "GetItem" => call(store, body, Database::get_item).await,
        "UpdateItem" => call(store, body, Database::update_item).await,
        "DeleteItem" => call(store, body, Database::delete_item).await,
        "Query" => call(store, body, Database::query).await,
        "BatchGetItem" => call(store, body, Database::batch_get_item).await,
        "BatchWriteItem" => call(store, body, Database::batch_write_item).await,
        "TransactWriteItems" => call(store, body, Database::transact_write_items).await,
        "TransactGetItems" => call(store, body, Database::transact_get_items).await,
        "CreateTable" => call(store, body, Database::create_table).await,
        "DescribeTable" => call(store, body, Database::describe_table).await,
        "ListTables" => call(store, body, Database::list_tables).await,
        "UpdateTimeToLive" => call(store, body, Database::update_time_to_live).await,
        "DescribeTimeToLive" => call(store, body, Database::describe_time_to_live).await,
        _ => return None,
    })
}

async fn call<Q, A>(
    store: &Store,
    body: &[u8],
    method: fn(&Database, Q) -> dynoxide::Result<A>,
) -> dynoxide::Result<Vec<u8>>
where
    Q: DeserializeOwned + Send + 'static,
    A: Serialize + Send + 'static,
{
    let request = serde_json::from_slice(body).map_err(|error| refusal::unreadable(&error))?;
    let answer = store.call(move |database| method(database, request)).await?;
    serde_json::to_vec(&answer)
        .map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}
