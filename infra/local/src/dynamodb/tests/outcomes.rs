//! What callers rely on, one by one.

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{
    AttributeValue, Put, ReturnValuesOnConditionCheckFailure, TimeToLiveSpecification,
    TransactWriteItem,
};

use tokio::net::TcpListener;

use super::bed::{create_table, item, key, number, socket_client, text};
use crate::Recorder;
use crate::dynamodb::{Store, client, recorded_client, serve};

#[tokio::test]
async fn a_failed_condition_brings_the_old_item() {
    let store = Store::in_memory().unwrap();
    for client in [client(&store), socket_client(&Store::in_memory().unwrap()).await] {
        create_table(&client).await;
        let old = item("a", "1", &[("body", AttributeValue::B(Blob::new("old")))]);
        client.put_item().table_name("runs").set_item(Some(old.clone())).send().await.unwrap();
        let again = client.put_item().table_name("runs").set_item(Some(key("a", "1")));
        let again = again.condition_expression("attribute_not_exists(pk)");
        let again = again
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let error = again.send().await.unwrap_err().into_service_error();
        let aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(
            error,
        ) = error
        else {
            panic!("{error:?}");
        };
        assert_eq!(error.item(), Some(&old));
    }
}

#[tokio::test]
async fn a_cancelled_transaction_says_which_condition_failed() {
    let client = client(&Store::in_memory().unwrap());
    create_table(&client).await;
    client.put_item().table_name("runs").set_item(Some(key("a", "1"))).send().await.unwrap();
    let put = |pk| {
        let put = Put::builder().table_name("runs").set_item(Some(key(pk, "1")));
        let put = put.condition_expression("attribute_not_exists(pk)").build().unwrap();
        TransactWriteItem::builder().put(put).build()
    };
    let request = client.transact_write_items().transact_items(put("b")).transact_items(put("a"));
    let error = request.send().await.unwrap_err().into_service_error();
    let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(error) = error
    else {
        panic!("{error:?}");
    };
    let codes: Vec<_> =
        error.cancellation_reasons().iter().map(|reason| reason.code().unwrap()).collect();
    assert_eq!(codes, ["None", "ConditionalCheckFailed"]);
}

#[tokio::test]
async fn operations_that_are_not_served_are_unknown_and_recorded() {
    let recorder = Recorder::default();
    let client = recorded_client(&Store::in_memory().unwrap(), recorder.clone());
    let error = client.delete_table().table_name("runs").send().await.unwrap_err();
    assert_eq!(error.code(), Some("UnknownOperationException"));
    let seen: Vec<_> =
        recorder.take().into_iter().map(|request| (request.service, request.operation)).collect();
    assert_eq!(seen, [("dynamodb", "DeleteTable".to_owned())]);
}

#[tokio::test]
async fn what_was_written_survives_a_kill() {
    let (folder, left) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = Store::open(&folder.path().join("tables.db"), false).unwrap();
    let writer = client(&store);
    create_table(&writer).await;
    writer.put_item().table_name("runs").set_item(Some(key("a", "1"))).send().await.unwrap();
    // A copy taken while the file is open is what a killed process leaves.
    for file in ["tables.db", "tables.db-wal"] {
        std::fs::copy(folder.path().join(file), left.path().join(file)).unwrap();
    }
    let reader = client(&Store::open(&left.path().join("tables.db"), true).unwrap());
    let found =
        reader.get_item().table_name("runs").set_key(Some(key("a", "1"))).send().await.unwrap();
    assert_eq!(found.item, Some(key("a", "1")));
}

#[tokio::test]
async fn a_sweep_deletes_what_has_outlived_its_time() {
    let store = Store::in_memory().unwrap();
    let client = client(&store);
    create_table(&client).await;
    let ttl =
        TimeToLiveSpecification::builder().enabled(true).attribute_name("ttl").build().unwrap();
    client
        .update_time_to_live()
        .table_name("runs")
        .time_to_live_specification(ttl)
        .send()
        .await
        .unwrap();
    // 2020 and 2100.
    for (pk, ttl) in [("old", 1_577_836_800), ("new", 4_102_444_800)] {
        client
            .put_item()
            .table_name("runs")
            .set_item(Some(item(pk, "1", &[("ttl", number(ttl))])))
            .send()
            .await
            .unwrap();
    }
    assert_eq!(store.sweep_ttl().await.unwrap(), 1);
    let old =
        client.get_item().table_name("runs").set_key(Some(key("old", "1"))).send().await.unwrap();
    assert_eq!(old.item, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_conditional_writers_wins() {
    let client = client(&Store::in_memory().unwrap());
    create_table(&client).await;
    let writers: Vec<_> = (0..16)
        .map(|number| {
            let client = client.clone();
            tokio::spawn(async move {
                let put = client.put_item().table_name("runs").set_item(Some(key("a", "1")));
                let put = put.item("writer", text(&number.to_string()));
                put.condition_expression("attribute_not_exists(pk)").send().await.is_ok()
            })
        })
        .collect();
    let mut winners = 0;
    for writer in writers {
        winners += u32::from(writer.await.unwrap());
    }
    assert_eq!(winners, 1);
}

#[tokio::test]
async fn the_server_ends_when_it_is_told_to() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(serve(Store::in_memory().unwrap(), listener, async {
        stopped.await.unwrap();
    }));
    drop(tokio::net::TcpStream::connect(address).await.unwrap());
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}
