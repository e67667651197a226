//! One set of embedded services with a clock that stands still, and processes that share it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use aws_lambda_events::sqs::{SqsEvent, SqsMessage, SqsMessageAttribute};
use local::{dynamodb, s3, sqs, ssm};
use serde_json::{Value, json};
use shared::{
    clock::Clock,
    egress::{Egress, Policy},
    model::{
        ContentHash, Environment, Provider, RunId, Secret, SecretReference, Timestamp, Trigger,
    },
    queue::Queue,
    runs::{Idempotency, Parts, RunView, Runs, Settings, Start},
    secrets::Secrets,
    store::{Filter, Payloads, Store, Tables, tables},
    telemetry::{self, Beginning, Event},
};

use crate::{Wire, records, workspace};

/// The start of every test: 2026-02-09T23:24:39Z.
const START: Timestamp = Timestamp::from_millis(1_770_679_479_000);

/// The runs queue.
pub const QUEUE: &str = "runs";
/// The bucket of payloads.
pub const BUCKET: &str = "payloads";
/// Its dead letters.
pub const DEAD_LETTERS: &str = "dead-letters";

/// Deliveries after which a message becomes a dead letter.
const MAX_RECEIVE_COUNT: u32 = 5;

/// What every process reaches over the wire.
struct Services {
    database: dynamodb::Store,
    objects: s3::Objects,
    queues: sqs::Engine,
    parameters: ssm::Parameters,
}

/// The embedded services, with workspace `demo` in them.
pub struct Bed {
    /// Stands still until it is moved.
    pub clock: Clock,
    /// The queues.
    pub queues: sqs::Engine,
    services: Services,
    settings: Settings,
    /// A process that starts runs and reads them.
    pub runs: Runs,
    /// The wire of that process.
    pub wire: Wire,
    /// The tables, for looking behind the scenes.
    pub store: Store,
}

impl Bed {
    /// Services with the production settings.
    pub async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    /// Services whose processes have these settings.
    pub async fn with(settings: Settings) -> Self {
        let clock = Clock::manual(START);
        let now = clock.clone();
        let now: sqs::Now = Arc::new(move || now.now().as_millis());
        let queues = sqs::Engine::in_memory(Arc::clone(&now));
        let objects = s3::Objects::in_memory(BUCKET, Arc::clone(&now)).unwrap();
        let parameters = ssm::Parameters::in_memory(now).unwrap();
        let database = dynamodb::Store::in_memory().unwrap();
        tables::create_tables(&dynamodb::client(&database), &table_names()).await.unwrap();
        queues.create_queue(DEAD_LETTERS, &BTreeMap::new()).await.unwrap();
        let redrive = json!({
            "deadLetterTargetArn": format!("arn:aws:sqs:eu-central-1:000000000000:{DEAD_LETTERS}"),
            "maxReceiveCount": MAX_RECEIVE_COUNT,
        });
        let attributes = BTreeMap::from([
            ("VisibilityTimeout".to_owned(), settings.queue_visibility.as_secs().to_string()),
            ("RedrivePolicy".to_owned(), redrive.to_string()),
        ]);
        queues.create_queue(QUEUE, &attributes).await.unwrap();
        let wire = Wire::default();
        let payloads = Payloads::new(s3::config(&objects), BUCKET);
        let store = Store::new(dynamodb::client(&database), table_names(), payloads);
        let services = Services { database, objects, queues: queues.clone(), parameters };
        let runs = process(&clock, &services, settings, &wire);
        let bed = Self { clock, queues, services, settings, runs, wire, store };
        bed.store.put_workspace(&records::workspace_record(START)).await.unwrap();
        bed
    }

    /// Another process on the same services, with a wire of its own.
    pub fn process(&self) -> (Runs, Wire) {
        let wire = Wire::default();
        (process(&self.clock, &self.services, self.settings, &wire), wire)
    }

    /// A process like [`Bed::process`] with other settings.
    pub fn process_with(&self, settings: Settings) -> (Runs, Wire) {
        let wire = Wire::default();
        (process(&self.clock, &self.services, settings, &wire), wire)
    }

    /// A client of the bucket of payloads, for looking behind the scenes.
    pub fn bucket(&self) -> aws_sdk_s3::Client {
        aws_sdk_s3::Client::from_conf(s3::config(&self.services.objects))
    }

    /// Publishes a flow under its own name in every environment, and a trigger of that name.
    pub async fn publish(&self, source: &str) -> Trigger {
        let version = records::flow_version(source, self.clock.now());
        self.store.publish(&version, &Environment::ALL).await.unwrap();
        let trigger = records::trigger(&version.name, self.clock.now());
        self.store.put_trigger(&trigger).await.unwrap();
        trigger
    }

    /// A provider `own` of models, whose calls show `key`.
    pub async fn add_provider(&self, base_url: &str, key: Option<&str>) -> Provider {
        let created_at = self.clock.now();
        let reference = SecretReference {
            id: format!("k{}", created_at.as_millis()),
            added_at: created_at,
            expires_at: None,
        };
        let provider = Provider {
            workspace: workspace(),
            name: "own".parse().unwrap(),
            base_url: base_url.to_owned(),
            model: None,
            key: key.map(|_| reference.clone()),
            created_at,
        };
        if let Some(key) = key {
            self.runs
                .secrets()
                .put(&provider, &reference, &Secret::new(key.to_owned()))
                .await
                .unwrap();
        }
        self.store.put_provider(&provider, None).await.unwrap();
        provider
    }

    /// A key that may do everything; its text.
    pub async fn key(&self) -> String {
        let (key, token) = records::key(self.clock.now());
        self.store.put_key(&key).await.unwrap();
        token.expose()
    }

    /// Moves the clock and wakes everybody who waits for it.
    pub async fn advance(&self, duration: Duration) {
        self.clock.advance(duration);
        self.queues.wake();
        tokio::task::yield_now().await;
    }

    /// Puts a message into the runs queue.
    pub async fn send(&self, body: String) {
        let outgoing = local::sqs::Outgoing { body, ..Default::default() };
        self.queues.send(QUEUE, outgoing).await.unwrap();
    }

    /// The next message of the runs queue, if one is visible.
    pub async fn receive(&self) -> Option<SqsMessage> {
        self.receive_from(QUEUE).await
    }

    /// The next message of a queue, if one is visible.
    pub async fn receive_from(&self, queue: &str) -> Option<SqsMessage> {
        let received = self.queues.receive(queue, 1, None, Some(0)).await.unwrap().pop()?;
        let mut message = SqsMessage::default();
        message.message_id = Some(received.content.message_id.to_string());
        message.receipt_handle = Some(received.receipt_handle);
        message.body = Some(received.content.body.clone());
        let count = received.receive_count.to_string();
        message.attributes.insert("ApproximateReceiveCount".to_owned(), count);
        let sent_at = received.content.sent_at_ms.to_string();
        message.attributes.insert("SentTimestamp".to_owned(), sent_at);
        for (name, value) in &received.content.attributes {
            let mut attribute = SqsMessageAttribute::default();
            attribute.data_type = Some(value.data_type.clone());
            attribute.string_value.clone_from(&value.string_value);
            message.message_attributes.insert(name.clone(), attribute);
        }
        Some(message)
    }

    /// Hands `message` to a worker as the event source mapping does, and deletes it unless it failed.
    pub async fn deliver(&self, worker: &Runs, message: SqsMessage) -> bool {
        let receipt = message.receipt_handle.clone().unwrap();
        let response = worker::handle(worker, event(message)).await;
        let succeeded = response.batch_item_failures.is_empty();
        if succeeded {
            self.queues.delete(QUEUE, &receipt).await.unwrap();
        }
        succeeded
    }

    /// Lets a worker handle visible messages until there are none; how many it handled.
    pub async fn work(&self, worker: &Runs) -> usize {
        let mut count = 0;
        while let Some(message) = self.receive().await {
            self.deliver(worker, message).await;
            count += 1;
            assert!(count < 1000, "messages beget messages without end");
        }
        count
    }

    /// Lets a worker handle messages, and time pass between them, until the run has ended.
    pub async fn work_to_the_end(&self, worker: &Runs, id: RunId) -> RunView {
        for _ in 0..2000 {
            self.work(worker).await;
            self.bury(worker).await;
            let view = self.view(id).await;
            if view.run.status.is_terminal() {
                return view;
            }
            self.advance(Duration::from_secs(5)).await;
        }
        panic!("run {id} does not end: {:?}", self.view(id).await.run);
    }

    /// Lets the dead-letter function handle what is there.
    pub async fn bury(&self, worker: &Runs) -> usize {
        let mut count = 0;
        while let Some(message) = self.receive_from(DEAD_LETTERS).await {
            let receipt = message.receipt_handle.clone().unwrap();
            let response = dead_letter::handle(worker, event(message)).await;
            if response.batch_item_failures.is_empty() {
                self.queues.delete(DEAD_LETTERS, &receipt).await.unwrap();
            }
            count += 1;
        }
        count
    }

    /// A wish to start `trigger` with `input`.
    pub fn wish(&self, trigger: &Trigger, input: Value) -> Start {
        Start::new(Arc::new(trigger.clone()), Environment::Dev, input)
    }

    /// The same wish under an idempotency key.
    pub fn wish_once(&self, trigger: &Trigger, input: Value, key: &str) -> Start {
        let body = ContentHash::of(input.to_string().as_bytes());
        let idempotency = Some(Idempotency::Key { key: key.to_owned(), body });
        Start { idempotency, ..self.wish(trigger, input) }
    }

    /// An event like those that a function's requests are.
    pub fn begin_event(&self) -> Event {
        self.runs.telemetry().begin(Beginning {
            function: "bed",
            kind: telemetry::Kind::Request { method: "POST", route: "/".to_owned() },
            now_ms: self.clock.now().as_millis(),
            context: None,
            invocation: None,
        })
    }

    /// How many runs are stored and have not ended, at one moment: those that a list shows so, and one that is asked for
    /// after it. A few that began or ended meanwhile may be missing.
    pub async fn in_flight(&self) -> usize {
        let (before, after) = (self.unended().await, self.unended().await);
        before.intersection(&after).count()
    }

    async fn unended(&self) -> BTreeSet<RunId> {
        let (mut all, mut cursor) = (BTreeSet::new(), None);
        loop {
            let (workspace, filter) = (workspace(), Filter::default());
            let page = self.store.list(&workspace, &filter, cursor.as_deref(), 100).await.unwrap();
            let unended = page.runs.iter().filter(|run| !run.status.is_terminal());
            all.extend(unended.map(|run| run.id));
            cursor = page.next;
            if cursor.is_none() {
                return all;
            }
        }
    }

    /// A run as it stands.
    pub async fn view(&self, id: RunId) -> RunView {
        self.store.view(id).await.unwrap().expect("no such run").into()
    }
}

/// One message as Lambda gets it.
pub fn event(message: SqsMessage) -> SqsEvent {
    let mut event = SqsEvent::default();
    event.records = vec![message];
    event
}

fn table_names() -> Tables {
    Tables { runs: "runs".to_owned(), config: "config".to_owned() }
}

fn process(clock: &Clock, services: &Services, settings: Settings, wire: &Wire) -> Runs {
    let tables = dynamodb::client(&services.database);
    let http = wire.around(tables.config().http_client().unwrap());
    let tables = tables.config().to_builder().http_client(http).build();
    let payloads = s3::config(&services.objects);
    let http = wire.around(payloads.http_client().unwrap());
    let payloads = payloads.to_builder().http_client(http).build();
    let messages = sqs::client(&services.queues);
    let http = wire.around(messages.config().http_client().unwrap());
    let messages = messages.config().to_builder().http_client(http).build();
    let parameters = ssm::config(&services.parameters);
    let http = wire.around(parameters.http_client().unwrap());
    let parameters = parameters.to_builder().http_client(http).build();
    let parts = Parts {
        store: Store::new(
            aws_sdk_dynamodb::Client::from_conf(tables),
            table_names(),
            Payloads::new(payloads, BUCKET),
        ),
        queue: Queue::new(messages, format!("http://localhost/000000000000/{QUEUE}")),
        secrets: Secrets::new(parameters, "/trigger-api/test"),
        egress: Egress::new(Policy { allow_private_targets: true, ..Policy::default() }),
        clock: clock.clone(),
    };
    Runs::new(parts, settings)
}
