//! Transactions: done, cancelled, refused.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    ConditionCheck, Delete, Get, Put, ReturnValuesOnConditionCheckFailure, TransactGetItem,
    TransactWriteItem, Update,
};

use super::comparison::{Outcomes, seen};
use crate::dynamodb::tests::bed::{item, key, number, text};

pub(super) async fn transactions(client: &Client, outcomes: &mut Outcomes) {
    let put = |pk: &str| {
        Put::builder().table_name("runs").set_item(Some(item(pk, "1", &[("n", number(1))])))
    };
    let if_absent =
        |pk: &str| put(pk).condition_expression("attribute_not_exists(pk)").build().unwrap();
    let write = |put: Put| TransactWriteItem::builder().put(put).build();
    let send = async |items: Vec<TransactWriteItem>| {
        seen(client.transact_write_items().set_transact_items(Some(items)).send().await)
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
        seen(client.get_item().table_name("runs").set_key(Some(key("t3", "1"))).send().await)
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
    outcomes.note(
        "transaction on one item twice",
        send(vec![write(if_absent("t9")), write(if_absent("t9"))]).await,
    );
    outcomes.note("transaction with an invalid item", {
        let invalid = Put::builder()
            .table_name("runs")
            .set_item(Some(HashMap::from([("pk".to_owned(), text("a"))])));
        send(vec![write(invalid.build().unwrap())]).await
    });
    outcomes.note("transaction on a missing table", {
        send(vec![write(
            Put::builder().table_name("none").set_item(Some(key("a", "a"))).build().unwrap(),
        )])
        .await
    });
    outcomes.note("empty transaction", send(vec![]).await);
    outcomes.note("transaction of reads", {
        let get = |pk: &str| {
            let get =
                Get::builder().table_name("runs").set_key(Some(key(pk, "1"))).build().unwrap();
            TransactGetItem::builder().get(get).build()
        };
        seen(
            client
                .transact_get_items()
                .transact_items(get("t1"))
                .transact_items(get("t2"))
                .send()
                .await,
        )
    });
}
