//! The battery as a whole, run by each front end and compared.

use std::fmt::Debug;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::batches::batches;
use super::items::{conditions, values};
use super::queries::queries;
use super::tables::tables;
use super::transactions::{refused_transactions, transactions};
use super::validation::{missing_members, refused_expressions, refused_items};
use crate::dynamodb::tests::bed::socket_client;
use crate::dynamodb::{Store, client};

/// What came of each request, by its name.
#[derive(Default)]
pub(super) struct Outcomes(Vec<(&'static str, String)>);

impl Outcomes {
    pub(super) fn note<O: Debug, E>(
        &mut self,
        name: &'static str,
        outcome: Result<O, SdkError<E, HttpResponse>>,
    ) {
        self.0.push((name, seen(outcome)));
    }
}

/// What a caller can see of an outcome: the members of an output, the status and document of an error.
fn seen<O: Debug, E>(outcome: Result<O, SdkError<E, HttpResponse>>) -> String {
    match outcome {
        Ok(output) => in_order(&format!("{output:?}")),
        Err(error) => {
            let response = error.raw_response().unwrap();
            let document: serde_json::Value =
                serde_json::from_slice(response.body().bytes().unwrap()).unwrap();
            format!("{} {}", response.status().as_u16(), in_order(&document.to_string()))
        }
    }
}

/// The words of a text in a fixed order, because maps print theirs in any, and without the request id.
fn in_order(text: &str) -> String {
    let without_id = text.split("_request_id").next().unwrap_or_default();
    let mut words: Vec<&str> =
        without_id.split(['{', '}', ',', ' ']).filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words.join(" ")
}

async fn battery(client: &Client) -> Outcomes {
    let mut outcomes = Outcomes::default();
    tables(client, &mut outcomes).await;
    values(client, &mut outcomes).await;
    conditions(client, &mut outcomes).await;
    queries(client, &mut outcomes).await;
    refused_items(client, &mut outcomes).await;
    refused_expressions(client, &mut outcomes).await;
    missing_members(client, &mut outcomes).await;
    transactions(client, &mut outcomes).await;
    refused_transactions(client, &mut outcomes).await;
    batches(client, &mut outcomes).await;
    outcomes
}

#[tokio::test]
async fn both_front_ends_answer_alike() {
    let in_process = battery(&client(&Store::in_memory().unwrap())).await;
    let by_socket = battery(&socket_client(&Store::in_memory().unwrap()).await).await;
    assert_eq!(in_process.0.len(), by_socket.0.len());
    for ((name, in_process), (_, by_socket)) in in_process.0.iter().zip(&by_socket.0) {
        assert_eq!(in_process, by_socket, "{name}");
    }
    let outcome = |name| &in_process.0.iter().find(|(other, _)| *other == name).unwrap().1;
    for (name, code) in [
        ("missing table", "ResourceNotFoundException"),
        ("table again", "ResourceInUseException"),
        ("put if absent", "ConditionalCheckFailedException"),
        ("transaction that is cancelled", "TransactionCanceledException"),
        ("longer item", "ValidationException"),
        ("number that is none", "ValidationException"),
        ("empty set", "ValidationException"),
    ] {
        assert!(outcome(name).contains(code), "{name}: {}", outcome(name));
    }
}
