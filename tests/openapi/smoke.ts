// Calls the local stack with the types that openapi-typescript has made of openapi.json. They are checked by tsc
// before it runs.

import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { paths } from "./api.d.ts";

const { TRIGGER_URL: baseUrl = "", TRIGGER_KEY: key = "" } = process.env;
// Waiting routes can answer with events too; this client asks for none.
const client = createClient<paths, "application/json">({
  baseUrl,
  // As the document says: inputs stand in the query by their own names.
  querySerializer: { object: { style: "form", explode: true } },
});

const phinite = { Authorization: `Bearer ${key}` };
const path = { workspace_id: "demo", trigger_id: "hello", environment: "DEV" } as const;
const run = await client.POST("/api/v1/ai/trigger/{workspace_id}/{trigger_id}/{environment}", {
  params: { path },
  headers: phinite,
  body: { message: "Ada", user_variables: {} },
});
assert.equal(run.data?.status, "completed");
assert.deepEqual(run.data.response, { reply: "Hello, Ada!" });

const start = (message: string) =>
  client.POST("/api/v1/ai/trigger/start/{workspace_id}/{trigger_id}/{environment}", {
    params: { path, header: { "Idempotency-Key": "ts-1" } },
    headers: phinite,
    body: { message, user_variables: {} },
  });
const [first, again, other] = [await start("Ada"), await start("Ada"), await start("Grace")];
assert.equal(first.data?.workflow_id, again.data?.workflow_id);
assert.equal(again.response.headers.get("Idempotency-Replayed"), "true");
assert.equal(other.response.status, 422);
assert(other.error && "detail" in other.error && Array.isArray(other.error.detail));

const status = await client.GET("/api/v1/ai/trigger/status/{workspace_id}/{workflow_id}", {
  params: { path: { workspace_id: "demo", workflow_id: run.data.workflow_id }, query: { logs: "all" } },
  headers: phinite,
});
assert.deepEqual(status.data?.logs.map((line) => line.node_id), ["greet", "greet", ""]);

const pinkfish = { "X-API-KEY": key };
const waited = await client.POST("/ext/triggers/{triggerId}", {
  params: { path: { triggerId: "hello" }, header: { "x-api-wait": true } },
  headers: pinkfish,
  body: { message: "Ada" },
});
assert(waited.data && "results" in waited.data);
assert.equal(waited.data.results[0]?.result.resultType, "json");
const queried = await client.GET("/ext/triggers/{triggerId}", {
  params: { path: { triggerId: "hello" }, query: { inputs: { message: "Ada" } }, header: { "x-api-wait": true } },
  headers: pinkfish,
});
assert(queried.data && "inputs" in queried.data);
assert.deepEqual(queried.data.inputs, { message: "Ada" });
const { automationId, id: runId } = waited.data;
const progress = await client.GET("/ext/runs/{automationId}/{runId}/status", {
  params: { path: { automationId, runId } },
  headers: pinkfish,
});
assert.equal(progress.data?.stepStatus["1"], "COMPLETE");
const refused = await client.GET("/ext/runs/{automationId}/{runId}/results", {
  params: { path: { automationId, runId } },
});
assert.equal(refused.response.status, 401);
assert(refused.error && "message" in refused.error);

console.log("The generated TypeScript client works.");
