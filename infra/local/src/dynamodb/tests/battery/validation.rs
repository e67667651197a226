//! Values, keys and expressions that are refused.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;

use super::comparison::Outcomes;
use crate::dynamodb::tests::bed::{item, key, number, text};

pub(super) async fn refused_items(client: &Client, outcomes: &mut Outcomes) {
    let put = || client.put_item().table_name("runs");
    outcomes.note("longest item", {
        let request =
            put().set_item(Some(item("big", "1", &[("v", text(&"x".repeat(409_600 - 9)))])));
        request.send().await
    });
    outcomes.note(
        "read of the longest item",
        client.get_item().table_name("runs").set_key(Some(key("big", "1"))).send().await,
    );
    outcomes.note("longer item", {
        put().set_item(Some(item("big", "2", &[("v", text(&"x".repeat(409_600)))]))).send().await
    });
    outcomes.note(
        "no key",
        put().set_item(Some(HashMap::from([("pk".to_owned(), text("a"))]))).send().await,
    );
    outcomes.note("key of another type", {
        put()
            .set_item(Some(HashMap::from([
                ("pk".to_owned(), number(1)),
                ("sk".to_owned(), text("a")),
            ])))
            .send()
            .await
    });
    outcomes.note("empty key", put().set_item(Some(key("", "a"))).send().await);
    outcomes.note("number that is none", {
        put()
            .set_item(Some(item("a", "1", &[("n", AttributeValue::N("one".to_owned()))])))
            .send()
            .await
    });
    outcomes.note("number with too many digits", {
        put()
            .set_item(Some(item("a", "1", &[("n", AttributeValue::N("1".repeat(39)))])))
            .send()
            .await
    });
    outcomes.note("empty set", {
        put().set_item(Some(item("a", "1", &[("s", AttributeValue::Ss(vec![]))]))).send().await
    });
    outcomes.note("set with duplicates", {
        let duplicates = AttributeValue::Ss(vec!["a".to_owned(), "a".to_owned()]);
        put().set_item(Some(item("a", "1", &[("s", duplicates)]))).send().await
    });
    outcomes.note("null that is false", {
        put().set_item(Some(item("a", "1", &[("s", AttributeValue::Null(false))]))).send().await
    });
}

pub(super) async fn refused_expressions(client: &Client, outcomes: &mut Outcomes) {
    let put = || client.put_item().table_name("runs");
    let update = || client.update_item().table_name("runs");
    outcomes.note("expression that is none", {
        update().set_key(Some(key("a", "1"))).update_expression("SET").send().await
    });
    outcomes.note("reserved word", {
        let request = update().set_key(Some(key("a", "1"))).update_expression("SET status = :s");
        request.expression_attribute_values(":s", text("x")).send().await
    });
    outcomes.note("unused value", {
        let request =
            put().set_item(Some(key("a", "1"))).condition_expression("attribute_not_exists(pk)");
        request.expression_attribute_values(":unused", text("x")).send().await
    });
    outcomes.note("value that is missing", {
        update().set_key(Some(key("a", "1"))).update_expression("SET n = :n").send().await
    });
    outcomes.note("number in an expression that is none", {
        let request = update().set_key(Some(key("a", "1"))).update_expression("SET n = :n");
        request.expression_attribute_values(":n", AttributeValue::N("x".to_owned())).send().await
    });
    outcomes.note("key of another type in an update", {
        let request =
            update().key("pk", number(1)).key("sk", text("a")).update_expression("SET n = :n");
        request.expression_attribute_values(":n", number(1)).send().await
    });
}

/// The SDK itself insists on the table's name only.
pub(super) async fn missing_members(client: &Client, outcomes: &mut Outcomes) {
    outcomes.note("put without an item", client.put_item().table_name("runs").send().await);
    outcomes.note("get without a key", client.get_item().table_name("runs").send().await);
    outcomes.note("update without a key", client.update_item().table_name("runs").send().await);
    outcomes.note("query without a condition", client.query().table_name("runs").send().await);
    outcomes.note("transaction without items", client.transact_write_items().send().await);
    outcomes.note("reads without items", client.transact_get_items().send().await);
    outcomes.note("batch of writes without any", client.batch_write_item().send().await);
    outcomes.note("batch of reads without any", client.batch_get_item().send().await);
}
