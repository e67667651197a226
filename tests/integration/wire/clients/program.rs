//! Interpreters, where this machine has them.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{process::Command, time::timeout};

/// Longest time for a client: those of the guide sleep for five seconds between two polls.
const PATIENCE: Duration = Duration::from_secs(60);

/// How to run code of a language.
pub(in crate::wire) struct Program {
    command: PathBuf,
    arguments: Vec<&'static str>,
    /// How its files end.
    pub(in crate::wire) ending: &'static str,
    node_path: Option<PathBuf>,
}

impl Program {
    fn new(command: impl Into<PathBuf>, ending: &'static str) -> Self {
        Self { command: command.into(), arguments: Vec::new(), ending, node_path: None }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.command);
        // The stack is on this machine, whatever proxy the way out takes.
        command.env("no_proxy", "*").stdin(Stdio::null()).kill_on_drop(true);
        if let Some(path) = &self.node_path {
            command.env("NODE_PATH", path);
        }
        command
    }

    /// Whether this machine runs it with these arguments.
    async fn accepts(&self, arguments: &[&str]) -> bool {
        let mut command = self.command();
        let status = command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.await.is_ok_and(|status| status.success())
    }

    /// What the code in `file` prints. It must end well.
    pub(in crate::wire) async fn run(&self, file: &Path, arguments: &[&Path]) -> String {
        let mut command = self.command();
        command.args(&self.arguments).arg(file).args(arguments);
        let output = timeout(PATIENCE, command.output()).await.expect("it does not end").unwrap();
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let complaints = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {printed}{complaints}", file.display());
        printed
    }
}

/// What runs the guide's clients of a language here, or why nothing does.
pub(in crate::wire) async fn for_published(
    language: &str,
    root: &Path,
) -> Result<Program, &'static str> {
    let packages = root.join("target/clients");
    match language {
        "bash" => or(curl().await, "there is no bash with curl"),
        "python" => {
            let own = Program::new(packages.join("python/bin/python"), "py");
            let import = ["-c", "import requests"];
            if own.accepts(&import).await {
                return Ok(own);
            }
            let python = Program::new("python3", "py");
            let found = python.accepts(&import).await.then_some(python);
            or(found, "there is no python3 with the package requests")
        }
        "javascript" => {
            let node_path = Some(packages.join("node/node_modules"));
            let node = Program { node_path, ..Program::new("node", "cjs") };
            let found = node.accepts(&["-e", "require('axios')"]).await.then_some(node);
            or(found, "there is no node with the package axios")
        }
        "go" => or(go().await, "there is no go"),
        "php" => {
            let php = Program::new("php", "php");
            let found = php.accepts(&["-r", "exit(extension_loaded('curl') ? 0 : 1);"]).await;
            or(found.then_some(php), "there is no php with the extension curl")
        }
        "java" => Err("it is a fragment without a class, and needs OkHttp"),
        "ruby" => Err("it always speaks TLS, and the local stack speaks plain HTTP"),
        _ => Err("nobody has said how to run this language"),
    }
}

/// What runs one of our own clients here, or why nothing does.
pub(super) async fn for_own(ending: &str) -> Result<Program, &'static str> {
    let python = Program::new("python3", "py");
    let has_python = python.accepts(&["-c", "import sys; assert sys.version_info >= (3, 9)"]).await;
    match ending {
        "sh" => or(curl().await.filter(|_| has_python), "there is no bash with curl and python3"),
        "py" => or(has_python.then_some(python), "there is no python3 of 3.9 or later"),
        "mjs" => {
            let node = Program::new("node", "mjs");
            let found = node.accepts(&["-e", "process.exit(globalThis.fetch ? 0 : 1)"]).await;
            or(found.then_some(node), "there is no node of 18 or later")
        }
        "go" => or(go().await, "there is no go"),
        _ => Err("nobody has said how to run this file"),
    }
}

async fn curl() -> Option<Program> {
    let bash = Program::new("bash", "sh");
    bash.accepts(&["-c", "curl --version"]).await.then_some(bash)
}

async fn go() -> Option<Program> {
    let go = Program { arguments: vec!["run"], ..Program::new("go", "go") };
    go.accepts(&["version"]).await.then_some(go)
}

fn or(program: Option<Program>, reason: &'static str) -> Result<Program, &'static str> {
    program.ok_or(reason)
}

/// Tells whoever reads the test's output, also where it succeeds.
pub(in crate::wire) fn tell(what: &str) {
    // Not through `print`, which the test harness holds back.
    let _ = writeln!(std::io::stderr(), "clients: {what}");
}
