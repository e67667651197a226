//! One start of every function a round, so that a busy moment of the machine meets all of them alike.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use lambda_tests::{Function, HttpEvent, Lines, Outcome, Process, sample};
use local::Options;
use serde_json::{Value, json};
use support::{Api, Sender, send};

/// The flow of the measured runs: one step, and nobody is called.
const FLOW: &str = r#"
document: { dsl: '1.0.3', namespace: bench, name: hello, version: '1.0.0' }
do:
  - greet:
      set:
        reply: ${ "Hello, " + .message }
"#;

/// What the sample of a delivery is signed with.
const SENDER: Sender = Sender { provider: "github", secret: "an-example-secret-of-a-webhook" };

/// What is started.
pub(crate) struct Subject {
    /// The name of its binary.
    pub(crate) name: &'static str,
    /// None for what is compared with.
    function: Option<Function>,
    pub(crate) binary: PathBuf,
    pub(crate) starts: Vec<Start>,
}

/// Times of one process.
pub(crate) struct Start {
    /// Since its start.
    pub(crate) first_poll: Duration,
    /// Since its start.
    pub(crate) first_answer: Duration,
    /// What another event takes, once everything is connected and read.
    pub(crate) warm_answer: Duration,
}

/// Functions, and the tables and queues that they find.
pub(crate) struct Bench {
    pub(crate) subjects: Vec<Subject>,
    api: Api,
    /// A run that has ended.
    run: String,
    /// The token in the URL of the trigger.
    token: String,
}

impl Bench {
    pub(crate) async fn start(binaries: &Path) -> Self {
        let api = Api::with(Options { workers: false, ..Options::default() }).await;
        api.publish(FLOW).await;
        let run = send(api.wait_for("hello", r#"{"message": "x"}"#)).await.workflow_id();
        let path = api.make_signed_hook("hello", SENDER, |_, _| {}).await;
        let token = path.split('/').nth(3).unwrap_or_default().to_owned();
        let functions = Function::ALL.map(|function| (function.name(), Some(function)));
        let named = [("hello", None)].into_iter().chain(functions);
        let subjects = named.map(|(name, function)| Subject {
            name,
            function,
            binary: binaries.join(name),
            starts: Vec::new(),
        });
        Self { subjects: subjects.collect(), api, run, token }
    }

    /// Starts every function once.
    pub(crate) async fn round(&mut self) {
        let lines = Lines::default();
        let variables = self.environment();
        for number in 0..self.subjects.len() {
            let event = self.event(self.subjects[number].function).await;
            let again = self.event(self.subjects[number].function).await;
            let subject = &mut self.subjects[number];
            let mut process =
                Process::start(&subject.binary, subject.name, &variables, &lines).await;
            let outcome = process.invoke(&event).await;
            check(subject.function, outcome);
            let began_at = tokio::time::Instant::now();
            let outcome = process.invoke(&again).await;
            let warm_answer = began_at.elapsed();
            check(subject.function, outcome);
            let api = process.runtime_api();
            let since = |at: tokio::time::Instant| at - process.started_at;
            subject.starts.push(Start {
                first_poll: since(api.first_poll().await),
                first_answer: since(api.first_answer().await),
                warm_answer,
            });
        }
    }

    fn environment(&self) -> BTreeMap<String, String> {
        let endpoints = self.api.stack.endpoints();
        let variables = [
            ("TRIGGER_RUNS_TABLE", endpoints.runs_table.as_str()),
            ("TRIGGER_CONFIG_TABLE", &endpoints.config_table),
            ("TRIGGER_QUEUE_URL", &endpoints.queue_url),
            ("TRIGGER_PAYLOADS_BUCKET", &endpoints.payloads_bucket),
            ("TRIGGER_SECRETS_PREFIX", &endpoints.secrets_prefix),
            ("AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH", "true"),
            ("AWS_ENDPOINT_URL_DYNAMODB", &endpoints.dynamodb_url),
            ("AWS_ENDPOINT_URL_S3", &endpoints.s3_url),
            ("AWS_ENDPOINT_URL_SQS", &endpoints.sqs_url),
            ("AWS_ENDPOINT_URL_SSM", &endpoints.ssm_url),
            ("AWS_ACCESS_KEY_ID", "bench"),
            ("AWS_SECRET_ACCESS_KEY", "bench"),
            ("AWS_SESSION_TOKEN", "bench"),
        ];
        variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    }

    /// What a function would be woken by.
    async fn event(&self, function: Option<Function>) -> Value {
        let key = &self.api.key;
        match function {
            None | Some(Function::Status) => {
                HttpEvent::sample("status", key).parameter("workflow_id", &self.run).json()
            }
            // A run that has ended is followed to its end at once.
            Some(Function::Follow) => {
                HttpEvent::sample("follow", key).parameter("run_id", &self.run).json()
            }
            Some(Function::SyncTrigger) => HttpEvent::sample("sync-trigger", key).json(),
            Some(Function::AsyncStart) => {
                let event = HttpEvent::sample("async-start", key).parameter("trigger_id", "hello");
                // A new run each time, without the write that remembers a key.
                event.without_header("Idempotency-Key").json()
            }
            Some(Function::WebhookIngest) => {
                let event = HttpEvent::sample("webhook-ingest", key);
                // A delivery of its own each time, which GitHub does not sign.
                let delivery = format!("{:?}", tokio::time::Instant::now());
                event.parameter("apiKey", &self.token).header("X-GitHub-Delivery", &delivery).json()
            }
            Some(function @ (Function::Worker | Function::DeadLetter)) => {
                let started = send(self.api.start_of("hello", r#"{"message": "x"}"#)).await;
                assert_eq!(started.status, 200, "{started}");
                let queues = self.api.stack.queues();
                let mut received = queues.receive("trigger-runs", 1, None, None).await.unwrap();
                let message = received.pop().expect("a message");
                let mut event = sample(function.name());
                event["Records"][0]["body"] = json!(message.content.body);
                event["Records"][0]["receiptHandle"] = json!(message.receipt_handle);
                queues.purge("trigger-runs").await.unwrap();
                event
            }
        }
    }
}

/// A start whose work failed is not the one that is to be measured.
fn check(function: Option<Function>, outcome: Outcome) {
    match function {
        Some(Function::Worker | Function::DeadLetter) => {
            assert_eq!(outcome.json(), json!({"batchItemFailures": []}));
        }
        _ => {
            let answer = outcome.http();
            assert_eq!(answer.status, 200, "{answer}");
        }
    }
}
