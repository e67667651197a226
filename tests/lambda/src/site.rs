//! A deployment on this machine: tables, queues, roles, and the functions' processes among them.

use std::{collections::BTreeMap, time::Duration};

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sqs::{
    Client,
    config::{BehaviorVersion, Config, Region},
    types::{Message, MessageSystemAttributeName, QueueAttributeName},
};
use local::Options;
use serde_json::{Value, json};
use shared::{clock::Clock, model::limits, runs::Settings};
use support::{Answer, Api};
use tokio::time::timeout;

use crate::{
    Function, Guard, HttpEvent, Process, Template, binary, event,
    guard::Upstream,
    outcome::failures,
    process::{Lines, lock},
};

/// What callers send and no log line may hold.
pub const USER_DATA: &str = "quicksilver-4711";

/// How long a run may take to end.
const PATIENCE: Duration = Duration::from_secs(30);

/// The secrets of every role.
const SECRET_ACCESS_KEY: &str = "the-secret-access-key";
const SESSION_TOKEN: &str = "the-session-token";

/// The deployment.
pub struct Site {
    /// Tables and queues, and a key. Nobody takes the queues' messages but the test.
    pub api: Api,
    /// What stands in front of them.
    pub guard: Guard,
    template: Template,
    lines: Lines,
}

impl Site {
    /// A deployment without runs, that serves these flows by triggers of their names.
    pub async fn start(flows: &[&str]) -> Self {
        let template = Template::read();
        let queue_visibility = Duration::from_secs(900);
        let settings = Settings { queue_visibility, ..Settings::default() };
        // The queues' time is moved by tests; that of the processes is the machine's.
        let clock = Clock::manual(Clock::system().now());
        let options = Options { workers: false, settings, clock, ..Options::default() };
        let api = Api::with(options).await;
        for flow in flows {
            api.publish(flow).await;
        }
        let endpoints = api.stack.endpoints();
        let upstream = Upstream {
            dynamodb_url: endpoints.dynamodb_url.clone(),
            s3_url: endpoints.s3_url.clone(),
            sqs_url: endpoints.sqs_url.clone(),
            ssm_url: endpoints.ssm_url.clone(),
            secrets_prefix: endpoints.secrets_prefix.clone(),
            names: BTreeMap::from([
                (("dynamodb", endpoints.runs_table.clone()), "RunsTable"),
                (("dynamodb", endpoints.config_table.clone()), "ConfigTable"),
                (("s3", endpoints.payloads_bucket.clone()), "PayloadsBucket"),
                (("sqs", name_of(&endpoints.queue_url)), "RunsQueue"),
                (("sqs", dead_letters(&endpoints.queue_url)), "DeadLetterQueue"),
            ]),
        };
        let roles = Function::ALL.map(|function| (function, template.role(function)));
        let guard = Guard::start(roles, upstream).await;
        Self { api, guard, template, lines: Lines::default() }
    }

    /// The environment that a function is deployed with, and where AWS is.
    pub fn environment(&self, function: Function) -> BTreeMap<String, String> {
        let endpoints = self.api.stack.endpoints();
        let mut variables = self.template.environment(function, |id| {
            Some(match id {
                "RunsTable" => endpoints.runs_table.clone(),
                "ConfigTable" => endpoints.config_table.clone(),
                "RunsQueue" => endpoints.queue_url.clone(),
                "PayloadsBucket" => endpoints.payloads_bucket.clone(),
                "AWS::StackName" => endpoints.secrets_prefix.replace("/trigger-api/", ""),
                _ => return None,
            })
        });
        let of_role = [
            ("AWS_ACCESS_KEY_ID", function.name()),
            ("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY),
            ("AWS_SESSION_TOKEN", SESSION_TOKEN),
            ("AWS_ENDPOINT_URL", &self.guard.url),
        ];
        variables.extend(of_role.map(|(name, value)| (name.to_owned(), value.to_owned())));
        variables
    }

    /// A process of a function.
    pub async fn process(&self, function: Function) -> Process {
        self.process_with(function, &self.environment(function)).await
    }

    /// A process of a function in another environment.
    pub async fn process_with(
        &self,
        function: Function,
        variables: &BTreeMap<String, String>,
    ) -> Process {
        Process::start(&binary(function), function.name(), variables, &self.lines).await
    }

    /// Starts a run in the background; its id.
    pub async fn start_run(&self, trigger: &str, body: &Value) -> String {
        let mut process = self.process(Function::AsyncStart).await;
        let request = self.request("async-start").without_header("Idempotency-Key");
        let request = request.parameter("trigger_id", trigger).body(body);
        process.invoke(&request.json()).await.http().workflow_id()
    }

    /// A sample request with the key of this deployment.
    pub fn request(&self, sample: &str) -> HttpEvent {
        HttpEvent::sample(sample, &self.api.key)
    }

    /// What Lambda's poller takes from the queue of a function, as an event; nothing where no
    /// message is visible.
    pub async fn poll(&self, function: Function) -> Option<Value> {
        let (queue, url) = self.poller(function);
        let asked = queue.get_queue_attributes().queue_url(&url);
        let asked = asked.attribute_names(QueueAttributeName::QueueArn).send().await.unwrap();
        let arn = &asked.attributes.unwrap()[&QueueAttributeName::QueueArn];
        let received = queue
            .receive_message()
            .queue_url(&url)
            .max_number_of_messages(1)
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .send()
            .await
            .unwrap();
        let message = received.messages.unwrap_or_default().pop()?;
        Some(json!({ "Records": [record(function, &message, arn)] }))
    }

    /// Takes a message from a function's queue, hands it to the process, and deletes it unless it
    /// failed. Whether there was one, and whether it succeeded.
    pub async fn deliver(&self, function: Function, process: &mut Process) -> Option<bool> {
        let event = self.poll(function).await?;
        let answer = process.invoke(&event).await.json();
        let succeeded = failures(&answer).is_empty();
        if succeeded {
            self.delete(function, &event).await;
        }
        Some(succeeded)
    }

    /// Deletes the messages of an event.
    pub async fn delete(&self, function: Function, event: &Value) {
        let (queue, url) = self.poller(function);
        for record in event["Records"].as_array().unwrap() {
            let receipt = record["receiptHandle"].as_str().unwrap();
            let deleted = queue.delete_message().queue_url(&url).receipt_handle(receipt);
            deleted.send().await.unwrap();
        }
    }

    /// Lets a worker handle messages, and the queues' time pass, until the run has ended.
    pub async fn work_to_the_end(&self, worker: &mut Process, run: &str) -> Answer {
        let ended = async {
            loop {
                while self.deliver(Function::Worker, worker).await.is_some() {}
                let answer = self.api.status(run).await;
                if answer.json()["status"] != "pending" {
                    return answer;
                }
                // The worker's own time does not jump, so a wake-up may have to be sent again.
                self.api.clock.advance(Duration::from_millis(500));
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        timeout(PATIENCE, ended).await.expect("the run does not end")
    }

    /// Makes of a run what it is when its worker has not been heard of for the time of a lease, and
    /// gives back the message that the worker had.
    pub async fn outlive_lease(&self, run: &str) {
        let key = |text: String| AttributeValue::S(text);
        self.api
            .stack
            .dynamodb()
            .update_item()
            .table_name(&self.api.stack.endpoints().runs_table)
            .key("pk", key(format!("RUN#{run}")))
            .key("sk", key("~".to_owned()))
            .update_expression("SET lease_until = :past")
            .condition_expression("attribute_exists(lease_until)")
            .expression_attribute_values(":past", AttributeValue::N("0".to_owned()))
            .send()
            .await
            .unwrap();
        self.api.clock.advance(limits::LEASE + Duration::from_secs(1));
    }

    /// The queue that feeds a function, with the rights of that function.
    fn poller(&self, function: Function) -> (Client, String) {
        let credentials =
            Credentials::new(function.name(), SECRET_ACCESS_KEY, None, None, "the role");
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("eu-central-1"))
            .credentials_provider(credentials)
            .endpoint_url(&self.guard.url)
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        let runs = &self.api.stack.endpoints().queue_url;
        let url = match function {
            Function::Worker => runs.clone(),
            Function::DeadLetter => runs.replace(&name_of(runs), &dead_letters(runs)),
            _ => panic!("no queue feeds {}", function.name()),
        };
        (Client::from_conf(config), url)
    }

    /// What the processes wrote so far.
    pub fn lines(&self) -> Vec<String> {
        lock(&self.lines).clone()
    }

    /// What holds at the end of every test: nobody asked for what its role does not allow, and the
    /// processes wrote JSON lines that hold no key and nothing of a caller's.
    pub fn finish(&self) {
        assert_eq!(self.guard.denials(), [], "a role allows too little");
        let (_, key) = self.api.key.split_at(self.api.key.len() / 2);
        for line in self.lines() {
            let read: Result<serde_json::Map<String, Value>, _> = serde_json::from_str(&line);
            assert!(read.is_ok(), "not a JSON line: {line}");
            for secret in [key, SECRET_ACCESS_KEY, SESSION_TOKEN, USER_DATA] {
                assert!(!line.contains(secret), "a line holds `{secret}`: {line}");
            }
        }
    }
}

fn name_of(queue_url: &str) -> String {
    queue_url.rsplit('/').next().unwrap().to_owned()
}

fn dead_letters(queue_url: &str) -> String {
    name_of(queue_url).replace("runs", "dead-letters")
}

/// The sample's record with this message in it.
fn record(function: Function, message: &Message, queue_arn: &str) -> Value {
    let mut record = event::sample(function.name())["Records"][0].take();
    record["messageId"] = json!(message.message_id);
    record["receiptHandle"] = json!(message.receipt_handle);
    record["body"] = json!(message.body);
    record["md5OfBody"] = json!(message.md5_of_body);
    record["eventSourceARN"] = json!(queue_arn);
    let attributes = message.attributes.iter().flatten();
    record["attributes"] =
        attributes.map(|(name, value)| (name.as_str().to_owned(), json!(value))).collect();
    record
}
