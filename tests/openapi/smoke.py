"""Calls the local stack with the client that openapi-python-client has made of openapi.json. Its types are
checked by mypy before it runs."""

import os

from trigger_api import AuthenticatedClient, Client
from trigger_api.api.description import read_open_api_document
from trigger_api.api.phinite import phinite_run, phinite_start, phinite_status
from trigger_api.api.pinkfish import pinkfish_results, pinkfish_status, pinkfish_trigger, pinkfish_trigger_by_query
from trigger_api.models import (
    DetailError,
    DetailInvalid,
    OpenApiDocument,
    PhiniteBackgroundStart,
    PhiniteEnvironment,
    PhiniteRun,
    PhiniteRunStatus,
    PhiniteStart,
    PhiniteStatusLogs,
    PinkfishExecution,
    PinkfishInputs,
    PinkfishProgress,
    PinkfishState,
    PinkfishTexts,
)

URL, KEY = os.environ["TRIGGER_URL"], os.environ["TRIGGER_KEY"]
DEV = PhiniteEnvironment.DEV


def phinite() -> None:
    client = AuthenticatedClient(URL, token=KEY)
    body = PhiniteStart(message="Ada")
    run = phinite_run.sync("demo", "hello", DEV, client=client, body=body)
    assert isinstance(run, PhiniteRun), run
    assert run.status is PhiniteRunStatus.COMPLETED and run.response == {"reply": "Hello, Ada!"}

    started = PhiniteBackgroundStart(message="Ada")
    first = phinite_start.sync_detailed("demo", "hello", DEV, client=client, body=started, idempotency_key="py-1")
    again = phinite_start.sync_detailed("demo", "hello", DEV, client=client, body=started, idempotency_key="py-1")
    assert isinstance(first.parsed, PhiniteRun) and isinstance(again.parsed, PhiniteRun)
    assert first.parsed.workflow_id == again.parsed.workflow_id
    assert again.headers["Idempotency-Replayed"] == "true"

    read = phinite_status.sync("demo", run.workflow_id, client=client, logs=PhiniteStatusLogs.ALL)
    assert isinstance(read, PhiniteRun) and [line.node_id for line in read.logs] == ["greet", "greet", ""]

    other = PhiniteBackgroundStart(message="Grace")
    refused = phinite_start.sync("demo", "hello", DEV, client=client, body=other, idempotency_key="py-1")
    assert isinstance(refused, DetailInvalid) and refused.detail[0].loc == ["header", "Idempotency-Key"]
    missing = phinite_run.sync("demo", "nothing", DEV, client=client, body=body)
    assert isinstance(missing, DetailError) and missing.detail == "Trigger not found"


def pinkfish() -> None:
    client = AuthenticatedClient(URL, token=KEY, prefix="", auth_header_name="X-API-KEY")
    body = PinkfishInputs.from_dict({"message": "Ada"})
    run = pinkfish_trigger.sync("hello", client=client, body=body, x_api_wait=True)
    assert isinstance(run, PinkfishExecution), run
    assert run.status is PinkfishState.COMPLETE and run.results[0].result.result_type.value == "json"

    texts = PinkfishTexts.from_dict({"message": "Ada"})
    form = pinkfish_trigger.sync("hello", client=client, body=texts, x_api_wait=True)
    query = pinkfish_trigger_by_query.sync("hello", client=client, inputs=texts, x_api_wait=True)
    for other in (form, query):
        assert isinstance(other, PinkfishExecution) and other.inputs == run.inputs

    started = pinkfish_trigger.sync_detailed("hello", client=client, body=body)
    assert started.status_code == 200 and started.parsed is None
    progress = pinkfish_status.sync(run.automation_id, run.id, client=client)
    assert isinstance(progress, PinkfishProgress) and progress.step_status["1"] is PinkfishState.COMPLETE
    results = pinkfish_results.sync(run.automation_id, run.id, client=client)
    assert isinstance(results, PinkfishExecution) and results.selected_result == run.selected_result


document = read_open_api_document.sync(client=Client(URL))
assert isinstance(document, OpenApiDocument) and "/ext/triggers/{triggerId}" in document.paths
phinite()
pinkfish()
print("The generated Python client works.")
