"""What JSON Schema cannot say of a request, said to schemathesis."""

import re
import uuid

import schemathesis
from schemathesis.core import NOT_SET
from schemathesis.core.parameters import ParameterLocation

USABLE_KEY = re.compile(r'([!#-~]([\t -~]{0,253}[!-~])?|"[\t -~]{1,255}")')
LEAST, MOST = -(2**63), 2**64 - 1


def fitting(value):
    """The same value with every integer in the 64 bits that the API takes."""
    if isinstance(value, int) and not isinstance(value, bool):
        return min(max(value, LEAST), MOST)
    if isinstance(value, list):
        return [fitting(item) for item in value]
    if isinstance(value, dict):
        return {name: fitting(item) for name, item in value.items()}
    return value


def wrong(case):
    """The parts of a request that are meant to be wrong."""
    return {part for part, info in case.meta.components.items() if info.mode.is_negative}


def fit(case, wrong_parts):
    """What a flow declares, moments and cursors that there are, names that files have."""
    operation = case.operation.definition.raw["operationId"]
    if operation in ("aiPlanetTrigger", "aiPlanetStream") and ParameterLocation.BODY not in wrong_parts and isinstance(case.body, dict):
        case.body |= {"workflow_configuration_id": "hello", "inputs": [{"name": "message", "type": "text", "value": "Ada"}]}
    if operation == "aiPlanetReplay" and ParameterLocation.BODY not in wrong_parts and isinstance(case.body, dict):
        case.body |= {"inputs": [{"name": "message", "type": "text", "value": "Ada"}]}
    if isinstance(case.body, dict) and "run_at" in case.body and ParameterLocation.BODY not in wrong_parts:
        # Too far ahead is refused.
        case.body["run_at"] = "2026-02-09T23:24:39Z"
    if operation == "aiPlanetRuns" and ParameterLocation.QUERY not in wrong_parts and case.query:
        case.query.pop("cursor", None)
        case.query |= {name: "2026-02-09T23:24:39Z" for name in ("since", "until") if name in case.query}
    if operation in ("pinkfishUpload", "aiPlanetUpload") and ParameterLocation.BODY not in wrong_parts and isinstance(case.body, dict):
        # Bytes are counted, not letters, and control characters are refused.
        case.body["name"] = "report.pdf"


@schemathesis.hook
def before_call(context, case, kwargs):
    # A key that was used with another body is refused, so every request has one of its own.
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and USABLE_KEY.fullmatch(key):
        case.headers["Idempotency-Key"] = f"{uuid.uuid4()}{key[:200]}".replace('"', "'").strip()
    # An absent body that is set to itself would be judged as a wrong one.
    if case.body is not NOT_SET:
        case.body = fitting(case.body)
    fit(case, wrong(case))


@schemathesis.hook
def filter_case(context, case):
    # A query or a form of inputs may hold anything once it is text, so none of them is wrong.
    is_free_query = any(parameter.name == "inputs" for parameter in case.operation.query)
    # Anybody on the way of a request may add header fields.
    is_free_header = any(name.lower() == "x-schemathesis-unknown-property" for name in case.headers or {})
    is_free_body = case.media_type in ("application/x-www-form-urlencoded", "multipart/form-data")
    # A batch is answered item by item, so what is wrong with an item is not wrong with the request.
    items = case.body.get("items") if isinstance(case.body, dict) else None
    is_batch = case.operation.definition.raw["operationId"] == "aiPlanetBatch"
    is_free_body |= is_batch and isinstance(items, list) and 1 <= len(items) <= 100
    return not (
        ParameterLocation.QUERY in wrong(case) and is_free_query
        or ParameterLocation.BODY in wrong(case) and is_free_body
        or ParameterLocation.HEADER in wrong(case) and is_free_header
    )
