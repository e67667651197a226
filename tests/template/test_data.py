"""Tables, queues and the bucket: what the store and the queue take for granted."""

import re

import pytest

from conftest import of_type, sources

DAY_S = 24 * 60 * 60


@pytest.fixture(scope="module")
def runs_queue(resources):
    return resources["RunsQueue"]["Properties"]


@pytest.fixture(scope="module")
def dead_letters(resources):
    return resources["DeadLetterQueue"]["Properties"]


@pytest.fixture(scope="module")
def bucket(resources):
    return resources["PayloadsBucket"]["Properties"]


@pytest.mark.parametrize("name", ["runs", "config"])
def test_the_tables_are_those_that_the_store_makes(name, resources, expected):
    table = resources[f"{name.title()}Table"]["Properties"]
    pairs = lambda items, first, second: [[item[first], item[second]] for item in items]
    keys = lambda schema: pairs(schema, "AttributeName", "KeyType")
    described = {
        "keys": keys(table["KeySchema"]),
        "attributes": pairs(table["AttributeDefinitions"], "AttributeName", "AttributeType"),
        "indexes": [
            {
                "name": index["IndexName"],
                "keys": keys(index["KeySchema"]),
                "projection": index["Projection"]["ProjectionType"],
                "projected": index["Projection"].get("NonKeyAttributes", []),
            }
            for index in table["GlobalSecondaryIndexes"]
        ],
        "time_to_live": table.get("TimeToLiveSpecification", {}).get("AttributeName"),
    }
    assert described == expected["tables"][name]


def test_there_are_no_other_tables_and_all_are_on_demand_encrypted_and_recoverable(resources):
    tables = of_type(resources, "AWS::DynamoDB::Table")
    assert set(tables) == {"RunsTable", "ConfigTable"}
    for table in tables.values():
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["SSESpecification"]["SSEEnabled"] is True
        assert table["DeletionProtectionEnabled"] == {"Ref": "DeletionProtection"}


def test_what_holds_data_outlives_the_stack(resources):
    holds = {"AWS::DynamoDB::Table", "AWS::S3::Bucket"}
    kept = [it for it in resources.values() if it["Type"] in holds]
    assert len(kept) == 3
    for resource in kept:
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_a_message_stays_hidden_while_a_worker_may_work_on_it(runs_queue, functions, parameter, expected):
    timeout = parameter(functions["WorkerFunction"]["Timeout"])
    assert runs_queue["VisibilityTimeout"] >= timeout.most
    # A slice that has just not ended starts one more effect.
    assert timeout.least > expected["limits_s"]["slice"] + expected["limits_s"]["effect"]


def test_a_dead_letter_comes_again_when_the_run_is_free(dead_letters, functions, parameter, expected):
    assert dead_letters["VisibilityTimeout"] >= parameter(functions["DeadLetterFunction"]["Timeout"]).most
    assert dead_letters["VisibilityTimeout"] > expected["limits_s"]["lease"]


def test_messages_die_as_on_the_local_stack_and_dead_letters_are_kept_longer(runs_queue, dead_letters):
    redrive = runs_queue["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"] == {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}
    local = re.search(r"max_receive_count: (\d+)", sources("infra/local/src/stack/options.rs")).group(1)
    assert redrive["maxReceiveCount"] == int(local)
    assert dead_letters["MessageRetentionPeriod"] == 14 * DAY_S
    # A dead letter's age counts from when it was sent first.
    assert runs_queue["MessageRetentionPeriod"] < 14 * DAY_S
    assert runs_queue["SqsManagedSseEnabled"] is dead_letters["SqsManagedSseEnabled"] is True


def test_the_queues_are_polled_as_the_handlers_expect(translated):
    mappings = {
        mapping["EventSourceArn"]["Fn::GetAtt"][0]: mapping
        for mapping in of_type(translated, "AWS::Lambda::EventSourceMapping").values()
    }
    assert set(mappings) == {"RunsQueue", "DeadLetterQueue"}
    runs, dead = mappings["RunsQueue"], mappings["DeadLetterQueue"]
    assert runs["FunctionName"] == {"Ref": "WorkerFunctionAliaslive"}
    assert dead["FunctionName"] == {"Ref": "DeadLetterFunctionAliaslive"}
    assert runs["BatchSize"] == 1
    assert runs["ScalingConfig"] == {"MaximumConcurrency": {"Ref": "WorkerMaximumConcurrency"}}
    for mapping in mappings.values():
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_payloads_are_private_encrypted_and_gone_after_their_runs(bucket, expected):
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    files, expiry, abort = bucket["LifecycleConfiguration"]["Rules"]
    assert files["Status"] == expiry["Status"] == abort["Status"] == "Enabled"
    assert files["Prefix"] == "files/"
    assert files["ExpirationInDays"] * DAY_S == expected["limits_s"]["file"]
    assert expiry["Prefix"] == "payloads/"
    # DynamoDB deletes within two days of the time to live.
    assert expiry["ExpirationInDays"] * DAY_S >= expected["limits_s"]["retention"] + 2 * DAY_S
    assert abort["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}


def test_payloads_travel_by_tls_only(resources):
    policy = resources["PayloadsBucketPolicy"]["Properties"]
    assert policy["Bucket"] == {"Ref": "PayloadsBucket"}
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == [{"Fn::GetAtt": ["PayloadsBucket", "Arn"]}, {"Fn::Sub": "${PayloadsBucket.Arn}/*"}]


def test_schedules_may_send_to_the_runs_queue_and_do_nothing_else(resources):
    role = resources["SchedulerRole"]["Properties"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
        "ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["ScheduleGroup", "Arn"]}},
    }
    (policy,) = role["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == "sqs:SendMessage"
    assert statement["Resource"] == {"Fn::GetAtt": ["RunsQueue", "Arn"]}


def test_the_outputs_tell_the_command_line_what_it_reads(template, lambdas):
    command, named = template["Outputs"]["CommandLine"]["Value"]["Fn::Sub"]
    assert named == {"BaseUrl": template["Outputs"]["ApiUrl"]["Value"]}
    assert command.startswith("export AWS_REGION=") and "\n" not in command
    told = dict(re.findall(r"(TRIGGER_\w+)=\$\{([\w.]+)\}", command))
    for name in ["RUNS_TABLE", "CONFIG_TABLE", "QUEUE_URL", "PAYLOADS_BUCKET"]:
        of_functions = lambdas["WorkerFunction"]["Environment"]["Variables"][f"TRIGGER_{name}"]
        assert {"Ref": told[f"TRIGGER_{name}"]} == of_functions
    variables = lambdas["WorkerFunction"]["Environment"]["Variables"]
    assert f"TRIGGER_SECRETS_PREFIX={variables['TRIGGER_SECRETS_PREFIX']['Fn::Sub']} " in command
    assert told["TRIGGER_BASE_URL"] == "BaseUrl"
    assert told["TRIGGER_QUEUE_ARN"] == "RunsQueue.Arn"
    assert told["TRIGGER_SCHEDULER_GROUP"] == "ScheduleGroup"
    assert told["TRIGGER_SCHEDULER_ROLE_ARN"] == "SchedulerRole.Arn"
