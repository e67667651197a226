"""openapi.json tells of the deployed gateway: its routes, and what it says itself."""

import json

import pytest

from conftest import ROOT, of_type

# What a status of the gateway comes from, of the kinds that API Gateway has (its developer guide, "Gateway
# response types"). The rest of a status is the functions' or the local gateway's.
KINDS = {
    "403": ["ACCESS_DENIED", "WAF_FILTERED"],
    "413": ["REQUEST_TOO_LARGE"],
    "429": ["THROTTLED", "QUOTA_EXCEEDED"],
    "500": ["DEFAULT_5XX"],
    "504": ["INTEGRATION_TIMEOUT", "INTEGRATION_FAILURE"],
}
# Left to the gateway's own codes: a head that is too long (431) and what it cannot read (400).
AS_THEY_COME = {"400", "431"}


@pytest.fixture(scope="module")
def document():
    return json.loads((ROOT / "openapi.json").read_text())


@pytest.fixture(scope="module")
def body(translated):
    (api,) = of_type(translated, "AWS::ApiGateway::RestApi").values()
    return api["Body"]


@pytest.fixture(scope="module")
def of_gateway(document):
    responses = document["components"]["responses"]
    return {name.removeprefix("Gateway"): it for name, it in responses.items() if name.startswith("Gateway")}


def test_its_paths_are_those_of_the_template(document, body):
    assert set(document["paths"]) == set(body["paths"])


def test_what_the_gateway_says_is_described_and_nothing_else(of_gateway, body):
    assert set(of_gateway) == set(KINDS) | AS_THEY_COME
    said = body["x-amazon-apigateway-gateway-responses"]
    for status, kinds in KINDS.items():
        headers = {name for kind in kinds for name in said[kind].get("responseParameters", {})}
        assert {name.removeprefix("gatewayresponse.header.") for name in headers} == set(of_gateway[status]["headers"]), status
        # A 413 has its own code already.
        assert {said[kind].get("statusCode", status) for kind in kinds} == {status}, status
        for kind in kinds:
            assert list(json.loads(said[kind]["responseTemplates"]["application/json"])) == ["detail", "error", "message"], kind
    statuses = {str(it["statusCode"]) for it in said.values() if "statusCode" in it}
    # 404 is the answer to a path that the document does not have.
    assert statuses - {"404"} <= set(KINDS)
    assert "statusCode" not in said["DEFAULT_4XX"]


def test_every_operation_tells_of_them(document, of_gateway):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert set(of_gateway) <= set(operation["responses"]), f"{method} {path}"
