"""What the tools say that everybody deploys with."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from conftest import ROOT
from translate import REGION, TEMPLATE

SAM_TOOLS = Path(sys.executable).parent
CHECKOV = ROOT / "target" / "tools" / "checkov" / "bin" / "checkov"


def run(*command):
    environment = {**os.environ, "AWS_DEFAULT_REGION": REGION, "SAM_CLI_TELEMETRY": "0"}
    done = subprocess.run(
        [str(part) for part in command], cwd=ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


# By the name that samconfig.toml gives it, not by `-t`: that is how it is deployed.
@pytest.mark.parametrize("environment", ["default", "dev", "prod"])
def test_sam_validates_and_lints_the_template(environment):
    said = run(SAM_TOOLS / "sam", "validate", "--lint", "--config-env", environment)
    assert "infra/template.yaml is a valid SAM Template" in said


def test_cfn_lint_has_nothing_to_say():
    assert run(SAM_TOOLS / "cfn-lint", TEMPLATE) == ""


@pytest.fixture(scope="module")
def checkov():
    said = run(
        CHECKOV, "--file", TEMPLATE, "--framework", "cloudformation", "--compact", "--skip-download",
        "--soft-fail", "--output", "json",
    )
    return json.loads(said)["results"]


def test_checkov_finds_nothing_that_is_not_answered_beside_its_resource(checkov):
    assert [f"{it['resource']}: {it['check_name']}" for it in checkov["failed_checks"]] == []
    assert len(checkov["passed_checks"]) > 50


def test_every_answer_to_checkov_has_a_reason_and_something_to_answer(checkov, resources):
    asked = {(it["resource"].split(".")[-1], it["check_id"]) for it in checkov["skipped_checks"]}
    answered = {
        (name, answer["id"]): answer["comment"]
        for name, resource in resources.items()
        for answer in resource.get("Metadata", {}).get("checkov", {}).get("skip", [])
    }
    assert set(answered) == asked
    assert all(len(reason) > 30 for reason in answered.values())


@pytest.fixture(scope="module")
def configuration():
    return tomllib.loads((ROOT / "samconfig.toml").read_text())


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_samconfig_gives_parameters_that_the_template_takes(environment, configuration, template):
    overrides = configuration[environment]["deploy"]["parameters"]["parameter_overrides"]
    given = dict(override.split("=", 1) for override in overrides)
    assert given["Stage"] == environment
    for name, value in given.items():
        definition = template["Parameters"][name]
        assert value in definition.get("AllowedValues", [value]), name
        if definition["Type"] == "Number":
            assert definition.get("MinValue", 0) <= int(value) <= definition.get("MaxValue", 10**6), name


def test_production_keeps_its_tables_and_a_pool_for_each_kind_of_work(configuration):
    overrides = configuration["prod"]["deploy"]["parameters"]["parameter_overrides"]
    given = dict(override.split("=", 1) for override in overrides)
    assert given["DeletionProtection"] == "true"
    pools = {name: int(value) for name, value in given.items() if name.endswith("ReservedConcurrency")}
    assert {"SyncTrigger", "AsyncStart", "Worker"} <= {name.removesuffix("ReservedConcurrency") for name in pools}
    # Lambda keeps 100 of an account's 1,000 for functions without a pool (Lambda quotas).
    assert sum(pools.values()) <= 900
    assert pools["WorkerReservedConcurrency"] >= int(given["WorkerMaximumConcurrency"])


def test_one_command_builds_every_function_of_the_template(functions, kebab):
    cargo = tomllib.loads((ROOT / ".cargo" / "config.toml").read_text())
    command = cargo["alias"]["functions"]
    built = {package for flag, package in zip(command, command[1:]) if flag == "-p"}
    assert built == {kebab(name) for name in functions}
    assert command[command.index("--profile") + 1] == "lambda"
    assert built == {path.name for path in (ROOT / "functions").iterdir()}
    for name, function in functions.items():
        assert function["CodeUri"] == f"../target/lambda/{kebab(name)}/"
