//! That every answer that the document tells of is given.

use std::collections::HashMap;

use lambda_http::{
    Body, Request, RequestExt as _, aws_lambda_events::apigw::ApiGatewayProxyRequestContext,
    request::RequestContext,
};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use shared::{auth::Scopes, http::routes::ROUTES, model::Rate};
use support::{Answer, Api, Bed, Fault, Sender, contract, send};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::operations::{operations, path_of};
use crate::wire::{
    faults,
    flows::{APPROVAL, ECHO, SLEEP},
};

/// What only the deployed gateway says; `tests/template` compares it with the template.
const DEPLOYED_ONLY: [u16; 4] = [403, 429, 500, 504];

/// Where the AI Planet dialect is.
const AI_PLANET: &str = "/api/v1/apps/";

/// A file that is announced.
const FILE: &str = r#"{"name": "a.txt", "size": 1}"#;

/// The same in the AI Planet dialect, and where.
const AI_PLANET_FILE: &str = r#"{"name": "a.txt", "size_bytes": 1}"#;
const AI_PLANET_FILES: &str = "/api/v1/apps/workflow-execution/files";

/// The link by which a person answers a run.
const LINK: &str = "/ext/input/{token}";

/// What a run that listens is answered.
const ANSWER: &str = r#"{"data": "approve"}"#;

/// A delivery of a provider, as it names it.
const DELIVERY: &str = "72d3162e-cc78";

/// One operation, and one of the answers that the document gives it.
struct Case {
    path: String,
    method: String,
    operation: Value,
    status: u16,
    /// Whether the gateway answers before any function.
    by_gateway: bool,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (path, method, operation) in operations() {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let reference = response["$ref"].as_str().unwrap_or_default();
            cases.push(Case {
                path: path.clone(),
                method: method.clone(),
                operation: operation.clone(),
                status: status.parse().unwrap(),
                by_gateway: reference.starts_with("#/components/responses/Gateway"),
            });
        }
    }
    cases
}

#[tokio::test]
async fn every_answer_that_it_tells_of_is_given() {
    let site = Site::start().await;
    let bed = Bed::new().await;
    bed.publish(ECHO).await;
    let key = bed.key().await;
    let mut count = 0;
    for case in cases() {
        let Case { path, method, status, .. } = &case;
        if case.by_gateway && DEPLOYED_ONLY.contains(status) {
            continue;
        }
        // The address of a file is signed without asking any service.
        if path.starts_with("/ext/files/") && *status == 500 {
            continue;
        }
        let answer = match status {
            400 if case.by_gateway => broken(&site, &case).await,
            500 | 503 => failed(&bed, &case, &key).await,
            _ => send(provoked(&site, &case).await).await,
        };
        assert_eq!(answer.status, *status, "{method} {path}: {answer}");
        count += 1;
    }
    assert!(count > 250, "{count}");
}

/// A stack with something behind every path.
struct Site {
    api: Api,
    /// A key that may do nothing.
    powerless: String,
    /// A key that has started as much as it may for now.
    spent: String,
    /// A run that has ended.
    run: String,
    /// A file that is announced.
    file: String,
    /// The path of the URL of a trigger whose provider signs.
    hook: String,
}

/// A provider that prescribes answers without a body.
const PROVIDER: &str = "github";

impl Site {
    async fn start() -> Self {
        let api = Api::start().await;
        api.stack.store().set_keys_in_paths(&support::workspace(), true).await.unwrap();
        api.publish(ECHO).await;
        api.publish(SLEEP).await;
        api.publish(APPROVAL).await;
        let powerless = api.make_key(|key| key.scopes = Scopes::from_iter([])).await;
        let spent = api.make_key(|key| {
            let rate = Rate::new("1/min".parse().unwrap(), 1);
            key.rate = Some(rate.unwrap());
        });
        let spent = spent.await;
        let last = api.request(Method::POST, "/ext/triggers/echo").header("x-api-key", &spent);
        assert_eq!(send(last).await.status, 200);
        let run = send(api.wait_for("echo", "{}")).await.workflow_id();
        let announced = api.keyed(Method::POST, "/ext/triggers/echo/files").body(FILE);
        let file = send(announced).await.json()["fileId"].as_str().unwrap().to_owned();
        let sender = Sender::of(PROVIDER);
        let hook = api.make_signed_hook("echo", sender, |trigger, _| {
            trigger.id = "signed".parse().unwrap();
        });
        let hook = hook.await;
        let site = Self { api, powerless, spent, run, file, hook };
        assert_eq!(send(site.delivery("push", Method::POST)).await.status, 200);
        site
    }

    /// A run that listens.
    async fn listening(&self) -> String {
        send(self.api.wait_for("approval", "{}")).await.workflow_id()
    }

    /// What stands in the link by which a run can be answered.
    async fn link(&self, run: &str) -> String {
        let told = self.api.status(run).await.json();
        let url = told["response"]["input_url"].as_str().unwrap();
        url.rsplit('/').next().unwrap().to_owned()
    }

    /// A run that was answered and has ended.
    async fn answered(&self) -> String {
        let run = self.listening().await;
        let path = format!("{AI_PLANET}workflow-execution/runs/{run}/input");
        assert_eq!(send(self.api.post(&path, ANSWER)).await.status, 202);
        self.api.ended(&run).await;
        run
    }

    /// What the provider sends.
    fn delivery(&self, event: &str, method: Method) -> RequestBuilder {
        let sender = Sender::of(PROVIDER);
        let request = sender.send(&self.api, &self.hook, sender.sample(event), DELIVERY);
        let (client, mut request) = request.build_split();
        *request.as_mut().unwrap().method_mut() = method;
        RequestBuilder::from_parts(client, request.unwrap())
    }

    /// Values of parameters that lead somewhere.
    fn values(&self) -> HashMap<&str, &str> {
        let mut values = values(&self.run, &self.api.key);
        values.insert("fileId", &self.file);
        values
    }
}

/// Values of parameters, of which those lead somewhere that are not about files.
fn values<'v>(run: &'v str, key: &'v str) -> HashMap<&'v str, &'v str> {
    HashMap::from([
        ("workspace_id", "demo"),
        ("trigger_id", "echo"),
        ("environment", "DEV"),
        ("workflow_id", run),
        ("triggerId", "echo"),
        ("automationId", "echo"),
        ("runId", run),
        ("run_id", run),
        ("apiKey", key),
        ("provider", PROVIDER),
        ("id", DELIVERY),
    ])
}

/// A body that the operation takes, or that is about nothing.
fn body_of(path: &str, trigger: &str) -> String {
    match path {
        "/ext/triggers/{triggerId}/files" => FILE.to_owned(),
        AI_PLANET_FILES => AI_PLANET_FILE.to_owned(),
        _ if path.ends_with("/batch") => {
            format!("{{\"items\": [{{\"workflow_configuration_id\": \"{trigger}\"}}]}}")
        }
        _ if path.ends_with("/input") || path == LINK => ANSWER.to_owned(),
        _ if path.starts_with(AI_PLANET) => {
            format!("{{\"workflow_configuration_id\": \"{trigger}\"}}")
        }
        _ => "{}".to_owned(),
    }
}

/// A request that gets the case's answer from the running stack.
async fn provoked(site: &Site, case: &Case) -> RequestBuilder {
    let api = &site.api;
    let method: Method = case.method.parse().unwrap();
    let request = |values: &HashMap<&str, &str>, key: &str, body: &str| {
        let mut values = values.clone();
        values.insert("apiKey", if key.is_empty() { "x" } else { key });
        let request = api.request(method.clone(), &path_of(&case.path, &values));
        let request = keyed(request, &case.operation, key);
        if case.operation.get("requestBody").is_none() {
            return request;
        }
        request.header("content-type", "application/json").body(body.to_owned())
    };
    let mut there = site.values();
    if case.path.contains("/by-delivery/") {
        there.insert("triggerId", "signed");
    }
    let body = body_of(&case.path, "echo");
    let plain = || request(&there, &api.key, &body);
    let with = |name: &'static str, value: &str| {
        let mut values = there.clone();
        values.insert(name, value);
        request(&values, &api.key, &body)
    };
    let with_query = |query: &str| {
        let path = format!("{}?{query}", path_of(&case.path, &there));
        keyed(api.request(method.clone(), &path), &case.operation, &api.key)
    };
    match case.status {
        204 if case.path.ends_with("/events") && method != Method::OPTIONS => {
            plain().header("last-event-id", "99")
        }
        204 if method != Method::OPTIONS => site.delivery("ping", method.clone()),
        200 if case.path == LINK => with("token", &site.link(&site.listening().await).await),
        404 if case.path == LINK => with("token", "nothing"),
        409 if case.path == LINK => {
            let link = site.link(&site.listening().await).await;
            let path = format!("/ext/input/{link}");
            assert_eq!(send(api.post(&path, r#"{"data": "reject"}"#)).await.status, 200);
            with("token", &link)
        }
        422 if case.path == LINK => plain().body("{}"),
        200 if case.path.ends_with("/input") => with("run_id", &site.answered().await),
        202 if case.path.ends_with("/input") => with("run_id", &site.listening().await),
        202 | 409 if case.path.ends_with("/cancel") || case.status == 409 => {
            let sleeping = send(api.start_of("sleep", "{}")).await.workflow_id();
            with("run_id", &sleeping)
        }
        202 if case.path.starts_with("/ext/") => {
            with("triggerId", "sleep").header("x-api-wait", "true")
        }
        200 | 201 | 202 | 204 | 302 => plain(),
        304 => plain().header("if-none-match", "*"),
        400 if case.path.ends_with("/files") => request(&there, &api.key, "{}"),
        400 => plain().header("x-api-wait", "perhaps"),
        401 => request(&there, "", &body),
        403 => request(&there, &site.powerless, &body),
        404 => {
            let mut values = there.clone();
            for name in ["trigger_id", "triggerId", "fileId"] {
                values.insert(name, "nothing");
            }
            for name in ["workflow_id", "runId", "run_id"] {
                values.insert(name, "0190b1d2-a3c4-7def-8123-456789abcdef");
            }
            request(&values, &api.key, &body_of(&case.path, "nothing"))
        }
        413 => plain().body(" ".repeat(10 * 1024 * 1024 + 1)),
        415 => plain().header("content-encoding", "gzip"),
        422 if case.path.starts_with("/ext/") => {
            let key = format!("key of {method} {}", case.path);
            let first = with_query("first=1").header("idempotency-key", &key);
            assert_eq!(send(first).await.status, 200);
            plain().header("idempotency-key", key)
        }
        422 if case.path.contains("/{run_id}/re") => plain().header("idempotency-key", "\"\""),
        422 if case.path.starts_with(AI_PLANET) && method == Method::POST => {
            request(&there, &api.key, "{}")
        }
        422 if method == Method::POST => with("environment", "TEST"),
        422 => with_query("logs=some&limit=0&last_event_id=x"),
        429 => request(&there, &site.spent, &body),
        431 => plain().header("x-long", "x".repeat(11_000)),
        status => panic!("say how {status} of {} {} comes about", case.method, case.path),
    }
}

/// A request with the key where the operation has it.
fn keyed(request: RequestBuilder, operation: &Value, key: &str) -> RequestBuilder {
    let security = &operation["security"][0];
    match () {
        () if key.is_empty() || security.is_null() => request,
        () if security.get("workspaceKey").is_some() => request.bearer_auth(key),
        () => request.header("x-api-key", key),
    }
}

/// The answer to a request whose body ends in the middle of a chunk.
async fn broken(site: &Site, case: &Case) -> Answer {
    let address = site.api.stack.base_url().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let path = path_of(&case.path, &site.values());
    let request = format!(
        "{} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\nno size\r\n",
        case.method
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.map(|line| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.parse().unwrap(), value.parse().unwrap())
    });
    let answer = Answer { status, headers: headers.collect(), body: body.to_owned().into() };
    contract::judge(&case.method, &path, &answer);
    answer
}

/// The answer of a function whose services refuse or are out of reach.
async fn failed(bed: &Bed, case: &Case, key: &str) -> Answer {
    let (runs, wire) = bed.process();
    let fault = if case.status == 500 { Fault::Refused } else { Fault::ServerError };
    wire.fail(move |_| Some(fault));
    let route = ROUTES.iter().find(|route| route.resource == case.path).unwrap();
    let mut context = ApiGatewayProxyRequestContext::default();
    context.resource_path = Some(case.path.clone());
    let run = "0190b1d2-a3c4-7def-8123-456789abcdef";
    let mut values = values(run, key);
    // Well formed, so that it is looked up.
    let token = format!("ask_{}", "A".repeat(75));
    values.insert("token", &token);
    let parameters: HashMap<_, _> =
        values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let path = path_of(&case.path, &values);
    let request: Request = http::Request::builder()
        .method(case.method.as_str())
        .uri(&path)
        .header("authorization", format!("Bearer {key}"))
        .header("x-api-key", key)
        .body(Body::from(if case.path == LINK { ANSWER } else { "{}" }))
        .unwrap();
    let request = request
        .with_path_parameters(parameters)
        .with_request_context(RequestContext::ApiGatewayV1(context));
    let answer = faults::call(&runs, route.function, request).await;
    contract::judge(&case.method, &path, &answer);
    answer
}
