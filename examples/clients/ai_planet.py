"""Starts a flow in the AI Planet dialect, twice in one thread, and polls. Standard library only."""

import json
import sys
import time
import urllib.error
import urllib.request
import uuid

demo = json.load(open(sys.argv[1] if len(sys.argv) > 1 else ".trigger/demo.json"))
trigger = demo["triggers"]["hello"]["trigger_id"]
base = demo["base_url"] + "/api/v1/apps/workflow-execution"


def call(method, path, body=None, key=None):
    headers = {"Authorization": f"Bearer {demo['api_key']}", "Content-Type": "application/json"}
    if key:
        headers["Idempotency-Key"] = key
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(base + path, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


def start(inputs, thread_id=None, tries=3):
    """A start that got no answer is sent again under the same key, so it starts one run."""
    body = {"workflow_configuration_id": trigger, "inputs": inputs, "thread_id": thread_id}
    key = str(uuid.uuid4())
    for attempt in range(tries):
        try:
            return call("POST", "/trigger", body, key)
        except urllib.error.HTTPError as error:
            # 422 lists what is wrong with which input.
            if error.code < 500:
                raise SystemExit(f"{error.code}: {error.read().decode()}")
        except OSError as error:
            print(f"no answer ({error}), trying again", file=sys.stderr)
        time.sleep(2**attempt)
    raise SystemExit("no answer")


def ended(run):
    while run["status"] in ("pending", "running", "waiting"):
        time.sleep(1)
        run = call("GET", f"/runs/{run['run_id']}")
    return run


first = ended(start([{"name": "message", "type": "text", "value": "Python"}]))
print(first)
second = ended(start([{"name": "message", "type": "text", "value": "again"}], first["thread_id"]))
print(second)
sys.exit(0 if first["status"] == second["status"] == "completed" else 1)
