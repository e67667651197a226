//! Schedules that fire into a queue, and a client of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_scheduler::{
    Client, Config,
    config::{BehaviorVersion, Region},
    types::{FlexibleTimeWindow, FlexibleTimeWindowMode, RetryPolicy, ScheduleState, Target},
};
use shared::{clock::Clock, model::Timestamp};
use tokio::net::TcpListener;
use tokio::time::Instant;

use super::super::{Engine, fire, serve};
use crate::invoke::{Stop, Stopper, Tasks};
use crate::sqs;

/// 2026-02-09T23:24:39Z.
const START: Timestamp = Timestamp::from_millis(1_770_679_479_000);
const QUEUE: &str = "runs";

/// Far longer than anything here takes; it ends a test that would hang.
const PATIENCE: Duration = Duration::from_secs(10);

/// The clock and the queue, which outlive a process.
pub(super) struct Bed {
    pub(super) clock: Clock,
    pub(super) queues: sqs::Engine,
}

/// A process with schedules.
pub(super) struct Process {
    pub(super) engine: Engine,
    pub(super) client: Client,
    stopper: Stopper,
    tasks: Tasks,
}

impl Bed {
    pub(super) async fn new() -> Self {
        let clock = Clock::manual(START);
        let now = clock.clone();
        let queues = sqs::Engine::in_memory(Arc::new(move || now.now().as_millis()));
        queues.create_queue(QUEUE, &BTreeMap::new()).await.unwrap();
        Self { clock, queues }
    }

    /// Starts a process, on a file or in memory.
    pub(super) async fn start(&self, file: Option<&Path>) -> Process {
        let clock = self.clock.clone();
        let engine = match file {
            Some(path) => Engine::open(path, false, clock).unwrap(),
            None => Engine::in_memory(clock).unwrap(),
        };
        let (stopper, stop) = Stopper::new();
        let tasks = Tasks::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = client(&format!("http://{}", listener.local_addr().unwrap()));
        let requested = |mut stop: Stop| async move { stop.requested().await };
        let served = serve(engine.clone(), listener, requested(stop.clone()));
        tasks.spawn(async { served.await.unwrap() });
        tasks.spawn(fire(engine.clone(), self.queues.clone(), stop));
        Process { engine, client, stopper, tasks }
    }

    /// Lets time pass, and what is due then be fired.
    pub(super) async fn pass(&self, process: &Process, duration: Duration) {
        self.clock.advance(duration);
        process.settle().await;
    }

    /// The moments of the messages that were sent since the last call.
    pub(super) async fn fired(&self) -> Vec<String> {
        let mut moments = Vec::new();
        loop {
            let received = self.queues.receive(QUEUE, 10, None, Some(0)).await.unwrap();
            if received.is_empty() {
                return moments;
            }
            for message in received {
                moments.push(message.content.body.clone());
                self.queues.delete(QUEUE, &message.receipt_handle).await.unwrap();
            }
        }
    }
}

impl Process {
    /// Returns when all that is due has been fired.
    pub(super) async fn settle(&self) {
        let deadline = Instant::now() + PATIENCE;
        while self.engine.due().is_ok() {
            assert!(Instant::now() < deadline, "what is due is not fired");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    pub(super) async fn stop(self) {
        self.stopper.stop();
        self.tasks.finish(Instant::now() + PATIENCE).await;
    }

    /// Creates a schedule whose firings say their moment behind its name.
    pub(super) async fn create(&self, name: &str, expression: &str, age_s: i32) {
        let create = self.client.create_schedule().name(name).group_name("trigger");
        create
            .schedule_expression(expression)
            .flexible_time_window(exact())
            .target(target(name, age_s))
            .send()
            .await
            .unwrap();
        self.settle().await;
    }

    /// Enables or disables a schedule.
    pub(super) async fn switch(&self, name: &str, expression: &str, state: ScheduleState) {
        let update = self.client.update_schedule().name(name).group_name("trigger");
        update
            .schedule_expression(expression)
            .flexible_time_window(exact())
            .target(target(name, 3600))
            .state(state)
            .send()
            .await
            .unwrap();
        self.settle().await;
    }
}

pub(super) fn exact() -> FlexibleTimeWindow {
    FlexibleTimeWindow::builder().mode(FlexibleTimeWindowMode::Off).build().unwrap()
}

pub(super) fn target(name: &str, age_s: i32) -> Target {
    Target::builder()
        .arn(format!("arn:aws:sqs:eu-central-1:000000000000:{QUEUE}"))
        .role_arn("arn:aws:iam::000000000000:role/scheduler")
        .input(format!("{name} <aws.scheduler.scheduled-time>"))
        .retry_policy(RetryPolicy::builder().maximum_event_age_in_seconds(age_s).build())
        .build()
        .unwrap()
}

fn client(url: &str) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("eu-central-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "tests"))
        .endpoint_url(url)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Client::from_conf(config)
}
