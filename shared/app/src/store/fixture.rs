//! For tests: an embedded DynamoDB and a bucket behind the real SDKs, on a wire that counts and can
//! be cut. The bucket only keeps what it is given; the whole of S3's protocol is tested elsewhere,
//! with the local stack's.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::{
    Client, Config,
    config::{BehaviorVersion, Credentials, Region, SharedHttpClient, retry::RetryConfig},
};
use aws_smithy_runtime_api::{
    client::{
        http::{
            HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings,
            SharedHttpConnector,
        },
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use aws_types::SdkConfig;
use serde_json::{Value, json};

use super::{Claim, Claimed, Payloads, Store, Tables, item::Item, tables::create_tables};
use crate::model::{
    ContentHash, End, Environment, FlowReference, HttpAnswer, JournalEntry, Listeners, LogEntry,
    LogLevel, Outcome, Run, RunId, Status, Timestamp,
};

/// A moment of which all tests speak.
pub(super) const START: Timestamp = Timestamp::from_millis(1_770_679_479_120);

pub(super) fn at(seconds: u64) -> Timestamp {
    START.after(Duration::from_secs(seconds))
}

/// What happens to one request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    /// It arrives; its answer does not.
    LoseAnswer,
    /// It is answered with this code and these further members, and not executed.
    Refuse(&'static str, &'static str),
}

/// A store on tables of its own.
pub(super) struct Database {
    pub(super) store: Store,
    pub(super) wire: Wire,
}

/// What passes between the SDKs and their services.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    inner: SharedHttpClient,
    state: Arc<Mutex<WireState>>,
}

#[derive(Debug, Default)]
struct WireState {
    operations: Vec<String>,
    faults: VecDeque<Fault>,
    objects: BTreeMap<String, Vec<u8>>,
}

impl Wire {
    /// The operations since the last time it was asked.
    pub(super) fn operations(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().operations)
    }

    /// Does something to the objects in the bucket.
    pub(super) fn objects<T>(&self, change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>) -> T) -> T {
        change(&mut self.state.lock().unwrap().objects)
    }

    /// The next request meets `fault`.
    pub(super) fn meet(&self, fault: Fault) {
        self.state.lock().unwrap().faults.push_back(fault);
    }
}

impl HttpClient for Wire {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connection {
            inner: self.inner.http_connector(settings, components),
            state: Arc::clone(&self.state),
        })
    }
}

#[derive(Debug)]
struct Connection {
    inner: SharedHttpConnector,
    state: Arc<Mutex<WireState>>,
}

impl HttpConnector for Connection {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let mut state = self.state.lock().unwrap();
        let stored = operation.is_empty().then(|| state.object(&request));
        state.operations.push(stored.as_ref().map_or(operation, |(name, _)| (*name).to_owned()));
        let fault = state.faults.pop_front();
        drop(state);
        let pass = |request| stored.map_or_else(|| self.inner.call(request), |(_, answer)| answer);
        match fault {
            None => pass(request),
            Some(Fault::LoseAnswer) => {
                let answer = pass(request);
                HttpConnectorFuture::new(async move {
                    answer.await?;
                    Err(ConnectorError::io("the answer is lost".into()))
                })
            }
            Some(Fault::Refuse(code, members)) => answer(
                400,
                format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}"{members}}}"#),
            ),
        }
    }
}

impl WireState {
    /// Does what a request for an object asks for.
    fn object(&mut self, request: &HttpRequest) -> (&'static str, HttpConnectorFuture) {
        let path = request.uri().split('?').next().unwrap().split("/bucket/").nth(1).unwrap();
        if request.method() == "PUT" {
            self.objects.insert(path.to_owned(), request.body().bytes().unwrap().to_vec());
            ("PutObject", answer(200, Vec::new()))
        } else {
            let found = self.objects.get(path).cloned();
            let missing = || answer(404, "<Error><Code>NoSuchKey</Code></Error>");
            ("GetObject", found.map_or_else(missing, |object| answer(200, object)))
        }
    }
}

fn answer(status: u16, body: impl Into<Vec<u8>>) -> HttpConnectorFuture {
    let body: Vec<u8> = body.into();
    let length = body.len().to_string();
    let mut answer = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
    answer.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    answer.headers_mut().insert("content-length", length);
    HttpConnectorFuture::ready(Ok(answer))
}

impl Database {
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let database = dynoxide::Database::memory().unwrap();
        tokio::spawn(dynoxide::server::serve_on(listener, database));
        let inner = aws_smithy_http_client::Builder::new().build_http();
        let wire = Wire { inner, state: Arc::default() };
        let config = Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::from_static("eu-central-1"))
            .endpoint_url(format!("http://{address}"))
            .credentials_provider(Credentials::new("local", "local", None, None, "tests"))
            .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
            .http_client(wire.clone())
            .build();
        let client = Client::from_conf(config);
        let tables = Tables { runs: "runs".to_owned(), config: "config".to_owned() };
        create_tables(&client, &tables).await.unwrap();
        wire.operations();
        let credentials = Credentials::new("local", "local", None, None, "tests");
        let account = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::from_static("eu-central-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(SharedHttpClient::new(wire.clone()))
            .build();
        let payloads = Payloads::connect(&account, Some("http://localhost".to_owned()), "bucket");
        Self { store: Store::new(client, tables, payloads), wire }
    }

    /// An item of the runs table as it is.
    pub(super) async fn item(&self, key: Item) -> Option<Item> {
        self.store.get("runs", key).await.unwrap()
    }

    /// Every sort key in a run's partition.
    pub(super) async fn sort_keys(&self, id: RunId) -> Vec<String> {
        let query = self.store.client.query().table_name("runs").projection_expression("sk");
        let query = query
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", super::item::text(super::header::partition(id)));
        let items = query.into_paginator().items().send().try_collect().await.unwrap();
        items.iter().map(|item| item["sk"].as_s().unwrap().clone()).collect()
    }

    /// A run that was stored and then claimed.
    pub(super) async fn claimed(&self) -> Run {
        let run = queued();
        self.store.insert(&run, &json!({})).await.unwrap();
        taken(self.store.claim(run.id, at(0), at(75)).await.unwrap()).run
    }
}

/// What a claim took, or the test's end.
pub(super) fn taken(claim: Claim) -> Claimed {
    match claim {
        Claim::Taken(claimed) => *claimed,
        other => panic!("not taken: {other:?}"),
    }
}

/// A new run of the workspace `demo`.
pub(super) fn queued() -> Run {
    Run {
        id: RunId::new(START, crate::auth::random().unwrap()),
        workspace: "demo".parse().unwrap(),
        trigger: "greet".parse().unwrap(),
        environment: Environment::Dev,
        thread: None,
        parent: None,
        flow: FlowReference {
            name: "greeting".to_owned(),
            version: "1.0.0".to_owned(),
            hash: ContentHash::of(b"greeting"),
        },
        status: Status::Queued,
        epoch: 0,
        lease_until: Timestamp::default(),
        deadline: at(2700),
        run_at: None,
        wake_at: None,
        gated: false,
        cancel_requested: false,
        started_at: START,
        ended_at: None,
        traceparent: None,
        slots: crate::model::HeldSlots::default(),
        listens: None,
        heard: None,
        listeners: Listeners::default(),
    }
}

/// A new run that its caller executes in place.
pub(super) fn held() -> Run {
    Run { status: Status::Running, epoch: 1, lease_until: at(75), ..queued() }
}

/// An entry with one answer and the log lines `lines`.
pub(super) fn entry(body: &str, lines: std::ops::RangeInclusive<u64>) -> JournalEntry {
    let answer =
        HttpAnswer { status: 200, headers: Vec::new(), body: body.to_owned(), base64: false };
    JournalEntry {
        outcomes: vec![("/do/0/call#1".to_owned(), Outcome::Answer(answer))],
        logs: lines.map(line).collect(),
        end: None,
    }
}

/// A last entry.
pub(super) fn end(output: Value) -> JournalEntry {
    JournalEntry { end: Some(End::Output(output)), ..JournalEntry::default() }
}

pub(super) fn line(seq: u64) -> LogEntry {
    LogEntry {
        seq,
        time: START,
        level: LogLevel::Info,
        task: "/do/0/call".to_owned(),
        status: "completed".to_owned(),
        message: format!("line {seq}"),
        duration_ms: None,
        attempt: 1,
        error: None,
    }
}

/// Letters that no compression makes shorter than about three quarters.
pub(super) fn noise(length: usize) -> String {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let letter = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(letters[usize::from(state.to_le_bytes()[0] % 64)])
    };
    (0..length).map(letter).collect()
}
