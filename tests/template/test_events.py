"""The sample events have the shape of the real ones and fit the routes."""

import base64
import hashlib
import json
import re

import pytest

from conftest import ROOT

EVENTS = {path.stem: json.loads(path.read_text()) for path in sorted((ROOT / "events").glob("*.json"))}
OF_HTTP = [name for name, event in EVENTS.items() if "httpMethod" in event]
OF_QUEUE = [name for name, event in EVENTS.items() if "Records" in event]


def test_every_function_has_a_sample_event(functions, kebab):
    assert set(OF_HTTP) | set(OF_QUEUE) == set(EVENTS)
    for function in functions:
        assert any(name == kebab(function) for name in EVENTS), function
    for name in EVENTS:
        assert any(name.startswith(kebab(function)) for function in functions), name


@pytest.mark.parametrize("name", OF_HTTP)
def test_a_request_is_one_that_its_function_gets(name, expected, kebab):
    event = EVENTS[name]
    (route,) = [route for route in expected["routes"] if route["resource"] == event["resource"]]
    assert name.startswith(kebab(route["function"]))
    path = event["resource"]
    for parameter, value in (event["pathParameters"] or {}).items():
        path = path.replace("{" + parameter + "}", value)
    assert event["path"] == path
    context = event["requestContext"]
    assert context["resourcePath"] == event["resource"] and context["httpMethod"] == event["httpMethod"]
    own_domain = "execute-api" not in context["domainName"]
    assert context["path"] == (path if own_domain else f"/{context['stage']}{path}")


@pytest.mark.parametrize("name", OF_HTTP)
def test_headers_query_and_body_are_written_as_the_gateway_writes_them(name):
    event = EVENTS[name]
    for single, multiple in [("headers", "multiValueHeaders"), ("queryStringParameters", "multiValueQueryStringParameters")]:
        # The last of several is the single one; nothing at all is null.
        assert event[single] == (event[multiple] and {key: values[-1] for key, values in event[multiple].items()})
    if "apiKey" in (event["pathParameters"] or {}):
        assert re.fullmatch(r"whk_EXAMPLE\w{53}", event["pathParameters"]["apiKey"])
    elif "token" in (event["pathParameters"] or {}):
        assert re.fullmatch(r"ask_A{75}", event["pathParameters"]["token"])
    else:
        assert re.fullmatch(r"Bearer tk_EXAMPLE\w{53}", event["headers"]["Authorization"])
    assert event["isBase64Encoded"] == (event["body"] is not None)
    if event["body"] is not None:
        assert json.loads(base64.b64decode(event["body"], validate=True))


@pytest.mark.parametrize("name", OF_QUEUE)
def test_a_record_is_written_as_the_queue_writes_it(name, resources):
    for record in EVENTS[name]["Records"]:
        assert record["md5OfBody"] == hashlib.md5(record["body"].encode()).hexdigest()
        message = json.loads(record["body"])
        assert message["v"] == 1 and message["run"] and message["kind"]
        assert all(isinstance(value, str) for value in record["attributes"].values())
        queue = record["eventSourceARN"].rsplit(":", 1)[-1]
        assert resources[queue.split("-")[3]]["Type"] == "AWS::SQS::Queue"
        died = "DeadLetterQueueSourceArn" in record["attributes"]
        assert died == name.startswith("dead-letter")
