//! Queries of the table and of an index.

use aws_sdk_dynamodb::Client;

use super::comparison::Outcomes;
use crate::dynamodb::tests::bed::{item, key, text};

pub(super) async fn queries(client: &Client, outcomes: &mut Outcomes) {
    let put = || client.put_item().table_name("runs");
    let query = || client.query().table_name("runs");
    for sk in ["1", "2", "3", "4", "~"] {
        put().set_item(Some(item("q", sk, &[("list", text("w"))]))).send().await.unwrap();
    }
    let of_q = || {
        query().key_condition_expression("pk = :pk").expression_attribute_values(":pk", text("q"))
    };
    outcomes.note("query", of_q().send().await);
    outcomes.note(
        "query backwards with a limit",
        of_q().scan_index_forward(false).limit(2).send().await,
    );
    outcomes
        .note("query from a key", of_q().set_exclusive_start_key(Some(key("q", "2"))).send().await);
    outcomes.note(
        "query of a count",
        of_q().select(aws_sdk_dynamodb::types::Select::Count).send().await,
    );
    outcomes.note("query with a filter and a projection", {
        let request = of_q().filter_expression("sk > :two").projection_expression("sk");
        request.expression_attribute_values(":two", text("2")).send().await
    });
    let of_list = || {
        let request = query().index_name("by_list").key_condition_expression("#l = :l");
        request
            .expression_attribute_names("#l", "list")
            .expression_attribute_values(":l", text("w"))
    };
    outcomes.note("query of the index", of_list().scan_index_forward(false).limit(3).send().await);
    outcomes.note("query of a missing index", of_list().index_name("none").send().await);
    outcomes.note("query of no key", {
        query()
            .key_condition_expression("sk = :s")
            .expression_attribute_values(":s", text("1"))
            .send()
            .await
    });

    outcomes.note("limit of zero", of_q().limit(0).send().await);
}
