//! How fast the tables are through the SDK: `cargo run --release -p local --example table_speed`.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a measurement prints, and ends when it cannot go on"
)]

use std::collections::HashMap;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Region};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, GlobalSecondaryIndex, KeySchemaElement,
    KeyType, Projection, ProjectionType, ScalarAttributeType,
};
use local::dynamodb::{self, Store};
use tokio::net::TcpListener;
use tokio::time::Instant;

const COUNT: usize = 8_000;

type Item = HashMap<String, AttributeValue>;

fn key(run: usize, sk: &str) -> Item {
    let pk = format!("RUN#0195d2f0-7c3e-7f6a-9d0e-{run:012}");
    HashMap::from([
        ("pk".to_owned(), AttributeValue::S(pk)),
        ("sk".to_owned(), AttributeValue::S(sk.to_owned())),
    ])
}

/// About as large as a run's header.
fn header(run: usize) -> Item {
    let mut item = key(run, "~");
    for name in ["workspace", "trigger", "flow", "version", "status", "environment"] {
        item.insert(name.to_owned(), AttributeValue::S(format!("{name} of the run")));
    }
    item.insert("list".to_owned(), AttributeValue::S(format!("LIST#demo#{}", run % 16)));
    item.insert("epoch".to_owned(), AttributeValue::N("1".to_owned()));
    item.insert("input".to_owned(), AttributeValue::B(Blob::new(vec![7; 300])));
    item
}

async fn create_table(client: &Client) {
    let definition = |name: &str| {
        let definition = AttributeDefinition::builder().attribute_name(name);
        definition.attribute_type(ScalarAttributeType::S).build().unwrap()
    };
    let element = |name: &str, key_type| {
        KeySchemaElement::builder().attribute_name(name).key_type(key_type).build().unwrap()
    };
    let index = GlobalSecondaryIndex::builder()
        .index_name("by_list")
        .key_schema(element("list", KeyType::Hash))
        .key_schema(element("pk", KeyType::Range))
        .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build());
    client
        .create_table()
        .table_name("runs")
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(["pk", "sk", "list"].map(definition).to_vec()))
        .key_schema(element("pk", KeyType::Hash))
        .key_schema(element("sk", KeyType::Range))
        .global_secondary_indexes(index.build().unwrap())
        .send()
        .await
        .unwrap();
}

async fn rate<F, W>(client: &Client, tasks: usize, work: W) -> String
where
    F: Future<Output = ()> + Send,
    W: Fn(Client, usize) -> F + Clone + Send + 'static,
{
    let start = Instant::now();
    let running: Vec<_> = (0..tasks)
        .map(|task| {
            let (client, work) = (client.clone(), work.clone());
            tokio::spawn(async move {
                let mut slowest = std::time::Duration::ZERO;
                for number in 0..COUNT / tasks {
                    let start = Instant::now();
                    work(client.clone(), task * COUNT + number).await;
                    slowest = slowest.max(start.elapsed());
                }
                slowest
            })
        })
        .collect();
    let mut slowest = std::time::Duration::ZERO;
    for task in running {
        slowest = slowest.max(task.await.unwrap());
    }
    format!(
        "{:>6.0}/s ({:>4} ms)",
        COUNT as f64 / start.elapsed().as_secs_f64(),
        slowest.as_millis()
    )
}

async fn measure(name: &str, tasks: usize, client: &Client) {
    create_table(client).await;
    let puts = rate(client, tasks, async |client: Client, run| {
        let put = client.put_item().table_name("runs").set_item(Some(header(run)));
        put.condition_expression("attribute_not_exists(pk)").send().await.unwrap();
    })
    .await;
    let updates = rate(client, tasks, async |client: Client, run| {
        let update = client.update_item().table_name("runs").set_key(Some(key(run, "~")));
        let update = update.update_expression("SET epoch = epoch + :one, lease_until = :until");
        let update = update.condition_expression("epoch = :one");
        let update = update.expression_attribute_values(":one", AttributeValue::N("1".to_owned()));
        let update = update
            .expression_attribute_values(":until", AttributeValue::N("1793491200000".to_owned()));
        update.send().await.unwrap();
    })
    .await;
    let journal = rate(client, tasks, async |client: Client, run| {
        let mut item = key(run, "J#0000000001");
        item.insert("data".to_owned(), AttributeValue::B(Blob::new(vec![9; 200])));
        let put = client.put_item().table_name("runs").set_item(Some(item));
        put.condition_expression("attribute_not_exists(pk)").send().await.unwrap();
    })
    .await;
    let gets = rate(client, tasks, async |client: Client, run| {
        let get = client.get_item().table_name("runs").set_key(Some(key(run, "~")));
        assert!(get.send().await.unwrap().item.is_some());
    })
    .await;
    let queries = rate(client, tasks, async |client: Client, run| {
        let query = client.query().table_name("runs").key_condition_expression("pk = :pk");
        let query = query.expression_attribute_values(":pk", key(run, "~").remove("pk").unwrap());
        assert_eq!(query.scan_index_forward(false).limit(6).send().await.unwrap().count, 2);
    })
    .await;
    println!(
        "{name:<20} {tasks:>2} tasks  puts+GSI {puts}  updates {updates}  journal {journal}  gets {gets}  queries {queries}"
    );
}

async fn by_socket(store: &Store) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(dynamodb::serve(store.clone(), listener, std::future::pending()));
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("eu-central-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .endpoint_url(format!("http://{address}"))
        .http_client(aws_smithy_http_client::Builder::new().build_http());
    Client::from_conf(config.build())
}

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let open = |name: &str, sync| Store::open(&folder.path().join(name), sync).unwrap();
    let memory = || Store::in_memory().unwrap();
    println!("{COUNT} requests each way; the slowest request in brackets");
    for tasks in [1, 16] {
        measure("in process, memory", tasks, &dynamodb::client(&memory())).await;
        let disk = open(&format!("{tasks}.db"), false);
        measure("in process, disk", tasks, &dynamodb::client(&disk)).await;
        let synced = open(&format!("{tasks}-sync.db"), true);
        measure("in process, synced", tasks, &dynamodb::client(&synced)).await;
        measure("socket, memory", tasks, &by_socket(&memory()).await).await;
        let disk = open(&format!("{tasks}-socket.db"), false);
        measure("socket, disk", tasks, &by_socket(&disk).await).await;
    }
}
