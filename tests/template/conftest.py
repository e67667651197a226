"""What the tests look at: the template, what AWS's translator makes of it, and the code."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from samcli.yamlhelper import yaml_parse

from translate import TEMPLATE, translate

ROOT = Path(__file__).resolve().parents[2]


def of_type(resources, kind):
    """The properties of every resource of a type, by logical id."""
    return {name: it.get("Properties", {}) for name, it in resources.items() if it["Type"] == kind}


def sources(pattern):
    """Rust code without its tests, all that matches the pattern."""
    found = [path for path in sorted(ROOT.glob(pattern)) if path.is_file() and "tests" not in path.parts and path.stem not in ("tests", "fixture")]
    assert found, f"no {pattern}"
    return "\n".join(path.read_text().split("#[cfg(test)]\nmod tests {")[0] for path in found)


@pytest.fixture(scope="session")
def template():
    return yaml_parse(TEMPLATE.read_text())


@pytest.fixture(scope="session")
def resources(template):
    return template["Resources"]


@pytest.fixture(scope="session")
def functions(resources):
    return of_type(resources, "AWS::Serverless::Function")


@pytest.fixture(scope="session")
def translated():
    """The resources that CloudFormation gets, as the service's translator makes them."""
    return translate()["Resources"]


@pytest.fixture(scope="session")
def lambdas(translated):
    return of_type(translated, "AWS::Lambda::Function")


@pytest.fixture(scope="session")
def expected():
    """What the code says of itself: `tests/examples/deployment.rs`."""
    return json.loads((ROOT / "target" / "template" / "expected.json").read_text())


@pytest.fixture(scope="session")
def parameter(template):
    """A parameter's default and bounds."""

    def read(reference):
        definition = template["Parameters"][reference["Ref"]]
        return SimpleNamespace(
            default=definition["Default"], least=definition["MinValue"], most=definition["MaxValue"]
        )

    return read


@pytest.fixture(scope="session")
def kebab():
    """`SyncTriggerFunction` is the package `sync-trigger`."""
    return lambda name: re.sub(r"(?<!^)(?=[A-Z])", "-", name.removesuffix("Function")).lower()
