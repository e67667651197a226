//! Stands in front of tables and queues as IAM does: passes on what the role of the caller allows,
//! answers anything else with `AccessDeniedException`, and remembers both.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{Access, Function, Role, role::Right};

/// Where the rights are noted that were used: a folder a function, a file a right. A folder, because
/// it is looked at when all tests are over, by another process.
pub const USED: &str = "target/lambda-test/used";

/// Something that was asked for and not allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// By whom; nobody where the caller did not say.
    pub function: Option<Function>,
    /// What, in words.
    pub access: String,
}

/// Where the requests go that are allowed, and how the template calls what they name.
pub struct Upstream {
    /// `http://127.0.0.1:<port>` of the tables.
    pub dynamodb_url: String,
    /// The same of the bucket.
    pub s3_url: String,
    /// The same of the queues.
    pub sqs_url: String,
    /// The same of the parameters.
    pub ssm_url: String,
    /// What stands before the names of the stack's parameters.
    pub secrets_prefix: String,
    /// Logical ids by service and name: of tables, buckets, queues.
    pub names: BTreeMap<(&'static str, String), &'static str>,
}

/// The server. It ends with its runtime.
pub struct Guard {
    /// `http://127.0.0.1:<port>`, for every service.
    pub url: String,
    shared: Arc<Shared>,
}

struct Shared {
    roles: BTreeMap<&'static str, (Function, Role)>,
    upstream: Upstream,
    denials: Mutex<Vec<Denial>>,
    /// Of an operation, how often its answer is to be lost.
    lost: Mutex<BTreeMap<String, usize>>,
    client: reqwest::Client,
}

/// The folder in which a function's used rights are noted.
pub fn used(function: Function) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(USED).join(function.name())
}

/// The file that notes a right.
pub fn note(function: Function, (action, resource): &Right) -> PathBuf {
    used(function).join(format!("{action} on {resource}").replace('/', "|"))
}

impl Guard {
    /// Starts a server. A caller is known by its access key id, which is the name of its function.
    pub async fn start(
        roles: impl IntoIterator<Item = (Function, Role)>,
        upstream: Upstream,
    ) -> Self {
        let roles = roles.into_iter().map(|(function, role)| (function.name(), (function, role)));
        let shared = Arc::new(Shared {
            roles: roles.collect(),
            upstream,
            denials: Mutex::default(),
            lost: Mutex::default(),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
        });
        for function in Function::ALL {
            fs::create_dir_all(used(function)).unwrap();
        }
        let router = Router::new().fallback(pass).with_state(Arc::clone(&shared));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, shared }
    }

    /// The next answer to this operation is lost: it is done, and its caller gets a failure of the
    /// service; of a transaction, what its repeat says when too much time has passed for its token
    /// (DynamoDB API reference, `ClientRequestToken`: ten minutes).
    pub fn lose_answer(&self, operation: &str) {
        let mut lost = self.shared.lost.lock().unwrap_or_else(PoisonError::into_inner);
        *lost.entry(operation.to_owned()).or_default() += 1;
    }

    /// What was not allowed so far.
    pub fn denials(&self) -> Vec<Denial> {
        self.shared.denials.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Shared {
    fn loses(&self, operation: &str) -> bool {
        let mut lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        let count = lost.get_mut(operation).filter(|count| **count > 0);
        count.map(|count| *count -= 1).is_some()
    }

    /// Nothing where the role of the caller allows everything.
    fn check(&self, caller: &str, accesses: &[Access]) -> Option<Denial> {
        let Some((function, role)) = self.roles.get(caller) else {
            return Some(Denial { function: None, access: "a request of nobody".to_owned() });
        };
        for access in accesses {
            let rights = role.rights(access);
            if rights.is_empty() {
                return Some(Denial { function: Some(*function), access: access.to_string() });
            }
            for right in &rights {
                fs::write(note(*function, right), "").unwrap();
            }
        }
        None
    }
}

async fn pass(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let target = text(&headers, "x-amz-target");
    let (service, operation) = target.split_once('.').unwrap_or_default();
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let upstream = &shared.upstream;
    let (url, accesses) = match service {
        "DynamoDB_20120810" => (&upstream.dynamodb_url, of_tables(upstream, operation, &request)),
        "AmazonSQS" => (&upstream.sqs_url, of_queue(upstream, operation, &request)),
        "AmazonSSM" => (&upstream.ssm_url, of_parameters(upstream, operation, &request)),
        // The others name their operations in a header.
        _ => (&upstream.s3_url, of_bucket(upstream, &method, uri.path())),
    };
    if let Some(denial) = shared.check(caller(&uri, &headers), &accesses) {
        shared.denials.lock().unwrap_or_else(PoisonError::into_inner).push(denial);
        let refusal = json!({
            "__type": "com.amazon.coral.service#AccessDeniedException",
            "message": "not authorized to perform this",
        });
        return (StatusCode::BAD_REQUEST, refusal.to_string()).into_response();
    }
    let mut request = shared.client.request(method, format!("{url}{uri}")).body(body);
    for (name, value) in &headers {
        if name != header::HOST && name != header::CONTENT_LENGTH {
            request = request.header(name, value);
        }
    }
    // The services end with their test, maybe while a process still asks them.
    let Ok(answer) = request.send().await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    headers.remove(header::TRANSFER_ENCODING);
    match answer.bytes().await {
        Ok(_) if shared.loses(operation) => lost(operation),
        Ok(body) => (status, headers, body).into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

fn lost(operation: &str) -> Response {
    if operation != "TransactWriteItems" {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let refusal = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled",
        "CancellationReasons": [{"Code": "ConditionalCheckFailed"}, {"Code": "None"}],
    });
    (StatusCode::BAD_REQUEST, refusal.to_string()).into_response()
}

/// The access key id of the credential scope (AWS Signature Version 4), of a presigned URL too: who signed it has to
/// have the right when it is used.
fn caller<'r>(uri: &'r Uri, headers: &'r HeaderMap) -> &'r str {
    let signed = text(headers, "authorization").split_once("Credential=");
    let presigned = uri.query().and_then(|query| query.split_once("X-Amz-Credential="));
    let scope = signed.or(presigned).map(|(_, scope)| scope);
    scope.and_then(|scope| scope.split(['/', '%']).next()).unwrap_or_default()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// A transaction needs the rights of its parts (DynamoDB developer guide, "API permissions").
fn of_tables(upstream: &Upstream, operation: &str, request: &Value) -> Vec<Access> {
    let access = |action: &str, table: &Value, index: Option<&str>, keys: Vec<&Value>| {
        let table = upstream.name("dynamodb", table.as_str().unwrap());
        let index = index.map(|index| format!("/index/{index}")).unwrap_or_default();
        let keys = keys.into_iter().map(|key| key["pk"]["S"].as_str().unwrap().to_owned());
        Access {
            action: format!("dynamodb:{action}"),
            resource: format!("{table}{index}"),
            keys: keys.collect(),
        }
    };
    match operation {
        "TransactWriteItems" => {
            let parts = request["TransactItems"].as_array().unwrap().iter();
            let parts = parts.flat_map(|part| part.as_object().unwrap());
            parts
                .map(|(kind, part)| {
                    let (action, key) = match kind.as_str() {
                        "Put" => ("PutItem", &part["Item"]),
                        "Update" => ("UpdateItem", &part["Key"]),
                        "Delete" => ("DeleteItem", &part["Key"]),
                        _ => ("ConditionCheckItem", &part["Key"]),
                    };
                    access(action, &part["TableName"], None, vec![key])
                })
                .collect()
        }
        "Query" => {
            let index = request["IndexName"].as_str();
            let mut access = access(operation, &request["TableName"], index, Vec::new());
            // Which key it is would have to be read out of an expression, so it is taken for one
            // that only a right to all keys allows.
            access.keys = BTreeSet::from(["?".to_owned()]);
            vec![access]
        }
        "PutItem" => vec![access(operation, &request["TableName"], None, vec![&request["Item"]])],
        _ => vec![access(operation, &request["TableName"], None, vec![&request["Key"]])],
    }
}

/// `/bucket/key`.
fn of_bucket(upstream: &Upstream, method: &Method, path: &str) -> Vec<Access> {
    let (bucket, key) = path.trim_start_matches('/').split_once('/').unwrap_or_default();
    let action = match *method {
        // Looking whether an object is there needs the right to read it.
        Method::GET | Method::HEAD => "s3:GetObject",
        Method::PUT => "s3:PutObject",
        Method::DELETE => "s3:DeleteObject",
        _ => panic!("{method} of an object"),
    };
    let resource = format!("{}/{key}", upstream.name("s3", bucket));
    vec![Access { action: action.to_owned(), resource, keys: BTreeSet::new() }]
}

/// A batch of messages needs the right to each of them.
fn of_queue(upstream: &Upstream, operation: &str, request: &Value) -> Vec<Access> {
    let queue = request["QueueUrl"].as_str().unwrap().rsplit('/').next().unwrap();
    let resource = upstream.name("sqs", queue).to_owned();
    let action = format!("sqs:{}", operation.trim_end_matches("Batch"));
    vec![Access { action, resource, keys: BTreeSet::new() }]
}

/// Several parameters need the right to each of them.
fn of_parameters(upstream: &Upstream, operation: &str, request: &Value) -> Vec<Access> {
    let names = request["Names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
    names
        .map(|name| {
            let name = name.strip_prefix(&upstream.secrets_prefix).unwrap_or(name);
            let resource = format!("parameter/trigger-api/${{AWS::StackName}}{name}");
            Access { action: format!("ssm:{operation}"), resource, keys: BTreeSet::new() }
        })
        .collect()
}

impl Upstream {
    fn name(&self, service: &'static str, name: &str) -> &'static str {
        let known = self.names.get(&(service, name.to_owned()));
        known.unwrap_or_else(|| panic!("nothing in the template is called {name}"))
    }
}
