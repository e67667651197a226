"""The stack as `sam deploy` makes it of the repository's own files, and the ways to it."""

import json
import os
import shlex
import shutil
import subprocess
import time
from pathlib import Path

import boto3
import requests

from emulator import ACCOUNT, REGION, ROOT, Emulator

STACK = "trigger-api-dev"
STAGE = "dev"
WORKSPACE = "acme"
FUNCTIONS = sorted(folder.name for folder in (ROOT / "functions").iterdir())


class Deployment:
    """A deployed stack with a workspace and its key."""

    def __init__(self, emulator: Emulator, folder: Path):
        self.emulator = emulator
        _deploy(emulator, folder)
        stack = self.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        self._variables = _exported(self.outputs["CommandLine"])
        self.operate("workspace", "create", WORKSPACE)
        key = self.operate("key", "create", "--name", "tests", "--env", "DEV")["api_key"]
        self.api = Api(emulator, self.outputs["ApiUrl"], key)

    def client(self, service: str):
        """A client of AWS's own kind, as the account's root user."""
        credentials = self.emulator.environment
        return boto3.client(
            service,
            endpoint_url=self.emulator.url,
            verify=self.emulator.certificate,
            region_name=credentials["AWS_REGION"],
            aws_access_key_id=credentials["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=credentials["AWS_SECRET_ACCESS_KEY"],
        )

    def operate(self, *arguments: str):
        """What `trigger-api` answers, told of the deployment as the guide says."""
        done = subprocess.run(
            [ROOT / "target/debug/trigger-api", "--json", "--workspace", WORKSPACE, *arguments],
            env=self.emulator.environment | self._variables,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"trigger-api {arguments}: {done.stderr}"
        return json.loads(done.stdout)

    def publish(self, name: str, flow: Path):
        """Publishes a flow, and makes the trigger `name` for it."""
        published = self.operate("flow", "publish", str(flow), "--env", "DEV")
        self.operate("trigger", "create", "--name", name, "--id", name, "--flow", published["automation_id"])

    def messages(self, queue: str) -> list[dict]:
        """What is in a queue, without receiving it."""
        url = self.outputs[queue]
        answer = self.emulator.get("/_ministack/sqs/messages", params={"QueueUrl": url})
        answer.raise_for_status()
        return answer.json()["messages"][ACCOUNT][REGION][url]

    def send(self, message: str):
        """Sends a message to the runs queue, and waits until nothing is left there."""
        queue = "RunsQueueUrl"
        sqs = self.client("sqs")
        sqs.send_message(QueueUrl=self.outputs[queue], MessageBody=message)
        eventually(lambda: not self.messages(queue), "the queue to be empty")

    def logged(self, function: str) -> list[str]:
        """Every line of a function's log."""
        pages = self.client("logs").get_paginator("filter_log_events").paginate(
            logGroupName=f"/aws/lambda/{STACK}-{function}"
        )
        return [event["message"] for page in pages for event in page["events"]]


class Api:
    """The API's address, and a key for it."""

    def __init__(self, emulator: Emulator, url: str, key: str):
        api = url.removeprefix("https://").split(".")[0]
        # The emulator tells an API by the host name, as AWS does.
        self._host = f"{api}.execute-api.localhost"
        self._base = f"{emulator.url}/{STAGE}/api/v1/ai/trigger"
        self._certificate = emulator.certificate
        self.key = key

    def start(self, trigger: str, body: dict, **headers: str) -> requests.Response:
        """A start in the background."""
        path = f"start/{WORKSPACE}/{trigger}/DEV"
        return self._request("POST", path, json=body, headers=headers)

    def status(self, run: str, **headers: str) -> requests.Response:
        """A run's state, with its whole log."""
        path = f"status/{WORKSPACE}/{run}?logs=all"
        return self._request("GET", path, headers=headers)

    def await_end(self, run: str, timeout_s: float = 60) -> dict:
        """The state of a run that has ended."""

        def ended():
            answer = self.status(run)
            assert answer.status_code == 200, answer.text
            envelope = answer.json()
            return envelope if envelope["status"] != "pending" else None

        return eventually(ended, f"run {run} to end", timeout_s)

    def _request(self, method: str, path: str, headers: dict, **more) -> requests.Response:
        headers = {"Host": self._host, "Authorization": f"Bearer {self.key}"} | headers
        url = f"{self._base}/{path}"
        return requests.request(method, url, headers=headers, verify=self._certificate, **more)


def eventually(look, what: str, timeout_s: float = 60):
    """What `look` answers, as soon as that is something."""
    deadline = time.monotonic() + timeout_s
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"waited {timeout_s} s in vain for {what}"
        time.sleep(0.2)


def _deploy(emulator: Emulator, folder: Path):
    """The second of the guide's two commands. Its folder holds copies of the files, because the
    template names the binaries by where they lie beside it, and those are arm64's in the original."""
    (folder / "infra").mkdir()
    for file in ("samconfig.toml", "infra/template.yaml"):
        shutil.copy(ROOT / file, folder / file)
    for function in FUNCTIONS:
        binary = folder / "target/lambda" / function
        binary.mkdir(parents=True)
        shutil.copy(ROOT / "target/lambda-test" / function / "bootstrap", binary)
    with (folder / "sam.log").open("w") as log:
        done = subprocess.run(
            [ROOT / "target/tools/sam/bin/sam", "deploy", "--config-env", "dev"]
            + ["--parameter-overrides", f"Stage={STAGE} Architecture=x86_64"],
            cwd=folder,
            env=emulator.environment
            | {"PATH": os.environ["PATH"], "HOME": str(folder), "SAM_CLI_TELEMETRY": "0"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    assert done.returncode == 0, (folder / "sam.log").read_text()


def _exported(commands: str) -> dict[str, str]:
    """The variables that `export NAME=VALUE …` sets."""
    export, *assignments = shlex.split(commands)
    assert export == "export", commands
    return dict(assignment.split("=", 1) for assignment in assignments)
