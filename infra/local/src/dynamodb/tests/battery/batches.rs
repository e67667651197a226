//! Batches, and the time to live.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    KeysAndAttributes, PutRequest, TimeToLiveSpecification, WriteRequest,
};

use super::comparison::Outcomes;
use crate::dynamodb::tests::bed::key;

pub(super) async fn batches(client: &Client, outcomes: &mut Outcomes) {
    let write = |pk: &str| {
        let put = PutRequest::builder().set_item(Some(key(pk, "1"))).build().unwrap();
        WriteRequest::builder().put_request(put).build()
    };
    let send = async |table: &str, count: usize| {
        let writes = (0..count).map(|number| write(&format!("b{number}"))).collect();
        client.batch_write_item().request_items(table, writes).send().await
    };
    outcomes.note("batch of writes", send("runs", 25).await);
    outcomes.note("batch that is too long", send("runs", 26).await);
    outcomes.note("batch on a missing table", send("none", 1).await);
    outcomes.note("batch of reads", {
        let keys = KeysAndAttributes::builder()
            .keys(key("b0", "1"))
            .keys(key("b1", "1"))
            .keys(key("none", "1"));
        let keys = keys.projection_expression("pk").build().unwrap();
        client.batch_get_item().request_items("runs", keys).send().await
    });
    let ttl =
        TimeToLiveSpecification::builder().enabled(true).attribute_name("ttl").build().unwrap();
    let enable = client.update_time_to_live().table_name("runs").time_to_live_specification(ttl);
    outcomes.note("time to live", enable.send().await);
    outcomes.note(
        "time to live described",
        client.describe_time_to_live().table_name("runs").send().await,
    );
}
