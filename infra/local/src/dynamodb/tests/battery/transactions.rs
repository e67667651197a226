//! Transactions: done, cancelled, refused.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::builders::PutBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Get, Put, ReturnValuesOnConditionCheckFailure,
    TransactGetItem, TransactWriteItem, Update,
};

use super::comparison::Outcomes;
use crate::dynamodb::tests::bed::{item, key, number, text};

pub(super) async fn transactions(client: &Client, outcomes: &mut Outcomes) {
    let put = |pk: &str| {
        Put::builder().table_name("runs").set_item(Some(item(pk, "1", &[("n", number(1))])))
    };
    let if_absent =
        |pk: &str| put(pk).condition_expression("attribute_not_exists(pk)").build().unwrap();
    let write = |put: Put| TransactWriteItem::builder().put(put).build();
    let send = async |items: Vec<TransactWriteItem>| {
        client.transact_write_items().set_transact_items(Some(items)).send().await
    };
    outcomes.note("transaction", send(vec![write(if_absent("t1")), write(if_absent("t2"))]).await);
    outcomes.note("transaction that is cancelled", {
        let request = put("t1").condition_expression("attribute_not_exists(pk)");
        let request = request
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        send(vec![write(if_absent("t3")), write(request.build().unwrap()), write(if_absent("t2"))])
            .await
    });
    outcomes.note("nothing of a cancelled transaction", {
        client.get_item().table_name("runs").set_key(Some(key("t3", "1"))).send().await
    });
    outcomes.note("transaction of every kind", {
        let update = Update::builder()
            .table_name("runs")
            .set_key(Some(key("t1", "1")))
            .update_expression("SET n = :n");
        let update = update.expression_attribute_values(":n", number(5)).build().unwrap();
        let delete =
            Delete::builder().table_name("runs").set_key(Some(key("t2", "1"))).build().unwrap();
        let check = ConditionCheck::builder().table_name("runs").set_key(Some(key("t3", "1")));
        let check = check.condition_expression("attribute_not_exists(pk)").build().unwrap();
        let item = TransactWriteItem::builder;
        send(vec![
            item().update(update).build(),
            item().delete(delete).build(),
            item().condition_check(check).build(),
        ])
        .await
    });
}

pub(super) async fn refused_transactions(client: &Client, outcomes: &mut Outcomes) {
    let write = |put: PutBuilder| TransactWriteItem::builder().put(put.build().unwrap()).build();
    let put = |pk: &str| Put::builder().table_name("runs").set_item(Some(key(pk, "1")));
    let send = async |items: Vec<TransactWriteItem>| {
        client.transact_write_items().set_transact_items(Some(items)).send().await
    };
    outcomes.note(
        "transaction on one item twice",
        send(vec![write(put("t9")), write(put("t9"))]).await,
    );
    let invalid = item("a", "1", &[("n", AttributeValue::N("one".to_owned()))]);
    for (name, put) in [
        (
            "transaction without a key",
            put("t9").set_item(Some(HashMap::from([("pk".to_owned(), text("a"))]))),
        ),
        ("transaction with an invalid number", put("t9").set_item(Some(invalid))),
        ("transaction on a missing table", put("t9").table_name("none")),
        ("transaction with an expression that is none", put("t9").condition_expression("pk =")),
    ] {
        outcomes.note(name, send(vec![write(put)]).await);
    }
    outcomes.note("empty transaction", send(vec![]).await);
    outcomes.note("transaction of reads", {
        let get = |pk: &str| {
            let get =
                Get::builder().table_name("runs").set_key(Some(key(pk, "1"))).build().unwrap();
            TransactGetItem::builder().get(get).build()
        };
        client.transact_get_items().transact_items(get("t1")).transact_items(get("t2")).send().await
    });
}
