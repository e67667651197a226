// Starts a flow: waiting for the result, then in the background. Nothing but Node.js.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const demo = JSON.parse(await readFile(process.argv[2] ?? ".trigger/demo.json", "utf8"));
const workspace = demo.workspace_id;
const trigger = demo.triggers.hello.trigger_id;
const prefix = `${demo.base_url}/api/v1/ai/trigger`;

async function call(method, url, body, key) {
  const headers = { Authorization: `Bearer ${demo.api_key}`, "Content-Type": "application/json" };
  if (key) headers["Idempotency-Key"] = key;
  return fetch(url, { method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(180_000) });
}

// A start that got no answer is sent again under the same key, so it starts one run.
async function start(url, body, tries = 3) {
  const key = randomUUID();
  for (let attempt = 0; attempt < tries; attempt++) {
    try {
      const response = await call("POST", url, body, key);
      if (response.ok) return await response.json();
      if (response.status < 500) throw new Error(`${response.status}: ${await response.text()}`, { cause: "refused" });
    } catch (error) {
      if (error.cause === "refused") throw error;
      console.error(`no answer (${error.message}), trying again`);
    }
    await sleep(1000 * 2 ** attempt);
  }
  throw new Error("no answer");
}

console.log("Waiting for the result:");
console.log(await start(`${prefix}/${workspace}/${trigger}/DEV`, { message: "Node.js" }));

console.log("In the background:");
let run = await start(`${prefix}/start/${workspace}/${trigger}/DEV`, { message: "Node.js" });
while (run.status === "pending") {
  await sleep(1000);
  run = await (await call("GET", `${prefix}/status/${workspace}/${run.workflow_id}`)).json();
}
console.log(run);
process.exitCode = run.status === "completed" ? 0 : 1;
