"""Starts a flow: waiting for the result, then in the background. Standard library only."""

import json
import sys
import time
import urllib.error
import urllib.request
import uuid

demo = json.load(open(sys.argv[1] if len(sys.argv) > 1 else ".trigger/demo.json"))
workspace = demo["workspace_id"]
trigger = demo["triggers"]["hello"]["trigger_id"]


def call(method, path, body=None, key=None):
    headers = {"Authorization": f"Bearer {demo['api_key']}", "Content-Type": "application/json"}
    if key:
        headers["Idempotency-Key"] = key
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(demo["base_url"] + path, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=180) as response:
        return json.load(response)


def start(path, body, tries=3):
    """A start that got no answer is sent again under the same key, so it starts one run."""
    key = str(uuid.uuid4())
    for attempt in range(tries):
        try:
            return call("POST", path, body, key)
        except urllib.error.HTTPError as error:
            if error.code < 500:
                raise SystemExit(f"{error.code}: {error.read().decode()}")
        except OSError as error:
            print(f"no answer ({error}), trying again", file=sys.stderr)
        time.sleep(2**attempt)
    raise SystemExit("no answer")


prefix = "/api/v1/ai/trigger"
print("Waiting for the result:")
print(start(f"{prefix}/{workspace}/{trigger}/DEV", {"message": "Python"}))

print("In the background:")
run = start(f"{prefix}/start/{workspace}/{trigger}/DEV", {"message": "Python"})
while run["status"] == "pending":
    time.sleep(1)
    run = call("GET", f"{prefix}/status/{workspace}/{run['workflow_id']}")
print(run)
sys.exit(0 if run["status"] == "completed" else 1)
