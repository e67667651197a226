"""The gateway: its routes are the code's, it streams what waits, and it errs as the functions do."""

import json
import re

import pytest

from conftest import of_type, sources

STREAMING = "/response-streaming-invocations"


@pytest.fixture(scope="module")
def body(translated):
    (api,) = of_type(translated, "AWS::ApiGateway::RestApi").values()
    return api["Body"]


@pytest.fixture(scope="module")
def integrations(body):
    """Each route's integration. `ANY` is the only method there may be."""
    found = {}
    for path, methods in body["paths"].items():
        assert list(methods) == ["x-amazon-apigateway-any-method"], path
        found[path] = methods["x-amazon-apigateway-any-method"]["x-amazon-apigateway-integration"]
    return found


@pytest.fixture(scope="module")
def responses(body):
    return body["x-amazon-apigateway-gateway-responses"]


def served_by(integration):
    return re.search(r"/functions/\$\{(\w+)Function(?:Aliaslive|\.Arn)\}/", integration["uri"]["Fn::Sub"]).group(1)


def test_the_routes_are_those_of_the_code_with_the_same_functions(integrations, expected):
    assert {path: served_by(one) for path, one in integrations.items()} == {
        route["resource"]: route["function"] for route in expected["routes"]
    }


def test_routes_that_wait_are_streamed_and_no_others(integrations, expected):
    streams = {route["resource"]: route["streams"] for route in expected["routes"]}
    assert set(streams.values()) == {True, False}
    for path, integration in integrations.items():
        assert integration["type"] == "aws_proxy"
        assert (integration.get("responseTransferMode") == "STREAM") == streams[path], path
        assert integration["uri"]["Fn::Sub"].endswith(STREAMING) == streams[path], path


def test_the_gateway_outlives_its_functions(integrations, functions, parameter):
    for path, integration in integrations.items():
        # Without a word it waits 29 s (API Gateway quotas).
        patience_ms = integration.get("timeoutInMillis", 29_000)
        timeout = parameter(functions[served_by(integration) + "Function"]["Timeout"])
        assert timeout.most * 1000 < patience_ms, path


def test_the_functions_outlive_their_waits(functions, parameter, expected):
    wait = parameter({"Ref": "WaitSeconds"})
    assert wait.default == wait.most == expected["limits_s"]["wait"]
    for name in ["SyncTriggerFunction", "FollowFunction"]:
        # Whoever streams has some time to hand over what is under way.
        assert parameter(functions[name]["Timeout"]).least >= expected["limits_s"]["stream"] + 30
    assert expected["limits_s"]["stream"] > wait.most
    assert parameter(functions["WebhookIngestFunction"]["Timeout"]).least > expected["limits_s"]["pinkfish_wait"]
    # What was fetched for a start is stored after that.
    assert parameter(functions["AsyncStartFunction"]["Timeout"]).least >= expected["limits_s"]["fetch"] + 10


def test_each_route_may_call_its_function(translated, integrations):
    permissions = of_type(translated, "AWS::Lambda::Permission").values()
    assert len(permissions) == len(integrations)
    assert {permission["Principal"] for permission in permissions} == {"apigateway.amazonaws.com"}


def test_the_gateway_is_regional_and_takes_every_body_as_bytes(translated, body):
    (api,) = of_type(translated, "AWS::ApiGateway::RestApi").values()
    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    assert body["x-amazon-apigateway-binary-media-types"] == ["*/*"]
    (domain,) = of_type(translated, "AWS::ApiGateway::DomainName").values()
    assert domain["EndpointConfiguration"] == {"Types": ["REGIONAL"]}


def test_there_is_one_stage(translated):
    assert [stage["StageName"] for stage in of_type(translated, "AWS::ApiGateway::Stage").values()] == [{"Ref": "Stage"}]
    # Where SAM gives the deployment a stage too, API Gateway makes another one.
    assert all("StageName" not in it for it in of_type(translated, "AWS::ApiGateway::Deployment").values())


def test_what_the_gateway_says_itself_has_the_members_of_every_dialects_errors(responses):
    assert {"THROTTLED", "REQUEST_TOO_LARGE", "INTEGRATION_TIMEOUT", "DEFAULT_4XX", "DEFAULT_5XX"} <= set(responses)
    for kind, response in responses.items():
        text = response["responseTemplates"]["application/json"]
        said = json.loads(text)
        assert list(said) == ["detail", "error", "message"] and said["message"] == said["detail"], kind


def test_what_the_gateway_says_is_what_the_local_one_says(responses):
    code = sources("shared/app/src/http/**/*.rs")
    for kind in ["MISSING_AUTHENTICATION_TOKEN", "REQUEST_TOO_LARGE", "DEFAULT_5XX"]:
        text = json.loads(responses[kind]["responseTemplates"]["application/json"])["detail"]
        assert f'"{text}"' in code, kind


def test_unknown_paths_are_404_and_throttled_callers_learn_when_to_come_back(responses):
    for kind in ["MISSING_AUTHENTICATION_TOKEN", "INVALID_SIGNATURE", "RESOURCE_NOT_FOUND"]:
        assert responses[kind]["statusCode"] == "404", kind
    for kind in ["THROTTLED", "QUOTA_EXCEEDED"]:
        assert responses[kind]["statusCode"] == "429", kind
        assert responses[kind]["responseParameters"] == {"gatewayresponse.header.Retry-After": "'1'"}, kind


def test_nothing_that_may_hold_a_key_is_logged_or_repeated(translated, responses):
    (stage,) = of_type(translated, "AWS::ApiGateway::Stage").values()
    (settings,) = stage["MethodSettings"]
    assert settings["LoggingLevel"] == "OFF" and settings["DataTraceEnabled"] is False
    assert not stage.get("TracingEnabled")
    logged = set(re.findall(r"\$context\.([\w.]+)", stage["AccessLogSetting"]["Format"]))
    assert "resourcePath" in logged
    said = {name for one in responses.values() for name in re.findall(r"\$\w+\.([\w.]+)", str(one["responseTemplates"]))}
    assert said <= {"error.responseType"}
    for name in logged:
        assert name in {
            "requestId", "requestTimeEpoch", "httpMethod", "resourcePath", "status", "responseLength",
            "responseLatency", "integration.latency", "integration.status", "error.responseType",
            "identity.sourceIp",
        }, name


def test_the_gateway_is_throttled(translated):
    (stage,) = of_type(translated, "AWS::ApiGateway::Stage").values()
    (settings,) = stage["MethodSettings"]
    assert (settings["ResourcePath"], settings["HttpMethod"]) == ("/*", "*")
    assert settings["ThrottlingRateLimit"] == {"Ref": "RequestsPerSecond"}
    assert settings["ThrottlingBurstLimit"] == {"Ref": "RequestBurst"}
