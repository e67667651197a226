//! AWS's own Runtime Interface Emulator, which comes with the SAM command line, in place of our
//! Runtime API: one event a function. It knows neither streams nor several invocations at once.

use std::{net::TcpListener, path::Path, path::PathBuf, process::Stdio, time::Duration};

use lambda_tests::{Function, Site, binary, failures, of_lambda, sample};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::{
    process::{Child, Command},
    time::{sleep, timeout},
};

use crate::flows::HELLO;

/// How long the emulator may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// A function behind the emulator. It is killed when it is dropped.
struct Emulator {
    url: String,
    client: Client,
    _child: Child,
}

/// The binary in the virtual environment that `tests/tools/install` makes.
fn emulator() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let libraries = root.join("target/tools/sam/lib");
    let found = std::fs::read_dir(&libraries).unwrap_or_else(|error| {
        panic!("{}: {error}; tests/lambda/run installs it", libraries.display())
    });
    let python = found.last().unwrap().unwrap().path();
    python.join("site-packages/samcli/local/rapid/aws-lambda-rie-x86_64")
}

fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

impl Emulator {
    async fn start(site: &Site, function: Function) -> Self {
        let (own, api) = (free_address(), free_address());
        let child = Command::new(emulator())
            .args(["--runtime-interface-emulator-address", &own, "--runtime-api-address", &api])
            .arg(binary(function))
            .env_clear()
            .envs(of_lambda(function.name()))
            .envs(site.environment(function))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let url = format!("http://{own}/2015-03-31/functions/function/invocations");
        Self { url, client: Client::builder().no_proxy().build().unwrap(), _child: child }
    }

    async fn invoke(&self, event: &Value) -> Value {
        let invoked = async {
            loop {
                // Refused until it listens.
                if let Ok(answer) = self.client.post(&self.url).json(event).send().await {
                    return answer.bytes().await.unwrap();
                }
                sleep(Duration::from_millis(20)).await;
            }
        };
        let answer = timeout(PATIENCE, invoked).await.expect("the emulator does not answer");
        serde_json::from_slice(&answer).unwrap_or_else(|error| panic!("{error}: {answer:?}"))
    }
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn requests_are_answered() {
    let site = Site::start(&[HELLO]).await;
    let request = site.request("async-start").parameter("trigger_id", "hello");
    let emulator = Emulator::start(&site, Function::AsyncStart).await;
    let answer = emulator.invoke(&request.json()).await;
    assert_eq!(answer["statusCode"], 200, "{answer}");
    let run: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();

    let request = site.request("status");
    let request = request.parameter("workflow_id", run["workflow_id"].as_str().unwrap());
    let emulator = Emulator::start(&site, Function::Status).await;
    let answer = emulator.invoke(&request.json()).await;
    assert_eq!(answer["statusCode"], 200, "{answer}");
    let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["status"], "pending");
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn messages_are_handled() {
    let site = Site::start(&[HELLO]).await;
    let run = site.start_run("hello", &json!({"message": "x"})).await;
    let event = site.poll(Function::Worker).await.unwrap();
    let emulator = Emulator::start(&site, Function::Worker).await;
    assert_eq!(failures(&emulator.invoke(&event).await), [""; 0]);
    assert_eq!(site.api.status(&run).await.response(), json!({"reply": "Hello, x"}));

    let emulator = Emulator::start(&site, Function::DeadLetter).await;
    let answer = emulator.invoke(&sample("dead-letter")).await;
    assert_eq!(failures(&answer), [""; 0]);
}
