//! Single items: values of every type, conditions, old and new images.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};

use super::comparison::Outcomes;
use crate::dynamodb::tests::bed::{item, key, number, text};

pub(super) async fn values(client: &Client, outcomes: &mut Outcomes) {
    let put = || client.put_item().table_name("runs");
    let everything = item(
        "a",
        "1",
        &[
            ("list", text("w")),
            ("number", AttributeValue::N("-1.5e10".to_owned())),
            ("binary", AttributeValue::B(Blob::new([0, 1, 2, 255]))),
            ("flag", AttributeValue::Bool(true)),
            ("nothing", AttributeValue::Null(true)),
            ("items", AttributeValue::L(vec![text("x"), number(1)])),
            ("map", AttributeValue::M(key("é", "\u{1F980}"))),
            ("texts", AttributeValue::Ss(vec!["b".to_owned(), "a".to_owned()])),
            ("numbers", AttributeValue::Ns(vec!["2".to_owned(), "1".to_owned()])),
            ("blobs", AttributeValue::Bs(vec![Blob::new("b"), Blob::new("a")])),
        ],
    );
    outcomes.note("put", put().set_item(Some(everything)).send().await);
    outcomes.note(
        "get",
        client.get_item().table_name("runs").set_key(Some(key("a", "1"))).send().await,
    );
    outcomes.note(
        "get of nothing",
        client.get_item().table_name("runs").set_key(Some(key("a", "0"))).send().await,
    );
}

pub(super) async fn conditions(client: &Client, outcomes: &mut Outcomes) {
    let put = || client.put_item().table_name("runs");
    let update = || client.update_item().table_name("runs");
    outcomes.note("put if absent, with the old item", {
        let request =
            put().set_item(Some(key("a", "1"))).condition_expression("attribute_not_exists(pk)");
        let all_old = ReturnValuesOnConditionCheckFailure::AllOld;
        request.return_values_on_condition_check_failure(all_old).send().await
    });
    outcomes.note("put if absent", {
        put()
            .set_item(Some(key("a", "1")))
            .condition_expression("attribute_not_exists(pk)")
            .send()
            .await
    });
    outcomes.note("put and the old item", {
        put()
            .set_item(Some(item("a", "1", &[("n", number(1))])))
            .return_values(ReturnValue::AllOld)
            .send()
            .await
    });
    outcomes.note("update", {
        let request =
            update().set_key(Some(key("a", "1"))).update_expression("SET n = n + :one, #s = :s");
        let request = request
            .expression_attribute_names("#s", "status")
            .expression_attribute_values(":one", number(1));
        let request = request
            .expression_attribute_values(":s", text("running"))
            .return_values(ReturnValue::AllNew);
        request.send().await
    });
    outcomes.note("update on a condition that fails", {
        let request = update()
            .set_key(Some(key("a", "1")))
            .update_expression("SET n = :n")
            .condition_expression("n = :m");
        let request = request
            .expression_attribute_values(":n", number(9))
            .expression_attribute_values(":m", number(7));
        let all_old = ReturnValuesOnConditionCheckFailure::AllOld;
        request.return_values_on_condition_check_failure(all_old).send().await
    });
    outcomes.note("delete on a condition that fails", {
        let request = client
            .delete_item()
            .table_name("runs")
            .set_key(Some(key("a", "1")))
            .condition_expression("n = :m");
        request.expression_attribute_values(":m", number(7)).send().await
    });
    outcomes.note("delete", {
        let request = client.delete_item().table_name("runs").set_key(Some(key("a", "1")));
        request.return_values(ReturnValue::AllOld).send().await
    });
}
