//! Calls.

#![expect(dead_code, reason = "members are declared to be known; many are looked at by place only")]

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    Anything, Authentication, Object, TextOr,
    event::{OutboundMessage, Subscription},
    policy::Duration,
};
use crate::model::LogLevel;

/// `call`: its arguments are read by what is called.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct CallTask {
    pub(in crate::flow) call: String,
    pub(in crate::flow) with: Option<Object>,
}

/// Arguments of `call: http`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct HttpArguments {
    method: String,
    endpoint: Endpoint,
    headers: Option<TextOr<BTreeMap<String, String>>>,
    body: Option<Anything>,
    query: Option<TextOr<BTreeMap<String, String>>>,
    pub(in crate::flow) output: Option<HttpOutputName>,
    pub(in crate::flow) redirect: Option<bool>,
}

/// What an HTTP call puts out.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::flow) enum HttpOutputName {
    Raw,
    Content,
    Response,
}

/// Arguments of `call: log`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct LogArguments {
    pub(in crate::flow) level: Option<LogLevel>,
    message: Anything,
}

/// A URI, an expression that gives one, or either with credentials.
pub(super) type Endpoint = TextOr<EndpointParts>;

/// A URI with credentials.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EndpointParts {
    uri: String,
    authentication: Option<Authentication>,
}

/// A document elsewhere.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExternalResource {
    name: Option<String>,
    endpoint: Endpoint,
}

/// Arguments of `call: openapi`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::flow) struct OpenApiCall {
    document: ExternalResource,
    operation_id: String,
    parameters: Option<Object>,
    authentication: Option<Authentication>,
    output: Option<HttpOutputName>,
    redirect: Option<bool>,
}

/// Arguments of `call: asyncapi`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct AsyncApiCall {
    document: ExternalResource,
    channel: Option<String>,
    operation: Option<String>,
    server: Option<AsyncApiServer>,
    protocol: Option<String>,
    message: Option<OutboundMessage>,
    subscription: Option<Subscription>,
    authentication: Option<Authentication>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AsyncApiServer {
    name: String,
    variables: Option<Object>,
}

/// Arguments of `call: grpc`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct GrpcCall {
    proto: ExternalResource,
    service: GrpcService,
    method: String,
    arguments: Option<Object>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GrpcService {
    name: String,
    host: String,
    port: Option<u16>,
    authentication: Option<Authentication>,
}

/// Arguments of `call: a2a`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::flow) struct A2aCall {
    agent_card: Option<ExternalResource>,
    server: Option<Endpoint>,
    method: A2aMethod,
    parameters: Option<TextOr<Object>>,
}

#[derive(Deserialize)]
enum A2aMethod {
    #[serde(rename = "message/send")]
    SendMessage,
    #[serde(rename = "message/stream")]
    StreamMessage,
    #[serde(rename = "tasks/get")]
    GetTask,
    #[serde(rename = "tasks/list")]
    ListTasks,
    #[serde(rename = "tasks/cancel")]
    CancelTask,
    #[serde(rename = "tasks/resubscribe")]
    ResubscribeToTask,
    #[serde(rename = "tasks/pushNotificationConfig/set")]
    SetPushNotifications,
    #[serde(rename = "tasks/pushNotificationConfig/get")]
    GetPushNotifications,
    #[serde(rename = "tasks/pushNotificationConfig/list")]
    ListPushNotifications,
    #[serde(rename = "tasks/pushNotificationConfig/delete")]
    DeletePushNotifications,
    #[serde(rename = "agent/getAuthenticatedExtendedCard")]
    GetExtendedCard,
}

/// Arguments of `call: mcp`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::flow) struct McpCall {
    protocol_version: Option<String>,
    method: McpMethod,
    parameters: Option<TextOr<Object>>,
    timeout: Option<Duration>,
    transport: McpTransport,
    client: Option<McpClient>,
}

#[derive(Deserialize)]
enum McpMethod {
    #[serde(rename = "tools/list")]
    ListTools,
    #[serde(rename = "tools/call")]
    CallTool,
    #[serde(rename = "prompts/list")]
    ListPrompts,
    #[serde(rename = "prompts/get")]
    GetPrompt,
    #[serde(rename = "resources/list")]
    ListResources,
    #[serde(rename = "resources/read")]
    ReadResource,
    #[serde(rename = "resources/templates/list")]
    ListResourceTemplates,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct McpTransport {
    http: Option<McpHttp>,
    stdio: Option<McpStdio>,
    options: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct McpHttp {
    endpoint: Endpoint,
    headers: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct McpStdio {
    command: String,
    arguments: Option<Vec<String>>,
    environment: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct McpClient {
    name: String,
    version: String,
}
