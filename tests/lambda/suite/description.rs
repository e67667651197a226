//! The OpenAPI document: which binary has it, and that it needs nothing but that.

use std::fs;

use lambda_tests::{Function, Site, binary};
use serde_json::{Value, json};
use shared::http::openapi::DOCUMENT;

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn the_document_is_served_without_a_key_and_without_a_table() {
    let site = Site::start(&[]).await;
    let mut process = site.process(Function::Status).await;
    let mut event = site.request("status").without_header("Authorization").json();
    for pointer in ["/resource", "/path", "/requestContext/resourcePath"] {
        *event.pointer_mut(pointer).unwrap() = json!("/openapi.json");
    }
    event["pathParameters"] = Value::Null;
    let answer = process.invoke(&event).await.http();
    assert_eq!(answer.status, 200, "{answer}");
    assert!(answer.body == DOCUMENT.as_bytes());
    site.finish();
}

#[test]
#[ignore = "needs release binaries: tests/lambda/run"]
fn no_other_function_carries_the_document() {
    // Of the document as it is kept, and of what makes it.
    let marks = ["\"openapi\": \"3.1.0\"", "phiniteStatus"];
    for function in Function::ALL {
        let bytes = fs::read(binary(function)).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let carried = marks.map(|mark| text.contains(mark));
        let expected = function == Function::Status;
        assert_eq!(carried, [expected; 2], "{}", function.name());
    }
}
