"""The functions: their variables, logs and permissions are what the code uses, and no more."""

import re

import pytest

from conftest import of_type, sources

# Of Lambda's poller, which acts as the function (Lambda developer guide, "Using Lambda with SQS").
POLLS = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}

# What only the command line does, with its operator's own permissions: it deletes triggers, and keeps secrets.
OF_OPERATORS = {"dynamodb:DeleteItem", "ssm:PutParameter", "ssm:DeleteParameters"}

# Payloads of runs, and files that runs are started with.
OBJECTS = ("${PayloadsBucket.Arn}/payloads/*", "${PayloadsBucket.Arn}/files/*")

# The parameters below the prefix that the functions are told.
SECRETS = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/trigger-api/${AWS::StackName}/*"

# What the SDKs can ask for. A transaction needs the actions of its members, which occur alone too.
OPERATIONS = {
    "dynamodb": "get_item put_item update_item delete_item batch_get_item batch_write_item query scan",
    "sqs": "send_message send_message_batch receive_message delete_message change_message_visibility",
    "ssm": "get_parameter get_parameters get_parameters_by_path put_parameter delete_parameter delete_parameters",
    "s3": "get_object head_object put_object delete_object list_objects_v2",
}


def statements(role):
    (policy,) = role["Policies"]
    return policy["PolicyDocument"]["Statement"]


def as_list(value):
    return value if isinstance(value, list) else [value]


def actions(role):
    return {action for statement in statements(role) for action in as_list(statement["Action"])}


@pytest.fixture(scope="module")
def role_of(resources):
    """A function's role, which is in the template and its own."""
    return lambda function: resources[function["Role"]["Fn::GetAtt"][0]]["Properties"]


def test_every_variable_that_the_code_reads_is_set_and_no_other(lambdas, translated):
    read = set(re.findall(r'"(TRIGGER_[A-Z_]+)"', sources("shared/app/src/config*")))
    assert "TRIGGER_RUNS_TABLE" in read
    routed = {permission["FunctionName"]["Ref"] for permission in of_type(translated, "AWS::Lambda::Permission").values()}
    for name, function in lambdas.items():
        of_http = {"AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH"} if f"{name}Aliaslive" in routed else set()
        assert set(function["Environment"]["Variables"]) == read | of_http, name


def test_the_stage_is_no_part_of_the_path(lambdas):
    for name in ["SyncTriggerFunction", "AsyncStartFunction", "WebhookIngestFunction", "FollowFunction", "StatusFunction"]:
        assert lambdas[name]["Environment"]["Variables"]["AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH"] == "true"


def test_what_the_functions_are_told_of_their_queue_is_true(lambdas, resources):
    for function in lambdas.values():
        told = function["Environment"]["Variables"]["TRIGGER_QUEUE_VISIBILITY_S"]
        assert int(told) == resources["RunsQueue"]["Properties"]["VisibilityTimeout"]


def test_every_function_runs_its_own_binary_on_the_right_processor(lambdas, template):
    architecture = template["Parameters"]["Architecture"]
    assert architecture["Default"] == "arm64" and set(architecture["AllowedValues"]) == {"arm64", "x86_64"}
    assert lambdas
    for function in lambdas.values():
        assert function["Runtime"] == "provided.al2023"
        assert function["Architectures"] == [{"Ref": "Architecture"}]


def test_memory_time_and_concurrency_of_every_function_are_parameters(functions, template):
    for name, function in functions.items():
        stem = name.removesuffix("Function")
        assert function["MemorySize"] == {"Ref": f"{stem}MemoryMb"}
        assert function["Timeout"] == {"Ref": f"{stem}TimeoutS"}
        reserved = {"Ref": f"{stem}ReservedConcurrency"}
        assert function["ReservedConcurrentExecutions"] == {
            "Fn::If": [f"{stem}IsReserved", reserved, {"Ref": "AWS::NoValue"}]
        }
        assert template["Conditions"][f"{stem}IsReserved"] == {"Fn::Not": [{"Fn::Equals": [reserved, -1]}]}


def test_provisioned_instances_are_behind_the_alias_that_is_called(translated, functions):
    aliases = of_type(translated, "AWS::Lambda::Alias")
    provisioned = {name for name, alias in aliases.items() if "ProvisionedConcurrencyConfig" in alias}
    assert provisioned == {f"{name}FunctionAliaslive" for name in ["SyncTrigger", "AsyncStart", "WebhookIngest", "Status"]}
    called = [it["FunctionName"]["Ref"] for it in of_type(translated, "AWS::Lambda::Permission").values()]
    called += [it["FunctionName"]["Ref"] for it in of_type(translated, "AWS::Lambda::EventSourceMapping").values()]
    assert set(called) == set(aliases)
    # Else a changed variable would reach the function but not the version that is called.
    assert all(function["AutoPublishAliasAllProperties"] is True for function in functions.values())


def test_every_function_has_a_log_group_of_its_own_that_forgets(functions, resources, role_of):
    groups = {function["LoggingConfig"]["LogGroup"]["Ref"] for function in functions.values()}
    assert len(groups) == len(functions)
    for name, function in functions.items():
        group = function["LoggingConfig"]["LogGroup"]["Ref"]
        assert resources[group]["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
        written = [it["Resource"] for it in statements(role_of(function)) if set(as_list(it["Action"])) == LOGS]
        assert written == [{"Fn::GetAtt": [group, "Arn"]}], name


def test_every_function_has_a_role_of_its_own_and_nothing_else_grants(functions, translated, resources):
    roles = [function["Role"]["Fn::GetAtt"][0] for function in functions.values()]
    assert len(set(roles)) == len(functions)
    assert set(of_type(translated, "AWS::IAM::Role")) == set(of_type(resources, "AWS::IAM::Role"))
    assert not of_type(translated, "AWS::IAM::Policy") and not of_type(translated, "AWS::IAM::ManagedPolicy")
    for role in roles:
        assert "ManagedPolicyArns" not in resources[role]["Properties"]


def test_no_policy_has_a_wildcard_for_an_action_or_a_resource(resources):
    for name, role in of_type(resources, "AWS::IAM::Role").items():
        if "Policies" not in role:
            # API Gateway's own, which it wants to be AWS's.
            assert name == "ApiLogWriterRole"
            continue
        for statement in statements(role):
            assert statement["Effect"] == "Allow"
            assert "NotAction" not in statement and "NotResource" not in statement
            assert not [action for action in as_list(statement["Action"]) if "*" in action], name
            for resource in as_list(statement["Resource"]):
                if set(resource) == {"Fn::Sub"}:
                    assert resource["Fn::Sub"] in (*OBJECTS, "${RunsTable.Arn}/index/runs_by_workspace", SECRETS), name
                else:
                    target, attribute = resource["Fn::GetAtt"]
                    assert attribute == "Arn" and target in resources, name


def test_the_permissions_are_what_the_code_and_the_poller_use(functions, role_of):
    code = sources("shared/app/src/**/*.rs")
    used = {
        f"{service}:{operation.title().replace('_', '')}"
        for service, operations in OPERATIONS.items()
        for operation in operations.split()
        if re.search(rf"\.{operation}\(\)", code)
    }
    assert {"dynamodb:Query", "sqs:SendMessage"} <= used
    granted = {action for function in functions.values() for action in actions(role_of(function))}
    assert granted - LOGS - POLLS == used - OF_OPERATORS


def test_who_verifies_signs_or_asks_models_may_read_the_secrets_of_this_stack_and_nobody_else_any(functions, role_of):
    readers = {}
    for name, function in functions.items():
        for statement in statements(role_of(function)):
            if any(action.startswith("ssm:") for action in as_list(statement["Action"])):
                readers[name] = (statement["Action"], statement["Resource"])
    users = ["WebhookIngestFunction", "WorkerFunction", "SyncTriggerFunction"]
    assert readers == dict.fromkeys(users, ("ssm:GetParameters", {"Fn::Sub": SECRETS}))


def test_the_secrets_are_where_the_functions_are_told(lambdas):
    for function in lambdas.values():
        prefix = function["Environment"]["Variables"]["TRIGGER_SECRETS_PREFIX"]["Fn::Sub"]
        assert SECRETS.endswith(f":parameter{prefix}/*")


def test_only_functions_behind_a_queue_may_poll_it(functions, role_of):
    for name, function in functions.items():
        queues = [event["Properties"]["Queue"] for event in function["Events"].values() if event["Type"] == "SQS"]
        polled = [it["Resource"] for it in statements(role_of(function)) if POLLS & set(as_list(it["Action"]))]
        assert polled == queues, name


def test_who_only_reads_may_not_write_but_for_a_cancellation(functions, role_of):
    status = statements(role_of(functions["StatusFunction"]))
    writes = {it["Sid"]: it for it in status if re.search("Put|Update|Write|Delete|Send", str(it["Action"]))}
    assert list(writes) == ["Log", "NoteUseOfKey", "Cancel", "Answer", "CancelQueue"]
    assert writes["Cancel"]["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["RUN#*"]}}
    assert 'format!("RUN#{id}")' in sources("shared/app/src/store/header.rs")


def test_who_follows_runs_only_reads(functions, role_of):
    follow = statements(role_of(functions["FollowFunction"]))
    granted = {it["Sid"]: it["Action"] for it in follow}
    reads = {"Configuration": "dynamodb:GetItem", "Runs": "dynamodb:Query", "Payloads": "s3:GetObject"}
    assert {name: action for name, action in granted.items() if name not in ("Log", "NoteUseOfKey")} == reads


def test_nobody_may_change_the_configuration_but_for_the_use_of_a_key(functions, role_of):
    table = {"Fn::GetAtt": ["ConfigTable", "Arn"]}
    for name, function in functions.items():
        for statement in statements(role_of(function)):
            if statement["Resource"] == table and statement["Action"] != "dynamodb:GetItem":
                assert statement["Action"] == "dynamodb:UpdateItem", name
                assert statement["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["KEY#*"]}}
    # Which is how the store names those items.
    assert 'format!("KEY#{id}")' in sources("shared/app/src/store/config/key.rs")
