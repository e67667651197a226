"""What is promised, through API Gateway, Lambda, SQS and DynamoDB as `sam deploy` has put them together.

Streaming routes are not tested here: the emulator answers 500 on them."""

import json
import os
from datetime import datetime, timedelta, timezone

from deployment import FUNCTIONS, STACK, eventually
# The user's own, so that no line of a log may hold it.
MESSAGE = "two pounds of tea for Ada"


def steps(envelope: dict) -> list[tuple[str, str]]:
    """What a run has logged, without times."""
    return [(line["node_id"], line["status"]) for line in envelope["logs"]]


def test_a_background_run_goes_through_the_deployment(deployment):
    started = deployment.api.start("steps", {"message": MESSAGE})
    assert started.status_code == 200, started.text
    assert started.json()["status"] == "pending"

    ended = deployment.api.await_end(started.json()["workflow_id"])
    assert (ended["status"], ended["error"]) == ("completed", None)
    assert ended["response"] == {"said": MESSAGE}


def test_an_idempotent_start_that_is_repeated_starts_nothing(deployment):
    def start(message):
        return deployment.api.start("steps", {"message": message}, **{"Idempotency-Key": "tea-1"})

    first, repeated, other = start(MESSAGE), start(MESSAGE), start("coffee")
    assert repeated.json()["workflow_id"] == first.json()["workflow_id"]
    assert repeated.headers["Idempotency-Replayed"] == "true"
    assert other.status_code == 422


def test_a_revoked_key_is_refused(deployment):
    key = deployment.operate("key", "create", "--name", "revoked", "--env", "DEV")
    deployment.operate("key", "revoke", key["key_id"])
    refused = deployment.api.start("steps", {}, Authorization=f"Bearer {key['api_key']}")
    assert refused.status_code == 401, refused.text


def test_what_is_too_large_for_an_item_goes_through_the_bucket(deployment):
    # Random, so that it cannot be compressed to less than an item may hold.
    large = os.urandom(500_000).hex()
    started = deployment.api.start("steps", {"message": large})
    assert started.status_code == 200, started.text
    run = started.json()["workflow_id"]
    assert deployment.api.await_end(run)["response"] == {"said": large}

    bucket = deployment.outputs["PayloadsBucketName"]
    stored = deployment.client("s3").list_objects_v2(Bucket=bucket, Prefix="payloads/")
    assert any(run in one["Key"] for one in stored.get("Contents", []))


class BrokenWorker:
    """While it lasts, every message fails: `live` is a version of the worker that knows no table of
    runs, as a bad deployment would leave it. The way back is the operator's, too."""

    def __init__(self, deployment):
        self._functions = deployment.client("lambda")
        self._name = f"{STACK}-worker"

    def __enter__(self):
        self._good = self._functions.get_alias(FunctionName=self._name, Name="live")
        environment = self._functions.get_function_configuration(FunctionName=self._name)
        variables = environment["Environment"]["Variables"] | {"TRIGGER_RUNS_TABLE": "nothing"}
        self._functions.update_function_configuration(
            FunctionName=self._name, Environment={"Variables": variables}
        )
        broken = self._functions.publish_version(FunctionName=self._name)
        self._serve(broken["Version"])

    def __exit__(self, *_):
        self._serve(self._good["FunctionVersion"])

    def _serve(self, version):
        self._functions.update_alias(
            FunctionName=self._name, Name="live", FunctionVersion=version
        )


def test_a_message_that_failed_is_delivered_again_and_its_run_ends_once(deployment):
    undisturbed = deployment.api.start("steps", {"message": MESSAGE}).json()["workflow_id"]
    expected = steps(deployment.api.await_end(undisturbed))

    with BrokenWorker(deployment):
        run = deployment.api.start("steps", {"message": MESSAGE}).json()["workflow_id"]

        def failed_twice():
            received = [one for one in deployment.messages("RunsQueueUrl") if run in one["Body"]]
            return received and received[0]["ReceiveCount"] >= 2 and received[0]["Body"]

        message = eventually(failed_twice, "a second delivery")
        assert deployment.api.status(run).json()["status"] == "pending"

    ended = deployment.api.await_end(run)
    assert ended["status"] == "completed"
    assert steps(ended) == expected

    # SQS may deliver what was deleted once more.
    deployment.send(message)
    assert deployment.api.status(run).json() == ended


def test_a_run_whose_messages_all_fail_ends_as_failed(deployment):
    with BrokenWorker(deployment):
        run = deployment.api.start("steps", {"message": MESSAGE}).json()["workflow_id"]
        ended = deployment.api.await_end(run, timeout_s=120)
    assert ended["status"] == "failed"
    assert "every delivery of its message failed" in ended["error"]
    assert deployment.messages("DeadLetterQueueUrl") == []


def test_a_firing_of_a_schedule_starts_one_run_however_often_it_is_delivered(deployment):
    at = datetime.now(timezone.utc) + timedelta(seconds=3)
    deployment.operate(
        *("trigger", "create", "--name", "tick", "--id", "tick", "--flow", "steps"),
        *("--at", at.strftime("%Y-%m-%dT%H:%M:%S"), "--input", json.dumps({"message": MESSAGE})),
    )
    scheduler = deployment.client("scheduler")
    (schedule,) = scheduler.list_schedules(GroupName=STACK)["Schedules"]
    target = scheduler.get_schedule(GroupName=STACK, Name=schedule["Name"])["Target"]

    def runs():
        return deployment.operate("run", "list", "--trigger", "tick")["runs"]

    (run,) = eventually(runs, "the schedule to fire")
    assert deployment.api.await_end(run["run_id"])["response"] == {"said": MESSAGE}

    time = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    again = target["Input"].replace("<aws.scheduler.scheduled-time>", time)
    assert again != target["Input"]
    for _ in range(2):
        deployment.send(again)
    assert [one["run_id"] for one in runs()] == [run["run_id"]]


def test_the_functions_log_runs_and_neither_keys_nor_messages(deployment):
    run = deployment.api.start("steps", {"message": MESSAGE}).json()["workflow_id"]
    deployment.api.await_end(run)

    # Whatever the tests before this one have caused is among them.
    lines = {function: deployment.logged(function) for function in FUNCTIONS}
    for function in ("async-start", "status", "worker"):
        assert any(run in line for line in lines[function]), f"{function} has not told of the run"
    for hidden in (deployment.api.key, MESSAGE):
        assert not any(hidden in line for line in sum(lines.values(), []))
