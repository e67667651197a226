// Starts a flow and follows it live, then starts one in the background and follows that. Nothing but Node.js: fetch
// and streams, so the same code works in browsers, Deno and Bun.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const demo = JSON.parse(await readFile(process.argv[2] ?? ".trigger/demo.json", "utf8"));
const base = `${demo.base_url}/api/v1/apps/workflow-execution`;
const authorization = { Authorization: `Bearer ${demo.api_key}` };
const ENDS = new Set(["run.completed", "run.failed", "run.cancelled"]);

// The API says something every 15 s at least: a connection that says nothing for twice as long is dead.
const SILENCE_MS = 30_000;

// The events of one response, as { id, kind, data }.
async function* read(response, watchdog) {
  let text = "";
  for await (const bytes of response.body.pipeThrough(new TextDecoderStream())) {
    watchdog.refresh();
    text += bytes;
    const blocks = text.split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: ?(.*)/s, 2)));
      if (fields.data) yield { id: fields.id, kind: fields.event, data: JSON.parse(fields.data) };
    }
  }
}

// All events of a run, each once, over as many connections as it takes. `open` makes the first of them.
async function* follow(open) {
  let run, last, request = open;
  for (let failures = 0; failures < 10; failures++) {
    const abort = new AbortController();
    const watchdog = setTimeout(() => abort.abort(new Error("the connection is silent")), SILENCE_MS);
    try {
      const response = await request(abort.signal);
      if (response.status === 204) return;
      if (!response.ok) {
        const error = new Error(`${response.status}: ${await response.text()}`);
        throw Object.assign(error, { refused: response.status < 500 && response.status !== 429 });
      }
      for await (const event of read(response, watchdog)) {
        failures = 0;
        run = event.data.run_id;
        // The connection has become old: the next one goes on behind the last event.
        if (event.kind === "reconnect") break;
        last = event.id ?? last;
        yield event;
        if (ENDS.has(event.kind)) return;
      }
    } catch (error) {
      if (error.refused) throw error;
      console.error(`the stream broke (${error.message}), going on`);
    } finally {
      clearTimeout(watchdog);
    }
    await sleep(Math.min(500 * 2 ** failures, 10_000));
    if (run) {
      const headers = last === undefined ? authorization : { ...authorization, "Last-Event-ID": last };
      request = (signal) => fetch(`${base}/runs/${run}/events`, { headers, signal });
    }
  }
  throw new Error("no stream");
}

// The key makes a repeat of a start that got no answer the same run.
function post(path, name, signal) {
  const body = { workflow_configuration_id: demo.triggers.hello.trigger_id, inputs: [{ name: "message", type: "text", value: name }] };
  const headers = { ...authorization, "Content-Type": "application/json", "Idempotency-Key": post.key };
  return fetch(`${base}/${path}`, { method: "POST", headers, body: JSON.stringify(body), signal });
}

async function show(events) {
  let kind;
  for await (const event of events) {
    kind = event.kind;
    // What a model says comes in pieces.
    if (kind === "token") process.stdout.write(event.data.text);
    else console.log(`${event.id} ${kind}: ${event.data.message}`);
    if (ENDS.has(kind)) console.log(event.data.output ?? event.data.error);
  }
  if (kind !== "run.completed") process.exitCode = 1;
}

console.log("Live:");
post.key = randomUUID();
await show(follow((signal) => post("trigger/stream", "Node.js", signal)));

console.log("In the background, followed:");
post.key = randomUUID();
const { run_id } = await (await post("trigger", "Node.js")).json();
await show(follow((signal) => fetch(`${base}/runs/${run_id}/events`, { headers: authorization, signal })));
