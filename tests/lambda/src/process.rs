//! A function's binary as a process, in the surroundings that Lambda gives it.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, BufReader},
    process::{Child, Command},
    time::{Instant, timeout},
};

use crate::{Outcome, RuntimeApi};

/// How long an invocation may take where a test says nothing else.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How long a process may take to start or to end.
const PATIENCE: Duration = Duration::from_secs(30);

/// The functions, each by the name of its package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Function {
    /// Starts a run in the background.
    AsyncStart,
    /// Ends runs whose messages could not be handled.
    DeadLetter,
    /// Follows a run.
    Follow,
    /// Reads a run.
    Status,
    /// Executes a run while its caller waits.
    SyncTrigger,
    /// Takes what comes in by a trigger's own URL.
    WebhookIngest,
    /// Executes runs in the background.
    Worker,
}

impl Function {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::AsyncStart,
        Self::DeadLetter,
        Self::Follow,
        Self::Status,
        Self::SyncTrigger,
        Self::WebhookIngest,
        Self::Worker,
    ];

    /// The package, the binary, and what an event in `events/` begins with.
    pub fn name(self) -> &'static str {
        match self {
            Self::AsyncStart => "async-start",
            Self::DeadLetter => "dead-letter",
            Self::Follow => "follow",
            Self::Status => "status",
            Self::SyncTrigger => "sync-trigger",
            Self::WebhookIngest => "webhook-ingest",
            Self::Worker => "worker",
        }
    }
}

/// Where `tests/lambda/run` puts a function's release binary.
pub fn binary(function: Function) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.join("target/lambda-test").join(function.name()).join("bootstrap")
}

/// What processes wrote to standard output and standard error.
pub type Lines = Arc<Mutex<Vec<String>>>;

/// A running function. It is killed when it is dropped.
pub struct Process {
    api: RuntimeApi,
    child: Child,
    lines: Lines,
    /// When it was started.
    pub started_at: Instant,
}

impl Process {
    /// Starts a binary with nothing in its environment but what Lambda sets and `variables`. Its
    /// lines are added to `lines`.
    pub async fn start(
        binary: &Path,
        name: &str,
        variables: &BTreeMap<String, String>,
        lines: &Lines,
    ) -> Self {
        let api = RuntimeApi::start().await;
        let mut command = Command::new(binary);
        command
            .env_clear()
            .envs(of_lambda(name))
            .env("AWS_LAMBDA_RUNTIME_API", api.address.to_string())
            .envs(variables)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let started_at = Instant::now();
        let mut child = command.spawn().unwrap_or_else(|error| {
            panic!("{}: {error}; tests/lambda/run builds it", binary.display())
        });
        collect(child.stdout.take().unwrap(), Arc::clone(lines));
        collect(child.stderr.take().unwrap(), Arc::clone(lines));
        Self { api, child, lines: Arc::clone(lines), started_at }
    }

    /// Where its Runtime API listens.
    pub fn runtime_api(&self) -> &RuntimeApi {
        &self.api
    }

    /// Hands it an event and waits for what becomes of that.
    pub async fn invoke(&mut self, event: &Value) -> Outcome {
        self.invoke_within(TIMEOUT, event).await
    }

    /// The same with another time-out.
    pub async fn invoke_within(&mut self, limit: Duration, event: &Value) -> Outcome {
        let outcome = self.api.invoke(event, limit);
        tokio::select! {
            outcome = outcome => outcome.expect("the answer broke off"),
            ended = self.child.wait() => Outcome::Exited(ended.unwrap()),
            () = tokio::time::sleep(limit) => {
                self.kill().await;
                Outcome::TimedOut
            }
        }
    }

    /// Ends it as Lambda ends an environment: without a word.
    pub async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// Sends it SIGTERM.
    pub async fn terminate(&mut self) {
        let id = self.child.id().expect("it has ended").to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    }

    /// How it ended.
    pub async fn ended(&mut self) -> ExitStatus {
        timeout(PATIENCE, self.child.wait()).await.expect("it does not end").unwrap()
    }

    /// Returns when it has written a line that holds `text`.
    pub async fn said(&self, text: &str) {
        let said = async {
            while !lock(&self.lines).iter().any(|line| line.contains(text)) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, said).await.unwrap_or_else(|_| panic!("it does not say `{text}`"));
    }
}

/// The lines that were written so far.
pub(crate) fn lock(lines: &Lines) -> MutexGuard<'_, Vec<String>> {
    lines.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The variables that Lambda sets (Lambda developer guide, "Defined runtime environment variables").
pub fn of_lambda(name: &str) -> [(&'static str, String); 15] {
    let name = format!("trigger-api-test-{name}");
    [
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}")),
        ("AWS_LAMBDA_FUNCTION_NAME", name),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/02/09/[1]0123456789abcdef".to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256".to_owned()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_REGION", "eu-central-1".to_owned()),
        ("AWS_DEFAULT_REGION", "eu-central-1".to_owned()),
        ("LAMBDA_TASK_ROOT", "/var/task".to_owned()),
        ("LAMBDA_RUNTIME_DIR", "/var/runtime".to_owned()),
        ("LANG", "en_US.UTF-8".to_owned()),
        ("PATH", "/usr/local/bin:/usr/bin:/bin:/opt/bin".to_owned()),
        ("LD_LIBRARY_PATH", "/lib64:/usr/lib64:/var/runtime:/var/task:/opt/lib".to_owned()),
        ("TZ", ":UTC".to_owned()),
        ("_HANDLER", "bootstrap".to_owned()),
    ]
}

fn collect(stream: impl AsyncRead + Unpin + Send + 'static, lines: Lines) {
    tokio::spawn(async move {
        let mut read = BufReader::new(stream).lines();
        while let Ok(Some(line)) = read.next_line().await {
            lock(&lines).push(line);
        }
    });
}
