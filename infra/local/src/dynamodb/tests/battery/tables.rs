//! Tables: made, made again, listed, missing.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};

use super::comparison::Outcomes;
use crate::dynamodb::tests::bed::{create_table, key};

pub(super) async fn tables(client: &Client, outcomes: &mut Outcomes) {
    outcomes.note(
        "missing table",
        client.put_item().table_name("none").set_item(Some(key("a", "a"))).send().await,
    );
    outcomes.note(
        "read of a missing table",
        client.get_item().table_name("none").set_key(Some(key("a", "a"))).send().await,
    );
    create_table(client).await;
    outcomes.note("table again", {
        let element = KeySchemaElement::builder()
            .attribute_name("pk")
            .key_type(KeyType::Hash)
            .build()
            .unwrap();
        let definition = AttributeDefinition::builder()
            .attribute_name("pk")
            .attribute_type(ScalarAttributeType::S);
        let request = client.create_table().table_name("runs").key_schema(element);
        let request = request
            .attribute_definitions(definition.build().unwrap())
            .billing_mode(BillingMode::PayPerRequest);
        request.send().await
    });
    outcomes.note("list of tables", client.list_tables().send().await);
    outcomes.note(
        "description of a missing table",
        client.describe_table().table_name("none").send().await,
    );
}
