//! A data folder, the processes on it, and commands about it.

use std::{
    fs::{self, File},
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{ExitStatus, Output, Stdio},
    time::Duration,
};

use serde::Deserialize;
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

/// Far longer than anything here takes; it ends a test that would hang.
const PATIENCE: Duration = Duration::from_mins(1);

/// What the command says of the demo, in `demo.json` and in the answer of `dev --json`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Demo {
    pub(crate) base_url: String,
    pub(crate) workspace_id: String,
    pub(crate) api_key: String,
    pub(crate) triggers: Value,
}

/// A folder of its own for one test.
pub(crate) struct Site {
    folder: TempDir,
    /// `TRIGGER_LOG` of the stacks.
    log_filter: &'static str,
    /// `TRIGGER_OTLP_ENDPOINT` of the stacks; empty for none.
    otlp_endpoint: String,
}

impl Site {
    /// With nothing in it.
    pub(crate) fn new() -> Self {
        Self::logging("info")
    }

    /// The same, with this log filter.
    pub(crate) fn logging(log_filter: &'static str) -> Self {
        Self::observed(log_filter, String::new())
    }

    /// The same, with spans sent to a collector.
    pub(crate) fn observed(log_filter: &'static str, otlp_endpoint: String) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), log_filter, otlp_endpoint }
    }

    /// A path beside the data folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The data folder, which the first start makes.
    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// Writes a file beside the data folder.
    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// What the stacks have logged so far, all of them.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap()
    }

    /// The command with these arguments, run in the folder and in an environment of its own. `data`
    /// is given as `--data data`.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trigger-api"));
        command
            .args(arguments)
            .args(["--data", "data"])
            .current_dir(self.folder.path())
            .env_clear()
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Starts a stack on a free port; `flags` are those of `dev`.
    pub(crate) async fn start(&self, flags: &[&str]) -> Stack {
        let mut process = self.spawn(flags);
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = timeout(PATIENCE, lines.next_line()).await.expect("the stack is not ready");
        let line = line.unwrap().unwrap_or_else(|| panic!("no start: {}", self.log()));
        Stack { process, demo: serde_json::from_str(&line).unwrap() }
    }

    /// Starts a stack and does not wait for it.
    pub(crate) fn spawn(&self, flags: &[&str]) -> Child {
        let log = File::options().create(true).append(true).open(self.path("log")).unwrap();
        let mut command = self.command(&["dev", "--listen", "127.0.0.1:0", "--json"]);
        command.args(flags).env("TRIGGER_LOG", self.log_filter);
        command.env("TRIGGER_OTLP_ENDPOINT", &self.otlp_endpoint);
        command.stdout(Stdio::piped()).stderr(log).spawn().unwrap()
    }

    /// Runs a command on the local stack.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Answer {
        self.run_alone(&[arguments, &["--local"]].concat()).await
    }

    /// Runs a command as it is given.
    pub(crate) async fn run_alone(&self, arguments: &[&str]) -> Answer {
        let output = timeout(PATIENCE, self.command(arguments).output()).await;
        Answer::of(&output.expect("the command does not end").unwrap())
    }

    /// Runs a command on the local stack that must succeed, and returns its answer for scripts.
    pub(crate) async fn json(&self, arguments: &[&str]) -> Value {
        let answer = self.run(&[arguments, &["--json"]].concat()).await;
        assert_eq!(answer.code, 0, "{arguments:?}: {}", answer.stderr);
        serde_json::from_str(&answer.stdout).unwrap()
    }

    /// Runs a script as a user would paste it, in the folder.
    pub(crate) async fn bash(&self, script: &str) -> Answer {
        let mut command = Command::new("bash");
        command.args(["-euo", "pipefail", "-c", script]).current_dir(self.folder.path());
        let output = timeout(PATIENCE, command.kill_on_drop(true).output()).await;
        Answer::of(&output.expect("the script does not end").unwrap())
    }

    /// A document that a stack wrote into the data folder.
    pub(crate) fn demo(&self) -> Demo {
        serde_json::from_slice(&fs::read(self.data().join("demo.json")).unwrap()).unwrap()
    }
}

/// How a command ended and what it said.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Answer {
    fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().expect("the command was killed"),
            stdout: String::from_utf8(output.stdout.clone()).unwrap(),
            stderr: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }
}

/// A stack that answers.
pub(crate) struct Stack {
    process: Child,
    pub(crate) demo: Demo,
}

impl Stack {
    /// Ends it as `kill -9` does.
    pub(crate) async fn kill(mut self) {
        self.process.kill().await.unwrap();
        assert_eq!(self.process.wait().await.unwrap().signal(), Some(9), "it ended by itself");
    }

    /// Sends a signal by its name, without waiting for what comes of it.
    pub(crate) async fn signal(&self, name: &str) {
        let Some(id) = self.process.id() else { return };
        signal(id, name).await;
    }

    /// Returns when the process has ended.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        timeout(PATIENCE, self.process.wait()).await.expect("the stack does not end").unwrap()
    }

    /// Asks it to stop by a signal, and returns how it ended.
    pub(crate) async fn stop(mut self, name: &str) -> ExitStatus {
        self.signal(name).await;
        self.ended().await
    }
}

async fn signal(id: u32, name: &str) {
    // A builtin of every POSIX shell; nothing else sends signals without unsafe code.
    let sent = Command::new("sh").args(["-c", &format!("kill -s {name} {id}")]).status().await;
    assert!(sent.unwrap().success());
}

/// The rights of a file, as `chmod` takes them.
pub(crate) fn mode(path: &Path) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions()) & 0o777
}
