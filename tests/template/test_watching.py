"""Alarms and the dashboard look at what exists."""

import json
import re

import pytest

from conftest import of_type

# The dimensions of each namespace, and what in the template gives them (CloudWatch metrics of each service).
DIMENSIONS = {
    "AWS/Lambda": {"FunctionName": ("Ref", "AWS::Serverless::Function")},
    "AWS/SQS": {"QueueName": ("Fn::GetAtt", "AWS::SQS::Queue")},
    "AWS/Scheduler": {"ScheduleGroup": ("Ref", "AWS::Scheduler::ScheduleGroup")},
}


@pytest.fixture(scope="module")
def alarms(resources):
    return of_type(resources, "AWS::CloudWatch::Alarm")


def test_every_alarm_looks_at_a_resource_of_the_template(alarms, resources):
    for name, alarm in alarms.items():
        given = {dimension["Name"]: dimension["Value"] for dimension in alarm["Dimensions"]}
        if alarm["Namespace"] == "AWS/ApiGateway":
            # By the API's name, which is the stack's.
            assert given == {"ApiName": {"Ref": "AWS::StackName"}, "Stage": {"Ref": "Stage"}}
            assert resources["Api"]["Properties"]["Name"] == given["ApiName"]
            continue
        wanted = DIMENSIONS[alarm["Namespace"]]
        assert set(given) == set(wanted), name
        for dimension, value in given.items():
            how, kind = wanted[dimension]
            target = value[how][0] if how == "Fn::GetAtt" else value[how]
            assert resources[target]["Type"] == kind, name
            if how == "Fn::GetAtt":
                assert value[how][1] == dimension, name


@pytest.mark.parametrize("metric, statistic", [("Errors", "Sum"), ("Throttles", "Sum"), ("Duration", "p99")])
def test_every_function_has_an_alarm_of_its_errors_throttles_and_slowest(metric, statistic, alarms, functions):
    watched = {
        alarm["Dimensions"][0]["Value"]["Ref"]
        for alarm in alarms.values()
        if alarm["MetricName"] == metric and statistic in (alarm.get("Statistic"), alarm.get("ExtendedStatistic"))
    }
    assert watched == set(functions)


def test_slow_is_told_before_the_time_out(alarms, functions, parameter):
    for name, function in functions.items():
        (slow,) = [
            alarm for alarm in alarms.values()
            if alarm["MetricName"] == "Duration" and alarm["Dimensions"][0]["Value"]["Ref"] == name
        ]
        assert 0 < slow["Threshold"] < parameter(function["Timeout"]).default * 1000, name


def test_dead_letters_waiting_messages_and_failed_requests_are_told(alarms):
    watched = {(alarm["MetricName"], str(alarm["Dimensions"][0]["Value"])) for alarm in alarms.values()}
    metrics = {metric for metric, _ in watched}
    assert {"ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage", "5XXError", "InvocationDroppedCount"} <= metrics
    assert any(metric == "Invocations" and "DeadLetterFunction" in value for metric, value in watched)
    assert any(metric == "ApproximateNumberOfMessagesVisible" and "DeadLetterQueue" in value for metric, value in watched)
    assert any(metric == "ApproximateAgeOfOldestMessage" and "RunsQueue" in value for metric, value in watched)


def test_alarms_reach_whoever_is_named_and_silence_is_no_alarm(alarms):
    for name, alarm in alarms.items():
        assert alarm["AlarmActions"] == [{"Fn::If": ["HasAlarmEmail", {"Ref": "AlarmTopic"}, {"Ref": "AWS::NoValue"}]}], name
        assert alarm["TreatMissingData"] == "notBreaching", name
        assert alarm["AlarmDescription"], name


def test_the_dashboard_can_be_drawn(resources):
    text = resources["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    widgets = json.loads(re.sub(r"\$\{[^}]+\}", "x", text))["widgets"]
    places = {(widget["x"], widget["y"]) for widget in widgets}
    assert len(places) == len(widgets) > 5
    for widget in widgets:
        assert widget["properties"]["title"] and widget["properties"]["metrics"]
        assert widget["x"] + widget["width"] <= 24
    for metric in ["RunsStarted", "RunsCompleted", "RunsFailed", "QueueDelay", "StepDuration"]:
        assert metric in text
