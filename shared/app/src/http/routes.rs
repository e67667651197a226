//! Every route and the function that serves it: what the local gateway routes by, and what the
//! deployed gateway is compared with.

use crate::model::RunId;

/// A function behind the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// Runs a flow while its caller waits.
    SyncTrigger,
    /// Starts a flow in the background.
    AsyncStart,
    /// Takes what comes in by a trigger's own URL.
    WebhookIngest,
    /// Reads runs, and cancels one.
    Status,
    /// Follows a run.
    Follow,
}

/// One resource of the gateway. It passes every method on: the function answers 405 itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The path, with `{name}` for a parameter. A literal segment wins over a parameter.
    pub resource: &'static str,
    /// Who serves it.
    pub function: Function,
    /// Whether the answer is streamed, as on every route that may wait longer than the 29 s of a
    /// buffered one (API Gateway quotas, integration timeout).
    pub streams: bool,
}

const fn route(resource: &'static str, function: Function, streams: bool) -> Route {
    Route { resource, function, streams }
}

/// Where a run is followed, as a path of the gateway's.
pub(super) fn events_of(run: RunId) -> String {
    format!("/api/v1/apps/workflow-execution/runs/{run}/events")
}

/// All of them.
pub const ROUTES: [Route; 29] = [
    route(
        "/api/v1/ai/trigger/{workspace_id}/{trigger_id}/{environment}",
        Function::SyncTrigger,
        true,
    ),
    route(
        "/api/v1/ai/trigger/start/{workspace_id}/{trigger_id}/{environment}",
        Function::AsyncStart,
        false,
    ),
    route("/api/v1/ai/trigger/status/{workspace_id}/{workflow_id}", Function::Status, false),
    route("/trigger/{workspace_id}/{trigger_id}/{environment}", Function::SyncTrigger, true),
    route("/trigger/start/{workspace_id}/{trigger_id}/{environment}", Function::AsyncStart, false),
    route("/trigger/status/{workspace_id}/{workflow_id}", Function::Status, false),
    route("/ext/triggers/{triggerId}", Function::SyncTrigger, true),
    // Its function answers as a stream, whatever it is asked.
    route("/ext/triggers/{triggerId}/files", Function::SyncTrigger, true),
    route("/ext/input/{token}", Function::Status, false),
    route("/ext/files/{fileId}", Function::Status, false),
    route("/ext/triggers/{triggerId}/runs/by-delivery/{provider}/{id}", Function::Status, false),
    route("/ext/webhook/{apiKey}/triggers/{triggerId}", Function::WebhookIngest, true),
    route(
        "/ext/webhook/{apiKey}/triggers/{triggerId}/runs/by-delivery/{provider}/{id}",
        Function::Status,
        false,
    ),
    route("/ext/runs/{automationId}/{runId}/status", Function::Status, false),
    route("/ext/runs/{automationId}/{runId}/results", Function::Status, false),
    route("/ext/webhook/{apiKey}/runs/{automationId}/{runId}/status", Function::Status, false),
    route("/ext/webhook/{apiKey}/runs/{automationId}/{runId}/results", Function::Status, false),
    route("/api/v1/apps/workflow-execution/trigger", Function::AsyncStart, false),
    route("/api/v1/apps/workflow-execution/files", Function::AsyncStart, false),
    route("/api/v1/apps/workflow-execution/trigger/stream", Function::SyncTrigger, true),
    route("/api/v1/apps/workflow-execution/runs", Function::Status, false),
    route("/api/v1/apps/workflow-execution/runs/{run_id}", Function::Status, false),
    route("/api/v1/apps/workflow-execution/runs/{run_id}/events", Function::Follow, true),
    route("/api/v1/apps/workflow-execution/runs/{run_id}/cancel", Function::Status, false),
    route("/api/v1/apps/workflow-execution/batch", Function::AsyncStart, false),
    route("/api/v1/apps/workflow-execution/runs/{run_id}/retry", Function::AsyncStart, false),
    route("/api/v1/apps/workflow-execution/runs/{run_id}/replay", Function::AsyncStart, false),
    route("/api/v1/apps/workflow-execution/runs/{run_id}/input", Function::Status, false),
    route("/openapi.json", Function::Status, false),
];
