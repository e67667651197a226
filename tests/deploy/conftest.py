"""One deployment for all tests: it takes longer than they do."""

import shutil

import pytest

from deployment import Deployment
from emulator import ROOT, Emulator


@pytest.fixture(scope="session")
def deployment():
    folder = ROOT / "target/deploy"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    emulator = Emulator(folder)
    try:
        deployment = Deployment(emulator, folder)
        deployment.publish("steps", ROOT / "tests/deploy/steps.yaml")
        yield deployment
    finally:
        emulator.stop()
