// Follows runs in the manner of a browser's EventSource. That of browsers cannot send a key: it has no way to set
// headers, and keys never stand in a query. So this is one on top of fetch that can, with the same events and the same
// reconnecting; it follows runs and does not start them, as an EventSource only GETs. Nothing but Node.js.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";

class HeaderEventSource extends EventTarget {
  #abort = new AbortController();
  #lastEventId = "";
  #retryMs = 1000;

  constructor(url, { headers = {} } = {}) {
    super();
    this.#connect(url, headers);
  }

  close() {
    this.#abort.abort();
  }

  async #connect(url, headers) {
    while (!this.#abort.signal.aborted) {
      try {
        const resume = this.#lastEventId ? { "Last-Event-ID": this.#lastEventId } : {};
        const options = { headers: { Accept: "text/event-stream", ...headers, ...resume }, signal: this.#abort.signal };
        const response = await fetch(url, options);
        // 204: nothing is left to tell. Another refusal does not get better by asking again, unless it is of the server's making.
        if (response.status === 204 || (response.status >= 400 && response.status < 500)) {
          this.dispatchEvent(Object.assign(new Event("error"), { status: response.status }));
          return this.close();
        }
        if (response.ok) await this.#read(response);
      } catch (error) {
        if (!this.#abort.signal.aborted) console.error(`the stream broke (${error.message}), going on`);
      }
      await new Promise((resolve) => setTimeout(resolve, this.#retryMs));
    }
  }

  async #read(response) {
    let text = "";
    for await (const bytes of response.body.pipeThrough(new TextDecoderStream())) {
      text += bytes;
      const blocks = text.split("\n\n");
      text = blocks.pop();
      for (const block of blocks) this.#dispatch(block);
    }
  }

  #dispatch(block) {
    const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: ?(.*)/s, 2)));
    if (fields.id) this.#lastEventId = fields.id;
    if (fields.retry) this.#retryMs = Number(fields.retry);
    if (!fields.data || this.#abort.signal.aborted) return;
    const { data } = fields;
    this.dispatchEvent(new MessageEvent(fields.event ?? "message", { data, lastEventId: this.#lastEventId }));
  }
}

const demo = JSON.parse(await readFile(process.argv[2] ?? ".trigger/demo.json", "utf8"));
const base = `${demo.base_url}/api/v1/apps/workflow-execution`;
const authorization = { Authorization: `Bearer ${demo.api_key}` };

async function start(name) {
  const body = { workflow_configuration_id: demo.triggers.hello.trigger_id, inputs: [{ name: "message", type: "text", value: name }] };
  const headers = { ...authorization, "Content-Type": "application/json", "Idempotency-Key": randomUUID() };
  const response = await fetch(`${base}/trigger`, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return (await response.json()).run_id;
}

function follow(run) {
  return new Promise((resolve, reject) => {
    const source = new HeaderEventSource(`${base}/runs/${run}/events`, { headers: authorization });
    const show = ({ type, data, lastEventId }) => console.log(`${lastEventId} ${type}: ${JSON.parse(data).message}`);
    for (const kind of ["run.started", "step.started", "step.completed", "step.failed", "log"]) source.addEventListener(kind, show);
    for (const kind of ["run.completed", "run.failed", "run.cancelled"]) {
      source.addEventListener(kind, (event) => {
        show(event);
        source.close();
        resolve({ kind, ...JSON.parse(event.data) });
      });
    }
    source.addEventListener("error", ({ status }) => reject(new Error(`refused: ${status}`)));
  });
}

for (const name of ["Node.js", "again"]) {
  const end = await follow(await start(name));
  console.log(end.output ?? end.error);
  if (end.kind !== "run.completed") process.exitCode = 1;
}
